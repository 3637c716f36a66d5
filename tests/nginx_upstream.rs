//! nginx before several applications in a whole world: under load and faults its books stay right, and the trace tells
//! each try.
#![cfg(not(target_arch = "wasm32"))]

mod support;

use std::net::Ipv4Addr;

use hopscope::sim::nginx::{Method, NextUpstream, Upstream, UpstreamServer};
use hopscope::sim::{Cause, Class, Command, Decision, Machine, Micros, PeerReason, Process, Role, Scenario, Verdict};
use hopscope::text::explain;
use support::Lab;

/// HAProxy before two nginx, each of which passes to three applications.
fn scenario() -> Scenario {
    let mut scenario = support::scenario(0, 0, 1);
    let mut add = |name: &str, host: u8, process: &str, role: Role| {
        let processes = vec![Process { name: process.to_owned(), role }];
        let address = Ipv4Addr::new(10, 0, 9, host);
        scenario.topology.machines.push(Machine {
            name: name.to_owned(),
            address,
            public: None,
            firewall: None,
            processes,
        });
    };
    for (i, name) in ["web-01", "web-02"].iter().enumerate() {
        add(name, 10 + i as u8, "nginx", Role::Nginx);
    }
    for (i, name) in ["app-01", "app-02", "app-03"].iter().enumerate() {
        add(name, 20 + i as u8, "app", Role::App);
    }
    scenario
}

fn server(name: &str) -> UpstreamServer {
    UpstreamServer { name: name.to_owned(), ..UpstreamServer::default() }
}

fn lab(upstream: Upstream) -> Lab {
    let mut scenario = scenario();
    scenario.settings.nginx.upstream = upstream;
    Lab::of(scenario)
}

#[test]
fn the_trace_tells_each_try() {
    let mut lab = lab(Upstream::default());
    lab.kill("app-01/app");
    let record = lab.visit(Class::Read);
    assert_eq!(record.outcome.result, Verdict::Http(200));
    let (first, second) = (lab.process("app-01/app"), lab.process("app-02/app"));
    let decisions = lab.decisions(&record);
    let tries: Vec<_> =
        decisions.iter().filter(|d| matches!(d, Decision::TriesPeer { .. } | Decision::PeerFailed { .. })).collect();
    let turn = PeerReason::Method(Method::RoundRobin);
    assert_eq!(
        tries,
        [
            &Decision::TriesPeer { server: first, why: turn },
            &Decision::PeerFailed { status: 502, left_out: true },
            &Decision::TriesPeer { server: second, why: PeerReason::Next },
        ]
    );
    let trace = lab.world.trace(record.id).expect("a trace");
    let sentences: Vec<String> =
        (0..trace.spans.len()).map(|i| explain::hop(lab.world.wiring(), trace, i, true)).collect();
    let says = |text: &str| assert!(sentences.iter().any(|sentence| sentence.contains(text)), "{sentences:#?}");
    says("notes 502 for its try at the application on app-01, and leaves it out until “fail_timeout” is over");
    says("passes the request to the application on app-02: the one before did not help");
}

#[test]
fn with_all_left_out_it_says_so_and_tries_nobody() {
    let mut lab = lab(Upstream { servers: vec![server("app-02")], ..Upstream::default() });
    // A single server is never left out.
    lab.kill("app-02/app");
    for _ in 0..4 {
        assert_eq!(lab.visit(Class::Read).outcome.cause, Cause::AppRefused);
    }
    // Of two, each nginx has to find out by itself.
    let two = Upstream { servers: vec![server("app-02"), server("app-03")], ..Upstream::default() };
    lab.kill("app-03/app");
    lab.tell(Command::Reload { upstream: Some(two.clone()) });
    let causes: Vec<Cause> = (0..4).map(|_| lab.visit(Class::Read).outcome.cause).collect();
    assert_eq!(causes, [Cause::AppRefused, Cause::AppRefused, Cause::NoLiveUpstream, Cause::NoLiveUpstream]);
    let record = lab.visit(Class::Read);
    let sentence = explain::outcome(lab.world.wiring(), &record.outcome);
    assert!(sentence.contains("502") && sentence.contains("no live upstreams"), "{sentence}");
    // The application is back, but nginx does not ask until it is told to forget, or `fail_timeout` is over.
    lab.restore("app-03/app");
    assert_eq!(lab.visit(Class::Read).outcome.cause, Cause::NoLiveUpstream);
    lab.tell(Command::Reload { upstream: None });
    assert_eq!(lab.world.settings().nginx.upstream, two);
    let causes: Vec<Cause> = (0..4).map(|_| lab.visit(Class::Read).outcome.cause).collect();
    assert!(causes.iter().all(|cause| matches!(cause, Cause::Rows { .. })), "{causes:?}");
}

