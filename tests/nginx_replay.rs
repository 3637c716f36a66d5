//! Every recording of nginx before applications, done again by the engine and compared field by field: servers tried and
//! what became of each try, status, who answered, time where it counts, and when held requests arrived and ended.
//!
//! The recordings `stack_*` (HAProxy before nginx before applications) are those of HAProxy.
#![cfg(not(target_arch = "wasm32"))]

use std::path::Path;

use hopscope::replay::replay;
use serde_json::{Value, json};

/// Recordings that the engine cannot carry, with the reason.
const NOT_CARRIED: [(&str, &str); 0] = [];
/// So many recordings there are, lest a test that finds none passes.
const RECORDINGS: usize = 42;
/// Real programs take a few ms for what costs nothing here.
const TOLERANCE_MS: u64 = 50;

fn recordings() -> Vec<Value> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/goldens/nginx");
    let mut paths: Vec<_> =
        std::fs::read_dir(folder).expect("the recordings").map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let is_stack = |path: &Path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("stack_"));
    let read = |path: &Path| serde_json::from_str(&std::fs::read_to_string(path).unwrap()).expect("a recording");
    paths.iter().filter(|path| !is_stack(path)).map(|path| read(path)).collect()
}

fn recording(name: &str) -> Value {
    recordings().into_iter().find(|recording| recording["case"] == name).expect("a recording of this name")
}

/// What a replay has otherwise than the recording.
fn differences(recording: &Value, replayed: &Value) -> Vec<String> {
    let (expected, got) = (recording["observed"].as_array().unwrap(), replayed["observed"].as_array().unwrap());
    if expected.len() != got.len() {
        return vec![format!("{} requests, {} recorded", got.len(), expected.len())];
    }
    let mut differences = Vec::new();
    for (expected, got) in expected.iter().zip(got) {
        for (key, value) in expected.as_object().unwrap() {
            let agrees = match (key.as_str(), value["total"].as_u64(), got["ms"]["total"].as_u64()) {
                ("ms", Some(recorded), Some(ms)) => recorded.abs_diff(ms) <= TOLERANCE_MS,
                _ => got[key] == *value,
            };
            if !agrees {
                differences.push(format!("request {}, {key}: {}, recorded {value}", expected["i"], got[key]));
            }
        }
    }
    differences
}

#[test]
fn every_recording_is_replayed_as_it_was() {
    let (mut found, mut failures, mut not_carried) = (0, Vec::new(), Vec::new());
    for recording in recordings() {
        let name = recording["case"].as_str().expect("a name").to_owned();
        found += 1;
        match replay(&recording) {
            Ok(replayed) => {
                assert_eq!(replayed["case"], name.as_str());
                failures.extend(differences(&recording, &replayed).into_iter().map(|what| format!("{name}: {what}")));
            }
            Err(problem) => not_carried.push((name, problem.to_string())),
        }
    }
    let expected: Vec<_> = NOT_CARRIED.iter().map(|(name, why)| ((*name).to_owned(), (*why).to_owned())).collect();
    assert_eq!(not_carried, expected);
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    assert_eq!(found, RECORDINGS);
}

/// What was observed is no input: without it the replay is the same.
#[test]
fn a_replay_does_not_look_at_what_was_observed() {
    for mut recording in recordings() {
        let replayed = replay(&recording);
        recording["observed"] = json!([]);
        assert_eq!(replay(&recording), replayed);
    }
}

/// A comparison that finds nothing would find nothing here either.
#[test]
fn other_servers_or_events_give_other_results() {
    let mut recording = recording("wrr_5_1_1");
    recording["servers"][1]["weight"] = json!(2);
    assert!(!differences(&recording, &replay(&recording).expect("known")).is_empty());
    let mut recording = self::recording("dead_default");
    recording["events"][3]["server"] = json!("web-02");
    assert!(!differences(&recording, &replay(&recording).expect("known")).is_empty());
}

#[test]
fn what_is_unknown_is_named() {
    let problem = |change: fn(&mut Value)| {
        let mut recording = recording("dead_default");
        change(&mut recording);
        replay(&recording).expect_err("unknown").to_string()
    };
    type Change = fn(&mut Value);
    let cases: [(Change, &str); 9] = [
        (|r| r["events"][3]["op"] = json!("explode"), "events[3].op: `explode` is not known"),
        (|r| r["events"][3]["server"] = json!("web-09"), "events[3].server: `web-09` is not known"),
        (|r| r["events"][0]["app"] = json!("sing"), "events[0].app: `\"sing\"` is not known"),
        (|r| r["events"][0]["method"] = json!("BREW"), "events[0].method: `BREW` is not known"),
        (|r| r["events"][3] = json!({"op": "release", "id": "x"}), "events[3].id: no request is held as `x`"),
        (|r| r["balancer"]["algorithm"] = json!("random"), "balancer.algorithm: `random` is not known"),
        (|r| r["balancer"]["next_upstream"] = json!("error luck"), "balancer.next_upstream: `luck` is not known"),
        (|r| r["servers"][0]["slow_start"] = json!(30), "servers: unknown field `slow_start`"),
        (|r| r["servers"][0]["weight"] = json!(0), "settings.nginx.upstream.servers[0].weight: 1 to 65535, here 0"),
    ];
    for (change, expected) in cases {
        assert_eq!(problem(change), expected);
    }
}

