//! Firewalls, TLS, and what they leave to see: each port, each byte, each time-out.

mod support;

use std::net::Ipv4Addr;

use hopscope::sim::balancer::LastCheck;
use hopscope::sim::{
    BrowserError, Cause, Check, Class, Command, Decision, Firewall, Flight, Login, PRESETS, PortState, Protocol, Rule,
    Ruling, Setting, TlsMode, Verdict, Workload,
};
use support::Lab;
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

const BROWSER: &str = "client/browser>lb-01/haproxy";
const WEB_01: &str = "lb-01/haproxy>web-01/nginx";
const APP_01: &str = "web-01/nginx>web-01/app";
const DB_01: &str = "web-01/app>web-01/mysqld";

fn rule(verdict: Ruling, from: &str, port: u16) -> Rule {
    Rule { verdict, from: from.to_owned(), port: Some(port) }
}

/// Lets a machine accept everything but what these rules say.
fn guard(lab: &mut Lab, machine: &str, rules: Vec<Rule>) {
    let firewall = Some(Firewall { policy: Ruling::Accept, rules });
    lab.tell(Command::Firewall { machine: machine.to_owned(), firewall });
}

fn open_up(lab: &mut Lab, machine: &str) {
    lab.tell(Command::Firewall { machine: machine.to_owned(), firewall: None });
}

/// The open, and the filtered, ports of each machine: `lb-01: 22 80 | 3306`.
fn scan(lab: &Lab) -> Vec<String> {
    let wiring = lab.world.wiring();
    let found = lab.world.scan();
    let mut lines = Vec::new();
    for (i, machine) in wiring.machines.iter().enumerate() {
        let ports = |state| {
            let mine = found.iter().filter(|port| port.machine.index() == i && port.state == state);
            mine.map(|port| port.port.to_string()).collect::<Vec<_>>().join(" ")
        };
        if machine.public.is_some() {
            lines.push(format!("{}: {} | {}", machine.name, ports(PortState::Open), ports(PortState::Filtered)));
        }
    }
    lines
}

/// The form's password, where it can be read on a link.
fn password_on(lab: &Lab, link: &str) -> bool {
    let part = lab.world.wiring().part(link).expect("a link");
    let hopscope::sim::PartId::Link(link) = part else { panic!("{link} is no link") };
    let account = lab.world.account(Ipv4Addr::new(198, 51, 100, 7));
    let heard = lab.world.wiretap(link);
    assert!(!heard.is_empty(), "nothing was heard on {part:?}");
    let secret = format!("password={}", account.password);
    let cookie = format!("session={}", account.session);
    assert_eq!(heard.iter().any(|h| h.shows(&secret)), heard.iter().any(|h| h.shows(&cookie)));
    heard.iter().any(|h| h.shows(&secret))
}

#[test]
fn without_firewalls_the_scan_finds_what_listens() {
    for (preset, expected) in [
        ("three-server", &["lb-01: 22 80 | ", "web-01: 22 80 3306 8000 | ", "web-02: 22 80 3306 8000 | "][..]),
        ("one-server", &["web-01: 22 80 3306 8000 | "]),
        (
            "dedicated-db",
            &[
                "lb-01: 22 80 | ",
                "web-01: 22 80 8000 | ",
                "web-02: 22 80 8000 | ",
                "db-01: 22 3306 | ",
                "db-02: 22 3306 | ",
            ],
        ),
        (
            "one-db-server",
            &["lb-01: 22 80 | ", "web-01: 22 80 8000 | ", "web-02: 22 80 8000 | ", "db-01: 22 3306 3307 | "],
        ),
        (
            "secured",
            &[
                "lb-01: 80 443 | 22 3306 8000 9100",
                "web-01:  | 22 80 443 3306 8000 9100",
                "web-02:  | 22 80 443 3306 8000 9100",
            ],
        ),
    ] {
        let lab = Lab::preset_with(preset, |_| {});
        assert_eq!(scan(&lab), expected, "{preset}");
    }
}