/// A restart forgets failures as well.
#[test]
fn a_restart_forgets_failures() {
    let mut lab = lab(Upstream::default());
    for app in ["app-01/app", "app-02/app", "app-03/app"] {
        lab.kill(app);
    }
    let causes = |lab: &mut Lab| (0..4).map(|_| lab.visit(Class::Read).outcome.cause).collect::<Vec<_>>();
    assert_eq!(causes(&mut lab)[2..], [Cause::NoLiveUpstream; 2]);
    for nginx in ["web-01/nginx", "web-02/nginx"] {
        lab.kill(nginx);
        lab.restore(nginx);
    }
    lab.run_ms(10_000);
    lab.restore("app-01/app");
    assert!(causes(&mut lab).iter().all(|cause| matches!(cause, Cause::Rows { .. })));
}

#[test]
fn what_cannot_be_is_named() {
    let error = |upstream: Upstream| {
        let mut scenario = scenario();
        scenario.settings.nginx.upstream = upstream.clone();
        let error = scenario.validate().expect_err("it cannot be");
        let mut lab = lab(Upstream::default());
        let same = lab.world.apply(&Command::Reload { upstream: Some(upstream) }).expect_err("it cannot be");
        assert_eq!(error.field, format!("settings.nginx.{}", same.field));
        same.to_string()
    };
    let of = |servers: Vec<UpstreamServer>| Upstream { servers, ..Upstream::default() };
    let backup = UpstreamServer { backup: true, ..server("app-01") };
    let cases = [
        (of(vec![server("web-01")]), "upstream.servers[0].name: no application runs on a machine of this name"),
        (of(vec![server("app-01"); 2]), "upstream.servers[1].name: another line names this machine"),
        (of(vec![backup.clone()]), "upstream.servers: no server that is no backup for web-01/nginx"),
        (
            Upstream { method: Method::IpHash, ..of(vec![server("app-02"), backup]) },
            "upstream.servers[1].backup: a method that hashes knows no backup servers",
        ),
        (
            of(vec![UpstreamServer { max_conns: Some(0), ..server("app-01") }]),
            "upstream.servers[0].max_conns: 1 to 1000000, here 0",
        ),
    ];
    for (upstream, expected) in cases {
        assert_eq!(error(upstream), expected);
    }
}

/// Faults and reloads in the middle of a load: every connection to a server is released once, by whichever worker has it.
#[test]
fn the_books_stay_right_under_faults_and_reloads() {
    let parts = ["app-01/app", "app-02/app", "web-01/nginx", "web-01", "app-03", "web-02/nginx>app-03/app"];
    let next = vec![NextUpstream::Error, NextUpstream::Timeout, NextUpstream::Http500];
    for (seed, method) in Method::ALL.into_iter().enumerate() {
        let mut scenario = scenario();
        scenario.seed = seed as u64;
        // Without latency a reply may be there before the call that asked for it has returned.
        scenario.settings.network.lan_us = if seed % 2 == 0 { 0 } else { 250 };
        scenario.settings.nginx.read_timeout_ms = 120;
        scenario.settings.nginx.connect_timeout_ms = 60;
        let line = |name: &str, fail_timeout_s, max_conns| UpstreamServer { fail_timeout_s, max_conns, ..server(name) };
        let servers = vec![line("app-01", 1, None), line("app-02", 1, Some(3)), line("app-03", 0, None)];
        scenario.settings.nginx.upstream =
            Upstream { method, next_upstream: next.clone(), servers, ..Upstream::default() };
        let mut lab = Lab::of(scenario);
        lab.load(300);
        for round in 0..120_usize {
            let part = parts[(round * 7 + seed) % parts.len()];
            match round % 5 {
                0 | 3 => lab.kill(part),
                1 if part.contains('/') && !part.contains('>') => {
                    drop(lab.world.apply(&Command::Freeze { part: part.to_owned() }))
                }
                2 => lab.tell(Command::Reload { upstream: None }),
                _ => lab.tell(Command::RestoreAll),
            }
            for _ in 0..20 {
                lab.world.run_until(lab.world.now() + Micros::from_millis(5));
                lab.world.verify().unwrap_or_else(|error| panic!("{method:?}, round {round}: {error}"));
            }
        }
        lab.load(0);
        lab.tell(Command::RestoreAll);
        lab.run_ms(120_000);
        lab.world.verify().expect("the books agree");
        assert_eq!(lab.world.under_way(), 0);
        for name in ["web-01", "web-02"] {
            let nginx = lab.world.nginx(lab.world.wiring().server(name).expect("nginx")).expect("nginx");
            assert_eq!(nginx.workers.len(), 1, "old workers end with their last request");
        }
    }
}
