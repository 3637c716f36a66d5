//! What went wrong once: each test failed before the engine was mended.

mod support;

use std::sync::Arc;

use hopscope::app::History;
use hopscope::sim::balancer::AdminState;
use hopscope::sim::mysql::{Io, WhyRefused};
use hopscope::sim::{
    Cause, Check, Class, Command, Micros, Scenario, ServerLine, ServiceTimes, Setting, SimTime, Workload, World,
};
use support::{Lab, preset, scenario};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

/// One web server and three database servers, settled.
fn three_databases() -> Lab {
    let mut scenario = scenario(1, 2, 1);
    scenario.settings.service = ServiceTimes::Fixed;
    let mut lab = Lab::of(scenario);
    lab.run_ms(3_000);
    lab
}

fn freeze(part: &str) -> Command {
    Command::Freeze { part: part.to_owned() }
}

fn kill(part: &str) -> Command {
    Command::Kill { part: part.to_owned() }
}

fn restore(part: &str) -> Command {
    Command::Restore { part: part.to_owned() }
}

fn follow(server: &str) -> Command {
    Command::Follow { server: server.to_owned() }
}

#[test]
fn what_is_dead_cannot_be_frozen() {
    let mut lab = Lab::new();
    lab.kill("lb-01/haproxy");
    assert_eq!(lab.world.apply(&freeze("lb-01/haproxy")).expect_err("it is dead").field, "part");
    lab.kill("web-01");
    assert!(lab.world.apply(&freeze("web-01/nginx")).is_err());
    // A balancer that came back as a hung one never started its health checks.
    lab.restore("lb-01/haproxy");
    lab.until_noticed("web-01", false);
}

#[test]
fn a_larger_rise_takes_no_server_down() {
    let mut lab = Lab::new();
    lab.set(Setting::Rise(20));
    lab.run_ms(60_000);
    assert!(lab.world.balancers()[0].servers.iter().all(|server| server.up && server.counters.times_down == 0));
    lab.kill("web-01/nginx");
    lab.until_noticed("web-01", false);
    lab.set(Setting::Rise(1));
    lab.set(Setting::Fall(1));
    lab.run_ms(10_000);
    assert!(!lab.is_up("web-01"));
    lab.restore("web-01/nginx");
    assert!(lab.until_noticed("web-01", true) <= 2_100);
}

#[test]
fn a_backup_takes_nothing_from_the_queue_of_the_actives() {
    let mut lab = Lab::with(|s| {
        s.settings.app.service_us = 500_000;
        let servers = &mut s.settings.balancer.servers;
        servers.insert("web-01".to_owned(), ServerLine { maxconn: Some(1), ..ServerLine::default() });
        servers.insert("web-02".to_owned(), ServerLine { backup: true, ..ServerLine::default() });
    });
    lab.server_state("web-02", AdminState::Maint);
    let visits: Vec<u64> = (0..3).map(|_| lab.start(Class::Read)).collect();
    lab.run_ms(200);
    lab.server_state("web-02", AdminState::Ready);
    for visit in visits {
        let record = lab.end_of(visit);
        assert_eq!(lab.server(&record).as_deref(), Some("web-01"));
    }
}

#[test]
fn a_row_acknowledged_after_the_promotion_is_lost_by_name_too() {
    let mut lab = Lab::new();
    lab.kill("web-01/mysqld>web-02/mysqld");
    let visit = lab.start(Class::Write);
    while lab.world.cluster().servers[0].table.count() == 0 {
        lab.world.step();
    }
    lab.promote("web-02/mysqld");
    assert_eq!(lab.world.cluster().promotions[0].lost_count, 0);
    assert!(lab.end_of(visit).outcome.is_ok(), "the answer was on its way");
    let promotion = &lab.world.cluster().promotions[0];
    assert_eq!(promotion.lost.iter().map(|row| row.visit).collect::<Vec<_>>(), [visit]);
    // A row that is lost is not what a later read misses.
    lab.tell(restore("web-01/mysqld>web-02/mysqld"));
    lab.reclone("web-01/mysqld");
    lab.run_ms(1_000);
    lab.visit(Class::Write);
    lab.run_ms(1_000);
    assert_eq!(lab.visit(Class::Read).outcome.cause, Cause::Rows { newest: 1, missed: 0 });
}

#[test]
fn an_answer_does_not_acknowledge_another_row_in_the_place_of_its_own() {
    let mut lab = Lab::new();
    lab.kill("web-01/mysqld>web-02/mysqld");
    let visit = lab.start(Class::Write);
    while lab.world.cluster().servers[0].table.count() == 0 {
        lab.world.step();
    }
    lab.promote("web-02/mysqld");
    lab.reclone("web-01/mysqld");
    lab.end_of(visit);
    let promotion = &lab.world.cluster().promotions[0];
    assert_eq!(promotion.lost.iter().map(|row| row.visit).collect::<Vec<_>>(), [visit]);
}

