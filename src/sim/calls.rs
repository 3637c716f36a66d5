//! How a call goes: connect, deliver, work, return, and all the ways in which it can fail.

use std::collections::BinaryHeap;

use super::call::{Ask, Call, CallKey, CallState, Parent, Reply, Work};
use super::firewall::Ruling;
use super::ids::ProcessId;
use super::parts::Condition;
use super::settings::Settings;
use super::time::{Micros, SimTime};
use super::trace::{Decision, Place};
use super::visit::VisitKey;
use super::wiring::{Route, Seat, Tier};
use super::world::{Action, Step, World};

/// Connections that the kernel accepts for a process that does not take them (Linux: `net.core.somaxconn`).
pub const LISTEN_BACKLOG: usize = 4_096;

impl World {
    /// Lets the callee of `key` call another process, and wait for the reply.
    pub(super) fn call_on(&mut self, key: CallKey, callee: ProcessId, ask: Ask) {
        let Call { visit, callee: caller, traced, .. } = self.calls[key];
        let (child, latency, tier) = self.open(Parent::Call(key), visit, caller, callee, ask, traced);
        self.calls[key].child = Some(child);
        if self.takes_no_time(Parent::Call(key), latency) {
            self.attempt(child);
        } else {
            self.plan_fast(latency, Step::Attempt.by(tier, child));
        }
    }

    /// Lets the browser call a process for a visit.
    pub(super) fn call_for(&mut self, key: VisitKey, callee: ProcessId, ask: Ask) {
        let traced = self.visits[key].trace.is_some();
        let (child, latency, tier) = self.open(Parent::Visit, Some(key), self.browser, callee, ask, traced);
        self.visits[key].child = Some(child);
        self.plan_fast(latency, Step::Attempt.by(tier, child));
    }

    /// Lets a balancer check the health of a server.
    pub(super) fn call_to_check(&mut self, balancer: u16, server: u16, callee: ProcessId, ask: Ask) -> CallKey {
        let caller = self.balancers[usize::from(balancer)].process;
        let (call, latency, _) = self.open(Parent::Check { balancer, server }, None, caller, callee, ask, false);
        self.plan(latency, Action::Call(Step::Attempt, call));
        call
    }

    /// Lets the monitor ask an agent.
    pub(super) fn call_to_scrape(&mut self, target: u16, agent: ProcessId, ask: Ask) -> CallKey {
        let monitor = self.monitoring.monitor.expect("only a monitor scrapes");
        let (call, latency, _) = self.open(Parent::Scrape(target), None, monitor, agent, ask, false);
        self.plan(latency, Action::Call(Step::Attempt, call));
        call
    }

    /// A new call, how long the way to the callee takes, and the callee's tier.
    #[inline(always)]
    fn open(
        &mut self,
        parent: Parent,
        visit: Option<VisitKey>,
        caller: ProcessId,
        callee: ProcessId,
        ask: Ask,
        traced: bool,
    ) -> (CallKey, Micros, Tier) {
        let Route { link, seat } = self.wiring.route(caller, callee);
        let latency = self.parts.latency(link);
        let call = self.calls.insert(Call {
            visit,
            parent,
            callee,
            seat,
            secure: self.parts.link(link).tls,
            link,
            ask,
            state: CallState::Connecting,
            started: self.now,
            since: self.now,
            until: self.now + latency,
            deadline: SimTime::NEVER,
            work: Work::None,
            child: None,
            abandoned: false,
            traced,
            watched: traced || matches!(parent, Parent::Check { .. } | Parent::Scrape(_)),
        });
        (call, latency, seat.tier)
    }

    /// Whether what one process sends another is there now. It never is for a browser or a health check, which would have to
    /// deal with a reply before they know that they have asked.
    pub(super) fn takes_no_time(&self, parent: Parent, latency: Micros) -> bool {
        latency == Micros::ZERO && matches!(parent, Parent::Call(_)) && !self.parts.any_hung()
    }

    /// A connection attempt or datagram reaches the callee's machine: the kernel answers it, not the process.
    #[inline(never)]
    pub(super) fn attempt(&mut self, key: CallKey) {
        self.attempt_fast(key, None);
    }

