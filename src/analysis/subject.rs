//! The scenario that is examined: what a world is configured to be now, with everything working and nobody there.

use crate::sim::balancer::{AdminState, Server};
use crate::sim::dns::{NAME, RecordData};
use crate::sim::mysql::{Io, Thread};
use crate::sim::{
    Command, MachineId, PartId, ProcessId, Role, Scenario, ServiceTimes, SimTime, TimedCommand, Workload, World,
};

/// The present configuration of a world as a scenario of its own: topology and settings, and what was changed since the start
/// and is neither (weights, servers in maintenance, firewalls, records, promotions, stopped replication), as commands at its first moment.
///
/// Service times are fixed, so that one visit tells what any would. The visitors remember no address: an outage lasts longer
/// than what a visitor's computer remembers.
#[must_use]
pub fn subject(world: &World) -> Scenario {
    let mut settings = world.settings().clone();
    settings.service = ServiceTimes::Fixed;
    settings.client.remembers_address = false;
    settings.tls.certificate_days = world.certificate_days_left();
    let mut topology = world.scenario().topology.clone();
    for (number, machine) in topology.machines.iter_mut().enumerate() {
        machine.firewall = world.parts().firewall(number.into()).cloned();
    }
    let records = world.names().zone.records().iter().filter(|record| record.name == NAME);
    settings.dns.addresses.clear();
    for record in records {
        if let RecordData::A(address) = record.data {
            settings.dns.addresses.push(address);
            settings.dns.ttl_s = record.ttl_s;
        }
    }
    let mut commands = Vec::new();
    if let Some(balancer) = world.balancers().first() {
        for (at, server) in balancer.servers.iter().enumerate() {
            let name = &world.wiring().machine_of(server.process).name;
            let line = settings.balancer.servers.entry(name.clone()).or_default();
            line.weight = balancer.candidate(at).weight;
            line.disabled = server.admin == AdminState::Maint;
            commands.extend(drained(server, name));
        }
    }
    for app in world.apps().iter().filter(|app| !app.healthy) {
        let machine = world.wiring().machine_of(app.process).name.clone();
        commands.push(Command::AppHealth { machine, healthy: false });
    }
    databases(world, &mut commands);
    Scenario {
        name: world.scenario().name.clone(),
        topology,
        settings,
        workload: Workload { rate_per_s: 0, ..*world.workload() },
        seed: world.scenario().seed,
        timeline: commands.into_iter().map(|command| TimedCommand { at_us: SimTime::ZERO, command }).collect(),
    }
}

fn drained(server: &Server, name: &str) -> Option<Command> {
    let drains = server.admin == AdminState::Drain;
    drains.then(|| Command::ServerState { server: name.to_owned(), state: AdminState::Drain })
}

/// Which server is the primary by now, and who follows it.
fn databases(world: &World, commands: &mut Vec<Command>) {
    let (wiring, cluster) = (world.wiring(), world.cluster());
    let name = |at: u16| wiring.process(cluster.servers[usize::from(at)].process).full_name.clone();
    let first = |process: ProcessId| matches!(wiring.role(process), Role::Mysqld { replica_of: None, .. });
    let promoted = cluster.primary.filter(|at| !first(cluster.servers[usize::from(*at)].process));
    if let Some(primary) = promoted {
        commands.push(Command::Promote { server: name(primary) });
    }
    for (at, server) in (0_u16..).zip(&cluster.servers) {
        if promoted.is_some() && server.source.is_some() && first(server.process) {
            commands.push(Command::Follow { server: name(at) });
        }
        let stopped = [(Thread::Io, server.io == Io::Stopped), (Thread::Sql, !server.sql_running)];
        for (thread, _) in stopped.into_iter().filter(|(_, stopped)| *stopped && server.source.is_some()) {
            commands.push(Command::Replication { server: name(at), thread, run: false });
        }
    }
}

/// Whether a part is not the site's: the visitor's computer, the resolver, the name server, and the links between them.
#[must_use]
pub fn is_visitors(world: &World, part: PartId) -> bool {
    let wiring = world.wiring();
    let is_outside =
        |process: ProcessId| matches!(wiring.role(process), Role::Browser | Role::Resolver | Role::Authoritative);
    match part {
        PartId::Machine(machine) => all_outside(world, machine, is_outside),
        PartId::Process(process) => is_outside(process),
        PartId::Link(link) => is_outside(wiring.link(link).to),
    }
}

fn all_outside(world: &World, machine: MachineId, is_outside: impl Fn(ProcessId) -> bool) -> bool {
    world.wiring().processes_of(machine).all(is_outside)
}
