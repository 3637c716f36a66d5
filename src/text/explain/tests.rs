//! Exact sentences for the main cases, and a sentence for everything.

mod everything;

use std::sync::Arc;

use crate::sim::balancer::Algorithm;
use crate::sim::{
    Answer, BrowserError, Cause, Class, CookieNote, DbChoice, DbError, Decision, LinkId, Outcome, PRESETS, PickReason,
    Place, ProcessId, SimTime, Span, Trace, Verdict, Wiring, World,
};

/// The wiring of the default preset.
fn wiring() -> Arc<Wiring> {
    Arc::clone(World::new(Arc::new(PRESETS[0].scenario())).wiring())
}

fn process(name: &str) -> ProcessId {
    let wiring = wiring();
    wiring.ids().find(|id| wiring.process(*id).full_name == name).expect("the preset has this process")
}

fn link(name: &str) -> LinkId {
    let links = &wiring().links;
    LinkId::from(links.iter().position(|link| link.name == name).expect("the preset has this link"))
}

fn at(name: &str) -> Place {
    Place::Process(process(name))
}

fn to(name: &str) -> Place {
    Place::Link { link: link(name), back: false }
}

fn back(name: &str) -> Place {
    Place::Link { link: link(name), back: true }
}

fn span(place: Place, decision: Decision) -> Span {
    Span { place, start: SimTime(0), end: SimTime(1_000_000), decision }
}

/// Checks the sentence about the last of these spans.
#[track_caller]
fn check(spans: &[(Place, Decision)], sentence: &str) {
    let spans: Vec<Span> = spans.iter().map(|(place, decision)| span(*place, *decision)).collect();
    let source = std::net::Ipv4Addr::LOCALHOST;
    let trace = Trace { visit: 1, class: Class::Read, source, script: None, start: SimTime(0), spans, outcome: None };
    assert_eq!(super::hop(&wiring(), &trace, trace.spans.len() - 1, true), sentence);
}

#[track_caller]
fn check_outcome(result: Verdict, by: &str, cause: Cause, sentence: &str) {
    assert_eq!(super::outcome(&wiring(), &Outcome { result, by: process(by), cause }), sentence);
}

const TO_HAPROXY: &str = "client/browser>lb-01/haproxy";
const TO_NGINX: &str = "lb-01/haproxy>web-01/nginx";
const TO_APP: &str = "web-01/nginx>web-01/app";
const TO_MYSQL: &str = "web-01/app>web-01/mysqld";

#[test]
fn haproxy_says_why_it_picked_a_server() {
    let pick = |why, sentence| {
        check(&[(at("lb-01/haproxy"), Decision::Picked { server: process("web-02/nginx"), why })], sentence);
    };
    pick(PickReason::Algorithm(Algorithm::RoundRobin), "HAProxy picked web-02: round robin, it was web-02's turn.");
    pick(
        PickReason::Algorithm(Algorithm::LeastConn),
        "HAProxy picked web-02: leastconn, no server has fewer requests for its weight.",
    );
    pick(PickReason::OnlyOne, "HAProxy picked web-02: it is the only usable server.");
    pick(PickReason::Backup, "HAProxy picked web-02, a backup: no active server is usable.");
    pick(
        PickReason::Redispatched { from: process("web-01/nginx") },
        "HAProxy moved the request to web-02 (redispatch): the connection to web-01 had failed.",
    );
}

#[test]
fn a_wire_says_who_connects_where_and_what_came_of_it() {
    check(
        &[(to(TO_HAPROXY), Decision::Sent)],
        "The browser connects to 203.0.113.10, port 80 (one round trip), then sends the request to HAProxy.",
    );
    check(
        &[(back(TO_NGINX), Decision::Refused)],
        "The connection to nginx on web-01 was refused: nothing listens on port 80, the machine itself answers (RST).",
    );
    check(
        &[(to(TO_NGINX), Decision::NoAnswer)],
        "HAProxy got no answer to its connection attempt to nginx on web-01 for 1.00 s (“timeout connect”): the machine \
         is off, the link is cut, or too many connections wait there already.",
    );
}

#[test]
fn an_error_page_names_what_led_to_it() {
    let failed = |status| Decision::Failed { status };
    check(
        &[(back(TO_NGINX), Decision::Refused), (at("lb-01/haproxy"), failed(503))],
        "HAProxy answers 503 Service Unavailable itself: web-01 refused the connection, and no retry was left.",
    );
    check(
        &[(at("lb-01/haproxy"), Decision::Queued), (at("lb-01/haproxy"), failed(503))],
        "HAProxy answers 503 Service Unavailable itself: the request had waited too long in the queue.",
    );
    check(
        &[(back(TO_APP), Decision::Refused), (at("web-01/nginx"), failed(502))],
        "nginx on web-01 answers 502 Bad Gateway itself: the application refused the connection.",
    );
    check(
        &[(to(TO_APP), Decision::Sent), (at("web-01/app"), Decision::NoAnswer), (at("web-01/nginx"), failed(504))],
        "nginx on web-01 answers 504 Gateway Time-out itself: the application did not answer within \
         “proxy_read_timeout”.",
    );
}

