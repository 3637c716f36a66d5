//! The condition of machines, processes and links.

use std::net::Ipv4Addr;
use std::sync::Arc;

use serde::Serialize;

use super::firewall::{Filter, Ruling};
use super::ids::{LinkId, MachineId, PartId, ProcessId};
use super::settings::{HTTPS, Settings};
use super::time::Micros;
use super::wiring::{LinkInfo, Protocol, Reach, Tier, Wiring};

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

/// The condition of every part of a world. The fields are in the order of the memory, those that each step asks first.
#[derive(Clone, Debug)]
#[repr(C)]
pub struct Parts {
    any_hung: bool,
    /// What follows from the states for each link and for each process, its machine included.
    links_now: Box<[LinkNow]>,
    processes_now: Box<[ProcessNow]>,
    machines: Box<[PartState]>,
    processes: Box<[PartState]>,
    links: Box<[PartState]>,
    /// Machine of each process.
    homes: Box<[MachineId]>,
    /// What the settings say about each link.
    configured: Box<[Configured]>,
    /// The two ends of each link.
    ends: Box<[[ProcessId; 2]]>,
    /// The packet filter of each machine.
    pub(super) filters: Box<[Option<Arc<Filter>>]>,
}

/// What a link does with what is sent.
#[derive(Clone, Copy, Debug)]
pub(super) struct LinkNow {
    /// One way.
    pub latency: Micros,
    /// How long the caller waits for an answer; for ever if it has no time-out, or a special one as for the resolver.
    pub patience: Micros,
    /// Whether it carries what is sent.
    pub carries: bool,
    /// Whether it carries, the processes at both ends work, and a request is with the callee as soon as it arrives: no
    /// handshake, no time that the callee takes before it begins, no firewall that minds.
    pub clear: bool,
    /// Whether requests on it are encrypted.
    pub tls: bool,
    /// What the callee's firewall does with connections to its plain port and to the one for TLS; none if that depends on
    /// the visitor's address.
    pub guards: [Option<Ruling>; 2],
    /// Who calls.
    pub caller: Tier,
}

/// What the settings say about a link.
#[derive(Clone, Copy, Debug)]
struct Configured {
    /// One way, at normal speed.
    latency: Micros,
    patience: Micros,
    at_once: bool,
    tls: bool,
    caller: Tier,
    /// Address of the caller; none if visitors have addresses of their own.
    from: Option<Ipv4Addr>,
    ports: [u16; 2],
}

impl Configured {
    fn new(link: &LinkInfo, wiring: &Wiring, settings: &Settings) -> Self {
        let network = &settings.network;
        let latency_us = match link.reach {
            Reach::Client => network.client_us,
            Reach::Resolver => network.resolver_us,
            Reach::NameServer => network.name_server_us,
            Reach::Lan => network.lan_us,
            Reach::Loopback => network.loopback_us,
        };
        let patience_ms = match wiring.seat(link.from).tier {
            _ if link.protocol == Protocol::Dns => 0,
            Tier::Balancer => settings.balancer.timeout_server_ms,
            Tier::Nginx => settings.nginx.read_timeout_ms,
            Tier::App => settings.app.read_timeout_ms,
            _ => settings.client.response_timeout_ms,
        };
        let overhead_us = match wiring.seat(link.to).tier {
            Tier::Balancer => settings.balancer.overhead_us,
            Tier::Nginx => settings.nginx.overhead_us,
            _ => 0,
        };
        let no_end = Micros(u64::MAX);
        let tls = wiring.is_tls(link, settings.tls.mode);
        Self {
            latency: Micros(latency_us.into()),
            patience: if patience_ms == 0 { no_end } else { Micros::from_millis(patience_ms.into()) },
            at_once: overhead_us == 0 && !tls && (link.protocol == Protocol::Dns || !network.handshake),
            tls,
            caller: wiring.seat(link.from).tier,
            from: (wiring.seat(link.from).tier != Tier::Browser).then(|| wiring.machine_of(link.from).address),
            ports: [wiring.process(link.to).port, HTTPS],
        }
    }
}

/// What a process does, and by how much its work takes longer.
#[derive(Clone, Copy, Debug)]
struct ProcessNow {
    condition: Condition,
    slowdown: u64,
}

impl Parts {
    /// Everything up, at normal speed.
    #[must_use]
    pub fn new(wiring: &Wiring, settings: &Settings) -> Self {
        let mut parts = Self {
            machines: vec![PartState::FINE; wiring.machines.len()].into(),
            processes: vec![PartState::FINE; wiring.processes.len()].into(),
            links: vec![PartState::FINE; wiring.links.len()].into(),
            homes: wiring.processes.iter().map(|process| process.machine).collect(),
            configured: Box::default(),
            processes_now: Box::default(),
            links_now: Box::default(),
            any_hung: false,
            ends: wiring.links.iter().map(|link| [link.from, link.to]).collect(),
            filters: wiring.filters().into(),
        };
        parts.configure(wiring, settings);
        parts
    }

