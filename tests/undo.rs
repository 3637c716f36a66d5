//! Undo and redo: the run is again as it was just before what was done last, and then again what it was.
#![cfg(not(target_arch = "wasm32"))]

mod support;

use hopscope::app::{LessonMsg, MAX_BRANCHES, Model, Msg, parse_address};
use hopscope::sim::{Class, Command, Micros, PartId, Rng, SimTime, World};
use support::settle;

const SECOND: u64 = 1_000_000;

fn tell(model: &mut Model, msg: Msg) {
    model.update(msg);
    settle(model);
}

fn ahead(model: &mut Model, us: u64) {
    tell(model, Msg::RunAhead(Micros(us)));
}

fn kill(part: &str) -> Msg {
    Msg::Do(Command::Kill { part: part.to_owned() })
}

/// A page on which a process of web-01 and one of web-02 were killed, with time before, between and after.
fn page() -> Model {
    let mut model = Model::new(parse_address("?load=50", ""));
    ahead(&mut model, SECOND);
    tell(&mut model, kill("web-01/nginx"));
    ahead(&mut model, SECOND);
    tell(&mut model, kill("web-02/app"));
    ahead(&mut model, SECOND);
    model
}

/// What somebody sees of a run: its moment, its state, what was done in it.
fn seen(model: &Model) -> (SimTime, u64, usize) {
    (model.world.now(), model.world.digest(), model.history.commands().len())
}

#[test]
fn undo_goes_to_just_before_what_was_done_last_and_redo_back_to_where_it_was() {
    let mut model = page();
    let end = seen(&model);
    tell(&mut model, Msg::Undo);
    assert_eq!((model.world.now(), model.history.commands().len()), (SimTime(2 * SECOND), 1));
    assert!(!model.is_in_the_past() && !model.playback.running);
    assert!(
        model
            .world
            .parts()
            .all()
            .all(|part: PartId| model.world.wiring().part_name(part) != "web-02/app"
                || model.world.parts().is_fine(part))
    );
    let middle = seen(&model);
    tell(&mut model, Msg::Undo);
    assert_eq!((model.world.now(), model.history.commands().len()), (SimTime(SECOND), 0));
    assert!(model.world.all_fine());
    tell(&mut model, Msg::Undo);
    assert_eq!(model.world.now(), SimTime(SECOND), "nothing more was done");
    tell(&mut model, Msg::Redo);
    assert_eq!(seen(&model), middle);
    tell(&mut model, Msg::Redo);
    assert_eq!(seen(&model), end);
    tell(&mut model, Msg::Redo);
    assert_eq!(seen(&model), end, "there is nothing more");
    assert!(model.history.branches().is_empty());
}

#[test]
fn time_that_goes_on_after_undo_does_not_do_it_again() {
    let mut model = page();
    let end = seen(&model);
    for _ in 0..2 {
        tell(&mut model, Msg::Undo);
    }
    ahead(&mut model, 5 * SECOND);
    assert!(model.world.all_fine() && model.history.commands().is_empty());
    // And it can still be done again.
    for _ in 0..2 {
        tell(&mut model, Msg::Redo);
    }
    assert_eq!(seen(&model), end);
}

#[test]
fn something_else_after_undo_keeps_what_was_undone_as_a_run() {
    let mut model = page();
    let (now, digest, _) = seen(&model);
    for _ in 0..2 {
        tell(&mut model, Msg::Undo);
    }
    tell(&mut model, kill("lb-01/haproxy"));
    assert_eq!(model.history.last_undone(), None);
    let [kept] = model.history.branches() else { panic!("one run is kept") };
    assert_eq!((kept.tape.commands().len(), kept.end), (2, now));
    let id = kept.id;
    ahead(&mut model, 4 * SECOND);
    tell(&mut model, Msg::Switch(id));
    let at = now;
    tell(&mut model, Msg::GoTo(at));
    assert_eq!((model.world.now(), model.world.digest()), (at, digest));
}

