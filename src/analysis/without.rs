//! Why is this here? The scenario is examined once more without the element, and what got worse is what it is there for.

use super::survey::{Survey, Verdict};
use crate::sim::{
    Check, Class, Command, LinkId, Machine, Micros, PortState, Role, Scenario, TlsMode, Topology, Wiring, World,
};

/// Takes something out of a scenario; false if it is not there.
pub type Remove = fn(&mut Scenario) -> bool;

/// Elements that are no parts but settings, each with a name and a way to take it out.
pub const FEATURES: [(&str, Remove); 5] = [
    ("health-checks", |scenario| {
        let check = &mut scenario.settings.balancer.check;
        std::mem::replace(check, Check::None) != Check::None
    }),
    ("redispatch", |scenario| {
        let balancer = &mut scenario.settings.balancer;
        balancer.retries = 0;
        std::mem::take(&mut balancer.redispatch)
    }),
    ("firewalls", |scenario| {
        let machines = scenario.topology.machines.iter_mut();
        machines.filter_map(|machine| machine.firewall.take()).count() > 0
    }),
    ("tls", |scenario| std::mem::take(&mut scenario.settings.tls.mode) != TlsMode::None),
    ("monitoring", |scenario| {
        let machines = &mut scenario.topology.machines;
        let count = |machines: &[Machine]| machines.iter().map(|machine| machine.processes.len()).sum::<usize>();
        let before = count(machines);
        for machine in machines.iter_mut() {
            machine.processes.retain(|process| !matches!(process.role, Role::Agent | Role::Monitor));
        }
        machines.retain(|machine| !machine.processes.is_empty());
        count(machines) < before
    }),
];

/// What somebody outside can do while everything works.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Exposure {
    /// Connect to a port of a machine: it is open to everybody.
    Port(String, u16),
    /// Read a visitor's password on a link.
    Password(LinkId),
}

/// Something that fails worse without an element.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The part that is missing as well; none if everything else is in place.
    pub part: Option<String>,
    /// The request class.
    pub class: Class,
    /// What becomes of it with the element in place.
    pub with: Verdict,
    /// What becomes of it without.
    pub without: Verdict,
}

/// The scenario without an element: a feature by its name, a machine, or a process as `machine/process`. The rest is
/// arranged as an operator would: the name of the site leads to the web servers if the last balancer is gone, and a replica
/// takes the place of the primary. None if there is no such element, or nothing that could be visited without it.
#[must_use]
pub fn without(scenario: &Scenario, element: &str) -> Option<Scenario> {
    let all = &scenario.topology;
    let mut scenario = scenario.clone();
    let feature = FEATURES.iter().find(|(name, _)| *name == element);
    let is_gone = match feature {
        Some((_, remove)) => remove(&mut scenario),
        None => remove_part(&mut scenario, element),
    };
    // No firewall lets in a machine that is gone.
    let names = |topology: &Topology| topology.machines.iter().map(|machine| machine.name.clone()).collect::<Vec<_>>();
    let (before, after) = (names(all), names(&scenario.topology));
    for firewall in scenario.topology.machines.iter_mut().filter_map(|machine| machine.firewall.as_mut()) {
        firewall.rules.retain(|rule| !before.contains(&rule.from) || after.contains(&rule.from));
    }
    (is_gone && scenario.validate().is_ok()).then_some(scenario)
}

fn remove_part(scenario: &mut Scenario, element: &str) -> bool {
    let (machine, process) = element.split_once('/').unwrap_or((element, ""));
    let machines = &mut scenario.topology.machines;
    let Some(at) = machines.iter().position(|other| other.name == machine) else {
        return false;
    };
    let before = machines[at].processes.len();
    machines[at].processes.retain(|other| !process.is_empty() && other.name != process);
    if machines[at].processes.len() == before {
        return false;
    }
    if machines[at].processes.is_empty() {
        machines.remove(at);
    }
    appoint_primary(scenario);
    redirect(scenario);
    true
}

