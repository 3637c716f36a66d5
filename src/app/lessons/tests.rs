//! What lessons do on the page, without a page.

use super::*;
use crate::app::parse_address;
use crate::sim::{Class, Command};

fn model(address: &str) -> Model {
    Model::new(parse_address(address, ""))
}

fn tell(model: &mut Model, msgs: &[LessonMsg]) {
    msgs.iter().for_each(|msg| model.update(Msg::Lesson(*msg)));
}

fn stage(model: &Model) -> &Stage {
    &model.lessons.open.as_ref().unwrap().stage
}

fn run(model: &mut Model, seconds: u64) {
    model.playback.speed = crate::app::Speed::times(1, 1);
    (0..seconds * 10).for_each(|_| model.frame(100_000, &mut || true));
}

fn names(buttons: &[crate::app::Button]) -> Vec<&'static str> {
    buttons.iter().map(|button| button.name).collect()
}

#[test]
fn a_lesson_asks_before_it_throws_a_run_away() {
    let mut model = model("");
    model.update(Msg::Send(Class::Read));
    tell(&mut model, &[LessonMsg::Choose(1)]);
    assert!(model.lessons.open.is_none() && model.history.commands().len() == 1);
    assert_eq!(names(&model.lesson_view().buttons), ["start", "keep"]);
    tell(&mut model, &[LessonMsg::Leave]);
    assert_eq!((model.lessons.asked, model.history.commands().len()), (None, 1));
    tell(&mut model, &[LessonMsg::Choose(1), LessonMsg::Start]);
    assert_eq!(model.lessons.open.as_ref().map(|open| open.number), Some(1));
    assert_eq!(model.history.commands().len(), 0);
}

#[test]
fn an_untouched_run_is_not_asked_about() {
    let mut model = model("");
    tell(&mut model, &[LessonMsg::Choose(0), LessonMsg::DoIt]);
    assert_eq!(model.history.commands()[0].command, Command::visits(Class::Read, 1));
    model.frame(1, &mut || true);
    assert_eq!(model.view.visit, Some(1), "the visit that was sent is the one to watch");
}

#[test]
fn a_question_is_answered_by_its_run_after_a_choice() {
    let mut model = model("?lesson=visit&step=3");
    let view = model.lesson_view();
    assert!(view.asks && view.buttons.is_empty(), "nothing runs before a choice");
    tell(&mut model, &[LessonMsg::Begin]);
    assert_eq!(*stage(&model), Stage::Reading);
    tell(&mut model, &[LessonMsg::Pick(0), LessonMsg::Begin]);
    run(&mut model, 1);
    assert_eq!(*stage(&model), Stage::Running);
    tell(&mut model, &[LessonMsg::Pick(1)]);
    run(&mut model, 2);
    assert_eq!(*stage(&model), Stage::Answered(vec![false, true, false]));
    assert_eq!(model.lessons.open.as_ref().unwrap().choice, Some(0), "a choice stands once the run has begun");
    assert_eq!(model.lesson_view().status, crate::text::lesson::SURPRISE);
    assert!(!model.playback.running);
}

#[test]
fn to_the_end_of_a_run_is_one_press() {
    let mut model = model("?lesson=visit&step=3");
    tell(&mut model, &[LessonMsg::Pick(1), LessonMsg::Begin, LessonMsg::ToTheEnd]);
    model.frame(16_667, &mut || true);
    assert_eq!(
        (model.lesson_view().status.as_str(), model.world.now()),
        (crate::text::lesson::RIGHT, SimTime(2_000_000))
    );
}

#[test]
fn going_back_while_a_question_is_being_answered_leaves_it_open() {
    for hurries in [false, true] {
        let mut model = model("?lesson=visit&step=3");
        tell(&mut model, &[LessonMsg::Pick(1), LessonMsg::Begin]);
        run(&mut model, 1);
        if hurries {
            tell(&mut model, &[LessonMsg::ToTheEnd]);
        }
        tell(&mut model, &[LessonMsg::Go(0)]);
        run(&mut model, 4);
        assert_eq!((stage(&model), model.lessons.done[0]), (&Stage::Reading, 0), "nobody has seen the answer");
        // The step has the world of the lesson, not that of the question.
        tell(&mut model, &[LessonMsg::DoIt]);
        assert_eq!((model.world.now(), model.history.commands().len()), (SimTime::ZERO, 1));
        assert!(model.playback.running && model.playback.ahead.is_none());
        run(&mut model, 1);
        tell(&mut model, &[LessonMsg::Go(1), LessonMsg::Go(2)]);
        assert_eq!(model.lessons.open.as_ref().unwrap().choice, None);
        tell(&mut model, &[LessonMsg::Pick(1), LessonMsg::Begin]);
        run(&mut model, 3);
        assert_eq!(*stage(&model), Stage::Answered(vec![false, true, false]));
    }
}

