//! Replays every recording of the real HAProxy, alone and before nginx and the application, and compares field by field:
//! same server, status, termination state, retries, redispatch, cookies and order for every request, and the same messages
//! about servers at the same time.
#![cfg(not(target_arch = "wasm32"))]

use std::collections::BTreeMap;
use std::path::Path;

use hopscope::replay::replay;
use hopscope::sim::{Check, Rng};
use serde_json::{Value, json};

/// Recordings that the engine does not carry, each with the reason.
const NOT_CARRIED: [(&str, &str); 0] = [];
/// So many are compared, lest a test that finds none passes.
const RECORDINGS: usize = 188;

/// Clocks of real programs: the README of the recordings allows about this much.
const TOLERANCE_MS: u64 = 50;

#[test]
fn every_recording_is_replayed() {
    let mut failed = BTreeMap::new();
    let mut compared = 0;
    for case in recordings() {
        let name = text(&case["case"]).to_owned();
        let differences = match replay(&case) {
            Ok(replayed) => differences(&case, &replayed),
            Err(problem) => vec![problem.to_string()],
        };
        compared += 1;
        if !differences.is_empty() {
            failed.insert(name, differences);
        }
    }
    let expected: Vec<&str> = NOT_CARRIED.iter().map(|(name, _)| *name).collect();
    let names: Vec<&String> = failed.keys().collect();
    assert_eq!(names, expected, "\n{}", report(&failed));
    assert_eq!(compared, RECORDINGS);
}

/// The lines of the recording's configuration are read, and the engine serves what was recorded with nothing but what was read.
#[test]
fn every_recording_is_replayed_as_its_configuration_is_read() {
    let mut failed = BTreeMap::new();
    for case in recordings().filter(|case| case["balancer"]["kind"] == "haproxy") {
        let read = as_read(&case);
        let differences = replay(&read).map_or_else(|problem| vec![problem.to_string()], |it| differences(&read, &it));
        if !differences.is_empty() {
            failed.insert(text(&case["case"]).to_owned(), differences);
        }
    }
    assert!(failed.is_empty(), "\n{}", report(&failed));
}

/// The recording with the balancer and the servers that its configuration says.
fn as_read(case: &Value) -> Value {
    let (in_defaults, in_backend): (Vec<&str>, Vec<&str>) =
        list(&case["config"]).iter().map(text).partition(|line| line.ends_with(" (in defaults)"));
    let in_defaults: String = in_defaults.iter().map(|line| line.replace(" (in defaults)", "\n")).collect();
    let file = format!("defaults\nmode http\n{in_defaults}backend be\n{}\n", in_backend.join("\n"));
    let reading = hopscope::import::read(&file, None, None).expect("it is short");
    let settings = reading.scenario.unwrap_or_else(|| panic!("{file}{:?}", reading.notices)).settings;
    let lb = settings.balancer;
    let mut read = case.clone();
    let uri = match (lb.algorithm.name(), lb.uri) {
        ("uri", uri) => {
            let number =
                |name: &str, value: Option<u32>| value.map_or(String::new(), |value| format!(" {name} {value}"));
            let whole = if uri.whole { " whole" } else { "" };
            format!("{}{}{whole}", number("len", uri.len), number("depth", uri.depth))
        }
        _ => String::new(),
    };
    let check = (lb.check != Check::None).then(|| {
        let (kind, path) = match lb.check {
            Check::Tcp => ("tcp", None),
            Check::HttpStatic => ("http", Some("/static/health")),
            _ => ("http", Some("/health")),
        };
        json!({
            "kind": kind, "path": path, "inter_ms": lb.inter_ms, "rise": lb.rise, "fall": lb.fall,
            "fastinter_ms": lb.fastinter_ms, "downinter_ms": lb.downinter_ms,
        })
    });
    let avalanche = if lb.hash.avalanche { " avalanche" } else { "" };
    read["balancer"] = json!({
        "kind": "haproxy", "algorithm": format!("{}{uri}", lb.algorithm.name()),
        "hash_type": format!("{} {}{avalanche}", lb.hash.kind.name(), lb.hash.function.name()),
        "retries": lb.retries, "redispatch": lb.redispatch, "redispatch_interval": lb.redispatch_interval,
        "retry_on": String::from(lb.retry_on), "allbackups": lb.all_backups, "abortonclose": lb.abort_on_close,
        "persist": lb.persist, "cookie": lb.cookie.map(|name| format!("{name} insert indirect nocache")), "check": check,
        "timeouts_ms": {
            "connect": lb.timeout_connect_ms, "server": lb.timeout_server_ms, "queue": lb.timeout_queue_ms,
        },
    });
    for (at, server) in list(&case["servers"]).iter().enumerate() {
        let line = &lb.servers[text(&server["name"])];
        read["servers"][at] = json!({
            "name": server["name"], "dead_at_start": server["dead_at_start"], "weight": line.weight,
            "backup": line.backup, "maxconn": line.maxconn, "cookie": line.cookie, "disabled": line.disabled,
            "on_marked_down": line.shut_when_down.then_some("shutdown-sessions"),
        });
    }
    read
}

