//! Monitoring: what is scraped, when alerts fire, and what is known without.

mod support;

use std::sync::Arc;

use hopscope::sim::chronicle::{Entry, Happening};
use hopscope::sim::monitoring::{Alert, AlertState, Rule, State};
use hopscope::sim::{Check, Class, Command, Preset, Scenario, ServiceTimes, Setting, Wiring, Workload, World};
use support::{Lab, preset, scenario};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

/// The interval between scrapes, in ms.
const INTERVAL: u64 = 15_000;

fn monitored() -> Lab {
    Lab::preset_with("scaled", |_| {})
}

/// Alerts as `rule about by state`.
fn alerts(lab: &Lab) -> Vec<String> {
    let line =
        |alert: &Alert| format!("{:?} {} {} {:?}", alert.rule, lab.name(alert.about), lab.name(alert.by), alert.state);
    lab.world.monitoring().alerts.iter().map(line).collect()
}

/// Runs until an alert of a rule has come so far, and returns it.
fn until(lab: &mut Lab, rule: Rule, state: AlertState) -> Alert {
    let start = lab.now_ms();
    loop {
        let found = lab.world.monitoring().alerts.iter().find(|alert| alert.rule == rule && alert.state == state);
        if let Some(alert) = found {
            return *alert;
        }
        assert!(lab.now_ms() < start + 600_000, "{rule:?} is not {state:?}: {:?}", alerts(lab));
        assert!(lab.world.step());
    }
}

#[test]
fn an_alert_fires_exactly_after_its_for() {
    for for_ms in [0, 30_000, 75_000] {
        let mut lab = Lab::preset_with("scaled", |s| s.settings.monitoring.for_ms = for_ms);
        lab.run_ms(60_000);
        assert_eq!(alerts(&lab), [""; 0]);
        lab.kill("app-01/agent");
        let broken = lab.now_ms();
        let alert = until(&mut lab, Rule::InstanceDown, AlertState::Firing);
        assert_eq!(lab.name(alert.about), "app-01/agent");
        assert_eq!(alert.fired.expect("it fires").since(alert.since).0, u64::from(for_ms) * 1_000);
        // It was seen by the first look after the next scrape.
        assert!((alert.since.0 / 1_000).saturating_sub(broken) <= 2 * INTERVAL);
        lab.restore("app-01/agent");
        let resolved = until(&mut lab, Rule::InstanceDown, AlertState::Resolved);
        assert!(resolved.resolved.expect("a moment").0 / 1_000 <= lab.now_ms());
    }
}

#[test]
fn what_ends_before_its_for_has_never_fired() {
    let mut lab = monitored();
    lab.run_ms(60_000);
    lab.kill("app-01/agent");
    until(&mut lab, Rule::InstanceDown, AlertState::Pending);
    lab.restore("app-01/agent");
    lab.run_ms(60_000);
    assert_eq!(alerts(&lab), [""; 0]);
}

#[test]
fn each_rule_sees_its_fault_and_no_other() {
    let cases: [(&[&str], &[&str]); 4] = [
        (
            &["web-01"],
            &[
                "InstanceDown web-01/agent web-01/agent Firing",
                "BackendDown web-01/nginx lb-01/haproxy Firing",
                "BackendDown web-01/nginx lb-02/haproxy Firing",
            ],
        ),
        (
            &["web-01/nginx"],
            &[
                "ProcessDown web-01/nginx web-01/nginx Firing",
                "BackendDown web-01/nginx lb-01/haproxy Firing",
                "BackendDown web-01/nginx lb-02/haproxy Firing",
            ],
        ),
        (&["db-01/mysqld>db-02/mysqld"], &["ReplicationLag db-02/mysqld db-02/mysqld Firing"]),
        (&["mon-01/prometheus>db-02/agent"], &["InstanceDown db-02/agent db-02/agent Firing"]),
    ];
    for (broken, expected) in cases {
        let mut lab = monitored();
        lab.run_ms(30_000);
        broken.iter().for_each(|part| lab.kill(part));
        lab.run_ms(120_000);
        let (mut seen, mut expected) =
            (alerts(&lab), expected.iter().map(|line| (*line).to_owned()).collect::<Vec<_>>());
        seen.sort();
        expected.sort();
        assert_eq!(seen, expected, "{broken:?}");
    }
}

#[test]
fn a_share_of_errors_is_seen_by_the_balancer_that_answers() {
    let mut lab = monitored();
    lab.load(20);
    lab.run_ms(60_000);
    // The primary is gone: writes fail, one in ten visits.
    lab.kill("db-01/mysqld");
    let alert = until(&mut lab, Rule::HighErrorRate, AlertState::Firing);
    assert_eq!(lab.name(alert.by), "lb-01/haproxy");
    lab.set(Setting::AlertErrors(40));
    lab.run_ms(30_000);
    let firing = |alert: &&Alert| alert.rule == Rule::HighErrorRate && alert.state == AlertState::Firing;
    assert_eq!(lab.world.monitoring().alerts.iter().find(firing), None, "one in ten is fine now");
}