#[test]
fn a_run_that_somebody_meddled_with_says_so() {
    let mut model = model("?lesson=visit&step=3");
    tell(&mut model, &[LessonMsg::Pick(1), LessonMsg::Begin]);
    model.update(Msg::Do(Command::Kill { part: "lb-01/haproxy".to_owned() }));
    tell(&mut model, &[LessonMsg::ToTheEnd]);
    model.frame(16_667, &mut || true);
    assert_eq!(*stage(&model), Stage::Answered(vec![false; 3]));
    assert_eq!(model.lesson_view().status, crate::text::lesson::NONE_CAME_TRUE);
}

#[test]
fn a_challenge_is_met_by_hand_and_by_the_solution() {
    for by_hand in [true, false] {
        let mut model = model("?lesson=visit&step=4");
        tell(&mut model, &[LessonMsg::Begin]);
        run(&mut model, 1);
        assert_eq!((stage(&model), names(&model.lesson_view().buttons)), (&Stage::Running, vec!["begin", "hint"]));
        if by_hand {
            model.update(Msg::Do(Command::Kill { part: "web-02/mysqld".to_owned() }));
            model.update(Msg::Send(Class::Read));
            model.update(Msg::Send(Class::Static));
        } else {
            tell(&mut model, &[LessonMsg::Hint, LessonMsg::Solve]);
        }
        run(&mut model, 3);
        assert_eq!(*stage(&model), Stage::Met);
        assert_eq!(model.lessons.done[0], 0b1000);
    }
}

#[test]
fn a_question_has_one_answer_however_fast_time_runs() {
    for lesson in LESSONS {
        for (at, step) in lesson.steps.iter().enumerate() {
            let Step::Predict { .. } = step else { continue };
            let mut model = model(&format!("?lesson={}&step={}&speed=100", lesson.id, at + 1));
            tell(&mut model, &[LessonMsg::Pick(0), LessonMsg::Begin]);
            (0..70).for_each(|_| model.frame(100_000, &mut || true));
            let Stage::Answered(answers) = stage(&model) else { panic!("{}", lesson.id) };
            assert_eq!(answers.iter().filter(|came_true| **came_true).count(), 1, "{}", lesson.id);
        }
    }
}

/// However fast time runs and however late the solution is asked for: what it does, it does in time.
#[test]
fn the_solution_begins_anew_and_acts_in_time() {
    for lesson in LESSONS {
        let step = lesson.steps.len();
        let mut model = model(&format!("?lesson={}&step={step}&speed=100", lesson.id));
        tell(&mut model, &[LessonMsg::Begin]);
        (0..6).for_each(|_| model.frame(100_000, &mut || true));
        tell(&mut model, &[LessonMsg::Hint, LessonMsg::Solve]);
        assert_eq!(model.world.now(), SimTime::ZERO);
        (0..30).for_each(|_| model.frame(100_000, &mut || true));
        assert_eq!(*stage(&model), Stage::Met, "{}: {}", lesson.id, model.lesson_view().status);
    }
}

#[test]
fn a_teacher_can_keep_answers_back_and_lock_the_steps() {
    let mut model = model("?lesson=visit&steps=3-4&answers=hidden");
    assert_eq!(names(&model.lesson_view().ways), ["next", "leave"]);
    tell(&mut model, &[LessonMsg::Go(3), LessonMsg::Begin, LessonMsg::Hint]);
    let view = model.lesson_view();
    assert_eq!((names(&view.buttons), names(&view.ways)), (vec!["begin"], vec!["back", "leave"]));
    assert!(view.lines.iter().all(|line| line.0 != crate::lesson::Line::Quote));
}

