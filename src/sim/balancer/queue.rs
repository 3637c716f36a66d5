//! Waiting: a request that finds all servers at their `maxconn` waits for any of them, or for its own (`queue_*`).

use super::{Balancer, Candidate};
use crate::call::{CallKey, CallState};
use crate::outcome::Cause;
use crate::time::{Micros, SimTime};
use crate::trace::{Decision, PickReason, Place};
use crate::world::{Action, Step, World};

impl Balancer {
    /// Requests that have been taken from the queue of a server, or from that of the backend.
    fn taken(&mut self, server: Option<usize>) -> &mut u32 {
        server.map_or(&mut self.taken, |server| &mut self.servers[server].taken)
    }

    /// Requests have left the queue of a server, or that of the backend.
    fn left_queue(&mut self, server: Option<usize>, requests: usize) {
        self.waiting -= requests;
        if let Some(server) = server.filter(|_| requests > 0) {
            self.candidates[server].queued -= requests as u32;
            self.selector.load_changed(server, &self.candidates);
        }
    }
}

impl World {
    /// Puts a request into a server's own queue, or that of the backend.
    pub(super) fn enqueue(&mut self, key: CallKey, server: Option<usize>) {
        let at = self.seat_of(key);
        let balancer = &mut self.balancers[at];
        balancer.queued_ever += 1;
        let entry = (balancer.queued_ever, key);
        match server {
            Some(server) => {
                balancer.servers[server].queue.push_back(entry);
                let queued = &mut balancer.candidates[server].queued;
                *queued += 1;
                let most = &mut balancer.servers[server].counters.most_queued;
                *most = (*most).max(*queued);
                balancer.selector.load_changed(server, &balancer.candidates);
            }
            None => balancer.queue.push_back(entry),
        }
        balancer.waiting += 1;
        balancer.counters.most_queued = balancer.counters.most_queued.max(balancer.waiting);
        let config = &self.settings.balancer;
        let patience = Micros::from_millis(config.timeout_queue_ms.unwrap_or(config.timeout_connect_ms).into());
        let gives_up = self.now + patience;
        let place = *self.balancers[at].taken(server);
        self.change_session(key, |session| {
            (session.queued_until, session.server) = (gives_up, server.map(|server| server as u16));
            (session.place, session.own_queue) = (place, server.is_some());
        });
        // Who waits for one server only is logged with its name, even if it waits in vain.
        self.note(key, server.map(|server| self.balancers[at].servers[server].process));
        self.plan(patience, Action::Call(Step::QueueTimeout, key));
    }

    /// A request leaves a queue: its log has how many left the queue since it came, itself included (`srv_queue`,
    /// `backend_queue`).
    fn note_place(&mut self, key: CallKey, at: usize, queue: Option<usize>) {
        let taken = *self.balancers[at].taken(queue);
        self.change_session(key, |session| session.place = taken.wrapping_sub(session.place) + 1);
    }

    /// A request has waited too long.
    pub(crate) fn queue_timeout(&mut self, key: CallKey) {
        let Some(call) = self.calls.get(key).filter(|call| call.state == CallState::Working) else {
            return;
        };
        let at = self.tier(call.callee);
        // A request may wait more than once; each wait has a clock of its own.
        if self.session(key).queued_until > self.now {
            return;
        }
        self.leave_queue(at, key);
        self.balancers[at].counters.queue_timeouts += 1;
        self.mark(key, Place::Process(self.balancers[at].process), Decision::Queued);
        // A connection that failed before it had to wait stays the reason.
        let cause = match self.session(key).refused {
            None => Cause::QueueTimeout,
            Some(true) => Cause::ServerRefused,
            Some(false) => Cause::ServerConnectTimeout,
        };
        self.session_fails(key, 503, cause);
    }

    /// Takes a request that gives up out of its queue.
    pub(super) fn leave_queue(&mut self, at: usize, key: CallKey) {
        let server = self.session(key).server.map(usize::from);
        let balancer = &mut self.balancers[at];
        let queue = server.map_or(&mut balancer.queue, |server| &mut balancer.servers[server].queue);
        queue.retain(|(_, other)| *other != key);
        balancer.left_queue(server, 1);
        self.change_session(key, |session| (session.queued_until, session.server) = (SimTime::NEVER, None));
        self.note_place(key, at, server);
    }

