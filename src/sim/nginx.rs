//! nginx: serves static files itself and passes the rest to the application server.
//!
//! Behaviour as recorded in `nginx/static_while_app_dead`, `dead_single`, `frozen_single` and `stack_*`: with a single
//! application behind it, nginx never leaves it out, answers 502 when it is refused or cut off, and 504 after its time-outs.

use super::call::{Ask, CallKey, Parent, Reply};
use super::ids::ProcessId;
use super::outcome::Cause;
use super::time::Micros;
use super::topology::Role;
use super::trace::{Decision, Place};
use super::wiring::Wiring;
use super::workload::Class;
use super::world::{Action, World};

/// One nginx.
#[derive(Clone, Debug)]
pub struct Nginx {
    /// Its process.
    pub process: ProcessId,
    /// Applications that it passes requests to: that of its own machine, or all.
    pub upstream: Vec<ProcessId>,
    next: usize,
    /// Requests answered with each kind of result since it started.
    pub counters: NginxCounters,
}

/// What an nginx has done since it started.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NginxCounters {
    /// Requests that came in, health checks included.
    pub requests: u64,
    /// Static files served.
    pub files: u64,
    /// Answers of the application passed on.
    pub proxied: u64,
    /// 502 and 504 of its own.
    pub errors: u64,
}

impl Nginx {
    /// The nginx processes of a topology.
    pub(super) fn all(wiring: &Wiring) -> Vec<Self> {
        let fresh = |process| {
            let apps = wiring.with_role(|r| *r == Role::App);
            let upstream = apps.into_iter().filter(|app| wiring.link_between(process, *app).is_some()).collect();
            Self { process, upstream, next: 0, counters: NginxCounters::default() }
        };
        wiring.with_role(|r| *r == Role::Nginx).into_iter().map(fresh).collect()
    }

    /// Forgets what a restart forgets.
    pub(super) fn restart(&mut self) {
        self.next = 0;
        self.counters = NginxCounters::default();
    }

    fn next_app(&mut self) -> Option<ProcessId> {
        let app = *self.upstream.get(self.next)?;
        self.next = (self.next + 1) % self.upstream.len();
        Some(app)
    }
}

impl World {
    pub(super) fn nginx_gets(&mut self, key: CallKey) {
        let (process, ask) = (self.calls[key].callee, self.calls[key].ask);
        let at = self.tier(process);
        self.nginx[at].counters.requests += 1;
        if matches!(ask, Ask::Page(Class::Static) | Ask::StaticHealth) {
            let time = Micros(self.settings.nginx.static_us.into()).times(self.parts.slowdown(process));
            return self.plan(time, Action::Finished(key));
        }
        let Some(app) = self.nginx[at].next_app() else {
            return self.nginx_fails(key, 502, Cause::AppRefused);
        };
        self.mark(key, Place::Process(process), Decision::Proxied);
        let visit = self.calls[key].visit;
        self.open(Parent::Call(key), visit, process, app, ask);
    }

    /// A static file has been served.
    pub(super) fn nginx_served(&mut self, key: CallKey) {
        let process = self.calls[key].callee;
        let at = self.tier(process);
        self.nginx[at].counters.files += 1;
        self.mark(key, Place::Process(process), Decision::ServedFile);
        self.answer(key, Reply::Http { status: 200, by: process, cause: Cause::File });
    }

    pub(super) fn nginx_gets_reply(&mut self, key: CallKey, reply: Reply) {
        let process = self.calls[key].callee;
        match reply {
            Reply::Http { .. } => {
                let at = self.tier(process);
                self.nginx[at].counters.proxied += 1;
                self.mark(key, Place::Process(process), Decision::PassedOn);
                self.answer(key, reply);
            }
            Reply::Refused => self.nginx_fails(key, 502, Cause::AppRefused),
            Reply::Reset | Reply::Closed => self.nginx_fails(key, 502, Cause::AppReset),
            Reply::ConnectTimeout => self.nginx_fails(key, 504, Cause::AppConnectTimeout),
            Reply::Timeout => self.nginx_fails(key, 504, Cause::AppTimeout),
            other => unreachable!("{other:?} is not a reply of an application"),
        }
    }

    fn nginx_fails(&mut self, key: CallKey, status: u16, cause: Cause) {
        let process = self.calls[key].callee;
        let at = self.tier(process);
        self.nginx[at].counters.errors += 1;
        self.mark(key, Place::Process(process), Decision::Failed { status });
        self.answer(key, Reply::Http { status, by: process, cause });
    }
}
