//! Random cases for the exported files: those of HAProxy and of nginx, and nodes of both, on which either program may fail.

use serde_json::{Value, json};

use super::draft::{Draft, case, server_name};
use super::random::Random;
use super::{haproxy_cases, nginx_cases};

/// Checks follow each other this closely. It is their time-out, too, which a busy machine must keep.
const INTER_MS: u64 = 200;
/// The most checks that it takes to change a server's state.
const MOST_CHECKS: u64 = 2;
/// Longer than any server takes to be noticed, even one whose checks run into their time-out.
const NOTICED_MS: u64 = INTER_MS * (2 * MOST_CHECKS + 1);

/// A case in which each request says its number in its path, since that is all that the programs' own logs have of it.
pub fn generate(seed: u64, number: usize) -> Value {
    let mut case = match number % 3 {
        0 => nodes(seed, number),
        1 => haproxy_cases::generate(seed, number),
        _ => nginx_cases::generate(seed, number),
    };
    let events = case["events"].as_array_mut().expect("a case has events");
    // The file is exported once.
    events.retain(|event| event["op"] != "reload");
    let visits = events.iter_mut().filter(|event| event["op"] == "request" || event["op"] == "hold");
    for (visit, event) in visits.enumerate() {
        let path = event["path"].as_str().unwrap_or("/").to_owned();
        event["path"] = json!(format!("{path}{}visit={visit}", if path.contains('?') { '&' } else { '?' }));
    }
    let name = case["case"].as_str().unwrap_or_default().to_owned();
    case["case"] = json!(if name.starts_with("stack_") { name } else { format!("export_{name}") });
    case
}

/// Whether a case of this name is one of these.
pub fn is_one(name: &str) -> bool {
    name.trim_start_matches("stack_").starts_with("export_")
}

/// HAProxy before nodes of nginx and application. After whatever a check may notice, it gets the time to.
fn nodes(seed: u64, number: usize) -> Value {
    let mut random = Random::of_case(seed, "stack", number);
    let algorithm = random.weighted(&[(40, "roundrobin"), (20, "static-rr"), (25, "leastconn"), (15, "source")]);
    let check = random.weighted(&[(35, "tcp"), (20, "static"), (35, "http"), (10, "none")]);
    let check = match check {
        "none" => Value::Null,
        kind => json!({
            "kind": if kind == "tcp" { "tcp" } else { "http" }, "inter_ms": INTER_MS, "rise": random.between(1, MOST_CHECKS),
            "fall": random.between(1, MOST_CHECKS), "path": (kind == "static").then_some("/static/logo.png"),
        }),
    };
    let balancer = json!({
        "kind": haproxy_cases::KIND, "algorithm": algorithm, "retries": random.between(0, 3),
        "redispatch": random.chance(70), "check": check, "allbackups": random.chance(30),
        "timeouts_ms": {"connect": 200, "queue": null, "server": 1_000},
    });
    let has_backups = random.chance(35);
    let most = random.pick(&[1, 4]);
    let server = |index| {
        let weight = random.between(1, most);
        json!({"name": server_name(index), "weight": weight, "backup": has_backups && index > 0 && random.chance(50)})
    };
    let servers = (0..3).map(server).collect();
    let mut draft = Draft::new(random, servers);
    if algorithm == "source" {
        draft.visitors_from(5);
    }
    draft.paths = vec!["/".to_owned(), "/".to_owned(), "/static/logo.png".to_owned()];
    tell(&mut draft);
    let about = format!("random nodes and events, seed {seed}, number {number}");
    let mut case =
        case(format!("stack_export_{seed}_{number:03}"), "HAProxy 2.6 + nginx/1.22", &balancer, &[], &draft, &about);
    case["nginx_timeouts_ms"] = json!({"connect": 300, "read": 400});
    case
}

fn tell(draft: &mut Draft) {
    let mut is_down = [[false; 2]; 3];
    for _ in 0..draft.random.between(4, 6) {
        for _ in 0..draft.random.between(3, 7) {
            draft.request();
        }
        let node = draft.any_server();
        let name = draft.name(node);
        match draft.random.weighted(&[(45, "life"), (25, "state"), (15, "weight"), (15, "hang")]) {
            "life" => {
                let part = draft.random.between(0, 1) as usize;
                let op = if is_down[node][part] { "start" } else { "kill" };
                is_down[node][part] = !is_down[node][part];
                let part = if part == 0 { "nginx" } else { "app" };
                draft.add(json!({"op": op, "server": name, "part": part}));
                draft.add(json!({"op": "wait_ms", "ms": NOTICED_MS}));
            }
            "state" => {
                let state = draft.random.weighted(&[(40, "ready"), (30, "maint"), (30, "drain")]);
                draft.add(json!({"op": "set_state", "server": name, "state": state}));
                draft.add(json!({"op": "wait_ms", "ms": NOTICED_MS}));
            }
            "weight" => {
                let weight = draft.random.between(0, 4);
                draft.add(json!({"op": "set_weight", "server": name, "weight": weight}));
            }
            // A program hangs for two visits: nginx gives up a hung application, HAProxy a hung nginx.
            _ if is_down[node] == [false; 2] => {
                let part = if draft.random.chance(40) { "nginx" } else { "app" };
                draft.add(json!({"op": "freeze", "server": name, "part": part}));
                draft.add(json!({"op": "wait_ms", "ms": NOTICED_MS}));
                draft.request();
                draft.request();
                draft.add(json!({"op": "thaw", "server": name, "part": part}));
                draft.add(json!({"op": "wait_ms", "ms": NOTICED_MS}));
            }
            _ => draft.request(),
        }
    }
    for _ in 0..6 {
        draft.request();
    }
}
