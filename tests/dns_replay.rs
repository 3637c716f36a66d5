//! Replays every recording of NSD, Unbound, BIND and dig and compares it with what was recorded: answers, TTLs, order,
//! bytes, exit codes, what was asked of the authoritative server, and dig's text.
#![cfg(not(target_arch = "wasm32"))]

#[path = "dns_replay/recording.rs"]
mod recording;

use hopscope::replay::{Problem, replay};
use serde_json::{Value, json};

use recording::recordings;

/// What the replay does not carry: case, number of the step, field, and why.
const NOT_CARRIED: [(&str, usize, &str, &str); 1] = [(
    "bind_authoritative_silent",
    3,
    "upstream",
    "BIND also asks six times for the IPv6 address of the static-stub zone's server, which the model does not have",
)];

#[test]
fn every_recording_replays() {
    let mut differing = Vec::new();
    let mut compared = 0;
    for case in recordings() {
        let played = replay(&case).unwrap_or_else(|problem| panic!("{}: {problem}", case["case"]));
        assert_eq!(played["case"], case["case"]);
        let (steps, played) = (case["steps"].as_array().unwrap(), played["steps"].as_array().unwrap());
        assert_eq!(steps.len(), played.len());
        for (at, (step, played)) in steps.iter().zip(played).enumerate() {
            let differs = found(step).into_iter().zip(found(played)).filter(|(recorded, engine)| recorded != engine);
            for ((field, recorded), (_, engine)) in differs {
                println!("{} {at} {field}\n  recorded {recorded}\n  engine   {engine}", case["case"]);
                differing.push((case["case"].as_str().unwrap().to_owned(), at, field));
            }
            compared += usize::from(step["step"] == "query");
        }
    }
    let expected: Vec<_> = NOT_CARRIED.iter().map(|(case, at, field, _)| ((*case).to_owned(), *at, *field)).collect();
    assert_eq!(differing, expected);
    assert_eq!(compared, 163);
}

#[test]
fn what_was_seen_is_not_read() {
    for case in recordings() {
        let mut blind = case.clone();
        for step in blind["steps"].as_array_mut().unwrap() {
            for field in ["response", "response_hex", "query_hex", "upstream", "text", "exit", "ms", "tries"] {
                step.as_object_mut().unwrap().remove(field);
            }
        }
        assert_eq!(replay(&blind), replay(&case));
    }
}

#[test]
fn the_unknown_is_named() {
    let problem = |change: &dyn Fn(&mut Value)| {
        let mut case = recordings().next().unwrap();
        change(&mut case);
        let Err(Problem(what)) = replay(&case) else {
            panic!("it was replayed");
        };
        what
    };
    assert_eq!(problem(&|c| c["steps"][1]["step"] = json!("reboot")), "steps[1].step: `reboot` is not known");
    assert_eq!(
        problem(&|c| c["steps"][1] = json!({"step": "kill", "on": "moon"})),
        "steps[1].on: `kill` on `moon` is not known"
    );
    assert_eq!(problem(&|c| c["resolver"] = json!("dnsmasq")), "resolver: `dnsmasq` is not known");
    assert_eq!(problem(&|c| c["unbound"]["prefetch"] = json!("yes")), "unbound.prefetch: \"yes\" is not modelled");
    assert_eq!(
        problem(&|c| c["steps"][0]["dig"][0] = json!("+vc")),
        "steps[0].dig: without +nocookie the query is random"
    );
    assert_eq!(problem(&|c| c["steps"][0]["dig"][1] = json!("+tcp")), "steps[0].dig: `+tcp` is not known");
    assert!(problem(&|c| c["zone"][5] = json!("www IN A here")).contains("an IPv4 address is expected"));
    assert!(problem(&|c| c["zone"] = json!([])).contains("no SOA"));
}

/// What is compared of a step: all that was found, but for what varies from call to call.
fn found(step: &Value) -> Vec<(&'static str, Value)> {
    let fields = ["response", "exit", "response_hex", "query_hex", "tries"];
    let mut found: Vec<_> = fields.into_iter().map(|field| (field, step[field].clone())).collect();
    found.push(("text", step["text"].as_str().map_or(Value::Null, |text| json!(lasting(text)))));
    let upstream = step["upstream"].as_array().map(|list| list.iter().map(asked).collect());
    found.push(("upstream", upstream.unwrap_or(Value::Null)));
    found
}

/// The text without the lines that tell of the moment.
fn lasting(text: &str) -> String {
    let moment = |line: &&str| line.starts_with(";; Query time: ") || line.starts_with(";; WHEN: ");
    text.lines().filter(|line| !moment(line)).collect::<Vec<_>>().join("\n")
}

/// A question to the authoritative server and its answer, but for the random number.
fn asked(entry: &Value) -> Value {
    let bytes = |field: &str| entry[field].as_str().map(|hex| hex[4..].to_owned());
    json!([entry["question"], bytes("query_hex"), bytes("response_hex")])
}
