//! Watches a run from event to event.

use std::sync::Arc;

use hopscope::sim::mysql::{Row, Stored};
use hopscope::sim::{Cause, Check, Scenario, SimTime, VisitRecord, World};

use crate::chance;
use crate::support::{check_trace, ms};

/// The books are compared after so many events.
const AUDIT_EVERY: u64 = 97;
/// No run of these comes near as many events, calls or parked actions at a time.
const MANY: usize = 50_000;

/// Runs a scenario to its end and panics at the first thing that cannot be.
pub fn run(scenario: Scenario) {
    let scenario = Arc::new(scenario);
    scenario.validate().expect("a valid scenario");
    let mut watch = Watch::new(World::new(Arc::clone(&scenario)));
    while watch.world.next_event_at().is_some_and(|at| at <= chance::end()) {
        watch.step();
    }
    watch.at_the_end();
}

struct Watch {
    world: World,
    ended: u64,
    primary: Option<u16>,
    /// Rows that visitors have been told of.
    acknowledged: Vec<Stored>,
    /// What is known of each server of each balancer.
    servers: Vec<Vec<Seen>>,
    quiet: bool,
}

#[derive(Clone, Copy)]
struct Seen {
    sessions: u64,
    queued: usize,
    usable: bool,
}

impl Watch {
    fn new(world: World) -> Self {
        let (servers, primary) = (seen(&world), world.cluster().primary);
        Self { world, ended: 0, primary, acknowledged: Vec::new(), servers, quiet: false }
    }

    fn step(&mut self) {
        if !self.quiet && self.world.next_event_at().is_some_and(|at| at >= SETTLED) {
            self.quiet = true;
            self.check_quiet();
        }
        let before = self.world.now();
        self.world.step();
        assert!(self.world.now() >= before);
        // A promotion comes before the answers that are told of afterwards.
        if self.world.cluster().primary != self.primary {
            self.check_promotion();
        }
        self.check_ended();
        self.check_servers();
        if self.world.events().is_multiple_of(AUDIT_EVERY) {
            self.audit();
        }
    }

    fn audit(&self) {
        if let Err(fault) = self.world.verify() {
            panic!("at {} µs: {fault}", self.world.now().0);
        }
        let (calls, planned) = (self.world.calls_under_way(), self.world.planned());
        assert!(calls < MANY && planned < MANY, "{calls} calls, {planned} planned");
    }

    /// No new request goes to a server that is down or out of service. What waits for this very server may still go there,
    /// and a cookie may lead to a server that is drained, or with `option persist` to any.
    fn check_servers(&mut self) {
        for (at, balancer) in self.world.balancers().iter().enumerate() {
            for (i, server) in balancer.servers.iter().enumerate() {
                let (now, usable) = (&mut self.servers[at][i], balancer.candidate(i).usable);
                let new = server.counters.sessions > now.sessions;
                let from_queue = server.queued() < now.queued;
                let config = &self.world.settings().balancer;
                let by_cookie = config.cookie.is_some() && (server.runs() || config.persist);
                let may = now.usable || usable || from_queue || by_cookie;
                assert!(!new || may, "a request went to {:?}", server.process);
                *now = Seen { sessions: server.counters.sessions, queued: server.queued(), usable };
            }
        }
    }

    fn check_ended(&mut self) {
        let metrics = self.world.metrics();
        let new = (metrics.ended - self.ended) as usize;
        self.ended = metrics.ended;
        // A closed browser ends more visits at once than the log keeps.
        let records: Vec<VisitRecord> = self.world.log().newest_first().take(new).copied().collect();
        for record in records.into_iter().rev() {
            assert_eq!(record.started + record.took, self.world.now(), "{record:?}");
            if let Some(trace) = self.world.trace(record.id)
                && trace.spans.len() < hopscope::sim::MAX_SPANS
            {
                check_trace(trace, &record);
            }
            if let (Cause::Stored { row }, Some(stored)) = (record.outcome.cause, record.notes.stored) {
                assert_eq!((stored.row.id, stored.row.visit), (row, record.id));
                self.acknowledged.push(stored);
                assert!(self.is_kept(&stored) || self.is_named(&stored), "{stored:?} is gone without a word");
            }
        }
    }

    fn is_kept(&self, stored: &Stored) -> bool {
        let cluster = self.world.cluster();
        let primary = cluster.primary.expect("a primary");
        cluster.servers[usize::from(primary)].executed.contains(stored.row.gtid)
    }

    /// Promotions that are forgotten, or that lost more rows than are named, may hold any.
    fn is_named(&self, stored: &Stored) -> bool {
        let promotions = &self.world.cluster().promotions;
        let full = promotions.len() >= 8 || promotions.iter().any(|p| p.lost_count > p.lost.len() as u64);
        full || promotions.iter().any(|promotion| promotion.lost.contains(&stored.row))
    }

    /// A promotion names exactly the rows that visitors were told of and that the new primary has not received.
    fn check_promotion(&mut self) {
        let cluster = self.world.cluster();
        let (old, new) = (self.primary.expect("a primary"), cluster.primary.expect("a primary"));
        self.primary = cluster.primary;
        let [old, new] = [old, new].map(|at| &cluster.servers[usize::from(at)].executed);
        let lost = |stored: &&Stored| old.contains(stored.row.gtid) && !new.contains(stored.row.gtid);
        let mut expected: Vec<Row> = self.acknowledged.iter().filter(lost).map(|stored| stored.row).collect();
        let promotion = cluster.promotions.back().expect("the promotion");
        assert_eq!(promotion.lost_count, expected.len() as u64);
        let mut named = promotion.lost.clone();
        named.sort_by_key(|row| row.gtid);
        expected.sort_by_key(|row| row.gtid);
        if promotion.lost_count == named.len() as u64 {
            assert_eq!(named, expected);
        }
    }

    /// Three minutes after the last visitor nothing is under way but health checks.
    fn check_quiet(&self) {
        self.audit();
        let world = &self.world;
        assert_eq!(world.under_way(), 0, "visits are left over");
        let checks: usize = world.balancers().iter().map(|balancer| balancer.servers.len()).sum();
        assert!(world.calls_under_way() <= checks, "{} calls are left over", world.calls_under_way());
        assert!(world.planned() <= 3 * checks + 30, "{} events are planned", world.planned());
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

    fn at_the_end(&self) {
        self.audit();
        let world = &self.world;
        assert_eq!(world.under_way(), 0);
        let fresh: Vec<&VisitRecord> = world.log().newest_first().take_while(|r| r.started > SETTLED).collect();
        assert_eq!(fresh.len(), 6, "visits after the quiet time");
        for record in fresh {
            assert!(record.outcome.is_ok() && !record.outcome.is_stale(), "{record:?}");
        }
        for stored in &self.acknowledged {
            assert!(self.is_kept(stored) || self.is_named(stored), "{stored:?} is gone without a word");
        }
    }
}

const SETTLED: SimTime = ms(chance::QUIET_MS);

fn seen(world: &World) -> Vec<Vec<Seen>> {
    let seen = |balancer: &hopscope::sim::balancer::Balancer| {
        let fresh = |_| Seen { sessions: 0, queued: 0, usable: true };
        (0..balancer.servers.len()).map(fresh).collect()
    };
    world.balancers().iter().map(seen).collect()
}
