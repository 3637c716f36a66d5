//! What strangers may hand to the page: an address, a scenario, a link, a haproxy.cfg, a picture, a message of the page around. Whatever it
//! is, there is an answer: no panic, and no more memory than a small multiple of what is read.
//!
//! Each target has its samples, which are changed at random from a seed: bytes, stretches, numbers, words of the formats. A run of
//! `cargo xtask fuzz [TARGET] [--seconds N]` goes on for longer, from another seed. What it finds belongs below, as a test of its own.
#![cfg(not(target_arch = "wasm32"))]

#[path = "hostile/counting.rs"]
mod counting;
#[path = "hostile/mutate.rs"]
mod mutate;
#[path = "hostile/targets.rs"]
mod targets;

use std::time::{Duration, Instant};

use counting::peak_of;
use hopscope::sim::{PRESETS, Scenario};
use mutate::Mutator;
use targets::{TARGETS, Target};

/// The longest input that is tried.
const MAX_INPUT: usize = 64 * 1024;
/// The most memory that one input may need beyond itself.
const MAX_PEAK: usize = 16 * 1024 * 1024;
/// How many inputs a test tries.
const TRIES: usize = 400;

/// Tries inputs until `goes_on` has enough; the slowest took so long. The seed makes it happen again.
fn attack(target: &Target, seed: u64, mut goes_on: impl FnMut(usize) -> bool) -> Duration {
    let samples = (target.samples)();
    let mut mutator = Mutator::new(seed, MAX_INPUT);
    let mut slowest = Duration::ZERO;
    let mut tried = 0;
    while goes_on(tried) {
        let input = mutator.next(&samples);
        let started = Instant::now();
        let (_, peak) = peak_of(|| (target.run)(&input));
        slowest = slowest.max(started.elapsed());
        assert!(peak <= MAX_PEAK, "{} took {peak} bytes for:\n{input}", target.name);
        tried += 1;
    }
    slowest
}

fn try_some(name: &str) {
    let target = TARGETS.iter().find(|target| target.name == name).expect("a target of this name");
    let seed = std::env::var("HOPSCOPE_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(20_261_125);
    let seconds = std::env::var("HOPSCOPE_FUZZ_SECONDS").ok().and_then(|seconds| seconds.parse().ok());
    for sample in (target.samples)() {
        assert!((target.run)(&sample), "{name} does not understand its own sample:\n{sample}");
    }
    let begun = Instant::now();
    let mut count = 0;
    let slowest = attack(target, seed, |tried| {
        count = tried;
        seconds.map_or(tried < TRIES, |seconds| begun.elapsed() < Duration::from_secs(seconds))
    });
    println!("{name}: {count} inputs from seed {seed}, the slowest took {slowest:.1?}");
}

#[test]
fn address() {
    try_some("address");
}

#[test]
fn scenario() {
    try_some("scenario");
}

#[test]
fn link() {
    try_some("link");
}

#[test]
fn haproxy() {
    try_some("haproxy");
}

#[test]
fn picture() {
    try_some("picture");
}

#[test]
fn message() {
    try_some("message");
}

fn field(text: &str) -> String {
    Scenario::from_json(text).map_or_else(|error| error.field, |_| "fine".to_owned())
}

#[test]
fn numbers_that_are_none_are_refused_by_the_name_of_their_field() {
    for number in [
        "NaN",
        "-1",
        "1e308",
        "-1e308",
        "1e999",
        "0.5",
        "18446744073709551616",
        "null",
        "\"9\"",
        "[]",
        "{}",
        "Infinity",
    ] {
        let mut value: serde_json::Value = serde_json::from_str(&PRESETS[0].scenario().to_json()).unwrap();
        value["seed"] = serde_json::json!("HERE");
        let text = value.to_string().replace("\"HERE\"", number);
        assert_ne!(field(&text), "fine", "{number}");
        assert_ne!(field(&text), "", "{number}");
    }
}

#[test]
fn a_hundred_thousand_machines_are_refused_at_once() {
    let mut value: serde_json::Value = serde_json::from_str(&PRESETS[0].scenario().to_json()).unwrap();
    let machine = value["topology"]["machines"][0].clone();
    value["topology"]["machines"] = serde_json::Value::Array(vec![machine; 100_000]);
    let text = value.to_string();
    let (field, peak) = peak_of(|| field(&text));
    assert_eq!(field, "scenario", "its text is too long");
    assert!(peak < 4 * text.len() + MAX_PEAK, "{peak} bytes for a text of {}", text.len());
}

#[test]
fn names_that_are_there_twice_are_refused() {
    let mut value: serde_json::Value = serde_json::from_str(&PRESETS[0].scenario().to_json()).unwrap();
    let machines = value["topology"]["machines"].as_array_mut().unwrap();
    let copy = machines[0].clone();
    machines.push(copy);
    assert!(field(&value.to_string()).starts_with("topology.machines["), "{}", field(&value.to_string()));
}

#[test]
fn deep_nesting_is_refused() {
    for open in ["[", "{\"a\":", "{\"topology\":["] {
        assert_ne!(field(&open.repeat(MAX_INPUT / open.len())), "fine");
    }
}

#[test]
fn as_many_machines_as_a_text_holds_are_refused() {
    let mut value: serde_json::Value = serde_json::from_str(&PRESETS[0].scenario().to_json()).unwrap();
    value["topology"]["machines"] = serde_json::json!(vec![serde_json::json!({}); 20_000]);
    let (field, peak) = peak_of(|| field(&value.to_string()));
    assert!(field.starts_with("topology.machines"), "{field}");
    assert!(peak < MAX_PEAK, "{peak} bytes");
}
