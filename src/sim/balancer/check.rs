//! Health checks: when they are sent, and how many it takes to change a server's state.
//!
//! A server is DOWN after (inter - time since the last check) + (fall - 1) × inter, UP after `rise` good checks; the next
//! check starts `inter` after the end of the one before (`check_kill_*`, `check_blackhole`). A check without an answer
//! fails after `inter`. At the start one failure is enough (`check_dead_at_start`).

use super::journal::StateChange;
use super::{AdminState, LastCheck};
use crate::call::{Ask, CallKey, Reply};
use crate::parts::Condition;
use crate::settings::Check;
use crate::time::Micros;
use crate::world::{Action, World};

impl World {
    /// Starts the health checks of every balancer.
    pub(crate) fn start_checks(&mut self) {
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
            self.plan_work(offset, Action::Check { balancer: at as u16, server: server as u16, life });
        }
    }

    /// The kind of check has been changed: all servers count as alive until the new checks say otherwise.
    pub(crate) fn reload_checks(&mut self) {
        let rise = self.settings.balancer.rise;
        for at in 0..self.balancers.len() {
            self.balancers[at].life += 1;
            for server in 0..self.balancers[at].servers.len() {
                let state = &mut self.balancers[at].servers[server];
                (state.up, state.health, state.checking) = (true, rise, None);
                state.last_check = LastCheck::None;
                self.balancers[at].refresh(server);
                if self.balancers[at].candidates[server].usable {
                    self.serve_queue(at, server);
                }
            }
            self.start_checks_of(at);
        }
    }

    /// `rise` or `fall` has been changed: each server is as far from a change as it can be.
    pub(crate) fn recount_checks(&mut self) {
        let (rise, fall) = (self.settings.balancer.rise, self.settings.balancer.fall);
        for server in self.balancers.iter_mut().flat_map(|balancer| &mut balancer.servers) {
            server.health = if server.up { rise + fall - 1 } else { 0 };
        }
    }

    /// A health check starts.
    pub(crate) fn check(&mut self, balancer: u16, server: u16, life: u32) {
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
        let call = self.call_to_check(balancer, server, state.process, ask);
        self.balancers[at].servers[usize::from(server)].checking = Some(call);
    }

    /// Whether a server's health check waits for this very call.
    pub(crate) fn check_waits_for(&self, balancer: u16, server: u16, call: CallKey) -> bool {
        self.balancers[usize::from(balancer)].servers[usize::from(server)].checking == Some(call)
    }

    /// A health check ends.
    pub(crate) fn check_ends(&mut self, balancer: u16, server: u16, reply: Reply) {
        let (rise, fall) = (self.settings.balancer.rise, self.settings.balancer.fall);
        let (at, i, now) = (usize::from(balancer), usize::from(server), self.now);
        let result = self.result_of(at, i, reply);
        let state = &mut self.balancers[at].servers[i];
        let started = state.checking.take().and_then(|call| self.calls.get(call)).map_or(now, |call| call.started);
        if state.admin == AdminState::Maint {
            return self.plan_next_check(balancer, server);
        }
        let before = (std::mem::discriminant(&state.last_check), state.health);
        (state.last_check, state.checked_at) = (result, now);
        if result.is_good() {
            state.health += 1;
            if state.health >= rise {
                state.health = rise + fall - 1;
            }
        } else {
            state.counters.failed_checks += 1;
            state.health = if state.health > rise { state.health - 1 } else { 0 };
        }
        let (health, was_up, stops) = (state.health, state.up, state.stopping);
        let counts = health >= rise;
        if before != (std::mem::discriminant(&result), health) {
            let (health, of) = if counts { (health - rise + 1, fall) } else { (health, rise) };
            let took = now.since(started);
            self.log_state(at, i, 0, StateChange::Checked { result, took, health, of, counts });
        }
        match (was_up, counts) {
            (true, false) => self.goes_down(at, i, false),
            (false, true) => self.goes_up(at, i, false),
            (true, true) if stops && result.is_good() => self.goes_up(at, i, false),
            _ => {}
        }
        self.plan_next_check(balancer, server);
    }

    fn plan_next_check(&mut self, balancer: u16, server: u16) {
        let at = usize::from(balancer);
        let life = self.balancers[at].life;
        let interval = self.check_interval(at, usize::from(server));
        self.plan_work(interval, Action::Check { balancer, server, life });
    }

    /// Time between two checks: `inter` for a server that is well, `downinter` for one that is DOWN, `fastinter` between
    /// (manual, section 5.2; recording `check_fastinter_downinter`).
    fn check_interval(&self, at: usize, server: usize) -> Micros {
        let config = &self.settings.balancer;
        let state = &self.balancers[at].servers[server];
        let special = if state.health >= config.rise + config.fall - 1 {
            None
        } else if !state.up && state.health == 0 {
            config.downinter_ms
        } else {
            config.fastinter_ms
        };
        Micros::from_millis(special.unwrap_or(config.inter_ms).into())
    }

    /// What a reply says of a server.
    fn result_of(&self, balancer: usize, server: usize, reply: Reply) -> LastCheck {
        let (from, to) = (self.balancers[balancer].process, self.balancers[balancer].servers[server].process);
        let tls = self.wiring.link_between(from, to).is_some_and(|link| self.parts.link(link).tls);
        match reply {
            Reply::Connected if tls => LastCheck::L6Ok,
            Reply::Connected => LastCheck::L4Ok,
            Reply::Http { status: 200..400, .. } => LastCheck::L7Ok(200),
            Reply::Http { status, .. } => LastCheck::L7Status(status),
            Reply::Refused => LastCheck::L4Con,
            Reply::ConnectTimeout if tls && self.parts.condition(to) == Condition::Hung => LastCheck::L6Timeout,
            Reply::ConnectTimeout => LastCheck::L4Timeout,
            Reply::Timeout => LastCheck::L7Timeout,
            _ => LastCheck::L7Response,
        }
    }
}
