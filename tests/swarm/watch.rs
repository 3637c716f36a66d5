//! Watches a run from event to event. Each invariant has a watcher of its own, which recomputes it from what can be seen:
//! commands, traces, records of ended visits, binlogs, messages on wires.

use std::sync::Arc;

use hopscope::sim::{Check, Command, Scenario, SimTime, VisitRecord, World};

use crate::backends::Backends;
use crate::bounds;
use crate::chance;
use crate::endings::Endings;
use crate::histories::Histories;
use crate::support::ms;

/// The books of all layers are compared after so many events, after each command and at the ends.
const AUDIT_EVERY: u64 = 1_009;

/// How much a run has given the watchers to check.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    pub visits: u64,
    pub events: u64,
    pub audits: u64,
    /// Turns of equal servers in stretches without a change.
    pub fair_turns: u64,
    /// Choices of a server in traces.
    pub choices: u64,
    /// Choices while some server was out of service.
    pub choices_around_outages: u64,
    /// Transactions of replicas compared with their source's.
    pub copies: u64,
    pub promotions: u64,
    /// Acknowledged rows that promotions lost.
    pub lost: u64,
    /// Reads compared with what had been acknowledged before.
    pub reads: u64,
}

impl Tally {
    pub fn add(&mut self, other: Self) {
        self.visits += other.visits;
        self.events += other.events;
        self.audits += other.audits;
        self.fair_turns += other.fair_turns;
        self.choices += other.choices;
        self.choices_around_outages += other.choices_around_outages;
        self.copies += other.copies;
        self.promotions += other.promotions;
        self.lost += other.lost;
        self.reads += other.reads;
    }

    /// Whether no watcher has been idle: a sweep in which nothing could go wrong proves nothing.
    pub fn is_full(&self) -> bool {
        let Self { visits, events, audits, fair_turns, choices, choices_around_outages, .. } = *self;
        let Self { copies, promotions, lost, reads, .. } = *self;
        let all =
            [visits, events, audits, fair_turns, choices, choices_around_outages, copies, promotions, lost, reads];
        all.into_iter().all(|count| count > 0)
    }
}

/// Runs a scenario to its end and panics at the first thing that cannot be.
pub fn run(scenario: Scenario) -> Tally {
    let scenario = Arc::new(scenario);
    scenario.validate().expect("a valid scenario");
    let mut watch = Watch::new(World::new(scenario));
    while watch.world.next_event_at().is_some_and(|at| at <= chance::end()) {
        watch.step();
    }
    watch.at_the_end();
    Tally { visits: watch.world.metrics().ended, events: watch.world.events(), ..watch.tally }
}

struct Watch {
    world: World,
    /// Commands of the timeline that have been due.
    commands: usize,
    refused: u64,
    endings: Endings,
    backends: Backends,
    histories: Histories,
    quiet: bool,
    tally: Tally,
}

impl Watch {
    fn new(world: World) -> Self {
        Self {
            commands: 0,
            refused: 0,
            endings: Endings::default(),
            backends: Backends::new(&world),
            histories: Histories::new(&world),
            quiet: false,
            tally: Tally::default(),
            world,
        }
    }

    fn step(&mut self) {
        if !self.quiet && self.world.next_event_at().is_some_and(|at| at >= SETTLED) {
            self.quiet = true;
            self.check_quiet();
        }
        let before = self.world.now();
        let command = self.next_command();
        self.world.step();
        assert!(self.world.now() >= before);
        let world = &self.world;
        let obeyed = command.filter(|_| world.metrics().refused_commands == self.refused);
        self.refused = world.metrics().refused_commands;
        self.backends.after(world, obeyed.as_ref(), &mut self.tally);
        // A promotion comes before the answers that are told of afterwards.
        self.histories.after(world, obeyed.as_ref(), &mut self.tally);
        for record in self.endings.after(world) {
            self.backends.check_trace(world, &record, &mut self.tally);
            self.histories.check_answer(world, &record, &mut self.tally);
        }
        if obeyed.is_some() || self.world.events().is_multiple_of(AUDIT_EVERY) {
            self.audit();
        }
    }

    /// The command that the next event carries out, if it does: at one moment commands come before all else.
    fn next_command(&mut self) -> Option<Command> {
        let due = self.world.scenario().timeline.get(self.commands)?;
        let is_due = self.world.next_event_at() == Some(due.at_us);
        let command = is_due.then(|| due.command.clone())?;
        self.commands += 1;
        Some(command)
    }

    fn audit(&mut self) {
        self.tally.audits += 1;
        if let Err(fault) = self.world.verify() {
            panic!("at {} µs: {fault}", self.world.now().0);
        }
        bounds::check(&self.world);
        self.histories.audit(&self.world);
    }

    /// Long after the last visitor nothing is under way but health checks.
    fn check_quiet(&mut self) {
        self.audit();
        let world = &self.world;
        assert_eq!(world.under_way(), 0, "visits are left over");
        let checks: usize = world.balancers().iter().map(|balancer| balancer.servers.len()).sum();
        let known = world.monitoring();
        let checks = checks + known.targets.len();
        assert!(world.calls_under_way() <= checks, "{} calls are left over", world.calls_under_way());
        assert!(
            world.planned() <= 3 * checks + 30 + known.pending_complaints,
            "{} events are planned",
            world.planned()
        );
        let busy: usize = world.apps().iter().map(|app| app.busy as usize + app.waiting.len()).sum();
        assert!(busy <= checks, "{busy} requests of applications are left over");
        assert!(world.cluster().servers.iter().all(|db| db.running == 0 && db.waiting.is_empty()));
        assert_eq!(world.names().waiting(), 0);
        for balancer in world.balancers() {
            assert!((0..balancer.servers.len()).all(|at| balancer.candidate(at).running == 0));
            assert!(balancer.servers.iter().all(|server| server.up && server.queued() == 0));
            // A balancer whose checks have stopped would believe everything.
            let is_checked = world.settings().balancer.check != Check::None;
            assert!(balancer.servers.iter().all(|server| !is_checked || server.last_check.is_good()));
        }
    }

    fn at_the_end(&mut self) {
        self.audit();
        self.endings.at_the_end(&self.world);
        self.histories.at_the_end();
        let newest = self.world.log().newest_first();
        let fresh: Vec<&VisitRecord> = newest.take_while(|record| record.started > SETTLED).collect();
        assert_eq!(fresh.len(), 6, "visits after the quiet time");
        for record in fresh {
            assert!(record.outcome.is_ok() && !record.outcome.is_stale(), "{record:?}");
        }
    }
}

const SETTLED: SimTime = ms(chance::QUIET_MS);
