//! Time-outs: a caller gives up connecting, or waiting for an answer.

use super::call::{Ask, Call, CallKey, CallState, Parent, Reply};
use super::parts::Condition;
use super::settings::Settings;
use super::time::{Micros, SimTime};
use super::trace::{Decision, Place};
use super::wiring::Tier;
use super::world::{Action, Lane, World};

impl World {
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
        }
        self.caller_gets(parent, visit, callee, Reply::Timeout);
    }

    pub(super) fn connect_timeout_of(&self, call: &Call) -> Micros {
        let settings = &self.settings;
        let ms = match (call.parent, call.caller_tier) {
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
        let timer = ResponseTimer::of(&self.calls[key], self.now, &self.settings);
        self.start(key, timer);
    }

    pub(super) fn start(&mut self, key: CallKey, timer: ResponseTimer) {
        let ResponseTimer { lane, at } = timer;
        if at == NEVER {
            return;
        }
        let Some(lane) = lane else {
            return self.queue.plan(at, Action::ResponseTimeout(key));
        };
        let calls = &self.calls;
        if let Some(at) = self.lanes[lane as usize].push(at, key, |key| !calls.contains_key(key)) {
            self.queue.plan(at, Action::Lane(lane));
        }
    }

    /// Time-outs of a lane are due; the next one that still matters gets an event.
    pub(super) fn lane_strikes(&mut self, lane: Lane) {
        while let Some(key) = self.lanes[lane as usize].due(self.now) {
            self.response_timer_strikes(key);
        }
        let calls = &self.calls;
        if let Some(at) = self.lanes[lane as usize].watch_on(self.now, |key| !calls.contains_key(key)) {
            self.queue.plan(at, Action::Lane(lane));
        }
    }

    fn response_timer_strikes(&mut self, key: CallKey) {
        match self.calls.get(key).map(|call| call.caller) {
            Some(process) if self.parts.condition(process) == Condition::Hung => {
                self.parked[process.index()].push(Action::ResponseTimeout(key));
            }
            _ => self.response_timeout(key),
        }
    }
}

const NEVER: SimTime = SimTime(u64::MAX);

/// When a caller gives up waiting for an answer, and the lane in which that waits, if it has one.
#[derive(Clone, Copy, Debug)]
pub(super) struct ResponseTimer {
    lane: Option<Lane>,
    at: SimTime,
}

impl ResponseTimer {
    /// The time-out of a call that is delivered `now`.
    pub(super) fn of(call: &Call, now: SimTime, settings: &Settings) -> Self {
        let (lane, ms) = match (call.parent, call.caller_tier) {
            (Parent::Check { .. }, _) => (None, settings.balancer.inter_ms),
            (_, Tier::Balancer) => (Some(Lane::Balancer), settings.balancer.timeout_server_ms),
            (_, Tier::Nginx) => (Some(Lane::Nginx), settings.nginx.read_timeout_ms),
            (_, Tier::App) => (Some(Lane::App), settings.app.read_timeout_ms),
            _ if call.ask == Ask::Resolve => (None, settings.client.dns_timeout_ms),
            _ => (Some(Lane::Browser), settings.client.response_timeout_ms),
        };
        if ms == 0 {
            return Self { lane, at: NEVER };
        }
        let patience = Micros::from_millis(ms.into());
        let at = if lane.is_some() { now + patience } else { (call.started + patience).max(now) };
        Self { lane, at }
    }
}
