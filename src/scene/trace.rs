//! What is shown: the trace of one visit: its spans as a waterfall, with a sentence for each.

mod axis;
mod critical;
mod layer;
mod shown;
#[cfg(test)]
mod tests;

pub use axis::{Axis, Tick};
pub use layer::Layer;
pub use shown::{Fact, Hop, Shown, Sum};

use crate::sim::{Class, Micros, Outcome, SimTime, Trace, World};
use crate::text::{explain, label};

/// The most visits that are offered in the list.
const MAX_CHOICES: usize = 60;

/// For so long the same visit is shown under load if none has been chosen.
const KEPT: Micros = Micros::from_secs(2);

/// Ready to be drawn: the trace of one visit: its spans as a waterfall, with a sentence for each.
#[derive(Clone, Debug, PartialEq)]
pub struct TraceView {
    /// The visit that was asked for by its number.
    pub asked: Option<u64>,
    /// The trace that is shown; none if there is none, or none of the visit that was asked for.
    pub shown: Option<Shown>,
    /// The last traced visits, newest first; the shown one is among them.
    pub choices: Vec<Choice>,
    /// The traced visit before the shown one.
    pub earlier: Option<u64>,
    /// The traced visit after the shown one.
    pub later: Option<u64>,
}

/// A visit in the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// Its number.
    pub visit: u64,
    /// Number, class and result.
    pub label: String,
}

/// How well a visit went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// It got what it wanted.
    Fine,
    /// It got a page that lacks acknowledged rows.
    Stale,
    /// It got an error.
    Failed,
    /// It has not ended.
    UnderWay,
}

impl Tone {
    /// The tone of an outcome.
    #[must_use]
    pub const fn of(outcome: &Outcome) -> Self {
        if outcome.is_stale() {
            Self::Stale
        } else if outcome.is_ok() {
            Self::Fine
        } else {
            Self::Failed
        }
    }
}

impl TraceView {
    /// Projects a world: the trace of `visit`, or of the newest visit if none is asked for.
    #[must_use]
    pub fn new(world: &World, visit: Option<u64>) -> Self {
        let trace = match visit {
            Some(visit) => world.trace(visit),
            None => newest(world),
        };
        let at = trace.map(|trace| trace.visit).or(visit).unwrap_or(u64::MAX);
        let others = || world.traces().map(|trace| trace.visit);
        let mut choices: Vec<Choice> = world.traces().take(MAX_CHOICES).map(choice).collect();
        if let Some(trace) = trace
            && choices.iter().all(|choice| choice.visit != at)
        {
            choices.push(choice(trace));
        }
        Self {
            asked: visit,
            shown: trace.map(|trace| Shown::new(world, trace)),
            choices,
            earlier: others().filter(|other| *other < at).max(),
            later: others().filter(|other| *other > at).min(),
        }
    }
}

/// The newest visit that was sent by hand and is under way, else the newest that has ended, else the newest. Under load
/// that would be another one at each look, so that nobody could read it: one is kept for some time.
fn newest(world: &World) -> Option<&Trace> {
    let by_hand = world.sent_by_hand().last().and_then(|visit| world.trace(*visit));
    let before = SimTime(world.now().0 / KEPT.0 * KEPT.0);
    let ended = || world.traces().filter(|trace| trace.outcome.is_some());
    by_hand
        .or_else(|| ended().find(|trace| trace.end() < before))
        .or_else(|| ended().next())
        .or_else(|| world.traces().next())
}

fn choice(trace: &Trace) -> Choice {
    let result = trace.outcome.as_ref().map_or_else(|| label::visits::UNDER_WAY.to_owned(), explain::result);
    Choice { visit: trace.visit, label: label::visits::choice(trace.visit, class(trace.class), &result) }
}

const fn class(class: Class) -> &'static str {
    label::class(class)
}