    /// Like [`World::attempt`], for the way that most visits take: to a callee whose tier is known when this is compiled.
    #[inline(always)]
    pub(super) fn attempt_fast(&mut self, key: CallKey, known: Option<Tier>) {
        let now = self.now;
        let Some(call) = self.calls.get_mut(key) else {
            return;
        };
        let (seat, link) = (Seat { tier: known.unwrap_or(call.seat.tier), ..call.seat }, self.parts.link(call.link));
        let queues = seat.tier == Tier::App && self.apps[usize::from(seat.at)].busy >= self.settings.app.workers;
        if !link.clear || queues || call.watched {
            return self.knock(key);
        }
        // Nothing stands between the caller and the callee's work.
        let deadline = now + link.patience;
        (call.state, call.since, call.until, call.deadline) = (CallState::Working, now, now, deadline);
        if deadline < self.next_sweep {
            self.watch(key, deadline);
        }
        if known.is_some() { self.serve_fast(key, seat) } else { self.serve(key, seat) }
    }

    /// The kernel's answer to a connection attempt, in general.
    #[inline(never)]
    fn knock(&mut self, key: CallKey) {
        let call = &self.calls[key];
        let (callee, seat, link, ask, secure) = (call.callee, call.seat, call.link, call.ask, call.secure);
        let shakes_hands = ask != Ask::Resolve && self.settings.network.handshake;
        let round_trips = if shakes_hands { 1 + self.tls_round_trips(call) } else { 0 };
        let round_trip = self.parts.latency(link).times(2 * round_trips);
        let ruling = self.ruling(call);
        let passes = self.parts.carries(link) && ruling != Ruling::Drop;
        // The kernel shakes hands for a process that hangs, but TLS is for the process itself.
        let speaks = !(secure && shakes_hands && self.parts.condition(callee) == Condition::Hung);
        let reachable = passes && speaks && self.parts.has_power(callee);
        let too_slow = shakes_hands && round_trip > self.connect_timeout_of(call);
        if !reachable || too_slow || self.backlog_is_full(callee, seat, ask) {
            let left = (call.started + self.next_attempt_of(call)).since(self.now);
            self.set_state(key, CallState::Lost, left);
            return self.plan(left, Action::Call(Step::ConnectTimeout, key));
        }
        let listens = !secure || self.parts.link(link).tls;
        if !listens || ruling == Ruling::Reject || self.parts.condition(callee) == Condition::Down {
            return self.send_back(key, Reply::Refused);
        }
        match ask {
            Ask::Connect if !secure => self.send_back(key, Reply::Connected),
            Ask::Resolve => self.deliver_or_park(key),
            _ => match round_trip + self.overhead(callee, seat.tier) {
                Micros::ZERO => self.deliver_or_park(key),
                total => {
                    self.set_state(key, CallState::Sending, total);
                    self.plan(total, Action::Call(Step::Deliver, key));
                }
            },
        }
    }

    /// Time that a proxy itself takes for a request, before it decides.
    fn overhead(&self, callee: ProcessId, tier: Tier) -> Micros {
        overhead(&self.settings, tier).times(self.parts.slowdown(callee))
    }

    /// Whether the kernel drops connection attempts because nobody has accepted the ones before.
    pub(super) fn backlog_is_full(&self, callee: ProcessId, seat: Seat, ask: Ask) -> bool {
        let is_app = seat.tier == Tier::App;
        if self.parts.condition(callee) == Condition::Hung {
            let backlog = if is_app { self.settings.app.backlog as usize } else { LISTEN_BACKLOG };
            return self.parked[callee.index()].len() >= backlog;
        }
        if !is_app || !matches!(ask, Ask::Page(_) | Ask::Scripted | Ask::AppHealth) {
            return false;
        }
        let app = &self.apps[usize::from(seat.at)];
        app.busy >= self.settings.app.workers && app.waiting.len() >= self.settings.app.backlog as usize
    }

    fn deliver_or_park(&mut self, key: CallKey) {
        let callee = self.calls[key].callee;
        if self.parts.condition(callee) == Condition::Hung {
            self.parked[callee.index()].push(Action::Call(Step::Deliver, key));
            self.while_parked(Action::Call(Step::Deliver, key));
        } else {
            self.deliver(key);
        }
    }

    /// A hung process accepts, so the caller's clock for the answer runs.
    pub(super) fn while_parked(&mut self, action: Action) {
        if let Action::Call(Step::Deliver, key) = action
            && let Some(call) = self.calls.get(key)
        {
            let link = call.link;
            self.mark(key, Place::Link { link, back: false }, Decision::Sent);
            self.start_response_timer(key);
            self.set_state(key, CallState::Working, Micros::ZERO);
        }
    }

