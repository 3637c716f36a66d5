//! Every number of a scenario and of a command, each replaced by numbers that are none, or are far out.

use std::sync::Arc;

use hopscope::sim::{Command, Micros, PRESETS, Scenario, World};
use serde_json::{Value, json};

/// What stands in the place of a number. JSON has no `NaN`, so that the text as a whole is refused there, too, by the field's name.
const ODD: [&str; 14] = [
    "NaN",
    "-NaN",
    "Infinity",
    "-1",
    "-0.0",
    "0.5",
    "1e308",
    "-1e308",
    "1e999",
    "18446744073709551616",
    "null",
    "\"9\"",
    "[]",
    "{}",
];
/// These may be in range somewhere; then the world has to live with them.
const FAR: [&str; 7] = ["0", "1", "100", "100000", "65535", "4294967295", "18446744073709551615"];

/// A scenario in which every number has a value, as far as one scenario can have them all.
fn whole() -> Value {
    let mut scenario =
        serde_json::to_value(PRESETS[0].scenario().with(Default::default(), Command::RestoreAll)).unwrap();
    let settings = &mut scenario["settings"];
    for name in ["fastinter_ms", "downinter_ms", "timeout_queue_ms"] {
        settings["balancer"][name] = json!(500);
    }
    settings["balancer"]["uri"] = json!({ "whole": true, "len": 9, "depth": 2 });
    settings["balancer"]["servers"] = json!({ "web-01": { "weight": 3, "maxconn": 7 } });
    settings["nginx"]["upstream"]["servers"] = json!([{ "name": "web-01", "weight": 2, "max_fails": 3, "fail_timeout_s": 4, "max_conns": 5 },{ "name": "web-02" }]);
    let machines = scenario["topology"]["machines"].as_array_mut().unwrap();
    let balancer = machines.iter_mut().find(|machine| machine["name"] == "lb-01").unwrap();
    balancer["firewall"] = json!({ "policy": "drop", "rules": [{ "verdict": "accept", "from": "any", "port": 80 }] });
    balancer["processes"]
        .as_array_mut()
        .unwrap()
        .push(json!({ "name": "keepalived", "role": "keepalived", "address": "203.0.113.99", "priority": 9 }));
    let commands = [
        r#"{"do":"visit","class":"read","count":2,"answer":{"status":503}}"#,
        r#"{"do":"visit","class":"read","count":2,"answer":{"delay":7}}"#,
        r#"{"do":"release","visit":3}"#,
        r#"{"do":"abort","visit":3}"#,
        r#"{"do":"load","rate_per_s":7,"mix":{"static":1,"read":2,"write":3},"arrivals":"even"}"#,
        r#"{"do":"slow","part":"web-01","factor":10}"#,
        r#"{"do":"server-weight","server":"web-01","weight":4}"#,
        r#"{"do":"server-maxconn","server":"web-01","maxconn":3}"#,
        r#"{"do":"reload","upstream":{"next_upstream_tries":2,"servers":[{"name":"web-01","weight":2,"max_fails":3,"fail_timeout_s":4,"max_conns":5},{"name":"web-02"}]}}"#,
        r#"{"do":"firewall","machine":"lb-01","firewall":{"policy":"accept","rules":[{"verdict":"drop","from":"any","port":80}]}}"#,
        r#"{"do":"records","addresses":["203.0.113.10"],"ttl_s":5}"#,
        r#"{"do":"deploy","machine":"web-01","version":2}"#,
        r#"{"do":"set","key":"lb.fall","value":4}"#,
    ];
    let timed =
        |command: &str| json!({ "at_us": 1_000_000, "command": serde_json::from_str::<Value>(command).unwrap() });
    scenario["timeline"] = commands.map(timed).to_vec().into();
    scenario
}

/// The pointers of all numbers, as RFC 6901 has them.
fn numbers(value: &Value, at: &str, found: &mut Vec<String>) {
    match value {
        Value::Number(_) => found.push(at.to_owned()),
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(i, item)| numbers(item, &format!("{at}/{i}"), found));
        }
        Value::Object(fields) => {
            fields.iter().for_each(|(name, field)| numbers(field, &format!("{at}/{name}"), found));
        }
        _ => {}
    }
}

/// The scenario with something else in a place.
fn with(scenario: &Value, pointer: &str, text: &str) -> String {
    let mut scenario = scenario.clone();
    *scenario.pointer_mut(pointer).expect("the place of a number") = json!("HERE");
    scenario.to_string().replacen("\"HERE\"", text, 1)
}

/// A field has a name that a reader finds in the error; a share of visits may be called by what it is a share of.
fn is_named(error: &str, pointer: &str) -> bool {
    let mut names = pointer.rsplit('/').filter(|name| name.parse::<usize>().is_err());
    let (own, around) = (names.next().unwrap_or_default(), names.next().unwrap_or_default());
    error.contains(own) || around == "mix" && error.contains("mix")
}

#[test]
fn no_number_of_a_scenario_is_too_strange() {
    let scenario = whole();
    Scenario::from_json(&scenario.to_string()).expect("as it is, it is fine");
    let mut places = Vec::new();
    numbers(&scenario, "", &mut places);
    assert!(places.len() > 90, "{}: {places:?}", places.len());
    for place in &places {
        for number in ODD.into_iter().chain(FAR) {
            match Scenario::from_json(&with(&scenario, place, number)) {
                Err(error) => assert!(is_named(&error.to_string(), place), "{place} = {number}: {error}"),
                // Only one field may be less than nothing, and some need not be there.
                Ok(_) if number == "-1" => assert!(place.ends_with("redispatch_interval"), "{place}"),
                Ok(_) => assert!(FAR.contains(&number) || number == "null", "{place} = {number} was taken"),
            }
        }
    }
}

/// What is taken is lived with: three seconds with visits and a dead server.
#[test]
fn whatever_number_is_taken_the_world_goes_on() {
    let mut scenario = whole();
    scenario["workload"]["rate_per_s"] = json!(20);
    let mut places = Vec::new();
    numbers(&scenario, "", &mut places);
    for place in places.iter().filter(|place| !place.ends_with("rate_per_s")) {
        for number in FAR {
            let Ok(scenario) = Scenario::from_json(&with(&scenario, place, number)) else {
                continue;
            };
            let mut world = World::new(Arc::new(scenario));
            let killed = world.apply(&Command::Kill { part: "web-02/nginx".to_owned() });
            assert_eq!(killed, Ok(()));
            let until = world.now() + Micros::from_secs(3);
            let is_there = world.run_bounded(until, 200_000);
            assert!(is_there, "{place} = {number}: more than 200,000 events in three seconds");
            assert_eq!(world.verify(), Ok(()), "{place} = {number}");
        }
    }
}

#[test]
fn nor_is_one_of_a_setting_in_an_address() {
    for key in ["lb.fall", "lb.inter", "app.workers", "mysql.threads", "seed", "load", "step", "steps", "speed"] {
        for number in ["NaN", "-1", "1e308", "-0.0", "0.5", "18446744073709551616", "", "\u{202e}7"] {
            let query: String = form_urlencoded::Serializer::new(String::new()).append_pair(key, number).finish();
            let start = hopscope::app::parse_address(&query, "");
            assert!(start.notices.iter().any(|notice| notice.field == key), "{key} = {number}: {:?}", start.notices);
        }
    }
}
