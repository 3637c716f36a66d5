//! How a call goes: connect, deliver, work, return, and all the ways in which it can fail.

use super::call::{Ask, Call, CallKey, CallState, Parent, Reply, Work};
use super::ids::ProcessId;
use super::parts::Condition;
use super::queue::Timer;
use super::time::{Micros, SimTime};
use super::topology::Role;
use super::trace::{Decision, Place};
use super::visit::VisitKey;
use super::world::{Action, Lane, World};

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
        let call = self.calls.insert(Call {
            visit,
            parent,
            callee,
            link,
            ask,
            state: CallState::Connecting,
            started: self.now,
            since: self.now,
            until: self.now + latency,
            work: Work::None,
            child: None,
        });
        match parent {
            Parent::Call(parent) => {
                if let Some(parent) = self.calls.get_mut(parent) {
                    parent.child = Some(call);
                }
            }
            Parent::Visit => {
                if let Some(visit) = visit.and_then(|visit| self.visits.get_mut(visit)) {
                    visit.child = Some(call);
                }
            }
            Parent::Check { .. } => {}
        }
        self.plan(latency, Action::Attempt(call));
        call
    }

    /// A connection attempt or datagram reaches the callee's machine: the kernel answers it, not the process.
    pub(super) fn attempt(&mut self, key: CallKey) {
        let Some(call) = self.calls.get(key) else {
            return;
        };
        let (callee, link, ask) = (call.callee, call.link, call.ask);
        let latency = self.parts.latency(link);
        let timeout = self.connect_timeout_of(call);
        let reachable = self.parts.carries(link) && self.parts.has_power(callee);
        let too_slow = ask != Ask::Resolve && self.handshake() && latency.times(2) > timeout;
        if !reachable || too_slow || self.backlog_is_full(callee, ask) {
            let left = (self.calls[key].started + timeout).since(self.now);
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
                let way = if self.handshake() { latency.times(2) } else { Micros::ZERO };
                let total = way + self.overhead(callee);
                self.set_state(key, CallState::Sending, total);
                if total == Micros::ZERO {
                    self.deliver_or_park(key);
                } else {
                    self.plan(total, Action::Deliver(key));
                }
            }
        }
    }

    fn handshake(&self) -> bool {
        self.settings.network.handshake
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
        if self.parts.condition(callee) == Condition::Hung {
            return self.parked[callee.index()].len() >= LISTEN_BACKLOG;
        }
        matches!(ask, Ask::Page(_) | Ask::AppHealth)
            && *self.wiring.role(callee) == Role::App
            && self.apps[self.tier(callee)].waiting.len() >= self.settings.app.backlog as usize
            && self.apps[self.tier(callee)].busy >= self.settings.app.workers
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
        if !was_parked {
            let arrived = SimTime(self.now.0 - self.overhead(callee).0.min(self.now.since(call.started).0));
            self.mark_until(key, Place::Link { link, back: false }, arrived, Decision::Sent);
            if self.calls[key].ask != Ask::Resolve {
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
        let latency = self.parts.latency(self.calls[key].link);
        self.set_state(key, CallState::Returning(reply), latency);
        self.plan(latency, Action::Return(key));
    }

    /// Whether the caller still waits for this very call.
    pub(super) fn is_current(&self, key: CallKey) -> bool {
        let Some(call) = self.calls.get(key) else {
            return false;
        };
        match call.parent {
            Parent::Visit => call.visit.and_then(|v| self.visits.get(v)).is_some_and(|v| v.child == Some(key)),
            Parent::Call(parent) => self.calls.get(parent).is_some_and(|parent| parent.child == Some(key)),
            Parent::Check { balancer, server } => self.check_waits_for(balancer, server, key),
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
        if !self.is_current(key) {
            self.calls.remove(key);
            return;
        }
        if !self.parts.carries(call.link) {
            return self.set_state(key, CallState::Stalled(reply), Micros::ZERO);
        }
        let place = Place::Link { link: call.link, back: true };
        let decision = match reply {
            Reply::Refused => Decision::Refused,
            Reply::Reset => Decision::Reset,
            _ => Decision::Returned,
        };
        self.mark(key, place, decision);
        self.hand_over(key, reply);
    }

    /// The caller gives up connecting.
    pub(super) fn connect_timeout(&mut self, key: CallKey) {
        let Some(call) = self.calls.get(key) else {
            return;
        };
        if call.state == CallState::Lost && self.is_current(key) {
            let place = Place::Link { link: call.link, back: false };
            self.mark(key, place, Decision::NoAnswer);
            self.hand_over(key, Reply::ConnectTimeout);
        } else if call.state == CallState::Lost {
            self.calls.remove(key);
        }
    }

    /// The caller gives up waiting. The callee does not notice and goes on.
    pub(super) fn response_timeout(&mut self, key: CallKey) {
        let Some(call) = self.calls.get(key) else {
            return;
        };
        if !self.is_current(key) {
            if matches!(call.state, CallState::Stalled(_) | CallState::Lost) {
                self.calls.remove(key);
            }
            return;
        }
        let place = match call.state {
            CallState::Stalled(_) => Place::Link { link: call.link, back: true },
            CallState::Returning(_) if call.until <= self.now => return,
            _ => Place::Process(call.callee),
        };
        let gone = matches!(call.state, CallState::Stalled(_) | CallState::Lost);
        let (parent, visit, callee) = (call.parent, call.visit, call.callee);
        self.mark(key, place, Decision::NoAnswer);
        if gone {
            self.calls.remove(key);
        }
        self.caller_gets(parent, visit, callee, Reply::Timeout);
    }

    /// Ends a call and gives its reply to whoever waits for it.
    fn hand_over(&mut self, key: CallKey, reply: Reply) {
        let call = self.calls.remove(key).expect("checked by the caller");
        self.caller_gets(call.parent, call.visit, call.callee, reply);
    }

    fn caller_gets(&mut self, parent: Parent, visit: Option<VisitKey>, callee: ProcessId, reply: Reply) {
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

    fn connect_timeout_of(&self, call: &Call) -> Micros {
        let settings = &self.settings;
        let ms = match (call.parent, self.caller(call).map(|p| self.wiring.role(p))) {
            (Parent::Check { .. }, _) => settings.balancer.inter_ms,
            (_, Some(Role::Balancer)) => settings.balancer.timeout_connect_ms,
            (_, Some(Role::Nginx)) => settings.nginx.connect_timeout_ms,
            (_, Some(Role::App)) => settings.app.connect_timeout_ms,
            _ if call.ask == Ask::Resolve => settings.client.dns_timeout_ms,
            _ => settings.client.connect_timeout_ms,
        };
        Micros::from_millis(ms.into())
    }

    /// Starts the clock for an answer. It runs from the moment at which the request was sent.
    pub(super) fn start_response_timer(&mut self, key: CallKey) {
        let call = &self.calls[key];
        let settings = &self.settings;
        let (lane, ms) = match (call.parent, self.caller(call).map(|p| self.wiring.role(p))) {
            (Parent::Check { .. }, _) => (None, settings.balancer.inter_ms),
            (_, Some(Role::Balancer)) => (Some(Lane::Balancer), settings.balancer.timeout_server_ms),
            (_, Some(Role::Nginx)) => (Some(Lane::Nginx), settings.nginx.read_timeout_ms),
            (_, Some(Role::App)) => (Some(Lane::App), settings.app.read_timeout_ms),
            _ if call.ask == Ask::Resolve => (None, settings.client.dns_timeout_ms),
            _ => (Some(Lane::Browser), settings.client.response_timeout_ms),
        };
        let sent = match call.parent {
            Parent::Check { .. } => call.started,
            _ if call.ask == Ask::Resolve => call.started,
            _ => self.now,
        };
        let at = (sent + Micros::from_millis(ms.into())).max(self.now);
        let Some(lane) = lane else {
            return self.queue.plan(at, Action::ResponseTimeout(key));
        };
        let sequence = self.queue.ticket();
        if self.lanes[lane as usize].push(Timer { at, sequence, key }) {
            self.queue.plan_with(at, sequence, Action::Lane(lane, sequence));
        }
    }

    /// The first timer of a lane strikes: it is carried out, and the next one that still matters gets its event.
    pub(super) fn lane_strikes(&mut self, lane: Lane, sequence: u64) {
        let Some(timer) = self.lanes[lane as usize].pop(sequence) else {
            return;
        };
        self.response_timer_strikes(timer.key);
        let calls = &self.calls;
        if let Some(next) = self.lanes[lane as usize].first_live(|key| !calls.contains_key(key)) {
            self.queue.plan_with(next.at, next.sequence, Action::Lane(lane, next.sequence));
        }
    }

    fn response_timer_strikes(&mut self, key: CallKey) {
        let caller = self.calls.get(key).and_then(|call| self.caller(call));
        match caller {
            Some(process) if self.parts.condition(process) == Condition::Hung => {
                self.parked[process.index()].push(Action::ResponseTimeout(key));
            }
            _ => self.response_timeout(key),
        }
    }
}
