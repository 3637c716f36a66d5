//! Checkpoints: a copy of the world, and the same run again from its history.

use std::sync::Arc;

use divan::Bencher;
use hopscope::app::History;
use hopscope::sim::{Command, Micros, PRESETS, SimTime, Workload, World};

use crate::reference::{self, Options};

/// After so many requests of the reference workload: the binlogs are full after 200,000.
const REQUESTS: [u64; 3] = [1_000, 20_000, 250_000];

/// Taking a checkpoint.
#[divan::bench(args = REQUESTS)]
fn clone(bencher: Bencher, requests: u64) {
    let world = after(requests);
    bencher.bench_local(|| world.clone());
}

/// Going back to a checkpoint: a world is put in the place of another.
#[divan::bench(args = REQUESTS)]
fn restore(bencher: Bencher, requests: u64) {
    let checkpoint = after(requests);
    bencher.with_inputs(|| checkpoint.clone()).bench_local_refs(|world| world.clone_from(&checkpoint));
}

fn after(requests: u64) -> World {
    let options = Options { requests, ..Options::default() };
    let mut world = reference::world(options);
    while world.metrics().ended < options.requests {
        world.run_until(world.now() + Micros::from_secs(1));
    }
    world
}

/// Ten seconds of the default preset with 100 visits per second, from its history.
#[divan::bench]
fn replay(bencher: Bencher) {
    let mut history = History::new(Arc::new(PRESETS[0].scenario()));
    let load = Workload { rate_per_s: 100, ..Workload::default() };
    history.push(SimTime::ZERO, Command::Load(load));
    bencher.bench_local(|| history.replay(SimTime(10_000_000)));
}
