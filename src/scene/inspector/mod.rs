//! What is shown: what an operator would see of one part. One file per kind of part.

mod balancer;
mod log;
mod mysql;
mod names;
mod place;
mod router;
mod setting;
mod watch;
mod web;

pub use balancer::{BalancerView, ServerRow, ServerState};
pub use mysql::{MysqlView, PromotionView};
pub use names::{ResolverView, ZoneChoice, ZoneView};
pub use setting::{Field, field};
pub use web::AppView;

use super::parts::PartStatus;
use super::security::FirewallView;
use crate::sim::{PartId, ProcessId, Role, Setting, World};

/// Ready to be drawn: what an operator would see of one part; help if none is selected.
#[derive(Clone, Debug, PartialEq)]
pub struct InspectorView {
    /// The part.
    pub part: Option<PartView>,
}

/// What an operator would see of one part.
#[derive(Clone, Debug, PartialEq)]
pub struct PartView {
    /// How it is.
    pub status: PartStatus,
    /// Heading: its name as readers see it.
    pub title: String,
    /// What is known of it, label by label.
    pub facts: Vec<Fact>,
    /// Parts that belong to it, to go on from here.
    pub related: Vec<Related>,
    /// Settings that can be changed live, with their present values.
    pub settings: Vec<Setting>,
    /// What only its kind has.
    pub detail: Detail,
    /// The firewall of a machine of the site.
    pub firewall: Option<FirewallView>,
    /// What an operator reads in a terminal.
    pub terminals: Vec<Terminal>,
}

/// Text as a terminal shows it.
#[derive(Clone, Debug, PartialEq)]
pub struct Terminal {
    /// Tells it from the others.
    pub id: &'static str,
    /// Its heading.
    pub title: &'static str,
    /// The text.
    pub text: String,
}

/// A label with its value.
#[derive(Clone, Debug, PartialEq)]
pub struct Fact {
    /// The label.
    pub label: &'static str,
    /// The value.
    pub value: String,
}

/// Another part, by name.
#[derive(Clone, Debug, PartialEq)]
pub struct Related {
    /// The part.
    pub part: PartId,
    /// Its name.
    pub name: String,
    /// Whether it is as it should be.
    pub is_fine: bool,
}

/// What only one kind of part has.
#[derive(Clone, Debug, PartialEq)]
pub enum Detail {
    /// Nothing but facts and settings.
    Plain,
    /// HAProxy's servers.
    Balancer(BalancerView),
    /// Files of an application server; also shown for its machine.
    App(AppView),
    /// Replication.
    Mysql(MysqlView),
    /// The cache.
    Resolver(ResolverView),
    /// The zone.
    Zone(ZoneView),
    /// keepalived: whether it can be stopped, for it does more then than when it is killed.
    Router(bool),
}

impl InspectorView {
    /// Projects a world.
    #[must_use]
    pub fn new(world: &World, part: Option<PartId>) -> Self {
        Self { part: part.filter(|part| exists(world, *part)).map(|part| PartView::new(world, part)) }
    }
}

/// Whether the part is one of this world: a selection may outlive a change of the preset.
fn exists(world: &World, part: PartId) -> bool {
    let wiring = world.wiring();
    match part {
        PartId::Machine(id) => id.index() < wiring.machines.len(),
        PartId::Process(id) => id.index() < wiring.processes.len(),
        PartId::Link(id) => id.index() < wiring.links.len(),
    }
}

impl PartView {
    fn new(world: &World, part: PartId) -> Self {
        let status = PartStatus::new(world, part);
        let title = place::title(world, part);
        let mut view = Self {
            status,
            title,
            facts: Vec::new(),
            related: Vec::new(),
            settings: Vec::new(),
            detail: Detail::Plain,
            firewall: None,
            terminals: Vec::new(),
        };
        match part {
            PartId::Machine(machine) => place::machine(world, machine, &mut view),
            PartId::Link(link) => place::link(world, link, &mut view),
            PartId::Process(process) => view.process(world, process),
        }
        view
    }

    fn process(&mut self, world: &World, process: ProcessId) {
        self.relate(world, PartId::Machine(world.wiring().process(process).machine));
        match world.wiring().role(process) {
            Role::Browser => place::browser(world, self),
            Role::Resolver => names::resolver(world, self),
            Role::Authoritative => names::authoritative(world, self),
            Role::Balancer => balancer::balancer(world, process, self),
            Role::Agent => watch::agent(world, process, self),
            Role::Monitor => watch::monitor(world, self),
            Role::Keepalived { .. } => router::keepalived(world, process, self),
            Role::Nginx => web::nginx(world, process, self),
            Role::App => web::app(world, process, self),
            Role::Mysqld { .. } => mysql::mysqld(world, process, self),
        }
        place::process(world, process, self);
    }

    fn fact(&mut self, label: &'static str, value: impl ToString) {
        self.facts.push(Fact { label, value: value.to_string() });
    }

    fn terminal(&mut self, id: &'static str, title: &'static str, text: String) {
        self.terminals.push(Terminal { id, title, text });
    }

    fn relate(&mut self, world: &World, part: PartId) {
        let name = place::title(world, part);
        let is_fine = PartStatus::new(world, part).is_fine();
        self.related.push(Related { part, name, is_fine });
    }

    /// Shows the settings whose keys begin with one of `prefixes`.
    fn settings(&mut self, world: &World, prefixes: &[&str]) {
        let wanted = |setting: &Setting| prefixes.iter().any(|prefix| setting.key().starts_with(prefix));
        self.settings = Setting::all(world.settings()).into_iter().filter(wanted).collect();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::{MachineId, PRESETS};
    use std::sync::Arc;

    #[test]
    fn every_part_of_every_preset_can_be_inspected() {
        for preset in PRESETS {
            let world = World::new(Arc::new(preset.scenario()));
            for part in world.parts().all() {
                let view = InspectorView::new(&world, Some(part));
                let part_view = view.part.expect("the part exists");
                assert!(!part_view.title.is_empty() && !part_view.facts.is_empty());
            }
            assert_eq!(InspectorView::new(&world, None).part, None);
            assert_eq!(InspectorView::new(&world, Some(PartId::Machine(MachineId(999)))).part, None);
        }
    }
}