/// What was observed must not play a part: without it the replay is the same.
#[test]
fn the_replay_does_not_look_at_what_was_observed() {
    for mut case in recordings().step_by(7) {
        let whole = replay(&case).expect("it is replayed");
        let fields = case.as_object_mut().expect("an object");
        for key in ["observed", "runs", "state_log", "replies", "final_stats", "config", "about", "nondeterministic"] {
            fields.remove(key);
        }
        assert_eq!(replay(&case), Ok(whole), "{}", case["case"]);
    }
}

#[test]
fn what_is_unknown_is_named() {
    let case = recordings().find(|case| case["case"] == "roundrobin_equal_2").expect("it is there");
    let with = |pointer: &str, value: Value| {
        let mut case = case.clone();
        *case.pointer_mut(pointer).expect("the field is there") = value;
        replay(&case).expect_err("it is unknown").0
    };
    assert!(with("/events/0/op", json!("explode")).contains("explode"));
    assert!(with("/events/0/src", json!("::1")).contains("::1"));
    assert!(with("/events/0/method", json!("PUT")).contains("PUT"));
    assert!(with("/balancer/algorithm", json!("hdr(host)")).contains("hdr(host)"));
    assert!(with("/balancer/timeouts_ms/connect", json!(-1)).contains("connect"));
    assert!(with("/servers/0/weight", json!("heavy")).contains("heavy"));
    assert!(with("/balancer/kind", json!("envoy")).contains("envoy"));
}

