//! A topology made ready for running: every part has a number, every connection a link.

mod links;
mod names;
mod secured;

use std::net::Ipv4Addr;

use super::firewall::Firewall;
use super::ids::{LinkId, MachineId, PartId, ProcessId};
use super::topology::{Role, Topology};

/// What travels on a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// DNS over UDP, port 53.
    Dns,
    /// HTTP over TCP, port 80, or 8000 to the application server.
    Http,
    /// MySQL over TCP, port 3306.
    Mysql,
    /// MySQL replication, over the source's port.
    Replication,
    /// VRRP: IP protocol 112, to all routers at once.
    Vrrp,
    /// `GET /metrics` over TCP, port 9100.
    Metrics,
}

/// How far apart the two ends of a link are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Visitor to data centre.
    Client,
    /// Visitor to resolver.
    Resolver,
    /// Resolver to name servers.
    NameServer,
    /// Between machines of the data centre.
    Lan,
    /// Within a machine.
    Loopback,
}

/// What a process does, in one byte: [`Role`] without its details.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tier {
    /// [`Role::Browser`].
    Browser,
    /// [`Role::Resolver`].
    Resolver,
    /// [`Role::Authoritative`].
    Authoritative,
    /// [`Role::Balancer`].
    Balancer,
    /// [`Role::Nginx`].
    Nginx,
    /// [`Role::App`].
    App,
    /// [`Role::Mysqld`].
    Mysqld,
    /// [`Role::Keepalived`].
    Keepalived,
    /// [`Role::Agent`].
    Agent,
    /// [`Role::Monitor`].
    Monitor,
}

/// The tier of a process, and its index among the processes of that tier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seat {
    /// Its tier.
    pub tier: Tier,
    /// Its index there.
    pub at: u16,
}

/// A process with its place.
#[derive(Clone, Debug)]
pub struct ProcessInfo {
    /// `machine/process`.
    pub full_name: String,
    /// Name on its machine.
    pub name: String,
    /// Where it runs.
    pub machine: MachineId,
    /// What it does.
    pub role: Role,
    /// TCP or UDP port it listens on; 0 if it listens on none.
    pub port: u16,
}

/// The connections from one process to another.
#[derive(Clone, Debug)]
pub struct LinkInfo {
    /// `machine/process>machine/process`.
    pub name: String,
    /// Who connects (for replication: the source's side as the topology lists it).
    pub from: ProcessId,
    /// Who listens.
    pub to: ProcessId,
    /// What travels on it.
    pub protocol: Protocol,
    /// How far it reaches.
    pub reach: Reach,
}

/// A machine with its addresses.
#[derive(Clone, Debug)]
pub struct MachineInfo {
    /// Its name.
    pub name: String,
    /// Address inside.
    pub address: Ipv4Addr,
    /// Address that the outside world can reach.
    pub public: Option<Ipv4Addr>,
    /// Its firewall at the start of a run.
    pub firewall: Option<Firewall>,
}

/// All parts of a topology. Does not change during a run. The fields are in the order of the memory: each call asks the first ones.
#[derive(Clone, Debug)]
#[repr(C)]
pub struct Wiring {
    /// The way from each process to each other, if there is one.
    routes: Box<[Option<Route>]>,
    /// Processes, machine by machine; agents and monitor come last, so that installing them renumbers nothing.
    pub processes: Box<[ProcessInfo]>,
    entrances: Box<[(Ipv4Addr, ProcessId)]>,
    /// Machines in the topology's order.
    pub machines: Box<[MachineInfo]>,
    /// Links, in the order in which a visit meets them.
    pub links: Vec<LinkInfo>,
    seats: Box<[Seat]>,
}

/// The way from one process to another, in either direction of a link.
#[derive(Clone, Copy, Debug)]
pub(super) struct Route {
    pub link: LinkId,
    /// Of the callee.
    pub seat: Seat,
}

impl Wiring {
    /// Numbers the parts of a valid topology and lays the links between them.
    #[must_use]
    pub fn new(topology: &Topology) -> Self {
        let mut machines = Vec::with_capacity(topology.machines.len());
        let (mut processes, mut watchers) = (Vec::new(), Vec::new());
        for (i, machine) in topology.machines.iter().enumerate() {
            machines.push(MachineInfo {
                name: machine.name.clone(),
                address: machine.address,
                public: machine.public,
                firewall: machine.firewall.clone(),
            });
            for process in &machine.processes {
                let watches = matches!(process.role, Role::Agent | Role::Monitor);
                let list = if watches { &mut watchers } else { &mut processes };
                list.push(ProcessInfo {
                    full_name: format!("{}/{}", machine.name, process.name),
                    name: process.name.clone(),
                    machine: MachineId::from(i),
                    role: process.role.clone(),
                    port: process.role.port(),
                });
            }
        }
        processes.append(&mut watchers);
        let mut wiring = Self {
            routes: vec![None; processes.len() * processes.len()].into(),
            seats: seats(&processes).into(),
            machines: machines.into(),
            processes: processes.into(),
            links: Vec::new(),
            entrances: Box::default(),
        };
        wiring.lay_links();
        wiring.entrances = wiring.find_entrances();
        wiring
    }

