//! The load balancer: choosing a server, health checks, queues, retries.
//!
//! Behaviour as recorded from HAProxy 2.6 in `goldens/haproxy`. One file per algorithm; `select` tells them apart.

mod candidate;
mod check;
mod first;
mod least_conn;
mod map;
#[cfg(test)]
mod properties;
mod random;
mod round_robin;
pub mod select;
mod server;
mod session;
mod source;
mod static_rr;
#[cfg(test)]
mod testing;
mod turns;

use std::collections::VecDeque;

pub use candidate::Candidate;
pub use select::{Algorithm, Selector};
pub use server::{AdminState, LastCheck, Server, ServerCounters};

use super::call::CallKey;
use super::ids::ProcessId;
use super::scenario::FieldError;
use super::settings::{Balancer as Config, Check, ServerLine};
use super::time::SimTime;
use super::topology::Role;
use super::wiring::Wiring;
use super::world::World;

/// One balancer process with its backend.
#[derive(Clone, Debug)]
pub struct Balancer {
    /// Its process.
    pub process: ProcessId,
    /// The servers, in the order of the configuration.
    pub servers: Vec<Server>,
    /// What the algorithms see of each server.
    candidates: Vec<Candidate>,
    selector: Selector,
    /// Requests that wait for any server, oldest first.
    queue: VecDeque<(u64, CallKey)>,
    queued_ever: u64,
    /// How often the process has been started; tells its checks from those of an earlier life.
    life: u32,
    /// Counters of the backend since the start.
    pub counters: BackendCounters,
}

/// Counters of the whole backend.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BackendCounters {
    /// Requests that came in.
    pub requests: u64,
    /// Requests assigned to servers, retries on another server included (`lbtot`).
    pub assigned: u64,
    /// 503 without any usable server.
    pub no_server: u64,
    /// 503 after waiting too long in the queue.
    pub queue_timeouts: u64,
    /// Most requests in the queue at a time.
    pub most_queued: usize,
}

impl Balancer {
    /// The balancers of a topology.
    pub(super) fn all(wiring: &Wiring, config: &Config) -> Vec<Self> {
        let balancers = wiring.with_role(|r| *r == Role::Balancer).into_iter();
        balancers.map(|process| Self::started(process, wiring, config, 0, SimTime::ZERO)).collect()
    }

    /// A process that has just read its configuration.
    fn started(process: ProcessId, wiring: &Wiring, config: &Config, life: u32, now: SimTime) -> Self {
        let usual = ServerLine::default();
        let (mut servers, mut candidates) = (Vec::new(), Vec::new());
        for process in wiring.with_role(|r| *r == wiring.server_role()) {
            let line = config.servers.get(&wiring.machine_of(process).name).unwrap_or(&usual);
            servers.push(Server::new(process, config.rise, now));
            candidates.push(Server::candidate(line));
        }
        Self {
            process,
            selector: Selector::new(config.algorithm, config.all_backups, &candidates),
            servers,
            candidates,
            queue: VecDeque::new(),
            queued_ever: 0,
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

    /// Usable servers that are not backups.
    fn active_servers(&self) -> usize {
        self.candidates.iter().filter(|c| c.usable && c.weight > 0 && !c.backup).count()
    }

    /// Recomputes whether a server may get new requests, and tells the algorithm.
    fn refresh(&mut self, server: usize) {
        let (state, candidate) = (&self.servers[server], &mut self.candidates[server]);
        candidate.usable = state.up && state.admin == AdminState::Ready;
        self.selector.changed(server, &self.candidates);
    }

    /// A server has one request more (or less) to work on.
    fn count_running(&mut self, server: usize, more: bool) {
        let running = &mut self.candidates[server].running;
        *running = if more { *running + 1 } else { running.checked_sub(1).expect("each request is released once") };
        let most = &mut self.servers[server].counters.most_running;
        *most = (*most).max(*running);
        self.selector.load_changed(server, &self.candidates);
    }

    fn index_of(&self, nginx: ProcessId) -> Option<usize> {
        self.servers.iter().position(|server| server.process == nginx)
    }
}

impl World {
    /// An operator changes the state of a server, on every balancer.
    pub(super) fn set_admin_state(&mut self, nginx: ProcessId, state: AdminState) {
        let rise = self.settings.balancer.rise;
        for at in 0..self.balancers.len() {
            let Some(i) = self.balancers[at].index_of(nginx) else {
                continue;
            };
            let server = &mut self.balancers[at].servers[i];
            let before = std::mem::replace(&mut server.admin, state);
            if before == AdminState::Maint && state != AdminState::Maint {
                // Leaving maintenance heals, until the next check says otherwise (`change_health_down_then_ready`).
                (server.up, server.health) = (true, rise);
            }
            if before != state {
                self.balancers[at].refresh(i);
                self.server_changed(at, i);
            }
        }
    }

    /// An operator changes the weight of a server, on every balancer.
    pub(super) fn set_weight(&mut self, nginx: ProcessId, weight: u32) -> Result<(), FieldError> {
        let fixed = self.settings.balancer.algorithm.has_fixed_weights();
        for at in 0..self.balancers.len() {
            let balancer = &mut self.balancers[at];
            let Some(i) = balancer.index_of(nginx) else {
                continue;
            };
            let configured = balancer.candidates[i].configured_weight;
            if fixed && weight != 0 && weight != configured {
                let why = format!("this algorithm only accepts 0 and the configured weight, {configured}");
                return Err(FieldError::new("weight", why));
            }
            balancer.candidates[i].weight = weight;
            balancer.refresh(i);
            self.server_changed(at, i);
        }
        Ok(())
    }

    /// The algorithm has been changed: it starts afresh, as after a reload.
    pub(super) fn reload_algorithm(&mut self) {
        let config = &self.settings.balancer;
        for balancer in &mut self.balancers {
            balancer.selector = Selector::new(config.algorithm, config.all_backups, &balancer.candidates);
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
