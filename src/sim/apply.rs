//! Carrying out commands, and what a fault does to the calls under way.

use std::collections::BinaryHeap;

use super::call::{Ask, CallKey, CallState, Reply};
use super::command::Command;
use super::ids::{LinkId, PartId, ProcessId};
use super::monitoring::Target;
use super::outcome::{BrowserError, Cause};
use super::parts::Condition;
use super::scenario::FieldError;
use super::script::Script;
use super::setting::Setting;
use super::time::Micros;
use super::topology::Role;
use super::visit::VisitKey;
use super::world::{Action, Step, World};

impl World {
    /// Carries out a command, now. Whatever is still due at this very moment comes first, so that the time of a command
    /// alone says what happens before it and what after.
    ///
    /// # Errors
    /// The field that cannot be; nothing is done then.
    pub fn apply(&mut self, command: &Command) -> Result<(), FieldError> {
        self.run_until(self.now);
        self.obey(command)
    }

    /// Carries out a command among the events of the present moment.
    pub(super) fn obey(&mut self, command: &Command) -> Result<(), FieldError> {
        let result = self.do_as_told(command);
        self.note_faults();
        result
    }

    fn do_as_told(&mut self, command: &Command) -> Result<(), FieldError> {
        let wiring = std::sync::Arc::clone(&self.wiring);
        command.validate(&wiring)?;
        match command {
            Command::Visit { class, count, source, answer, method, path, cookie } => {
                if self.parts.condition(self.browser) != Condition::Up {
                    return Err(FieldError::new("class", "the browser is closed"));
                }
                let own = self.wiring.machine_of(self.browser).address;
                let plain = answer.is_none() && method.is_none() && path.is_none() && cookie.is_none();
                for _ in 0..*count {
                    let (method, path, cookie) = (*method, path.clone(), cookie.clone());
                    let script = Script { answer: answer.unwrap_or_default(), method, path, cookie };
                    let script = (!plain).then(|| Box::new(script));
                    self.start_visit(*class, source.unwrap_or(own), true, true, script);
                }
            }
            Command::Release { visit } => self.release_visit(*visit),
            Command::Abort { visit } => self.abort_visit(*visit),
            Command::Load(workload) => {
                self.workload = *workload;
                self.plan_arrival();
            }
            Command::Kill { part } => self.set_condition(wiring.part(part)?, Condition::Down),
            Command::InstallMonitoring => return self.install_monitoring(),
            Command::Stop { part } => return self.stop(wiring.part(part)?),
            Command::Freeze { part } => self.freeze(wiring.part(part)?)?,
            Command::Slow { part, factor } => self.parts.set_slowdown(wiring.part(part)?, *factor),
            Command::Restore { part } => self.restore(wiring.part(part)?),
            Command::RestoreAll => self.parts.all().for_each(|part| self.restore(part)),
            Command::ServerState { server, state } => self.set_admin_state(wiring.server(server)?, *state),
            Command::ServerWeight { server, weight } => return self.set_weight(wiring.server(server)?, *weight),
            Command::ServerHealth { server, health } => self.set_health(wiring.server(server)?, *health),
            Command::ServerMaxconn { server, maxconn } => self.set_maxconn(wiring.server(server)?, *maxconn),
            Command::AppHealth { machine, healthy } => {
                let mut apps = self.apps.iter_mut();
                let app = apps.find(|app| wiring.machine_of(app.process).name == *machine);
                app.expect("the command is valid").healthy = *healthy;
            }
            Command::Set(setting) => self.set(setting),
            Command::Reload { upstream } => self.reload_nginx(upstream.as_ref()),
            Command::Firewall { machine, firewall } => self.set_firewall(wiring.machine(machine)?, firewall.as_ref()),
            Command::Records { addresses, ttl_s } => self.names.set_records(addresses, *ttl_s),
            Command::FlushCache => self.names.flush(),
            Command::Promote { server } => return self.promote(self.tier(wiring.mysqld(server)?) as u16),
            Command::Follow { server } => return self.follow(self.tier(wiring.mysqld(server)?) as u16),
            Command::Truncate { server } => return self.truncate(self.tier(wiring.mysqld(server)?) as u16),
            Command::Reclone { server } => return self.reclone(self.tier(wiring.mysqld(server)?) as u16),
            Command::Replication { server, thread, run } => {
                return self.replication(self.tier(wiring.mysqld(server)?) as u16, *thread, *run);
            }
            Command::Deploy { machine, version } => {
                for app in &mut self.apps {
                    if wiring.machine_of(app.process).name == *machine {
                        app.version = *version;
                    }
                }
            }
        }
        Ok(())
    }

    fn set(&mut self, setting: &Setting) {
        setting.write(&mut self.settings);
        self.parts.configure(&self.wiring, &self.settings);
        match setting {
            Setting::Balance(_) | Setting::AllBackups(_) => self.reload_algorithm(),
            Setting::CheckKind(_) => self.reload_checks(),
            Setting::Rise(_) | Setting::Fall(_) => self.recount_checks(),
            Setting::SourceDelay(_) => self.reschedule_appliers(),
            Setting::SemiSync(_) => self.switch_semi_sync(),
            Setting::Workers(_) => (0..self.apps.len()).for_each(|at| self.start_waiting(at)),
            Setting::Threads(_) => (0..self.cluster.servers.len()).for_each(|at| self.start_statements(at)),
            Setting::Resolver(kind) => self.names.set_resolver(*kind),
            _ => {}
        }
    }

    fn freeze(&mut self, part: PartId) -> Result<(), FieldError> {
        if let PartId::Process(process) = part
            && self.parts.condition(process) == Condition::Down
        {
            return Err(FieldError::new("part", "what does not run cannot hang"));
        }
        self.set_condition(part, Condition::Hung);
        Ok(())
    }

