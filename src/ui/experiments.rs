//! A few things to try first: each a command with a label, made for the parts that the scenario has.

use crate::sim::{Command, MachineId, Role, World};
use crate::text::label;

/// The experiments for a world.
pub fn of(world: &World) -> Vec<(String, Command)> {
    let wiring = world.wiring();
    let first = |wanted: fn(&Role) -> bool| wiring.with_role(wanted).first().copied();
    let name = |process| wiring.process(process).full_name.clone();
    let kill = |process| {
        let what = crate::text::explain::process(wiring, process);
        (label::experiment("kill", &what), Command::Kill { part: name(process) })
    };
    let primary = world.cluster().primary.map(|at| world.cluster().servers[usize::from(at)].process);
    let processes = [first(|r| *r == Role::Nginx), first(|r| *r == Role::App), primary];
    let mut experiments: Vec<_> = processes.into_iter().flatten().map(kill).collect();
    if let Some(balancer) = first(|r| *r == Role::Balancer) {
        let machine: MachineId = wiring.process(balancer).machine;
        let part = wiring.machines[machine.index()].name.clone();
        experiments.push((label::experiment("power", &part), Command::Kill { part }));
    }
    experiments
}
