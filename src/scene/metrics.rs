//! What is shown: the numbers of the run so far, and one value per simulated second for three charts.

mod axis;

pub use axis::{ticks, time_ticks};

use crate::sim::metrics::{BUCKET, BUCKETS, Bucket, Metrics};
use crate::sim::{Micros, ProcessId, Role, World};

/// The most lines of one chart; what goes beyond is added up in the last.
pub const MAX_SERIES: usize = 8;
/// Seconds over which the present rate is taken.
pub const RATE_SECONDS: u64 = 5;
/// Full seconds that are kept: one bucket is that of the running second.
const WINDOW_S: u64 = BUCKETS as u64 - 1;
/// Seconds that the time axis covers at least.
const MIN_SPAN_S: u32 = 30;

/// Ready to be drawn: the totals and the charts.
#[derive(Clone, Debug, PartialEq)]
pub struct MetricsView {
    /// The run so far.
    pub totals: Totals,
    /// The first second that the charts show.
    pub first_s: u32,
    /// The charts, in the order of [`ChartKind::ALL`].
    pub charts: [Vec<Series>; 3],
}

/// The run so far in a few numbers.
#[derive(Clone, Debug, PartialEq)]
pub struct Totals {
    /// Visits started.
    pub started: u64,
    /// Visits ended.
    pub ended: u64,
    /// Of these, with 2xx or 3xx.
    pub ok: u64,
    /// Visits started per second, over the last full seconds; none before the first is full.
    pub rate: Option<f64>,
    /// Latency that half of the visits stay below.
    pub p50: Option<Micros>,
    /// Latency that 95 % of the visits stay below.
    pub p95: Option<Micros>,
    /// Mean latency.
    pub mean: Option<Micros>,
    /// Visits under way.
    pub under_way: usize,
}

/// The charts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChartKind {
    /// Visits ended per web server and second.
    Servers,
    /// Visits ended per result and second.
    Outcomes,
    /// Latency of the visits that ended in a second, in microseconds.
    Latency,
}

impl ChartKind {
    /// All charts, in order.
    pub const ALL: [Self; 3] = [Self::Servers, Self::Outcomes, Self::Latency];
}

/// A line of a chart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Series {
    /// What it stands for.
    pub name: SeriesName,
    /// One value per second; none where there is nothing to measure.
    pub values: Vec<Option<u32>>,
}

/// What a line stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SeriesName {
    /// The web server on this machine.
    Server(String),
    /// This many further web servers.
    OtherServers(usize),
    /// Visits that ended with 2xx or 3xx.
    Ok,
    /// Visits that ended with another status.
    HttpErrors,
    /// Visits that ended with an error page of the browser.
    BrowserErrors,
    /// Latency that half of the visits stay below.
    P50,
    /// Latency that 95 % of the visits stay below.
    P95,
}

impl Series {
    /// The newest value.
    #[must_use]
    pub fn last(&self) -> Option<u32> {
        self.values.iter().rev().copied().flatten().next()
    }

    /// The largest value.
    #[must_use]
    pub fn peak(&self) -> Option<u32> {
        self.values.iter().copied().flatten().max()
    }
}

impl MetricsView {
    /// Projects a world. The second that is not over yet is left out of the charts.
    #[must_use]
    pub fn new(world: &World) -> Self {
        let metrics = world.metrics();
        let end = second(world.now().0);
        let first = end.saturating_sub(WINDOW_S);
        let seconds = Seconds::new(metrics, first, end);
        let charts = [servers(world, &seconds), outcomes(&seconds), latency(&seconds)];
        Self { totals: Totals::new(world, end), first_s: u32::try_from(first).unwrap_or(u32::MAX), charts }
    }

    /// The lines of a chart.
    #[must_use]
    pub fn chart(&self, kind: ChartKind) -> &[Series] {
        &self.charts[kind as usize]
    }

    /// Number of full seconds that the charts show.
    #[must_use]
    pub fn len(&self) -> usize {
        self.charts[ChartKind::Outcomes as usize][0].values.len()
    }

    /// Whether no second is over yet.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The last second of the time axis: the last full one, or later while the run is young.
    #[must_use]
    pub fn end_s(&self) -> u32 {
        self.first_s + (self.len().saturating_sub(1) as u32).max(MIN_SPAN_S)
    }
}

