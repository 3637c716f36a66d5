//! A world: the state of one run, and the loop that moves it from event to event.

use std::collections::VecDeque;
use std::sync::Arc;

pub use super::action::{Action, Step};
use super::app_server::AppServer;
use super::balancer::Balancer;
use super::call::{Call, CallKey, Parent};
use super::chronicle::Chronicle;
use super::command::TimedCommand;
use super::digest::Digest;
use super::dns::NameService;
use super::ids::ProcessId;
use super::logs::Logs;
use super::metrics::Metrics;
use super::monitoring::Monitoring;
use super::mysql::Cluster;
use super::nginx::Nginx;
use super::parts::Parts;
use super::queue::{Event, EventQueue};
use super::rng::Rng;
use super::scenario::Scenario;
use super::script::Left;
use super::settings::Settings;
use super::slab::Slab;
use super::time::SimTime;
use super::topology::Role;
use super::trace::{Decision, Place, TraceRing};
use super::visit::{Visit, VisitLog};
use super::vrrp::Vrrp;
use super::wiring::{Tier, Wiring};
use super::workload::Workload;

/// Traces that are kept.
pub const TRACES: usize = 400;

/// The state of one run. A clone is an independent copy that goes on from the same moment.
///
/// The fields are in the order of the memory: what every event needs is close together, and what seldom matters far away.
#[derive(Clone, Debug)]
#[repr(C)]
pub struct World {
    pub(super) queue: EventQueue,
    pub(super) now: SimTime,
    pub(super) digest: Digest,
    pub(super) events: u64,
    /// When calls are next looked through for time-outs; never if there is no call.
    pub(super) next_sweep: SimTime,
    pub(super) parts: Parts,
    pub(super) calls: Slab<Call>,
    pub(super) visits: Slab<Visit>,
    pub(super) wiring: Arc<Wiring>,
    pub(super) balancers: Box<[Balancer]>,
    pub(super) nginx: Box<[Nginx]>,
    pub(super) apps: Box<[AppServer]>,
    pub(super) cluster: Cluster,
    pub(super) settings: Settings,
    pub(super) rng: Streams,
    pub(super) workload: Workload,
    pub(super) browser: ProcessId,
    pub(super) arrivals_planned: bool,
    pub(super) started_visits: u64,
    /// The address that browsers remember, and how long.
    pub(super) remembered: Option<(std::net::Ipv4Addr, SimTime)>,
    pub(super) log: VisitLog,
    pub(super) names: NameService,
    pub(super) metrics: Metrics,
    pub(super) scenario: Arc<Scenario>,
    /// What each hung process will do when it goes on.
    pub(super) parked: Box<[Vec<Action>]>,
    /// What the monitor knows, and what visitors complain about.
    pub(super) monitoring: Monitoring,
    /// Who holds the virtual addresses.
    pub(super) vrrp: Vrrp,
    pub(super) traces: TraceRing,
    /// The log files of each process.
    pub(super) logs: Vec<Logs>,
    /// The last visits whose clients have left before the end.
    pub(super) left: VecDeque<Left>,
    pub(super) chronicle: Chronicle,
}

/// The usual turns, as the event queue has them.
mod turn {
    use super::{Step, Tier};

    pub const BALANCER_IS_ASKED: u8 = Step::Attempt.turn(Tier::Balancer);
    pub const NGINX_IS_ASKED: u8 = Step::Attempt.turn(Tier::Nginx);
    pub const APP_IS_ASKED: u8 = Step::Attempt.turn(Tier::App);
    pub const MYSQL_IS_ASKED: u8 = Step::Attempt.turn(Tier::Mysqld);
    pub const NGINX_HAS_FINISHED: u8 = Step::Finished.turn(Tier::Nginx);
    pub const APP_HAS_FINISHED: u8 = Step::Finished.turn(Tier::App);
    pub const MYSQL_HAS_FINISHED: u8 = Step::Finished.turn(Tier::Mysqld);
    pub const BROWSER_GETS_REPLY: u8 = Step::Return.turn(Tier::Browser);
    pub const BALANCER_GETS_REPLY: u8 = Step::Return.turn(Tier::Balancer);
    pub const NGINX_GETS_REPLY: u8 = Step::Return.turn(Tier::Nginx);
    pub const APP_GETS_REPLY: u8 = Step::Return.turn(Tier::App);
}

/// The streams of random numbers of a run.
#[derive(Clone, Debug)]
pub(super) struct Streams {
    pub arrivals: Rng,
    pub service: Rng,
    pub balancer: Rng,
    pub dns: Rng,
    pub complaints: Rng,
}