#[test]
fn the_scan_follows_what_happens() {
    let mut lab = Lab::new();
    lab.kill("web-01/nginx");
    lab.kill("web-02");
    guard(&mut lab, "lb-01", vec![rule(Ruling::Reject, "any", 22), rule(Ruling::Drop, "198.51.100.0/24", 80)]);
    assert_eq!(scan(&lab), ["lb-01:  | 80", "web-01: 22 3306 8000 | ", "web-02:  | 22 80 443 3306 8000"]);
    let state = |port| lab.world.port_state(Ipv4Addr::new(203, 0, 113, 10), port, Ipv4Addr::new(192, 0, 2, 9));
    assert_eq!(
        (state(22), state(80), state(443)),
        (Some(PortState::Closed), Some(PortState::Open), Some(PortState::Closed))
    );
    assert_eq!(lab.world.port_state(Ipv4Addr::new(203, 0, 113, 99), 80, Ipv4Addr::LOCALHOST), None);
    lab.set(Setting::Tls(TlsMode::Balancer));
    assert_eq!(scan(&lab)[0], "lb-01: 443 | 80");
}

#[test]
fn a_login_attempt_reaches_mysqld_unless_a_firewall_stands_before_it() {
    let mut lab = Lab::new();
    let server = lab.process("web-01/mysqld");
    assert_eq!(lab.world.login(server), Login::Denied);
    guard(&mut lab, "web-01", vec![rule(Ruling::Drop, "any", 3306)]);
    assert_eq!(lab.world.login(server), Login::TimedOut);
    guard(&mut lab, "web-01", vec![rule(Ruling::Reject, "any", 3306)]);
    assert_eq!(lab.world.login(server), Login::Refused);
    open_up(&mut lab, "web-01");
    lab.freeze("web-01/mysqld");
    assert_eq!(lab.world.login(server), Login::NoGreeting);
    lab.kill("web-01/mysqld");
    assert_eq!(lab.world.login(server), Login::Refused);
}

#[test]
fn drop_is_silence_and_reject_is_an_answer_at_once() {
    let mut lab = Lab::new();
    guard(&mut lab, "lb-01", vec![rule(Ruling::Drop, "any", 80)]);
    let dropped = lab.visit(Class::Static);
    assert_eq!(lab.line(&dropped), "ERR_CONNECTION_TIMED_OUT client/browser");
    assert_eq!(lab.decisions(&dropped).last(), Some(&Decision::Dropped));
    guard(&mut lab, "lb-01", vec![rule(Ruling::Reject, "any", 80)]);
    let rejected = lab.visit(Class::Static);
    assert_eq!(lab.line(&rejected), "ERR_CONNECTION_REFUSED client/browser");
    assert_eq!(lab.decisions(&rejected).last(), Some(&Decision::Rejected));
    assert!(rejected.took.0 < 100_000 && dropped.took.0 > 21_000_000);
    open_up(&mut lab, "lb-01");
    assert!(lab.visit(Class::Static).outcome.is_ok());
}

#[test]
fn rules_about_visitors_addresses_tell_them_apart() {
    let mut lab = Lab::new();
    guard(&mut lab, "lb-01", vec![rule(Ruling::Reject, "192.0.2.0/24", 80)]);
    let from = |lab: &mut Lab, source: [u8; 4]| {
        lab.tell(Command::visits_from(Class::Static, 1, Some(source.into())));
        lab.end_of(lab.world.last_visit()).outcome.cause
    };
    assert_eq!(from(&mut lab, [192, 0, 2, 5]), Cause::ConnectRefused);
    assert_eq!(from(&mut lab, [192, 0, 3, 5]), Cause::File);
}

#[test]
fn between_machines_each_layer_says_what_it_says_of_a_dead_machine() {
    let mut lab = Lab::new();
    guard(&mut lab, "web-01", vec![rule(Ruling::Drop, "lb-01", 80)]);
    lab.until_noticed("web-01", false);
    assert_eq!(lab.world.balancers()[0].servers[0].last_check, LastCheck::L4Timeout);
    assert_eq!(lab.turns(Class::Static, 4), "2222");
    guard(&mut lab, "web-01", vec![rule(Ruling::Reject, "lb-01", 80)]);
    lab.run_ms(4_000);
    assert_eq!(lab.world.balancers()[0].servers[0].last_check, LastCheck::L4Con);
    // Rules about other machines and ports do not matter.
    guard(&mut lab, "web-01", vec![rule(Ruling::Drop, "web-02", 80), rule(Ruling::Drop, "lb-01", 8000)]);
    lab.until_noticed("web-01", true);
    assert_eq!(lab.turns(Class::Read, 4).matches('1').count(), 2);
    // The application on web-02 writes to the primary on web-01; on web-01 it stays on the machine.
    guard(&mut lab, "web-01", vec![rule(Ruling::Drop, "any", 3306)]);
    let mut lines = lab.lines(Class::Write, 2);
    lines.sort();
    assert_eq!(lines, ["200 web-01/app", "500 web-02/app 2003"]);
    guard(&mut lab, "web-01", vec![rule(Ruling::Reject, "any", 3306)]);
    let mut lines = lab.lines(Class::Write, 2);
    lines.sort();
    assert_eq!(lines, ["200 web-01/app", "500 web-02/app 2003"]);
}