/// As nginx 1.22.1 was seen to do it: a client that leaves a held request gives the server's place back at once.
#[test]
fn a_client_that_leaves_gives_its_place_back() {
    let request = |op: &str| json!({ "op": op, "id": "a", "method": "GET", "path": "/", "src": "127.0.0.1" });
    let server = |name: &str| json!({ "name": name, "weight": 1, "maxconn": 1 });
    let recording = json!({
        "case": "left", "servers": [server("web-01"), server("web-02")],
        "balancer": { "kind": "nginx", "algorithm": "least_conn", "timeouts_ms": {}, "next_upstream": "error" },
        "events": [
            request("hold"), request("request"), request("request"), json!({ "op": "abort", "id": "a" }),
            request("request"), request("request"), json!({ "op": "release", "id": "a" }), request("request"),
        ],
    });
    let replayed = replay(&recording).expect("known");
    let left = &replayed["observed"][0];
    assert_eq!((&left["status"], &left["upstream_status"]), (&json!(499), &json!(["-"])));
    assert_eq!((&left["done_after_event"], &left["answered_by"]), (&json!(3), &Value::Null));
    let servers: Vec<_> = replayed["observed"].as_array().unwrap().iter().map(|r| r["server"].as_str()).collect();
    let (one, two) = (Some("web-01"), Some("web-02"));
    assert_eq!(servers, [one, two, two, two, one, two]);
}

/// A linear congruential sequence: what is random here must be the same every time.
struct Dice(u64);

impl Dice {
    fn throw(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % sides
    }

    fn pick<T: Copy>(&mut self, list: &[T]) -> T {
        list[self.throw(list.len())]
    }

    fn servers(&mut self, count: usize, backups: bool) -> Vec<Value> {
        let mut server = |i: usize| {
            json!({
                "name": format!("web-{:02}", i + 1), "weight": 1 + self.throw(9), "max_fails": self.throw(4),
                "fail_timeout_s": self.throw(3), "maxconn": self.pick(&[None, None, Some(1), Some(3)]),
                "backup": backups && i > 0 && self.throw(4) == 0, "down": self.throw(6) == 0,
            })
        };
        (0..count).map(&mut server).collect()
    }

    fn event(&mut self, i: usize, servers: usize, backups: bool) -> Value {
        let server = format!("web-{:02}", 1 + self.throw(servers));
        let src = format!("198.51.{}.{}", self.throw(250), self.throw(250));
        let (method, path) =
            (self.pick(&["GET", "POST"]), self.pick(&["/", "/a?b=1", "/static/logo.txt", "/static/x"]));
        let request = json!({ "op": "request", "method": method, "path": path, "src": src });
        match self.throw(24) {
            0..10 => {
                let mut request = request;
                let answers = ["status:200", "status:404", "status:503", "delay:90", "delay:700", "close", "reset"];
                let answers = [&answers[..], &["partial", "garbage", "short_body"]].concat();
                let answer = self.pick(&answers);
                request["app"] = self.pick(&[None, Some(answer)]).into();
                request
            }
            10..13 => json!({ "op": "hold", "id": format!("h{i}"), "method": method, "path": path, "src": src }),
            13 => json!({ "op": "wait_ms", "ms": self.throw(2_500) }),
            14 => json!({ "op": "reload", "servers": self.servers(servers, backups) }),
            15..17 => json!({ "op": "kill", "server": server }),
            17..19 => json!({ "op": "start", "server": server }),
            19 => json!({ "op": "freeze", "server": server }),
            20 => json!({ "op": "thaw", "server": server }),
            21 => json!({ "op": "blackhole", "server": server }),
            _ => json!({ "op": "unblackhole", "server": server }),
        }
    }
}

/// No list of known operations, in whatever order, is too much: every request ends, with one result for each try.
#[test]
fn any_order_of_operations_is_carried_out() {
    for seed in 0..150 {
        let mut dice = Dice(seed);
        let algorithm = dice.pick(&["roundrobin", "least_conn", "ip_hash", "hash $request_uri"]);
        let backups = matches!(algorithm, "roundrobin" | "least_conn");
        let count = 1 + dice.throw(6);
        let mut events: Vec<Value> = Vec::new();
        for i in 0..60 {
            let held: Vec<Value> =
                events.iter().filter(|event| event["op"] == "hold").map(|e| e["id"].clone()).collect();
            events.push(match (dice.throw(6), held.is_empty()) {
                (0, false) => json!({ "op": "release", "id": held[dice.throw(held.len())] }),
                (1, false) if dice.throw(3) == 0 => json!({ "op": "abort", "id": held[dice.throw(held.len())] }),
                _ => dice.event(i, count, backups),
            });
        }
        let requests = events.iter().filter(|event| event["op"] == "request" || event["op"] == "hold").count();
        let next = dice.pick(&["error timeout", "off", "error timeout http_503 http_404 non_idempotent"]);
        let recording = json!({
            "case": seed, "servers": dice.servers(count, backups), "events": events,
            "balancer": {
                "kind": "nginx", "algorithm": algorithm, "timeouts_ms": { "connect": 100, "server": 400 },
                "next_upstream": next, "next_upstream_tries": dice.pick(&[None, Some(2)]),
            },
        });
        let replayed = replay(&recording).unwrap_or_else(|problem| panic!("seed {seed}: {problem}"));
        let observed = replayed["observed"].as_array().expect("a list");
        assert_eq!(observed.len(), requests, "seed {seed}");
        for request in observed {
            let length = |key: &str| request[key].as_array().map(Vec::len);
            assert!(request["status"].is_u64(), "seed {seed}: {request}");
            assert_eq!(length("tried"), length("upstream_status"), "seed {seed}: {request}");
        }
    }
}