#[test]
fn progress_survives_and_nonsense_does_no_harm() {
    let mut model = model("?lesson=balance");
    tell(&mut model, &[LessonMsg::Go(1), LessonMsg::Go(2), LessonMsg::Go(1)]);
    let balance = crate::lesson::find("balance").unwrap();
    let kept = model.lessons.progress();
    let mut other = Lessons::new(false, None);
    assert!(other.recall("") && other.recall(&kept));
    assert_eq!((other.done, other.steps_done(balance)), (model.lessons.done, 2));
    assert!(!other.recall("visit=x balance magic=3 =9 visit=4294967295 \u{0}"));
    assert!(other.recall("balance=4/5 "), "what another page has done is added");
    assert_eq!(other.steps_done(balance), 3);
    other.done[balance] = 3;
    assert_eq!((other.steps_done(0), other.steps_done(balance)), (LESSONS[0].steps.len(), 2));
    assert!(
        kept.starts_with("visit=0/4 ") && kept.contains(" balance=3/5 ") && kept.ends_with(" at=balance/2 "),
        "{kept}"
    );
}

#[test]
fn progress_fits_into_what_a_learning_management_system_keeps() {
    let mut all = Lessons::new(false, None);
    all.done = [u32::MAX; LESSONS.len()];
    // SCORM 1.2: `cmi.suspend_data` takes 4,096 characters. And what is open has a name that no lesson has.
    assert!(all.progress().len() <= 1024);
    assert_eq!(crate::lesson::find("at"), None);
}

#[test]
fn another_preset_is_a_run_of_ones_own() {
    let mut model = model("?lesson=balance&step=5");
    tell(&mut model, &[LessonMsg::Begin, LessonMsg::Hint, LessonMsg::Solve]);
    model.update(Msg::Preset("one-server"));
    assert!(model.lessons.open.is_none());
    run(&mut model, 1);
}

/// Lets time pass until the step stands so, for a quarter of an hour of the run at most.
fn until(model: &mut Model, wanted: impl Fn(&Stage) -> bool) {
    model.playback.speed = crate::app::Speed::times(10, 1);
    for _ in 0..900 {
        if wanted(stage(model)) {
            return;
        }
        model.frame(100_000, &mut || true);
    }
    panic!("{:?} in {:?}", stage(model), model.lessons.open);
}

#[test]
fn every_lesson_can_be_completed_on_the_page() {
    for (number, lesson) in LESSONS.iter().enumerate() {
        let mut model = model(&format!("?lesson={}", lesson.id));
        for (at, step) in lesson.steps.iter().enumerate() {
            match step {
                Step::Show { .. } => tell(&mut model, &[LessonMsg::DoIt]),
                Step::Compare { .. } => tell(&mut model, &[LessonMsg::Begin]),
                Step::Predict { .. } => {
                    tell(&mut model, &[LessonMsg::Pick(0), LessonMsg::Begin]);
                    until(&mut model, |stage| matches!(stage, Stage::Answered(_)));
                }
                Step::Challenge { .. } => {
                    tell(&mut model, &[LessonMsg::Begin, LessonMsg::Hint, LessonMsg::Solve]);
                    until(&mut model, |stage| *stage == Stage::Met);
                }
            }
            run(&mut model, 2);
            assert_eq!(model.notices, [], "{}, step {}", lesson.id, at + 1);
            if at + 1 < lesson.steps.len() {
                tell(&mut model, &[LessonMsg::Go(at + 1)]);
            }
        }
        assert_eq!(model.lessons.steps_done(number), lesson.steps.len(), "{}", lesson.id);
    }
}

#[test]
fn to_the_end_pressed_too_late_does_no_harm() {
    for late in [1, 5] {
        let mut model = model("?lesson=replica&step=3&speed=100");
        tell(&mut model, &[LessonMsg::Pick(0), LessonMsg::Begin]);
        (0..late).for_each(|_| model.frame(100_000, &mut || true));
        assert!(matches!(stage(&model), Stage::Answered(_)));
        tell(&mut model, &[LessonMsg::ToTheEnd]);
        (0..5).for_each(|_| model.frame(16_667, &mut || true));
        assert!(matches!(stage(&model), Stage::Answered(_)));
        tell(&mut model, &[LessonMsg::Begin]);
        (0..5).for_each(|_| model.frame(100_000, &mut || true));
        assert!(matches!(stage(&model), Stage::Answered(_)), "{:?}", stage(&model));
        tell(&mut model, &[LessonMsg::Begin, LessonMsg::ToTheEnd]);
        (0..5).for_each(|_| model.frame(16_667, &mut || true));
        assert!(matches!(stage(&model), Stage::Answered(_)), "{:?}", stage(&model));
    }
}