#[test]
fn queries_per_second_are_what_counters_grow_by() {
    let mut lab = Lab::preset_with("scaled", |s| s.workload = Workload { rate_per_s: 20, ..s.workload });
    lab.run_ms(300_000);
    let known = lab.world.monitoring();
    let rate = |name: &str| {
        let process = lab.process(name);
        let target = known.targets.iter().find(|t| t.samples.back().is_some_and(|s| s.of(process).is_some()));
        let samples: Vec<_> = target.expect("its agent answers").samples.iter().skip(1).collect();
        let counts =
            [samples[0], samples[samples.len() - 1]].map(|sample| (sample.at, sample.of(process).unwrap().requests));
        (counts[1].1 - counts[0].1) as f64 * 1e6 / counts[1].0.since(counts[0].0).0 as f64
    };
    // 20 visits a second: all meet lb-01, half each nginx, 7 in 10 read from the replica, 1 in 10 writes to the primary.
    for (name, expected) in
        [("lb-01/haproxy", 20.0), ("lb-02/haproxy", 0.0), ("web-01/nginx", 10.0), ("web-02/nginx", 10.0)]
    {
        assert!((rate(name) - expected).abs() <= expected * 0.1, "{name}: {}", rate(name));
    }
    assert!((rate("db-02/mysqld") - 14.0).abs() < 1.5 && (rate("db-01/mysqld") - 2.0).abs() < 0.7);
}

#[test]
fn the_monitor_knows_what_it_scraped_and_nothing_else() {
    let mut lab = monitored();
    lab.run_ms(60_000);
    lab.kill("db-01/agent");
    lab.kill("db-01/mysqld>db-02/mysqld");
    lab.run_ms(90_000);
    let of = |lab: &Lab, name: &str| {
        let agent = lab.process(name);
        let known = lab.world.monitoring();
        let target = known.targets.iter().find(|target| target.agent == agent).expect("a target");
        target.samples.iter().map(|sample| sample.readings.is_some()).collect::<Vec<_>>()
    };
    let (dead, alive) = (of(&lab, "db-01/agent"), of(&lab, "db-02/agent"));
    assert_eq!(alive, vec![true; alive.len()]);
    assert!(
        dead.ends_with(&[true, false, false, false, false, false])
            || dead.ends_with(&[true, false, false, false, false, false, false]),
        "{dead:?}"
    );
    assert!(lab.world.monitoring().newest(lab.process("db-01/mysqld")).is_none(), "stale");
    let replica = lab.world.monitoring().newest(lab.process("db-02/mysqld")).expect("fresh");
    assert_eq!(replica.state, State::Behind(None));
    lab.restore("db-01/agent");
    lab.run_ms(INTERVAL + 1_000);
    assert!(of(&lab, "db-01/agent").ends_with(&[false, true]), "a gap, and then it goes on");
    // Nobody watches the monitor.
    lab.kill("mon-01");
    let before = lab.world.monitoring().clone();
    lab.kill("web-01");
    lab.run_ms(300_000);
    assert_eq!(lab.world.monitoring().alerts, before.alerts);
    lab.restore("mon-01");
    until(&mut lab, Rule::BackendDown, AlertState::Firing);
}

/// The default preset under load, with and without monitoring, and one application dead.
fn detection(seed: u64, install: bool) -> [Option<u64>; 2] {
    let mut scenario = preset("three-server");
    scenario.seed = seed;
    scenario.workload.rate_per_s = 5;
    let mut world = World::new(Arc::new(scenario));
    if install {
        world.apply(&Command::InstallMonitoring).expect("it is blind");
    }
    world.run_until(support::ms(100_000));
    world.apply(&Command::Kill { part: "web-01/app".to_owned() }).expect("a part");
    world.run_until(support::ms(3_600_000));
    world.monitoring().detection.took().map(|took| took.map(|took| took.0 / 1_000_000))
}

#[test]
fn blind_a_complaint_tells_in_the_end_and_monitored_an_alert_tells_sooner() {
    for seed in 1..=5 {
        let ([none, complaint], [alert, same]) = (detection(seed, false), detection(seed, true));
        assert_eq!(none, None, "nothing is monitored");
        let (alert, complaint) = (alert.expect("monitored"), complaint.expect("somebody complains"));
        assert!((30..=75).contains(&alert), "{alert} s");
        assert!(complaint > alert, "seed {seed}: {complaint} s");
        assert_eq!(same, Some(complaint), "monitoring does not change what visitors do");
    }
    assert_eq!(detection(1, false), detection(1, false));
}

