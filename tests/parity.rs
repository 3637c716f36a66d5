//! The runs that `cargo xtask test parity` compares between this machine and the browsers are worth comparing: many,
//! lively, different, and the same each time.
#![cfg(not(target_arch = "wasm32"))]

#[path = "swarm/chance.rs"]
mod chance;
#[path = "parity/runs.rs"]
mod runs;
mod support;

use std::collections::BTreeSet;

#[test]
fn there_are_fifty_lively_runs_at_least() {
    let runs = runs::all();
    let (mut ended, mut promotions, mut digests) = (0, 0, BTreeSet::new());
    for run in &runs {
        run.scenario.validate().expect("a valid scenario");
        let world = run.world();
        assert_eq!(world.verify(), Ok(()), "{}", run.name);
        assert!(world.metrics().ended > 0, "{}", run.name);
        ended += world.metrics().ended;
        promotions += world.cluster().promotions.len();
        digests.insert(world.digest());
    }
    assert!(runs.len() >= 50 && ended > 2_500 * 50 && promotions >= 5, "{ended} visits, {promotions} promotions");
    assert_eq!(digests.len(), runs.len(), "two runs are the same");
}

#[test]
fn every_run_has_one_digest() {
    assert_eq!(runs::digests(), runs::digests());
}
