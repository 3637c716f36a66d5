//! What is shown: the diagram with the condition of every part.

use std::net::Ipv4Addr;

use super::layout::Layout;
use crate::sim::monitoring::AlertState;
use crate::sim::{
    Condition, LinkId, LinkInfo, MachineId, PartId, PartState, Place, ProcessId, Protocol, Role, World,
    balancer::AdminState,
};
use crate::text::diagram as text;

/// The condition of a part as it is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark {
    /// Its own condition.
    pub condition: Condition,
    /// Whether it cannot work because what it stands on is down.
    pub dark: bool,
    /// Factor by which it is slowed; 1 is normal.
    pub slowdown: u32,
}

/// A machine.
#[derive(Clone, Debug, PartialEq)]
pub struct MachineView {
    /// Its number.
    pub machine: MachineId,
    /// Its name.
    pub name: String,
    /// The address that is shown: the public one if it has one.
    pub address: String,
    /// Its condition.
    pub mark: Mark,
    /// What the balancer says of it, if that is not simply UP.
    pub verdict: Option<&'static str>,
    /// Its processes.
    pub processes: Vec<ProcessView>,
}

/// A process.
#[derive(Clone, Debug, PartialEq)]
pub struct ProcessView {
    /// Its number.
    pub process: ProcessId,
    /// `machine/process`.
    pub full_name: String,
    /// What is written in its row.
    pub title: &'static str,
    /// A few words about what it does now.
    pub detail: String,
    /// Its condition.
    pub mark: Mark,
}

/// A link.
#[derive(Clone, Debug, PartialEq)]
pub struct LinkView {
    /// Its number.
    pub link: LinkId,
    /// Its full name.
    pub name: String,
    /// Short label.
    pub label: String,
    /// Its condition.
    pub mark: Mark,
    /// Kind of traffic, for the line's style.
    pub protocol: Protocol,
    /// Messages on the wire now, where they are counted instead of drawn.
    pub traffic: Option<usize>,
}

/// The whole diagram.
#[derive(Clone, Debug, PartialEq)]
pub struct DiagramView {
    /// Machines, in the topology's order.
    pub machines: Vec<MachineView>,
    /// Links that are in use or not as they should be.
    pub links: Vec<LinkView>,
    /// The part in the inspector.
    pub selected: Option<PartId>,
    /// Where the visit is that is watched.
    pub watched: Option<Place>,
}

impl DiagramView {
    /// The same in pieces of so many machines and links; each knows only of what is selected and watched in it.
    pub fn pieces(&self, size: usize) -> impl ExactSizeIterator<Item = Self> {
        let count = self.machines.len().max(self.links.len()).div_ceil(size);
        (0..count).map(move |at| {
            fn some<T: Clone>(all: &[T], at: usize, size: usize) -> Vec<T> {
                all.chunks(size).nth(at).unwrap_or_default().to_vec()
            }
            let (machines, links) = (some(&self.machines, at, size), some(&self.links, at, size));
            let has_process =
                |process| machines.iter().any(|machine| machine.processes.iter().any(|p| p.process == process));
            let has_link = |link| links.iter().any(|other| other.link == link);
            let selected = self.selected.filter(|part| match *part {
                PartId::Machine(id) => machines.iter().any(|machine| machine.machine == id),
                PartId::Process(process) => has_process(process),
                PartId::Link(link) => has_link(link),
            });
            let watched = self.watched.filter(|place| match *place {
                Place::Process(process) => has_process(process),
                Place::Link { link, .. } => has_link(link),
            });
            Self { machines, links, selected, watched }
        })
    }

    /// Projects a world. `counted` asks for numbers on the links in place of moving packets.
    #[must_use]
    pub fn new(world: &World, selected: Option<PartId>, watched: Option<u64>, counted: bool) -> Self {
        let wiring = world.wiring();
        let machines = (0..wiring.machines.len()).map(|i| machine(world, i.into())).collect();
        let links = (0..wiring.links.len()).map(LinkId::from);
        let shown = links.filter(|link| is_shown(world, *link) || selected == Some(PartId::Link(*link)));
        let watched = watched.and_then(|visit| world.whereabouts(visit));
        let mut links: Vec<LinkView> = shown.map(|link| link_view(world, link)).collect();
        if counted {
            links.iter_mut().for_each(|link| link.traffic = Some(0));
            for flight in world.flights(usize::MAX) {
                let link = links.iter_mut().find(|link| link.link == flight.link);
                link.into_iter().for_each(|link| link.traffic = link.traffic.map(|n| n + 1));
            }
        }
        Self { machines, links, selected, watched }
    }
}

