//! What all files ask about a scenario.

use std::net::Ipv4Addr;

use crate::sim::{ProcessId, Role, Scenario, Settings, Wiring};

/// A scenario, and who talks to whom in it.
pub(super) struct Site<'a> {
    pub scenario: &'a Scenario,
    pub settings: &'a Settings,
    pub wiring: Wiring,
}

impl<'a> Site<'a> {
    pub fn new(scenario: &'a Scenario) -> Self {
        Self { scenario, settings: &scenario.settings, wiring: Wiring::new(&scenario.topology) }
    }

    /// The process with a role on a machine.
    pub fn process(&self, machine: &str, role: &Role) -> Option<ProcessId> {
        let is_it = |id: &ProcessId| self.wiring.machine_of(*id).name == machine && self.wiring.role(*id) == role;
        self.wiring.ids().find(is_it)
    }

    /// The address at which one process finds another.
    pub fn way(&self, from: ProcessId, to: ProcessId) -> Ipv4Addr {
        let is_near = self.wiring.process(from).machine == self.wiring.process(to).machine;
        if is_near { Ipv4Addr::LOCALHOST } else { self.wiring.machine_of(to).address }
    }

    /// Whether a process has a certificate and listens on port 443.
    pub fn speaks_tls(&self, process: ProcessId) -> bool {
        self.wiring.speaks_tls(process, self.settings.tls.mode)
    }
}

/// The folder of a machine. No name begins with a dot, so that `..` is a folder like any other, and none is that of a file beside
/// the folders. Names of machines have no `%`.
pub(super) fn folder(machine: &str) -> String {
    let is_special = machine.starts_with('.') || ["compose.yaml", "app.py"].contains(&machine);
    format!("{}{machine}", if is_special { "%" } else { "" })
}
