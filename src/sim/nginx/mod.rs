//! nginx: serves static files itself and passes the rest to application servers.
//!
//! `config` has the directives, `upstream` what a worker process knows of its upstream block, `peers` the servers in it and
//! their turn, one more file for each other balancing method, `proxy` the way of a request.

mod config;
mod hash;
mod ip_hash;
mod least_conn;
mod peers;
mod proxy;
#[cfg(test)]
mod tests;
mod upstream;

pub use config::{Method, NextUpstream, Upstream, UpstreamServer};
pub use peers::{Peer, Peers};
pub use upstream::Worker;

use super::answers::Answers;
use super::call::{Ask, Call, CallKey, Reply};
use super::ids::ProcessId;
use super::logs::Trouble;
use super::outcome::Cause;
use super::time::Micros;
use super::topology::Role;
use super::trace::{Decision, Place};
use super::wiring::{Tier, Wiring};
use super::workload::Class;
use super::world::{Step, World};

/// One nginx. The fields are in the order of the memory.
#[derive(Clone, Debug)]
#[repr(C)]
pub struct Nginx {
    /// Its process.
    pub process: ProcessId,
    generation: u32,
    /// Its worker processes, the present one last. None are kept where there is nothing to choose: a single application
    /// without limits is never left out (`dead_single`).
    pub workers: Vec<Worker>,
    /// Requests answered with each kind of result since it started.
    pub counters: NginxCounters,
    /// Applications that it passes requests to, in the order of its upstream block.
    pub upstream: Vec<ProcessId>,
}

/// What an nginx has done since it started.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C)]
pub struct NginxCounters {
    /// Requests that came in, health checks included.
    pub requests: u64,
    /// Answers of the application passed on.
    pub proxied: u64,
    /// All answers, the application's included.
    pub answers: Answers,
    /// Static files served.
    pub files: u64,
    /// 502 and 504 of its own.
    pub errors: u64,
}

impl Nginx {
    /// The nginx processes of a topology.
    pub(super) fn all(wiring: &Wiring, config: &Upstream) -> Box<[Self]> {
        let fresh = |process| {
            let counters = NginxCounters::default();
            let mut nginx = Self { process, upstream: Vec::new(), workers: Vec::new(), generation: 0, counters };
            nginx.reload(wiring, config);
            nginx
        };
        wiring.with_role(|r| *r == Role::Nginx).into_iter().map(fresh).collect()
    }

    /// Reads the configuration and lets a new worker take over, which knows nothing of earlier failures
    /// (`reload_forgets_failures`); the requests under way stay with the old ones.
    pub(super) fn reload(&mut self, wiring: &Wiring, config: &Upstream) {
        let lines = config.peers(self.process, wiring);
        self.upstream = lines.iter().map(|(process, _)| *process).collect();
        self.workers.retain(|worker| worker.under_way() > 0);
        let plain = matches!(&lines[..], [] | [(_, UpstreamServer { max_conns: None, down: false, .. })]);
        if !plain || !self.workers.is_empty() {
            self.generation += 1;
            self.workers.push(Worker::new(self.generation, config, &lines));
        }
    }

    /// The process is gone, and with it all that it knew.
    pub(super) fn stop(&mut self, wiring: &Wiring, config: &Upstream) {
        self.workers.clear();
        self.reload(wiring, config);
    }

    /// It has been started.
    pub(super) fn start(&mut self) {
        self.counters = NginxCounters::default();
    }
}

impl World {
    /// `nginx -s reload` on every nginx.
    pub(super) fn reload_nginx(&mut self, upstream: Option<&Upstream>) {
        if let Some(upstream) = upstream {
            self.settings.nginx.upstream = upstream.clone();
        }
        for nginx in &mut self.nginx {
            nginx.reload(&self.wiring, &self.settings.nginx.upstream);
        }
    }

    #[inline(always)]
    pub(super) fn nginx_gets(&mut self, key: CallKey, at: usize) {
        self.nginx[at].counters.requests += 1;
        let Call { callee: process, ask, .. } = self.calls[key];
        if matches!(ask, Ask::Page(Class::Static) | Ask::StaticHealth) {
            let time = Micros(self.settings.nginx.static_us.into()).times(self.parts.slowdown(process));
            return self.plan_fast(time, Step::Finished.by(Tier::Nginx, key));
        }
        self.proxy(key, at);
    }

    /// A static file has been served, or looked for in vain.
    pub(super) fn nginx_served(&mut self, key: CallKey) {
        let process = self.calls[key].callee;
        let at = self.tier(process);
        if self.lacks_file(key) {
            self.nginx_answered(key, at, 404);
            self.log_trouble(key, Trouble::NoFile, None);
            self.mark(key, Place::Process(process), Decision::Failed { status: 404 });
            return self.answer(key, Reply::Http { status: 404, by: process, cause: Cause::NoFile });
        }
        if self.is_posted(key) {
            self.nginx_answered(key, at, 405);
            self.mark(key, Place::Process(process), Decision::Failed { status: 405 });
            return self.answer(key, Reply::Http { status: 405, by: process, cause: Cause::FilePosted });
        }
        self.nginx_answered(key, at, 200);
        self.nginx[at].counters.files += 1;
        self.mark(key, Place::Process(process), Decision::ServedFile);
        self.answer(key, Reply::Http { status: 200, by: process, cause: Cause::File });
    }

    /// Whether a request names a file that is not there.
    fn lacks_file(&self, key: CallKey) -> bool {
        let Some(files) = &self.settings.nginx.files else {
            return false;
        };
        let visit = self.calls[key].visit.and_then(|visit| self.visit_or_left(visit));
        let path = visit.and_then(|visit| visit.script.as_ref()?.path.as_deref()?.split('?').next());
        path.is_some_and(|path| !files.iter().any(|file| file == path))
    }

    /// Whether a request is a POST, which nginx allows for no file (`ngx_http_static_module`).
    fn is_posted(&self, key: CallKey) -> bool {
        let visit = self.calls[key].visit.and_then(|visit| self.visit_or_left(visit));
        visit.is_some_and(|visit| visit.script.is_some() && visit.method() == super::script::Method::Post)
    }

    /// Counts an answer.
    #[inline(always)]
    fn nginx_answered(&mut self, key: CallKey, at: usize, status: u16) {
        let took = self.since_arrival(key);
        self.nginx[at].counters.answers.note(took, status);
    }

    /// nginx answers with an error page of its own.
    #[cold]
    fn nginx_fails(&mut self, key: CallKey, status: u16, cause: Cause) {
        let process = self.calls[key].callee;
        let at = self.tier(process);
        self.nginx[at].counters.errors += 1;
        self.nginx_answered(key, at, status);
        self.mark(key, Place::Process(process), Decision::Failed { status });
        self.answer(key, Reply::Http { status, by: process, cause });
    }
}