fn mark(state: PartState, dark: bool) -> Mark {
    Mark { condition: state.condition, dark, slowdown: state.slowdown }
}

fn machine(world: &World, id: MachineId) -> MachineView {
    let wiring = world.wiring();
    let info = &wiring.machines[id.index()];
    let state = world.parts().state(PartId::Machine(id));
    let dark = state.condition == Condition::Down;
    let held = held(world, id);
    let view = |process| ProcessView {
        process,
        full_name: wiring.process(process).full_name.clone(),
        title: text::process(wiring.role(process)),
        detail: detail(world, process),
        mark: mark(world.parts().state(PartId::Process(process)), dark),
    };
    MachineView {
        machine: id,
        name: info.name.clone(),
        address: held.or(info.public).unwrap_or(info.address).to_string(),
        mark: mark(state, false),
        verdict: verdict(world, id),
        processes: wiring.processes_of(id).map(view).collect(),
    }
}

/// The virtual address that a machine gets the visits of.
fn held(world: &World, machine: MachineId) -> Option<Ipv4Addr> {
    let wiring = world.wiring();
    let address = wiring.processes_of(machine).find_map(|process| wiring.virtual_address(process))?;
    let holder = world.vrrp().holder(address)?;
    (wiring.process(holder.process).machine == machine).then_some(address)
}

/// What the first balancer that works says of the web server on a machine.
pub(super) fn verdict(world: &World, machine: MachineId) -> Option<&'static str> {
    let works = |process| world.parts().condition(process) == Condition::Up;
    let balancer = world.balancers().iter().find(|balancer| works(balancer.process))?;
    let server = balancer.servers.iter().find(|s| world.wiring().process(s.process).machine == machine)?;
    match server.admin {
        AdminState::Maint => Some("MAINT"),
        AdminState::Drain => Some("DRAIN"),
        AdminState::Ready if !server.up => Some("DOWN"),
        AdminState::Ready => None,
    }
}

pub(super) fn detail(world: &World, process: ProcessId) -> String {
    let wiring = world.wiring();
    match wiring.role(process) {
        Role::Browser => text::under_way(world.under_way()),
        Role::Resolver => {
            let entries = world.names().state.entries(world.now());
            let www = entries.iter().find(|e| e.name == crate::sim::dns::NAME);
            www.map_or_else(text::nothing_cached, |entry| text::cached(entry.ttl_s))
        }
        Role::Authoritative => {
            let www = world.names().zone.records().iter().find(|record| record.name == crate::sim::dns::NAME);
            www.map_or_else(text::no_record, |record| record.data.to_string())
        }
        Role::Balancer => text::algorithm(world.settings().balancer.algorithm),
        Role::Nginx => world.nginx(process).map_or_else(String::new, |nginx| text::requests(nginx.counters.requests)),
        Role::Agent => text::AGENT.to_owned(),
        Role::Monitor => {
            let firing = world.monitoring().alerts.iter().filter(|alert| alert.state == AlertState::Firing).count();
            text::monitor(firing)
        }
        Role::Keepalived { priority, .. } => {
            world.vrrp().router(process).map_or_else(String::new, |router| text::router(router.state, *priority))
        }
        Role::App => world.app(process).map_or_else(String::new, |app| {
            text::workers(app.version, app.busy, world.settings().app.workers, app.waiting.len())
        }),
        Role::Mysqld { .. } => {
            let servers = &world.cluster().servers;
            let at = servers.iter().position(|server| server.process == process).unwrap_or(0);
            let (rows, primary) = (servers[at].table.count(), world.cluster().primary == Some(at as u16));
            match world.replica_status(at as u16) {
                Some(status) => text::replica(rows, status.seconds_behind, status.io),
                None => text::primary(rows, primary),
            }
        }
    }
}

