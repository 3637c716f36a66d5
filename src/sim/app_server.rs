//! The application server: a finite pool of workers, its own copy of the application files, and a MySQL client that
//! writes to the primary and reads from the replicas.

use std::collections::VecDeque;

use super::call::{Ask, CallKey, Reply, Work};
use super::ids::ProcessId;
use super::outcome::{Cause, DbError};
use super::settings::ReadFrom;
use super::time::{Micros, SimTime};
use super::topology::Role;
use super::trace::{DbChoice, Decision, Place};
use super::wiring::{Tier, Wiring};
use super::workload::Class;
use super::world::{Action, Step, World};

/// Version of the application files that every machine starts with.
pub const FIRST_VERSION: u32 = 1;

/// One application server. The fields are in the order of the memory.
#[derive(Clone, Debug)]
#[repr(C)]
pub struct AppServer {
    /// Its process.
    pub process: ProcessId,
    /// Whether its health page says 200, not 503.
    pub healthy: bool,
    /// Version of the application files on its machine's disk.
    pub version: u32,
    /// Workers that hold a request.
    pub busy: u32,
    /// How long all workers together have held requests, up to the last change of their number, and when that was.
    held: (Micros, SimTime),
    /// Turn of the replicas.
    turn: usize,
    /// Pages answered and failed since it started.
    pub counters: AppCounters,
    /// Accepted connections that wait for a worker, oldest first.
    pub waiting: VecDeque<CallKey>,
}

/// What an application server has done since it started.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AppCounters {
    /// Pages answered with 200.
    pub answered: u64,
    /// Pages answered with 500.
    pub failed: u64,
    /// Most requests that ever waited for a worker at a time.
    pub most_waiting: usize,
}

impl AppServer {
    /// The application servers of a topology.
    pub(super) fn all(wiring: &Wiring) -> Box<[Self]> {
        let fresh = |process| Self {
            process,
            version: FIRST_VERSION,
            healthy: true,
            busy: 0,
            held: (Micros::ZERO, SimTime::ZERO),
            waiting: VecDeque::new(),
            turn: 0,
            counters: AppCounters::default(),
        };
        wiring.with_role(|r| *r == Role::App).into_iter().map(fresh).collect()
    }

    /// How long all workers together have held requests: over the time of the run and the number of workers, this is their
    /// utilisation.
    #[inline(always)]
    #[must_use]
    pub fn held(&self, now: SimTime) -> Micros {
        self.held.0 + now.since(self.held.1).times(self.busy.into())
    }

    /// A worker takes a request, or is free again.
    #[inline(always)]
    fn set_busy(&mut self, now: SimTime, busy: u32) {
        self.held = (self.held(now), now);
        self.busy = busy;
    }

    /// Forgets what a restart forgets; the files stay on the disk.
    pub(super) fn restart(&mut self, now: SimTime) {
        self.set_busy(now, 0);
        self.turn = 0;
        self.waiting.clear();
        self.counters = AppCounters::default();
    }
}

impl World {
    #[inline(always)]
    pub(super) fn app_gets(&mut self, key: CallKey, at: usize) {
        if self.apps[at].busy < self.settings.app.workers {
            self.app_starts(key, at);
        } else {
            self.calls[key].work = Work::Request { has_worker: false, fallback: false };
            let app = &mut self.apps[at];
            app.waiting.push_back(key);
            app.counters.most_waiting = app.counters.most_waiting.max(app.waiting.len());
        }
    }

    /// A worker takes a request.
    #[inline(always)]
    fn app_starts(&mut self, key: CallKey, at: usize) {
        let call = &mut self.calls[key];
        call.work = Work::Request { has_worker: true, fallback: false };
        let (process, has_waited, scripted) = (call.callee, call.since < self.now, call.ask == Ask::Scripted);
        if has_waited {
            self.mark(key, Place::Process(process), Decision::WaitedForWorker);
        }
        let app = &mut self.apps[at];
        app.set_busy(self.now, app.busy + 1);
        let time = self.service_time(self.settings.app.service_us, process);
        if !scripted {
            return self.plan_work_fast(time, Step::Finished.by(Tier::App, key));
        }
        if let Some(delay) = self.scripted_delay(key) {
            self.plan_work(time + delay, Action::Call(Step::Finished, key));
        }
    }

    /// The application's own work is done: the database is next.
    #[inline(always)]
    pub(super) fn app_worked(&mut self, key: CallKey, at: usize) {
        match self.calls[key].ask {
            Ask::Page(Class::Read) => {
                let (server, why) = self.database_for_read(at);
                self.ask_database(key, at, server, why, false);
            }
            Ask::Page(Class::Write) => self.ask_database(key, at, self.cluster.primary, DbChoice::Write, true),
            Ask::Scripted => self.scripted_answer(key),
            Ask::AppHealth if !self.apps[at].healthy => {
                self.app_answers(key, at, 503, Cause::Page);
            }
            _ => self.app_answers(key, at, 200, Cause::Page),
        }
    }

