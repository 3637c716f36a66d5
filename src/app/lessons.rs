//! The lesson on the page: which step it is at, what was chosen, whether the challenge is met; and how far all lessons are.

use super::ahead::Ahead;
use super::model::Model;
use super::msg::Msg;
use super::view::{Sheet, Tab};
use crate::lesson::{Act, LESSONS, Lesson, Look, Run, Step, Told, timed, told};
use crate::sim::{Micros, SimTime, TimedCommand};

mod answers;
mod saved;

pub use answers::Answer;

/// What the page knows about lessons.
#[derive(Clone, Debug)]
pub struct Lessons {
    /// The lesson under way.
    pub open: Option<Open>,
    /// The lesson that waits for the user's word, since it would throw a run away.
    pub asked: Option<usize>,
    /// Which steps of each lesson are done, a bit for each.
    pub done: [u32; LESSONS.len()],
    /// What was answered first to each question.
    pub answers: Vec<Answer>,
    /// Whether hints and solutions are kept back, for a teacher who wants to have them worked out.
    pub hides_answers: bool,
    /// The first and the last step that may be opened, if a teacher's link says so.
    pub range: Option<(usize, usize)>,
}

/// A lesson under way.
#[derive(Clone, Debug)]
pub struct Open {
    /// Its number.
    pub number: usize,
    /// The step, from 0.
    pub step: usize,
    /// How the step stands.
    pub stage: Stage,
    /// The answer that was chosen.
    pub choice: Option<usize>,
    /// Whether the hint is shown.
    pub hint: bool,
    /// Whether the world is that of the step's own run, not the lesson's.
    own_run: bool,
    /// What the step will do yet, the next act last.
    pending: Vec<TimedCommand>,
}

/// How a step stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Nothing has been started.
    Reading,
    /// The run of a prediction, or of a challenge, is under way; what a step shows has been set off.
    Running,
    /// The run of a prediction is over: which answers have come true.
    Answered(Vec<bool>),
    /// What the two runs of a comparison have come to.
    Compared([Told; 2]),
    /// The challenge is met.
    Met,
}

/// What can be done with lessons.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LessonMsg {
    /// Opens a lesson; asks first if that would throw away what the user did.
    Choose(usize),
    /// Opens the lesson that was asked about.
    Start,
    /// Leaves the lesson, or does not open the one that was asked about.
    Leave,
    /// Goes to a step.
    Go(usize),
    /// Does what the step is about.
    DoIt,
    /// Chooses an answer.
    Pick(usize),
    /// Begins the run of a prediction or of a challenge.
    Begin,
    /// Runs to the end of a prediction's run, as fast as it goes.
    ToTheEnd,
    /// Shows the hint.
    Hint,
    /// Begins the challenge anew with the lesson's own solution, which acts in time however fast time runs.
    Solve,
}

impl LessonMsg {
    /// Whether neither the world nor its time is touched.
    pub(super) const fn only_looks(self) -> bool {
        matches!(self, Self::Leave | Self::Go(_) | Self::Pick(_) | Self::Hint)
    }
}

impl Lessons {
    /// No lesson is open, none is done.
    #[must_use]
    pub const fn new(hides_answers: bool, range: Option<(usize, usize)>) -> Self {
        Self { open: None, asked: None, done: [0; LESSONS.len()], answers: Vec::new(), hides_answers, range }
    }

    /// How many steps of a lesson are done.
    #[must_use]
    pub const fn steps_done(&self, lesson: usize) -> usize {
        self.done[lesson].count_ones() as usize
    }

    /// The progress as it is kept, such as `visit=15/4 dns=3/5 visit:2=1+ at=dns/3 `: of each lesson a bit for each step that is done,
    /// and how many steps there are; the answers; and which step is open, from 1. A learning management system reads it, too
    /// (`assets/scorm.js`).
    #[must_use]
    pub fn progress(&self) -> String {
        let mut text = String::new();
        for (lesson, done) in LESSONS.iter().zip(self.done) {
            text += &format!("{}={done}/{} ", lesson.id, lesson.steps.len());
        }
        self.answers.iter().for_each(|answer| text += &answer.kept());
        if let Some(open) = &self.open {
            text += &format!("at={}/{} ", open.lesson().id, open.step + 1);
        }
        text
    }

