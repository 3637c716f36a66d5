//! What each layer does and how it fails: one test for each line of the design's table, with the status, the layer that
//! says it, HAProxy's termination state and MySQL's error number.

mod support;

use std::net::Ipv4Addr;

use hopscope::sim::balancer::{AdminState, Algorithm};
use hopscope::sim::dns::ResolverKind;
use hopscope::sim::{
    Cause, Check, Class, Command, DbError, Decision, Micros, PickReason, Place, ServerLine, Setting, Verdict,
};
use support::Lab;
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

const UNUSED: Ipv4Addr = Ipv4Addr::new(203, 0, 113, 99);
const WEB_02: Ipv4Addr = Ipv4Addr::new(203, 0, 113, 12);

fn line(weight: u32, backup: bool, maxconn: Option<u32>) -> ServerLine {
    ServerLine { weight, backup, maxconn, ..ServerLine::default() }
}

#[test]
fn a_name_that_is_not_in_the_cache_is_asked_for_from_the_root_down() {
    let mut lab = Lab::new();
    let first = lab.visit(Class::Static);
    let asked: Vec<Decision> = lab.decisions(&first).into_iter().take(5).collect();
    assert_eq!(
        asked,
        [
            Decision::Sent,
            Decision::RootReferral,
            Decision::ComReferral,
            Decision::AuthorityAnswer { ttl_s: 60 },
            Decision::Returned
        ]
    );
    let second = lab.visit(Class::Static);
    assert!(matches!(
        lab.decisions(&second)[..3],
        [Decision::Sent, Decision::CacheHit { ttl_s: 60 }, Decision::Returned]
    ));
    lab.run_ms(70_000);
    // The servers of com and of foobar.com are kept for longer than the address.
    let third = lab.visit(Class::Static);
    assert!(matches!(lab.decisions(&third)[..2], [Decision::Sent, Decision::AuthorityAnswer { .. }]));
    lab.tell(Command::FlushCache);
    let fourth = lab.visit(Class::Static);
    assert_eq!(lab.decisions(&fourth)[1], Decision::RootReferral);
}

#[test]
fn visits_that_ask_at_the_same_time_share_one_question() {
    let mut lab = Lab::new();
    let (one, two) = (lab.start(Class::Static), lab.start(Class::Static));
    let (one, two) = (lab.end_of(one), lab.end_of(two));
    assert!(lab.decisions(&two).contains(&Decision::JoinedQuestion));
    assert_eq!((one.outcome.is_ok(), two.outcome.is_ok()), (true, true));
    assert_eq!(one.started, two.started);
}

#[test]
fn a_dead_authoritative_server_is_servfail_with_bind_and_silence_with_unbound() {
    for (kind, part, expected, cause) in [
        (ResolverKind::Bind, "ns1/nsd", "ERR_NAME_NOT_RESOLVED resolver/resolver", Cause::DnsServFail),
        (ResolverKind::Bind, "ns1", "ERR_NAME_NOT_RESOLVED client/browser", Cause::DnsSilent),
        (ResolverKind::Unbound, "ns1/nsd", "ERR_NAME_NOT_RESOLVED client/browser", Cause::DnsSilent),
        (ResolverKind::Unbound, "ns1", "ERR_NAME_NOT_RESOLVED client/browser", Cause::DnsSilent),
    ] {
        let mut lab = Lab::with(|s| {
            s.settings.dns.resolver = kind;
            s.settings.dns.ttl_s = 10;
        });
        assert!(lab.visit(Class::Static).outcome.is_ok());
        lab.kill(part);
        lab.run_ms(5_000);
        assert!(lab.visit(Class::Static).outcome.is_ok(), "the cache still knows");
        lab.run_ms(6_000);
        let record = lab.visit(Class::Static);
        assert_eq!((lab.line(&record), record.outcome.cause), (expected.to_owned(), cause), "{kind:?} {part}");
        // BIND answers a closed port at once; a question without an answer takes the stub two attempts of 5 s.
        let slow = cause == Cause::DnsSilent;
        assert_eq!(record.took >= Micros::from_secs(10), slow, "{kind:?} {part}: {}", record.took);
    }
}

#[test]
fn a_dead_resolver_refuses_and_a_resolver_without_power_is_silent() {
    let mut lab = Lab::new();
    lab.kill("resolver/resolver");
    let record = lab.visit(Class::Static);
    assert_eq!(lab.line(&record), "ERR_NAME_NOT_RESOLVED client/browser");
    assert_eq!(record.outcome.cause, Cause::DnsRefused);
    lab.kill("resolver");
    let record = lab.visit(Class::Static);
    assert_eq!((record.outcome.cause, record.took), (Cause::DnsSilent, Micros::from_secs(10)));
    lab.restore("resolver");
    assert!(lab.visit(Class::Static).outcome.is_ok());
}

