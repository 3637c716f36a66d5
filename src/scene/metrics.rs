//! What only the simulator knows: the numbers of the run so far, and one value per simulated second for three charts.

use std::rc::Rc;

use super::charts::{Chart, ChartKind, Charts, Line, LineName, MAX_LINES};
use crate::sim::metrics::{BUCKET, BUCKETS, Bucket, Metrics};
use crate::sim::{Micros, ProcessId, Role, World};

/// Seconds over which the present rate is taken.
pub const RATE_SECONDS: u64 = 5;
/// Full seconds that are kept: one bucket is that of the running second.
const WINDOW_S: u64 = BUCKETS as u64 - 1;

/// Ready to be drawn: the totals and the charts.
#[derive(Clone, Debug, PartialEq)]
pub struct MetricsView {
    /// The run so far.
    pub totals: Totals,
    /// The charts: web servers, outcomes, latency.
    pub charts: Rc<Charts>,
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

impl MetricsView {
    /// Projects a world. The second that is not over yet is left out of the charts.
    #[must_use]
    pub fn new(world: &World) -> Self {
        let metrics = world.metrics();
        let end = second(world.now().0);
        let first = end.saturating_sub(WINDOW_S);
        let seconds = Seconds::new(metrics, first, end);
        let lines = [servers(world, &seconds), outcomes(&seconds), latency(&seconds)];
        let kinds = [ChartKind::Servers, ChartKind::Outcomes, ChartKind::Latency];
        let all = kinds.into_iter().zip(lines).map(|(kind, lines)| Chart { kind, lines }).collect();
        let known = |second| u32::try_from(second).unwrap_or(u32::MAX);
        let last_s = (end > first).then(|| known(end - 1));
        Self {
            totals: Totals::new(world, end),
            charts: Charts { first_s: known(first), last_s, step_s: 1, all }.into(),
        }
    }
}

impl Totals {
    fn new(world: &World, end: u64) -> Self {
        let metrics = world.metrics();
        let span = end.min(RATE_SECONDS);
        let recent = Seconds::new(metrics, end - span, end);
        let sum: u32 = recent.buckets.iter().flatten().map(|bucket| bucket.started).sum();
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
struct Seconds<'a> {
    first: u64,
    buckets: Vec<Option<&'a Bucket>>,
}

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
        Self { first, buckets: seconds }
    }

    fn line(&self, name: LineName, value: impl Fn(Option<&Bucket>) -> Option<u32>) -> Line {
        let seconds = (self.first..).map(|second| u32::try_from(second).unwrap_or(u32::MAX));
        Line { name, points: seconds.zip(self.buckets.iter().map(|bucket| value(*bucket))).collect() }
    }

    /// A count per second: 0 where nothing happened.
    fn counts(&self, name: LineName, count: impl Fn(&Bucket) -> u32) -> Line {
        self.line(name, |bucket| Some(bucket.map_or(0, &count)))
    }

    /// A latency per second, in microseconds: none where no visit ended.
    fn quantile(&self, name: LineName, percent: u64) -> Line {
        let of = |bucket: &Bucket| bucket.latency.quantile(percent).map(|l| u32::try_from(l.0).unwrap_or(u32::MAX));
        self.line(name, |bucket| bucket.and_then(of))
    }
}

fn servers(world: &World, seconds: &Seconds<'_>) -> Vec<Line> {
    let wiring = world.wiring();
    let nginx = wiring.with_role(|role| *role == Role::Nginx);
    let name = |server: ProcessId| LineName::Of(wiring.machine_of(server).name.clone());
    if let ([only], []) = (&nginx[..], world.balancers()) {
        // No balancer notes which server it picked, but every HTTP response is this one's.
        return vec![seconds.counts(name(*only), |bucket| bucket.ok + bucket.http_errors)];
    }
    let own = if nginx.len() > MAX_LINES { MAX_LINES - 1 } else { nginx.len() };
    let line = |server: &ProcessId| seconds.counts(name(*server), |bucket| bucket.by_server[server.index()]);
    let mut lines: Vec<Line> = nginx[..own].iter().map(line).collect();
    if let others @ [_, ..] = &nginx[own..] {
        let count = |bucket: &Bucket| others.iter().map(|server| bucket.by_server[server.index()]).sum();
        lines.push(seconds.counts(LineName::OtherServers(others.len()), count));
    }
    lines
}

fn outcomes(seconds: &Seconds<'_>) -> Vec<Line> {
    vec![
        seconds.counts(LineName::Ok, |bucket| bucket.ok),
        seconds.counts(LineName::HttpErrors, |bucket| bucket.http_errors),
        seconds.counts(LineName::BrowserErrors, |bucket| bucket.browser_errors),
    ]
}

fn latency(seconds: &Seconds<'_>) -> Vec<Line> {
    vec![seconds.quantile(LineName::P50, 50), seconds.quantile(LineName::P95, 95)]
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

    fn lines(view: &MetricsView, kind: ChartKind) -> &[Line] {
        &view.charts.all.iter().find(|chart| chart.kind == kind).expect("it is drawn").lines
    }

    fn values(view: &MetricsView, kind: ChartKind, line: usize) -> Vec<u32> {
        lines(view, kind)[line].points.iter().map(|point| point.1.expect("a count")).collect()
    }

    #[test]
    fn nothing_has_happened_at_the_start() {
        let view = MetricsView::new(&world("three-server", 0));
        assert_eq!((view.totals.started, view.totals.rate, view.totals.ok_percent()), (0, None, None));
        assert_eq!((view.charts.last_s, view.charts.end_s()), (None, 30));
    }

    #[test]
    fn servers_take_turns_second_by_second() {
        let mut world = world("three-server", 10);
        run(&mut world, 5);
        let view = MetricsView::new(&world);
        let names: Vec<_> = lines(&view, ChartKind::Servers).iter().map(|line| line.name.clone()).collect();
        assert_eq!(names, ["web-01", "web-02"].map(|name| LineName::Of(name.to_owned())));
        assert_eq!(view.charts.rows().count(), 5);
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
        let p50 = &lines(&view, ChartKind::Latency)[0];
        assert_eq!(p50.points.iter().map(|point| point.1.is_some()).collect::<Vec<_>>(), [false, false, true, false]);
        assert_eq!((p50.last(), p50.peak()), (p50.points[2].1, p50.points[2].1));
        assert_eq!(view.totals.rate, Some(0.75));
    }

    #[test]
    fn the_second_that_is_not_over_is_left_out() {
        let mut world = world("three-server", 10);
        world.run_until(SimTime(2_999_999));
        assert_eq!(MetricsView::new(&world).charts.rows().count(), 2);
        world.run_until(SimTime(3_000_000));
        assert_eq!(MetricsView::new(&world).charts.rows().count(), 3);
    }

    #[test]
    fn old_seconds_move_out_of_the_window() {
        let mut world = world("three-server", 1);
        run(&mut world, 300);
        let view = MetricsView::new(&world);
        assert_eq!((view.charts.first_s, view.charts.rows().count(), view.charts.end_s()), (181, 119, 299));
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
        assert_eq!(lines(&view, ChartKind::Servers)[0].name, LineName::Of("web-01".to_owned()));
        assert_eq!(values(&view, ChartKind::Servers, 0), values(&view, ChartKind::Outcomes, 0));
    }
}
