//! Time-outs: a caller gives up connecting, or waiting for an answer.

use super::call::{Ask, Call, CallKey, CallState, Parent, Reply};
use super::firewall::Ruling;
use super::time::{Micros, SimTime};
use super::trace::{Decision, Place};
use super::wiring::Tier;
use super::world::{Action, Step, World};

impl World {
    /// The caller gives up connecting.
    pub(super) fn connect_timeout(&mut self, key: CallKey) {
        let Some(call) = self.calls.get(key) else {
            return;
        };
        if call.state == CallState::Lost && self.is_current(key) {
            let place = Place::Link { link: call.link, back: false };
            let on_wire = self.parts.carries(call.link) && self.parts.has_power(call.callee);
            let dropped = on_wire && self.ruling(call) == Ruling::Drop;
            self.mark(key, place, if dropped { Decision::Dropped } else { Decision::NoAnswer });
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
            // The answer has arrived, or arrives at this very moment.
            CallState::Returning(_) if call.until < self.now => return,
            CallState::Returning(_) if call.until == self.now && self.parts.carries(call.link) => return,
            CallState::Lost if !self.parts.carries(call.link) => Place::Link { link: call.link, back: false },
            _ => Place::Process(call.callee),
        };
        let gone = matches!(call.state, CallState::Stalled(_) | CallState::Lost);
        let (parent, visit, callee) = (call.parent, call.visit, call.callee);
        let is_there = matches!(place, Place::Process(_));
        let silent = is_there && call.ask == Ask::Resolve && self.names.waits_for_authority(self.now);
        self.mark(key, place, if silent { Decision::AuthoritySilent } else { Decision::NoAnswer });
        if gone {
            self.calls.remove(key);
        } else {
            self.calls[key].abandoned = true;
            self.log_client_closed(key);
        }
        self.caller_gives_up(parent, visit, callee);
    }

    pub(super) fn connect_timeout_of(&self, call: &Call) -> Micros {
        let settings = &self.settings;
        let ms = match (call.parent, self.wiring.seat(self.wiring.link(call.link).from).tier) {
            (Parent::Scrape(_), _) => return self.scrape_timeout(),
            (Parent::Check { .. }, _) => settings.balancer.inter_ms,
            (_, Tier::Balancer) => settings.balancer.timeout_connect_ms,
            (_, Tier::Nginx) => settings.nginx.connect_timeout_ms,
            (_, Tier::App) => settings.app.connect_timeout_ms,
            _ if call.ask == Ask::Resolve => settings.client.dns_timeout_ms,
            _ => settings.client.connect_timeout_ms,
        };
        Micros::from_millis(ms.into())
    }

    /// Starts the clock for an answer. It runs from the moment at which the request was sent.
    pub(super) fn start_response_timer(&mut self, key: CallKey) {
        let call = &self.calls[key];
        let by_start = |ms: u32| match ms {
            0 => SimTime::NEVER,
            ms => (call.started + Micros::from_millis(ms.into())).max(self.now),
        };
        let at = match call.parent {
            Parent::Visit if call.ask == Ask::Resolve => by_start(self.settings.client.dns_timeout_ms),
            Parent::Check { .. } => by_start(self.settings.balancer.inter_ms),
            Parent::Scrape(_) => (call.started + self.scrape_timeout()).max(self.now),
            _ => self.now + self.parts.link(call.link).patience,
        };
        self.set_deadline(key, at);
    }

    /// The caller gives up waiting at this moment. Nearly every answer comes long before; only what is still there when a
    /// sweep finds its deadline near gets an event.
    #[inline(always)]
    pub(super) fn set_deadline(&mut self, key: CallKey, at: SimTime) {
        self.calls[key].deadline = at;
        if at < self.next_sweep {
            self.watch(key, at);
        }
    }

    /// A deadline lies before the next sweep, or none is planned.
    #[cold]
    pub(super) fn watch(&mut self, key: CallKey, at: SimTime) {
        if self.next_sweep == SimTime::NEVER {
            self.next_sweep = self.now + SWEEP_EVERY;
            self.plan_at(self.next_sweep, Action::Sweep);
        }
        if at < self.next_sweep {
            self.plan_at(at, Action::Call(Step::ResponseTimeout, key));
        }
    }

    /// Plans the time-outs that are due before the next sweep, and gives back what a rush has needed.
    pub(super) fn sweep(&mut self) {
        self.calls.shrink();
        self.visits.shrink();
        self.next_sweep = if self.calls.is_empty() { SimTime::NEVER } else { self.now + SWEEP_EVERY };
        if self.next_sweep == SimTime::NEVER {
            return;
        }
        self.plan_at(self.next_sweep, Action::Sweep);
        let soon = self.now..self.next_sweep;
        for key in self.oldest_first(&|call| soon.contains(&call.deadline)) {
            self.plan_at(self.calls[key].deadline, Action::Call(Step::ResponseTimeout, key));
        }
    }
}

/// So often calls are looked through for those that are about to time out.
const SWEEP_EVERY: Micros = Micros::from_secs(1);
