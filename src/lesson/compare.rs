//! Two set-ups side by side: the same visits and the same fault, run through both.

use super::Run;
use crate::sim::{Command, Micros, SimTime, World};

/// What a run tells about its set-up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Told {
    /// Visits that did not get what they came for.
    pub lost: u64,
    /// Visits that have ended.
    pub ended: u64,
    /// How long after the fault HAProxy called a server DOWN, in ms.
    pub noticed_ms: Option<u64>,
    /// Web servers that had served a visit before the fault.
    pub at_work: usize,
    /// Web servers.
    pub servers: usize,
}

/// Plays a run for so many seconds. The fault is the first part that its timeline kills.
#[must_use]
pub fn told(run: &Run, seconds: u32) -> Told {
    let scenario = run.scenario();
    let fault = scenario.timeline.iter().find(|entry| matches!(entry.command, Command::Kill { .. }));
    let fault = fault.map_or(SimTime::ZERO, |entry| entry.at_us);
    let mut world = World::new(scenario);
    world.run_until(fault);
    let at_work = world.metrics().by_server.iter().filter(|served| **served > 0).count();
    world.run_until(SimTime::ZERO + Micros::from_secs(seconds.into()));
    let servers = world.balancers().iter().flat_map(|balancer| &balancer.servers);
    let down = servers.clone().find(|server| !server.up);
    let metrics = world.metrics();
    Told {
        lost: metrics.ended - metrics.ok,
        ended: metrics.ended,
        noticed_ms: down.map(|server| server.changed_at.since(fault).0 / 1_000),
        at_work,
        servers: servers.count(),
    }
}
