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
    /// Projects a world; none if the visit has left no trace.
    #[must_use]
    pub fn new(world: &World, visit: u64) -> Option<Self> {
        let trace = world.trace(visit)?;
        let wiring = world.wiring();
        let end = trace.outcome.map(|outcome| End {
            result: explain::result(&outcome),
            ok: outcome.is_ok(),
            stale: outcome.is_stale(),
        });
        let database = world.log().of(visit).and_then(|record| record.notes.database);
        let handshake = world.settings().network.handshake;
        let sentence = match (trace.outcome, trace.spans.len()) {
            (Some(outcome), _) => explain::outcome_with(wiring, &outcome, database),
            (None, 0) => explain::departure(),
            (None, spans) => explain::hop(wiring, trace, spans - 1, handshake),
        };
        Some(Self { visit, class: trace.class, sentence, end })
    }
}
