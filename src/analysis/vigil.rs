//! Who would know, and how late? Each part that an agent tells of dies in turn while visitors come, with the agent and without
//! it, until an alert fires or a visitor complains.

use std::sync::Arc;

use crate::sim::{Command, Machine, Micros, Role, Scenario, SimTime, Topology, World};

/// Visits per second that come meanwhile.
const RATE: u32 = 10;
/// A part dies after so long: by then everything has been scraped more than once.
const DIES_AT: SimTime = SimTime(60_000_000);
/// What nobody has noticed so long after, nobody is taken to notice.
pub const PATIENCE: Micros = Micros::from_secs(1_800);
/// Between two looks.
const LOOK: Micros = Micros::from_secs(5);

/// Who is the first to tell of a fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Herald {
    /// An alert.
    Alert,
    /// A visitor, who complains.
    Visitor,
}

/// The first to tell, and how long after; none if nobody did within [`PATIENCE`].
pub type Told = Option<(Herald, Micros)>;

/// A part whose death is noticed later, or never, without an element.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Later {
    /// The part.
    pub part: String,
    /// Who tells of it with the element in place.
    pub with: Told,
    /// Who tells of it without.
    pub without: Told,
}

/// The comparison under way.
#[derive(Clone, Debug)]
pub struct Vigil {
    scenarios: [Arc<Scenario>; 2],
    parts: Vec<String>,
    /// What was found for the parts so far, with the element and without.
    told: [Vec<Told>; 2],
    run: Option<Box<World>>,
}

impl Vigil {
    /// Compares a scenario with one without an element; none if that takes away neither an agent nor the monitor.
    #[must_use]
    pub fn new(with: &Scenario, without: &Scenario) -> Option<Self> {
        let parts: Vec<String> = unwatched(&with.topology, &without.topology);
        let scenario = |scenario: &Scenario| {
            let mut scenario = scenario.clone();
            scenario.workload.rate_per_s = RATE;
            Arc::new(scenario)
        };
        let scenarios = [scenario(with), scenario(without)];
        (!parts.is_empty()).then(|| Self { scenarios, parts, told: Default::default(), run: None })
    }

    /// Goes on for a slice. True once everything is known.
    pub fn slice(&mut self, time_left: &mut dyn FnMut() -> bool) -> bool {
        while let Some(side) = self.told.iter().position(|told| told.len() < self.parts.len()) {
            let run = self.run.get_or_insert_with(|| {
                let mut world = World::new(Arc::clone(&self.scenarios[side]));
                world.run_until(DIES_AT);
                let part = self.parts[self.told[side].len()].clone();
                // Both scenarios have the part.
                let _ = world.apply(&Command::Kill { part });
                Box::new(world)
            });
            run.run_until(run.now() + LOOK);
            let [alert, complaint] = run.monitoring().detection.took();
            let told = alert.map(|after| (Herald::Alert, after)).into_iter();
            let first = told.chain(complaint.map(|after| (Herald::Visitor, after))).min_by_key(|told| told.1);
            if first.is_some() || run.now().since(DIES_AT) >= PATIENCE {
                self.told[side].push(first);
                self.run = None;
            }
            if !time_left() {
                return false;
            }
        }
        true
    }

    /// How much is done, in percent.
    #[must_use]
    pub fn percent(&self) -> usize {
        let [with, without] = &self.told;
        (with.len() + without.len()) * 50 / self.parts.len()
    }

    /// What was found: the parts of which somebody knows later without the element.
    #[must_use]
    pub fn found(&self) -> Vec<Later> {
        let [with, without] = &self.told;
        let all = self.parts.iter().zip(with.iter().zip(without));
        let later = all.map(|(part, (with, without))| Later { part: part.clone(), with: *with, without: *without });
        let after = |told: Told| told.map_or(Micros(u64::MAX), |told| told.1);
        later.filter(|later| after(later.without) > after(later.with)).collect()
    }
}

/// The machines that an agent tells the monitor of, with their programs, if it does so no more in the other topology.
fn unwatched(with: &Topology, without: &Topology) -> Vec<String> {
    let runs = |machine: &Machine, role| machine.processes.iter().any(|process| process.role == role);
    let watched = |topology: &Topology, name: &str| {
        topology.machines.iter().any(|machine| runs(machine, Role::Monitor))
            && topology.machines.iter().any(|machine| machine.name == name && runs(machine, Role::Agent))
    };
    let mut parts = Vec::new();
    for machine in &with.machines {
        let remains = without.machines.iter().any(|other| other.name == machine.name);
        if remains && watched(with, &machine.name) && !watched(without, &machine.name) {
            parts.push(machine.name.clone());
            let programs = machine.processes.iter().filter(|process| process.role != Role::Agent);
            parts.extend(programs.map(|process| format!("{}/{}", machine.name, process.name)));
        }
    }
    parts
}
