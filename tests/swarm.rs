//! Random worlds under random faults: whatever is thrown at a run, the books agree, and in the end nothing is left over.
//!
//! Everything that a seed does is in one scenario, timeline included. A seed that fails is printed with its scenario, with
//! as few commands as still make it fail; `HOPSCOPE_SCENARIO=file` runs such a scenario again, `HOPSCOPE_SEEDS` says how
//! many seeds are tried.
#![cfg(not(target_arch = "wasm32"))]

#[path = "swarm/chance.rs"]
mod chance;
mod support;
#[path = "swarm/watch.rs"]
mod watch;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use hopscope::app::History;
use hopscope::sim::{Command, Micros, Rng, Scenario, SimTime, World};

const SEEDS: u64 = 300;

#[test]
fn the_books_agree_whatever_happens() {
    if let Ok(path) = std::env::var("HOPSCOPE_SCENARIO") {
        let text = std::fs::read_to_string(path).expect("a readable file");
        return watch::run(Scenario::from_json(&text).expect("a valid scenario"));
    }
    let seeds = std::env::var("HOPSCOPE_SEEDS").ok().and_then(|text| text.parse().ok()).unwrap_or(SEEDS);
    let next = AtomicU64::new(0);
    let failed = std::thread::scope(|scope| {
        let work = || {
            loop {
                let seed = next.fetch_add(1, Ordering::Relaxed);
                if seed >= seeds {
                    return None;
                }
                if fails(&chance::scenario(seed)) {
                    next.store(seeds, Ordering::Relaxed);
                    return Some(seed);
                }
            }
        };
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let workers: Vec<_> = (0..cores).map(|_| scope.spawn(work)).collect();
        workers.into_iter().filter_map(|worker| worker.join().expect("failures are caught")).min()
    });
    if let Some(seed) = failed {
        let scenario = with_few_commands(chance::scenario(seed));
        let text = serde_json::to_string(&scenario).expect("a scenario has only string keys");
        panic!("seed {seed} fails (the reason is above); as a scenario:\n{text}");
    }
}

fn fails(scenario: &Scenario) -> bool {
    let scenario = scenario.clone();
    catch_unwind(AssertUnwindSafe(|| watch::run(scenario))).is_err()
}

/// Leaves out of the troubles what is not needed for a failure: halves, then quarters, and so on.
fn with_few_commands(mut scenario: Scenario) -> Scenario {
    let troubles =
        |scenario: &Scenario| scenario.timeline.iter().take_while(|entry| entry.at_us < chance::troubles_end()).count();
    let mut length = troubles(&scenario).div_ceil(2);
    while length > 0 {
        let mut start = 0;
        while start < troubles(&scenario) {
            let mut fewer = scenario.clone();
            let end = (start + length).min(troubles(&scenario));
            fewer.timeline.drain(start..end);
            if fails(&fewer) { scenario = fewer } else { start += length }
        }
        length /= 2;
    }
    scenario
}

#[test]
fn a_copy_runs_on_as_the_original_does_and_in_portions_too() {
    for seed in 0..12 {
        let mut original = World::new(Arc::new(chance::scenario(seed)));
        let mut rng = Rng::new(seed, 77);
        original.run_until(SimTime(u64::from(rng.below(50_000_000))));
        let end = original.now() + Micros::from_secs(20);
        let (mut copy, mut portions) = (original.clone(), original.clone());
        original.run_until(end);
        copy.run_until(end);
        while !portions.run_bounded(end, 1 + u64::from(rng.below(300))) {}
        for world in [&copy, &portions] {
            assert_eq!((world.digest(), world.events()), (original.digest(), original.events()), "seed {seed}");
            assert_eq!((world.now(), world.planned()), (original.now(), original.planned()), "seed {seed}");
        }
    }
}

/// Commands are given between any two events, as a person does who pauses and steps.
#[test]
fn a_history_gives_the_same_run_again() {
    for seed in 0..12 {
        let mut scenario = chance::scenario(seed);
        let commands: Vec<Command> = scenario.timeline.drain(..).map(|entry| entry.command).collect();
        let scenario = Arc::new(scenario);
        let (mut world, mut history) = (World::new(Arc::clone(&scenario)), History::new(scenario));
        let mut rng = Rng::new(seed, 78);
        for command in commands {
            if world.apply(&command).is_ok() {
                history.push(world.now(), command);
            }
            match rng.below(4) {
                0 => {}
                1 => world.run_until(world.now() + Micros(u64::from(rng.below(2_000_000)))),
                _ => {
                    let far = world.now() + Micros::from_secs(2);
                    world.run_bounded(far, u64::from(rng.below(3_000)));
                }
            }
        }
        let middle = SimTime(world.now().0 / 2);
        let again = history.replay(world.now());
        assert_eq!((again.digest(), again.events()), (world.digest(), world.events()), "seed {seed}");
        assert_eq!(history.replay(middle).now(), middle);
    }
}
