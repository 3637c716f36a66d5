//! Visits that say themselves what the application does with them, right behind HAProxy and behind nginx.
#![cfg(not(target_arch = "wasm32"))]

use std::net::Ipv4Addr;
use std::sync::Arc;

use hopscope::sim::{
    Answer, BrowserError, Cause, Class, Command, Machine, Method, Micros, Process, Role, Scenario, Topology, Verdict,
    VisitRecord, World,
};

/// A balancer before one machine with these processes, and no database anywhere.
fn world(behind: &[(&str, Role)]) -> World {
    let machine = |name: &str, host: u8, processes: &[(&str, Role)]| Machine {
        name: name.to_owned(),
        address: Ipv4Addr::new(10, 0, 0, host),
        public: (host == 10).then(|| Ipv4Addr::new(203, 0, 113, 10)),
        firewall: None,
        processes: processes
            .iter()
            .map(|(name, role)| Process { name: (*name).to_owned(), role: role.clone() })
            .collect(),
    };
    let machines = vec![
        machine("client", 1, &[("browser", Role::Browser)]),
        machine("resolver", 2, &[("resolver", Role::Resolver)]),
        machine("ns1", 3, &[("nsd", Role::Authoritative)]),
        machine("lb-01", 10, &[("haproxy", Role::Balancer)]),
        machine("web-01", 11, behind),
    ];
    let scenario = Scenario { topology: Topology { machines }, ..Scenario::default() };
    scenario.validate().expect("a valid scenario");
    World::new(Arc::new(scenario))
}

fn direct() -> World {
    world(&[("app", Role::App)])
}

fn behind_nginx() -> World {
    world(&[("nginx", Role::Nginx), ("app", Role::App)])
}

fn tell(world: &mut World, command: &Command) {
    world.apply(command).unwrap_or_else(|error| panic!("{command:?}: {error}"));
    world.verify().expect("the books agree");
}

fn send(world: &mut World, answer: Answer) -> u64 {
    let (source, method, path, cookie) = (None, None, None, None);
    tell(world, &Command::Visit { class: Class::Read, count: 1, source, answer: Some(answer), method, path, cookie });
    world.last_visit()
}

fn wait(world: &mut World, ms: u64) {
    world.run_until(world.now() + Micros::from_millis(ms));
    world.verify().expect("the books agree");
}

/// How a visit ends that is over within a second.
fn ends(mut world: World, answer: Answer) -> VisitRecord {
    let visit = send(&mut world, answer);
    wait(&mut world, 1_000);
    *world.log().of(visit).expect("it has ended")
}

fn check(answer: Answer, by_haproxy: (u16, Cause), through_nginx: (u16, Cause)) {
    for (world, (status, cause)) in [(direct(), by_haproxy), (behind_nginx(), through_nginx)] {
        let record = ends(world, answer);
        assert_eq!((record.outcome.result, record.outcome.cause), (Verdict::Http(status), cause), "{answer:?}");
    }
}

/// As in the recordings `error_502_bad_answers`, `error_502_closed_early`, `error_app_status` and `error_cut_body`; an nginx
/// in between answers 502 itself, but passes on what it cannot understand (`app_bad_answers`).
#[test]
fn odd_answers_end_as_recorded() {
    check(Answer::Status(404), (404, Cause::Page), (404, Cause::Page));
    check(Answer::Delay(300), (200, Cause::Page), (200, Cause::Page));
    for answer in [Answer::Close, Answer::Reset, Answer::Partial] {
        check(answer, (502, Cause::ServerReset), (502, Cause::AppReset));
    }
    check(Answer::Garbage, (502, Cause::ServerNotHttp), (502, Cause::ServerNotHttp));
    check(Answer::ShortBody, (200, Cause::BodyCut), (200, Cause::BodyCut));
}