#[test]
fn complaints_come_from_failed_visits_alone_and_a_new_fault_is_a_new_question() {
    let mut lab = Lab::with(|s| s.settings.client.complains_one_in = 1);
    lab.load(20);
    lab.run_ms(600_000);
    assert_eq!((lab.world.monitoring().complained, lab.world.monitoring().detection.fault), (0, None));
    lab.kill("web-01/app");
    lab.run_ms(600_000);
    assert!(lab.world.monitoring().complained > 10);
    assert!(lab.world.monitoring().complaints.iter().all(|c| c.at >= c.failed));
    let first = lab.world.monitoring().detection;
    assert!(first.complaint > first.fault);
    lab.restore("web-01/app");
    assert!(lab.world.monitoring().detection.mended.is_some());
    lab.kill("web-02");
    assert_eq!(lab.world.monitoring().detection.fault, Some(lab.world.now()));
    assert_eq!(lab.world.monitoring().detection.complaint, None);
}

#[test]
fn the_timeline_has_each_alert_and_the_first_complaint() {
    let mut lab = Lab::with(|s| s.settings.client.complains_one_in = 1);
    lab.tell(Command::InstallMonitoring);
    lab.load(20);
    lab.run_ms(60_000);
    lab.kill("web-01/app");
    lab.run_ms(400_000);
    lab.restore("web-01/app");
    lab.run_ms(60_000);
    let told = |entry: &Entry| match entry.what {
        Happening::Alert { rule, fires } => {
            Some((entry.at, lab.name(entry.process).to_owned(), format!("{rule:?} {fires}")))
        }
        Happening::Complaint => Some((entry.at, lab.name(entry.process).to_owned(), "complaint".to_owned())),
        _ => None,
    };
    let told: Vec<_> = lab.world.chronicle().since(0).filter_map(told).collect();
    let known = lab.world.monitoring();
    let alert = known.alerts.iter().find(|alert| alert.rule == Rule::ProcessDown).expect("the application was dead");
    let about = |at, text: &str| (at, "web-01/app".to_owned(), text.to_owned());
    assert!(told.contains(&about(alert.fired.expect("it fired"), "ProcessDown true")), "{told:?}");
    assert!(told.contains(&about(alert.resolved.expect("it ended"), "ProcessDown false")), "{told:?}");
    let complaints: Vec<_> = told.iter().filter(|told| told.2 == "complaint").collect();
    assert!(known.complained > 1, "many complain");
    assert_eq!(
        complaints,
        [&(known.detection.complaint.unwrap(), "client/browser".to_owned(), "complaint".to_owned())]
    );
}

#[test]
fn monitoring_is_installed_in_a_run_without_renumbering_anything() {
    let mut lab = Lab::new();
    lab.kill("web-02/app");
    let visit = lab.start(Class::Read);
    lab.run_ms(30);
    let before = Arc::clone(lab.world.wiring());
    lab.tell(Command::InstallMonitoring);
    let after = Arc::clone(lab.world.wiring());
    for (old, new) in before.processes.iter().zip(&after.processes) {
        assert_eq!(old.full_name, new.full_name);
    }
    for (old, new) in before.links.iter().zip(&after.links) {
        assert_eq!(old.name, new.name);
    }
    assert_eq!(after.links.len() - before.links.len(), 3);
    assert!(after.part("mon-01/prometheus>web-02/agent").is_ok());
    assert!(lab.end_of(visit).outcome.is_ok());
    lab.run_ms(120_000);
    assert_eq!(alerts(&lab), ["ProcessDown web-02/app web-02/app Firing"]);
    assert_eq!(lab.world.apply(&Command::InstallMonitoring).expect_err("once").field, "do");
    lab.world.verify().expect("the books agree");
}

/// Agents keep their places if monitoring is there from the start.
#[test]
fn a_preset_with_monitoring_is_the_one_without_and_more() {
    let with = Wiring::new(&preset("scaled").topology);
    let is_watcher = |name: &str| name.ends_with("/agent") || name.ends_with("/prometheus");
    let first = with.processes.iter().position(|process| is_watcher(&process.full_name)).expect("agents");
    assert!(with.processes[first..].iter().all(|process| is_watcher(&process.full_name)));
}

#[test]
fn where_it_cannot_be_installed_the_world_stays_as_it_was() {
    let mut scenario: Scenario = scenario(1, 1, 1);
    scenario.topology.machines[0].name = "mon-01".to_owned();
    let mut lab = Lab::of(scenario);
    let error = lab.world.apply(&Command::InstallMonitoring).expect_err("the name is taken");
    assert!(error.field.starts_with("topology.machines["), "{error}");
    assert!(lab.world.monitoring().monitor.is_none());
}

#[test]
fn nothing_of_it_happens_while_it_is_off() {
    let mut scenario = Preset::find("three-server").expect("shipped").scenario();
    scenario.settings.balancer.check = Check::None;
    scenario.settings.service = ServiceTimes::Fixed;
    let mut world = World::new(Arc::new(scenario));
    world.run_until(support::ms(3_600_000));
    assert_eq!((world.events(), world.planned()), (0, 0));
}
