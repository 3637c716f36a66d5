//! How a resolver asks the authoritative server, when it gives up, and what it remembers of that.
//!
//! | | Unbound | BIND |
//! | --- | --- | --- |
//! | tries | 5, waiting 376 ms, doubling: 11.7 s in all | 6, waiting 0.8 0.8 0.8 1.6 3.2 2.8: 10 s in all |
//! | port closed | takes no notice and waits | gives up at once |
//! | in the end | says nothing | SERVFAIL |
//! | afterwards | asks nothing for 14 s, then one try of 12 s | SERVFAIL without asking for 1 s |
//!
//! BIND's tries and times are those recorded (`bind_authoritative_killed`, `bind_authoritative_silent`). Unbound's come
//! from its rules for the time-out of a server (`UNKNOWN_SERVER_NICENESS`, `PROBE_MAXRTO`, `outbound-msg-retry`),
//! simplified: the time-out does not follow the measured round trip, and does not grow beyond the probe's. They agree
//! with `authoritative_killed` and `authoritative_silent` in what clients see (silence for 15 s, silence for a question
//! asked just after the return, an answer at once for one asked 55 s after the first failure), not in the number of tries
//! within those 15 s: 10 were recorded.

use crate::sim::named::named;
use crate::sim::time::{Micros, SimTime};

/// Unbound's first time-out for a server: `UNKNOWN_SERVER_NICENESS` in milliseconds.
const UNBOUND_FIRST_MS: u64 = 376;

/// Unbound's tries for one question: `outbound-msg-retry`.
const UNBOUND_TRIES: u32 = 5;

/// Unbound's time-out after that many failures, in milliseconds. It lies above `PROBE_MAXRTO` (12 s), from where on a
/// silent server is tried by one question at a time.
const UNBOUND_PROBE_MS: u64 = UNBOUND_FIRST_MS << UNBOUND_TRIES;

/// For how many seconds Unbound leaves a silent server alone: `(rto + 1999) / 1000`.
const UNBOUND_REST_S: u64 = (UNBOUND_PROBE_MS + 1999) / 1000;

/// BIND's waits after each try, in milliseconds: `resolver-retry-interval` three times, then doubled each time, until
/// `resolver-query-timeout` (10 s) is over. Six tries are what `bind_authoritative_silent` shows.
const BIND_WAITS_MS: [u64; 6] = [800, 800, 800, 1600, 3200, 2800];

/// For how many seconds BIND answers SERVFAIL without asking: `servfail-ttl`.
const BIND_SERVFAIL_S: u64 = 1;

named! {
    /// The software of the recursive resolver, whose habits differ.
    #[derive(Default)]
    pub enum ResolverKind {
        /// Unbound 1.17.
        #[default]
        "unbound" Unbound,
        /// BIND 9.18.
        "bind" Bind,
    }
}

impl ResolverKind {
    /// Whether the resolver gives up at once when the other machine says that the port is closed. Unbound does not notice:
    /// a closed port and lost packets look the same (`authoritative_killed`, `bind_authoritative_killed`).
    #[must_use]
    pub const fn notices_refusal(self) -> bool {
        matches!(self, Self::Bind)
    }

    /// The longest time in seconds for which addresses and servers are kept, whatever their TTL says: `cache-max-ttl`,
    /// `max-cache-ttl`.
    #[must_use]
    pub const fn max_ttl_s(self) -> u32 {
        match self {
            Self::Unbound => 86_400,
            Self::Bind => 604_800,
        }
    }

    /// The longest time in seconds for which an absence is kept: `cache-max-negative-ttl`, `max-ncache-ttl`.
    #[must_use]
    pub const fn max_negative_ttl_s(self) -> u32 {
        match self {
            Self::Unbound => 3_600,
            Self::Bind => 10_800,
        }
    }
}

/// Why asking the authoritative server failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// No try was answered in time.
    TimedOut,
    /// The machine is there and said that the port is closed; reported only if [`ResolverKind::notices_refusal`].
    Refused,
}