/// `ngx_http_static_module`; seen in a case of `cargo xtask conformance --export`.
#[test]
fn nginx_takes_no_post_for_a_file() {
    for (method, status, cause) in [(Method::Get, 200, Cause::File), (Method::Post, 405, Cause::FilePosted)] {
        let mut world = behind_nginx();
        let (class, count, method) = (Class::Static, 1, Some(method));
        tell(
            &mut world,
            &Command::Visit { class, count, source: None, answer: None, method, path: None, cookie: None },
        );
        wait(&mut world, 1_000);
        let record = world.log().of(world.last_visit()).expect("it has ended");
        assert_eq!((record.outcome.result, record.outcome.cause), (Verdict::Http(status), cause));
    }
}

#[test]
fn a_late_answer_is_late_by_just_that() {
    let prompt = ends(direct(), Answer::Status(200)).took;
    let mut all = [0, 250].map(|ms| ends(direct(), Answer::Delay(ms)).took).into_iter();
    assert_eq!(all.next(), Some(prompt));
    assert_eq!(all.next(), Some(prompt + Micros::from_millis(250)));
}

#[test]
fn a_held_visit_ends_when_it_is_released() {
    for mut world in [direct(), behind_nginx()] {
        let visit = send(&mut world, Answer::Held);
        // It is still on its way: nothing happens.
        tell(&mut world, &Command::Release { visit });
        wait(&mut world, 1_000);
        assert!(world.log().of(visit).is_none());
        tell(&mut world, &Command::Release { visit });
        tell(&mut world, &Command::Release { visit });
        wait(&mut world, 100);
        assert_eq!(world.log().of(visit).map(|record| record.outcome.result), Some(Verdict::Http(200)));
        tell(&mut world, &Command::Release { visit });
        tell(&mut world, &Command::Release { visit: 99 });
        assert_eq!(world.apps()[0].busy, 0);
    }
}

/// The server works on for nobody, and can be told to finish (recording `error_client_gone`).
#[test]
fn a_visitor_may_stop_waiting() {
    let mut world = direct();
    let visit = send(&mut world, Answer::Held);
    wait(&mut world, 1_000);
    for _ in 0..2 {
        tell(&mut world, &Command::Abort { visit });
        wait(&mut world, 100);
        let outcome = world.log().of(visit).expect("it has ended").outcome;
        assert_eq!((outcome.result, outcome.cause), (Verdict::Browser(BrowserError::Aborted), Cause::Stopped));
        assert_eq!(world.apps()[0].busy, 1);
    }
    tell(&mut world, &Command::Release { visit });
    wait(&mut world, 100);
    assert_eq!((world.apps()[0].busy, world.calls_under_way()), (0, 0));
}

#[test]
fn scripts_travel_as_json_and_ordinary_visits_look_as_before() {
    let text = |command: &Command| serde_json::to_string(command).expect("JSON");
    assert_eq!(text(&Command::visits(Class::Read, 1)), r#"{"do":"visit","class":"read","count":1}"#);
    let told = r#"{"do":"visit","class":"write","count":1,"answer":{"status":404},"method":"get","path":"/a?b","cookie":"SRV=s1"}"#;
    let command: Command = serde_json::from_str(told).expect("a command");
    assert_eq!(text(&command), told);
    let held: Command = serde_json::from_str(r#"{"do":"visit","class":"read","answer":"held"}"#).expect("a command");
    assert!(matches!(held, Command::Visit { answer: Some(Answer::Held), count: 1, .. }));
    let wiring = Arc::clone(direct().wiring());
    for (bad, field) in [
        (r#"{"do":"visit","class":"read","answer":{"status":99}}"#, "answer.status"),
        (r#"{"do":"visit","class":"read","path":"a"}"#, "path"),
        (r#"{"do":"visit","class":"read","path":"/a b"}"#, "path"),
        (r#"{"do":"visit","class":"read","cookie":"a\nb"}"#, "cookie"),
    ] {
        let command: Command = serde_json::from_str(bad).expect("JSON");
        assert_eq!(command.validate(&wiring).expect_err("out of range").field, field);
    }
}
