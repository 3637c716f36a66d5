//! Every recording of MariaDB, done again by the engine and compared step by step.
#![cfg(not(target_arch = "wasm32"))]

use std::fs;
use std::path::Path;

use hopscope::replay::replay;
use hopscope::sim::Rng;
use serde_json::{Value, json};

/// Measured times agree within so many ms.
const TOLERANCE_MS: u64 = 50;
/// Recordings that the engine does not carry, each with the reason. All others must agree.
const NOT_CARRIED: [(&str, &str); 0] = [];

fn recordings() -> Vec<Value> {
    files_in("tests/goldens/mysql")
}

fn files_in(folder: &str) -> Vec<Value> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut files: Vec<_> = fs::read_dir(folder).expect("the recordings").flatten().map(|file| file.path()).collect();
    files.sort();
    let read = |path| serde_json::from_str(&fs::read_to_string(path).expect("a file")).expect("JSON");
    files.into_iter().map(read).collect()
}

/// The first difference between two lists of steps.
fn difference(recorded: &Value, replayed: &Value) -> Option<String> {
    let [recorded, replayed] = [recorded, replayed].map(|case| case["steps"].as_array().expect("steps"));
    if recorded.len() != replayed.len() {
        return Some(format!("{} steps, and {} of them", recorded.len(), replayed.len()));
    }
    let mut pairs = recorded.iter().zip(replayed).enumerate();
    let (number, (recorded, replayed)) = pairs.find(|(_, (recorded, replayed))| !same(recorded, replayed))?;
    Some(format!("step {number}:\nrecorded {recorded}\nreplayed {replayed}"))
}

fn same(recorded: &Value, replayed: &Value) -> bool {
    let (Some(left), Some(right)) = (recorded.as_object(), replayed.as_object()) else {
        return false;
    };
    left.len() == right.len()
        && left.iter().all(|(key, value)| {
            match (key.as_str(), value.as_u64(), right.get(key).and_then(Value::as_u64)) {
                ("ms", Some(left), Some(right)) => left.abs_diff(right) <= TOLERANCE_MS,
                _ => right.get(key) == Some(value),
            }
        })
}

#[test]
fn every_recording_of_mariadb_agrees() {
    let mut faults = String::new();
    let recordings = recordings();
    assert_eq!(recordings.len(), 19);
    let mut not_carried = Vec::new();
    for recording in &recordings {
        let case = recording["case"].as_str().expect("a name");
        let fault = match replay(recording) {
            Ok(replayed) => difference(recording, &replayed),
            Err(problem) => Some(problem.to_string()),
        };
        if NOT_CARRIED.iter().any(|(name, _)| *name == case) {
            assert!(fault.is_some(), "{case} agrees: take it off the list");
            not_carried.push(case);
        } else if let Some(fault) = fault {
            faults += &format!("\n{case}: {fault}\n");
        }
    }
    assert!(faults.is_empty(), "{faults}");
    assert_eq!(not_carried, NOT_CARRIED.map(|(case, _)| case));
}

/// More of the kind, recorded with another client: it gives neither the SQLSTATE of an error nor times.
#[test]
fn other_orders_of_steps_agree_too() {
    let cases = files_in("tests/mysql_cases");
    assert_eq!(cases.len(), 5);
    for case in cases {
        let mut replayed = replay(&case).expect("it is carried");
        for step in replayed["steps"].as_array_mut().expect("steps") {
            if let Some(error) = step["result"].get_mut("error").and_then(Value::as_object_mut) {
                error.remove("sqlstate");
            }
        }
        assert_eq!(difference(&case, &replayed), None, "{}", case["case"]);
    }
}

/// The replay looks at what was done, never at what came of it.
#[test]
fn what_a_recording_says_was_seen_makes_no_difference() {
    for mut recording in recordings() {
        let replayed = replay(&recording).expect("it is carried");
        for step in recording["steps"].as_array_mut().expect("a list") {
            let step = step.as_object_mut().expect("a step");
            step.insert("result".to_owned(), Value::Null);
            step.remove("connection");
        }
        assert_eq!(replayed, replay(&recording).expect("it is carried"));
    }
}

