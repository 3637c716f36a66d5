//! How a call goes: connect, deliver, work, return, and all the ways in which it can fail.

use super::call::{Ask, Call, CallKey, CallState, Parent, Reply, Work};
use super::ids::ProcessId;
use super::invariants;
use super::parts::Condition;
use super::time::{Micros, SimTime};
use super::topology::Role;
use super::trace::{Decision, Place};
use super::visit::VisitKey;
use super::world::{Action, World};

/// Connections that the kernel accepts for a process that does not take them (Linux: `net.core.somaxconn`).
pub const LISTEN_BACKLOG: usize = 4_096;

impl World {
    /// Lets `parent` call `callee`.
    pub(super) fn open(
        &mut self,
        parent: Parent,
        visit: Option<VisitKey>,
        caller: ProcessId,
        callee: ProcessId,
        ask: Ask,
    ) -> CallKey {
        let link = self.wiring.link_between(caller, callee).expect("the wiring has a link for each caller and callee");
        let latency = self.parts.latency(link);
        let traced = match parent {
            Parent::Call(parent) => self.calls[parent].traced,
            Parent::Visit => visit.and_then(|visit| self.visits.get(visit)).is_some_and(|visit| visit.trace.is_some()),
            Parent::Check { .. } => false,
        };
        let call = self.calls.insert(Call {
            visit,
            parent,
            caller,
            callee,
            link,
            ask,
            state: CallState::Connecting,
            started: self.now,
            since: self.now,
            until: self.now + latency,
            work: Work::None,
            child: None,
            abandoned: false,
            traced,
        });
        match parent {
            Parent::Call(parent) => self.calls[parent].child = Some(call),
            Parent::Visit => {
                if let Some(visit) = visit.and_then(|visit| self.visits.get_mut(visit)) {
                    visit.child = Some(call);
                }
            }
            Parent::Check { .. } => {}
        }
        self.travel(parent, latency, Action::Attempt(call));
        call
    }

    /// What one process sends another arrives after `latency`; without any, it is there now.
    fn travel(&mut self, parent: Parent, latency: Micros, arrival: Action) {
        if latency == Micros::ZERO && matches!(parent, Parent::Call(_)) && !self.parts.any_hung() {
            self.carry_out(arrival);
        } else {
            self.plan(latency, arrival);
        }
    }

    /// A connection attempt or datagram reaches the callee's machine: the kernel answers it, not the process.
    pub(super) fn attempt(&mut self, key: CallKey) {
        let Some(call) = self.calls.get(key) else {
            return;
        };
        let (callee, link, ask) = (call.callee, call.link, call.ask);
        let shakes_hands = ask != Ask::Resolve && self.settings.network.handshake;
        let round_trip = if shakes_hands { self.parts.latency(link).times(2) } else { Micros::ZERO };
        let reachable = self.parts.carries(link) && self.parts.has_power(callee);
        let too_slow = shakes_hands && round_trip > self.connect_timeout_of(call);
        if !reachable || too_slow || self.backlog_is_full(callee, ask) {
            let left = (call.started + self.connect_timeout_of(call)).since(self.now);
            self.set_state(key, CallState::Lost, left);
            return self.plan(left, Action::ConnectTimeout(key));
        }
        if self.parts.condition(callee) == Condition::Down {
            return self.send_back(key, Reply::Refused);
        }
        match ask {
            Ask::Connect => self.send_back(key, Reply::Connected),
            Ask::Resolve => self.deliver_or_park(key),
            _ => {
                let total = round_trip + self.overhead(callee);
                self.set_state(key, CallState::Sending, total);
                if total == Micros::ZERO {
                    self.deliver_or_park(key);
                } else {
                    self.plan(total, Action::Deliver(key));
                }
            }
        }
    }

    /// Time that a proxy itself takes for a request, before it decides.
    fn overhead(&self, callee: ProcessId) -> Micros {
        let own = match self.wiring.role(callee) {
            Role::Balancer => self.settings.balancer.overhead_us,
            Role::Nginx => self.settings.nginx.overhead_us,
            _ => 0,
        };
        Micros(own.into()).times(self.parts.slowdown(callee))
    }

    /// Whether the kernel drops connection attempts because nobody has accepted the ones before.
    fn backlog_is_full(&self, callee: ProcessId, ask: Ask) -> bool {
        let is_app = matches!(self.wiring.role(callee), Role::App);
        if self.parts.condition(callee) == Condition::Hung {
            let backlog = if is_app { self.settings.app.backlog as usize } else { LISTEN_BACKLOG };
            return self.parked[callee.index()].len() >= backlog;
        }
        if !is_app || !matches!(ask, Ask::Page(_) | Ask::Scripted | Ask::AppHealth) {
            return false;
        }
        let app = &self.apps[self.tier(callee)];
        app.busy >= self.settings.app.workers && app.waiting.len() >= self.settings.app.backlog as usize
    }

    fn deliver_or_park(&mut self, key: CallKey) {
        if self.parts.condition(self.calls[key].callee) == Condition::Hung {
            let callee = self.calls[key].callee;
            self.parked[callee.index()].push(Action::Deliver(key));
            self.while_parked(Action::Deliver(key));
        } else {
            self.deliver(key);
        }
    }