#[test]
fn a_changed_record_is_seen_when_the_old_ttl_is_over() {
    let mut lab = Lab::new();
    lab.visit(Class::Static);
    let learned_ms = lab.now_ms();
    lab.tell(Command::Records { addresses: vec![WEB_02], ttl_s: 60 });
    while lab.now_ms() < learned_ms + 58_000 {
        let record = lab.visit(Class::Static);
        assert!(record.notes.server.is_some(), "still by way of the balancer");
        lab.run_ms(3_000);
    }
    lab.run_ms(5_000);
    let record = lab.visit(Class::Static);
    assert_eq!((lab.line(&record), record.notes.server), ("200 web-02/nginx".to_owned(), None));
}

#[test]
fn an_address_that_nobody_has_and_a_name_without_address() {
    let mut lab = Lab::with(|s| s.settings.dns.addresses = vec![UNUSED]);
    let record = lab.visit(Class::Static);
    assert_eq!(lab.line(&record), "ERR_CONNECTION_TIMED_OUT client/browser");
    assert_eq!(record.outcome.cause, Cause::AddressUnused);
    let mut lab = Lab::with(|s| s.settings.dns.addresses.clear());
    let record = lab.visit(Class::Static);
    assert_eq!(lab.line(&record), "ERR_NAME_NOT_RESOLVED resolver/resolver");
    assert_eq!(record.outcome.cause, Cause::DnsNoAddress);
}

#[test]
fn the_way_to_the_balancer_fails_in_three_ways() {
    for (part, expected) in [
        ("lb-01", "ERR_CONNECTION_TIMED_OUT client/browser"),
        ("client/browser>lb-01/haproxy", "ERR_CONNECTION_TIMED_OUT client/browser"),
        ("lb-01/haproxy", "ERR_CONNECTION_REFUSED client/browser"),
    ] {
        let mut lab = Lab::new();
        lab.kill(part);
        assert_eq!(lab.lines(Class::Read, 1), [expected], "{part}");
        lab.restore(part);
        lab.run_ms(3_000);
        assert_eq!(lab.lines(Class::Read, 2), ["200 web-01/app", "200 web-02/app"], "{part}");
    }
    let mut lab = Lab::new();
    lab.freeze("lb-01/haproxy");
    let record = lab.visit(Class::Read);
    assert_eq!(lab.line(&record), "ERR_TIMED_OUT client/browser");
}

#[test]
fn a_balancer_that_dies_in_the_middle_closes_or_falls_silent() {
    for (part, expected) in
        [("lb-01/haproxy", "ERR_EMPTY_RESPONSE client/browser"), ("lb-01", "ERR_TIMED_OUT client/browser")]
    {
        let mut lab = Lab::with(|s| s.settings.app.service_us = 1_000_000);
        let visit = lab.start(Class::Read);
        lab.run_ms(600);
        lab.kill(part);
        let record = lab.end_of(visit);
        assert_eq!(lab.line(&record), expected, "{part}");
    }
}

