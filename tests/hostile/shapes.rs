//! Scenarios of a strange shape: too many of something, the same twice, circles, and nobody to serve.

use std::sync::Arc;

use hopscope::sim::balancer::Algorithm;
use hopscope::sim::{Cause, Class, Command, Micros, PRESETS, Scenario, ServerLine, Verdict, World};
use serde_json::{Value, json};

use super::counting::peak_of;
use super::{MAX_INPUT, MAX_PEAK};

fn three_servers() -> Value {
    serde_json::from_str(&PRESETS[0].scenario().to_json()).expect("JSON")
}

/// The field that is wrong with a text.
fn field(text: &str) -> String {
    Scenario::from_json(text).map_or_else(|error| error.field, |_| "fine".to_owned())
}

/// The field that is wrong when something stands at a place.
fn field_with(pointer: &str, value: Value) -> String {
    let mut scenario = three_servers();
    *scenario.pointer_mut(pointer).expect("there is this place") = value;
    field(&scenario.to_string())
}

#[test]
fn a_hundred_thousand_machines_are_refused_at_once() {
    let mut value = three_servers();
    let machine = value["topology"]["machines"][0].clone();
    value["topology"]["machines"] = Value::Array(vec![machine; 100_000]);
    let text = value.to_string();
    let (field, peak) = peak_of(|| field(&text));
    assert_eq!(field, "scenario", "its text is too long");
    assert!(peak < 4 * text.len() + MAX_PEAK, "{peak} bytes for a text of {}", text.len());
}

#[test]
fn as_many_machines_as_a_text_holds_are_refused() {
    let (field, peak) = peak_of(|| field_with("/topology/machines", json!(vec![json!({}); 20_000])));
    assert!(field.starts_with("topology.machines"), "{field}");
    assert!(peak < MAX_PEAK, "{peak} bytes");
}

#[test]
fn more_links_than_can_be_drawn_are_refused() {
    let nginx = super::worst::crowd(90, &[json!({ "name": "nginx", "role": "nginx" })]);
    let mut both = nginx.clone();
    for at in 0..90 {
        let process = json!({ "name": "app", "role": "app" });
        let machine = json!({ "name": format!("a{at}"), "address": format!("10.8.0.{at}"), "processes": [process] });
        both["topology"]["machines"].as_array_mut().unwrap().push(machine);
    }
    assert_eq!(
        (field(&nginx.to_string()), field(&both.to_string())),
        ("fine".to_owned(), "topology.machines".to_owned())
    );
}

#[test]
fn free_texts_and_lists_of_them_have_an_end() {
    // Markup, an end of a line and the like do no harm where a name is written: the tests of exported files and of markup.
    for name in ["<b>\u{202e}".repeat(20), "a\u{0}b".to_owned(), "two\nlines".to_owned()] {
        assert_eq!(field_with("/name", json!(name)), "fine");
    }
    assert_eq!(field_with("/name", json!("x".repeat(101))), "name");
    assert_eq!(field_with("/settings/nginx/files", json!(vec!["/a"; 201])), "settings.nginx.files");
    for path in ["", "a", "/a b", &"/".repeat(257)] {
        assert_eq!(field_with("/settings/nginx/files", json!(["/", path])), "settings.nginx.files[1]", "{path}");
    }
    assert_eq!(field_with("/settings/dns/addresses", json!(vec!["10.0.0.1"; 9])), "settings.dns.addresses");
}

#[test]
fn deep_nesting_is_refused() {
    for open in ["[", "{\"a\":", "{\"topology\":["] {
        assert_ne!(field(&open.repeat(MAX_INPUT / open.len())), "fine");
    }
}

#[test]
fn what_is_there_twice_is_refused() {
    let twice = |pointer: &str| {
        let mut scenario = three_servers();
        let list = scenario.pointer_mut(pointer).and_then(Value::as_array_mut).expect("a list");
        let copy = list.last().cloned().expect("something in it");
        list.push(copy);
        field(&scenario.to_string())
    };
    let machines = three_servers()["topology"]["machines"].as_array().map_or(0, Vec::len);
    assert_eq!(twice("/topology/machines"), format!("topology.machines[{machines}].name"));
    assert!(twice("/topology/machines/0/processes").starts_with("topology.machines[0].processes[1]"));
    let line = json!({ "name": "web-01" });
    assert_eq!(
        field_with("/settings/nginx/upstream/servers", json!([line, line])),
        "settings.nginx.upstream.servers[1].name"
    );
    let text = three_servers().to_string();
    let key = text.replacen("\"seed\":", "\"seed\":1,\"seed\":", 1);
    assert_eq!(field(&key), "seed", "a field that is there twice");
}