    #[inline(always)]
    fn database_for_read(&mut self, at: usize) -> (Option<u16>, DbChoice) {
        if self.settings.app.read_from == ReadFrom::Primary {
            return (self.cluster.primary, DbChoice::ReadPrimary);
        }
        let turn = self.apps[at].turn;
        match self.cluster.readers.len() {
            0 => (self.cluster.primary, DbChoice::NoReplica),
            n => {
                let turn = if turn < n { turn } else { 0 };
                self.apps[at].turn = turn + 1;
                (Some(self.cluster.readers[turn]), DbChoice::ReadReplica)
            }
        }
    }

    #[inline(always)]
    fn ask_database(&mut self, key: CallKey, at: usize, server: Option<u16>, why: DbChoice, write: bool) {
        let Some(server) = server else {
            return self.app_answers(key, at, 500, Cause::Database(DbError::NoServer));
        };
        let (app, visit) = (self.apps[at].process, self.calls[key].visit);
        let database = self.cluster.servers[usize::from(server)].process;
        self.mark_fast(key, Place::Process(app), Decision::AsksDatabase { server: database, why });
        if let Some(visit) = visit.and_then(|visit| self.visits.get_mut(visit)) {
            visit.notes.database = Some(database);
        }
        self.call_on(key, database, Ask::Query { write });
    }

    #[inline(always)]
    pub(super) fn app_gets_reply(&mut self, key: CallKey, at: usize, database: ProcessId, reply: Reply) {
        let error = match reply {
            Reply::Done(cause) => return self.app_answers(key, at, 200, cause),
            Reply::Failed(error) => error,
            Reply::Refused => DbError::Refused,
            Reply::ConnectTimeout => DbError::ConnectTimeout,
            Reply::Reset | Reply::Closed => DbError::Lost,
            Reply::Timeout => DbError::ReadTimeout,
            other => unreachable!("{other:?} is not a reply of MySQL"),
        };
        let call = &self.calls[key];
        let process = call.callee;
        let reads = call.ask == Ask::Page(Class::Read);
        let first_try = call.work == Work::Request { has_worker: true, fallback: false };
        let primary = self.cluster.primary.map(|at| self.cluster.servers[usize::from(at)].process);
        if reads && first_try && self.settings.app.fallback_to_primary && primary != Some(database) {
            self.calls[key].work = Work::Request { has_worker: true, fallback: true };
            self.mark(key, Place::Process(process), Decision::DatabaseFailed(error));
            return self.ask_database(key, at, self.cluster.primary, DbChoice::Fallback, false);
        }
        self.app_answers(key, at, 500, Cause::Database(error));
    }

    #[inline(always)]
    fn app_answers(&mut self, key: CallKey, at: usize, status: u16, cause: Cause) {
        let process = self.apps[at].process;
        let decision = match cause {
            Cause::Database(error) => Decision::DatabaseFailed(error),
            _ => Decision::Answered { version: self.apps[at].version },
        };
        self.app_replies(key, at, decision, Reply::Http { status, by: process, cause });
    }

    /// The application answers, or closes the connection, and its worker is free again.
    #[inline(always)]
    pub(super) fn app_replies(&mut self, key: CallKey, at: usize, decision: Decision, reply: Reply) {
        let visit = self.calls[key].visit;
        let app = &mut self.apps[at];
        let (process, version) = (app.process, app.version);
        match reply {
            Reply::Http { cause: Cause::Database(_), .. } | Reply::Closed | Reply::Reset => app.counters.failed += 1,
            _ => app.counters.answered += 1,
        }
        self.mark_fast(key, Place::Process(process), decision);
        if let Some(visit) = visit.and_then(|visit| self.visits.get_mut(visit)) {
            visit.notes.version = Some(version);
        }
        self.answer_fast(key, reply);
        self.worker_is_free(at);
    }

    /// A worker takes the oldest waiting request.
    #[inline(always)]
    fn worker_is_free(&mut self, at: usize) {
        let app = &mut self.apps[at];
        app.set_busy(self.now, app.busy - 1);
        if !self.apps[at].waiting.is_empty() {
            self.start_waiting(at);
        }
    }

    /// Lets free workers take waiting requests, oldest first.
    #[inline(never)]
    pub(super) fn start_waiting(&mut self, at: usize) {
        while self.apps[at].busy < self.settings.app.workers {
            let Some(next) = self.apps[at].waiting.pop_front() else {
                return;
            };
            if self.calls.contains_key(next) {
                self.app_starts(next, at);
            }
        }
    }
}