#[test]
fn a_dead_server_that_nobody_has_noticed() {
    struct Case {
        redispatch: bool,
        retries: u32,
        part: &'static str,
        lines: [&'static str; 2],
        retried: [u32; 2],
        took_ms: u64,
    }
    let cases = [
        Case {
            redispatch: true,
            retries: 3,
            part: "web-01/nginx",
            lines: ["200 web-02/nginx"; 2],
            retried: [1, 1],
            took_ms: 0,
        },
        Case {
            redispatch: true,
            retries: 0,
            part: "web-01/nginx",
            lines: ["503 lb-01/haproxy SC", "200 web-02/nginx"],
            retried: [0, 0],
            took_ms: 0,
        },
        Case {
            redispatch: false,
            retries: 3,
            part: "web-01/nginx",
            lines: ["503 lb-01/haproxy SC", "200 web-02/nginx"],
            retried: [3, 0],
            took_ms: 3_000,
        },
        Case {
            redispatch: false,
            retries: 3,
            part: "web-01",
            lines: ["503 lb-01/haproxy sC", "200 web-02/nginx"],
            retried: [3, 0],
            took_ms: 4_000,
        },
        Case {
            redispatch: true,
            retries: 3,
            part: "lb-01/haproxy>web-01/nginx",
            lines: ["200 web-02/nginx"; 2],
            retried: [1, 1],
            took_ms: 1_000,
        },
    ];
    for case in cases {
        let mut lab = Lab::with(|s| {
            s.settings.balancer.check = Check::None;
            (s.settings.balancer.redispatch, s.settings.balancer.retries) = (case.redispatch, case.retries);
        });
        assert_eq!(lab.turns(Class::Static, 4), "1212");
        lab.kill(case.part);
        let name = format!("{} redispatch {} retries {}", case.part, case.redispatch, case.retries);
        for i in 0..2 {
            let record = lab.visit(Class::Static);
            assert_eq!(lab.line(&record), case.lines[i], "{name}");
            assert_eq!(record.notes.retries, case.retried[i], "{name}");
            assert_eq!(record.notes.redispatched, case.redispatch && case.retried[i] > 0, "{name}");
            if i == 0 {
                let took_ms = record.took.0 / 1_000;
                assert!((case.took_ms..case.took_ms + 200).contains(&took_ms), "{name}: {took_ms} ms");
            }
        }
    }
}

#[test]
fn a_backup_does_not_help_before_the_check_has_noticed() {
    let mut lab = Lab::with(|s| {
        s.settings.balancer.servers.insert("web-02".to_owned(), line(1, true, None));
    });
    assert_eq!(lab.turns(Class::Read, 3), "111");
    lab.kill("web-01/nginx");
    assert_eq!(lab.lines(Class::Read, 1), ["503 lb-01/haproxy SC"]);
    lab.until_noticed("web-01", false);
    let record = lab.visit(Class::Read);
    assert_eq!(lab.server(&record).as_deref(), Some("web-02"));
    let backup = |decision: &Decision| matches!(decision, Decision::Picked { why: PickReason::Backup, .. });
    assert!(lab.decisions(&record).iter().any(backup));
    lab.restore("web-01/nginx");
    lab.until_noticed("web-01", true);
    assert_eq!(lab.turns(Class::Read, 3), "111");
}

#[test]
fn no_server_at_all_is_503_at_once() {
    let mut lab = Lab::new();
    lab.kill("web-01/nginx");
    lab.kill("web-02/nginx");
    lab.until_noticed("web-01", false);
    lab.run_ms(3_000);
    let record = lab.visit(Class::Read);
    assert_eq!(lab.line(&record), "503 lb-01/haproxy SC");
    assert_eq!((record.outcome.cause, record.notes.server), (Cause::NoServer, None));
    lab.tell(Command::RestoreAll);
    lab.until_noticed("web-01", true);
    for state in [AdminState::Maint, AdminState::Drain] {
        let mut lab = Lab::new();
        lab.server_state("web-01", state);
        assert_eq!(lab.turns(Class::Read, 3), "222", "{state:?}");
        lab.server_state("web-02", state);
        assert_eq!(lab.lines(Class::Read, 1), ["503 lb-01/haproxy SC"], "{state:?}");
        lab.server_state("web-01", AdminState::Ready);
        assert_eq!(lab.turns(Class::Read, 3), "111", "{state:?}");
    }
}

#[test]
fn maxconn_lets_requests_wait_in_order_and_the_queue_time_out() {
    let mut lab = Lab::with(|s| {
        for name in ["web-01", "web-02"] {
            s.settings.balancer.servers.insert(name.to_owned(), line(1, false, Some(1)));
        }
        s.settings.app.service_us = 2_000_000;
        s.settings.balancer.timeout_queue_ms = Some(3_000);
    });
    let visits: Vec<u64> = (0..6).map(|_| lab.start(Class::Read)).collect();
    let records: Vec<_> = visits.into_iter().map(|visit| lab.end_of(visit)).collect();
    let lines: Vec<String> = records.iter().map(|record| lab.line(record)).collect();
    let queued = |at: usize| lab.decisions(&records[at]).contains(&Decision::Queued);
    // The replica runs on web-02, which is therefore free a little earlier and takes the first that waits.
    assert_eq!(lines[..4], ["200 web-01/app", "200 web-02/app", "200 web-02/app", "200 web-01/app"]);
    // Two at a time take 2 s; those after the next would wait for 4 s.
    assert_eq!(lines[4..], ["503 lb-01/haproxy sQ", "503 lb-01/haproxy sQ"]);
    assert_eq!([0, 1, 2, 3, 4, 5].map(queued), [false, false, true, true, true, true]);
    assert!(records[3].took > records[0].took + Micros::from_secs(2) - Micros::from_millis(1));
    assert_eq!(lab.world.balancers()[0].counters.queue_timeouts, 2);
}

#[test]
fn the_application_dead_or_hung_costs_the_dynamic_pages_only() {
    for (part, dead, expected) in [
        ("web-01/app", true, "502 web-01/nginx"),
        ("web-01/app", false, "504 web-01/nginx"),
        ("web-01/nginx>web-01/app", true, "504 web-01/nginx"),
    ] {
        let mut lab = Lab::new();
        if dead {
            lab.kill(part)
        } else {
            lab.freeze(part)
        }
        assert_eq!(lab.lines(Class::Read, 2), [expected, "200 web-02/app"]);
        assert_eq!(lab.lines(Class::Static, 2), ["200 web-01/nginx", "200 web-02/nginx"]);
    }
    // HAProxy's time-out is the shorter one here: it says 504 itself.
    let mut lab = Lab::with(|s| s.settings.balancer.timeout_server_ms = 1_000);
    lab.freeze("web-01/app");
    let record = lab.visit(Class::Read);
    assert_eq!(lab.line(&record), "504 lb-01/haproxy sH");
    // A request that the application has when it dies is cut off.
    let mut lab = Lab::with(|s| s.settings.app.service_us = 1_000_000);
    let visit = lab.start(Class::Read);
    lab.run_ms(600);
    lab.kill("web-01/app");
    let record = lab.end_of(visit);
    assert_eq!((lab.line(&record), record.outcome.cause), ("502 web-01/nginx".to_owned(), Cause::AppReset));
}

#[test]
fn a_web_server_that_dies_or_hangs_with_requests_in_it() {
    for (kill, expected) in [(true, "502 lb-01/haproxy SH"), (false, "504 lb-01/haproxy sH")] {
        let mut lab = Lab::with(|s| {
            s.settings.app.service_us = 1_000_000;
            s.settings.balancer.timeout_server_ms = 3_000;
        });
        let visit = lab.start(Class::Read);
        lab.run_ms(600);
        if kill {
            lab.kill("web-01/nginx")
        } else {
            lab.freeze("web-01/nginx")
        }
        let record = lab.end_of(visit);
        assert_eq!((lab.line(&record), record.notes.retries), (expected.to_owned(), 0));
    }
}

#[test]
fn the_primary_dead_costs_the_writes_only() {
    for (part, code, took_ms) in [("web-01/mysqld", 2003, 0), ("web-02/app>web-01/mysqld", 2003, 1_000)] {
        let mut lab = Lab::new();
        lab.kill(part);
        lab.visit(Class::Static);
        let record = lab.visit(Class::Write);
        assert_eq!(lab.line(&record), format!("500 web-02/app {code}"), "{part}");
        assert!(record.took >= Micros::from_millis(took_ms));
        assert_eq!(lab.lines(Class::Read, 2), ["200 web-01/app", "200 web-02/app"], "{part}");
    }
    let mut lab = Lab::new();
    lab.freeze("web-01/mysqld");
    let record = lab.visit(Class::Write);
    assert_eq!(lab.line(&record), "500 web-01/app 2013");
    assert_eq!(record.outcome.cause, Cause::Database(DbError::ReadTimeout));
    // A write whose client gave up is there after all.
    lab.restore("web-01/mysqld");
    lab.run_ms(1_000);
    let record = lab.visit(Class::Read);
    assert!(matches!(record.outcome.cause, Cause::Rows { newest: 1, .. }), "{:?}", record.outcome.cause);
}

#[test]
fn a_dead_replica_costs_the_reads_unless_they_fall_back() {
    let mut lab = Lab::new();
    lab.kill("web-02/mysqld");
    assert_eq!(lab.lines(Class::Read, 2), ["500 web-01/app 2003", "500 web-02/app 2003"]);
    lab.set(Setting::Fallback(true));
    let record = lab.visit(Class::Read);
    assert_eq!(lab.line(&record), "200 web-01/app");
    let failed = Decision::DatabaseFailed(DbError::Refused);
    assert!(lab.decisions(&record).contains(&failed));
    assert_eq!(record.notes.database.map(|db| lab.name(db).to_owned()).as_deref(), Some("web-01/mysqld"));
    assert!(lab.visit(Class::Write).outcome.is_ok());
}

#[test]
fn a_write_that_reaches_a_demoted_primary_is_1290() {
    let mut lab = Lab::with(|s| s.settings.mysql.service_us = 500_000);
    let visit = lab.start(Class::Write);
    lab.run_ms(500);
    lab.promote("web-02/mysqld");
    let record = lab.end_of(visit);
    assert_eq!(lab.line(&record), "500 web-01/app 1290");
    let denied = lab.world.trace(record.id).expect("traced").spans.iter().find_map(|span| match span.decision {
        Decision::Denied(error) => Some((span.place, error)),
        _ => None,
    });
    assert_eq!(denied, Some((Place::Process(lab.process("web-01/mysqld")), DbError::ReadOnly)));
    assert_eq!(lab.line(&lab.world.log().of(visit).copied().expect("kept")), "500 web-01/app 1290");
}

#[test]
fn max_connections_is_1040() {
    let mut lab = Lab::with(|s| {
        s.settings.mysql.service_us = 500_000;
        (s.settings.mysql.threads, s.settings.mysql.max_connections) = (1, 2);
    });
    let visits: Vec<u64> = (0..4).map(|_| lab.start(Class::Read)).collect();
    let lines: Vec<String> = visits
        .into_iter()
        .map(|visit| {
            let record = lab.end_of(visit);
            lab.line(&record)
        })
        .collect();
    assert_eq!(lines.iter().filter(|line| line.starts_with("200")).count(), 2, "{lines:?}");
    assert_eq!(lines.iter().filter(|line| line.ends_with("/app 1040")).count(), 2, "{lines:?}");
}

#[test]
fn the_old_primary_comes_back_diverged() {
    let mut lab = Lab::new();
    assert!(lab.visit(Class::Write).outcome.is_ok());
    lab.run_ms(100);
    lab.kill("web-01/mysqld>web-02/mysqld");
    let lost = lab.visit(Class::Write);
    lab.kill("web-01/mysqld");
    lab.promote("web-02/mysqld");
    let promotion = lab.world.cluster().promotions.back().expect("a promotion");
    assert_eq!(promotion.lost.iter().map(|row| row.visit).collect::<Vec<_>>(), [lost.id]);
    lab.restore("web-01/mysqld");
    lab.restore("web-01/mysqld>web-02/mysqld");
    let newer = lab.visit(Class::Write);
    assert_eq!(newer.outcome.cause, Cause::Stored { row: 2 });
    // Both servers have a row 2, of different visits.
    let row_2 = |lab: &Lab, at: usize| lab.world.cluster().servers[at].table.rows().nth(1).map(|row| row.visit);
    assert_eq!((row_2(&lab, 0), row_2(&lab, 1)), (Some(lost.id), Some(newer.id)));
    lab.tell(Command::Follow { server: "web-01/mysqld".to_owned() });
    lab.run_ms(5_000);
    use hopscope::sim::mysql::{Io, WhyRefused};
    assert_eq!(lab.world.replica_status(0).expect("a replica").io, Io::Refused(WhyRefused::Diverged));
    lab.reclone("web-01/mysqld");
    lab.run_ms(5_000);
    assert_eq!(lab.world.replica_status(0).expect("a replica").io, Io::Running);
    lab.visit(Class::Write);
    lab.run_ms(1_000);
    let servers = &lab.world.cluster().servers;
    assert_eq!(servers[0].executed, servers[1].executed);
    assert_eq!(row_2(&lab, 0), Some(newer.id));
    assert!(lab.visit(Class::Read).outcome.is_ok());
}

#[test]
fn one_server_has_no_balancer_and_falls_as_a_whole() {
    let mut lab = Lab::preset_with("one-server", |_| {});
    assert_eq!(lab.lines(Class::Write, 1), ["200 web-01/app"]);
    lab.kill("web-01/mysqld");
    assert_eq!(lab.lines(Class::Read, 1), ["500 web-01/app 2003"]);
    assert_eq!(lab.lines(Class::Static, 1), ["200 web-01/nginx"]);
    lab.kill("web-01");
    assert_eq!(lab.lines(Class::Static, 1), ["ERR_CONNECTION_TIMED_OUT client/browser"]);
    lab.restore("web-01");
    assert_eq!(lab.lines(Class::Write, 1), ["200 web-01/app"]);
}

#[test]
fn every_preset_serves_every_class() {
    for preset in hopscope::sim::PRESETS {
        let mut lab = Lab::preset_with(preset.name, |_| {});
        for class in Class::ALL {
            assert_eq!(lab.visit(class).outcome.result, Verdict::Http(200), "{} {class:?}", preset.name);
        }
    }
}

#[test]
fn every_algorithm_gives_its_order() {
    for (algorithm, order) in [
        (Algorithm::RoundRobin, "1112111211"),
        (Algorithm::StaticRr, "1112111211"),
        (Algorithm::LeastConn, "1212121212"),
        (Algorithm::First, "1111111111"),
        (Algorithm::Source, "2222222222"),
    ] {
        let mut lab = Lab::with(|s| {
            s.settings.balancer.algorithm = algorithm;
            s.settings.balancer.servers.insert("web-01".to_owned(), line(3, false, None));
        });
        assert_eq!(lab.turns(Class::Static, 10), order, "{algorithm:?}");
    }
}