impl World {
    /// The start of the run that `scenario` describes.
    ///
    /// # Panics
    /// If the scenario is not valid; see [`Scenario::validate`].
    #[must_use]
    pub fn new(scenario: Arc<Scenario>) -> Self {
        let wiring = Arc::new(Wiring::new(&scenario.topology));
        let settings = scenario.settings.clone();
        let seed = scenario.seed;
        let browser = wiring.with_role(|r| *r == Role::Browser)[0];
        let mut world = Self {
            workload: scenario.workload,
            now: SimTime::ZERO,
            queue: EventQueue::new(),
            next_sweep: SimTime::NEVER,
            parked: vec![Vec::new(); wiring.processes.len()].into(),
            digest: Digest::default(),
            events: 0,
            rng: Streams {
                arrivals: Rng::new(seed, 1),
                service: Rng::new(seed, 2),
                balancer: Rng::new(seed, 3),
                dns: Rng::new(seed, 4),
                complaints: Rng::new(seed, 5),
            },
            parts: Parts::new(&wiring, &settings),
            visits: Slab::new(Visit::BLANK),
            calls: Slab::new(Call::BLANK),
            browser,
            remembered: None,
            names: NameService::new(&wiring, &settings.dns),
            balancers: Balancer::all(&wiring, &settings.balancer),
            nginx: Nginx::all(&wiring, &settings.nginx.upstream),
            apps: AppServer::all(&wiring),
            cluster: Cluster::new(&wiring),
            vrrp: Vrrp::new(&wiring),
            monitoring: Monitoring::new(&wiring),
            started_visits: 0,
            arrivals_planned: false,
            traces: TraceRing::new(TRACES),
            log: VisitLog::new(),
            logs: vec![Logs::default(); wiring.processes.len()],
            left: VecDeque::new(),
            metrics: Metrics::new(wiring.processes.len()),
            chronicle: Chronicle::default(),
            settings,
            wiring,
            scenario,
        };
        for (i, TimedCommand { at_us, .. }) in world.scenario.timeline.iter().enumerate() {
            world.queue.plan(*at_us, Action::Timeline(i as u32).pack());
        }
        world.start_checks();
        world.start_routers();
        world.start_monitor();
        world.plan_arrival();
        world
    }

    /// Carries out the next event. False if nothing is planned.
    pub fn step(&mut self) -> bool {
        let before = self.events;
        self.run(SimTime(u64::MAX), before + 1);
        self.events > before
    }

    /// Carries out events up to and including `until`, until there have been `last` since the start.
    fn run(&mut self, until: SimTime, last: u64) {
        while self.events < last {
            let Some(due) = self.queue.due(until) else {
                return;
            };
            let event = self.queue.take(due);
            self.happen(event);
        }
    }

    #[inline(always)]
    fn happen(&mut self, event: Event) {
        let at = event.at();
        assert!(at >= self.now, "time never goes back");
        self.now = at;
        self.events += 1;
        self.digest.event(at, event.what);
        if self.parts.any_hung() {
            return self.carry_out(Action::unpack(event.what));
        }
        let call = CallKey::from_word(event.what.1);
        match event.what.0 as u8 {
            Action::ARRIVAL => self.arrival(),
            turn::BALANCER_IS_ASKED => self.attempt_fast(call, Some(Tier::Balancer)),
            turn::NGINX_IS_ASKED => self.attempt_fast(call, Some(Tier::Nginx)),
            turn::APP_IS_ASKED => self.attempt_fast(call, Some(Tier::App)),
            turn::MYSQL_IS_ASKED => self.attempt_fast(call, Some(Tier::Mysqld)),
            turn::NGINX_HAS_FINISHED => self.finished_fast(call, Tier::Nginx),
            turn::APP_HAS_FINISHED => self.finished_fast(call, Tier::App),
            turn::MYSQL_HAS_FINISHED => self.finished_fast(call, Tier::Mysqld),
            turn::BROWSER_GETS_REPLY => self.returned_fast(call, Some(Tier::Browser)),
            turn::BALANCER_GETS_REPLY => self.returned_fast(call, Some(Tier::Balancer)),
            turn::NGINX_GETS_REPLY => self.returned_fast(call, Some(Tier::Nginx)),
            turn::APP_GETS_REPLY => self.returned_fast(call, Some(Tier::App)),
            _ => self.carry_out(Action::unpack(event.what)),
        }
    }

    /// Carries out all events up to and including `until`, and moves the clock there.
    pub fn run_until(&mut self, until: SimTime) {
        let done = self.run_bounded(until, u64::MAX);
        debug_assert!(done, "without a limit every event is carried out");
    }

