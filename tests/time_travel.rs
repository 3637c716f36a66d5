//! Going back in time: the same again, and what comes of a change.
#![cfg(not(target_arch = "wasm32"))]

use std::collections::BTreeMap;
use std::sync::Arc;

use hopscope::app::{AheadState, MAX_BRANCHES, Model, Msg, parse_address};
use hopscope::scene::compare::{CompareView, Sums};
use hopscope::sim::chronicle::Happening;
use hopscope::sim::{Class, Command, Micros, PRESETS, PartId, Rng, Scenario, SimTime, Workload, World};

const SECOND: u64 = 1_000_000;
const FRAME_US: u64 = 16_667;

fn seconds(s: u64) -> SimTime {
    SimTime(s * SECOND)
}

fn kill(part: &str) -> Command {
    Command::Kill { part: part.to_owned() }
}

fn loaded(preset: usize, seed: u64, rate_per_s: u32) -> Scenario {
    let mut scenario = PRESETS[preset].scenario();
    scenario.seed = seed;
    scenario.workload = Workload { rate_per_s, ..scenario.workload };
    scenario
}

fn model(scenario: &Scenario) -> Model {
    let mut start = parse_address("", "");
    start.scenario = scenario.clone();
    Model::new(start)
}

fn is_busy(model: &Model) -> bool {
    model.playback.ahead.is_some_and(|ahead| ahead.is_running())
}

/// Lets frames pass until nothing is under way but usual time, and what is compared has caught up. Each has time for a
/// few pieces of work only.
fn settle(model: &mut Model) {
    for frame in 0.. {
        let mut pieces = frame % 5;
        model.frame(0, &mut || {
            pieces -= i32::from(pieces > 0);
            pieces > 0
        });
        let has_caught_up = model
            .comparison
            .as_ref()
            .is_none_or(|with| model.world.now() < with.parted || with.other(model.world.now()).is_some());
        if !is_busy(model) && has_caught_up {
            return;
        }
    }
}

fn run_ahead(model: &mut Model, until: SimTime) {
    model.update(Msg::RunAhead(until.since(model.world.now())));
    settle(model);
    assert_eq!(model.world.now(), until);
}

fn go_to(model: &mut Model, at: SimTime) {
    model.update(Msg::GoTo(at));
    settle(model);
    assert_eq!((model.world.now(), model.playback.running), (at, false));
}

fn random_command(rng: &mut Rng, world: &World) -> Command {
    let parts: Vec<PartId> = world.parts().all().collect();
    let part = world.wiring().part_name(parts[rng.below(parts.len() as u32) as usize]).to_owned();
    match rng.below(7) {
        0 | 1 => Command::Kill { part },
        2 | 3 => Command::Restore { part },
        4 => Command::Slow { part, factor: 1 + rng.below(50) },
        5 => Command::RestoreAll,
        _ => Command::visits(Class::ALL[rng.below(3) as usize], 1 + rng.below(5)),
    }
}

/// Plays some seconds with random commands. What the digest was after each frame that no command followed at once.
fn play(model: &mut Model, rng: &mut Rng, frames: u64) -> BTreeMap<SimTime, u64> {
    let mut digests = BTreeMap::new();
    for _ in 0..frames {
        if rng.below(12) == 0 {
            digests.remove(&model.world.now());
            let command = random_command(rng, &model.world);
            model.update(Msg::Do(command));
        }
        if rng.below(40) == 0 {
            model.update(Msg::Step);
            model.update(Msg::Toggle);
        }
        model.frame(FRAME_US, &mut || true);
        digests.insert(model.world.now(), model.world.digest());
    }
    digests
}

