//! What all files ask about a scenario.

use std::net::Ipv4Addr;

use crate::sim::{Machine, Process, ProcessId, Role, Scenario, Settings, Wiring};

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

    /// A machine of the scenario.
    pub fn machine(&self, name: &str) -> &'a Machine {
        let mut machines = self.scenario.topology.machines.iter();
        machines.find(|machine| machine.name == name).expect("files are written for machines that are there")
    }

    /// The site's own machines: not those of the visitor and of the name service.
    pub fn machines(&self) -> impl Iterator<Item = &'a Machine> {
        self.scenario.topology.machines.iter().filter(|machine| self.is_server(machine))
    }

    pub fn is_server(&self, machine: &Machine) -> bool {
        self.wiring.machine(&machine.name).is_ok_and(|id| self.wiring.is_server(id))
    }

    /// The machines that are containers: the visitor and his resolver are outside.
    pub fn containers(&self) -> impl Iterator<Item = &'a Machine> + use<'a> {
        let outside = |process: &Process| matches!(process.role, Role::Browser | Role::Resolver);
        self.scenario.topology.machines.iter().filter(move |machine| !machine.processes.iter().any(outside))
    }

    /// The number of a process.
    pub fn id(&self, machine: &Machine, process: &Process) -> ProcessId {
        let is_it = |id: &ProcessId| {
            self.wiring.machine_of(*id).name == machine.name && self.wiring.process(*id).name == process.name
        };
        self.wiring.ids().find(is_it).expect("the wiring has every process")
    }

    /// What answers on port 80 of a machine.
    pub fn entrance_on<'m>(&self, machine: &'m Machine) -> Option<&'m Process> {
        machine.processes.iter().find(|process| matches!(process.role, Role::Balancer | Role::Nginx))
    }

    /// The machine that visitors come to first: the first with a balancer, or without any the first with nginx.
    pub fn entrance(&self) -> Option<&'a Machine> {
        let with = |role: Role| {
            let mut machines = self.machines();
            machines.find(|machine| machine.processes.iter().any(|process| process.role == role))
        };
        with(Role::Balancer).or_else(|| with(Role::Nginx))
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
    let is_special = machine.starts_with('.') || ["agent.py", "app.py", "compose.yaml", "www"].contains(&machine);
    format!("{}{machine}", if is_special { "%" } else { "" })
}