    /// Adds progress that was kept; what is not understood is left out, and false is the answer.
    pub fn recall(&mut self, text: &str) -> bool {
        let mut is_clear = true;
        for entry in text.split_terminator(' ') {
            let mut parts = entry.split(['=', '/']);
            let (Some(id), Some(value)) = (parts.next(), parts.next()) else {
                is_clear = false;
                continue;
            };
            match (crate::lesson::find(id), value.parse::<u32>()) {
                (Some(lesson), Ok(done)) => self.done[lesson] |= done & ((1 << LESSONS[lesson].steps.len()) - 1),
                _ if id.contains(':') => self.recall_answer(id, value),
                _ => is_clear &= id == "at",
            }
        }
        is_clear
    }
}

impl Open {
    const fn new(number: usize, step: usize, own_run: bool) -> Self {
        Self { number, step, stage: Stage::Reading, choice: None, hint: false, own_run, pending: Vec::new() }
    }

    /// The lesson.
    #[must_use]
    pub const fn lesson(&self) -> &'static Lesson {
        LESSONS[self.number]
    }

    /// What the step is.
    #[must_use]
    pub fn step(&self) -> &'static Step {
        &self.lesson().steps[self.step]
    }

    /// The run of the step, if it has one.
    fn run(&self) -> Option<&'static Run> {
        match self.step() {
            Step::Predict { run, .. } | Step::Challenge { run, .. } => Some(run),
            Step::Show { .. } | Step::Compare { .. } => None,
        }
    }

    /// How long the run of a question takes; 0 for any other step.
    #[must_use]
    pub fn length(&self) -> Micros {
        match self.step() {
            Step::Predict { seconds, .. } => Micros::from_secs((*seconds).into()),
            _ => Micros::ZERO,
        }
    }
}

impl Model {
    /// Opens a lesson at a step, with its own run.
    pub(super) fn open_lesson(&mut self, number: usize, step: usize) {
        self.start(LESSONS[number].start.scenario());
        self.lessons.open = Some(Open::new(number, step, false));
        self.lessons.asked = None;
        self.view.sheet = Some(Sheet::Lesson);
    }

    /// Does what a message says.
    #[inline(never)]
    pub(super) fn update_lesson(&mut self, msg: LessonMsg) {
        let has_own_run = self.lessons.open.is_none() && !self.history.commands().is_empty();
        match msg {
            LessonMsg::Choose(lesson) if has_own_run => self.lessons.asked = Some(lesson),
            LessonMsg::Choose(lesson) => self.open_lesson(lesson, 0),
            LessonMsg::Start => {
                if let Some(lesson) = self.lessons.asked {
                    self.open_lesson(lesson, 0);
                }
            }
            LessonMsg::Leave => {
                if self.lessons.asked.take().is_none() {
                    self.lessons.open = None;
                }
            }
            _ => self.update_step(msg),
        }
    }