#[test]
fn whoever_goes_back_and_watches_again_sees_the_same() {
    for seed in 0..24 {
        let mut rng = Rng::new(seed, 77);
        let mut model = model(&loaded(seed as usize % PRESETS.len(), seed, 40));
        let mut digests = play(&mut model, &mut rng, 240);
        let (end, digest) = (model.world.now(), model.world.digest());
        let fresh = World::new(Arc::clone(model.history.scenario()));
        assert!(fresh.digest() != digest && model.history.commands().len() > 5);
        for _ in 0..12 {
            let moments: Vec<SimTime> = digests.keys().copied().collect();
            let at = moments[rng.below(moments.len() as u32) as usize];
            go_to(&mut model, at);
            assert_eq!(model.world.digest(), digests[&at], "seed {seed}, back to {at:?}");
            assert_eq!(model.history.replay(at).digest(), digests[&at]);
            // Time goes on from there by itself, through the commands of the past.
            model.update(Msg::Toggle);
            for _ in 0..rng.below(30) {
                model.frame(FRAME_US, &mut || true);
            }
            if model.is_in_the_past() {
                continue;
            }
            digests.insert(model.world.now(), model.world.digest());
        }
        go_to(&mut model, end);
        assert_eq!(model.world.digest(), digest, "seed {seed}");
        assert!(model.history.branches().is_empty(), "nothing was changed");
    }
}

#[test]
fn single_steps_go_through_the_past_as_time_does() {
    let mut model = model(&loaded(0, 3, 20));
    run_ahead(&mut model, seconds(2));
    model.update(Msg::Do(kill("web-01/app")));
    run_ahead(&mut model, seconds(4));
    let digest = model.world.digest();
    go_to(&mut model, seconds(1));
    while model.world.next_event_at().is_some_and(|at| at <= seconds(4)) {
        model.update(Msg::Step);
    }
    assert_eq!(model.world.digest(), digest);
}

#[test]
fn a_change_in_the_past_keeps_the_future_as_a_run_of_its_own() {
    let scenario = loaded(0, 5, 50);
    let mut model = model(&scenario);
    run_ahead(&mut model, seconds(3));
    model.update(Msg::Do(kill("web-01/mysqld")));
    run_ahead(&mut model, seconds(20));
    let (digest, changes) = (model.world.digest(), model.history.run().changes.clone());
    assert!(!changes.is_empty());

    go_to(&mut model, seconds(2));
    assert!(model.is_in_the_past() && model.history.branches().is_empty());
    assert_eq!(model.history.run().changes, changes, "the future is still known");
    model.update(Msg::Do(kill("web-02/app")));
    assert!(!model.is_in_the_past());
    assert_eq!((model.history.commands().len(), model.history.run().end), (1, seconds(2)));
    assert!(model.history.run().changes.is_empty(), "{:?}", model.history.run().changes);
    let kept = &model.history.branches()[0];
    assert_eq!((kept.end, kept.tape.commands().len(), &kept.changes), (seconds(20), 1, &changes));

    // A refused command changes nothing.
    go_to(&mut model, seconds(1));
    model.update(Msg::Do(kill("no-such-part")));
    assert_eq!((model.history.branches().len(), model.notices.len()), (1, 1));

    // Back to the run that was left: it is what it was.
    run_ahead(&mut model, seconds(30));
    let other = model.world.digest();
    let (left, kept) = (model.history.run().id, model.history.branches()[0].id);
    model.update(Msg::Switch(kept));
    settle(&mut model);
    assert_eq!((model.world.now(), model.world.digest()), (seconds(20), digest));
    model.update(Msg::Switch(left));
    settle(&mut model);
    assert_eq!(model.world.now(), seconds(20));
    go_to(&mut model, seconds(30));
    assert_eq!(model.world.digest(), other);
}

/// The two runs of a comparison done in the plainest way.
fn by_hand(scenario: &Scenario, commands: &[(SimTime, Command)], until: SimTime) -> World {
    let mut world = World::new(Arc::new(scenario.clone()));
    for (at, command) in commands {
        world.run_until(*at);
        world.apply(command).unwrap();
    }
    world.run_until(until);
    world
}

