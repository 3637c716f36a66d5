//! The virtual address of two balancers: the same changes as keepalived's own, and what visits make of them.

mod support;

use hopscope::sim::chronicle::Happening;
use hopscope::sim::vrrp::RouterState;
use hopscope::sim::{BrowserError, Cause, Class, Command, Decision, PRESETS, Setting, Verdict, World};
use support::{Lab, ms, preset};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

const RECORDING: &str = include_str!("goldens/keepalived/two_routers.txt");
const LINK: &str = "lb-01/keepalived>lb-02/keepalived";

fn lab() -> Lab {
    Lab::preset_with("scaled", |_| {})
}

/// The machine that visits go to; `-` if none has the address.
fn holder(lab: &Lab) -> String {
    let address = lab.world.settings().dns.addresses[0];
    let holder = lab.world.vrrp().holder(address);
    holder.map_or("-".to_owned(), |router| lab.world.wiring().machine_of(router.process).name.clone())
}

/// Runs until another machine gets the visits, and returns after how many ms.
fn until_moved(lab: &mut Lab) -> u64 {
    let (start, before) = (lab.now_ms(), holder(lab));
    while holder(lab) == before || holder(lab) == "-" {
        assert!(lab.now_ms() < start + 60_000, "it does not move");
        assert!(lab.world.step());
    }
    lab.now_ms() - start
}

/// The machine of the balancer that a visit went to.
fn balancer_of(lab: &mut Lab, class: Class) -> (String, Verdict) {
    let record = lab.visit(class);
    let picked = lab.world.trace(record.id).expect("traced").spans.iter().find_map(|span| match span.decision {
        Decision::Picked { .. } => Some(span.place),
        _ => None,
    });
    let name = match picked {
        Some(hopscope::sim::Place::Process(process)) => lab.world.wiring().machine_of(process).name.clone(),
        _ => "-".to_owned(),
    };
    (name, record.outcome.result)
}

fn stop(part: &str) -> Command {
    Command::Stop { part: part.to_owned() }
}

#[test]
fn two_routers_change_as_keepalived_does() {
    let mut scenario = preset("scaled");
    scenario.settings.dns.ttl_s = 1;
    let mut lab = Lab::of(scenario);
    let name = |letter: &str| if letter == "a" { "lb-01" } else { "lb-02" };
    let (mut seen, mut expected) = (Vec::new(), Vec::new());
    for line in RECORDING.lines().filter(|line| !line.starts_with('#')) {
        let words: Vec<&str> = line.split(' ').collect();
        let at = ms((words[0].parse::<f64>().expect("seconds") * 1_000.0).round() as u64);
        let on = |process: &str| format!("{}/{process}", name(words[3]));
        match words[1] {
            "is" => expected.push((at, words[2].to_owned(), words[3].to_owned())),
            "own" => {
                lab.world.run_until(at);
                let routers = lab.world.vrrp().routers.iter().filter(|router| router.owns);
                let owners: Vec<&str> = routers.map(|r| &*lab.world.wiring().machine_of(r.process).name).collect();
                assert_eq!(owners, words[2..].iter().map(|letter| name(letter)).collect::<Vec<_>>(), "{line}");
            }
            _ => {
                lab.world.run_until(at);
                match words[2] {
                    "stop" => lab.tell(stop(&on("keepalived"))),
                    "kill" => lab.kill(&on("keepalived")),
                    "hang" => lab.freeze(&on("keepalived")),
                    "start" | "go-on" => lab.restore(&on("keepalived")),
                    "kill-haproxy" => lab.kill(&on("haproxy")),
                    "start-haproxy" => lab.restore(&on("haproxy")),
                    "cut" => lab.kill(LINK),
                    "mend" => lab.restore(LINK),
                    other => panic!("{other}"),
                }
            }
        }
    }
    let changes = lab.world.chronicle().since(0).filter_map(|entry| match entry.what {
        Happening::Router(state) => Some((entry.at, entry.process, state.name().to_owned())),
        _ => None,
    });
    let letter = |process| if lab.name(process).starts_with("lb-01") { "a" } else { "b" };
    seen.extend(changes.map(|(at, process, state)| (at, letter(process).to_owned(), state)));
    let order = |list: &[(hopscope::sim::SimTime, String, String)]| {
        let mut words: Vec<(u64, String)> =
            list.iter().map(|(at, router, state)| (at.0 / 500_000, format!("{router} {state}"))).collect();
        words.sort();
        words.into_iter().map(|(_, words)| words).collect::<Vec<_>>()
    };
    assert_eq!(seen.len(), expected.len(), "{seen:?}");
    assert_eq!(order(&seen), order(&expected));
    for wanted in &expected {
        let near = seen
            .iter()
            .any(|one| (&one.1, &one.2) == (&wanted.1, &wanted.2) && one.0.0.abs_diff(wanted.0.0) <= 150_000);
        assert!(near, "{wanted:?} is not within 150 ms of {seen:?}");
    }
}

