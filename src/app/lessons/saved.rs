//! The lesson under way, as a link holds it.

use super::{Open, Stage};
use crate::app::link::LessonState;

impl Open {
    /// What a link holds of it. A comparison is made again by whoever opens the link.
    pub fn state(&self) -> LessonState {
        LessonState {
            id: self.lesson().id.to_owned(),
            step: self.step as u32,
            choice: self.choice.map(|choice| choice as u32),
            hint: self.hint,
            own_run: self.own_run,
            begun: matches!(self.stage, Stage::Running | Stage::Answered(_)),
            met: self.stage == Stage::Met,
            pending: self.pending.clone(),
        }
    }

    /// The lesson of a link; none if there is no such lesson. A question that was answered is answered again by the run.
    pub fn of_state(state: LessonState) -> Option<Self> {
        let stage = match (state.met, state.begun) {
            (true, _) => Stage::Met,
            (_, true) => Stage::Running,
            _ => Stage::Reading,
        };
        let choice = state.choice.map(|choice| choice as usize);
        let open = Self::new(crate::lesson::find(&state.id)?, state.step as usize, state.own_run);
        Some(Self { stage, choice, hint: state.hint, pending: state.pending, ..open })
    }
}