/// Any list of known steps comes to an end, and to the same one each time; the books of the engine agree after each step
/// (which a debug build asserts).
#[test]
fn any_order_of_known_steps_is_replayed() {
    let recordings = recordings();
    for seed in 0..150 {
        let mut chance = Rng::new(seed, 1);
        let setup = &recordings[chance.below(19) as usize]["setup"];
        let mut steps: Vec<Value> = (0..60).map(|number| step(&mut chance, number)).collect();
        // What hangs would be waited for in vain for a long time.
        steps.extend(["primary", "replica"].map(|on| json!({ "step": "thaw", "on": on })));
        let recording = json!({ "case": format!("seed {seed}"), "setup": setup, "steps": steps });
        let replayed = replay(&recording).expect("all of it is known");
        assert_eq!(replayed["steps"].as_array().map(Vec::len), Some(62));
        if seed % 10 == 0 {
            assert_eq!(replayed, replay(&recording).expect("all of it is known"), "seed {seed}");
        }
    }
}

fn step(chance: &mut Rng, number: usize) -> Value {
    let mut one = |list: &[&str]| list[chance.below(list.len() as u32) as usize].to_owned();
    let on = one(&["primary", "primary", "replica"]);
    let kinds = ["kill", "start", "start", "start", "freeze", "thaw", "thaw", "thaw", "shut down", "replica status"];
    if one(&["a", "b", "c", "d", "e"]) == "a" {
        return json!({ "step": one(&kinds), "on": on });
    }
    if one(&["a", "b", "c", "d", "e"]) == "a" {
        return json!({ "step": "wait_ms", "ms": one(&["1", "40", "1200"]).parse::<u64>().expect("a number") });
    }
    let id = one(&["1", "2", "3", "4", "5"]);
    let sql = one(&[
        "BEGIN",
        "COMMIT",
        "ROLLBACK",
        &format!("INSERT INTO orders (item) VALUES ('n{number}')"),
        &format!("INSERT INTO orders (item) VALUES ('x{number}'), ('y{number}')"),
        &format!("INSERT INTO orders (id, item) VALUES ({id}, 'i{number}')"),
        &format!("UPDATE orders SET item='u{number}' WHERE id={id}"),
        &format!("UPDATE orders SET item='all {number}'"),
        &format!("DELETE FROM orders WHERE id={id}"),
        "SELECT id, item FROM orders ORDER BY id",
        "SELECT COUNT(*) AS n, MAX(id) FROM orders WHERE id>1",
        "SELECT @@gtid_binlog_pos AS binlog, @@gtid_slave_pos AS slave, @@gtid_current_pos AS current",
        "SHOW STATUS LIKE 'Rpl_semi_sync_master_status'",
        "START SLAVE",
        "STOP SLAVE",
        "START SLAVE IO_THREAD",
        "STOP SLAVE IO_THREAD",
        "START SLAVE SQL_THREAD",
        "STOP SLAVE SQL_THREAD",
        "RESET SLAVE",
        "RESET SLAVE ALL",
        "CHANGE MASTER TO MASTER_DELAY=1",
        "CHANGE MASTER TO MASTER_HOST='127.0.1.1', MASTER_USE_GTID=current_pos",
        "CHANGE MASTER TO MASTER_HOST='127.0.1.2', MASTER_USE_GTID=slave_pos",
        "SET GLOBAL read_only=0",
        "SET GLOBAL read_only=1",
        "CREATE TABLE t (a INT)",
        "SELEC 1",
    ]);
    let mut step = json!({ "step": format!("sql on {on}"), "on": on, "sql": sql, "limit_ms": 2_500 });
    step["user"] = one(&["app", "app", "admin"]).into();
    if one(&["a", "b", "c"]) == "a" {
        step["session"] = one(&["first", "second"]).into();
    }
    if !sql.starts_with("SELECT") && one(&["a", "b", "c", "d", "e", "f"]) == "a" {
        step["background"] = true.into();
    }
    step
}
