//! What parts are called.

use crate::sim::{Place, ProcessId, Role, Wiring};
use crate::text::diagram;

/// The name of a place: a process, or the wire to or from one.
#[must_use]
pub fn place(wiring: &Wiring, place: Place) -> String {
    match place {
        Place::Process(id) => process(wiring, id),
        Place::Link { link, back: false } => format!("wire → {}", process(wiring, wiring.link(link).to)),
        Place::Link { link, back: true } => format!("wire ← {}", process(wiring, wiring.link(link).to)),
    }
}

/// The name of a process as a label: `nginx on web-01`, with the words of the diagram.
#[must_use]
pub fn process(wiring: &Wiring, id: ProcessId) -> String {
    let (info, machine) = (wiring.process(id), server(wiring, id));
    match info.role {
        Role::Browser | Role::Resolver => diagram::process(&info.role).to_owned(),
        _ if is_alone(wiring, id) => format!("{} on {machine}", diagram::process(&info.role)),
        _ => format!("{} on {machine}", info.name),
    }
}

/// Whether no other process of this kind runs on the same machine.
fn is_alone(wiring: &Wiring, id: ProcessId) -> bool {
    let kind = |id: ProcessId| core::mem::discriminant(wiring.role(id));
    wiring.processes_of(wiring.process(id).machine).filter(|other| kind(*other) == kind(id)).count() == 1
}

/// What HAProxy calls a web server: the name of its machine.
#[must_use]
pub fn server(wiring: &Wiring, id: ProcessId) -> &str {
    &wiring.machine_of(id).name
}

/// A database in a table: its machine, and its port if that is not MySQL's usual one.
#[must_use]
pub fn database(wiring: &Wiring, id: ProcessId) -> String {
    match wiring.process(id).port {
        3306 => server(wiring, id).to_owned(),
        port => format!("{}:{port}", server(wiring, id)),
    }
}

/// What a sentence calls a process.
pub(super) fn who(wiring: &Wiring, id: ProcessId) -> String {
    let info = wiring.process(id);
    let machine = server(wiring, id);
    let kind = match info.role {
        Role::Browser => return "the browser".to_owned(),
        Role::Resolver => return "the resolver".to_owned(),
        Role::Authoritative => return machine.to_owned(),
        Role::Balancer if wiring.with_role(|role| *role == Role::Balancer).len() == 1 => return "HAProxy".to_owned(),
        Role::Balancer => "HAProxy",
        Role::Nginx => "nginx",
        Role::App => "the application",
        Role::Mysqld { .. } => "MySQL",
        Role::Keepalived { .. } => "keepalived",
        Role::Agent => "the agent",
        Role::Monitor => "Prometheus",
    };
    if is_alone(wiring, id) { format!("{kind} on {machine}") } else { format!("{kind} ({}) on {machine}", info.name) }
}

/// The same at the beginning of a sentence; names such as nginx stay as they are.
pub(super) fn who_first(wiring: &Wiring, id: ProcessId) -> String {
    let name = who(wiring, id);
    name.strip_prefix("the ").map_or_else(|| name.clone(), |rest| format!("The {rest}"))
}
