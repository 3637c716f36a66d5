//! What is shown: every part with its condition and its switch, as a table.

use super::diagram;
use crate::sim::{Condition, PartId, World};
use crate::text::diagram as words;
use crate::text::inspector::{Kind, data};

/// Ready to be drawn: every part with its condition and its switch, as a table.
#[derive(Clone, Debug, PartialEq)]
pub struct PartsView {
    /// Machines, each followed by its processes.
    pub machines: Vec<PartRow>,
    /// Links.
    pub links: Vec<PartRow>,
    /// Number of parts that are not as they should be.
    pub broken: usize,
}

/// One line of the table.
#[derive(Clone, Debug, PartialEq)]
pub struct PartRow {
    /// The part, for selecting it.
    pub part: PartId,
    /// Its name as readers see it: that of a process without its machine.
    pub label: String,
    /// How it is.
    pub status: PartStatus,
    /// What the diagram says of it beyond that.
    pub note: String,
}

/// How a part is.
#[derive(Clone, Debug, PartialEq)]
pub struct PartStatus {
    /// Name as commands write it.
    pub name: String,
    /// What it is.
    pub kind: Kind,
    /// Its own condition.
    pub own: Condition,
    /// What others meet: a process without power is down, whatever its own condition.
    pub condition: Condition,
    /// By how much it is slowed; 1 is normal.
    pub slowdown: u32,
    /// Whether it is down only because its machine is.
    pub without_power: bool,
}

impl PartStatus {
    /// The status of a part.
    #[must_use]
    pub fn new(world: &World, part: PartId) -> Self {
        let (wiring, state) = (world.wiring(), world.parts().state(part));
        let (condition, without_power) = match part {
            PartId::Process(process) => (world.parts().condition(process), !world.parts().has_power(process)),
            _ => (state.condition, false),
        };
        Self {
            name: wiring.part_name(part).to_owned(),
            kind: Kind::of(wiring, part),
            own: state.condition,
            condition,
            slowdown: state.slowdown,
            without_power,
        }
    }

    /// Whether the part is as it should be.
    #[must_use]
    pub fn is_fine(&self) -> bool {
        self.condition == Condition::Up && self.slowdown == 1
    }

    /// The name of the part on its machine.
    #[must_use]
    pub fn short_name(&self) -> &str {
        match self.kind {
            Kind::Machine | Kind::Link(_) => &self.name,
            _ => self.name.split_once('/').map_or(&self.name, |(_, process)| process),
        }
    }
}

/// The condition as test hooks and style sheets name it.
#[must_use]
pub const fn condition_name(condition: Condition) -> &'static str {
    match condition {
        Condition::Up => "up",
        Condition::Down => "down",
        Condition::Hung => "hung",
    }
}

impl PartsView {
    /// Projects a world.
    #[must_use]
    pub fn new(world: &World) -> Self {
        let wiring = world.wiring();
        let row = |part| {
            let status = PartStatus::new(world, part);
            let label = match part {
                PartId::Link(link) => {
                    let link = wiring.link(link);
                    data::link(&wiring.process(link.from).full_name, &wiring.process(link.to).full_name)
                }
                _ => status.short_name().to_owned(),
            };
            let note = match part {
                PartId::Process(process) => diagram::detail(world, process),
                PartId::Machine(machine) => diagram::verdict(world, machine).map(words::verdict).unwrap_or_default(),
                PartId::Link(_) => String::new(),
            };
            PartRow { part, label, status, note }
        };
        let mut machines = Vec::with_capacity(wiring.machines.len() + wiring.processes.len());
        for machine in (0..wiring.machines.len()).map(Into::into) {
            machines.push(row(PartId::Machine(machine)));
            machines.extend(wiring.processes_of(machine).map(|process| row(PartId::Process(process))));
        }
        let links = (0..wiring.links.len()).map(|link| row(PartId::Link(link.into()))).collect();
        let broken = world.parts().all().filter(|part| !world.parts().is_fine(*part)).count();
        Self { machines, links, broken }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::{Command, Preset};
    use std::sync::Arc;

    fn row<'a>(view: &'a PartsView, name: &str) -> &'a PartRow {
        let all = || view.machines.iter().chain(&view.links);
        all().find(|row| row.status.name == name).unwrap_or_else(|| panic!("no part {name}"))
    }

    #[test]
    fn a_process_without_power_is_down_and_says_why() {
        let mut world = World::new(Arc::new(Preset::find("three-server").expect("a preset").scenario()));
        world.apply(&Command::Kill { part: "web-01".into() }).expect("a part");
        world.apply(&Command::Freeze { part: "web-02/app".into() }).expect("a part");
        world.apply(&Command::Slow { part: "lb-01/haproxy>web-02/nginx".into(), factor: 10 }).expect("a part");
        let view = PartsView::new(&world);
        assert_eq!(view.broken, 3);
        let nginx = &row(&view, "web-01/nginx").status;
        assert_eq!((nginx.own, nginx.condition, nginx.without_power), (Condition::Up, Condition::Down, true));
        assert_eq!(row(&view, "web-02/app").status.condition, Condition::Hung);
        let link = row(&view, "lb-01/haproxy>web-02/nginx");
        assert_eq!((link.status.slowdown, link.label.as_str()), (10, "lb-01/haproxy → web-02/nginx"));
        assert!(!link.status.is_fine());
        assert_eq!(row(&view, "web-02/nginx").label, "nginx");
    }

    /// Whatever the picture says of a part stands in the table, too.
    #[test]
    fn the_table_says_what_the_picture_says() {
        let mut world = World::new(Arc::new(Preset::find("three-server").expect("a preset").scenario()));
        let drain = Command::ServerState { server: "web-02".into(), state: crate::sim::balancer::AdminState::Drain };
        world.apply(&drain).expect("a server");
        let (table, picture) = (PartsView::new(&world), diagram::DiagramView::new(&world, None, None, false));
        for machine in &picture.machines {
            assert_eq!(row(&table, &machine.name).note, machine.verdict.map(words::verdict).unwrap_or_default());
            for process in &machine.processes {
                assert_eq!(row(&table, &process.full_name).note, process.detail);
            }
        }
        assert_eq!(row(&table, "web-02").note, "HAProxy: DRAIN");
    }
}
