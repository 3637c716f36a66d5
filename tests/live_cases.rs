//! Replays what `cargo xtask conformance` has found: random cases in which the real program and the engine did not agree
//! once. The files are recordings of the real program (`observed`), cut from its runs.
#![cfg(not(target_arch = "wasm32"))]

use std::fs;
use std::path::Path;

use hopscope::replay::replay;
use serde_json::Value;

#[test]
fn what_the_live_check_has_found_stays_mended() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/live");
    let mut compared = 0;
    for entry in fs::read_dir(&folder).expect("the folder is there") {
        let path = entry.expect("it can be read").path();
        let text = fs::read_to_string(&path).expect("it can be read");
        let case: Value = serde_json::from_str(&text).expect("it is JSON");
        let mut inputs = case.clone();
        inputs.as_object_mut().expect("an object").remove("observed");
        let replayed = replay(&inputs).expect("it is replayed");
        let (real, engine) = (entries(&case), entries(&replayed));
        assert_eq!(real.len(), engine.len(), "{}", case["case"]);
        for (real, engine) in real.iter().zip(&engine) {
            assert_eq!(real, engine, "{}", case["case"]);
        }
        compared += real.len();
    }
    assert!(compared > 100, "{compared} requests compared");
}

/// What was observed, without measured times.
fn entries(case: &Value) -> Vec<Value> {
    let mut entries = case["observed"].as_array().expect("a list").clone();
    for entry in &mut entries {
        entry.as_object_mut().expect("an object").remove("ms");
    }
    entries
}
