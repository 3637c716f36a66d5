//! Health checks: when they are sent, and how many it takes to change a server's state.
//!
//! A server is DOWN after (inter - time since the last check) + (fall - 1) × inter, UP after `rise` good checks; the next
//! check starts `inter` after the end of the one before (`check_kill_*`, `check_blackhole`). A check without an answer
//! fails after `inter`. At the start one failure is enough (`check_dead_at_start`).

use super::{AdminState, LastCheck};
use crate::sim::call::{Ask, CallKey, Parent, Reply};
use crate::sim::parts::Condition;
use crate::sim::settings::Check;
use crate::sim::time::Micros;
use crate::sim::world::{Action, World};

impl World {
    /// Starts the health checks of every balancer.
    pub(in crate::sim) fn start_checks(&mut self) {
        (0..self.balancers.len()).for_each(|at| self.start_checks_of(at));
    }

    /// Spreads the first checks of a backend over one interval, as HAProxy does.
    pub(super) fn start_checks_of(&mut self, at: usize) {
        if !self.checks() {
            return;
        }
        let (servers, life) = (self.balancers[at].servers.len(), self.balancers[at].life);
        let interval = u64::from(self.settings.balancer.inter_ms) * 1_000;
        for server in 0..servers {
            let offset = Micros(interval * server as u64 / servers as u64);
            self.plan(offset, Action::Check { balancer: at as u16, server: server as u16, life });
        }
    }

    /// The kind of check has been changed: all servers count as alive until the new checks say otherwise.
    pub(in crate::sim) fn reload_checks(&mut self) {
        let rise = self.settings.balancer.rise;
        for at in 0..self.balancers.len() {
            self.balancers[at].life += 1;
            for server in 0..self.balancers[at].servers.len() {
                let state = &mut self.balancers[at].servers[server];
                (state.up, state.health, state.checking) = (true, rise, None);
                state.last_check = LastCheck::None;
                self.balancers[at].refresh(server);
                self.server_changed(at, server);
            }
            self.start_checks_of(at);
        }
    }

    /// `rise` or `fall` has been changed: each server is as far from a change as it can be.
    pub(in crate::sim) fn recount_checks(&mut self) {
        let (rise, fall) = (self.settings.balancer.rise, self.settings.balancer.fall);
        for server in self.balancers.iter_mut().flat_map(|balancer| &mut balancer.servers) {
            server.health = if server.up { rise + fall - 1 } else { 0 };
        }
    }

    /// A health check starts.
    pub(in crate::sim) fn check(&mut self, balancer: u16, server: u16, life: u32) {
        let at = usize::from(balancer);
        let process = self.balancers[at].process;
        if life != self.balancers[at].life || self.parts.condition(process) != Condition::Up {
            return;
        }
        let ask = match self.settings.balancer.check {
            Check::None => return,
            Check::Tcp => Ask::Connect,
            Check::HttpStatic => Ask::StaticHealth,
            Check::Http => Ask::AppHealth,
        };
        let state = &self.balancers[at].servers[usize::from(server)];
        if state.admin == AdminState::Maint {
            return self.plan_next_check(balancer, server);
        }
        let call = self.open(Parent::Check { balancer, server }, None, process, state.process, ask);
        self.balancers[at].servers[usize::from(server)].checking = Some(call);
    }

    /// Whether a server's health check waits for this very call.
    pub(in crate::sim) fn check_waits_for(&self, balancer: u16, server: u16, call: CallKey) -> bool {
        self.balancers[usize::from(balancer)].servers[usize::from(server)].checking == Some(call)
    }

    /// A health check ends.
    pub(in crate::sim) fn check_ends(&mut self, balancer: u16, server: u16, reply: Reply) {
        let (rise, fall) = (self.settings.balancer.rise, self.settings.balancer.fall);
        let (at, i, now) = (usize::from(balancer), usize::from(server), self.now);
        let state = &mut self.balancers[at].servers[i];
        state.checking = None;
        if state.admin == AdminState::Maint {
            return self.plan_next_check(balancer, server);
        }
        state.last_check = match reply {
            Reply::Connected => LastCheck::L4Ok,
            Reply::Http { status: 200, .. } => LastCheck::L7Ok(200),
            Reply::Http { status, .. } => LastCheck::L7Status(status),
            Reply::Refused => LastCheck::L4Con,
            Reply::ConnectTimeout => LastCheck::L4Timeout,
            Reply::Timeout => LastCheck::L7Timeout,
            _ => LastCheck::L7Response,
        };
        let was_up = state.up;
        if state.last_check.is_good() {
            state.health += 1;
            if state.health >= rise {
                state.health = rise + fall - 1;
            }
        } else {
            state.counters.failed_checks += 1;
            state.health = if state.health > rise { state.health - 1 } else { 0 };
        }
        state.up = state.health >= rise;
        if state.up != was_up {
            if state.up {
                state.counters.downtime = state.counters.downtime + now.since(state.changed_at);
            } else {
                state.counters.times_down += 1;
            }
            state.changed_at = now;
            self.balancers[at].refresh(i);
            self.server_changed(at, i);
        }
        self.plan_next_check(balancer, server);
    }

    fn plan_next_check(&mut self, balancer: u16, server: u16) {
        let life = self.balancers[usize::from(balancer)].life;
        let interval = Micros::from_millis(self.settings.balancer.inter_ms.into());
        self.plan(interval, Action::Check { balancer, server, life });
    }
}