#[test]
fn without_power_the_address_moves_within_three_adverts_and_the_skew() {
    for phase in [0, 137, 500, 999] {
        let mut lab = lab();
        lab.run_ms(phase);
        assert_eq!(holder(&lab), "lb-01");
        lab.kill("lb-01");
        // The last advertisement was sent up to 1 s before; skew is (256 - 100) / 256 s.
        let after = until_moved(&mut lab);
        assert!((2_609..=3_610).contains(&after), "{after} ms at phase {phase}");
        assert_eq!(holder(&lab), "lb-02");
    }
}

#[test]
fn a_router_that_stops_in_good_order_resigns_and_is_followed_after_the_skew() {
    let mut lab = lab();
    lab.tell(stop("lb-01/keepalived"));
    assert_eq!(holder(&lab), "-", "it takes its address away");
    assert_eq!(until_moved(&mut lab), 609);
    assert!(lab.world.apply(&stop("lb-01/keepalived")).is_err(), "it does not run");
    assert_eq!(lab.world.apply(&stop("lb-01/haproxy")).expect_err("not a router").field, "part");
}

#[test]
fn a_dead_haproxy_moves_the_address_and_a_hung_one_does_not() {
    let mut watched = lab();
    watched.kill("lb-01/haproxy");
    let after = until_moved(&mut watched);
    assert!((609..=2_610).contains(&after), "the script runs every 2 s, then the skew: {after} ms");
    assert_eq!(balancer_of(&mut watched, Class::Read), ("lb-02".to_owned(), Verdict::Http(200)));

    let mut unwatched = lab();
    unwatched.set(Setting::TrackScript(false));
    unwatched.kill("lb-01/haproxy");
    unwatched.run_ms(30_000);
    let record = unwatched.visit(Class::Read);
    assert_eq!(record.outcome.result, Verdict::Browser(BrowserError::ConnectionRefused));

    let mut hung = lab();
    hung.freeze("lb-01/haproxy");
    hung.run_ms(30_000);
    assert_eq!(holder(&hung), "lb-01", "killall -0 finds a process that hangs");
}

#[test]
fn what_is_under_way_is_lost_and_what_comes_later_is_not() {
    let mut lab = Lab::preset_with("scaled", |s| s.settings.app.service_us = 400_000);
    let visit = lab.start(Class::Read);
    lab.run_ms(200);
    lab.kill("lb-01");
    until_moved(&mut lab);
    for class in Class::ALL {
        assert_eq!(balancer_of(&mut lab, class), ("lb-02".to_owned(), Verdict::Http(200)));
    }
    let record = lab.end_of(visit);
    assert_eq!(record.outcome.result, Verdict::Browser(BrowserError::TimedOut));
}

#[test]
fn a_visit_between_failure_and_takeover_reaches_the_new_holder_by_its_next_syn() {
    let mut lab = lab();
    lab.visit(Class::Static);
    lab.kill("lb-01");
    let record = lab.visit(Class::Read);
    assert_eq!(record.outcome.result, Verdict::Http(200));
    // SYNs after 0, 1, 3 and 7 s: the address moves between the second and the fourth.
    let took = record.took.0 / 1_000;
    assert!((3_000..3_300).contains(&took) || (7_000..7_300).contains(&took), "{took} ms");
    let unanswered = lab.decisions(&record).into_iter().filter(|d| *d == Decision::NoAnswer).count();
    assert_eq!(unanswered, if took < 7_000 { 2 } else { 3 });
}

