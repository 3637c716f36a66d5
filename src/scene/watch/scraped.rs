//! Charts and numbers of what was scraped: counters by what they grew between two scrapes.

use super::super::charts::{Chart, ChartKind, Charts, Line, LineName};
use crate::sim::monitoring::{AlertState, Reading, State, Target, increase};
use crate::sim::{Micros, ProcessId, Role, SimTime, World};
use crate::text::monitoring as words;

/// Scrapes that are drawn: a quarter of an hour at the usual interval.
const SCRAPES: u64 = 60;

/// What a chart shows of a program.
type Value = fn(&Step<'_>) -> Option<u32>;

/// What stands between two scrapes in a row of the same program.
struct Step<'a> {
    at: SimTime,
    /// The program as it was, and how long ago; none after a gap.
    before: Option<(&'a Reading, Micros)>,
    /// The program as it is; none if nothing is known of it.
    now: Option<&'a Reading>,
}

/// The scrapes of a program, in order.
fn steps(target: &Target, process: ProcessId) -> impl Iterator<Item = Step<'_>> {
    let known = move |at: usize| target.samples[at].of(process).filter(|reading| reading.up);
    (0..target.samples.len()).map(move |at| {
        let time = |at: usize| target.samples[at].at;
        let before = at.checked_sub(1).and_then(|before| Some((known(before)?, time(at).since(time(before)))));
        Step { at: time(at), before, now: known(at) }
    })
}

impl Step<'_> {
    /// By how much a counter grew per second, in thousandths.
    fn rate(&self, counter: fn(&Reading) -> u64) -> Option<u32> {
        let (before, took) = self.before?;
        let grown = increase(counter(before), counter(self.now?));
        Some(limited(grown.saturating_mul(1_000_000_000) / took.0.max(1)))
    }

    /// The mean time to an answer, in microseconds.
    fn response_time(&self) -> Option<u32> {
        let (before, now) = (self.before?.0.answers?, self.now?.answers?);
        increase(before.time.0, now.time.0).checked_div(increase(before.count, now.count)).map(limited)
    }

    /// The seconds that a replica is behind.
    fn lag(&self) -> Option<u32> {
        match self.now?.state {
            State::Behind(seconds) => seconds.map(limited),
            _ => None,
        }
    }
}

fn limited(value: u64) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}

/// The programs with one of these roles, each with the target that tells of it.
fn watched(world: &World, is_wanted: fn(&Role) -> bool) -> Vec<(&Target, ProcessId)> {
    let wiring = world.wiring();
    let target = |process: ProcessId| {
        let machine = wiring.process(process).machine;
        let targets = &world.monitoring().targets;
        Some((targets.iter().find(|target| wiring.process(target.agent).machine == machine)?, process))
    };
    wiring.with_role(is_wanted).into_iter().filter_map(target).collect()
}

pub(super) fn charts(world: &World) -> Charts {
    let interval = Micros::from_millis(world.settings().monitoring.interval_ms.into());
    let step_s = limited(interval.0.div_ceil(1_000_000)).max(1);
    let second = |at: SimTime| limited(at.0 / 1_000_000);
    let known = world.monitoring();
    let samples = || known.targets.iter().flat_map(|target| target.samples.iter().map(|sample| sample.at));
    let oldest = samples().min().unwrap_or(world.now());
    let start = oldest.max(SimTime(world.now().0.saturating_sub(interval.0 * SCRAPES)));
    let chart = |kind: ChartKind, is_wanted: fn(&Role) -> bool, value: Value| {
        let programs = watched(world, is_wanted);
        let line = |&(target, process): &(&Target, ProcessId)| {
            let mut points: Vec<(u32, Option<u32>)> = Vec::new();
            let mut before = None;
            for step in steps(target, process).filter(|step| step.at >= start) {
                // Where the monitor itself was gone there is no sample at all.
                let missed = before.filter(|before| step.at.since(*before) > interval + interval);
                points.extend(missed.map(|before| (second(before + interval), None)));
                points.push((second(step.at), value(&step).filter(|_| missed.is_none())));
                before = Some(step.at);
            }
            let is_alone = programs.iter().filter(|(other, _)| std::ptr::eq(*other, target)).count() == 1;
            let machine = &world.wiring().machine_of(process).name;
            let name = if is_alone { machine } else { &world.wiring().process(process).full_name };
            Line { name: LineName::Of(name.clone()), points }
        };
        Chart { kind, lines: programs.iter().map(line).collect() }
    };
    let answers: fn(&Role) -> bool = |role| matches!(role, Role::Balancer | Role::Nginx);
    let all = vec![
        chart(ChartKind::Qps, answers, |step| step.rate(|reading| reading.requests)),
        chart(
            ChartKind::DatabaseQps,
            |role| matches!(role, Role::Mysqld { .. }),
            |step| step.rate(|reading| reading.requests),
        ),
        chart(ChartKind::Errors, answers, |step| step.rate(|reading| reading.errors)),
        chart(ChartKind::ResponseTime, answers, |step| step.response_time()),
        chart(ChartKind::Lag, |role| matches!(role, Role::Mysqld { replica_of: Some(_), .. }), |step| step.lag()),
    ];
    let all = all.into_iter().filter(|chart| !chart.lines.is_empty()).collect();
    Charts { first_s: second(start), last_s: samples().next().map(|_| second(world.now())), step_s, all }
}

/// The newest numbers of the programs that answer visitors, of the agents and of the alerts.
pub(super) fn tiles(world: &World) -> Vec<(&'static str, &'static str, String, String)> {
    let known = world.monitoring();
    let entrance: fn(&Role) -> bool =
        if world.balancers().is_empty() { |role| *role == Role::Nginx } else { |role| *role == Role::Balancer };
    let newest: Vec<_> =
        watched(world, entrance).into_iter().filter_map(|(target, process)| steps(target, process).last()).collect();
    let sum = |value: Value| {
        let values = newest.iter().filter_map(value);
        values.reduce(u32::saturating_add)
    };
    let qps = sum(|step| step.rate(|reading| reading.requests));
    let errors = sum(|step| step.rate(|reading| reading.errors));
    let took = newest.iter().filter_map(|step| step.response_time()).max();
    let answering = known.targets.iter().filter(|target| target.samples.back().is_some_and(|s| s.readings.is_some()));
    let firing = known.alerts.iter().filter(|alert| alert.state == AlertState::Firing).count();
    let last = known.targets.iter().filter_map(|target| target.samples.back()).map(|sample| sample.at).max();
    words::tiles([qps, errors, took], [answering.count(), known.targets.len(), firing], last, world.settings())
}
