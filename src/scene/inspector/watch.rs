//! The monitor and its agents.

use super::PartView;
use crate::sim::monitoring::AlertState;
use crate::sim::{PartId, ProcessId, World};
use crate::text::inspector::fact;
use crate::text::monitoring as words;

pub(super) fn agent(world: &World, process: ProcessId, view: &mut PartView) {
    let known = world.monitoring();
    let samples = || known.targets.iter().find(|target| target.agent == process).map(|target| &target.samples);
    let last = samples().and_then(|samples| samples.back());
    view.fact(words::LAST_SCRAPE, last.map_or(fact::NONE_YET.to_owned(), words::scrape));
    if let Some(monitor) = known.monitor {
        view.relate(world, PartId::Process(monitor));
    }
}

pub(super) fn monitor(world: &World, view: &mut PartView) {
    let known = world.monitoring();
    let answers = known.targets.iter().filter(|target| target.samples.back().is_some_and(|s| s.readings.is_some()));
    view.fact(words::AGENTS_UP, fact::of(answers.count(), known.targets.len()));
    let firing = known.alerts.iter().filter(|alert| alert.state == AlertState::Firing).count();
    view.fact(words::FIRING, firing);
    for target in &known.targets {
        view.relate(world, PartId::Process(target.agent));
    }
    view.settings(world, &["monitoring."]);
}
