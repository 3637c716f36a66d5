//! A request in HAProxy: assigned, connected, answered. Retries are in `retry`, waiting in `queue`.

use super::candidate::Pick;
use super::{Algorithm, hash};
use crate::call::{CallKey, Reply, Session, Work};
use crate::ids::ProcessId;
use crate::invariants;
use crate::outcome::Cause;
use crate::script::NOT_HTTP;
use crate::settings::RetryOn;
use crate::trace::{Decision, PickReason, Place};
use crate::world::World;

impl World {
    /// A request reaches a balancer.
    #[inline(always)]
    pub(crate) fn session_starts(&mut self, key: CallKey, at: usize) {
        self.balancers[at].counters.requests += 1;
        self.calls[key].work = Work::Session(Session::NEW);
        if self.settings.balancer.cookie.is_some()
            && let Some(server) = self.read_cookie(key)
        {
            return self.assigned(key, server);
        }
        self.assign_fast(key);
    }

    /// What the balancer keeps about a request.
    pub(super) fn session(&self, key: CallKey) -> &Session {
        match &self.calls[key].work {
            Work::Session(session) => session,
            other => unreachable!("a balancer keeps sessions, not {other:?}"),
        }
    }

    pub(super) fn change_session(&mut self, key: CallKey, change: impl FnOnce(&mut Session)) {
        if let Work::Session(session) = &mut self.calls[key].work {
            change(session);
        }
    }

    /// Like [`World::assign`], for the way that most visits take.
    #[inline(always)]
    fn assign_fast(&mut self, key: CallKey) {
        let call = &self.calls[key];
        let (at, traced) = (usize::from(call.seat.at), call.traced);
        let avoid = self.session(key).avoid.map(usize::from);
        let algorithm = self.settings.balancer.algorithm;
        let hash = if algorithm.is_hash() { self.hash_of(key) } else { 0 };
        let balancer = &mut self.balancers[at];
        // Who waits for any server says that all are full: HAProxy does not even ask these algorithms then.
        let all_full =
            !balancer.queue.is_empty() && algorithm.queues_behind_others() && balancer.selector.has_somebody();
        let pick = match all_full {
            true => Pick::AllFull,
            false => balancer.selector.pick(&balancer.candidates, hash, avoid, &mut self.rng.balancer),
        };
        if let Some(from) = avoid {
            self.count_redispatch(key, from, pick);
        }
        match pick {
            Pick::Server(server) if !self.balancers[at].candidates[server].full() => {
                let why = match avoid {
                    None if !traced => PickReason::Algorithm(algorithm),
                    _ => self.reason(at, server, avoid),
                };
                self.connect_fast(key, server, why);
            }
            Pick::Server(server) => self.enqueue(key, Some(server)),
            Pick::AllFull => self.enqueue(key, None),
            Pick::NoServer => self.nobody_serves(key),
        }
    }

    /// Lets the algorithm choose a server.
    #[inline(never)]
    pub(super) fn assign(&mut self, key: CallKey) {
        self.assign_fast(key);
    }

    #[cold]
    fn nobody_serves(&mut self, key: CallKey) {
        let balancer = &mut self.balancers[self.calls[key].seat.at as usize];
        balancer.counters.no_server += 1;
        let process = balancer.process;
        self.mark(key, Place::Process(process), Decision::NoServer);
        self.session_fails(key, 503, Cause::NoServer);
    }

    /// The cookie has chosen the server.
    fn assigned(&mut self, key: CallKey, server: usize) {
        let at = self.seat_of(key);
        self.change_session(key, |session| session.direct = true);
        if self.balancers[at].candidates[server].full() {
            self.enqueue(key, Some(server));
        } else {
            self.connect(key, server, PickReason::Cookie);
        }
    }

    /// What decides where the algorithm is a hash.
    fn hash_of(&self, key: CallKey) -> u32 {
        let config = &self.settings.balancer;
        let Some(visit) = self.calls[key].visit.and_then(|visit| self.visit_or_left(visit)) else {
            return 0;
        };
        match config.algorithm {
            Algorithm::Uri => hash::of_uri(config.hash, config.uri, visit.path()),
            _ => hash::of_address(config.hash, visit.source.into()),
        }
    }

    /// A request that has left a server counts as redispatched unless it comes back there, even if no other takes it.
    fn count_redispatch(&mut self, key: CallKey, from: usize, to: Pick) {
        let at = self.seat_of(key);
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
        if moved {
            self.cookie_did_not_help(key);
        }
        self.note(key, None);
    }

    /// Notes for the log which server a request is with, and how often it was tried.
    #[inline(always)]
    pub(super) fn note(&mut self, key: CallKey, server: Option<ProcessId>) {
        let &Session { retries, redispatched, .. } = self.session(key);
        if let Some(visit) = self.calls[key].visit.and_then(|visit| self.visit_or_left_mut(visit)) {
            (visit.notes.server, visit.notes.retries, visit.notes.redispatched) = (server, retries, redispatched);
        }
    }

    /// Why a server was chosen, for who reads the trace. `avoid` is the server that has failed before.
    fn reason(&self, at: usize, server: usize, avoid: Option<usize>) -> PickReason {
        let balancer = &self.balancers[at];
        let usable = balancer.candidates.iter().filter(|c| c.usable && c.weight > 0).count();
        match avoid {
            Some(from) if from != server => PickReason::Redispatched { from: balancer.servers[from].process },
            Some(_) => PickReason::Retry,
            None if balancer.candidates[server].backup => PickReason::Backup,
            None if usable == 1 => PickReason::OnlyOne,
            None => PickReason::Algorithm(self.settings.balancer.algorithm),
        }
    }

