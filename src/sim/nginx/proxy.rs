//! A request that nginx passes to an application: chosen, tried, tried elsewhere, answered.
//!
//! As recorded in `nginx/dead_*`, `frozen_*`, `blackhole_peer`, `backup_*` and `app_*`: whoever does not accept or answer
//! has failed, and the request goes to the next server as far as `proxy_next_upstream` allows.

use super::config::{Method, NextUpstream};
use super::peers::Second;
use super::upstream::{Key, Try, Worker};
use crate::call::{CallKey, CallState, Reply, Work};
use crate::ids::ProcessId;
use crate::logs::Trouble;
use crate::outcome::Cause;
use crate::parts::Condition;
use crate::script::Method as HttpMethod;
use crate::trace::{Decision, PeerReason, Place};
use crate::visit::Visit;
use crate::world::World;

impl World {
    /// nginx passes a request on.
    #[inline(always)]
    pub(super) fn proxy(&mut self, key: CallKey, at: usize) {
        let nginx = &mut self.nginx[at];
        let process = nginx.process;
        if let Some(worker) = nginx.workers.last_mut() {
            let (generation, request) = (worker.generation, worker.begin());
            self.calls[key].work = Work::Proxied { generation, request };
            return self.try_next(key);
        }
        let Some(app) = nginx.upstream.first().copied() else {
            self.log_trouble(key, Trouble::NoLiveUpstreams, None);
            return self.nginx_fails(key, 502, Cause::NoLiveUpstream);
        };
        self.mark_fast(key, Place::Process(process), Decision::Proxied);
        self.call_on(key, app, self.calls[key].ask);
    }

    /// The worker that has a request, and the request's number there.
    fn worker_of(&mut self, key: CallKey) -> (&mut Worker, u32) {
        let call = &self.calls[key];
        let Work::Proxied { generation, request } = call.work else {
            unreachable!("asked only of a request that a worker has");
        };
        let at = self.tier(call.callee);
        let worker = self.nginx[at].workers.iter_mut().find(|worker| worker.generation == generation);
        (worker.expect("a worker stays until its requests have ended"), request)
    }

    /// Passes a request to the next server, if there is one.
    fn try_next(&mut self, key: CallKey) {
        let now = Second::of(self.now);
        let (process, ask) = (self.calls[key].callee, self.calls[key].ask);
        let address = self.peer_address(key);
        let method = self.worker_of(key).0.method();
        let uri = if method == Method::HashUri { self.uri(key) } else { String::new() };
        let (worker, request) = self.worker_of(key);
        let single = worker.is_single();
        let Some(choice) = worker.choose(request, &Key { address, uri: &uri }, now) else {
            self.mark(key, Place::Process(process), Decision::NoServer);
            self.leave_worker(key);
            self.log_trouble(key, Trouble::NoLiveUpstreams, None);
            return self.nginx_fails(key, 502, Cause::NoLiveUpstream);
        };
        let why = match choice {
            _ if single => PeerReason::OnlyOne,
            _ if choice.is_backup => PeerReason::Backup,
            _ if choice.is_first => PeerReason::Method(method),
            _ => PeerReason::Next,
        };
        self.mark(key, Place::Process(process), Decision::TriesPeer { server: choice.process, why });
        self.call_on(key, choice.process, ask);
    }

    /// `$request_uri`.
    fn uri(&self, key: CallKey) -> String {
        let call = &self.calls[key];
        let visit = call.visit.and_then(|visit| self.visit_or_left(visit));
        visit.map_or("/health", Visit::path).to_owned()
    }

    /// A request is done with: its worker forgets it, and ends with its last one if there is a newer worker.
    fn leave_worker(&mut self, key: CallKey) {
        let at = self.seat_of(key);
        let (worker, request) = self.worker_of(key);
        worker.end(request);
        self.calls[key].work = Work::None;
        let nginx = &mut self.nginx[at];
        if nginx.workers.len() > 1 {
            nginx.workers.retain(|worker| worker.generation == nginx.generation || worker.under_way() > 0);
        }
    }

    /// An application has answered, or not.
    #[inline(always)]
    pub(crate) fn nginx_gets_reply(&mut self, key: CallKey, at: usize, callee: ProcessId, reply: Reply) {
        if !matches!(reply, Reply::Http { .. }) {
            self.log_failed_try(key, callee, reply);
        }
        if let Work::Proxied { .. } = self.calls[key].work {
            if self.goes_on(key, reply) {
                return self.try_next(key);
            }
            self.leave_worker(key);
        }
        let process = self.calls[key].callee;
        match reply {
            Reply::Http { status, .. } => {
                self.nginx[at].counters.proxied += 1;
                self.nginx_answered(key, at, status);
                self.mark_fast(key, Place::Process(process), Decision::PassedOn);
                self.answer_fast(key, reply);
            }
            Reply::Refused => self.nginx_fails(key, 502, Cause::AppRefused),
            Reply::Reset | Reply::Closed => self.nginx_fails(key, 502, Cause::AppReset),
            Reply::ConnectTimeout => self.nginx_fails(key, 504, Cause::AppConnectTimeout),
            Reply::Timeout => self.nginx_fails(key, 504, Cause::AppTimeout),
            other => unreachable!("{other:?} is not a reply of an application"),
        }
    }

    /// The client of a request has left: nginx closes its own connection to the application as well (status 499), which
    /// says nothing about the application. A hung nginx does not notice.
    pub(crate) fn nginx_loses_client(&mut self, key: CallKey) {
        let now = Second::of(self.now);
        let Some(call) = self.calls.get(key).filter(|call| call.state == CallState::Working) else {
            return;
        };
        if matches!(call.work, Work::Proxied { .. }) && self.parts.condition(call.callee) == Condition::Up {
            let (worker, request) = self.worker_of(key);
            worker.tried(request, Try::Answered, false, now);
            self.leave_worker(key);
            self.log_client_closed(key);
            self.abandon_child(key);
            self.calls.remove(key);
        }
    }

    /// Settles a try with the worker. Returns whether the request goes to another server.
    fn goes_on(&mut self, key: CallKey, reply: Reply) -> bool {
        let (now, process) = (Second::of(self.now), self.calls[key].callee);
        let visit = self.calls[key].visit.and_then(|visit| self.visit_or_left(visit));
        let repeatable = visit.is_none_or(|visit| visit.method() == HttpMethod::Get);
        let (worker, request) = self.worker_of(key);
        let (result, status) = match reply {
            Reply::Refused => (Try::NotSent(NextUpstream::Error), 502),
            Reply::ConnectTimeout => (Try::NotSent(NextUpstream::Timeout), 504),
            Reply::Timeout => (Try::Sent(NextUpstream::Timeout), 504),
            Reply::Http { status, .. } => {
                let reason = worker.may_do_better(request, status, repeatable);
                (reason.map_or(Try::Answered, Try::Sent), status)
            }
            _ => (Try::Sent(NextUpstream::Error), 502),
        };
        let single = worker.is_single();
        let (goes_on, left_out) = worker.tried(request, result, repeatable, now);
        if result != Try::Answered && !single {
            self.mark(key, Place::Process(process), Decision::PeerFailed { status, left_out });
        }
        goes_on
    }
}
