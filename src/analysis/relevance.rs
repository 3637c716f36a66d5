//! Which parts a probe depended on. Any other part could have been missing as well, and the same would have happened: that
//! is what makes an exact availability affordable.

use crate::sim::{Check, Class, PartId, Place, ProcessId, Protocol, Role, World};

fn add(parts: &mut Vec<PartId>, part: PartId) {
    if !parts.contains(&part) {
        parts.push(part);
    }
}

/// The parts that a visit met, in the order in which it met them.
pub fn of_visit(world: &World, visit: u64, parts: &mut Vec<PartId>) {
    for span in world.trace(visit).into_iter().flat_map(|trace| &trace.spans) {
        match span.place {
            Place::Process(process) => add_process(world, process, parts),
            Place::Link { link, .. } => {
                add(parts, PartId::Link(link));
                add_process(world, world.wiring().link(link).to, parts);
            }
        }
    }
}

fn add_process(world: &World, process: ProcessId, parts: &mut Vec<PartId>) {
    add(parts, PartId::Machine(world.wiring().process(process).machine));
    add(parts, PartId::Process(process));
}

/// What a process that was met depends on beyond the visit itself: a balancer on what its health checks meet and on who
/// else might hold its address, a database on the replicas whose word it waits for.
pub fn complete(world: &World, parts: &mut Vec<PartId>, class: Class) {
    let (wiring, settings) = (world.wiring(), world.settings());
    let waits = settings.mysql.semi_sync && class != Class::Static;
    let asks_app = settings.balancer.check == Check::Http;
    let met = parts.len();
    let mut at = 0;
    while let Some(part) = parts.get(at).copied() {
        at += 1;
        let PartId::Process(process) = part else {
            continue;
        };
        let role = wiring.role(process);
        if matches!(role, Role::Balancer | Role::Keepalived { .. }) {
            let on_it = wiring.processes_of(wiring.process(process).machine);
            on_it
                .filter(|other| matches!(wiring.role(*other), Role::Balancer | Role::Keepalived { .. }))
                .for_each(|other| add(parts, PartId::Process(other)));
        }
        for (number, link) in wiring.links.iter().enumerate() {
            let is_end = link.from == process || link.to == process;
            let follows = match (role, link.protocol) {
                // Checks by a balancer that nobody was sent to change nothing.
                (Role::Balancer, Protocol::Http) => link.from == process && at <= met,
                (Role::Nginx, Protocol::Http) => asks_app && link.from == process && !world.balancers().is_empty(),
                (_, Protocol::Vrrp) => is_end,
                (Role::Mysqld { .. }, Protocol::Replication) => waits && is_end,
                _ => false,
            };
            if follows {
                add(parts, PartId::Link(number.into()));
                add_process(world, link.from, parts);
                add_process(world, link.to, parts);
            }
        }
    }
}

/// Whether a part makes no difference because others are missing: what stands on a machine without power is down anyway, a
/// link to it is as silent as a cut one, and nobody calls over the links of a dead process.
pub fn is_masked(world: &World, part: PartId, down: &[PartId]) -> bool {
    let wiring = world.wiring();
    let dark = |process: ProcessId| down.contains(&PartId::Machine(wiring.process(process).machine));
    match part {
        PartId::Machine(_) => false,
        PartId::Process(process) => dark(process),
        PartId::Link(link) => {
            let link = wiring.link(link);
            dark(link.from) || dark(link.to) || down.contains(&PartId::Process(link.from))
        }
    }
}
