//! The story of the page, told to the engine alone: what is switched off, what the visitor then gets, and who says so.

mod support;

use hopscope::sim::{Arrivals, Check, Class, Command, Decision, Mix, Setting, Verdict, VisitRecord, Workload};
use support::Lab;
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

fn even_load(rate_per_s: u32, mix: Mix) -> Command {
    Command::Load(Workload { rate_per_s, mix, arrivals: Arrivals::Even })
}

const READS: Mix = Mix { static_files: 0, read: 1, write: 0 };

/// Runs until no request is on a server, so that a fault hits none in the middle.
fn until_idle(lab: &mut Lab, server: &str) {
    let process = lab.world.wiring().server(server).expect("a web server");
    let at = lab.world.balancers()[0].servers.iter().position(|s| s.process == process).expect("a server");
    while lab.world.balancers()[0].candidate(at).running > 0 {
        lab.world.step();
    }
}

/// Runs for `ms` and returns the visits that started in that time, once all of them have ended.
fn visits_of(lab: &mut Lab, ms: u64) -> Vec<VisitRecord> {
    let first = lab.world.last_visit() + 1;
    lab.run_ms(ms);
    let visits = first..=lab.world.last_visit();
    visits.map(|visit| lab.end_of(visit)).collect()
}

fn servers(lab: &Lab, visits: &[VisitRecord]) -> Vec<String> {
    let mut names: Vec<String> = visits.iter().filter_map(|record| lab.server(record)).collect();
    names.sort();
    names.dedup();
    names
}

#[test]
fn point_1_six_reads_take_turns_and_their_times_add_up() {
    let mut lab = Lab::new();
    for expected in ["web-01", "web-02", "web-01", "web-02", "web-01", "web-02"] {
        let record = lab.visit(Class::Read);
        assert_eq!(record.outcome.result, Verdict::Http(200));
        assert_eq!(lab.server(&record).as_deref(), Some(expected));
        let trace = lab.world.trace(record.id).expect("traced");
        let mut met: Vec<&str> = Vec::new();
        for span in &trace.spans {
            if let hopscope::sim::Place::Process(process) = span.place {
                met.push(lab.name(process));
            }
        }
        let (nginx, app) = (format!("{expected}/nginx"), format!("{expected}/app"));
        for name in ["resolver/resolver", "lb-01/haproxy", &nginx, &app, "web-02/mysqld"] {
            assert!(met.contains(&name), "{name} is missing in {met:?}");
        }
    }
}

#[test]
fn point_2_a_dead_web_server_costs_nothing_with_redispatch() {
    let mut lab = Lab::new();
    lab.tell(even_load(20, READS));
    lab.run_ms(2_000);
    until_idle(&mut lab, "web-01");
    lab.kill("web-01/nginx");
    let window = visits_of(&mut lab, 8_000);
    assert!(window.len() >= 155, "{}", window.len());
    assert!(window.iter().all(|r| r.outcome.is_ok() && lab.server(r).as_deref() == Some("web-02")));
    assert!(window[0].notes.redispatched || window[1].notes.redispatched);
    assert!(!lab.is_up("web-01"));
    let detected = visits_of(&mut lab, 3_000);
    assert!(detected.iter().all(|r| r.outcome.is_ok() && !r.notes.redispatched));
    lab.restore("web-01/nginx");
    lab.until_noticed("web-01", true);
    let shared = visits_of(&mut lab, 3_000);
    assert!(shared.iter().all(|r| r.outcome.is_ok()));
    let on_first = shared.iter().filter(|r| lab.server(r).as_deref() == Some("web-01")).count();
    assert!(on_first.abs_diff(shared.len() - on_first) <= 1, "{on_first} of {}", shared.len());
}

#[test]
fn point_2_without_redispatch_the_window_is_lost() {
    let mut lab = Lab::with(|s| s.settings.balancer.redispatch = false);
    lab.tell(even_load(20, READS));
    lab.run_ms(2_000);
    until_idle(&mut lab, "web-01");
    let killed = lab.world.now();
    lab.kill("web-01/nginx");
    let window = visits_of(&mut lab, 8_000);
    let noticed = lab.world.balancers()[0].servers[0].changed_at;
    assert!(noticed > killed, "the health check has noticed");
    for record in &window {
        let dead = lab.server(record).as_deref() == Some("web-01");
        let expected = if dead { "503 lb-01/haproxy SC" } else { &format!("200 {}", lab.name(record.outcome.by)) };
        assert_eq!(lab.line(record), expected);
        assert_eq!(record.notes.retries, if dead { 3 } else { 0 });
        assert!(!dead || record.started < noticed, "{record:?} came after the detection");
    }
    let lost = window.iter().filter(|r| !r.outcome.is_ok()).count();
    let in_window = window.iter().filter(|r| r.started < noticed).count();
    assert!(lost.abs_diff(in_window / 2) <= 2, "{lost} of {in_window}");
    let detected = visits_of(&mut lab, 3_000);
    assert_eq!(servers(&lab, &detected), ["web-02"]);
    assert!(detected.iter().all(|r| r.outcome.is_ok()));
}