impl Totals {
    fn new(world: &World, end: u64) -> Self {
        let metrics = world.metrics();
        let span = end.min(RATE_SECONDS);
        let recent = Seconds::new(metrics, end - span, end).counts(|bucket| bucket.started);
        let sum: u32 = recent.into_iter().flatten().sum();
        Self {
            started: metrics.started,
            ended: metrics.ended,
            ok: metrics.ok,
            rate: (span > 0).then(|| f64::from(sum) / span as f64),
            p50: metrics.latency.quantile(50),
            p95: metrics.latency.quantile(95),
            mean: metrics.latency.mean(),
            under_way: world.under_way(),
        }
    }

    /// Share of the ended visits that ended with 2xx or 3xx, in percent; none before the first has ended.
    #[must_use]
    pub fn ok_percent(&self) -> Option<f64> {
        (self.ended > 0).then(|| self.ok as f64 * 100.0 / self.ended as f64)
    }
}

const fn second(us: u64) -> u64 {
    us / BUCKET.0
}

/// The buckets of a stretch of full seconds; none where nothing happened.
struct Seconds<'a>(Vec<Option<&'a Bucket>>);

impl<'a> Seconds<'a> {
    /// The seconds from `first` on that are over at `end`.
    fn new(metrics: &'a Metrics, first: u64, end: u64) -> Self {
        let mut seconds = vec![None; (end - first) as usize];
        for bucket in &metrics.series {
            let at = second(bucket.start.0).checked_sub(first).and_then(|at| seconds.get_mut(at as usize));
            if let Some(slot) = at {
                *slot = Some(bucket);
            }
        }
        Self(seconds)
    }

    /// A count per second: 0 where nothing happened.
    fn counts(&self, count: impl Fn(&Bucket) -> u32) -> Vec<Option<u32>> {
        self.0.iter().map(|bucket| Some(bucket.map_or(0, &count))).collect()
    }

    /// A latency per second, in microseconds: none where no visit ended.
    fn quantile(&self, percent: u64) -> Vec<Option<u32>> {
        let of = |bucket: &Bucket| bucket.latency.quantile(percent).map(|l| u32::try_from(l.0).unwrap_or(u32::MAX));
        self.0.iter().map(|bucket| bucket.and_then(of)).collect()
    }
}

fn servers(world: &World, seconds: &Seconds<'_>) -> Vec<Series> {
    let wiring = world.wiring();
    let nginx = wiring.with_role(|role| *role == Role::Nginx);
    let of = |server: ProcessId| seconds.counts(move |bucket| bucket.by_server[server.index()]);
    if let ([only], []) = (&nginx[..], world.balancers()) {
        // No balancer notes which server it picked, but every HTTP response is this one's.
        let values = seconds.counts(|bucket| bucket.ok + bucket.http_errors);
        return vec![Series { name: SeriesName::Server(wiring.machine_of(*only).name.clone()), values }];
    }
    let own = if nginx.len() > MAX_SERIES { MAX_SERIES - 1 } else { nginx.len() };
    let line =
        |id: &ProcessId| Series { name: SeriesName::Server(wiring.machine_of(*id).name.clone()), values: of(*id) };
    let mut lines: Vec<Series> = nginx[..own].iter().map(line).collect();
    if let others @ [_, ..] = &nginx[own..] {
        let values = seconds.counts(|bucket| others.iter().map(|server| bucket.by_server[server.index()]).sum());
        lines.push(Series { name: SeriesName::OtherServers(others.len()), values });
    }
    lines
}

fn outcomes(seconds: &Seconds<'_>) -> Vec<Series> {
    vec![
        Series { name: SeriesName::Ok, values: seconds.counts(|bucket| bucket.ok) },
        Series { name: SeriesName::HttpErrors, values: seconds.counts(|bucket| bucket.http_errors) },
        Series { name: SeriesName::BrowserErrors, values: seconds.counts(|bucket| bucket.browser_errors) },
    ]
}