#[test]
fn a_replica_that_is_connected_stays_so_and_cannot_connect_again() {
    let mut lab = Lab::new();
    let behind = |lab: &Lab| lab.world.cluster().servers[0].binlog.end() - lab.world.cluster().servers[1].binlog.end();
    guard(&mut lab, "web-01", vec![rule(Ruling::Drop, "web-02", 3306)]);
    let wrote = |lab: &mut Lab| {
        while lab.visit(Class::Write).outcome.cause == Cause::Database(hopscope::sim::DbError::ConnectTimeout) {}
    };
    wrote(&mut lab);
    lab.run_ms(1_000);
    assert_eq!(behind(&lab), 0, "established connections pass");
    lab.kill("web-02/mysqld");
    lab.restore("web-02/mysqld");
    wrote(&mut lab);
    lab.run_ms(30_000);
    assert_eq!(behind(&lab), 1, "a new connection does not");
    open_up(&mut lab, "web-01");
    lab.run_ms(12_000);
    assert_eq!(behind(&lab), 0);
}

#[test]
fn name_servers_have_firewalls_too() {
    let mut lab = Lab::new();
    guard(&mut lab, "resolver", vec![rule(Ruling::Reject, "any", 53)]);
    assert_eq!(lab.visit(Class::Static).outcome.cause, Cause::DnsRefused);
    guard(&mut lab, "resolver", vec![rule(Ruling::Drop, "any", 53)]);
    let silent = lab.visit(Class::Static);
    assert_eq!(silent.outcome.cause, Cause::DnsSilent);
    assert!(lab.decisions(&silent).contains(&Decision::Dropped));
    open_up(&mut lab, "resolver");
    guard(&mut lab, "ns1", vec![rule(Ruling::Drop, "resolver", 53)]);
    assert!(matches!(lab.visit(Class::Static).outcome.result, Verdict::Browser(BrowserError::NameNotResolved)));
    open_up(&mut lab, "ns1");
    lab.run_ms(60_000);
    assert!(lab.visit(Class::Static).outcome.is_ok());
}

#[test]
fn an_address_without_a_web_server_refuses_or_is_silent() {
    let mut lab = Lab::preset_with("dedicated-db", |scenario| {
        scenario.settings.dns.addresses = vec![Ipv4Addr::new(203, 0, 113, 21)];
    });
    let refused = lab.visit(Class::Read);
    assert_eq!(lab.line(&refused), "ERR_CONNECTION_REFUSED client/browser");
    guard(&mut lab, "db-01", vec![rule(Ruling::Drop, "any", 80)]);
    assert_eq!(lab.visit(Class::Read).outcome.cause, Cause::ConnectTimeout);
    open_up(&mut lab, "db-01");
    lab.kill("db-01");
    assert_eq!(lab.visit(Class::Read).outcome.cause, Cause::ConnectTimeout);
}