#[test]
fn point_3_a_shallow_check_does_not_see_a_dead_application() {
    let mut lab = Lab::new();
    assert_eq!(lab.turns(Class::Read, 2), "12");
    lab.kill("web-01/app");
    lab.run_ms(20_000);
    assert!(lab.is_up("web-01"));
    let dynamic = ["502 web-01/nginx", "200 web-02/app"].repeat(3);
    assert_eq!(lab.lines(Class::Read, 6), dynamic);
    let files = ["200 web-01/nginx", "200 web-02/nginx"].repeat(2);
    assert_eq!(lab.lines(Class::Static, 4), files);
}

#[test]
fn point_3_a_deep_check_sees_it() {
    let mut lab = Lab::with(|s| s.settings.balancer.check = Check::Http);
    lab.kill("web-01/app");
    assert_eq!(lab.lines(Class::Read, 2), ["502 web-01/nginx", "200 web-02/app"]);
    let noticed_ms = lab.until_noticed("web-01", false);
    assert!(noticed_ms < 6_000, "{noticed_ms}");
    assert_eq!(lab.turns(Class::Read, 4), "2222");
    assert!(lab.lines(Class::Read, 4).iter().all(|line| line == "200 web-02/app"));
}

#[test]
fn point_4_the_primary_dies_and_a_replica_is_promoted() {
    let mut lab = Lab::new();
    lab.visit(Class::Write);
    lab.run_ms(100);
    lab.kill("web-01/mysqld>web-02/mysqld");
    let lost: Vec<u64> = (0..3).map(|_| lab.visit(Class::Write).id).collect();
    lab.kill("web-01/mysqld");
    assert_eq!(lab.lines(Class::Write, 2), ["500 web-01/app 2003", "500 web-02/app 2003"]);
    assert_eq!(lab.lines(Class::Read, 2), ["200 web-01/app", "200 web-02/app"]);
    lab.promote("web-02/mysqld");
    let promotion = lab.world.cluster().promotions.back().expect("a promotion").clone();
    assert_eq!(promotion.lost_count, 3);
    assert_eq!(promotion.lost.iter().map(|row| row.visit).collect::<Vec<_>>(), lost);
    assert_eq!(promotion.lost.iter().map(|row| row.id).collect::<Vec<_>>(), [2, 3, 4]);
    let record = lab.visit(Class::Write);
    assert!(record.outcome.is_ok());
    // The new primary gives the lost rows' ids to other rows.
    assert!(matches!(record.outcome.cause, hopscope::sim::Cause::Stored { row: 2 }), "{:?}", record.outcome.cause);
}

#[test]
fn point_5_a_lagging_replica_gives_old_answers() {
    let mut lab = Lab::new();
    lab.set(Setting::SourceDelay(2_000));
    assert!(lab.visit(Class::Write).outcome.is_ok());
    let early = lab.visit(Class::Read);
    assert!(early.outcome.is_ok() && early.outcome.is_stale());
    assert!(matches!(early.outcome.cause, hopscope::sim::Cause::Rows { newest: 0, missed: 1 }));
    lab.run_ms(3_000);
    let late = lab.visit(Class::Read);
    assert!(late.outcome.is_ok() && !late.outcome.is_stale());
    assert!(matches!(late.outcome.cause, hopscope::sim::Cause::Rows { newest: 1, missed: 0 }));
}

#[test]
fn point_6_a_dead_balancer_refuses_and_a_dead_machine_is_silent() {
    let mut lab = Lab::new();
    lab.kill("lb-01/haproxy");
    assert_eq!(lab.lines(Class::Read, 1), ["ERR_CONNECTION_REFUSED client/browser"]);
    lab.kill("lb-01");
    let record = lab.visit(Class::Read);
    assert_eq!(lab.line(&record), "ERR_CONNECTION_TIMED_OUT client/browser");
    assert!(record.took.0 >= 21_000_000);
}

#[test]
fn point_6_a_dead_name_server_is_noticed_when_the_ttl_is_over() {
    let mut lab = Lab::new();
    lab.visit(Class::Static);
    let learned_ms = lab.now_ms();
    lab.kill("ns1/nsd");
    while lab.now_ms() < learned_ms + 58_000 {
        assert!(lab.visit(Class::Static).outcome.is_ok());
        lab.run_ms(5_000);
    }
    lab.run_ms(5_000);
    // Unbound leaves who waits for long without an answer; once it has given up, it says so at once for a while.
    let silent_then_failed = ["ERR_NAME_NOT_RESOLVED client/browser", "ERR_NAME_NOT_RESOLVED resolver/resolver"];
    assert_eq!(lab.lines(Class::Static, 2), silent_then_failed);
    lab.restore("ns1/nsd");
    lab.run_ms(30_000);
    assert!(lab.visit(Class::Static).outcome.is_ok());
}

