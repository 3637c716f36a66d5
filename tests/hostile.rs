//! What strangers may hand to the page: an address, a scenario, a link, a haproxy.cfg, a picture, a message of the page around. Whatever it
//! is, there is an answer: no panic, and no more memory than a small multiple of what is read.
//!
//! Each target has its samples, which are changed at random from a seed: bytes, stretches, numbers, words of the formats.
//! `cargo xtask fuzz [TARGET] [--seconds N]` has libFuzzer look further. What it finds belongs below, as a test of its own.
#![cfg(not(target_arch = "wasm32"))]

#[path = "hostile/counting.rs"]
mod counting;
#[path = "hostile/mutate.rs"]
mod mutate;
#[path = "hostile/numbers.rs"]
mod numbers;
#[path = "hostile/shapes.rs"]
mod shapes;
#[path = "hostile/targets.rs"]
mod targets;
#[path = "hostile/worst.rs"]
mod worst;

use std::time::{Duration, Instant};

use counting::peak_of;
use mutate::Mutator;
use targets::{TARGETS, Target};
use worst::Worst;

/// The longest input that is tried.
const MAX_INPUT: usize = 64 * 1024;
/// The most memory that one input may need beyond itself.
const MAX_PEAK: usize = 16 * 1024 * 1024;
/// How many inputs a test tries.
const TRIES: usize = 400;

/// The tests try the same texts each time.
const SEED: u64 = 20_261_125;

fn try_some(name: &str) {
    let target = TARGETS.iter().find(|target| target.name == name).expect("a target of this name");
    let samples = (target.samples)();
    for sample in &samples {
        assert!((target.run)(sample), "{name} does not understand its own sample:\n{sample}");
    }
    let mut mutator = Mutator::new(SEED, MAX_INPUT);
    for _ in 0..TRIES {
        let input = mutator.next(&samples);
        let (_, peak) = peak_of(|| (target.run)(&input));
        assert!(peak <= MAX_PEAK, "{name} took {peak} bytes for:\n{input}");
    }
}

/// How long a text may take: 50 ms where the code is optimised, as in `cargo xtask test swarm`, which says so.
fn max_time() -> Duration {
    let ms = std::env::var("HOPSCOPE_MAX_MS").ok().and_then(|ms| ms.parse().ok());
    Duration::from_millis(ms.unwrap_or(2_000))
}

/// A text that takes too long because something else did may try again.
fn quickest(target: &Target, text: &str) -> (Duration, usize) {
    let tries = (0..3).map(|_| {
        let started = Instant::now();
        let (_, peak) = peak_of(|| (target.run)(text));
        (started.elapsed(), peak)
    });
    tries.min().expect("there was a try")
}

/// `cargo test --profile swarm --test hostile worst -- --nocapture` says what each of them takes.
#[test]
fn the_worst_texts_are_read_at_once() {
    let mut faults = Vec::new();
    for Worst { target, what, text } in worst::all() {
        let reader = TARGETS.iter().find(|reader| reader.name == target).expect("a target of this name");
        let (time, peak) = quickest(reader, &text);
        let line = format!("{target}: {what}: {} bytes, {time:.1?}, {} KiB", text.len(), peak / 1024);
        println!("{line}");
        if time > max_time() || peak > MAX_PEAK {
            faults.push(line);
        }
    }
    assert!(faults.is_empty(), "{faults:#?}");
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
fn run() {
    try_some("run");
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
