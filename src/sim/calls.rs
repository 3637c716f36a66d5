//! How a call goes: connect, deliver, work, return, and all the ways in which it can fail.

use super::call::{Ask, Call, CallKey, CallState, Parent, Reply, Work};
use super::ids::ProcessId;
use super::invariants;
use super::parts::Condition;
use super::settings::Settings;
use super::time::{Micros, SimTime};
use super::timeouts::ResponseTimer;
use super::trace::{Decision, Place};
use super::visit::VisitKey;
use super::wiring::{Seat, Tier};
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
        let call = self.calls.insert(Call {
            visit,
            parent,
            caller,
            caller_tier: self.wiring.seat(caller).tier,
            callee,
            seat: self.wiring.seat(callee),
            link,
            ask,
            state: CallState::Connecting,
            started: self.now,
            since: self.now,
            until: self.now + latency,
            work: Work::None,
            child: None,
            abandoned: false,
            traced: false,
        });
        let traced = match parent {
            Parent::Call(parent) => {
                let parent = &mut self.calls[parent];
                parent.child = Some(call);
                parent.traced
            }
            Parent::Visit => {
                let visit =
                    visit.and_then(|visit| self.visits.get_mut(visit)).expect("the browser opens it for a visit");
                visit.child = Some(call);
                visit.trace.is_some()
            }
            Parent::Check { .. } => false,
        };
        if traced {
            self.calls[call].traced = true;
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
        let (callee, seat, link, ask) = (call.callee, call.seat, call.link, call.ask);
        let shakes_hands = ask != Ask::Resolve && self.settings.network.handshake;
        // The usual case, once more and shorter.
        if self.parts.is_clear(link) && !shakes_hands && seat.tier != Tier::App && ask != Ask::Connect {
            let takes = overhead(&self.settings, seat.tier).times(self.parts.slowdown(callee));
            if takes == Micros::ZERO {
                return self.deliver(key);
            }
        }
        let round_trip = if shakes_hands { self.parts.latency(link).times(2) } else { Micros::ZERO };
        let reachable = self.parts.carries(link) && self.parts.has_power(callee);
        let too_slow = shakes_hands && round_trip > self.connect_timeout_of(call);
        if !reachable || too_slow || self.backlog_is_full(callee, seat, ask) {
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
            _ => match round_trip + self.overhead(callee, seat.tier) {
                Micros::ZERO => self.deliver_or_park(key),
                total => {
                    self.set_state(key, CallState::Sending, total);
                    self.plan(total, Action::Deliver(key));
                }
            },
        }
    }

    /// Time that a proxy itself takes for a request, before it decides.
    fn overhead(&self, callee: ProcessId, tier: Tier) -> Micros {
        overhead(&self.settings, tier).times(self.parts.slowdown(callee))
    }

    /// Whether the kernel drops connection attempts because nobody has accepted the ones before.
    fn backlog_is_full(&self, callee: ProcessId, seat: Seat, ask: Ask) -> bool {
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
        let now = self.now;
        let Some(call) = self.calls.get_mut(key) else {
            return;
        };
        let (callee, seat, link) = (call.callee, call.seat, call.link);
        match call.state {
            CallState::Returning(_) | CallState::Stalled(_) | CallState::Lost => return,
            // It was parked, and the callee goes on now.
            CallState::Working => {}
            CallState::Connecting | CallState::Sending if !self.parts.carries(link) => return self.lose(key),
            CallState::Connecting | CallState::Sending => {
                (call.state, call.since, call.until) = (CallState::Working, now, now);
                let (traced, started) = (call.traced, call.started);
                if call.ask != Ask::Resolve {
                    let timer = ResponseTimer::of(call, now, &self.settings);
                    self.start(key, timer);
                }
                if traced {
                    let arrived = SimTime(now.0 - self.overhead(callee, seat.tier).0.min(now.since(started).0));
                    self.mark_until(key, Place::Link { link, back: false }, arrived, Decision::Sent);
                }
            }
        }
        match seat.tier {
            Tier::Resolver => self.resolve(key),
            Tier::Balancer => self.session_starts(key),
            Tier::Nginx => self.nginx_gets(key),
            Tier::App => self.app_gets(key),
            Tier::Mysqld => self.mysql_gets(key),
            Tier::Browser | Tier::Authoritative => unreachable!("nobody calls a browser; the resolver asks by itself"),
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
        match call.seat.tier {
            Tier::Nginx => self.nginx_served(key),
            Tier::App => self.app_worked(key),
            Tier::Mysqld => self.mysql_executed(key),
            tier => unreachable!("{tier:?} plans no work"),
        }
    }

    /// The callee answers. If nobody waits any more, the call ends here.
    pub(super) fn answer(&mut self, key: CallKey, reply: Reply) {
        let Some(call) = self.calls.get(key) else {
            return;
        };
        if self.is_waited_for(key, call) {
            self.send_back(key, reply);
        } else {
            self.calls.remove(key);
        }
    }

    fn send_back(&mut self, key: CallKey, reply: Reply) {
        let call = &mut self.calls[key];
        let (parent, latency) = (call.parent, self.parts.latency(call.link));
        (call.state, call.since, call.until) = (CallState::Returning(reply), self.now, self.now + latency);
        self.travel(parent, latency, Action::Return(key));
    }

    /// Whether the caller still waits for this very call.
    pub(super) fn is_current(&self, key: CallKey) -> bool {
        self.calls.get(key).is_some_and(|call| self.is_waited_for(key, call))
    }

    fn is_waited_for(&self, key: CallKey, call: &Call) -> bool {
        match call.parent {
            Parent::Visit | Parent::Call(_) => !call.abandoned,
            Parent::Check { balancer, server } => self.check_waits_for(balancer, server, key),
        }
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
        if !self.is_waited_for(key, call) {
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
                match waiting.seat.tier {
                    Tier::Balancer => self.session_gets(parent, reply),
                    Tier::Nginx => self.nginx_gets_reply(parent, reply),
                    Tier::App => self.app_gets_reply(parent, callee, reply),
                    tier => unreachable!("{tier:?} calls nobody"),
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

const fn overhead(settings: &Settings, tier: Tier) -> Micros {
    let us = match tier {
        Tier::Balancer => settings.balancer.overhead_us,
        Tier::Nginx => settings.nginx.overhead_us,
        _ => 0,
    };
    Micros(us as u64)
}
