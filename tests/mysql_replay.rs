//! Every recording of MariaDB, done again by the engine and compared step by step.
#![cfg(not(target_arch = "wasm32"))]

use std::fs;
use std::path::Path;

use hopscope::replay::replay;
use serde_json::Value;

/// Measured times agree within so many ms.
const TOLERANCE_MS: u64 = 50;
/// Recordings that the engine does not carry, each with the reason. All others must agree.
const NOT_CARRIED: [(&str, &str); 0] = [];

fn recordings() -> Vec<Value> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/goldens/mysql");
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