    /// Does what a message says about the step of the open lesson.
    fn update_step(&mut self, msg: LessonMsg) {
        let Some(open) = &mut self.lessons.open else {
            return;
        };
        let done = &mut self.lessons.done[open.number];
        match (msg, open.step()) {
            (LessonMsg::Go(step), at) => {
                // A step that only tells something is done once it is left behind.
                if matches!(at, Step::Show { .. }) && step > open.step {
                    *done |= 1 << open.step;
                }
                *open = Open::new(open.number, step, open.own_run);
                self.view.sheet = Some(Sheet::Lesson);
            }
            (LessonMsg::DoIt, Step::Show { acts, look }) => {
                open.stage = Stage::Running;
                if std::mem::take(&mut open.own_run) {
                    let lesson = open.lesson();
                    self.start(lesson.start.scenario());
                }
                self.play(acts);
                self.look(*look);
            }
            (LessonMsg::ToTheEnd, _) => {
                let (now, end) = (self.world.now(), SimTime::ZERO + open.length());
                self.playback.run(Ahead::new(now, end.since(now.min(end))));
            }
            (LessonMsg::Pick(answer), _) if open.stage == Stage::Reading => open.choice = Some(answer),
            (LessonMsg::Begin, Step::Compare { runs: [one, other], seconds }) => {
                open.stage = Stage::Compared([told(one, *seconds), told(other, *seconds)]);
                *done |= 1 << open.step;
            }
            (LessonMsg::Begin, step) if open.choice.is_some() || matches!(step, Step::Challenge { .. }) => {
                (open.stage, open.own_run) = (Stage::Running, true);
                self.view.sheet = None;
                open.pending.clear();
                if let Some(run) = open.run() {
                    self.start(run.scenario());
                }
            }
            (LessonMsg::Hint, _) => open.hint = !self.lessons.hides_answers,
            (LessonMsg::Solve, Step::Challenge { run, solution, .. }) => {
                (open.stage, open.own_run) = (Stage::Running, true);
                self.view.sheet = None;
                self.start(run.solved(solution));
            }
            _ => {}
        }
    }

    /// Does these acts, each at its time from now on.
    fn play(&mut self, acts: &'static [Act]) {
        self.playback.running = true;
        if let [Act::Follow(class)] = acts {
            return self.update(Msg::Follow(*class));
        }
        if let Some(open) = &mut self.lessons.open {
            open.pending = timed(acts, self.world.now());
            open.pending.reverse();
            self.give_pending();
        }
    }

    fn look(&mut self, look: Look) {
        match look {
            Look::Trace => self.view.tab = Tab::Trace,
            Look::Requests => self.view.tab = Tab::Requests,
            Look::Metrics => self.view.tab = Tab::Metrics,
            Look::Data => self.view.tab = Tab::Data,
            Look::Security => self.view.tab = Tab::Security,
            Look::Wire(name) => {
                self.view.tab = Tab::Security;
                self.view.selected = self.world.wiring().part(name).ok();
            }
            Look::Part(name) => self.view.selected = self.world.wiring().part(name).ok(),
        }
        // What is to be looked at may have no place of its own; of a visit, the diagram shows enough, if nothing lies on it.
        self.view.sheet = match look {
            Look::Part(_) if self.view.hides_panels() => Some(Sheet::Inspector),
            Look::Requests | Look::Metrics | Look::Data | Look::Security | Look::Wire(_)
                if self.view.hides_panels() =>
            {
                Some(Sheet::Tabs)
            }
            _ => None,
        };
    }

    /// Called after every stretch of time: what the step does next, and what a run has shown by now.
    pub(super) fn lesson_frame(&mut self) {
        self.give_pending();
        if self.lessons.open.is_some() && self.playback.follow.is_none() {
            // The visit that a run sends is the one to watch.
            self.view.visit = self.world.sent_by_hand().last().copied().or(self.view.visit);
        }
        let Some(open) = self.lessons.open.as_mut().filter(|open| open.stage == Stage::Running) else {
            return;
        };
        let world = &self.world;
        match open.step() {
            Step::Predict { answers, .. } if world.now() >= SimTime::ZERO + open.length() => {
                let came_true = |facts: &&[crate::lesson::Fact]| facts.iter().all(|fact| fact.holds(world));
                open.stage = Stage::Answered(answers.iter().map(came_true).collect());
                self.playback.running = false;
            }
            Step::Challenge { goals, .. } if goals.iter().all(|goal| goal.holds(world)) => open.stage = Stage::Met,
            _ => return,
        }
        self.lessons.done[open.number] |= 1 << open.step;
        // What it has come to is told there.
        self.view.sheet = Some(Sheet::Lesson);
        self.lessons.note_answer();
    }

    /// Gives the commands of the step that are due.
    fn give_pending(&mut self) {
        while let Some(open) = &mut self.lessons.open
            && let Some(next) = open.pending.pop()
        {
            if next.at_us > self.world.now() {
                return open.pending.push(next);
            }
            self.obey(next.command);
        }
    }
}

#[cfg(test)]
mod tests;