fn report(failed: &BTreeMap<String, Vec<String>>) -> String {
    let lines = failed.iter().map(|(name, differences)| {
        let first: Vec<String> = differences.iter().take(4).map(|line| format!("    {line}")).collect();
        format!("{name}: {} differences\n{}", differences.len(), first.join("\n"))
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// All in which a replay differs from the recording; a timed one was recorded three times, and each request must go as in
/// one of these.
fn differences(case: &Value, replayed: &Value) -> Vec<String> {
    let observed = list(&replayed["observed"]);
    let runs: Vec<&Value> = match case.get("runs") {
        Some(runs) => list(runs).iter().collect(),
        None => vec![case],
    };
    if case["balancer"]["algorithm"] == "random" {
        return distribution(observed, list(&case["observed"])).into_iter().collect();
    }
    let mut all = Vec::new();
    for (i, entry) in observed.iter().enumerate() {
        let each = runs.iter().map(|run| entry_differences(entry, &run["observed"][i]));
        all.extend(each.min_by_key(Vec::len).unwrap_or_default());
    }
    let recorded = list(&runs[0]["observed"]).len();
    if observed.len() != recorded {
        all.push(format!("{} requests, recorded {recorded}", observed.len()));
    }
    let logs: Vec<&[Value]> = runs.iter().map(|run| list(&run["state_log"])).collect();
    all.extend(log_differences(list(&replayed["state_log"]), &logs));
    all
}

/// Every field but the measured times.
fn entry_differences(entry: &Value, recorded: &Value) -> Vec<String> {
    let (entry, recorded) = (fields(entry), fields(recorded));
    let keys = entry.keys().chain(recorded.keys().filter(|key| !entry.contains_key(*key)));
    let different = keys.filter(|key| *key != "ms" && entry.get(*key) != recorded.get(*key));
    let say = |value: Option<&Value>| value.map_or_else(|| "nothing".to_owned(), Value::to_string);
    let line = |key: &String| {
        format!("request {}: {key} {}, recorded {}", entry["i"], say(entry.get(key)), say(recorded.get(key)))
    };
    different.map(line).collect()
}

/// The same messages, at the same event or within the bounds of the runs.
fn log_differences(log: &[Value], recorded: &[&[Value]]) -> Vec<String> {
    let texts = |log: &[Value]| log.iter().map(|entry| without_duration(text(&entry["text"]))).collect::<Vec<_>>();
    if recorded.iter().any(|other| texts(log) != texts(other)) {
        return vec![format!("log: {:#?}, recorded {:#?}", texts(log), texts(recorded[0]))];
    }
    let mut all = Vec::new();
    for (i, entry) in log.iter().enumerate() {
        let in_time = match entry["t_ms"].as_u64() {
            None => entry["after_event"] == recorded[0][i]["after_event"],
            Some(at) => {
                let times = recorded.iter().map(|log| log[i]["t_ms"].as_u64().expect("a time"));
                let (low, high) = (times.clone().min().unwrap_or(0), times.max().unwrap_or(0));
                (low.saturating_sub(TOLERANCE_MS)..=high + TOLERANCE_MS).contains(&at)
            }
        };
        if !in_time {
            all.push(format!("log: {entry}, recorded {}", recorded[0][i]));
        }
    }
    all
}

/// A health check's duration is a measured time.
fn without_duration(text: &str) -> String {
    match text.split_once("check duration: ") {
        Some((before, rest)) => format!("{before}{}", rest.trim_start_matches(|c: char| c.is_ascii_digit())),
        None => text.to_owned(),
    }
}

/// `random` is compared by the shares of the servers: six standard deviations apart is too much.
fn distribution(observed: &[Value], recorded: &[Value]) -> Option<String> {
    let count = |list: &[Value]| {
        let mut counts: BTreeMap<String, u64> = BTreeMap::new();
        list.iter().for_each(|entry| *counts.entry(entry["server"].to_string()).or_default() += 1);
        counts
    };
    let (ours, theirs) = (count(observed), count(recorded));
    let far = |(server, n): (&String, &u64)| {
        let other = *ours.get(server).unwrap_or(&0);
        let apart = n.abs_diff(other);
        apart * apart > 36 * 2 * n.max(&other)
    };
    let fails = ours.len() != theirs.len() || observed.len() != recorded.len() || theirs.iter().any(far);
    fails.then(|| format!("shares {ours:?}, recorded {theirs:?}"))
}

fn recordings() -> impl Iterator<Item = Value> {
    let goldens = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/goldens");
    let files = |folder: &str, start: &'static str| {
        let entries = std::fs::read_dir(goldens.join(folder)).expect("the recordings are there");
        let paths = entries.map(|entry| entry.expect("a readable entry").path());
        let wanted =
            paths.filter(move |path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(start)));
        wanted.collect::<Vec<_>>()
    };
    let mut paths = files("haproxy", "");
    paths.extend(files("nginx", "stack_"));
    paths.sort();
    paths.into_iter().map(|path| {
        let text = std::fs::read_to_string(path).expect("a readable file");
        serde_json::from_str(&text).expect("JSON")
    })
}

fn fields(value: &Value) -> &serde_json::Map<String, Value> {
    value.as_object().expect("an object")
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("a text, not {value}"))
}

/// Events in any order and with other numbers: the replay survives them all.
#[test]
fn any_order_of_events_is_replayed() {
    let mut rng = Rng::new(5, 5);
    let cases: Vec<Value> = recordings().filter(|case| list(&case["events"]).len() < 120).collect();
    let pool: Vec<Value> = cases.iter().flat_map(|case| list(&case["events"]).iter().cloned()).collect();
    for round in 0..400 {
        let mut case = cases[rng.below(cases.len() as u32) as usize].clone();
        let names: Vec<Value> = list(&case["servers"]).iter().map(|server| server["name"].clone()).collect();
        let is_stack = text(&case["case"]).starts_with("stack_");
        for server in case["servers"].as_array_mut().expect("a list") {
            server["weight"] = json!(rng.below(5));
            server["backup"] = json!(rng.below(4) == 0);
            server["maxconn"] = if rng.below(2) == 0 { Value::Null } else { json!(rng.below(3)) };
        }
        case["balancer"]["retries"] = json!(rng.below(4));
        case["balancer"]["redispatch"] = json!(rng.below(2) == 0);
        let events = case["events"].as_array_mut().expect("a list");
        for _ in 0..rng.below(30) {
            let mut event = pool[rng.below(pool.len() as u32) as usize].clone();
            let fields = event.as_object_mut().expect("an object");
            fields.remove("at_ms");
            if fields.contains_key("server") {
                fields.insert("server".to_owned(), names[rng.below(names.len() as u32) as usize].clone());
            }
            if !is_stack {
                fields.remove("part");
            }
            let place = rng.below(events.len() as u32 + 1) as usize;
            events.insert(place, event);
        }
        for i in (1..events.len()).rev() {
            events.swap(i, rng.below(i as u32 + 1) as usize);
        }
        if let Err(problem) = replay(&case) {
            panic!("round {round}: {problem} in {case}");
        }
    }
}