#[test]
fn point_7_new_code_on_one_machine_makes_versions_alternate() {
    let mut lab = Lab::new();
    lab.tell(Command::Deploy { machine: "web-01".to_owned(), version: 2 });
    let versions: Vec<_> = (0..4).map(|_| lab.visit(Class::Read).notes.version).collect();
    assert_eq!(versions, [Some(2), Some(1), Some(2), Some(1)]);
    // The files are on the disk: a restart does not change them.
    lab.kill("web-01");
    lab.restore("web-01");
    lab.run_ms(10_000);
    let versions: Vec<_> = (0..2).map(|_| lab.visit(Class::Read).notes.version).collect();
    assert_eq!(versions.iter().flatten().sum::<u32>(), 3);
}

#[test]
fn point_8_nothing_is_left_over_when_all_is_back() {
    let mut lab = Lab::new();
    lab.load(100);
    let faults = [
        &["web-01/nginx"][..],
        &["web-01/app", "web-02/nginx"],
        &["web-01/mysqld"],
        &["web-02"],
        &["lb-01/haproxy"],
        &["lb-01", "resolver"],
        &["ns1/nsd", "client/browser>lb-01/haproxy"],
        &["web-01/nginx>web-01/app", "web-02/app>web-01/mysqld"],
    ];
    for parts in faults {
        parts.iter().for_each(|part| lab.kill(part));
        lab.run_ms(9_000);
        parts.iter().for_each(|part| lab.restore(part));
        lab.run_ms(1_000);
    }
    for process in ["resolver/resolver", "lb-01/haproxy", "web-01/nginx", "web-02/app", "web-01/mysqld"] {
        lab.freeze(process);
        lab.run_ms(9_000);
        lab.restore(process);
        lab.run_ms(1_000);
    }
    lab.load(0);
    lab.run_ms(180_000);
    assert!(lab.world.all_fine());
    assert_eq!(lab.world.under_way(), 0);
    // What is left are the health checks that are just on their way.
    assert!(lab.world.calls_under_way() <= 2, "{}", lab.world.calls_under_way());
    // Visitors who were failed may still be about to complain.
    let planned = lab.world.planned() - lab.world.monitoring().pending_complaints;
    assert!(planned <= 8, "{planned}");
    let balancer = &lab.world.balancers()[0];
    assert!((0..2).all(|at| balancer.candidate(at).running == 0 && balancer.servers[at].up));
    assert!(lab.world.apps().iter().all(|app| app.busy == 0 && app.waiting.is_empty()));
    assert!(lab.world.cluster().servers.iter().all(|db| db.running == 0 && db.waiting.is_empty()));
    assert_eq!(lab.world.names().waiting(), 0);
    assert!(["121212", "212121"].contains(&&*lab.turns(Class::Read, 6)));
    for class in Class::ALL {
        assert!(lab.visit(class).outcome.is_ok());
    }
    let late = lab.visit(Class::Read);
    assert!(!late.outcome.is_stale());
    assert!(!lab.decisions(&late).contains(&Decision::NoAnswer));
}

/// Draws without a generator of its own: the multiplier of a well known linear congruential generator.
fn draw(state: &mut u64, bound: usize) -> usize {
    *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    ((*state >> 33) % bound as u64) as usize
}

#[test]
fn point_9_ten_minutes_of_load_with_switches_thrown_at_random() {
    let mut lab = Lab::with(|s| s.settings.service = hopscope::sim::ServiceTimes::Exponential);
    lab.load(200);
    let parts: Vec<String> = lab.world.parts().all().map(|p| lab.world.wiring().part_name(p).to_owned()).collect();
    let (mut dice, mut most_calls, mut most_planned) = (7, 0, 0);
    for _ in 0..300 {
        let part = parts[draw(&mut dice, parts.len())].clone();
        // Most of the time most of it works, or there would be nothing to see.
        let command = match draw(&mut dice, 8) {
            0 => Command::Kill { part },
            1 if part.contains('/') && !part.contains('>') => Command::Freeze { part },
            2 => Command::Slow { part, factor: 1 + draw(&mut dice, 50) as u32 },
            3 => Command::RestoreAll,
            _ => Command::Restore { part },
        };
        // A dead process cannot be frozen; everything else makes sense at any time.
        let done = lab.world.apply(&command);
        assert!(done.is_ok() || matches!(command, Command::Freeze { .. }), "{command:?}");
        lab.run_ms(2_000);
        let metrics = lab.world.metrics();
        assert_eq!(metrics.started, metrics.ended + lab.world.under_way() as u64);
        most_calls = most_calls.max(lab.world.calls_under_way());
        most_planned = most_planned.max(lab.world.planned());
    }
    assert!(lab.world.metrics().started > 50_000, "{}", lab.world.metrics().started);
    assert!(most_calls < 100_000 && most_planned < 200_000, "{most_calls} calls, {most_planned} planned");
    lab.load(0);
    lab.tell(Command::RestoreAll);
    lab.run_ms(180_000);
    assert_eq!(lab.world.under_way(), 0);
    assert!(lab.world.calls_under_way() <= 2, "{}", lab.world.calls_under_way());
}
