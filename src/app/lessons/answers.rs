//! What was answered to the questions of lessons, as it is kept: the first answer to each, since whoever has seen the run knows.

use super::{Lessons, Open, Stage};
use crate::lesson::{LESSONS, Line, Step, find, section};

/// The first answer to a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The lesson's number.
    pub lesson: usize,
    /// The step, from 0.
    pub step: usize,
    /// The answer, from 0.
    pub choice: usize,
    /// Whether it came true.
    pub came_true: bool,
}

impl Answer {
    /// The lesson and the step, in words.
    #[must_use]
    pub fn question(&self) -> String {
        let lesson = LESSONS[self.lesson];
        crate::text::lesson::step_of(lesson.title, self.step + 1, lesson.steps.len())
    }

    /// What was answered, in words.
    #[must_use]
    pub fn words(&self) -> &'static str {
        let lines = section(LESSONS[self.lesson].text, self.step);
        let mut items = lines.into_iter().filter(|line| line.0 == Line::Item);
        items.nth(self.choice).map_or("", |line| line.1)
    }

    /// As it is kept: `visit:2=1+`, with a minus if it did not come true.
    pub(super) fn kept(&self) -> String {
        let sign = if self.came_true { '+' } else { '-' };
        format!("{}:{}={}{sign} ", LESSONS[self.lesson].id, self.step, self.choice)
    }

    /// What [`Answer::kept`] has written, if there is such a question with such an answer.
    fn recalled(id: &str, value: &str) -> Option<Self> {
        let (id, step) = id.split_once(':')?;
        let (lesson, step) = (find(id)?, step.parse().ok()?);
        let (choice, came_true) = match value.strip_suffix('+') {
            Some(choice) => (choice, true),
            None => (value.strip_suffix('-')?, false),
        };
        let choice = choice.parse().ok()?;
        match LESSONS[lesson].steps.get(step)? {
            Step::Predict { answers, .. } if choice < answers.len() => Some(Self { lesson, step, choice, came_true }),
            _ => None,
        }
    }
}

impl Lessons {
    /// Takes over an entry of progress that was kept, if it is an answer.
    pub(super) fn recall_answer(&mut self, id: &str, value: &str) {
        self.answers.extend(Answer::recalled(id, value).filter(|answer| self.is_first(answer)));
    }

    /// Notes the answer to the question that is open, if its run has ended as it should.
    pub(super) fn note_answer(&mut self) {
        let answer = self.open.as_ref().and_then(answer_of).filter(|answer| self.is_first(answer));
        self.answers.extend(answer);
    }

    fn is_first(&self, answer: &Answer) -> bool {
        !self.answers.iter().any(|other| (other.lesson, other.step) == (answer.lesson, answer.step))
    }
}

fn answer_of(open: &Open) -> Option<Answer> {
    let (Stage::Answered(came_true), Some(choice)) = (&open.stage, open.choice) else {
        return None;
    };
    let is_the_run = came_true.contains(&true);
    is_the_run.then(|| Answer { lesson: open.number, step: open.step, choice, came_true: came_true[choice] })
}
