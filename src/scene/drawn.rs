//! What the parts of a diagram say where they stand, for whoever draws it: the page, or the writer of a picture.

use super::curve::{Curve, LabelAt, Point};
use super::diagram::{LinkView, MachineView, Mark, ProcessView};
use crate::sim::Condition;
use crate::text::diagram as words;

impl Mark {
    /// The name in classes: `machine--down`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self.condition {
            Condition::Down => "down",
            Condition::Hung => "hung",
            Condition::Up if self.dark => "dark",
            Condition::Up if self.slowdown > 1 => "slow",
            Condition::Up => "up",
        }
    }
}

impl MachineView {
    /// What stands below its name, with the class that it has beside its own: what is the matter with it, else its address.
    #[must_use]
    pub fn status(&self) -> (&'static str, String) {
        let tone = match (self.mark.condition, self.verdict) {
            (Condition::Down, _) | (_, Some("DOWN")) => "bad",
            (_, Some(_)) => "warn",
            (_, None) if self.mark.slowdown > 1 => "warn",
            (_, None) => "",
        };
        let status = match self.mark {
            Mark { condition: Condition::Up, slowdown: 1, .. } => self.verdict.map(words::verdict),
            mark => Some(words::condition(mark.condition, mark.slowdown, true)),
        };
        (tone, status.unwrap_or_else(|| self.address.clone()))
    }
}

impl ProcessView {
    /// What stands below its title: what is the matter with it, else what it does.
    #[must_use]
    pub fn status(&self) -> String {
        let broken = !matches!(self.mark, Mark { condition: Condition::Up, slowdown: 1, .. });
        if broken && !self.mark.dark {
            words::condition(self.mark.condition, self.mark.slowdown, false)
        } else {
            self.detail.clone()
        }
    }
}

impl LinkView {
    /// Its label, with what is the matter with it and what travels on it.
    #[must_use]
    pub fn status(&self) -> String {
        let label = words::link(&self.label, self.mark.condition, self.mark.slowdown);
        label + &self.traffic.map(words::traffic).unwrap_or_default()
    }
}

impl Curve {
    /// Where its label stands beside its switch: the point, which end of the text is there, and how much room it has.
    #[must_use]
    pub fn label_at(&self) -> (Point, &'static str, f64) {
        let Point { x, y } = self.at(self.handle_at);
        match self.label {
            LabelAt::Above => (Point { x, y: y - 14.0 }, "middle", 72.0),
            LabelAt::Below => (Point { x, y: y + 22.0 }, "middle", 72.0),
            LabelAt::Beside | LabelAt::Hidden => (Point { x: x + 14.0, y: y + 4.0 }, "start", 84.0),
        }
    }
}

/// Whether so many letters of this size need more room than there is, by their usual width.
#[must_use]
pub fn is_too_long(letters: usize, room: f64, size: f64) -> bool {
    letters as f64 * size * 0.55 > room
}