/// What the waiting clients get when the resolver gives up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GivesUp {
    /// Nothing; each runs into its own time-out.
    Silently,
    /// A SERVFAIL.
    WithServFail,
}

/// What a resolver remembers of the authoritative server's silence.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Upstream {
    /// Until when nothing is asked; a past moment means at once.
    rests_until: SimTime,
    /// Whether the last question failed and no answer has come since.
    silent: bool,
}

impl Upstream {
    /// Whether a question may go to the authoritative server now.
    #[must_use]
    pub fn may_ask(&self, now: SimTime) -> bool {
        now >= self.rests_until
    }

    /// For how long the try number `attempt` (from 0) may wait for its answer, or `None` when that many tries are all.
    #[must_use]
    pub fn wait(&self, kind: ResolverKind, attempt: u32) -> Option<Micros> {
        let wait_ms = match kind {
            ResolverKind::Bind => BIND_WAITS_MS.get(attempt as usize).copied(),
            ResolverKind::Unbound if self.silent => (attempt == 0).then_some(UNBOUND_PROBE_MS),
            ResolverKind::Unbound => (attempt < UNBOUND_TRIES).then(|| UNBOUND_FIRST_MS << attempt),
        };
        wait_ms.map(Micros::from_millis)
    }

    /// All tries have failed.
    pub fn failed(&mut self, kind: ResolverKind, now: SimTime) -> GivesUp {
        self.silent = true;
        let (rest_s, outcome) = match kind {
            ResolverKind::Unbound => (UNBOUND_REST_S, GivesUp::Silently),
            ResolverKind::Bind => (BIND_SERVFAIL_S, GivesUp::WithServFail),
        };
        self.rests_until = now + Micros::from_secs(rest_s);
        outcome
    }

    /// The server has answered: all is forgiven.
    pub fn answered(&mut self) {
        *self = Self::default();
    }

    /// The longest time from the authoritative server's return to the moment from which every new question is answered:
    /// a try sent just before the return is lost and waited for, then comes the rest.
    #[must_use]
    pub fn longest_recovery(kind: ResolverKind) -> Micros {
        match kind {
            ResolverKind::Unbound => Micros::from_millis(UNBOUND_PROBE_MS) + Micros::from_secs(UNBOUND_REST_S),
            ResolverKind::Bind => Micros::from_millis(BIND_WAITS_MS[5]) + Micros::from_secs(BIND_SERVFAIL_S),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waits_ms(upstream: Upstream, kind: ResolverKind) -> Vec<u64> {
        let waits = (0..).map_while(|attempt| upstream.wait(kind, attempt));
        waits.map(|wait| wait.0 / 1000).collect()
    }

    #[test]
    fn bind_tries_six_times_in_ten_seconds_and_rests_for_one() {
        let mut upstream = Upstream::default();
        let waits = waits_ms(upstream, ResolverKind::Bind);
        assert_eq!((waits.len(), waits.iter().sum()), (6, 10_000_u64));
        let now = SimTime(10_000_000);
        let outcome = upstream.failed(ResolverKind::Bind, now);
        assert_eq!(outcome, GivesUp::WithServFail);
        assert!(!upstream.may_ask(now + Micros(999_999)));
        assert!(upstream.may_ask(now + Micros(1_000_000)));
    }

    #[test]
    fn unbound_doubles_then_rests_then_probes_once() {
        let mut upstream = Upstream::default();
        let kind = ResolverKind::Unbound;
        assert_eq!(waits_ms(upstream, kind), [376, 752, 1504, 3008, 6016]);
        assert_eq!(upstream.failed(kind, SimTime::ZERO), GivesUp::Silently);
        assert!(!upstream.may_ask(SimTime(13_999_999)));
        assert!(upstream.may_ask(SimTime(14_000_000)));
        assert_eq!(waits_ms(upstream, kind), [12_032]);
        upstream.answered();
        assert_eq!(waits_ms(upstream, kind).len(), 5);
        assert!(upstream.may_ask(SimTime::ZERO));
        assert_eq!(upstream.wait(kind, u32::MAX), None);
    }
}