    fn find_entrances(&self) -> Box<[(Ipv4Addr, ProcessId)]> {
        let machines = self.machines.iter().enumerate().filter_map(|(i, machine)| Some((machine.public?, i.into())));
        machines.filter_map(|(address, machine)| Some((address, self.entrance_of(machine)?))).collect()
    }

    /// The process that answers on port 80 of a machine.
    pub(super) fn entrance_of(&self, machine: MachineId) -> Option<ProcessId> {
        self.processes_of(machine).find(|process| matches!(self.role(*process), Role::Balancer | Role::Nginx))
    }

    /// The address that a keepalived shares with others.
    #[must_use]
    pub fn virtual_address(&self, process: ProcessId) -> Option<Ipv4Addr> {
        match self.role(process) {
            Role::Keepalived { address, .. } => Some(*address),
            _ => None,
        }
    }

    /// The process that answers on port 80 of a machine's own public address.
    pub(super) fn entrance(&self, address: Ipv4Addr) -> Option<ProcessId> {
        self.entrances.iter().find(|(public, _)| *public == address).map(|(_, process)| *process)
    }

    /// All process numbers.
    pub fn ids(&self) -> impl Iterator<Item = ProcessId> + use<> {
        (0..self.processes.len()).map(ProcessId::from)
    }

    /// A process.
    #[must_use]
    pub fn process(&self, id: ProcessId) -> &ProcessInfo {
        &self.processes[id.index()]
    }

    /// What a process does.
    #[must_use]
    pub fn role(&self, id: ProcessId) -> &Role {
        &self.process(id).role
    }

    /// The tier of a process, and its index there.
    #[must_use]
    pub fn seat(&self, id: ProcessId) -> Seat {
        self.seats[id.index()]
    }

    /// The machine that a process runs on.
    #[must_use]
    pub fn machine_of(&self, id: ProcessId) -> &MachineInfo {
        &self.machines[self.process(id).machine.index()]
    }

    /// The processes on a machine.
    pub fn processes_of(&self, machine: MachineId) -> impl Iterator<Item = ProcessId> {
        self.ids().filter(move |id| self.process(*id).machine == machine)
    }

    /// The processes with a role that `wanted` accepts, in order.
    pub fn with_role(&self, wanted: impl Fn(&Role) -> bool) -> Vec<ProcessId> {
        self.ids().filter(|id| wanted(self.role(*id))).collect()
    }

    /// A link.
    #[must_use]
    pub fn link(&self, id: LinkId) -> &LinkInfo {
        &self.links[id.index()]
    }

    /// The link between two processes, whichever of them listens.
    #[must_use]
    pub fn link_between(&self, a: ProcessId, b: ProcessId) -> Option<LinkId> {
        self.routes[a.index() * self.processes.len() + b.index()].map(|route| route.link)
    }

    /// The way of a call.
    #[inline(always)]
    pub(super) fn route(&self, caller: ProcessId, callee: ProcessId) -> Route {
        let route = self.routes[caller.index() * self.processes.len() + callee.index()];
        route.expect("the wiring has a link for each caller and callee")
    }

    /// The name of a part as commands write it.
    #[must_use]
    pub fn part_name(&self, part: PartId) -> &str {
        match part {
            PartId::Machine(id) => &self.machines[id.index()].name,
            PartId::Process(id) => &self.process(id).full_name,
            PartId::Link(id) => &self.link(id).name,
        }
    }

    /// What HAProxy's servers are: nginx, or the applications themselves where there is no nginx at all.
    #[must_use]
    pub fn server_role(&self) -> Role {
        if self.processes.iter().any(|process| process.role == Role::Nginx) { Role::Nginx } else { Role::App }
    }
}

fn seats(processes: &[ProcessInfo]) -> Vec<Seat> {
    let tier = |process: &ProcessInfo| match process.role {
        Role::Browser => Tier::Browser,
        Role::Resolver => Tier::Resolver,
        Role::Authoritative => Tier::Authoritative,
        Role::Balancer => Tier::Balancer,
        Role::Nginx => Tier::Nginx,
        Role::App => Tier::App,
        Role::Mysqld { .. } => Tier::Mysqld,
        Role::Keepalived { .. } => Tier::Keepalived,
        Role::Agent => Tier::Agent,
        Role::Monitor => Tier::Monitor,
    };
    let mut seats: Vec<Seat> = Vec::with_capacity(processes.len());
    for process in processes {
        let tier = tier(process);
        let at = seats.iter().filter(|seat| seat.tier == tier).count() as u16;
        seats.push(Seat { tier, at });
    }
    seats
}
