//! The critical path of a visit: which stretches its time consists of, and which of them counts most.

use super::Hop;
use crate::sim::{Decision, Micros, Place, Span};
use crate::text::label::visits;

/// What a stretch of a visit is spent on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spent {
    /// On wires.
    Network,
    /// In queues, and waiting for who does not answer.
    Waiting,
    /// In the hands of a process.
    Work,
}

impl Spent {
    /// What a span is spent on.
    #[must_use]
    pub const fn of(span: &Span) -> Self {
        match (span.place, span.decision) {
            (
                _,
                Decision::NoAnswer
                | Decision::AuthoritySilent
                | Decision::JoinedQuestion
                | Decision::Queued
                | Decision::WaitToRetry { .. }
                | Decision::WaitedForWorker
                | Decision::WaitedForThread,
            ) => Self::Waiting,
            // The resolver's own questions travel far; it does next to nothing itself.
            (_, Decision::RootReferral | Decision::ComReferral | Decision::AuthorityAnswer { .. })
            | (Place::Link { .. }, _) => Self::Network,
            (Place::Process(_), _) => Self::Work,
        }
    }
}

/// Index of the longest of the stretches, and a sentence on all of them; none while the visit has taken no time. A visit
/// does one thing at a time, so that each stretch lies on its critical path.
pub(super) fn path(spans: &[Span], hops: &[Hop]) -> Option<(usize, String)> {
    let total = spans.iter().fold(Micros::ZERO, |sum, span| sum + span.end.since(span.start));
    let (at, longest) = hops.iter().enumerate().take(spans.len()).rev().max_by_key(|(_, hop)| hop.time)?;
    let share = |wanted| {
        let those = spans.iter().filter(|span| Spent::of(span) == wanted);
        let sum = those.fold(Micros::ZERO, |sum, span| sum + span.end.since(span.start));
        (sum.0 * 100 + total.0 / 2).checked_div(total.0).unwrap_or(0)
    };
    let shares = [Spent::Network, Spent::Waiting, Spent::Work].map(share);
    (total > Micros::ZERO).then(|| (at, visits::critical(shares, &longest.place, longest.time)))
}
