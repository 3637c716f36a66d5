//! The condition of machines, processes and links.

use serde::Serialize;

use super::ids::{LinkId, MachineId, PartId, ProcessId};
use super::settings::Network;
use super::time::Micros;
use super::wiring::{Reach, Wiring};

/// The condition of a part itself, not of what it stands on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Condition {
    /// Works.
    Up,
    /// Machine: without power. Process: killed. Link: cut.
    Down,
    /// Process: stopped; accepts connections, never answers.
    Hung,
}

/// A part's condition and speed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct PartState {
    /// Its condition.
    pub condition: Condition,
    /// By how much its times are multiplied; 1 is normal.
    pub slowdown: u32,
}

impl PartState {
    const FINE: Self = Self { condition: Condition::Up, slowdown: 1 };
}

/// The condition of every part of a world.
#[derive(Clone, Debug)]
pub struct Parts {
    machines: Vec<PartState>,
    processes: Vec<PartState>,
    links: Vec<PartState>,
    /// Machine of each process.
    homes: Vec<MachineId>,
    /// Latency of each link at normal speed.
    latencies: Vec<Micros>,
}

impl Parts {
    /// Everything up, at normal speed.
    #[must_use]
    pub fn new(wiring: &Wiring, network: &Network) -> Self {
        let mut parts = Self {
            machines: vec![PartState::FINE; wiring.machines.len()],
            processes: vec![PartState::FINE; wiring.processes.len()],
            links: vec![PartState::FINE; wiring.links.len()],
            homes: wiring.processes.iter().map(|process| process.machine).collect(),
            latencies: Vec::new(),
        };
        parts.set_latencies(wiring, network);
        parts
    }

    /// Takes the latencies from the settings.
    pub(super) fn set_latencies(&mut self, wiring: &Wiring, network: &Network) {
        let latency = |reach| match reach {
            Reach::Client => network.client_us,
            Reach::Resolver => network.resolver_us,
            Reach::NameServer => network.name_server_us,
            Reach::Lan => network.lan_us,
            Reach::Loopback => network.loopback_us,
        };
        self.latencies = wiring.links.iter().map(|link| Micros(latency(link.reach).into())).collect();
    }

    /// A part's own condition and speed.
    #[must_use]
    pub fn state(&self, part: PartId) -> PartState {
        match part {
            PartId::Machine(id) => self.machines[id.index()],
            PartId::Process(id) => self.processes[id.index()],
            PartId::Link(id) => self.links[id.index()],
        }
    }

    pub(super) fn state_mut(&mut self, part: PartId) -> &mut PartState {
        match part {
            PartId::Machine(id) => &mut self.machines[id.index()],
            PartId::Process(id) => &mut self.processes[id.index()],
            PartId::Link(id) => &mut self.links[id.index()],
        }
    }

    /// Every part, in the order machines, processes, links.
    pub fn all(&self) -> impl Iterator<Item = PartId> + use<> {
        let machines = (0..self.machines.len()).map(|i| PartId::Machine(i.into()));
        let processes = (0..self.processes.len()).map(|i| PartId::Process(i.into()));
        let links = (0..self.links.len()).map(|i| PartId::Link(i.into()));
        machines.chain(processes).chain(links)
    }

    /// Whether the part itself is as it should be.
    #[must_use]
    pub fn is_fine(&self, part: PartId) -> bool {
        self.state(part) == PartState::FINE
    }

    /// Whether the machine under a process has power.
    #[must_use]
    pub fn has_power(&self, process: ProcessId) -> bool {
        self.machines[self.homes[process.index()].index()].condition == Condition::Up
    }

    /// What a process does, its machine included: down without power.
    #[must_use]
    pub fn condition(&self, process: ProcessId) -> Condition {
        if self.has_power(process) { self.processes[process.index()].condition } else { Condition::Down }
    }

    /// Whether a link carries packets.
    #[must_use]
    pub fn carries(&self, link: LinkId) -> bool {
        self.links[link.index()].condition == Condition::Up
    }

    /// One-way latency of a link at its present speed.
    #[must_use]
    pub fn latency(&self, link: LinkId) -> Micros {
        self.latencies[link.index()].times(self.links[link.index()].slowdown.into())
    }

    /// By how much the work of a process takes longer: its own factor times its machine's.
    #[must_use]
    pub fn slowdown(&self, process: ProcessId) -> u64 {
        let machine = self.machines[self.homes[process.index()].index()];
        u64::from(self.processes[process.index()].slowdown) * u64::from(machine.slowdown)
    }
}