#[test]
fn port_80_redirects_who_types_the_name_and_tls_takes_one_round_trip_more() {
    let mut lab = Lab::new();
    // The first visit asks for the address.
    let [_, plain] = [0; 2].map(|_| lab.visit(Class::Static));
    lab.set(Setting::Tls(TlsMode::Balancer));
    let secure = lab.visit(Class::Static);
    assert_eq!(secure.took.0 - plain.took.0, 40_000, "one round trip");
    assert!(!secure.notes.redirected);
    let read = lab.visit(Class::Read);
    assert!(read.outcome.is_ok() && read.notes.redirected);
    let decisions = lab.decisions(&read);
    let at = decisions.iter().position(|d| *d == Decision::Redirected).expect("a redirect");
    assert_eq!(
        decisions[at - 1..at + 5],
        [
            Decision::Sent,
            Decision::Redirected,
            Decision::Returned,
            Decision::Connected,
            Decision::TlsHandshake,
            Decision::Sent
        ]
    );
    assert_eq!(Cause::Redirected.termination(), "LR");
    assert_eq!(lab.world.balancers()[0].counters.requests, 5, "the redirect is a request of its own");
    // Port 443 alone does not help who begins on port 80.
    guard(&mut lab, "lb-01", vec![rule(Ruling::Drop, "any", 80)]);
    assert_eq!(lab.visit(Class::Read).outcome.cause, Cause::ConnectTimeout);
    assert!(lab.visit(Class::Write).outcome.is_ok());
    guard(&mut lab, "lb-01", vec![rule(Ruling::Reject, "any", 443)]);
    let read = lab.visit(Class::Read);
    assert!(read.notes.redirected && read.outcome.cause == Cause::ConnectRefused);
}

/// Whether each answer to the browser that a visit meets is drawn as a failure, in order.
fn answers(lab: &mut Lab, visit: u64) -> Vec<bool> {
    let mut answers = Vec::new();
    while lab.world.log().of(visit).is_none() {
        assert!(lab.world.step());
        let to_browser = |flight: &Flight| lab.world.wiring().link(flight.link).protocol == Protocol::Http;
        let flights = lab.world.flights(usize::MAX).filter(|flight| flight.visit == Some(visit) && flight.back);
        let sent = flights.filter(|flight| flight.sent == lab.world.now() && to_browser(flight));
        answers.extend(sent.map(|flight| flight.failed));
    }
    answers
}

#[test]
fn a_redirect_is_no_failure() {
    let mut lab = Lab::preset_with("secured", |_| {});
    let read = lab.start(Class::Read);
    let [redirect, .., page] = answers(&mut lab, read)[..] else { panic!("two answers and more") };
    assert_eq!((redirect, page), (false, false));
    assert!(lab.end_of(read).notes.redirected);
    for (status, ok) in [(200, true), (204, true), (302, true), (404, false), (503, false)] {
        let (ended, fine) = (lab.world.metrics().ended, lab.world.metrics().ok);
        let answer = Some(hopscope::sim::Answer::Status(status));
        let (class, source, method, path, cookie) = (Class::Static, None, None, None, None);
        lab.tell(Command::Visit { class, count: 1, source, answer, method, path, cookie });
        let visit = lab.world.last_visit();
        assert!(answers(&mut lab, visit).iter().all(|failed| *failed != ok), "{status}");
        assert_eq!(lab.end_of(visit).outcome.is_ok(), ok, "{status}");
        assert_eq!(lab.world.metrics().ended, ended + 1);
        assert_eq!(lab.world.metrics().ok, fine + u64::from(ok), "{status}");
        let bucket = lab.world.metrics().series.back().expect("a second");
        assert_eq!(bucket.ok > 0 && bucket.http_errors == 0, ok, "{status}");
        lab.run_ms(2_000);
    }
}

#[test]
fn browsers_that_remember_go_to_port_443_at_once() {
    let mut lab = Lab::preset_with("secured", |scenario| scenario.settings.client.remembers_address = true);
    assert!(lab.visit(Class::Read).notes.redirected);
    assert!(!lab.visit(Class::Read).notes.redirected);
}

#[test]
fn an_expired_certificate_ends_it_in_the_browser() {
    let mut lab = Lab::preset_with("secured", |_| {});
    lab.set(Setting::CertificateDays(0));
    let before = lab.world.balancers()[0].counters.requests;
    let visit = lab.visit(Class::Write);
    assert_eq!(lab.line(&visit), "NET::ERR_CERT_DATE_INVALID client/browser");
    assert_eq!(visit.outcome.cause, Cause::CertificateExpired);
    let decisions = lab.decisions(&visit);
    assert_eq!(decisions[decisions.len() - 2..], [Decision::Connected, Decision::BadCertificate]);
    assert_eq!(lab.world.balancers()[0].counters.requests, before, "nothing reaches the request log");
    lab.set(Setting::CertificateDays(90));
    assert!(lab.visit(Class::Write).outcome.is_ok());
    // It runs out by itself, too.
    lab.set(Setting::CertificateDays(1));
    assert_eq!(lab.world.certificate_days_left(), 1);
    lab.run_ms(86_400_000);
    assert_eq!(lab.visit(Class::Write).outcome.cause, Cause::CertificateExpired);
}

