//! What is shown: one sentence about where the watched visit is, and what was decided there.

use crate::sim::{Class, World};
use crate::text::explain;

/// Ready to be shown: the watched visit in one sentence.
#[derive(Clone, Debug, PartialEq)]
pub struct Narration {
    /// The visit's number.
    pub visit: u64,
    /// What it asks for.
    pub class: Class,
    /// What was decided last, or how it ended.
    pub sentence: String,
    /// The end, once it has come.
    pub end: Option<End>,
}

/// How a visit ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct End {
    /// `200`, or the browser's error.
    pub result: String,
    /// Whether the visitor got what they came for.
    pub ok: bool,
    /// Whether the answer was out of date.
    pub stale: bool,
}

impl Narration {
    /// Projects a world; none if the visit has left no trace. `told` is the number of spans that have been told of a visit
    /// that is followed hop by hop; others are told where they are.
    #[must_use]
    pub fn new(world: &World, visit: u64, told: Option<usize>) -> Option<Self> {
        let trace = world.trace(visit)?;
        let wiring = world.wiring();
        let all_told = told.is_none_or(|told| told >= trace.spans.len());
        let outcome = trace.outcome.filter(|_| all_told);
        let database = world.log().of(visit).and_then(|record| record.notes.database);
        let handshake = world.settings().network.handshake;
        let sentence = match (outcome, told, world.whereabouts(visit)) {
            (Some(outcome), _, _) => explain::outcome_with(wiring, &outcome, database),
            (None, None, Some(place)) => {
                let waits = explain::on_its_way(wiring, place) + &explain::waiting(world.now().since(trace.end()));
                let last = trace.spans.len().checked_sub(1).map(|last| explain::hop(wiring, trace, last, handshake));
                last.map_or(waits.clone(), |last| format!("{last} {waits}"))
            }
            (None, Some(told), _) if told > 0 => {
                explain::hop(wiring, trace, told.min(trace.spans.len()) - 1, handshake)
            }
            _ => explain::departure(),
        };
        let end = outcome.map(|outcome| End {
            result: explain::result(&outcome),
            ok: outcome.is_ok(),
            stale: outcome.is_stale(),
        });
        Some(Self { visit, class: trace.class, sentence, end })
    }
}
