//! What the operator knows: what the monitor scraped, the alerts that came of it, and what visitors complained about.

mod scraped;

use std::rc::Rc;

use super::charts::Charts;
use crate::sim::monitoring::{Alert, AlertState};
use crate::sim::{Condition, ProcessId, World};
use crate::text::monitoring as words;

/// Resolved alerts that are listed.
const RESOLVED: usize = 8;
/// Complaints that are listed.
const COMPLAINTS: usize = 5;

/// Ready to be drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Watch {
    /// What was scraped; none if there is no monitor.
    pub scraped: Option<Scraped>,
    /// Since when something is broken or was, and how long it took until a complaint and until an alert.
    pub fault: String,
    /// Label and value of both times to detect.
    pub detection: [(&'static str, String); 2],
    /// How many complaints there were, and about what.
    pub complaints: String,
    /// The last complaints, newest first.
    pub complained: Vec<String>,
}

/// What the monitor knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scraped {
    /// Said if the monitor itself does not run.
    pub is_blind: bool,
    /// The newest numbers: id, label, value, note.
    pub tiles: Vec<(&'static str, &'static str, String, String)>,
    /// Alerts: those that are not resolved first, then the newest.
    pub alerts: Vec<Row>,
    /// The charts.
    pub charts: Rc<Charts>,
}

/// An alert.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// How far it has come.
    pub state: AlertState,
    /// Its state in a word.
    pub said: &'static str,
    /// The name of its rule.
    pub rule: &'static str,
    /// What is the matter, with what.
    pub what: String,
    /// Since when, when it fired, and when it ended.
    pub times: String,
}

impl Watch {
    /// Projects a world.
    #[must_use]
    pub fn new(world: &World) -> Self {
        let known = world.monitoring();
        let complaints = known.complaints.iter().rev().take(COMPLAINTS);
        Self {
            scraped: known.monitor.map(|monitor| Scraped::new(world, monitor)),
            fault: words::fault(&known.detection),
            detection: words::detection(&known.detection, known.monitor.is_some()),
            complaints: words::complaints(known.complained),
            complained: complaints.map(words::complaint).collect(),
        }
    }
}

impl Scraped {
    fn new(world: &World, monitor: ProcessId) -> Self {
        let known = world.monitoring();
        let mut alerts: Vec<Row> = Vec::new();
        let (over, open): (Vec<_>, Vec<_>) =
            known.alerts.iter().rev().partition(|alert| alert.state == AlertState::Resolved);
        alerts.extend(open.into_iter().chain(over.into_iter().take(RESOLVED)).map(|alert| row(world, alert)));
        Self {
            is_blind: world.parts().condition(monitor) != Condition::Up,
            tiles: scraped::tiles(world),
            alerts,
            charts: scraped::charts(world).into(),
        }
    }
}