/// Whether a link is in use, or not as it should be.
fn is_shown(world: &World, id: LinkId) -> bool {
    let wiring = world.wiring();
    let link = wiring.link(id);
    if !world.parts().is_fine(PartId::Link(id)) {
        return true;
    }
    let cluster = world.cluster();
    let at = |process| cluster.servers.iter().position(|s| s.process == process).map(|at| at as u16);
    match (wiring.role(link.from), link.protocol) {
        (Role::Browser, Protocol::Http) => {
            let machine = wiring.process(link.to).machine;
            let public = held(world, machine).or(wiring.machines[machine.index()].public);
            let cached = || {
                let entries = world.names().state.entries(world.now());
                public.is_some_and(|address| entries.iter().any(|entry| entry.data == address.to_string()))
            };
            public.is_some_and(|address| world.names().zone.has_address(address)) || cached()
        }
        (_, Protocol::Mysql) => {
            at(link.to).is_some_and(|at| cluster.primary == Some(at) || cluster.readers.contains(&at))
        }
        (_, Protocol::Replication) => replicates(world, link),
        // One to every machine, and every one the same.
        (_, Protocol::Metrics) => false,
        _ => true,
    }
}

/// Whether one of the two ends of a link replicates from the other.
fn replicates(world: &World, link: &LinkInfo) -> bool {
    let servers = &world.cluster().servers;
    let at = |process| servers.iter().position(|s| s.process == process).map(|at| at as u16);
    let follows = |replica: Option<u16>, source: Option<u16>| {
        source.is_some() && replica.and_then(|at| servers[usize::from(at)].source) == source
    };
    let (from, to) = (at(link.from), at(link.to));
    follows(to, from) || follows(from, to)
}

fn link_view(world: &World, id: LinkId) -> LinkView {
    let wiring = world.wiring();
    let link = wiring.link(id);
    let cluster = world.cluster();
    let at = cluster.servers.iter().position(|s| s.process == link.to).map(|at| at as u16);
    let label = match link.protocol {
        Protocol::Mysql => {
            let reads_here = at.is_some_and(|at| cluster.readers.contains(&at));
            text::database_link(reads_here, cluster.readers.is_empty())
        }
        Protocol::Replication if !replicates(world, link) => text::NO_REPLICATION.to_owned(),
        Protocol::Replication => text::REPLICATION.to_owned(),
        Protocol::Vrrp => text::VRRP.to_owned(),
        Protocol::Metrics => text::METRICS.to_owned(),
        Protocol::Http if wiring.is_tls(link, world.settings().tls.mode) => text::HTTPS.to_owned(),
        protocol => text::protocol(protocol, wiring.process(link.to).port),
    };
    LinkView {
        link: id,
        name: link.name.clone(),
        label,
        mark: mark(world.parts().state(PartId::Link(id)), false),
        protocol: link.protocol,
        traffic: None,
    }
}

/// A message on its way, where it is drawn.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Packet {
    /// From the left.
    pub x: f64,
    /// From the top.
    pub y: f64,
    /// What it is.
    pub kind: PacketKind,
    /// Whether it is an answer.
    pub back: bool,
    /// Whether it carries a failure.
    pub failed: bool,
    /// Whether it belongs to the visit that is watched.
    pub watched: bool,
}

/// What a packet is: decides its shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PacketKind {
    /// Part of a visit of this class.
    Visit(crate::sim::Class),
    /// A question for the address, or its answer.
    Name,
    /// A health check.
    Check,
}

/// The messages on the wires, at most `limit`.
pub fn packets(world: &World, layout: &Layout, watched: Option<u64>, limit: usize) -> impl Iterator<Item = Packet> {
    let now = world.now();
    let is_drawn = |link: LinkId| world.wiring().link(link).protocol != Protocol::Metrics;
    world.flights(limit).filter(move |flight| is_drawn(flight.link)).map(move |flight| {
        let length = flight.arrives.since(flight.sent).0.max(1) as f64;
        let gone = (now.since(flight.sent).0 as f64 / length).clamp(0.0, 1.0);
        let at = layout.curve_of(flight.link).at(if flight.back { 1.0 - gone } else { gone });
        let kind = match (flight.class, flight.visit) {
            (Some(class), _) => PacketKind::Visit(class),
            (None, Some(_)) => PacketKind::Name,
            (None, None) => PacketKind::Check,
        };
        let is_watched = watched.is_some() && flight.visit == watched;
        Packet { x: at.x, y: at.y, kind, back: flight.back, failed: flight.failed, watched: is_watched }
    })
}
