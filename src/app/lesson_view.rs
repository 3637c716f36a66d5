//! What the panel of lessons shows: the list, a question whether a run may go, or the step of the lesson under way.

use super::lessons::{LessonMsg, Open, Stage};
use super::model::Model;
use crate::lesson::{LESSONS, Line, Step, Told, section};
use crate::text::lesson as words;

/// Ready to be shown.
#[derive(Debug, Default)]
pub struct LessonView {
    /// The small line above.
    pub above: String,
    /// Heading, paragraphs and items, in order.
    pub lines: Vec<(Line, &'static str)>,
    /// Whether the items are answers to choose from.
    pub asks: bool,
    /// How the step stands.
    pub status: String,
    /// Whether it stands so for good: it is said aloud.
    pub settled: bool,
    /// Whether there is nothing left but to go on.
    pub goes_on: bool,
    /// Buttons of the step, the most important first.
    pub buttons: Vec<Button>,
    /// Buttons to go on.
    pub ways: Vec<Button>,
    /// All lessons, if none is open.
    pub list: Vec<Button>,
    /// Rows of a comparison, with one column for each set-up.
    pub table: Vec<[String; 3]>,
    /// Address of the step.
    pub link: String,
}

/// A button.
#[derive(Debug)]
pub struct Button {
    /// Its name for tests.
    pub name: &'static str,
    /// What it says.
    pub text: &'static str,
    /// What it says beside that.
    pub note: String,
    /// What it does.
    pub msg: LessonMsg,
}

const fn button(name: &'static str, text: &'static str, msg: LessonMsg) -> Button {
    Button { name, text, note: String::new(), msg }
}

impl Model {
    /// Projects what the panel of lessons shows.
    #[must_use]
    pub fn lesson_view(&self) -> LessonView {
        let mut view = LessonView::default();
        match (self.lessons.asked, &self.lessons.open) {
            (Some(asked), _) => {
                view.lines = vec![(Line::Heading, LESSONS[asked].title), (Line::Paragraph, words::THROWS_AWAY)];
                view.buttons.push(button("start", words::START, LessonMsg::Start));
                view.buttons.push(button("keep", words::KEEP, LessonMsg::Leave));
            }
            (None, Some(open)) => self.step_view(&mut view, open),
            (None, None) => self.list(&mut view),
        }
        view
    }

    /// All lessons; the first that is not done has a button of its own.
    fn list(&self, view: &mut LessonView) {
        view.lines.extend([(Line::Heading, words::LESSONS), (Line::Paragraph, words::STEP_BY_STEP)]);
        for (at, lesson) in LESSONS.iter().enumerate() {
            let (done, all) = (self.lessons.steps_done(at), lesson.steps.len());
            let msg = LessonMsg::Choose(at);
            if view.buttons.is_empty() && done < all {
                view.buttons.push(button("next-lesson", lesson.title, msg));
            }
            view.list.push(Button { name: lesson.id, text: lesson.title, note: words::done_of(done, all), msg });
        }
    }

    fn step_view(&self, view: &mut LessonView, open: &Open) {
        let lesson = open.lesson();
        let (first, last) = self.lessons.range.unwrap_or((0, lesson.steps.len() - 1));
        view.above = words::step_of(lesson.title, open.step + 1, lesson.steps.len());
        view.link = words::address(lesson.id, open.step + 1);
        view.lines = section(lesson.text, open.step);
        view.lines.retain(|line| open.hint || line.0 != Line::Quote);
        if open.step > first {
            view.ways.push(button("back", words::BACK, LessonMsg::Go(open.step - 1)));
        }
        if open.step < last {
            view.ways.push(button("next", words::NEXT, LessonMsg::Go(open.step + 1)));
        } else if self.lessons.range.is_none() && open.number + 1 < LESSONS.len() {
            view.ways.push(button("next", words::NEXT_LESSON, LessonMsg::Choose(open.number + 1)));
        }
        view.ways.push(button("leave", words::LEAVE, LessonMsg::Leave));
        view.settled = matches!(open.stage, Stage::Answered(_) | Stage::Met);
        view.goes_on = view.settled || matches!(open.stage, Stage::Compared(_));
        match open.step() {
            Step::Show { .. } => {
                view.goes_on = open.stage != Stage::Reading;
                let (text, status) = if view.goes_on { (words::DO_AGAIN, words::WATCH) } else { (words::DO_IT, "") };
                view.buttons.push(button("do", text, LessonMsg::DoIt));
                status.clone_into(&mut view.status);
            }
            Step::Predict { .. } => {
                view.asks = true;
                view.status = self.prediction(open);
                let (text, msg) = match open.stage {
                    Stage::Running => (words::TO_THE_END, LessonMsg::ToTheEnd),
                    _ => (words::RUN_IT, LessonMsg::Begin),
                };
                if open.choice.is_some() {
                    view.buttons.push(button("run", text, msg));
                }
            }
            Step::Compare { .. } => {
                view.buttons.push(button("both", words::BOTH, LessonMsg::Begin));
                if let Stage::Compared(told) = &open.stage {
                    view.table = table(told);
                }
            }
            Step::Challenge { goals, .. } => {
                let missing = goals.iter().find(|goal| !goal.holds(&self.world));
                view.status = match (&open.stage, missing) {
                    (Stage::Running, Some(goal)) => words::not_yet(&goal.missing(&self.world)),
                    (Stage::Reading, _) => words::NEW_RUN.to_owned(),
                    _ => words::MET.to_owned(),
                };
                self.challenge(view, open);
            }
        }
    }

    /// How a question stands.
    fn prediction(&self, open: &Open) -> String {
        let text = match &open.stage {
            Stage::Running => return words::running(self.world.now().0 / 1_000_000, open.length().0 / 1_000_000),
            Stage::Answered(came_true) if !came_true.contains(&true) => words::NONE_CAME_TRUE,
            Stage::Answered(came_true) if came_true[open.choice.unwrap_or(0)] => words::RIGHT,
            Stage::Answered(_) => words::SURPRISE,
            _ if open.choice.is_some() => words::NEW_RUN,
            _ => words::CHOOSE_FIRST,
        };
        text.to_owned()
    }

    fn challenge(&self, view: &mut LessonView, open: &Open) {
        let begun = open.stage != Stage::Reading;
        let text = if begun { words::BEGIN_AGAIN } else { words::BEGIN };
        view.buttons.push(button("begin", text, LessonMsg::Begin));
        if begun && !self.lessons.hides_answers {
            view.buttons.push(match open.hint {
                true => button("solve", words::SOLUTION, LessonMsg::Solve),
                false => button("hint", words::HINT, LessonMsg::Hint),
            });
        }
    }
}

/// What the two runs of a comparison have come to, side by side.
fn table(told: &[Told; 2]) -> Vec<[String; 3]> {
    let rows = |told: &Told| words::compared(told.lost, told.ended, told.noticed_ms, told.at_work, told.servers);
    let mut table = vec![words::SET_UPS.map(str::to_owned)];
    table.extend(
        rows(&told[0]).into_iter().zip(rows(&told[1])).map(|((name, one), (_, other))| [name.to_owned(), one, other]),
    );
    table
}
