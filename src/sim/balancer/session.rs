//! A request in HAProxy: assigned, connected, retried, redispatched, queued, answered.
//!
//! The rules are those of `killed_*`, `blackhole_*`, `queue_*` and `frozen_server`: a refused connection is tried again on
//! the same server after a second (or `timeout connect`, if shorter); with `option redispatch` and an algorithm that is
//! free to choose, the first retry goes at once to another server; otherwise only the last retry does, or any retry once
//! the server is known to be down.

use super::AdminState;
use super::candidate::Pick;
use crate::sim::call::{CallKey, CallState, Parent, Reply, Session, Work};
use crate::sim::ids::ProcessId;
use crate::sim::invariants;
use crate::sim::outcome::Cause;
use crate::sim::script::NOT_HTTP;
use crate::sim::time::Micros;
use crate::sim::trace::{Decision, PickReason, Place};
use crate::sim::world::{Action, World};

/// HAProxy waits at most this long before it tries the same server again, in ms.
const RETRY_DELAY_MS: u32 = 1_000;

impl World {
    /// A request reaches a balancer.
    pub(in crate::sim) fn session_starts(&mut self, key: CallKey) {
        let at = self.tier(self.calls[key].callee);
        self.balancers[at].counters.requests += 1;
        self.calls[key].work = Work::Session(Session::NEW);
        self.assign(key);
    }

    fn session(&self, key: CallKey) -> Session {
        match self.calls[key].work {
            Work::Session(session) => session,
            other => unreachable!("a balancer keeps sessions, not {other:?}"),
        }
    }

    fn change_session(&mut self, key: CallKey, change: impl FnOnce(&mut Session)) {
        if let Work::Session(session) = &mut self.calls[key].work {
            change(session);
        }
    }

    /// Lets the algorithm choose a server.
    fn assign(&mut self, key: CallKey) {
        let at = self.tier(self.calls[key].callee);
        let visit = self.calls[key].visit.and_then(|visit| self.visits.get(visit));
        let source = visit.map_or(0, |visit| u32::from(visit.source));
        let session = self.session(key);
        let avoid = session.avoid.map(usize::from);
        let balancer = &mut self.balancers[at];
        let pick = balancer.selector.pick(&balancer.candidates, source, avoid, &mut self.rng.balancer);
        if let Some(from) = avoid {
            self.count_redispatch(key, from, pick);
        }
        let balancer = &mut self.balancers[at];
        match pick {
            Pick::NoServer => {
                balancer.counters.no_server += 1;
                let process = balancer.process;
                self.mark(key, Place::Process(process), Decision::NoServer);
                self.session_fails(key, 503, Cause::NoServer);
            }
            Pick::AllFull => self.enqueue(key, None),
            Pick::Server(server) if balancer.candidates[server].full() => self.enqueue(key, Some(server)),
            Pick::Server(server) => {
                let why = self.reason(at, server, session);
                self.connect(key, server, why);
            }
        }
    }

    /// A request that has left a server counts as redispatched unless it comes back there, even if no other takes it.
    fn count_redispatch(&mut self, key: CallKey, from: usize, to: Pick) {
        let at = self.tier(self.calls[key].callee);
        let counters = &mut self.balancers[at].servers[from].counters;
        let moved = to != Pick::Server(from);
        if moved {
            counters.redispatches += 1;
        } else {
            counters.retries += 1;
        }
        self.change_session(key, |session| {
            session.avoid = None;
            session.redispatched |= moved;
        });
        self.note(key, None);
    }

    /// Notes for the log which server a request is with, and how often it was tried.
    fn note(&mut self, key: CallKey, server: Option<ProcessId>) {
        let session = self.session(key);
        let visit = self.calls[key].visit.and_then(|visit| self.visits.get_mut(visit));
        if let Some(visit) = visit {
            visit.notes.server = server;
            (visit.notes.retries, visit.notes.redispatched) = (session.retries, session.redispatched);
        }
    }

    fn reason(&self, at: usize, server: usize, session: Session) -> PickReason {
        let balancer = &self.balancers[at];
        let usable = balancer.candidates.iter().filter(|c| c.usable && c.weight > 0).count();
        match session.avoid.map(usize::from) {
            Some(from) if from != server => PickReason::Redispatched { from: balancer.servers[from].process },
            Some(_) => PickReason::Retry,
            None if balancer.candidates[server].backup => PickReason::Backup,
            None if usable == 1 => PickReason::OnlyOne,
            None => PickReason::Algorithm(self.settings.balancer.algorithm),
        }
    }