#[test]
fn circles_are_refused_or_go_nowhere() {
    let place = |scenario: &Value, role: &str| {
        let machines = scenario["topology"]["machines"].as_array().expect("a list");
        let all = machines.iter().enumerate().flat_map(|(i, machine)| {
            let processes = machine["processes"].as_array().expect("a list");
            processes.iter().enumerate().map(move |(j, process)| (i, j, machine, process))
        });
        let mut those = all.filter(|(.., process)| process["role"] == role);
        let (i, j, machine, process) = those.next_back().expect("one with this role");
        let name = |value: &Value| value["name"].as_str().map(str::to_owned).unwrap_or_default();
        (i, j, format!("{}/{}", name(machine), name(process)))
    };
    // A replica of itself; and of something that is no database.
    let (i, j, own) = place(&three_servers(), "mysqld");
    for source in [own, place(&three_servers(), "app").2, "nobody/mysqld".to_owned(), String::new()] {
        let mut scenario = three_servers();
        scenario["topology"]["machines"][i]["processes"][j]["replica_of"] = json!(source);
        assert_eq!(field(&scenario.to_string()), format!("topology.machines[{i}].processes[{j}].replica_of"));
    }
    // nginx that passes requests to the balancer.
    assert_eq!(
        field_with("/settings/nginx/upstream/servers", json!([{ "name": "lb-01" }])),
        "settings.nginx.upstream.servers[0].name"
    );
    // The site's address leads to the visitor, to the resolver, to a database, to nobody; commands make a primary its own source.
    let mut scenario = three_servers();
    scenario["settings"]["dns"]["addresses"] =
        json!(["198.51.100.20", "192.0.2.53", "10.0.0.11", "0.0.0.0", "127.0.0.1"]);
    let mut world = World::new(Arc::new(Scenario::from_json(&scenario.to_string()).expect("addresses are free")));
    let (_, _, replica) = place(&three_servers(), "mysqld");
    let commands = ["web-01/mysqld", &replica].into_iter().flat_map(|server| {
        let server = server.to_owned();
        [
            Command::Follow { server: server.clone() },
            Command::Promote { server: server.clone() },
            Command::Reclone { server },
        ]
    });
    for command in commands.cycle().take(24) {
        // Some make no sense at the moment, and say so.
        if let Err(error) = world.apply(&command) {
            assert!(!error.field.is_empty(), "{command:?}: {error}");
        }
        world.apply(&Command::visits(Class::Write, 3)).expect("visits are always possible");
        let until = world.now() + Micros::from_secs(100);
        assert!(world.run_bounded(until, 200_000), "{command:?}: it goes round and round");
        assert_eq!(world.verify(), Ok(()));
    }
}

/// HAProxy 2.6.12 with `weight 0` on every `server` line answers 503 at once, whatever `balance` says: a server of weight 0 takes part
/// in no choice, and nothing waits in a queue for it.
#[test]
fn servers_that_all_have_weight_0_serve_nobody() {
    for algorithm in Algorithm::ALL {
        let mut scenario = PRESETS[0].scenario();
        scenario.settings.balancer.algorithm = algorithm;
        for name in ["web-01", "web-02"] {
            let line = ServerLine { weight: 0, ..ServerLine::default() };
            scenario.settings.balancer.servers.insert(name.to_owned(), line);
        }
        assert_eq!(scenario.validate(), Ok(()));
        let mut world = World::new(Arc::new(scenario));
        world.apply(&Command::visits(Class::Read, 20)).expect("visits");
        world.run_until(world.now() + Micros::from_secs(1));
        let ended: Vec<_> = world.log().newest_first().collect();
        assert_eq!(ended.len(), 20, "{algorithm:?}: nobody waits");
        for visit in ended {
            assert_eq!(
                (visit.outcome.result, visit.outcome.cause),
                (Verdict::Http(503), Cause::NoServer),
                "{algorithm:?}"
            );
        }
        // One that gets a weight serves, where the algorithm lets the weight be changed.
        let Ok(()) = world.apply(&Command::ServerWeight { server: "web-02".to_owned(), weight: 1 }) else {
            continue;
        };
        world.apply(&Command::visits(Class::Static, 1)).expect("a visit");
        world.run_until(world.now() + Micros::from_secs(1));
        let newest = world.log().newest_first().next().expect("it has ended");
        assert_eq!(newest.outcome.result, Verdict::Http(200), "{algorithm:?}");
    }
}