#[test]
fn a_second_failover_names_the_rows_of_the_first_primary() {
    let mut lab = three_databases();
    lab.kill("db-01/mysqld>db-03/mysqld");
    let lost = [lab.visit(Class::Write).id, lab.visit(Class::Write).id];
    lab.run_ms(100);
    lab.kill("db-01");
    lab.kill("db-02/mysqld>db-03/mysqld");
    lab.promote("db-02/mysqld");
    assert_eq!(lab.world.cluster().promotions[0].lost_count, 0);
    lab.kill("db-02");
    lab.promote("db-03/mysqld");
    let promotion = &lab.world.cluster().promotions[1];
    assert_eq!(promotion.lost.iter().map(|row| row.visit).collect::<Vec<_>>(), lost);
}

#[test]
fn a_copied_primary_loses_rows_that_are_not_in_its_own_binlog() {
    let mut lab = three_databases();
    lab.promote("db-03/mysqld");
    let lost = lab.visit(Class::Write).id;
    lab.reclone("db-02/mysqld");
    lab.run_ms(1_000);
    lab.promote("db-02/mysqld");
    lab.promote("db-01/mysqld");
    let promotion = lab.world.cluster().promotions.back().expect("a promotion");
    assert_eq!(promotion.lost.iter().map(|row| row.visit).collect::<Vec<_>>(), [lost]);
}

/// db-01 has rows that nobody else has; db-02 becomes primary and writes; db-01 is copied from it.
fn copied_anew(rows_of_new_primary: usize) -> Lab {
    let mut lab = three_databases();
    lab.visit(Class::Write);
    lab.run_ms(100);
    lab.kill("db-01/mysqld>db-02/mysqld");
    lab.visit(Class::Write);
    lab.run_ms(100);
    lab.promote("db-02/mysqld");
    for _ in 0..rows_of_new_primary {
        lab.visit(Class::Write);
    }
    lab.tell(Command::RestoreAll);
    lab.run_ms(2_000);
    lab.reclone("db-01/mysqld");
    lab.run_ms(2_000);
    lab.promote("db-01/mysqld");
    lab.visit(Class::Write);
    lab.visit(Class::Write);
    lab
}

#[test]
fn a_copied_server_does_not_give_old_names_to_new_transactions() {
    for rows in [0, 2] {
        let mut lab = copied_anew(rows);
        // db-03 has the row that was lost; its number must not make it look like one of the new ones.
        lab.tell(follow("db-03/mysqld"));
        lab.run_ms(3_000);
        let io = lab.world.replica_status(2).expect("a replica").io;
        assert_eq!(io, Io::Refused(WhyRefused::Diverged), "{rows} rows");
    }
}

#[test]
fn a_copied_server_has_no_binlog_of_what_came_before() {
    let mut lab = three_databases();
    lab.kill("db-03");
    lab.promote("db-02/mysqld");
    lab.visit(Class::Write);
    lab.run_ms(100);
    lab.reclone("db-01/mysqld");
    lab.run_ms(2_000);
    lab.promote("db-01/mysqld");
    lab.visit(Class::Write);
    lab.restore("db-03");
    lab.run_ms(5_000);
    let io = lab.world.replica_status(2).expect("a replica").io;
    assert_eq!(io, Io::Refused(WhyRefused::Purged));
}

#[test]
fn a_command_between_two_events_of_one_moment_is_replayed() {
    let scenario: Arc<Scenario> = Arc::new({
        let mut scenario = preset("three-server");
        scenario.workload = Workload { rate_per_s: 500, ..Workload::default() };
        scenario
    });
    let mut world = World::new(Arc::clone(&scenario));
    let mut history = History::new(scenario);
    let mut give = |world: &mut World, command: Command| {
        world.apply(&command).expect("a sensible command");
        history.push(world.now(), command);
    };
    world.run_until(SimTime(2_000_000));
    for part in ["web-01/nginx", "lb-01/haproxy", "web-02/mysqld", "web-02/app"] {
        give(&mut world, freeze(part));
        world.run_until(world.now() + Micros::from_millis(700));
        // What has piled up is carried out at the moment of the first command.
        give(&mut world, restore(part));
        world.step();
        world.step();
        give(&mut world, kill(part));
        give(&mut world, restore(part));
        world.run_until(world.now() + Micros::from_millis(300));
    }
    let again = history.replay(world.now());
    assert_eq!((again.digest(), again.events()), (world.digest(), world.events()));
}

#[test]
fn a_resolver_that_dies_does_not_answer_the_question_it_has() {
    let mut lab = Lab::new();
    let visit = lab.start(Class::Static);
    lab.run_ms(20);
    lab.kill("resolver/resolver");
    let record = lab.end_of(visit);
    // UDP has no connection to reset: the stub waits for 5 s, asks again, and is refused.
    assert_eq!(record.outcome.cause, Cause::DnsRefused);
    assert!(record.took >= Micros::from_secs(5), "{}", record.took);
}