    /// Connects a request to a server, which counts it from now on.
    fn connect(&mut self, key: CallKey, server: usize, why: PickReason) {
        let (process, visit, ask) = (self.calls[key].callee, self.calls[key].visit, self.calls[key].ask);
        let at = self.tier(process);
        let nginx = self.balancers[at].servers[server].process;
        let session = self.session(key);
        let balancer = &mut self.balancers[at];
        if !session.running {
            balancer.count_running(server, true);
            balancer.servers[server].counters.sessions += 1;
            balancer.counters.assigned += 1;
            invariants::may_get_request(&balancer.servers[server], why == PickReason::FromQueue);
            invariants::counts_add_up(balancer);
        }
        self.change_session(key, |session| (session.server, session.running) = (Some(server as u16), true));
        self.mark(key, Place::Process(process), Decision::Picked { server: nginx, why });
        self.note(key, Some(nginx));
        self.open(Parent::Call(key), visit, process, nginx, ask);
    }

    /// The server has answered, or not.
    pub(in crate::sim) fn session_gets(&mut self, key: CallKey, reply: Reply) {
        let process = self.calls[key].callee;
        let at = self.tier(process);
        let server = usize::from(self.session(key).server.expect("a connected request has a server"));
        match reply {
            Reply::Http { status: NOT_HTTP, .. } => {
                self.balancers[at].servers[server].counters.response_errors += 1;
                self.session_fails(key, 502, Cause::ServerNotHttp);
            }
            Reply::Http { .. } => {
                self.release(key);
                self.mark(key, Place::Process(process), Decision::PassedOn);
                self.answer(key, reply);
            }
            Reply::Refused => self.connection_failed(key, Cause::ServerRefused),
            Reply::ConnectTimeout => self.connection_failed(key, Cause::ServerConnectTimeout),
            Reply::Reset | Reply::Closed | Reply::Timeout => {
                self.balancers[at].servers[server].counters.response_errors += 1;
                let timed_out = reply == Reply::Timeout;
                let (status, cause) = if timed_out { (504, Cause::ServerTimeout) } else { (502, Cause::ServerReset) };
                self.session_fails(key, status, cause);
            }
            other => unreachable!("{other:?} is not a reply of a server"),
        }
    }

    /// A connection attempt has failed: another try, elsewhere or here, or the end.
    fn connection_failed(&mut self, key: CallKey, cause: Cause) {
        let at = self.tier(self.calls[key].callee);
        let mut session = self.session(key);
        let server = usize::from(session.server.expect("a connected request has a server"));
        let config = &self.settings.balancer;
        if session.retries >= config.retries {
            self.balancers[at].servers[server].counters.connect_errors += 1;
            return self.session_fails(key, 503, cause);
        }
        session.retries += 1;
        let balancer = &self.balancers[at];
        let state = &balancer.servers[server];
        let known_down = !state.up || state.admin == AdminState::Maint;
        let has_choice = !config.algorithm.is_hash() && balancer.active_servers() > 1;
        let last = session.retries == config.retries;
        let moves = config.redispatch && (known_down || last || has_choice);
        let waits = cause == Cause::ServerRefused && !(moves && has_choice);
        let delay = Micros::from_millis(config.timeout_connect_ms.min(RETRY_DELAY_MS).into());
        self.change_session(key, |s| s.retries = session.retries);
        if moves {
            self.release(key);
            self.change_session(key, |s| (s.server, s.avoid) = (None, Some(server as u16)));
        } else {
            self.balancers[at].servers[server].counters.retries += 1;
        }
        if waits { self.plan(delay, Action::Retry(key)) } else { self.retry(key) }
    }

    /// The next try is due.
    pub(in crate::sim) fn retry(&mut self, key: CallKey) {
        let Some(call) = self.calls.get(key).filter(|call| call.state == CallState::Working) else {
            return;
        };
        let process = call.callee;
        let at = self.tier(process);
        let session = self.session(key);
        let tried = session.server.or(session.avoid).map(usize::from);
        let since_try = self.last_mark_is_now(key);
        if let Some(server) = tried.filter(|_| !since_try) {
            let server = self.balancers[at].servers[server].process;
            self.mark(key, Place::Process(process), Decision::WaitToRetry { server, retry: session.retries });
        }
        match session.server {
            Some(server) => self.connect(key, usize::from(server), PickReason::Retry),
            None => self.assign(key),
        }
    }

    /// Whether the trace of a call's visit has no gap before the present moment.
    fn last_mark_is_now(&self, key: CallKey) -> bool {
        let visit = self.calls[key].visit.and_then(|visit| self.visits.get(visit));
        visit.and_then(|visit| self.traces.of(visit.id)).is_none_or(|trace| trace.end() == self.now)
    }

    /// Gives a server its place back, which lets the oldest waiting request in.
    fn release(&mut self, key: CallKey) {
        let at = self.tier(self.calls[key].callee);
        let session = self.session(key);
        if let Some(server) = session.server.map(usize::from)
            && session.running
        {
            self.balancers[at].count_running(server, false);
            self.change_session(key, |session| session.running = false);
            self.serve_queue(at, server);
        }
    }