#[test]
fn two_runs_are_compared_at_the_same_moment_since_they_parted() {
    let scenario = loaded(0, 8, 100);
    let mut model = model(&scenario);
    run_ahead(&mut model, seconds(5));
    model.update(Msg::Do(kill("web-01/app")));
    run_ahead(&mut model, seconds(12));
    go_to(&mut model, seconds(4));
    model.update(Msg::Do(kill("web-02/mysqld")));
    for until in [seconds(6), seconds(40)] {
        run_ahead(&mut model, until);
        let with = model.comparison.as_ref().expect("a change is compared at once");
        assert_eq!(with.parted, seconds(4));
        let other = with.other(until).expect("it has caught up");
        let view = CompareView::new(with.parted, with.before.as_ref().unwrap(), &model.world, other);
        let before = by_hand(&scenario, &[], seconds(4));
        let here = by_hand(&scenario, &[(seconds(4), kill("web-02/mysqld"))], until);
        let there = by_hand(&scenario, &[(seconds(5), kill("web-01/app"))], until);
        assert_eq!(view, CompareView::new(seconds(4), &Sums::of(&before), &here, &there));
        let count = |name: &str| {
            let line = view.lines.iter().find(|line| line.name == name).unwrap_or_else(|| panic!("{:?}", view.lines));
            (line.here.parse::<u64>().unwrap(), line.there.parse::<u64>().unwrap())
        };
        let ended = |world: &World| world.metrics().ended - before.metrics().ended;
        let ok = |world: &World| world.metrics().ok - before.metrics().ok;
        assert_eq!(count("Visits ended"), (ended(&here), ended(&there)));
        assert_eq!(count("200 OK"), (ok(&here), ok(&there)));
        assert_eq!(count("Without success"), (ended(&here) - ok(&here), ended(&there) - ok(&there)));
        assert!(count("502 Bad Gateway").1 > 0 && count("502 Bad Gateway").0 == 0);
    }
    // Before the runs part there is nothing to compare; afterwards it is the same as before.
    go_to(&mut model, seconds(3));
    go_to(&mut model, seconds(6));
    let with = model.comparison.as_ref().unwrap();
    assert_eq!(with.other(seconds(6)).unwrap().digest(), {
        by_hand(&scenario, &[(seconds(5), kill("web-01/app"))], seconds(6)).digest()
    });
}

#[test]
fn lost_rows_are_compared() {
    let mut scenario = loaded(0, 2, 30);
    scenario.settings.mysql.source_delay_ms = 0;
    let mut model = model(&scenario);
    run_ahead(&mut model, seconds(2));
    model.update(Msg::Do(kill("web-01/mysqld>web-02/mysqld")));
    run_ahead(&mut model, seconds(6));
    model.update(Msg::Do(Command::Promote { server: "web-02/mysqld".to_owned() }));
    let lost = model.world.cluster().promotions[0].lost_count;
    assert!(lost > 0);
    assert_eq!(model.world.cluster().lost, lost);
    run_ahead(&mut model, seconds(8));
    assert!(model.history.run().changes.iter().any(|entry| entry.what == Happening::Promoted { lost }));
    go_to(&mut model, seconds(5));
    model.update(Msg::Do(Command::RestoreAll));
    run_ahead(&mut model, seconds(8));
    let with = model.comparison.as_ref().unwrap();
    let view =
        CompareView::new(with.parted, with.before.as_ref().unwrap(), &model.world, with.other(seconds(8)).unwrap());
    let line = view.lines.iter().find(|line| line.name == "Lost rows").unwrap();
    assert_eq!((line.here.as_str(), line.there.clone()), ("0", lost.to_string()));
}

#[test]
fn the_oldest_run_is_dropped_and_that_is_said() {
    let mut model = model(&loaded(0, 1, 10));
    run_ahead(&mut model, seconds(9));
    for n in 1..=MAX_BRANCHES as u64 + 1 {
        assert!(model.notices.is_empty());
        go_to(&mut model, SimTime(9 * SECOND - n));
        model.update(Msg::Do(Command::FlushCache));
    }
    let ids: Vec<u32> = model.history.branches().iter().map(|run| run.id).collect();
    assert_eq!(ids, (1..=MAX_BRANCHES as u32).collect::<Vec<_>>());
    assert_eq!(model.notices.len(), 1);
}

#[test]
fn what_the_page_keeps_is_sane_after_a_jump() {
    let mut model = model(&loaded(0, 1, 0));
    run_ahead(&mut model, seconds(1));
    model.update(Msg::Follow(Class::Read));
    let visit = model.view.visit;
    assert_eq!((model.visit(), visit), (Some(1), Some(1)));
    go_to(&mut model, SimTime(SECOND / 2));
    assert_eq!((model.visit(), model.playback.follow), (None, None));
    run_ahead(&mut model, seconds(3));
    assert_eq!(model.visit(), visit, "it has been sent again");
    model.update(Msg::Restart);
    assert_eq!((model.history.run().end, model.visit()), (SimTime::ZERO, None));
}