    pub(super) fn set_condition(&mut self, part: PartId, condition: Condition) {
        let before = self.parts.state(part).condition;
        if before == condition {
            return;
        }
        // Whoever hung is dead now, or goes on, before anything else happens to it.
        if let PartId::Process(process) = part
            && before == Condition::Hung
        {
            self.parts.set_condition(part, Condition::Up);
            self.go_on(process);
        }
        self.parts.set_condition(part, condition);
        let affected: Vec<ProcessId> = match part {
            PartId::Machine(machine) => self.wiring.processes_of(machine).collect(),
            PartId::Process(process) => vec![process],
            PartId::Link(link) => return self.link_changes(link, condition),
        };
        let starts = condition == Condition::Up && before == Condition::Down;
        let dies = condition == Condition::Down;
        for process in affected {
            match part {
                PartId::Machine(_) if dies => self.dies(process, false),
                PartId::Machine(_) => {
                    // The machine boots: everything on it starts afresh.
                    self.parts.set_condition(PartId::Process(process), Condition::Up);
                    self.starts(process);
                }
                _ if dies => self.dies(process, self.parts.has_power(process)),
                _ if starts && self.parts.has_power(process) => self.starts(process),
                _ => {}
            }
        }
        self.sources_changed(!matches!(part, PartId::Machine(_)));
    }

    fn restore(&mut self, part: PartId) {
        self.set_condition(part, Condition::Up);
        self.parts.set_slowdown(part, 1);
    }

    /// A process that hung goes on with what has piled up.
    fn go_on(&mut self, process: ProcessId) {
        for action in std::mem::take(&mut self.parked[process.index()]) {
            self.plan(Micros::ZERO, action);
        }
    }

    /// A process is gone. With power, the kernel closes its connections; without, they just go silent.
    fn dies(&mut self, process: ProcessId, with_power: bool) {
        for action in std::mem::take(&mut self.parked[process.index()]) {
            // What was on its way to the dead has nowhere to go, and nobody is left to give up waiting.
            let gone = match action {
                Action::Call(Step::Return, key) | Action::Call(Step::ConnectTimeout, key) => Some(key),
                Action::Call(Step::ResponseTimeout, key) => Some(key).filter(|key| self.is_lost(*key)),
                _ => None,
            };
            gone.map(|key| self.calls.remove(key));
        }
        for key in self.oldest_first(&|call| call.callee == process) {
            // The end of one call may have ended others.
            let state = self.calls.get(key).map(|call| call.state);
            if !matches!(state, Some(CallState::Sending | CallState::Working)) {
                continue;
            }
            self.abandon_child(key);
            // A datagram has no connection that the kernel could close.
            let closes = with_power && self.calls[key].ask != Ask::Resolve;
            let has_read = self.calls[key].state == CallState::Working;
            match self.is_current(key) {
                true if closes => self.answer(key, if has_read { Reply::Closed } else { Reply::Reset }),
                true => self.lose(key),
                false => drop(self.calls.remove(key)),
            }
        }
        match self.wiring.role(process) {
            Role::Browser => self.browser_closes(),
            Role::Resolver => self.names.stop(),
            Role::Balancer => self.balancer_stops(process),
            Role::App => {
                let at = self.tier(process);
                self.apps[at].restart(self.now);
            }
            Role::Mysqld { .. } => {
                let at = self.tier(process);
                let server = &mut self.cluster.servers[at];
                server.running = 0;
                server.waiting.clear();
                self.sessions_die(at as u16);
            }
            Role::Nginx => {
                let at = self.tier(process);
                self.nginx[at].stop(&self.wiring, &self.settings.nginx.upstream);
            }
            Role::Keepalived { .. } => self.router_dies(self.tier(process)),
            Role::Monitor => self.monitoring.targets.iter_mut().for_each(Target::forget),
            Role::Authoritative | Role::Agent => {}
        }
    }

    /// Whether only a time-out can end a call.
    fn is_lost(&self, key: CallKey) -> bool {
        self.calls.get(key).is_some_and(|call| matches!(call.state, CallState::Lost | CallState::Stalled(_)))
    }

    fn starts(&mut self, process: ProcessId) {
        let at = self.tier(process);
        match self.wiring.role(process) {
            Role::Balancer => self.balancer_starts(process),
            Role::Nginx => self.nginx[at].start(),
            Role::Mysqld { .. } => self.mysql_restarts(at as u16),
            Role::Resolver => self.names.restart(),
            Role::Keepalived { .. } => self.router_starts(at),
            Role::Monitor => self.start_monitor(),
            Role::App | Role::Browser | Role::Authoritative | Role::Agent => {}
        }
    }

    fn browser_closes(&mut self) {
        self.remembered = None;
        let visits: BinaryHeap<(u64, VisitKey)> = self.visits.iter().map(|(key, visit)| (visit.id, key)).collect();
        for (_, visit) in visits.into_sorted_vec() {
            self.browser_fails(visit, BrowserError::Aborted, Cause::BrowserClosed);
        }
    }

    /// A link is cut or whole again. What was held up on it is sent again.
    fn link_changes(&mut self, link: LinkId, condition: Condition) {
        if condition == Condition::Up {
            for key in self.oldest_first(&|call| call.link == link) {
                if let Some(call) = self.calls.get_mut(key)
                    && let CallState::Stalled(reply) = call.state
                {
                    call.state = CallState::Working;
                    self.answer_again(key, reply);
                }
            }
        }
        self.sources_changed(false);
    }

    /// Whether nothing is broken, slowed or hung.
    #[must_use]
    pub fn all_fine(&self) -> bool {
        self.parts.all().all(|part| self.parts.is_fine(part))
    }
}