fn row(world: &World, alert: &Alert) -> Row {
    let name = |process: ProcessId| world.wiring().process(process).full_name.as_str();
    Row {
        state: alert.state,
        said: words::state(alert.state),
        rule: alert.rule.name(),
        what: words::what(alert.rule, name(alert.about), name(alert.by)),
        times: words::times(alert),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::scene::charts::{ChartKind, LineName};
    use crate::sim::{Arrivals, Command, Micros, Preset, ServiceTimes, Workload};

    fn world(is_monitored: bool) -> World {
        let mut scenario = Preset::find("three-server").expect("shipped").scenario();
        scenario.workload = Workload { rate_per_s: 20, arrivals: Arrivals::Even, ..Workload::default() };
        scenario.settings.service = ServiceTimes::Fixed;
        let mut world = World::new(Arc::new(scenario));
        if is_monitored {
            world.apply(&Command::InstallMonitoring).expect("it is blind");
        }
        world
    }

    fn run(world: &mut World, seconds: u64) {
        world.run_until(world.now() + Micros::from_secs(seconds));
    }

    fn kill(world: &mut World, part: &str) {
        world.apply(&Command::Kill { part: part.to_owned() }).expect("a part");
    }

    /// The points of the line of a program.
    fn points(watch: &Watch, kind: ChartKind, name: &str) -> Vec<(u32, Option<u32>)> {
        let scraped = watch.scraped.as_ref().expect("monitored");
        let chart = scraped.charts.all.iter().find(|chart| chart.kind == kind).expect("a chart");
        let line = chart.lines.iter().find(|line| line.name == LineName::Of(name.to_owned())).expect("a line");
        line.points.clone()
    }

    #[test]
    fn who_is_blind_hears_of_a_fault_from_visitors_alone() {
        let mut world = world(false);
        run(&mut world, 60);
        kill(&mut world, "web-01/app");
        run(&mut world, 600);
        let watch = Watch::new(&world);
        assert_eq!(watch.scraped, None);
        assert!(watch.detection[0].1.starts_with("after "), "{:?}", watch.detection);
        assert_eq!(watch.detection[1].1, "never: nobody watches");
        assert_eq!(watch.complained.len(), COMPLAINTS);
        assert!(watch.complained[0].contains("Your site failed at "), "{:?}", watch.complained);
    }

    /// What a person sends by hand has an end that this person sees: nobody else is told of it.
    #[test]
    fn visits_by_hand_are_no_complaints() {
        let mut world = world(false);
        world.apply(&Command::Load(Workload { rate_per_s: 0, ..Workload::default() })).expect("valid");
        kill(&mut world, "lb-01");
        for _ in 0..100 {
            world.apply(&Command::visits(crate::sim::Class::Read, 10)).expect("valid");
            run(&mut world, 30);
        }
        assert_eq!((world.metrics().ok, world.monitoring().complained), (0, 0));
    }

    #[test]
    fn queries_per_second_are_those_of_each_server_and_each_database() {
        let mut world = world(true);
        run(&mut world, 300);
        let watch = Watch::new(&world);
        let near = |kind, name: &str, expected: u32| {
            let (second, last) = *points(&watch, kind, name).last().expect("scraped");
            let last = last.expect("a rate");
            assert!(second >= 285 && last.abs_diff(expected) * 10 <= expected, "{name}: {last} per 1,000 s");
        };
        // 20 visits a second: all meet lb-01, half each nginx, 7 in 10 read from the replica.
        near(ChartKind::Qps, "lb-01", 20_000);
        near(ChartKind::Qps, "web-01", 10_000);
        near(ChartKind::Qps, "web-02", 10_000);
        near(ChartKind::DatabaseQps, "web-02", 14_000);
        let scraped = watch.scraped.expect("monitored");
        assert_eq!(scraped.tiles[0].2, "20.0", "QPS");
        assert_eq!(scraped.tiles[3].2, "3 of 3", "agents");
        assert_eq!(scraped.alerts, []);
        assert_eq!(watch.detection.map(|told| told.1), ["–", "–"]);
    }

    #[test]
    fn an_application_that_gets_slower_is_seen_in_the_response_time_of_its_web_server_alone() {
        let mut world = world(true);
        run(&mut world, 300);
        let took = |world: &World| {
            let watch = Watch::new(world);
            ["web-01", "web-02"].map(|name| {
                points(&watch, ChartKind::ResponseTime, name).last().and_then(|point| point.1).expect("a mean")
            })
        };
        let [usual, other] = took(&world);
        assert!((5_000..100_000).contains(&usual) && usual.abs_diff(other) * 5 < usual, "{usual} and {other} µs");
        world.apply(&Command::Slow { part: "web-01/app".to_owned(), factor: 4 }).expect("a part");
        run(&mut world, 60);
        let [slow, same] = took(&world);
        assert!(slow > usual * 2 && same.abs_diff(other) * 5 < other, "{slow} and {same} µs");
    }

    #[test]
    fn a_line_has_a_gap_while_its_agent_is_dead_and_an_alert_tells_when() {
        let mut world = world(true);
        run(&mut world, 100);
        kill(&mut world, "web-01/agent");
        run(&mut world, 95);
        world.apply(&Command::Restore { part: "web-01/agent".to_owned() }).expect("a part");
        run(&mut world, 60);
        let watch = Watch::new(&world);
        for (kind, name) in [(ChartKind::Qps, "web-01"), (ChartKind::DatabaseQps, "web-01")] {
            for (second, value) in points(&watch, kind, name).into_iter().skip(1) {
                // The first scrape after the gap has nothing to compare with.
                let is_gap = (101..=205).contains(&second);
                let is_known = second <= 95 || second > 205;
                assert!(value.is_none() || !is_gap, "{name} at {second}");
                assert!(value.is_some() || !is_known, "{name} at {second}");
            }
        }
        let others = points(&watch, ChartKind::Qps, "web-02");
        assert!(others.iter().skip(1).all(|point| point.1.is_some()), "{others:?}");
        let alerts = watch.scraped.expect("monitored").alerts;
        let [alert] = &alerts[..] else { panic!("{alerts:?}") };
        assert_eq!((alert.rule, alert.said), ("InstanceDown", "resolved"));
        assert_eq!(alert.what, "web-01/agent does not answer the monitor (up == 0)");
        assert!(alert.times.contains("fired 2:") && alert.times.contains("resolved 3:"), "{}", alert.times);
        assert!(watch.detection[1].1.starts_with("after "), "{:?}", watch.detection);
    }

    #[test]
    fn who_watches_the_watcher() {
        let mut world = world(true);
        run(&mut world, 100);
        kill(&mut world, "mon-01");
        run(&mut world, 100);
        assert!(Watch::new(&world).scraped.expect("it is there").is_blind);
        world.apply(&Command::RestoreAll).expect("valid");
        run(&mut world, 60);
        let watch = Watch::new(&world);
        let line = points(&watch, ChartKind::Qps, "lb-01");
        let gaps = line.iter().filter(|(second, value)| (100..200).contains(second) && value.is_none()).count();
        assert_eq!(gaps, 1, "{line:?}");
        assert!(!watch.scraped.expect("it is there").is_blind);
    }
}