/// Two servers of maxconn 1, the second out of service; four requests come, it returns, a fifth comes, and they are let go in
/// order. Where each request got to, and after which event, as HAProxy 2.6.12 did it.
fn after_a_return(algorithm: &str, out: Value, back: Value) -> Vec<(String, u64)> {
    let hold = |id: &str| json!({ "op": "hold", "method": "GET", "path": "/", "src": "127.0.0.1", "id": id });
    let release = |id: &str| json!({ "op": "release", "id": id });
    let server = |name: &str| json!({ "name": name, "weight": 1, "backup": false, "maxconn": 1 });
    let mut events = vec![out, hold("a"), hold("b"), hold("c"), hold("d"), back, json!({ "op": "wait_ms", "ms": 30 })];
    events.push(hold("e"));
    events.extend(["b", "a", "c", "d", "e"].map(release));
    let case = json!({
        "case": "queue_return",
        "balancer": {
            "kind": "haproxy", "algorithm": algorithm, "retries": 3, "redispatch": true, "check": null,
            "timeouts_ms": { "connect": 200, "queue": 3_000, "server": 5_000 },
        },
        "servers": [server("web-01"), server("web-02")],
        "events": events,
    });
    let replayed = replay(&case).expect("it is replayed");
    let reached = list(&replayed["observed"]).iter().filter_map(|entry| entry.get("reached"));
    reached.map(|at| (text(&at["server"]).to_owned(), at["after_event"].as_u64().expect("a number"))).collect()
}

#[test]
fn a_server_that_comes_up_takes_what_waits_and_does_not_count_it() {
    let state = |state: &str| json!({ "op": "set_state", "server": "web-02", "state": state });
    let health = |health: &str| json!({ "op": "health", "server": "web-02", "health": health });
    let reached = |places: [(u8, u64); 5]| places.map(|(server, event)| (format!("web-0{server}"), event)).to_vec();
    // Round robin sees that others wait and lets the fifth wait too; leastconn finds a free place.
    let turns = reached([(1, 1), (2, 5), (2, 8), (1, 9), (2, 10)]);
    assert_eq!(after_a_return("roundrobin", state("maint"), state("ready")), turns);
    assert_eq!(after_a_return("roundrobin", health("down"), health("up")), turns);
    let loads = reached([(1, 1), (2, 5), (1, 9), (1, 10), (2, 7)]);
    assert_eq!(after_a_return("leastconn", state("maint"), state("ready")), loads);
}

/// The queue is asked only when a server comes UP, so that most of these wait in vain.
#[test]
fn a_server_that_is_drained_no_more_takes_nothing_out_of_the_queue() {
    let state = |state: &str| json!({ "op": "set_state", "server": "web-02", "state": state });
    let weight = |weight: u32| json!({ "op": "set_weight", "server": "web-02", "weight": weight });
    let first_two = [("web-01".to_owned(), 1), ("web-01".to_owned(), 9)];
    assert_eq!(after_a_return("roundrobin", state("drain"), state("ready")), first_two);
    assert_eq!(after_a_return("roundrobin", weight(0), weight(1)), first_two);
}

/// The first window of round robin begins with the configuration, not with the first request.
#[test]
fn all_out_and_back_before_the_first_request() {
    let request = json!({ "op": "request", "method": "GET", "path": "/", "src": "127.0.0.1" });
    let state = |server: &str, state: &str| json!({ "op": "set_state", "server": server, "state": state });
    let mut events = vec![state("web-01", "maint"), state("web-01", "ready")];
    events.extend(vec![request.clone(); 8]);
    events.push(state("web-02", "ready"));
    events.extend(vec![request; 3]);
    let case = json!({
        "case": "change_all_out_first",
        "balancer": {
            "kind": "haproxy", "algorithm": "roundrobin", "retries": 3, "redispatch": true, "check": null,
            "timeouts_ms": { "connect": 200, "queue": null, "server": 5_000 },
        },
        "servers": [
            { "name": "web-01", "weight": 2, "backup": false, "maxconn": null },
            { "name": "web-02", "weight": 1, "backup": false, "maxconn": null, "disabled": true },
        ],
        "events": events,
    });
    let replayed = replay(&case).expect("it is replayed");
    let servers: Vec<&str> = list(&replayed["observed"]).iter().map(|entry| text(&entry["server"])).collect();
    assert_eq!(servers[8..10], ["web-01", "web-02"]);
}