    /// The same after parts have been added behind all others of their kind.
    pub(super) fn grown(&self, wiring: &Wiring, settings: &Settings) -> Self {
        let mut grown = Self::new(wiring, settings);
        grown.machines[..self.machines.len()].copy_from_slice(&self.machines);
        grown.processes[..self.processes.len()].copy_from_slice(&self.processes);
        grown.links[..self.links.len()].copy_from_slice(&self.links);
        grown.filters[..self.filters.len()].clone_from_slice(&self.filters);
        grown.refresh();
        grown
    }

    /// Takes from the settings what they say about links.
    pub(super) fn configure(&mut self, wiring: &Wiring, settings: &Settings) {
        self.configured = wiring.links.iter().map(|link| Configured::new(link, wiring, settings)).collect();
        self.refresh();
    }

    /// Draws the conclusions from the states: they are asked for at every step of every visit, and seldom change.
    pub(super) fn refresh(&mut self) {
        let now = |(process, home): (&PartState, &MachineId)| {
            let machine = self.machines[home.index()];
            let powered = machine.condition == Condition::Up;
            ProcessNow {
                condition: if powered { process.condition } else { Condition::Down },
                slowdown: u64::from(process.slowdown) * u64::from(machine.slowdown),
            }
        };
        self.processes_now = self.processes.iter().zip(&self.homes).map(now).collect();
        self.any_hung = self.processes_now.iter().any(|process| process.condition == Condition::Hung);
        let link_now = |i: usize| {
            let carries = self.links[i].condition == Condition::Up;
            let Configured { latency, patience, at_once, tls, caller, .. } = self.configured[i];
            let guards = self.guards(i);
            let works = |end: &ProcessId| self.processes_now[end.index()].condition == Condition::Up;
            let accepted = guards[0] == Some(Ruling::Accept);
            let clear = carries && at_once && accepted && self.ends[i].iter().all(works);
            let latency = latency.times(self.links[i].slowdown.into());
            LinkNow { latency, patience, carries, clear, tls, guards, caller }
        };
        self.links_now = (0..self.links.len()).map(link_now).collect();
    }

    /// What the callee's firewall does with connections over a link.
    fn guards(&self, link: usize) -> [Option<Ruling>; 2] {
        let (Configured { from, ports, .. }, [caller, callee]) = (self.configured[link], self.ends[link]);
        let home = self.homes[callee.index()];
        match &self.filters[home.index()] {
            // What stays on a machine goes over `lo`.
            Some(filter) if home != self.homes[caller.index()] => ports.map(|port| match from {
                Some(address) => Some(filter.judge(address, port)),
                None => filter.judge_all(port),
            }),
            _ => [Some(Ruling::Accept); 2],
        }
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

    /// Gives a part a condition.
    pub(super) fn set_condition(&mut self, part: PartId, condition: Condition) {
        self.state_mut(part).condition = condition;
        self.refresh();
    }

    /// Makes a part slower; 1 is normal speed.
    pub(super) fn set_slowdown(&mut self, part: PartId, factor: u32) {
        self.state_mut(part).slowdown = factor;
        self.refresh();
    }

    fn state_mut(&mut self, part: PartId) -> &mut PartState {
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
    #[inline(always)]
    #[must_use]
    pub fn condition(&self, process: ProcessId) -> Condition {
        self.processes_now[process.index()].condition
    }

    /// Whether any process hangs.
    pub(super) const fn any_hung(&self) -> bool {
        self.any_hung
    }

    /// Whether a link carries packets.
    #[must_use]
    pub fn carries(&self, link: LinkId) -> bool {
        self.links_now[link.index()].carries
    }

    /// What a link does with what is sent.
    #[inline(always)]
    pub(super) fn link(&self, link: LinkId) -> &LinkNow {
        &self.links_now[link.index()]
    }

    /// One-way latency of a link at its present speed.
    #[inline(always)]
    #[must_use]
    pub fn latency(&self, link: LinkId) -> Micros {
        self.links_now[link.index()].latency
    }

    /// By how much the work of a process takes longer: its own factor times its machine's.
    #[inline(always)]
    #[must_use]
    pub fn slowdown(&self, process: ProcessId) -> u64 {
        self.processes_now[process.index()].slowdown
    }
}