fn latency(seconds: &Seconds<'_>) -> Vec<Series> {
    vec![
        Series { name: SeriesName::P50, values: seconds.quantile(50) },
        Series { name: SeriesName::P95, values: seconds.quantile(95) },
    ]
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::sim::{Arrivals, Class, Command, Preset, ServiceTimes, SimTime, Workload};

    fn world(preset: &str, rate: u32) -> World {
        let mut scenario = Preset::find(preset).expect("shipped").scenario();
        scenario.workload = Workload { rate_per_s: rate, arrivals: Arrivals::Even, ..Workload::default() };
        scenario.settings.service = ServiceTimes::Fixed;
        World::new(Arc::new(scenario))
    }

    fn run(world: &mut World, seconds: u64) {
        world.run_until(SimTime(seconds * 1_000_000));
    }

    fn values(view: &MetricsView, kind: ChartKind, line: usize) -> Vec<u32> {
        view.chart(kind)[line].values.iter().map(|value| value.expect("a count")).collect()
    }

    #[test]
    fn nothing_has_happened_at_the_start() {
        let view = MetricsView::new(&world("three-server", 0));
        assert!(view.is_empty());
        assert_eq!((view.totals.started, view.totals.rate, view.totals.ok_percent()), (0, None, None));
        assert_eq!((view.first_s, view.end_s()), (0, MIN_SPAN_S));
    }

    #[test]
    fn servers_take_turns_second_by_second() {
        let mut world = world("three-server", 10);
        run(&mut world, 5);
        let view = MetricsView::new(&world);
        let names: Vec<_> = view.chart(ChartKind::Servers).iter().map(|line| line.name.clone()).collect();
        assert_eq!(names, ["web-01", "web-02"].map(|name| SeriesName::Server(name.to_owned())));
        assert_eq!(view.len(), 5);
        let (one, two) = (values(&view, ChartKind::Servers, 0), values(&view, ChartKind::Servers, 1));
        let ok = values(&view, ChartKind::Outcomes, 0);
        assert_eq!(ok[1..], [10; 4]);
        assert_eq!((&one[1..], &two[1..]), (&[5; 4][..], &[5; 4][..]));
        // The first visit comes after the first gap: 49 visits in 5 s.
        assert_eq!((view.totals.started, view.totals.rate), (50, Some(9.8)));
        assert_eq!(view.totals.ok_percent(), Some(100.0));
    }

    #[test]
    fn a_second_without_visits_counts_zero_and_has_no_latency() {
        let mut world = world("three-server", 0);
        run(&mut world, 2);
        world.apply(&Command::visits(Class::Read, 3)).expect("valid");
        run(&mut world, 4);
        let view = MetricsView::new(&world);
        assert_eq!(values(&view, ChartKind::Outcomes, 0), [0, 0, 3, 0]);
        let p50 = &view.chart(ChartKind::Latency)[0];
        assert_eq!(p50.values.iter().map(Option::is_some).collect::<Vec<_>>(), [false, false, true, false]);
        assert_eq!((p50.last(), p50.peak()), (p50.values[2], p50.values[2]));
        assert_eq!(view.totals.rate, Some(0.75));
    }

    #[test]
    fn the_second_that_is_not_over_is_left_out() {
        let mut world = world("three-server", 10);
        world.run_until(SimTime(2_999_999));
        assert_eq!(MetricsView::new(&world).len(), 2);
        world.run_until(SimTime(3_000_000));
        assert_eq!(MetricsView::new(&world).len(), 3);
    }

    #[test]
    fn old_seconds_move_out_of_the_window() {
        let mut world = world("three-server", 1);
        run(&mut world, 300);
        let view = MetricsView::new(&world);
        assert_eq!((view.first_s, view.len(), view.end_s()), (181, 119, 299));
        assert!(values(&view, ChartKind::Outcomes, 0).iter().all(|count| *count == 1));
    }

    #[test]
    fn a_dead_application_shows_as_errors_of_one_server() {
        let mut world = world("three-server", 10);
        world.apply(&Command::Kill { part: "web-01/app".to_owned() }).expect("a part");
        run(&mut world, 3);
        let view = MetricsView::new(&world);
        let (ok, http) = (values(&view, ChartKind::Outcomes, 0), values(&view, ChartKind::Outcomes, 1));
        assert_eq!(ok[2] + http[2], 10);
        assert!(http[2] > 0);
        assert_eq!(values(&view, ChartKind::Servers, 0)[2], 5);
    }

    #[test]
    fn without_a_balancer_every_response_is_the_only_servers() {
        let mut world = world("one-server", 10);
        run(&mut world, 3);
        let view = MetricsView::new(&world);
        assert_eq!(view.chart(ChartKind::Servers)[0].name, SeriesName::Server("web-01".to_owned()));
        assert_eq!(values(&view, ChartKind::Servers, 0), values(&view, ChartKind::Outcomes, 0));
    }
}
