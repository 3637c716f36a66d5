//! What holds at every moment of every run. Each statement stands here once and is asserted, in release builds too, at the
//! one place where it could break, at a cost that does not grow with the size of the world.
//!
//! `verify` compares the books of all layers, which takes longer; the tests' watcher recomputes from what can be seen.

use super::balancer::{Balancer, Server};
use super::call::Call;
use super::mysql::{Server as Database, Stored};
use super::outcome::Cause;
use super::time::SimTime;
use super::visit::Visit;

/// The sum over a backend is compared once in so many assignments.
const SUMMED_EVERY: u64 = 256;

/// Every request ends exactly once: those that have started have ended or are under way.
pub(super) fn ends_once(started: u64, ended: u64, under_way: usize) {
    assert!(started == ended + under_way as u64, "a visit has ended twice, or not at all");
}

/// No response is older than its request: it comes later, and the row that it confirms was stored for this very request.
pub(super) fn answer_is_newer(visit: &Visit, now: SimTime, cause: Cause, stored: Option<&Stored>) {
    assert!(now >= visit.started, "a visit ends before it starts");
    if let Some(stored) = stored {
        let told = cause == Cause::Stored { row: stored.row.id };
        let of_this_visit = stored.row.visit == visit.id && stored.committed >= visit.started;
        assert!(told && of_this_visit && stored.committed <= now, "a visitor is told of another visit's row");
    }
}

/// A reply leaves after its request and arrives after it has left.
#[inline(always)]
pub(super) fn reply_is_newer(call: &Call, now: SimTime) {
    assert!(call.started <= call.since && call.since <= now, "a reply is older than its request");
}

/// The balancer's count is the sum of its servers' counts.
#[inline(always)]
pub(super) fn counts_add_up(balancer: &Balancer) {
    if balancer.counters.assigned.is_multiple_of(SUMMED_EVERY) {
        let sessions: u64 = balancer.servers.iter().map(|server| server.counters.sessions).sum();
        assert!(balancer.counters.assigned == sessions, "a request is not counted once");
    }
}

/// No new request goes to a server that is down or in maintenance, but for the exceptions that HAProxy makes: a request that
/// waited in its queue when it left, without `option redispatch`, and one whose cookie leads there with `option persist`.
#[inline(always)]
pub(super) fn may_get_request(server: &Server, is_excepted: bool) {
    assert!(server.runs() || is_excepted, "a new request for a server that is down or in maintenance");
}

/// A replica is always a prefix of its source's binlog: what it carries out next is what the source has at that position.
/// Once an administrator has written on a replica, nobody can say that any more.
pub(super) fn is_prefix(databases: &[Database], replica: usize) {
    let replica = &databases[replica];
    if let (Some(next), Some(source), false) = (replica.relay.front(), replica.source, replica.mixed) {
        let original = databases[usize::from(source)].binlog.get(replica.binlog.end());
        assert!(original.is_none_or(|original| original.row == next.row), "a replica is no prefix of its source");
    }
}

/// A promotion names what is acknowledged and lost: at least all that reads were expected to show until now.
pub(super) fn losses_are_named(named: u64, expected_no_more: u64) {
    assert!(named >= expected_no_more, "a promotion has lost an acknowledged row without a word");
}

/// Queues and rings stay within their bounds.
#[inline(always)]
pub(super) fn within(length: usize, most: usize) {
    assert!(length <= most, "a queue or ring has outgrown its bound");
}