#[test]
fn a_request_does_not_pass_a_link_that_was_cut_under_way() {
    let mut lab = Lab::with(|s| s.settings.client.response_timeout_ms = 5_000);
    let visit = lab.start(Class::Static);
    let link = "client/browser>lb-01/haproxy";
    while lab.world.flights(9).all(|flight| lab.world.wiring().link(flight.link).name != link) {
        lab.world.step();
    }
    // One way takes 20 ms: the connection has been accepted, the request is on its way.
    lab.run_ms(30);
    lab.kill(link);
    let record = lab.end_of(visit);
    assert_eq!(lab.line(&record), "ERR_TIMED_OUT client/browser");
    assert_eq!(lab.world.balancers()[0].counters.requests, 0);
}

#[test]
fn nothing_is_left_of_what_a_hung_process_had_missed_when_its_machine_loses_power() {
    let mut lab = Lab::with(|s| {
        s.settings.balancer.timeout_server_ms = 2_000;
        s.settings.balancer.check = Check::None;
    });
    lab.slow("web-01/nginx", 1_000);
    let visits = [lab.start(Class::Static), lab.start(Class::Static)];
    lab.run_ms(200);
    lab.kill("web-01");
    lab.freeze("lb-01/haproxy");
    lab.run_ms(10_000);
    lab.kill("lb-01");
    for visit in visits {
        lab.end_of(visit);
    }
    lab.tell(Command::RestoreAll);
    lab.run_ms(180_000);
    assert_eq!(lab.world.calls_under_way(), 0);
}

#[test]
fn an_answer_that_has_arrived_is_not_held_up_by_a_link_that_is_cut_later() {
    let mut lab = Lab::with(|s| s.settings.app.service_us = 300_000);
    let visit = lab.start(Class::Read);
    lab.run_ms(250);
    lab.freeze("lb-01/haproxy");
    lab.run_ms(1_000);
    lab.kill("lb-01/haproxy>web-01/nginx");
    lab.restore("lb-01/haproxy");
    lab.run_ms(1_000);
    assert!(lab.end_of(visit).outcome.is_ok());
    assert!(lab.now_ms() < 10_000);
}

#[test]
fn two_processes_cannot_listen_on_one_port() {
    let mut scenario = preset("three-server");
    let twin = scenario.topology.machines[4].processes[0].clone();
    scenario.topology.machines[3].processes.push(twin);
    let error = scenario.validate().expect_err("haproxy and nginx both want port 80");
    assert_eq!(error.field, "topology.machines[3].processes[1]");
    assert!(error.message.contains("80"), "{error}");
}

#[test]
fn the_clock_of_the_queue_starts_anew_with_each_wait() {
    let mut lab = Lab::with(|s| {
        s.settings.app.service_us = 1_500_000;
        s.settings.balancer.timeout_queue_ms = Some(2_000);
        s.settings.balancer.algorithm = hopscope::sim::balancer::Algorithm::Source;
        for name in ["web-01", "web-02"] {
            let line = ServerLine { maxconn: Some(1), ..ServerLine::default() };
            s.settings.balancer.servers.insert(name.to_owned(), line);
        }
    });
    // Even addresses hash to web-01, odd ones to web-02.
    let start = |lab: &mut Lab, last| {
        let source = Some(std::net::Ipv4Addr::new(10, 9, 0, last));
        lab.tell(Command::visits_from(Class::Read, 1, source));
        lab.world.last_visit()
    };
    let _busy = start(&mut lab, 2);
    let _busy_elsewhere = start(&mut lab, 1);
    lab.run_ms(300);
    let moved = start(&mut lab, 4);
    let ahead = start(&mut lab, 3);
    lab.run_ms(700);
    // The request that waits for web-01 is moved behind the one that waits for the other.
    lab.server_state("web-01", AdminState::Maint);
    let moved = lab.end_of(moved);
    assert_eq!(lab.line(&moved), "503 lb-01/haproxy sQ");
    assert!(moved.took > Micros::from_millis(2_500), "{}", moved.took);
    assert!(lab.end_of(ahead).outcome.is_ok());
}

#[test]
fn a_check_that_ends_during_maintenance_says_nothing() {
    let mut lab = Lab::with(|s| s.settings.balancer.fall = 1);
    lab.kill("lb-01/haproxy>web-01/nginx");
    lab.run_ms(1_900);
    lab.server_state("web-01", AdminState::Maint);
    lab.run_ms(10_000);
    lab.restore("lb-01/haproxy>web-01/nginx");
    // Maintenance itself counts as a change to DOWN (`chkdown`), the check does not.
    assert_eq!(lab.world.balancers()[0].servers[0].counters.times_down, 1);
    lab.server_state("web-01", AdminState::Ready);
    assert!(lab.is_up("web-01"));
}
