//! Replays the recordings of the real HAProxy, and of HAProxy before nginx and the application, in a whole world: the same
//! server, status, termination state, retries and redispatch for every request, natively and by the engine of the page.
//!
//! In the recordings of `haproxy/` the servers are applications right behind HAProxy; here they are nginx with static
//! files. In those of `nginx/stack_*` the nodes are whole.
#![cfg(not(target_arch = "wasm32"))]

#[path = "haproxy_goldens/replay.rs"]
mod replay;

use std::path::{Path, PathBuf};

use replay::{Change, Fact, Replay, facts_of, list_of, text_of};
use serde_json::Value;

/// So many recordings must be replayed, lest a test that finds none passes.
const AT_ONCE: usize = 110;
const TIMED: usize = 17;

/// Clocks of real programs: the README of the recordings allows about this much.
const TOLERANCE_MS: u64 = 50;

#[test]
fn requests_one_after_another_go_the_same_way() {
    let mut replayed = 0;
    let mut failures = Vec::new();
    for case in recordings().filter(|case| case.get("runs").is_none()) {
        if let Some(reason) = Replay::refuses(&case) {
            println!("not replayed: {} ({reason})", text_of(&case["case"]));
            continue;
        }
        replayed += 1;
        let facts = Replay::done(&case, 0).facts;
        let expected = facts_of(&case["observed"]);
        if let Some(difference) = first_difference(&facts, &expected) {
            failures.push(format!("{}: {difference}", text_of(&case["case"])));
        }
    }
    println!("{replayed} recordings replayed, {} agree", replayed - failures.len());
    assert!(failures.is_empty(), "{} of {replayed} differ:\n{}", failures.len(), failures.join("\n"));
    assert_eq!(replayed, AT_ONCE);
}

/// Each timed recording was made three times. Servers change state within the bounds of these, give or take what clocks
/// allow, and each request goes as in one of them.
#[test]
fn checks_notice_in_the_same_time() {
    let mut replayed = 0;
    let mut failures = Vec::new();
    for case in recordings().filter(|case| case.get("runs").is_some()) {
        let name = text_of(&case["case"]);
        if let Some(reason) = Replay::refuses(&case) {
            println!("not replayed: {name} ({reason})");
            continue;
        }
        replayed += 1;
        // Where the phase is unknown, one of all phases must do.
        let attempts = Replay::phases(&case).into_iter().map(|phase_ms| differences(&case, phase_ms));
        let best = attempts.min_by_key(Vec::len).expect("at least one phase");
        failures.extend(best.into_iter().map(|difference| format!("{name}: {difference}")));
    }
    println!("{replayed} timed recordings replayed, {} differences", failures.len());
    assert!(failures.is_empty(), "{} differences:\n{}", failures.len(), failures.join("\n"));
    assert_eq!(replayed, TIMED);
}

/// All that is different from each of the three runs.
fn differences(case: &Value, phase_ms: u64) -> Vec<String> {
    let Replay { facts, changes, .. } = Replay::done(case, phase_ms);
    let runs: Vec<Vec<Fact>> = list_of(&case["runs"]).map(|run| facts_of(&run["observed"])).collect();
    let logs: Vec<Vec<Change>> = list_of(&case["runs"]).map(|run| changes_of(&run["state_log"])).collect();
    let mut differences = Vec::new();
    for (i, fact) in facts.iter().enumerate() {
        if !runs.iter().any(|run| run.get(i) == Some(fact)) {
            differences.push(format!("request {i}: {fact:?}, recorded {:?}", runs[0].get(i)));
        }
    }
    differences.extend(out_of_bounds(&changes, &logs));
    differences
}

fn out_of_bounds(changes: &[Change], logs: &[Vec<Change>]) -> Option<String> {
    let fault = |what: &str| Some(format!("{what}: {changes:?}, recorded {logs:?}"));
    if logs.iter().any(|log| log.len() != changes.len()) {
        return fault("another number of changes");
    }
    for (i, change) in changes.iter().enumerate() {
        let (first, times) = (&logs[0][i], logs.iter().map(|log| log[i].at_ms));
        let (low, high) = (times.clone().min().unwrap_or(0), times.max().unwrap_or(0));
        let in_time = (low.saturating_sub(TOLERANCE_MS)..=high + TOLERANCE_MS).contains(&change.at_ms);
        if (&first.server, first.up) != (&change.server, change.up) || !in_time {
            return fault("another change, or at another time");
        }
    }
    None
}

/// What HAProxy's log says about servers, such as `Server be/web-01 is DOWN.`
fn changes_of(log: &Value) -> Vec<Change> {
    let changes = list_of(log).filter_map(|entry| {
        let (server, state) = text_of(&entry["text"]).strip_prefix("Server be/")?.split_once(" is ")?;
        let up = state.starts_with("UP");
        (up || state.starts_with("DOWN")).then(|| Change {
            server: server.to_owned(),
            up,
            at_ms: entry["t_ms"].as_u64().unwrap_or(0),
        })
    });
    changes.collect()
}

fn first_difference(facts: &[Fact], expected: &[Fact]) -> Option<String> {
    let pairs = facts.iter().zip(expected).enumerate();
    if facts.len() != expected.len() {
        return Some(format!("{} requests, recorded {}", facts.len(), expected.len()));
    }
    let mut different = pairs.filter(|(_, (got, wanted))| got != wanted);
    different.next().map(|(i, (got, wanted))| format!("request {i}: {got:?}, recorded {wanted:?}"))
}

fn recordings() -> impl Iterator<Item = Value> {
    let goldens = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/goldens");
    let files = |folder: &str| -> Vec<PathBuf> {
        let entries = std::fs::read_dir(goldens.join(folder)).expect("the recordings are there");
        entries.map(|entry| entry.expect("a readable entry").path()).collect()
    };
    let is_stack = |path: &PathBuf| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("stack_"));
    let mut paths = files("haproxy");
    paths.extend(files("nginx").into_iter().filter(is_stack));
    paths.sort();
    paths.into_iter().map(|path| {
        let text = std::fs::read_to_string(path).expect("a readable file");
        serde_json::from_str(&text).expect("JSON")
    })
}