#[test]
fn the_caller_that_stops_waiting_is_named() {
    check(
        &[(to(TO_APP), Decision::Sent), (at("web-01/app"), Decision::NoAnswer)],
        "The application on web-01 gave no answer in time: nginx on web-01 (“proxy_read_timeout”) stops waiting.",
    );
}

#[test]
fn mysql_speaks_with_its_own_words() {
    let asks = Decision::AsksDatabase { server: process("web-01/mysqld"), why: DbChoice::Write };
    check(
        &[
            (at("web-01/app"), asks),
            (back(TO_MYSQL), Decision::Refused),
            (at("web-01/app"), Decision::DatabaseFailed(DbError::Refused)),
        ],
        "The application on web-01 answers 500 Internal Server Error: ERROR 2003 (HY000): Can't connect to MySQL server \
         on '10.0.0.11:3306' (111).",
    );
    check(
        &[(at("web-02/mysqld"), Decision::Denied(DbError::ReadOnly))],
        "MySQL on web-02 refuses the statement: ERROR 1290 (HY000): The MySQL server is running with the \
         --super-read-only option so it cannot execute this statement.",
    );
    check(
        &[(at("web-02/mysqld"), Decision::ReadRows { newest: 4, missed: 2 })],
        "MySQL on web-02 ran the SELECT, but the read is stale: 2 acknowledged rows are missing, this replica does not \
         have everything yet.",
    );
}

#[test]
fn nginx_and_the_application_say_what_they_did() {
    check(
        &[(at("web-01/nginx"), Decision::ServedFile)],
        "nginx on web-01 serves the file itself: static files never reach the application.",
    );
    check(
        &[(at("web-01/app"), Decision::Answered { version: 2 })],
        "The application on web-01 answers 200 OK: version 2 of its files made the page.",
    );
}

#[test]
fn an_outcome_names_the_layer_and_the_reason() {
    check_outcome(
        Verdict::Http(503),
        "lb-01/haproxy",
        Cause::NoServer,
        "HAProxy answered 503 itself: none of its servers is usable, each is DOWN, in maintenance, draining or of \
         weight 0.",
    );
    check_outcome(
        Verdict::Http(502),
        "web-01/nginx",
        Cause::AppRefused,
        "nginx on web-01 answered 502 itself: the application refused the connection.",
    );
    check_outcome(
        Verdict::Http(200),
        "web-01/app",
        Cause::Rows { newest: 6, missed: 1 },
        "The application on web-01 answered, but the page is stale: 1 row acknowledged before this visit began is \
         missing, because the replica that was read did not have it yet.",
    );
    check_outcome(
        Verdict::Browser(BrowserError::ConnectionRefused),
        "client/browser",
        Cause::ConnectRefused,
        "The browser shows its own error page: the machine is on, but nothing listens on the port, or its firewall rejects the connection.",
    );
    check_outcome(
        Verdict::Browser(BrowserError::NameNotResolved),
        "client/browser",
        Cause::DnsSilent,
        "The browser shows its own error page: no answer came to its questions for the address of www.foobar.com.",
    );
}

#[test]
fn a_failed_database_has_its_address_in_the_outcome() {
    let by = process("web-02/app");
    let outcome = Outcome { result: Verdict::Http(500), by, cause: Cause::Database(DbError::ConnectTimeout) };
    assert_eq!(
        super::outcome_with(&wiring(), &outcome, Some(process("web-01/mysqld"))),
        "The application on web-02 answered 500, because its database did not accept the connection in time: ERROR 2003 \
         (HY000): Can't connect to MySQL server on '10.0.0.11:3306' (110)."
    );
}

#[test]
fn a_termination_state_is_shown_only_where_haproxy_finished_the_visit() {
    let check = |result, by: &str, cause, server: Option<&str>, state| {
        let outcome = Outcome { result, by: process(by), cause };
        let termination = super::termination(&wiring(), &outcome, server.map(process), CookieNote::default());
        assert_eq!(termination.as_deref(), state);
    };
    check(Verdict::Http(503), "lb-01/haproxy", Cause::NoServer, None, Some("SC--"));
    check(Verdict::Http(502), "web-01/nginx", Cause::AppRefused, Some("web-01/nginx"), Some("----"));
    check(Verdict::Http(200), "web-01/nginx", Cause::File, None, None);
    check(Verdict::Browser(BrowserError::ConnectionRefused), "client/browser", Cause::ConnectRefused, None, None);
}

#[test]
fn places_are_labelled_as_in_the_diagram() {
    let wiring = wiring();
    let label = |place| super::place(&wiring, place);
    assert_eq!(label(at("client/browser")), "Browser");
    assert_eq!(label(at("web-02/mysqld")), "MySQL on web-02");
    assert_eq!(label(to(TO_NGINX)), "wire → nginx on web-01");
    assert_eq!(label(back(TO_NGINX)), "wire ← nginx on web-01");
}
