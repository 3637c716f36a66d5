//! Changes of a server's state, by an operator (management guide, 9.3, `set server`) or by health checks, and what follows.

use super::journal::StateChange;
use super::server::Health;
use super::{AdminState, Balancer, Server};
use crate::call::{CallKey, CallState, Work};
use crate::chronicle::Happening;
use crate::ids::ProcessId;
use crate::scenario::FieldError;
use crate::world::World;

impl World {
    /// An operator changes the state of a server, on every balancer.
    pub(crate) fn set_admin_state(&mut self, server: ProcessId, state: AdminState) {
        for at in 0..self.balancers.len() {
            let Some(i) = self.balancers[at].index_of(server) else {
                continue;
            };
            let before = self.balancers[at].servers[i].admin;
            match (before, state) {
                (AdminState::Ready | AdminState::Drain, AdminState::Maint) => self.enter_maintenance(at, i),
                (AdminState::Maint, AdminState::Ready | AdminState::Drain) => self.leave_maintenance(at, i, state),
                (AdminState::Ready, AdminState::Drain) => {
                    let now = self.now;
                    self.goes(at, i, StateChange::Drain, |server| {
                        (server.admin, server.changed_at) = (AdminState::Drain, now);
                    });
                }
                (AdminState::Drain, AdminState::Ready) => {
                    // The queue is not asked: HAProxy 2.6 does that only for a server that comes UP.
                    let server = &mut self.balancers[at].servers[i];
                    (server.admin, server.changed_at) = (AdminState::Ready, self.now);
                    self.balancers[at].refresh(i);
                    self.log_state(at, i, 0, StateChange::LeftDrain);
                }
                _ => {}
            }
        }
    }

    fn enter_maintenance(&mut self, at: usize, i: usize) {
        let (was_down, now) = (!self.balancers[at].servers[i].up, self.now);
        self.goes(at, i, StateChange::Maint { was_down }, |server| {
            server.admin = AdminState::Maint;
            if !was_down {
                server.changed_at = now;
            }
            server.counters.times_down += u64::from(!was_down);
        });
        if !was_down {
            self.shut_if_told(at, i);
        }
    }

    /// Leaving maintenance heals, until the next check says otherwise (`change_health_down_then_ready`).
    fn leave_maintenance(&mut self, at: usize, i: usize, state: AdminState) {
        let (rise, now) = (self.settings.balancer.rise, self.now);
        self.comes(at, i, |server| {
            server.counters.downtime += now.since(server.changed_at);
            (server.admin, server.changed_at) = (state, now);
            (server.up, server.stopping, server.health) = (true, false, rise);
        });
        let drain = state == AdminState::Drain;
        self.log_state(at, i, 0, StateChange::LeftMaint { drain });
        self.tell_still_drained(at, i);
    }

    /// An operator says how healthy a server is, on every balancer. Nothing changes in maintenance, and checks, if there
    /// are any, go on from there.
    pub(crate) fn set_health(&mut self, server: ProcessId, health: Health) {
        let best = self.settings.balancer.rise + self.settings.balancer.fall - 1;
        for at in 0..self.balancers.len() {
            let Some(i) = self.balancers[at].index_of(server) else {
                continue;
            };
            let server = &mut self.balancers[at].servers[i];
            if server.admin == AdminState::Maint {
                continue;
            }
            server.health = if health == Health::Down { 0 } else { best };
            match health {
                Health::Up if !server.up || server.stopping => self.goes_up(at, i, true),
                Health::Down if server.up => self.goes_down(at, i, true),
                Health::Stopping if !server.stopping => {
                    self.goes(at, i, StateChange::Stopping, |server| (server.up, server.stopping) = (true, true));
                    self.tell_still_drained(at, i);
                }
                _ => {}
            }
        }
    }

    /// A server is UP now.
    pub(super) fn goes_up(&mut self, at: usize, i: usize, by_hand: bool) {
        let now = self.now;
        let requeued = self.comes(at, i, |server| {
            if !server.up {
                server.counters.downtime += now.since(server.changed_at);
            }
            (server.up, server.stopping, server.changed_at) = (true, false, now);
        });
        self.log_state(at, i, requeued, StateChange::Up { by_hand });
        self.tell_still_drained(at, i);
    }