    /// A request reaches the callee.
    pub(super) fn deliver(&mut self, key: CallKey) {
        let Some(call) = self.calls.get(key) else {
            return;
        };
        let (seat, traced) = (call.seat, call.traced);
        match call.state {
            CallState::Returning(_) | CallState::Stalled(_) | CallState::Lost => return,
            // It was parked, and the callee goes on now.
            CallState::Working => {}
            CallState::Connecting | CallState::Sending if !self.parts.carries(call.link) => return self.lose(key),
            CallState::Connecting | CallState::Sending => self.begin_work(key, traced),
        }
        let call = &self.calls[key];
        // TLS may have been switched off while this was on its way.
        if (call.secure || self.parts.link(call.link).tls) && self.ends_before_the_request(key) {
            return;
        }
        self.serve(key, seat);
    }

    /// The callee has the request, and the caller's clock for the answer runs.
    fn begin_work(&mut self, key: CallKey, traced: bool) {
        self.set_state(key, CallState::Working, Micros::ZERO);
        if self.calls[key].ask != Ask::Resolve {
            self.start_response_timer(key);
        }
        if traced {
            self.trace_arrival(key);
        }
    }

    #[cold]
    fn trace_arrival(&mut self, key: CallKey) {
        let Call { callee, seat, link, started, secure, .. } = self.calls[key];
        let arrived = SimTime(self.now.0 - self.overhead(callee, seat.tier).0.min(self.now.since(started).0));
        if !secure || self.trace_tls(key, arrived) {
            self.mark_until(key, Place::Link { link, back: false }, arrived, Decision::Sent);
        }
    }

    /// The callee begins its work.
    #[inline(never)]
    fn serve(&mut self, key: CallKey, seat: Seat) {
        self.serve_fast(key, seat);
    }

    /// Like [`World::serve`], for the way that most visits take.
    #[inline(always)]
    fn serve_fast(&mut self, key: CallKey, seat: Seat) {
        let at = usize::from(seat.at);
        match seat.tier {
            Tier::Resolver => self.resolve(key),
            Tier::Balancer => self.session_starts(key, at),
            Tier::Nginx => self.nginx_gets(key, at),
            Tier::App => self.app_gets(key, at),
            Tier::Mysqld => self.mysql_gets(key, at),
            Tier::Agent => self.agent_gets(key, at),
            Tier::Browser | Tier::Authoritative | Tier::Keepalived | Tier::Monitor => {
                unreachable!("nobody calls a browser or a monitor; the resolver asks by itself; routers send datagrams")
            }
        }
    }

    /// What travelled on an accepted connection is lost, and only the caller's time-out will end it.
    pub(super) fn lose(&mut self, key: CallKey) {
        // The caller's clock runs from the moment of delivery on.
        let clock_runs = self.calls[key].state == CallState::Working;
        self.set_state(key, CallState::Lost, Micros::ZERO);
        if !clock_runs {
            self.start_response_timer(key);
        }
    }

    /// The callee has finished a piece of work for a call.
    #[inline(never)]
    pub(super) fn finished(&mut self, key: CallKey) {
        if let Some(call) = self.calls.get(key) {
            self.finished_fast(key, call.seat.tier);
        }
    }

    /// Like [`World::finished`], for the way that most visits take.
    #[inline(always)]
    pub(super) fn finished_fast(&mut self, key: CallKey, tier: Tier) {
        let Some(call) = self.calls.get(key).filter(|call| call.state == CallState::Working) else {
            return;
        };
        let at = usize::from(call.seat.at);
        match tier {
            Tier::Nginx => self.nginx_served(key),
            Tier::App => self.app_worked(key, at),
            Tier::Mysqld => self.mysql_executed(key, at),
            tier => unreachable!("{tier:?} plans no work"),
        }
    }

    /// Such calls, oldest first: in the order in which a dying process closes its connections.
    pub(super) fn oldest_first(&self, wanted: &dyn Fn(&Call) -> bool) -> Vec<CallKey> {
        let visit = |call: &Call| call.visit.and_then(|visit| self.visits.get(visit)).map(|visit| visit.id);
        let calls = self.calls.iter().filter(|(_, call)| wanted(call));
        let calls: BinaryHeap<_> = calls.map(|(key, call)| (call.started, visit(call), key)).collect();
        calls.into_sorted_vec().into_iter().map(|(.., key)| key).collect()
    }

    pub(super) fn set_state(&mut self, key: CallKey, state: CallState, lasts: Micros) {
        let now = self.now;
        if let Some(call) = self.calls.get_mut(key) {
            (call.state, call.since, call.until) = (state, now, now + lasts);
        }
    }
}

const fn overhead(settings: &Settings, tier: Tier) -> Micros {
    let us = match tier {
        Tier::Balancer => settings.balancer.overhead_us,
        Tier::Nginx => settings.nginx.overhead_us,
        _ => 0,
    };
    Micros(us as u64)
}
