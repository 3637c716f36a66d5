//! The critical path of a visit: what its time was spent on, and which of its stretches counts most.

use super::Hop;
use crate::sim::{Decision, Micros, Place, Span};
use crate::text::label::visits;

/// What a span is spent on: 0 on wires, 1 on waiting in queues and for who does not answer, 2 on work.
const fn spent(span: &Span) -> usize {
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
        ) => 1,
        // The resolver's own questions travel far; it does next to nothing itself.
        (_, Decision::RootReferral | Decision::ComReferral | Decision::AuthorityAnswer { .. })
        | (Place::Link { .. }, _) => 0,
        (Place::Process(_), _) => 2,
    }
}

/// Marks the longest hop, and says what a visit's time was spent on; none where it took no time. A visit does one thing at
/// a time, so that every hop lies on its critical path.
pub(super) fn path(spans: &[Span], hops: &mut [Hop], total: Micros) -> Option<String> {
    let (mut shares, mut longest) = ([0; 3], 0);
    for (at, (span, hop)) in spans.iter().zip(&*hops).enumerate() {
        shares[spent(span)] += hop.time.0 * 100;
        if hop.time > hops[longest].time {
            longest = at;
        }
    }
    let hop = hops.get_mut(longest).filter(|hop| hop.time > Micros::ZERO)?;
    hop.longest = true;
    Some(visits::critical(shares.map(|share| (share + total.0 / 2) / total.0), &hop.place, hop.time))
}