#[test]
fn the_password_can_be_read_exactly_where_tls_is_absent() {
    for (mode, readable) in [
        (TlsMode::None, [true, true, true]),
        (TlsMode::Balancer, [false, true, true]),
        (TlsMode::Servers, [false, false, true]),
    ] {
        for handshake in [true, false] {
            let mut lab = Lab::with(|scenario| {
                scenario.settings.tls.mode = mode;
                scenario.settings.network.handshake = handshake;
            });
            let written: Vec<_> = (0..2).map(|_| lab.visit(Class::Write)).collect();
            assert!(written.iter().all(|visit| visit.outcome.is_ok()));
            let found = [BROWSER, WEB_01, APP_01].map(|link| password_on(&lab, link));
            assert_eq!(found, readable, "{mode:?}, handshake {handshake}");
        }
    }
}

fn heard(lab: &Lab, link: &str) -> Vec<hopscope::sim::Heard> {
    match lab.world.wiring().part(link) {
        Ok(hopscope::sim::PartId::Link(link)) => lab.world.wiretap(link),
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_wiretap_hears_what_was_sent() {
    let mut lab = Lab::new();
    assert_eq!(heard(&lab, BROWSER), []);
    let first = lab.visit(Class::Write);
    let http = heard(&lab, BROWSER);
    assert_eq!(
        http.iter().map(|h| (h.back, h.visit, h.tls)).collect::<Vec<_>>(),
        [(false, 1, false), (true, 1, false)]
    );
    assert!(http[0].bytes.starts_with(b"POST /orders HTTP/1.1\r\nHost: www.foobar.com\r\nCookie: session="));
    assert!(http[1].bytes.starts_with(b"HTTP/1.1 200 OK\r\n") && http[1].shows("number 1."));
    let Cause::Stored { row } = first.outcome.cause else { panic!("{first:?}") };
    let sql = heard(&lab, DB_01);
    let statement = "INSERT INTO orders (text) VALUES ('Order of visit 1')";
    assert!(sql[0].bytes[4] == 3 && sql[0].shows(statement));
    assert_eq!(sql[1].bytes, [7, 0, 0, 1, 0, 1, row as u8, 2, 0, 0, 0]);
    let dns = heard(&lab, "client/browser>resolver/resolver");
    assert!(dns[0].shows("\x03www\x06foobar\x03com"));
    assert_eq!(dns[1].bytes[dns[1].bytes.len() - 15..][..4], [203, 0, 113, 10]);
    assert!(heard(&lab, "resolver/resolver>ns1/nsd")[1].shows("foobar"));
    lab.run_ms(100);
    assert!(heard(&lab, "web-01/mysqld>web-02/mysqld")[0].shows("Order of visit 1"));
    // A GET has no form, another visitor another cookie, a killed nginx no answer.
    lab.visit(Class::Read);
    assert!(
        heard(&lab, BROWSER)[0].bytes.starts_with(b"GET / HTTP/1.1\r\n") && !heard(&lab, BROWSER)[0].shows("password")
    );
    lab.tell(Command::visits_from(Class::Read, 1, Some(Ipv4Addr::new(192, 0, 2, 9))));
    lab.end_of(3);
    assert!(!heard(&lab, BROWSER)[0].shows(&lab.world.account(Ipv4Addr::new(198, 51, 100, 7)).session));
}

#[test]
fn of_tls_only_the_name_and_the_lengths_can_be_read() {
    let mut lab = Lab::preset_with("secured", |_| {});
    lab.visit(Class::Write);
    let seen = heard(&lab, BROWSER);
    assert!(seen.iter().all(|h| h.tls));
    let [client, server, request, response] = &seen[..] else { panic!("{seen:?}") };
    assert_eq!(client.bytes[..6], [0x16, 3, 1, 0, client.bytes[4], 1]);
    assert!(client.shows("www.foobar.com"), "the server's name is still readable");
    assert!(!server.shows("foobar") && server.bytes[..3] == [0x16, 3, 3]);
    let inside = heard(&lab, WEB_01);
    for (record, plain) in [(request, &inside[0]), (response, &inside[1])] {
        assert_eq!(record.bytes[..3], [0x17, 3, 3]);
        let len = usize::from(record.bytes[3]) << 8 | usize::from(record.bytes[4]);
        assert_eq!(record.bytes.len(), len + 5);
        // HAProxy adds the visitor's address to the request.
        let added = if record.back { 0 } else { "X-Forwarded-For: 198.51.100.7\r\n".len() };
        assert_eq!(len - 17, plain.bytes.len() - added);
    }
    // The same run is heard the same way.
    let mut again = Lab::preset_with("secured", |_| {});
    again.visit(Class::Write);
    assert_eq!(heard(&again, BROWSER), seen);
    // Who types the name says on port 80 in clear what they want, and is sent away.
    lab.visit(Class::Read);
    let seen = heard(&lab, BROWSER);
    assert!(seen[0].shows("GET / HTTP/1.1") && seen[1].shows("location: https://www.foobar.com/"));
    assert_eq!(seen.iter().map(|h| h.tls).collect::<Vec<_>>(), [false, false, true, true, true, true]);
}

#[test]
fn with_tls_to_the_servers_checks_do_the_handshake() {
    let mut lab = Lab::with(|scenario| scenario.settings.tls.mode = TlsMode::Servers);
    let check = |lab: &Lab| lab.world.balancers()[0].servers[0].last_check;
    assert_eq!(check(&lab), LastCheck::L6Ok);
    assert_eq!(lab.turns(Class::Read, 4).matches('1').count(), 2);
    // The kernel accepts for a process that hangs, but nobody answers the hello: HAProxy's time-out is that of connecting.
    lab.freeze("web-01/nginx");
    lab.kill("web-02/nginx");
    lab.set(Setting::Redispatch(false));
    let visit = loop {
        let visit = lab.visit(Class::Static);
        if lab.server(&visit).as_deref() == Some("web-01") {
            break visit;
        }
    };
    assert_eq!(lab.line(&visit), "503 lb-01/haproxy sC");
    lab.run_ms(6_000);
    assert_eq!(check(&lab), LastCheck::L6Timeout);
    lab.restore("web-01/nginx");
    lab.set(Setting::CheckKind(Check::Http));
    lab.run_ms(5_000);
    assert_eq!(check(&lab), LastCheck::L7Ok(200));
}

#[test]
fn the_secured_site_works() {
    let mut lab = Lab::preset_with("secured", |_| {});
    for class in Class::ALL {
        for _ in 0..4 {
            let visit = lab.visit(class);
            assert!(visit.outcome.is_ok(), "{}", lab.line(&visit));
        }
    }
    assert!(lab.is_up("web-01") && lab.is_up("web-02"));
    assert_eq!(lab.world.balancers()[0].servers[1].last_check, LastCheck::L4Ok);
    lab.run_ms(1_000);
    let [source, replica] = [0, 1].map(|at| lab.world.cluster().servers[at].binlog.end());
    assert_eq!((source, replica), (4, 4), "replication runs");
    // Nobody gets around the balancer, and no password is left to guess.
    for database in ["web-01/mysqld", "web-02/mysqld"] {
        assert_eq!(lab.world.login(lab.process(database)), Login::TimedOut);
    }
    let direct = vec![Ipv4Addr::new(203, 0, 113, 11)];
    lab.tell(Command::Records { addresses: direct, ttl_s: 0 });
    lab.tell(Command::FlushCache);
    assert_eq!(lab.visit(Class::Static).outcome.cause, Cause::ConnectTimeout);
    // Failover works behind firewalls, and the old primary returns as a replica.
    lab.tell(Command::Records { addresses: vec![Ipv4Addr::new(203, 0, 113, 10)], ttl_s: 0 });
    lab.tell(Command::FlushCache);
    lab.promote("web-02/mysqld");
    lab.reclone("web-01/mysqld");
    assert!(lab.visit(Class::Write).outcome.is_ok());
    lab.run_ms(20_000);
    let [old, new] = [0, 1].map(|at| lab.world.cluster().servers[at].binlog.end());
    assert_eq!(old, new);
}

#[test]
fn load_on_the_secured_site_loses_nothing() {
    let mut lab = Lab::preset_with("secured", |_| {});
    lab.tell(Command::Load(Workload { rate_per_s: 50, ..Workload::default() }));
    lab.run_ms(20_000);
    lab.load(0);
    lab.run_ms(5_000);
    assert!(lab.world.log().newest_first().all(|visit| visit.outcome.is_ok()));
    assert_eq!(lab.world.verify(), Ok(()));
}

#[test]
fn every_preset_works_with_every_kind_of_tls() {
    for preset in PRESETS {
        for mode in TlsMode::ALL {
            let mut lab = Lab::preset_with(preset.name, |scenario| scenario.settings.tls.mode = mode);
            for class in Class::ALL {
                let visit = lab.visit(class);
                assert!(visit.outcome.is_ok(), "{} {mode:?}: {}", preset.name, lab.line(&visit));
                assert_eq!(visit.notes.redirected, mode != TlsMode::None && class == Class::Read);
            }
        }
    }
}

#[test]
fn the_monitor_is_let_in_when_it_is_installed() {
    let blind = hopscope::analysis::without(&support::preset("secured"), "monitoring").expect("it is monitored");
    let mut lab = Lab::of(blind);
    guard(&mut lab, "web-02", vec![rule(Ruling::Drop, "inside", 9100)]);
    lab.tell(Command::InstallMonitoring);
    lab.run_ms(60_000);
    let firewall = |lab: &Lab, machine: &str| {
        let machine = lab.world.wiring().machine(machine).expect("a machine");
        lab.world.parts().firewall(machine).cloned().expect("a firewall")
    };
    assert_eq!(
        firewall(&lab, "web-02").rules,
        [rule(Ruling::Accept, "mon-01", 9100), rule(Ruling::Drop, "inside", 9100)]
    );
    assert_eq!(firewall(&lab, "lb-01").rules[0], rule(Ruling::Accept, "mon-01", 9100));
    assert!(
        lab.world.monitoring().targets.iter().all(|target| target.samples.back().is_some_and(|s| s.readings.is_some()))
    );
    guard(&mut lab, "web-02", vec![rule(Ruling::Drop, "mon-01", 9100)]);
    lab.run_ms(60_000);
    let blind = lab
        .world
        .monitoring()
        .targets
        .iter()
        .filter(|target| target.samples.back().is_some_and(|s| s.readings.is_none()));
    assert_eq!(blind.count(), 1, "web-02 cannot be seen");
}

#[test]
fn a_virtual_address_is_scanned_where_it_is_and_adverts_need_a_rule_without_a_port() {
    let mut lab = Lab::preset_with("scaled", |scenario| scenario.settings.tls.mode = TlsMode::Balancer);
    lab.run_ms(10_000);
    assert_eq!(scan_of(&lab, "lb-01"), [22, 80, 443, 9100]);
    assert!(lab.visit(Class::Read).notes.redirected);
    lab.kill("lb-01");
    lab.run_ms(10_000);
    assert_eq!((scan_of(&lab, "lb-01").len(), scan_of(&lab, "lb-02").len()), (0, 4));
    lab.restore("lb-01");
    lab.run_ms(10_000);
    let masters = |lab: &Lab| {
        let routers = &lab.world.vrrp().routers;
        routers.iter().filter(|router| router.state == hopscope::sim::vrrp::RouterState::Master).count()
    };
    assert_eq!(masters(&lab), 1);
    let only = |from: &str, port| Firewall {
        policy: Ruling::Drop,
        rules: vec![Rule { verdict: Ruling::Accept, from: from.to_owned(), port }],
    };
    lab.tell(Command::Firewall { machine: "lb-02".to_owned(), firewall: Some(only("any", Some(80))) });
    lab.run_ms(10_000);
    assert_eq!(masters(&lab), 2, "adverts have no port, so that no rule with one lets them in");
    lab.tell(Command::Firewall { machine: "lb-02".to_owned(), firewall: Some(only("lb-01", None)) });
    lab.run_ms(10_000);
    assert_eq!(masters(&lab), 1);
}

/// The open ports of a machine.
fn scan_of(lab: &Lab, machine: &str) -> Vec<u16> {
    let machine = lab.world.wiring().machine(machine).expect("a machine");
    let open = lab.world.scan().into_iter().filter(|p| p.machine == machine && p.state == PortState::Open);
    open.map(|port| port.port).collect()
}