    /// Like [`World::run_until`], but stops after `limit` events. True if it came to the end; otherwise the clock stays
    /// at the last event.
    pub fn run_bounded(&mut self, until: SimTime, limit: u64) -> bool {
        self.run(until, self.events.saturating_add(limit));
        if self.queue.next_at().is_some_and(|at| at <= until) {
            return false;
        }
        self.now = self.now.max(until);
        true
    }

    fn take_step(&mut self, step: Step, call: CallKey) {
        match step {
            Step::Attempt => self.attempt(call),
            Step::Deliver => self.deliver(call),
            Step::Finished => self.finished(call),
            Step::Return => self.returned(call),
            Step::ConnectTimeout => self.connect_timeout(call),
            Step::ResponseTimeout => self.response_timeout(call),
            Step::Hangup => self.client_left(call),
            Step::Retry => self.retry(call),
            Step::QueueTimeout => self.queue_timeout(call),
        }
    }

    #[inline(never)]
    fn carry_out(&mut self, action: Action) {
        if self.parts.any_hung() && self.has_parked(action) {
            return;
        }
        match action {
            Action::Call(step, call) => self.take_step(step, call),
            Action::Arrival => self.arrival(),
            Action::Timeline(index) => {
                let scenario = Arc::clone(&self.scenario);
                // A command that makes no sense by now (such as promoting the primary) is noted, not obeyed.
                if self.obey(&scenario.timeline[index as usize].command).is_err() {
                    self.metrics.refused_commands += 1;
                }
            }
            Action::Sweep => self.sweep(),
            Action::Check { balancer, server, life } => self.check(balancer, server, life),
            Action::NobodyThere(visit, there) => self.nobody_there(visit, there),
            Action::Upstream(question) => self.upstream(question),
            Action::Received { replica, life, upto } => self.received(replica, life, upto),
            Action::Apply { replica, life } => self.replica_applies(replica, life),
            Action::Reconnect { replica, life } => self.reconnect(replica, life),
            Action::SemiSyncReceipt { source, upto } => self.receipt(source, upto),
            Action::SemiSyncTimeout(server) => self.semi_sync_timeout(server),
            Action::Session { session, life } => self.session_goes_on(session, life),
            Action::Vrrp { router, term } => self.vrrp_timer(router, term),
            Action::Advert { router, from, priority } => self.advert(router, from, priority),
            Action::Track { router, life } => self.track(router, life),
            Action::Scrape { target, life } => self.scrape(target, life),
            Action::Evaluate(life) => self.evaluate(life),
            Action::Complaint(failed) => self.complaint(failed),
        }
    }

    /// Index of a process in the list of its tier.
    pub(super) fn tier(&self, process: ProcessId) -> usize {
        usize::from(self.wiring.seat(process).at)
    }

    /// Index of a call's callee in the list of its tier.
    pub(super) fn seat_of(&self, call: CallKey) -> usize {
        usize::from(self.calls[call].seat.at)
    }

    /// Closes a span in the trace of a call's visit, if the visit still waits for this call.
    #[inline(never)]
    pub(super) fn mark(&mut self, call: CallKey, place: Place, decision: Decision) {
        self.mark_fast(call, place, decision);
    }

    /// Like [`World::mark`], for the way that most visits take.
    #[inline(always)]
    pub(super) fn mark_fast(&mut self, call: CallKey, place: Place, decision: Decision) {
        if self.is_traced(call) {
            self.mark_until(call, place, self.now, decision);
        }
    }

    /// Whether the visit of a call is traced.
    pub(super) fn is_traced(&self, call: CallKey) -> bool {
        self.calls.get(call).is_some_and(|call| call.traced)
    }

    /// Like [`World::mark`], for a span that ended at `end`.
    #[cold]
    pub(super) fn mark_until(&mut self, call: CallKey, place: Place, end: SimTime, decision: Decision) {
        let Some(visit) = self.calls.get(call).and_then(|call| self.visits.get(call.visit?)) else {
            return;
        };
        if let Some(slot) = visit.trace
            && self.is_awaited(call)
        {
            self.traces.mark(slot, visit.id, place, end, decision);
        }
    }

    /// Whether somebody waits for the reply of a call, all the way up to the browser (or to a health check).
    pub(super) fn is_awaited(&self, mut key: CallKey) -> bool {
        loop {
            match self.calls.get(key) {
                None => return false,
                Some(call) if call.abandoned => return false,
                Some(Call { parent: Parent::Call(parent), .. }) => key = *parent,
                Some(_) => return true,
            }
        }
    }
}
