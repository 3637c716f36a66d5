//! A replica that catches up.

use std::sync::Arc;

use divan::Bencher;
use divan::counter::ItemsCount;
use hopscope::sim::{Command, Micros, Workload, World};

use crate::reference::{self, Options};

const LINK: &str = "db-01/mysqld>db-02/mysqld";

/// The replica receives and applies what was written while the link was cut.
#[divan::bench(args = [1_000, 10_000])]
fn receive_and_apply(bencher: Bencher, transactions: u64) {
    let behind = behind(transactions);
    bencher.counter(ItemsCount::new(transactions)).with_inputs(|| behind.clone()).bench_local_values(|mut world| {
        while newest_row(&world, 1) < newest_row(&world, 0) {
            world.run_until(world.now() + Micros::from_secs(1));
        }
        world
    });
}

/// A world whose replica lacks so many transactions and may get them now; nobody visits any more.
fn behind(transactions: u64) -> World {
    let mut scenario = reference::world(Options::default()).scenario().clone();
    (scenario.workload.mix.read, scenario.workload.mix.write) = (0, 1);
    let mut world = World::new(Arc::new(scenario));
    let obey = |world: &mut World, command| world.apply(&command).expect("the link and the load are there");
    obey(&mut world, Command::Kill { part: LINK.to_owned() });
    while u64::from(newest_row(&world, 0)) < transactions {
        world.run_until(world.now() + Micros::from_millis(1));
    }
    let nobody = Workload { rate_per_s: 0, ..*world.workload() };
    obey(&mut world, Command::Load(nobody));
    world.run_until(world.now() + Micros::from_secs(2));
    obey(&mut world, Command::Restore { part: LINK.to_owned() });
    world
}

fn newest_row(world: &World, server: usize) -> u32 {
    world.cluster().servers[server].table.last_id()
}
