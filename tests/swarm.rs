//! Random worlds under random faults: whatever is thrown at a run, the invariants hold, and in the end nothing is left over.
//!
//! Everything that a seed does in its ten simulated minutes is in one scenario, timeline included. A seed that fails is
//! printed, and its scenario written to a file, with as few commands as still make it fail. `HOPSCOPE_SCENARIO=file` runs
//! such a scenario again under the same watch, `HOPSCOPE_SEEDS` says how many seeds are tried; `cargo xtask test swarm`
//! tries 2,000 of them, compiled for speed.
#![cfg(not(target_arch = "wasm32"))]

#[path = "swarm/backends.rs"]
mod backends;
#[path = "swarm/bounds.rs"]
mod bounds;
#[path = "swarm/chance.rs"]
mod chance;
#[path = "swarm/endings.rs"]
mod endings;
#[path = "swarm/fair.rs"]
mod fair;
#[path = "swarm/histories.rs"]
mod histories;
mod support;
#[path = "swarm/watch.rs"]
mod watch;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use hopscope::app::History;
use hopscope::sim::{Command, Micros, Rng, Scenario, SimTime, World};
use watch::Tally;

/// Seeds of a debug build, which is slow.
const SEEDS: u64 = 60;

#[test]
fn the_invariants_hold_whatever_happens() {
    if let Ok(path) = std::env::var("HOPSCOPE_SCENARIO") {
        println!("{:#?}", watch::run(read(Path::new(&path))));
        return;
    }
    let seeds = std::env::var("HOPSCOPE_SEEDS").ok().and_then(|text| text.parse().ok()).unwrap_or(SEEDS);
    match sweep(seeds) {
        Ok(tally) => {
            println!("{seeds} seeds: {tally:?}");
            assert!(tally.is_full(), "a watcher has had nothing to watch");
        }
        Err(seed) => {
            // The reason has been said once.
            std::panic::set_hook(Box::new(|_| {}));
            let path = write(&format!("seed-{seed}"), &with_few_commands(chance::scenario(seed), fails));
            drop(std::panic::take_hook());
            panic!("seed {seed} fails (the reason is above); HOPSCOPE_SCENARIO={} runs it again", path.display());
        }
    }
}

/// Seeds that have failed once, beyond those that are usually tried. 7404: a promotion lost more rows than a log keeps.
/// 689: TLS was switched off while a health check was on its way.
const FAILED_ONCE: [u64; 2] = [7_404, 689];

#[test]
fn what_has_failed_once_holds() {
    let failed = FAILED_ONCE.into_iter().find(|seed| fails(&chance::scenario(*seed)));
    assert_eq!(failed, None, "a seed fails again");
}

/// Runs the seeds from 0 on, on all cores; the first that fails is the error.
fn sweep(seeds: u64) -> Result<Tally, u64> {
    let (next, total) = (AtomicU64::new(0), Mutex::new(Tally::default()));
    let work = || {
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= seeds {
                return None;
            }
            let Some(tally) = tally_of(&chance::scenario(seed)) else {
                next.store(seeds, Ordering::Relaxed);
                return Some(seed);
            };
            total.lock().expect("no worker panics").add(tally);
        }
    };
    let failed = std::thread::scope(|scope| {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let workers: Vec<_> = (0..cores).map(|_| scope.spawn(work)).collect();
        workers.into_iter().filter_map(|worker| worker.join().expect("failures are caught")).min()
    });
    failed.map_or_else(|| Ok(*total.lock().expect("no worker panics")), Err)
}

/// What was watched in a run; none if it has failed.
fn tally_of(scenario: &Scenario) -> Option<Tally> {
    let scenario = scenario.clone();
    catch_unwind(AssertUnwindSafe(|| watch::run(scenario))).ok()
}

fn fails(scenario: &Scenario) -> bool {
    tally_of(scenario).is_none()
}

fn read(path: &Path) -> Scenario {
    let text = std::fs::read_to_string(path).expect("a readable file");
    Scenario::from_json(&text).expect("a valid scenario")
}

/// Leaves a scenario where its run can be started again.
fn write(name: &str, scenario: &Scenario) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("swarm");
    std::fs::create_dir_all(&folder).expect("a folder for scenarios");
    let path = folder.join(format!("{name}.json"));
    std::fs::write(&path, scenario.to_json()).expect("a file for the scenario");
    path
}

/// Leaves out of the troubles what is not needed for a failure: halves, then quarters, and so on.
fn with_few_commands(mut scenario: Scenario, fails: impl Fn(&Scenario) -> bool) -> Scenario {
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

/// A lost row stands for a failure: it is still there in the file, with the few commands that it takes.
#[test]
fn a_failure_is_kept_while_commands_are_left_out() {
    let loses = |scenario: &Scenario| {
        let mut world = World::new(Arc::new(scenario.clone()));
        world.run_until(chance::troubles_end());
        world.cluster().promotions.iter().any(|promotion| promotion.lost_count > 0)
    };
    let scenario = (0..).map(chance::scenario).find(loses).expect("some seed loses a row");
    let few = read(&write("few-commands", &with_few_commands(scenario.clone(), loses)));
    let troubles = |scenario: &Scenario| scenario.timeline.iter().filter(|e| e.at_us < chance::troubles_end()).count();
    assert!(loses(&few));
    assert!(troubles(&few) < troubles(&scenario) && troubles(&few) <= 5, "{:?}", few.timeline);
}

/// What is written when a seed fails gives the same run, event by event.
#[test]
fn a_scenario_file_gives_the_same_run_again() {
    for seed in [3, 4] {
        let scenario = chance::scenario(seed);
        let again = read(&write(&format!("again-{seed}"), &scenario));
        assert_eq!(again, scenario);
        let digest = |scenario: Scenario| {
            let mut world = World::new(Arc::new(scenario));
            world.run_until(chance::end());
            (world.digest(), world.events())
        };
        assert_eq!(digest(again.clone()), digest(scenario.clone()));
        assert_eq!(tally_of(&again), tally_of(&scenario));
    }
}

#[test]
fn a_copy_runs_on_as_the_original_does_and_in_portions_too() {
    for seed in 0..12 {
        let mut original = World::new(Arc::new(chance::scenario(seed)));
        let mut rng = Rng::new(seed, 77);
        original.run_until(SimTime(u64::from(rng.below(400_000_000))));
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