#[test]
fn a_way_back_can_be_cancelled_and_ends_where_it_is() {
    let mut model = model(&loaded(0, 1, 200));
    run_ahead(&mut model, seconds(20));
    model.update(Msg::GoTo(seconds(15)));
    model.frame(0, &mut || false);
    model.update(Msg::Cancel);
    assert!(!is_busy(&model) && model.world.now() < seconds(15));
    let at = model.world.now();
    assert_eq!(model.history.run().end, seconds(20));
    settle(&mut model);
    assert_eq!(model.world.now(), at);
    go_to(&mut model, seconds(20));
}

/// Where the search for the next event of a part ends, if it finds one.
fn next_event(model: &mut Model, part: &str) -> Option<SimTime> {
    let part = model.world.wiring().part(part).unwrap();
    model.update(Msg::Select(Some(part)));
    model.update(Msg::StepPart);
    settle(model);
    let state = model.playback.ahead.unwrap().state;
    (state == AheadState::Reached).then(|| model.world.now())
}

#[test]
fn the_next_event_of_a_part_is_found() {
    let mut scenario = loaded(0, 1, 0);
    scenario.settings.balancer.inter_ms = 2_000;
    let mut model = model(&scenario);
    // The second web server is checked at 1 s, and 2 s after the end of each check; each way takes its time.
    let latency = |model: &Model| {
        let wiring = model.world.wiring();
        let PartId::Link(link) = wiring.part("lb-01/haproxy>web-02/nginx").unwrap() else { panic!() };
        model.world.parts().latency(link)
    };
    let one_way = latency(&model);
    assert_eq!(next_event(&mut model, "web-02/nginx"), Some(seconds(1) + one_way));
    let second = seconds(3) + one_way + one_way;
    assert_eq!(next_event(&mut model, "web-02"), Some(second + one_way));
    assert_eq!(next_event(&mut model, "lb-01/haproxy>web-02/nginx"), Some(second + one_way + one_way));
    // Nothing happens in an application that nobody asks.
    let before = model.world.now();
    assert_eq!(next_event(&mut model, "web-01/app"), None);
    assert!(model.world.now() > before + Micros::from_secs(3_500) && !model.playback.running);
    model.update(Msg::Do(Command::visits(Class::Read, 1)));
    let at = next_event(&mut model, "web-01/app").or_else(|| next_event(&mut model, "web-02/app")).unwrap();
    assert!(at.since(model.history.commands()[0].at_us) < Micros::from_secs(2));
}

#[test]
fn changes_of_state_are_those_of_the_log() {
    let mut world = World::new(Arc::new(loaded(0, 4, 20)));
    for (second, command) in [
        (3, kill("web-01/nginx")),
        (14, Command::RestoreAll),
        (25, Command::ServerState { server: "web-02".to_owned(), state: hopscope::sim::balancer::AdminState::Maint }),
        (27, kill("web-01")),
    ] {
        world.run_until(seconds(second));
        world.apply(&command).unwrap();
    }
    world.run_until(seconds(60));
    let balancer = &world.balancers()[0];
    let logged: Vec<_> = balancer
        .journal()
        .filter(|line| !matches!(line.change, hopscope::sim::balancer::StateChange::Checked { .. }))
        .map(|line| (line.at, balancer.servers[line.server].process, line.change))
        .collect();
    let noted: Vec<_> = world
        .chronicle()
        .since(0)
        .filter_map(|entry| match entry.what {
            Happening::Server(change) => Some((entry.at, entry.process, change)),
            _ => None,
        })
        .collect();
    assert_eq!(noted, logged);
    assert!(noted.len() >= 5, "{noted:?}");
    let replica = world.chronicle().since(0).filter(|entry| matches!(entry.what, Happening::Receiver(_))).count();
    assert!(replica >= 1, "the replica notices that its source has no power");
    assert_eq!(world.chronicle().since(world.chronicle().written()).count(), 0);
}