    /// Connects a request to a server, which counts it from now on.
    #[inline(never)]
    pub(super) fn connect(&mut self, key: CallKey, server: usize, why: PickReason) {
        self.connect_fast(key, server, why);
    }

    /// Like [`World::connect`], for the way that most visits take.
    #[inline(always)]
    fn connect_fast(&mut self, key: CallKey, server: usize, why: PickReason) {
        let call = &mut self.calls[key];
        let (ask, traced, visit) = (call.ask, call.traced, call.visit);
        let balancer = &mut self.balancers[usize::from(call.seat.at)];
        let Work::Session(session) = &mut call.work else {
            unreachable!("a balancer keeps sessions");
        };
        let (process, nginx) = (balancer.process, balancer.servers[server].process);
        let is_retry = session.running || (session.uncounted && session.server == Some(server as u16));
        if !is_retry {
            balancer.servers[server].counters.sessions += 1;
            balancer.counters.assigned += 1;
            let insists = why == PickReason::Cookie && self.settings.balancer.persist;
            invariants::may_get_request(&balancer.servers[server], insists || why == PickReason::FromQueue);
            invariants::counts_add_up(balancer);
        }
        if !session.running && !session.uncounted {
            balancer.one_more_runs(server);
        }
        (session.server, session.running) = (Some(server as u16), !session.uncounted);
        let (retries, redispatched) = (session.retries, session.redispatched);
        if let Some(visit) = visit.and_then(|visit| self.visit_or_left_mut(visit)) {
            (visit.notes.server, visit.notes.retries, visit.notes.redispatched) = (Some(nginx), retries, redispatched);
        }
        if traced {
            self.mark(key, Place::Process(process), Decision::Picked { server: nginx, why });
        }
        self.call_on(key, nginx, ask);
    }

    /// The server has answered, or not.
    #[inline(always)]
    pub(crate) fn session_gets(&mut self, key: CallKey, at: usize, reply: Reply) {
        let retry_on = self.settings.balancer.retry_on;
        if retry_on != RetryOn::default() && deserves_retry(retry_on, reply) && self.try_again(key) {
            return;
        }
        let (status, cause) = match reply {
            Reply::Refused => return self.connection_failed(key, true),
            Reply::ConnectTimeout => return self.connection_failed(key, false),
            Reply::Http { status: NOT_HTTP, .. } => (502, Cause::ServerNotHttp),
            Reply::Http { status, cause, .. } => {
                self.balancer_answered(key, at, status);
                self.release(key);
                self.give_cookie(key);
                self.mark_fast(key, Place::Process(self.balancers[at].process), Decision::PassedOn);
                self.log_of_left(key, Some(status), cause);
                return self.answer_fast(key, reply);
            }
            Reply::Reset | Reply::Closed => (502, Cause::ServerReset),
            Reply::Timeout => (504, Cause::ServerTimeout),
            other => unreachable!("{other:?} is not a reply of a server"),
        };
        let server = usize::from(self.session(key).server.expect("a connected request has a server"));
        self.balancers[at].servers[server].counters.response_errors += 1;
        self.session_fails(key, status, cause);
    }

    /// Gives a server its place back, which lets the oldest waiting request in.
    #[inline(always)]
    pub(super) fn release(&mut self, key: CallKey) {
        let call = &mut self.calls[key];
        let at = usize::from(call.seat.at);
        let Work::Session(session) = &mut call.work else {
            unreachable!("a balancer keeps sessions");
        };
        let Some(server) = session.server.map(usize::from).filter(|_| session.running || session.uncounted) else {
            return;
        };
        let balancer = &mut self.balancers[at];
        if session.running {
            balancer.one_less_runs(server);
        } else {
            balancer.servers[server].uncounted -= 1;
        }
        (session.running, session.uncounted) = (false, false);
        self.serve_queue(at, server);
    }

    /// Counts a response.
    #[inline(always)]
    fn balancer_answered(&mut self, key: CallKey, at: usize, status: u16) {
        let took = self.since_arrival(key);
        self.balancers[at].counters.answers.note(took, status);
    }

    /// HAProxy answers with an error page of its own.
    #[cold]
    pub(super) fn session_fails(&mut self, key: CallKey, status: u16, cause: Cause) {
        let process = self.calls[key].callee;
        let at = self.seat_of(key);
        self.balancer_answered(key, at, status);
        self.release(key);
        self.mark(key, Place::Process(process), Decision::Failed { status });
        self.log_of_left(key, Some(status), cause);
        self.answer(key, Reply::Http { status, by: process, cause });
    }
}

/// Whether `retry-on` has a word for this reply.
fn deserves_retry(retry_on: RetryOn, reply: Reply) -> bool {
    match reply {
        Reply::Http { status: NOT_HTTP, .. } => retry_on.junk_response(),
        Reply::Http { status, .. } => retry_on.status(status),
        Reply::Closed | Reply::Reset => retry_on.empty_response(),
        Reply::Timeout => retry_on.response_timeout(),
        _ => false,
    }
}