    /// A server that is back takes what waits for any server, as much as it has places. These requests count nowhere, as
    /// HAProxy 2.6 has it: the server takes as many again.
    pub(super) fn grab_queue(&mut self, at: usize, server: usize) -> u32 {
        let mut grabbed = 0;
        loop {
            let balancer = &mut self.balancers[at];
            let candidate = &balancer.candidates[server];
            let places = candidate.maxconn.map_or(u32::MAX, |most| most.saturating_sub(candidate.running));
            if grabbed >= places || !balancer.selector.is_on_duty(server, &balancer.candidates) {
                return grabbed;
            }
            let Some((_, key)) = balancer.queue.pop_front() else {
                return grabbed;
            };
            balancer.left_queue(None, 1);
            balancer.servers[server].uncounted += 1;
            self.note_place(key, at, None);
            *self.balancers[at].taken(None) += 1;
            self.change_session(key, |session| (session.queued_until, session.uncounted) = (SimTime::NEVER, true));
            self.mark(key, Place::Process(self.balancers[at].process), Decision::Queued);
            self.connect(key, server, PickReason::FromQueue);
            grabbed += 1;
        }
    }

    /// Lets waiting requests go to a server as long as it has places, oldest first (`queue_two_servers`).
    #[inline(always)]
    pub(super) fn serve_queue(&mut self, at: usize, server: usize) {
        if self.balancers[at].waiting > 0 {
            self.take_from_queue(at, server);
        }
    }

    /// HAProxy compares with `maxconn` here, whatever it is: a server without one has no places to give and takes nothing
    /// (`unlimited_takes_no_queue`).
    fn take_from_queue(&mut self, at: usize, server: usize) {
        let uncounted = self.balancers[at].servers[server].uncounted;
        let places = |candidate: &Candidate| candidate.maxconn.unwrap_or(0).saturating_sub(candidate.running);
        if places(&self.balancers[at].candidates[server]) <= uncounted {
            return;
        }
        while places(&self.balancers[at].candidates[server]) > 0 {
            let balancer = &mut self.balancers[at];
            let own = balancer.servers[server].queue.front().map(|(ticket, _)| *ticket);
            let on_duty = balancer.selector.is_on_duty(server, &balancer.candidates);
            let common = balancer.queue.front().filter(|_| on_duty).map(|(ticket, _)| *ticket);
            let is_own = own.is_some_and(|own| common.is_none_or(|common| own < common));
            let queue = if is_own { &mut balancer.servers[server].queue } else { &mut balancer.queue };
            if own.or(common).is_none() {
                return;
            }
            let (_, key) = queue.pop_front().expect("it has a first one");
            let from = Some(server).filter(|_| is_own);
            balancer.left_queue(from, 1);
            self.note_place(key, at, from);
            *self.balancers[at].taken(from) += 1;
            self.balancers[at].servers[server].took_at = Some(self.now);
            self.change_session(key, |session| session.queued_until = SimTime::NEVER);
            self.mark(key, Place::Process(self.balancers[at].process), Decision::Queued);
            self.connect(key, server, PickReason::FromQueue);
        }
    }

    /// What waits for a server that has gone out of service is assigned anew, if it may. Returns how many.
    pub(super) fn redistribute(&mut self, at: usize, server: usize) -> u32 {
        let config = &self.settings.balancer;
        if !config.redispatch || config.persist {
            return 0;
        }
        let balancer = &mut self.balancers[at];
        let waiting = std::mem::take(&mut balancer.servers[server].queue);
        balancer.left_queue(Some(server), waiting.len());
        for (_, key) in &waiting {
            self.change_session(*key, |session| {
                (session.queued_until, session.server, session.direct) = (SimTime::NEVER, None, false);
                session.avoid = Some(server as u16);
            });
        }
        for (_, key) in &waiting {
            self.mark(*key, Place::Process(self.balancers[at].process), Decision::Queued);
            self.assign(*key);
        }
        waiting.len() as u32
    }
}