#[test]
fn undo_in_the_past_takes_what_followed_along() {
    let mut model = page();
    tell(&mut model, Msg::GoTo(SimTime(SECOND + SECOND / 2)));
    let past = seen(&model);
    tell(&mut model, Msg::Undo);
    assert_eq!((model.world.now(), model.history.commands().len()), (SimTime(SECOND), 0));
    tell(&mut model, Msg::Redo);
    assert_eq!(seen(&model), past);
    assert_eq!(model.history.run().end, SimTime(3 * SECOND));
}

#[test]
fn the_marks_of_the_timeline_follow() {
    let mut model = Model::new(parse_address("?load=50&lb.fall=1", ""));
    for part in ["web-01/nginx", "web-02/nginx"] {
        ahead(&mut model, 5 * SECOND);
        tell(&mut model, kill(part));
    }
    ahead(&mut model, 10 * SECOND);
    let marks = model.history.run().changes.clone();
    assert!(marks.len() >= 2, "the balancer has noticed");
    tell(&mut model, Msg::Undo);
    let until = model.world.now();
    let before: Vec<_> = marks.iter().copied().filter(|entry| entry.at <= until).collect();
    assert_eq!(model.history.run().changes, before);
    tell(&mut model, Msg::Redo);
    assert_eq!(model.history.run().changes, marks);
}

#[test]
fn a_new_run_has_nothing_to_undo() {
    for msg in [Msg::Restart, Msg::Preset("secured"), Msg::Lesson(LessonMsg::Choose(0))] {
        let mut model = page();
        tell(&mut model, Msg::Undo);
        model.update(msg);
        if model.lessons.asked.is_some() {
            model.update(Msg::Lesson(LessonMsg::Start));
        }
        assert_eq!((model.history.last_done(), model.history.last_undone()), (None, None));
    }
}

fn random_command(rng: &mut Rng, world: &World) -> Command {
    let parts: Vec<PartId> = world.parts().all().collect();
    let part = world.wiring().part_name(parts[rng.below(parts.len() as u32) as usize]).to_owned();
    match rng.below(5) {
        0 => Command::Kill { part },
        1 => Command::Restore { part },
        2 => Command::Slow { part, factor: 1 + rng.below(50) },
        3 => Command::RestoreAll,
        _ => Command::visits(Class::ALL[rng.below(3) as usize], 1 + rng.below(5)),
    }
}

/// Whatever is done, undone and done again: the state is that of a fresh run of the same commands.
#[test]
fn a_random_walk_is_always_the_run_of_its_commands() {
    for seed in 0..20 {
        let mut rng = Rng::new(seed, 77);
        let mut model = Model::new(parse_address("?load=100", ""));
        for _ in 0..60 {
            let msg = match rng.below(8) {
                0..3 => Msg::Do(random_command(&mut rng, &model.world)),
                3 => Msg::RunAhead(Micros(u64::from(rng.below(3_000_000)))),
                4 | 5 => Msg::Undo,
                6 => Msg::Redo,
                _ => Msg::GoTo(SimTime(u64::from(rng.below(6_000_000)))),
            };
            tell(&mut model, msg);
        }
        let state = model.state().unwrap();
        let mut fresh = Model::new(parse_address("?load=100", ""));
        for next in state.commands.iter().filter(|next| next.at_us <= state.now) {
            let rest = next.at_us.since(fresh.world.now()).0;
            ahead(&mut fresh, rest);
            fresh.update(Msg::Do(next.command.clone()));
        }
        let rest = state.now.since(fresh.world.now()).0;
        ahead(&mut fresh, rest);
        let fresh = fresh.state().unwrap();
        assert_eq!((fresh.now, fresh.digest), (state.now, state.digest), "seed {seed}");
        assert!(model.history.branches().len() <= MAX_BRANCHES);
    }
}
