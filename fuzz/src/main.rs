//! libFuzzer on the targets of `tests/hostile.rs`: `HOPSCOPE_TARGET` names one, and `cargo xtask fuzz` has the rest. Whatever it finds
//! becomes a test there.
#![no_main]

#[path = "../../tests/hostile/counting.rs"]
mod counting;
#[path = "../../tests/hostile/mutate.rs"]
mod mutate;
#[path = "../../tests/hostile/targets.rs"]
mod targets;

use std::fs;
use std::path::Path;
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use libfuzzer_sys::{fuzz_mutator, fuzz_target, fuzzer_mutate};
use mutate::Mutator;
use targets::{TARGETS, Target};

/// The most memory that one input may need beyond itself.
const MAX_PEAK: usize = 16 * 1024 * 1024;
/// The longest time: code that counts where it goes takes a few times as long as code that does not.
const MAX_TIME: Duration = Duration::from_millis(250);

static TARGET: LazyLock<&Target> = LazyLock::new(|| {
    let name = std::env::var("HOPSCOPE_TARGET").expect("HOPSCOPE_TARGET names a target");
    TARGETS.iter().find(|target| target.name == name).expect("a target of this name")
});
static SAMPLES: LazyLock<Vec<String>> = LazyLock::new(|| (TARGET.samples)());

/// The samples are where the search begins.
fn write_samples() {
    let folder = std::env::var("HOPSCOPE_CORPUS").expect("HOPSCOPE_CORPUS names a folder");
    for (at, sample) in SAMPLES.iter().enumerate() {
        fs::write(Path::new(&folder).join(format!("sample-{at}")), sample).expect("the folder can be written to");
    }
}

/// How long a text takes, and how much memory; a machine that does something else may have a second and a third try.
fn read(text: &str) -> (Duration, usize) {
    let tries = (0..3).map(|_| {
        let started = Instant::now();
        let (_, peak) = counting::peak_of(|| (TARGET.run)(text));
        (started.elapsed(), peak)
    });
    let mut quickest = (Duration::MAX, 0);
    for (time, peak) in tries {
        quickest = (quickest.0.min(time), peak);
        if quickest.0 <= MAX_TIME {
            break;
        }
    }
    quickest
}

fuzz_target!(init: write_samples(), |text: &str| {
    let (time, peak) = read(text);
    assert!(peak <= MAX_PEAK, "{} took {peak} bytes", TARGET.name);
    assert!(time <= MAX_TIME, "{} took {time:?}", TARGET.name);
});

// Bytes by libFuzzer, and words of the formats by ours.
fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    if seed % 2 == 0 {
        return fuzzer_mutate(data, size, max_size);
    }
    let mut text = data[..size].to_vec();
    Mutator::new(seed.into(), max_size).change(&mut text, &SAMPLES);
    text.truncate(max_size);
    data[..text.len()].copy_from_slice(&text);
    text.len()
});
