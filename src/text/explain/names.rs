//! What parts are called.

use crate::sim::{Place, ProcessId, Role, Wiring};

/// The name of a place: a process, or the wire to or from one.
#[must_use]
pub fn place(wiring: &Wiring, place: Place) -> String {
    match place {
        Place::Process(id) => process(wiring, id),
        Place::Link { link, back: false } => format!("wire → {}", process(wiring, wiring.link(link).to)),
        Place::Link { link, back: true } => format!("wire ← {}", process(wiring, wiring.link(link).to)),
    }
}

/// The name of a process as a label: `nginx on web-01`.
#[must_use]
pub fn process(wiring: &Wiring, id: ProcessId) -> String {
    let (name, machine) = (&wiring.process(id).name, &wiring.machine_of(id).name);
    if *wiring.role(id) == Role::Browser || name == machine { name.clone() } else { format!("{name} on {machine}") }
}

/// What HAProxy calls a web server: the name of its machine.
#[must_use]
pub fn server(wiring: &Wiring, id: ProcessId) -> &str {
    &wiring.machine_of(id).name
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
    };
    let same_kind =
        |other: &ProcessId| core::mem::discriminant(wiring.role(*other)) == core::mem::discriminant(&info.role);
    if wiring.processes_of(info.machine).filter(same_kind).count() == 1 {
        format!("{kind} on {machine}")
    } else {
        format!("{kind} ({}) on {machine}", info.name)
    }
}

/// The same at the beginning of a sentence; names such as nginx stay as they are.
pub(super) fn who_first(wiring: &Wiring, id: ProcessId) -> String {
    let name = who(wiring, id);
    name.strip_prefix("the ").map_or_else(|| name.clone(), |rest| format!("The {rest}"))
}
