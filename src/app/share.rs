//! What is taken away from the page.

use super::model::Model;
use crate::text::lesson;

impl Model {
    /// The readable address of the step, or of the topology as it begins.
    #[must_use]
    pub fn place(&self) -> String {
        match &self.lessons.open {
            Some(open) => lesson::address(open.lesson().id, open.step + 1),
            None => format!("?preset={}", self.history.scenario().name),
        }
    }
}