    /// HAProxy answers with an error page of its own.
    fn session_fails(&mut self, key: CallKey, status: u16, cause: Cause) {
        let process = self.calls[key].callee;
        self.release(key);
        self.mark(key, Place::Process(process), Decision::Failed { status });
        self.answer(key, Reply::Http { status, by: process, cause });
    }

    /// Puts a request into a server's own queue, or that of the backend.
    fn enqueue(&mut self, key: CallKey, server: Option<usize>) {
        let at = self.tier(self.calls[key].callee);
        let balancer = &mut self.balancers[at];
        balancer.queued_ever += 1;
        let entry = (balancer.queued_ever, key);
        match server {
            Some(server) => {
                balancer.servers[server].queue.push_back(entry);
                balancer.candidates[server].queued += 1;
                balancer.selector.load_changed(server, &balancer.candidates);
            }
            None => balancer.queue.push_back(entry),
        }
        let waiting = balancer.queue.len() + balancer.servers.iter().map(|s| s.queue.len()).sum::<usize>();
        balancer.counters.most_queued = balancer.counters.most_queued.max(waiting);
        let config = &self.settings.balancer;
        let patience = Micros::from_millis(config.timeout_queue_ms.unwrap_or(config.timeout_connect_ms).into());
        let gives_up = self.now + patience;
        self.change_session(key, |session| {
            (session.queued_until, session.server) = (Some(gives_up), server.map(|server| server as u16));
        });
        // Who waits for one server only is logged with its name, even if it waits in vain.
        self.note(key, server.map(|server| self.balancers[at].servers[server].process));
        self.plan(patience, Action::QueueTimeout(key));
    }

    /// A request has waited too long.
    pub(in crate::sim) fn queue_timeout(&mut self, key: CallKey) {
        let Some(call) = self.calls.get(key).filter(|call| call.state == CallState::Working) else {
            return;
        };
        let at = self.tier(call.callee);
        // A request may wait more than once; each wait has a clock of its own.
        if self.session(key).queued_until.is_none_or(|until| until > self.now) {
            return;
        }
        self.leave_queue(at, key);
        self.balancers[at].counters.queue_timeouts += 1;
        self.change_session(key, |session| (session.queued_until, session.server) = (None, None));
        self.mark(key, Place::Process(self.balancers[at].process), Decision::Queued);
        self.session_fails(key, 503, Cause::QueueTimeout);
    }

    fn leave_queue(&mut self, at: usize, key: CallKey) {
        let balancer = &mut self.balancers[at];
        balancer.queue.retain(|(_, other)| *other != key);
        for i in 0..balancer.servers.len() {
            let queue = &mut balancer.servers[i].queue;
            queue.retain(|(_, other)| *other != key);
            let waiting = queue.len() as u32;
            if std::mem::replace(&mut balancer.candidates[i].queued, waiting) != waiting {
                balancer.selector.load_changed(i, &balancer.candidates);
            }
        }
    }

    /// Lets waiting requests go to a server as long as it has places, oldest first (`queue_two_servers`).
    pub(super) fn serve_queue(&mut self, at: usize, server: usize) {
        loop {
            let balancer = &mut self.balancers[at];
            let candidate = &balancer.candidates[server];
            let has_place = candidate.maxconn.is_none_or(|most| most == 0 || candidate.running < most);
            if !has_place {
                return;
            }
            let own = balancer.servers[server].queue.front().copied();
            let on_duty = balancer.selector.is_on_duty(server, &balancer.candidates);
            let common = balancer.queue.front().copied().filter(|_| on_duty);
            let Some((_, key)) = own.into_iter().chain(common).min_by_key(|(ticket, _)| *ticket) else {
                return;
            };
            self.leave_queue(at, key);
            if self.calls.get(key).is_some_and(|call| call.state == CallState::Working) {
                self.change_session(key, |session| session.queued_until = None);
                self.mark(key, Place::Process(self.balancers[at].process), Decision::Queued);
                self.connect(key, server, PickReason::FromQueue);
            }
        }
    }

    /// A server's state or weight has changed: what waits for it goes elsewhere, or what waits for any may come in.
    pub(super) fn server_changed(&mut self, at: usize, server: usize) {
        let balancer = &mut self.balancers[at];
        if balancer.candidates[server].usable {
            return self.serve_queue(at, server);
        }
        if self.settings.balancer.redispatch {
            balancer.candidates[server].queued = 0;
            for (_, key) in std::mem::take(&mut balancer.servers[server].queue) {
                if self.calls.get(key).is_some_and(|call| call.state == CallState::Working) {
                    self.change_session(key, |session| {
                        (session.queued_until, session.server, session.avoid) = (None, None, Some(server as u16));
                    });
                    self.mark(key, Place::Process(self.balancers[at].process), Decision::Queued);
                    self.assign(key);
                }
            }
        }
    }
}