/// If the primary is gone, the first replica takes its place.
fn appoint_primary(scenario: &mut Scenario) {
    let mut primary: Option<String> = None;
    let topology = scenario.topology.clone();
    for machine in &mut scenario.topology.machines {
        for process in &mut machine.processes {
            let name = format!("{}/{}", machine.name, process.name);
            if let Role::Mysqld { replica_of, .. } = &mut process.role
                && replica_of.as_ref().is_some_and(|source| topology.process(source).is_none())
            {
                *replica_of = primary.clone();
                primary.get_or_insert(name);
            }
        }
    }
}

/// Settings forget what is gone, and the name leads to balancers, or to the web servers where there is none.
fn redirect(scenario: &mut Scenario) {
    let wiring = Wiring::new(&scenario.topology);
    let settings = &mut scenario.settings;
    for (name, line) in std::mem::take(&mut settings.balancer.servers) {
        if wiring.machine(&name).is_ok() {
            settings.balancer.servers.insert(name, line);
        }
    }
    settings.nginx.upstream.servers.retain(|server| wiring.machine(&server.name).is_ok());
    scenario.timeline.retain(|entry| entry.command.validate(&wiring).is_ok());
    let doors = |wanted: Role| {
        let with_door = wiring.with_role(|role| *role == wanted).into_iter();
        with_door.filter_map(|process| wiring.machine_of(process).public).collect::<Vec<_>>()
    };
    let (balancers, webs) = (doors(Role::Balancer), doors(Role::Nginx));
    let addresses = &mut settings.dns.addresses;
    addresses.retain(|address| balancers.contains(address) || webs.contains(address));
    if addresses.is_empty() {
        *addresses = if balancers.is_empty() { webs } else { balancers };
        addresses.truncate(8);
    }
}

/// What fails worse `without` an element than `with` it: first with all else in place, then part by part. Both surveys are
/// done.
#[must_use]
pub fn changes(with: &Survey, without: &Survey) -> Vec<Change> {
    let wiring = with.base().wiring();
    let mut changes = Vec::new();
    for part in std::iter::once(None).chain(with.parts().iter().map(|part| Some(wiring.part_name(*part)))) {
        for class in Class::ALL {
            if let (Some(before), Some(after)) = (verdict(with, part, class), verdict(without, part, class))
                && after > before
                // Where chance decides, a share is a sample.
                && !matches!((before, after), (Verdict::Partly(_), Verdict::Partly(_)))
            {
                changes.push(Change { part: part.map(str::to_owned), class, with: before, without: after });
            }
        }
    }
    changes
}

/// What becomes of a class without a part, or with nothing missing; none if there is no such part.
fn verdict(survey: &Survey, part: Option<&str>, class: Class) -> Option<Verdict> {
    let finding = match part {
        None => survey.intact(class)?,
        Some(name) => {
            let number = survey.number(survey.base().wiring().part(name).ok()?)?;
            survey.single(number, class)?
        }
    };
    Some(survey.verdict(class, finding))
}

/// What a port scan from outside and a wiretap on every link find in a copy of a world, while a visitor fills in a form.
#[must_use]
pub fn exposures(world: &World) -> Vec<Exposure> {
    let wiring = world.wiring();
    let open = world.scan().into_iter().filter(|port| port.state == PortState::Open);
    let port = |port: crate::sim::Port| Exposure::Port(wiring.machines[port.machine.index()].name.clone(), port.port);
    let mut found: Vec<Exposure> = open.map(port).collect();
    let mut world = world.clone();
    if world.apply(&Command::visits(Class::Write, 1)).is_ok() {
        world.run_until(world.now() + Micros::from_secs(10));
        let visitor = world.log().of(world.last_visit()).map(|visit| visit.source);
        let password = visitor.map(|source| world.account(source).password).unwrap_or_default();
        let reads = |link: &LinkId| world.wiretap(*link).iter().any(|heard| heard.shows(&password));
        found.extend((0..wiring.links.len()).map(LinkId::from).filter(reads).map(Exposure::Password));
    }
    found
}
