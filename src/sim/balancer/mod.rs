//! The load balancer: choosing a server, health checks, queues, retries.
//!
//! Behaviour as recorded from HAProxy 2.6 in `goldens/haproxy`. One file per algorithm; `select` tells them apart.

mod candidate;
mod check;
mod cookie;
mod first;
mod hash;
mod journal;
mod least_conn;
mod leaving;
mod map;
#[cfg(test)]
mod properties;
mod queue;
mod random;
mod retry;
mod ring;
mod round_robin;
pub mod select;
mod server;
mod session;
mod state;
mod static_rr;
#[cfg(test)]
mod testing;
mod turns;

use std::collections::VecDeque;

pub use candidate::Candidate;
pub use journal::{StateChange, StateLine};
pub use select::{Algorithm, Selector};
pub use server::{AdminState, Health, LastCheck, Server, ServerCounters};

use super::answers::Answers;
use super::call::CallKey;
use super::ids::ProcessId;
use super::settings::{Balancer as Config, Check, ServerLine};
use super::time::SimTime;
use super::topology::Role;
use super::wiring::Wiring;
use super::world::World;

/// One balancer process with its backend. The fields are in the order of the memory, those that each request needs first.
#[derive(Clone, Debug)]
#[repr(C)]
pub struct Balancer {
    /// Its process.
    pub process: ProcessId,
    /// Requests that wait in any queue.
    waiting: usize,
    /// The servers, in the order of the configuration.
    pub servers: Box<[Server]>,
    /// What the algorithms see of each server.
    candidates: Box<[Candidate]>,
    /// Counters of the backend since the start.
    pub counters: BackendCounters,
    selector: Selector,
    /// Requests that wait for any server, oldest first.
    queue: VecDeque<(u64, CallKey)>,
    queued_ever: u64,
    /// Requests that have been taken from it.
    taken: u32,
    /// The last lines of the log about servers.
    journal: VecDeque<StateLine>,
    /// Lines ever written into it.
    pub lines_written: u64,
    /// How often the process has been started; tells its checks from those of an earlier life.
    life: u32,
}

/// Counters of the whole backend.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BackendCounters {
    /// Requests that came in.
    pub requests: u64,
    /// Requests assigned to servers, retries on another server included (`lbtot`).
    pub assigned: u64,
    /// Responses.
    pub answers: Answers,
    /// 503 without any usable server.
    pub no_server: u64,
    /// 503 after waiting too long in the queue.
    pub queue_timeouts: u64,
    /// Most requests in the queue at a time.
    pub most_queued: usize,
}

impl Balancer {
    /// The balancers of a topology.
    pub(super) fn all(wiring: &Wiring, config: &Config) -> Box<[Self]> {
        let balancers = wiring.with_role(|r| *r == Role::Balancer).into_iter();
        balancers.map(|process| Self::started(process, wiring, config, 0, SimTime::ZERO)).collect()
    }

    /// A process that has just read its configuration.
    fn started(process: ProcessId, wiring: &Wiring, config: &Config, life: u32, now: SimTime) -> Self {
        let usual = ServerLine::default();
        let (mut servers, mut candidates) = (Vec::new(), Vec::new());
        for process in wiring.with_role(|r| *r == wiring.server_role()) {
            let line = config.servers.get(&wiring.machine_of(process).name).unwrap_or(&usual);
            servers.push(Server::new(process, line, config.rise, now));
            candidates.push(Server::candidate(line));
        }
        Self {
            process,
            selector: Selector::new(config.algorithm, config.hash.kind, config.all_backups, &candidates),
            servers: servers.into(),
            candidates: candidates.into(),
            queue: VecDeque::new(),
            queued_ever: 0,
            taken: 0,
            waiting: 0,
            journal: VecDeque::new(),
            lines_written: 0,
            life,
            counters: BackendCounters::default(),
        }
    }

    /// What the algorithms see of a server: weight, running requests, whether it is usable.
    #[must_use]
    pub fn candidate(&self, server: usize) -> &Candidate {
        &self.candidates[server]
    }

    /// Requests that wait for any server.
    #[must_use]
    pub fn queued(&self) -> usize {
        self.queue.len()
    }

    /// Requests that a server works on, as a log line of this moment has it: who has just been let in from the queue does not
    /// count yet (`goldens/logs`).
    pub(crate) fn running_on(&self, server: ProcessId, now: SimTime) -> Option<u32> {
        let at = self.index_of(server)?;
        let just_in = u32::from(self.servers[at].took_at == Some(now));
        Some((self.candidates[at].running + self.servers[at].uncounted).saturating_sub(just_in))
    }

    /// Requests that wait or that a server works on.
    pub(crate) fn under_way(&self) -> u32 {
        let on = |(candidate, server): (&Candidate, &Server)| candidate.running + server.uncounted;
        self.waiting as u32 + self.candidates.iter().zip(&self.servers).map(on).sum::<u32>()
    }

    /// Usable servers that are not backups.
    fn active_servers(&self) -> usize {
        self.candidates.iter().filter(|c| c.usable && c.weight > 0 && !c.backup).count()
    }

    /// Recomputes whether a server may get new requests, and tells the algorithm.
    fn refresh(&mut self, server: usize) {
        let (state, candidate) = (&self.servers[server], &mut self.candidates[server]);
        candidate.usable = state.in_service();
        self.selector.changed(server, &self.candidates);
    }

    /// A server has one request more to work on.
    #[inline(always)]
    fn one_more_runs(&mut self, server: usize) {
        let running = &mut self.candidates[server].running;
        *running += 1;
        let most = &mut self.servers[server].counters.most_running;
        *most = (*most).max(*running);
        self.selector.load_changed(server, &self.candidates);
    }

    /// A server has one request less to work on.
    #[inline(always)]
    fn one_less_runs(&mut self, server: usize) {
        let running = &mut self.candidates[server].running;
        *running = running.checked_sub(1).expect("each request is released once");
        self.selector.load_changed(server, &self.candidates);
    }

    fn index_of(&self, nginx: ProcessId) -> Option<usize> {
        self.servers.iter().position(|server| server.process == nginx)
    }
}

impl World {
    /// The algorithm has been changed: it starts afresh, as after a reload.
    pub(super) fn reload_algorithm(&mut self) {
        let config = &self.settings.balancer;
        for balancer in &mut self.balancers {
            balancer.selector =
                Selector::new(config.algorithm, config.hash.kind, config.all_backups, &balancer.candidates);
        }
    }

    /// The process is gone, and with it all that it knew.
    pub(super) fn balancer_stops(&mut self, process: ProcessId) {
        let at = self.tier(process);
        let life = self.balancers[at].life + 1;
        self.balancers[at] = Balancer::started(process, &self.wiring, &self.settings.balancer, life, self.now);
    }

    /// The process starts: it reads its configuration and checks its servers.
    pub(super) fn balancer_starts(&mut self, process: ProcessId) {
        self.balancer_stops(process);
        self.start_checks_of(self.tier(process));
    }

    /// Whether health checks are on at all.
    pub(super) fn checks(&self) -> bool {
        self.settings.balancer.check != Check::None
    }
}