#[test]
fn without_any_balancer_the_browser_gives_up_in_the_end() {
    let mut lab = lab();
    lab.kill("lb-01");
    lab.kill("lb-02");
    let record = lab.visit(Class::Read);
    assert_eq!(record.outcome.result, Verdict::Browser(BrowserError::ConnectionTimedOut));
    // 21 s and the resolver's time.
    assert_eq!(record.took.0 / 1_000_000, 21);
    let mut lab = self::lab();
    lab.tell(stop("lb-01/keepalived"));
    lab.tell(stop("lb-02/keepalived"));
    let record = lab.visit(Class::Read);
    assert_eq!((record.outcome.cause, record.took.0 / 1_000_000), (Cause::AddressUnused, 21));
}

#[test]
fn the_first_takes_the_address_back_unless_told_not_to() {
    let mut lab = lab();
    lab.kill("lb-01");
    lab.run_ms(10_000);
    lab.restore("lb-01");
    assert_eq!(until_moved(&mut lab), 3_414, "three adverts and (256 - 150) / 256 s");
    assert_eq!(holder(&lab), "lb-01");
    assert_eq!(balancer_of(&mut lab, Class::Read).0, "lb-01");

    let mut lab = self::lab();
    lab.set(Setting::Preempt(false));
    lab.kill("lb-01");
    lab.run_ms(10_000);
    lab.restore("lb-01");
    lab.run_ms(60_000);
    assert_eq!(holder(&lab), "lb-02");
}

/// The kernel of the one that gets the packets knows no such connection, and the other cannot answer any more.
#[test]
fn a_return_breaks_the_connections_of_the_stand_in() {
    let mut lab = Lab::preset_with("scaled", |s| {
        s.settings.app.service_us = 400_000;
        s.settings.client.response_timeout_ms = 5_000;
    });
    lab.kill("lb-01");
    lab.run_ms(10_000);
    lab.restore("lb-01");
    lab.run_ms(3_200);
    let visit = lab.start(Class::Read);
    lab.run_ms(400);
    assert_eq!(holder(&lab), "lb-01");
    let record = lab.end_of(visit);
    assert_eq!(record.outcome.cause, Cause::AddressMoved);
    assert_eq!(record.outcome.result, Verdict::Browser(BrowserError::TimedOut));
    assert!(lab.world.balancers()[1].servers.iter().all(|server| server.counters.response_errors == 0));
}

#[test]
fn with_the_link_cut_both_hold_the_address_and_the_last_word_counts() {
    let mut lab = lab();
    lab.kill(LINK);
    until_moved(&mut lab);
    let states: Vec<RouterState> = lab.world.vrrp().routers.iter().map(|router| router.state).collect();
    assert_eq!(states, [RouterState::Master; 2]);
    assert_eq!(balancer_of(&mut lab, Class::Read).0, "lb-02");
    // Whether the first hears the second before that hears the first is a matter of the moment. If not, it has no reason
    // to speak to the network, which asks by itself after 30 s.
    let mut other = Lab { world: lab.world.clone() };
    other.run_ms(700);
    for (lab, at_once) in [(&mut lab, false), (&mut other, true)] {
        lab.restore(LINK);
        lab.run_ms(1_100);
        assert_eq!(lab.world.vrrp().routers[1].state, RouterState::Backup);
        assert_eq!(holder(lab), if at_once { "lb-01" } else { "-" });
        lab.run_ms(30_000);
        assert_eq!(balancer_of(lab, Class::Read).0, "lb-01");
    }
}

#[test]
fn scenarios_name_what_is_wrong_with_a_router() {
    let wrong = |find: &str, put: &str| {
        let text = preset("scaled").to_json().replacen(find, put, 1);
        hopscope::sim::Scenario::from_json(&text).expect_err("wrong").field
    };
    assert_eq!(wrong("\"priority\": 150", "\"priority\": 0"), "topology.machines[3].processes[1].priority");
    let own = wrong("\"address\": \"10.0.0.10\"", "\"address\": \"10.0.0.10\", \"public\": \"203.0.113.10\"");
    assert_eq!(own, "topology.machines[3].processes[1].address");
}

#[test]
fn nothing_of_it_happens_where_no_address_is_shared() {
    for preset in PRESETS.iter().filter(|preset| preset.name != "scaled") {
        let world = World::new(preset.scenario().into());
        assert!(world.vrrp().routers.is_empty(), "{}", preset.name);
    }
}