    /// A server is DOWN now.
    pub(super) fn goes_down(&mut self, at: usize, i: usize, by_hand: bool) {
        let now = self.now;
        self.goes(at, i, StateChange::Down { by_hand }, |server| {
            (server.up, server.stopping, server.changed_at) = (false, false, now);
            server.counters.times_down += 1;
        });
        self.tell_still_drained(at, i);
        self.shut_if_told(at, i);
    }

    /// Whatever happens to a drained server, HAProxy adds that it is drained (recording `random_1_05`).
    fn tell_still_drained(&mut self, at: usize, i: usize) {
        if self.balancers[at].servers[i].admin == AdminState::Drain {
            self.log_state(at, i, 0, StateChange::StillDrain);
        }
    }

    /// An operator changes the weight of a server, on every balancer.
    pub(crate) fn set_weight(&mut self, server: ProcessId, weight: u32) -> Result<(), FieldError> {
        let config = &self.settings.balancer;
        let fixed = config.algorithm.has_fixed_weights(config.hash.kind);
        for at in 0..self.balancers.len() {
            let balancer = &mut self.balancers[at];
            let Some(i) = balancer.index_of(server) else {
                continue;
            };
            let configured = balancer.candidates[i].configured_weight;
            if fixed && weight != 0 && weight != configured {
                let why = format!("this algorithm only accepts 0 and the configured weight, {configured}");
                return Err(FieldError::new("weight", why));
            }
            let before = balancer.has_usable();
            balancer.candidates[i].weight = weight;
            balancer.refresh(i);
            if before && !balancer.has_usable() {
                self.log_state(at, i, 0, StateChange::NoneLeft);
            }
            self.tell_still_drained(at, i);
        }
        Ok(())
    }

    /// An operator changes how many requests a server takes at a time, on every balancer; 0 is no limit.
    pub(crate) fn set_maxconn(&mut self, server: ProcessId, maxconn: u32) {
        for at in 0..self.balancers.len() {
            if let Some(i) = self.balancers[at].index_of(server) {
                self.balancers[at].candidates[i].maxconn = Some(maxconn).filter(|most| *most > 0);
                self.serve_queue(at, i);
            }
        }
    }

    /// A server leaves service: what waits for it goes elsewhere.
    fn goes(&mut self, at: usize, i: usize, line: StateChange, change: impl FnOnce(&mut Server)) {
        let before = self.balancers[at].has_usable();
        change(&mut self.balancers[at].servers[i]);
        self.balancers[at].refresh(i);
        let requeued = self.redistribute(at, i);
        self.log_state(at, i, requeued, line);
        if before && !self.balancers[at].has_usable() {
            self.log_state(at, i, 0, StateChange::NoneLeft);
        }
    }

    /// A server may be back in service: it takes what waits for any. Returns how many requests did.
    fn comes(&mut self, at: usize, i: usize, change: impl FnOnce(&mut Server)) -> u32 {
        change(&mut self.balancers[at].servers[i]);
        self.balancers[at].refresh(i);
        if self.balancers[at].candidates[i].usable { self.grab_queue(at, i) } else { 0 }
    }

    fn shut_if_told(&mut self, at: usize, i: usize) {
        let name = &self.wiring.machine_of(self.balancers[at].servers[i].process).name;
        if self.settings.balancer.servers.get(name).is_some_and(|line| line.shut_when_down) {
            self.shut_sessions(at, i);
        }
    }

    /// Writes a line about a server into the log.
    pub(super) fn log_state(&mut self, at: usize, i: usize, requeued: u32, change: StateChange) {
        let balancer = self.balancers[at].process;
        let is_there = |child: Option<CallKey>| child.is_some_and(|child| self.calls.contains_key(child));
        let connected = |work| matches!(work, Work::Session(session) if session.server == Some(i as u16));
        let open = self.calls.values().filter(|call| {
            call.callee == balancer && call.state == CallState::Working && connected(call.work) && is_there(call.child)
        });
        let sessions = open.count() as u32;
        self.balancers[at].write(self.now, i, sessions, requeued, change);
        if !matches!(change, StateChange::Checked { .. }) {
            self.enter(self.balancers[at].servers[i].process, Happening::Server(change));
        }
    }
}

impl Balancer {
    /// Whether any server is usable, active or backup.
    fn has_usable(&self) -> bool {
        self.candidates.iter().any(|candidate| candidate.usable && candidate.weight > 0)
    }
}