    /// A hung process accepts, so the caller's clock for the answer runs.
    pub(super) fn while_parked(&mut self, action: Action) {
        if let Action::Deliver(key) = action
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
        if matches!(call.state, CallState::Returning(_) | CallState::Stalled(_) | CallState::Lost) {
            return;
        }
        let (callee, link, was_parked) = (call.callee, call.link, call.state == CallState::Working);
        if !was_parked && !self.parts.carries(link) {
            return self.lose(key);
        }
        if !was_parked {
            let (traced, started, resolves) = (call.traced, call.started, call.ask == Ask::Resolve);
            if traced {
                let arrived = SimTime(self.now.0 - self.overhead(callee).0.min(self.now.since(started).0));
                self.mark_until(key, Place::Link { link, back: false }, arrived, Decision::Sent);
            }
            if !resolves {
                self.start_response_timer(key);
            }
            self.set_state(key, CallState::Working, Micros::ZERO);
        }
        match self.wiring.role(callee) {
            Role::Resolver => self.resolve(key),
            Role::Balancer => self.session_starts(key),
            Role::Nginx => self.nginx_gets(key),
            Role::App => self.app_gets(key),
            Role::Mysqld { .. } => self.mysql_gets(key),
            Role::Browser | Role::Authoritative => unreachable!("nobody calls a browser; the resolver asks by itself"),
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
    pub(super) fn finished(&mut self, key: CallKey) {
        let Some(call) = self.calls.get(key).filter(|call| call.state == CallState::Working) else {
            return;
        };
        match self.wiring.role(call.callee) {
            Role::Nginx => self.nginx_served(key),
            Role::App => self.app_worked(key),
            Role::Mysqld { .. } => self.mysql_executed(key),
            role => unreachable!("{role:?} plans no work"),
        }
    }

    /// The callee answers. If nobody waits any more, the call ends here.
    pub(super) fn answer(&mut self, key: CallKey, reply: Reply) {
        if self.is_current(key) {
            self.send_back(key, reply);
        } else {
            self.calls.remove(key);
        }
    }

    fn send_back(&mut self, key: CallKey, reply: Reply) {
        let call = &self.calls[key];
        let (parent, latency) = (call.parent, self.parts.latency(call.link));
        self.set_state(key, CallState::Returning(reply), latency);
        self.travel(parent, latency, Action::Return(key));
    }

    /// Whether the caller still waits for this very call.
    pub(super) fn is_current(&self, key: CallKey) -> bool {
        self.calls.get(key).is_some_and(|call| match call.parent {
            Parent::Visit | Parent::Call(_) => !call.abandoned,
            Parent::Check { balancer, server } => self.check_waits_for(balancer, server, key),
        })
    }

    /// The callee of `key` no longer waits for the call that it has made.
    pub(super) fn abandon_child(&mut self, key: CallKey) {
        let child = self.calls[key].child.take();
        if let Some(child) = child.and_then(|child| self.calls.get_mut(child)) {
            child.abandoned = true;
        }
    }

    /// A reply reaches the caller's machine.
    pub(super) fn returned(&mut self, key: CallKey) {
        let Some(call) = self.calls.get(key) else {
            return;
        };
        let CallState::Returning(reply) = call.state else {
            return;
        };
        invariants::reply_is_newer(call, self.now);
        if !self.is_current(key) {
            self.calls.remove(key);
            return;
        }
        // What waited for a hung caller had arrived before.
        if !self.parts.carries(call.link) && call.until == self.now {
            return self.set_state(key, CallState::Stalled(reply), Micros::ZERO);
        }
        if call.traced {
            let place = Place::Link { link: call.link, back: true };
            let decision = match reply {
                Reply::Refused => Decision::Refused,
                Reply::Reset | Reply::Closed => Decision::Reset,
                _ => Decision::Returned,
            };
            self.mark(key, place, decision);
        }
        self.hand_over(key, reply);
    }

    /// Ends a call and gives its reply to whoever waits for it.
    pub(super) fn hand_over(&mut self, key: CallKey, reply: Reply) {
        let call = self.calls.remove(key).expect("checked by the caller");
        self.caller_gets(call.parent, call.visit, call.callee, reply);
    }

    pub(super) fn caller_gets(&mut self, parent: Parent, visit: Option<VisitKey>, callee: ProcessId, reply: Reply) {
        match parent {
            Parent::Visit => {
                let visit = visit.expect("a call of the browser belongs to a visit");
                self.browser_gets(visit, callee, reply);
            }
            Parent::Check { balancer, server } => self.check_ends(balancer, server, reply),
            Parent::Call(parent) => {
                let Some(waiting) = self.calls.get_mut(parent) else {
                    return;
                };
                waiting.child = None;
                match self.wiring.role(waiting.callee) {
                    Role::Balancer => self.session_gets(parent, reply),
                    Role::Nginx => self.nginx_gets_reply(parent, reply),
                    Role::App => self.app_gets_reply(parent, callee, reply),
                    role => unreachable!("{role:?} calls nobody"),
                }
            }
        }
    }

    pub(super) fn set_state(&mut self, key: CallKey, state: CallState, lasts: Micros) {
        let now = self.now;
        if let Some(call) = self.calls.get_mut(key) {
            (call.state, call.since, call.until) = (state, now, now + lasts);
        }
    }
}
