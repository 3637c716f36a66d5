//! How a resolver asks the authoritative server, when it gives up, and what it remembers of that.
//!
//! | | Unbound | BIND |
//! | --- | --- | --- |
//! | tries | 5 times two, the wait doubled each time, from a few round trips on | 6, waiting 0.8 0.8 0.8 1.6 3.2 2.8: 10 s in all |
//! | port closed | takes no notice and waits | gives up at once |
//! | in the end | SERVFAIL, but only to who has waited for less than 1.9 s | SERVFAIL |
//! | afterwards | SERVFAIL without asking for 5 s; the wait stays doubled until an answer comes | SERVFAIL without asking for 1 s |
//!
//! BIND's tries and times are those recorded (`bind_authoritative_killed`, `bind_authoritative_silent`). Unbound's follow its
//! `rtt.c` and `infra.c` and were watched to the end of an outage: after one answered question it asks after 0, 0.28, 0.57,
//! 1.14, 1.70, 2.84, 3.98, 6.25, 8.52 and 13.06 s and gives up after 17.6 s (`authoritative_silent` has the ten); the next
//! question is asked twice and given up after 27.3 s, the one after that once, for 36.4 s.

use super::message::UDP_SIZE;
use crate::named::named;
use crate::time::Micros;

/// Unbound's time-out for a server of which it knows nothing, in milliseconds: `UNKNOWN_SERVER_NICENESS`.
const UNKNOWN_MS: u64 = 376;

/// The variation of the round trip from which Unbound starts, a quarter of that.
const UNKNOWN_VARIATION_MS: i64 = 94;

/// Unbound's shortest and longest time-outs: `infra-cache-min-rtt`, `infra-cache-max-rtt`.
const SHORTEST_MS: u64 = 50;
const LONGEST_MS: u64 = 120_000;

/// How often Unbound chooses a server for one question: `outbound-msg-retry`.
const UNBOUND_CHOICES: u32 = 5;

/// Below this time-out Unbound asks a chosen server twice, the second time with a smaller EDNS buffer.
const TWICE_BELOW_MS: u64 = 5000;

/// From this time-out on a silent server is tried by one question at a time: `PROBE_MAXRTO`.
const PROBE_FROM_MS: u64 = 12_000;

/// BIND's waits after each try, in milliseconds: `resolver-retry-interval` three times, then doubled each time, until
/// `resolver-query-timeout` (10 s) is over. Six tries are what `bind_authoritative_silent` shows.
const BIND_WAITS_MS: [u64; 6] = [800, 800, 800, 1600, 3200, 2800];

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

    /// The UDP payload size in bytes that try number `attempt` announces: BIND's second one takes fewer, in case large
    /// packets are lost (`bind_authoritative_silent`).
    #[must_use]
    pub const fn udp_size(self, attempt: u32) -> u16 {
        match (self, attempt) {
            (Self::Bind, 1) => 512,
            _ => UDP_SIZE,
        }
    }

    /// For how long a question that failed gets SERVFAIL without asking, in seconds: Unbound's `NORR_TTL`, BIND's
    /// `servfail-ttl`.
    #[must_use]
    pub const fn servfail_s(self) -> u64 {
        match self {
            Self::Unbound => 5,
            Self::Bind => 1,
        }
    }

    /// After what time a client that waits gets nothing any more, whatever is found: Unbound's `discard-timeout`, which makes
    /// it silent in `authoritative_killed` and `authoritative_silent`.
    #[must_use]
    pub const fn discards_after(self) -> Option<Micros> {
        match self {
            Self::Unbound => Some(Micros(1_900_000)),
            Self::Bind => None,
        }
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

/// What a resolver remembers of the round trips to the authoritative server, and of its silence. BIND's waits are constant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Upstream {
    /// The smoothed round trip and its variation, in milliseconds.
    trip_ms: i64,
    variation_ms: i64,
    /// The time-out of the next try, in milliseconds.
    timeout_ms: u64,
    /// Until when (wall seconds) the only question under way to a silent server has it for itself.
    probed_until_s: u64,
}

impl Default for Upstream {
    fn default() -> Self {
        Self { trip_ms: 0, variation_ms: UNKNOWN_VARIATION_MS, timeout_ms: UNKNOWN_MS, probed_until_s: 0 }
    }
}

impl Upstream {
    /// Whether Unbound may send a question to the server now.
    #[must_use]
    pub fn may_ask(&self, wall_s: u64) -> bool {
        self.timeout_ms < PROBE_FROM_MS || wall_s >= self.probed_until_s
    }

    /// Try number `attempt` of a question is sent.
    pub fn sent(&mut self, kind: ResolverKind, wall_s: u64, attempt: u32) {
        if let (ResolverKind::Unbound, Some(wait)) = (kind, self.wait(kind, attempt)) {
            let wait_ms = wait.0 / 1000;
            if wait_ms >= PROBE_FROM_MS {
                self.probed_until_s = wall_s.saturating_add((wait_ms + 1999) / 1000);
            }
        }
    }

    /// For how long the try number `attempt` (from 0) may wait for its answer, or `None` when that many tries are all.
    #[must_use]
    pub fn wait(&self, kind: ResolverKind, attempt: u32) -> Option<Micros> {
        let wait_ms = match kind {
            ResolverKind::Bind => BIND_WAITS_MS.get(attempt as usize).copied(),
            ResolverKind::Unbound => self.timeouts_ms().nth(attempt as usize),
        };
        wait_ms.map(Micros::from_millis)
    }

    /// The time-outs of Unbound's tries for one question. A try that had the server for itself is the last.
    fn timeouts_ms(&self) -> impl Iterator<Item = u64> {
        let mut next = Some(self.timeout_ms);
        let chosen = core::iter::from_fn(move || {
            let timeout_ms = next?;
            next = (timeout_ms < PROBE_FROM_MS).then(|| doubled(timeout_ms));
            Some(timeout_ms)
        });
        let sends = |timeout_ms| core::iter::repeat_n(timeout_ms, if timeout_ms < TWICE_BELOW_MS { 2 } else { 1 });
        chosen.take(UNBOUND_CHOICES as usize).flat_map(sends)
    }

    /// All tries have failed.
    pub fn failed(&mut self, kind: ResolverKind) {
        if kind == ResolverKind::Unbound {
            self.timeout_ms = self.timeouts_ms().last().map_or(LONGEST_MS, doubled);
        }
    }

    /// The server has answered after this time: the time-out follows the round trip again (Jacobson's rule).
    pub fn answered(&mut self, took: Micros) {
        let took_ms = i64::try_from(took.0 / 1000).unwrap_or(i64::MAX).min(LONGEST_MS as i64);
        let difference_ms = took_ms - self.trip_ms;
        self.trip_ms += difference_ms / 8;
        self.variation_ms += (difference_ms.abs() - self.variation_ms) / 4;
        self.timeout_ms = (self.trip_ms + 4 * self.variation_ms).unsigned_abs().clamp(SHORTEST_MS, LONGEST_MS);
    }
}

fn doubled(timeout_ms: u64) -> u64 {
    (2 * timeout_ms).min(LONGEST_MS)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waits_ms(upstream: &Upstream, kind: ResolverKind) -> Vec<u64> {
        let waits = (0..).map_while(|attempt| upstream.wait(kind, attempt));
        waits.map(|wait| wait.0 / 1000).collect()
    }

    #[test]
    fn bind_tries_six_times_in_ten_seconds() {
        let waits = waits_ms(&Upstream::default(), ResolverKind::Bind);
        assert_eq!((waits.len(), waits.iter().sum()), (6, 10_000_u64));
    }

    #[test]
    fn unbound_doubles_then_probes_alone() {
        let (mut upstream, kind) = (Upstream::default(), ResolverKind::Unbound);
        upstream.answered(Micros::ZERO);
        assert_eq!(waits_ms(&upstream, kind), [284, 284, 568, 568, 1136, 1136, 2272, 2272, 4544, 4544]);
        upstream.failed(kind);
        assert_eq!(waits_ms(&upstream, kind), [9088, 18_176]);
        upstream.sent(kind, 100, 0);
        assert!(upstream.may_ask(100));
        upstream.sent(kind, 109, 1);
        upstream.failed(kind);
        assert!(!upstream.may_ask(128) && upstream.may_ask(129));
        assert_eq!(waits_ms(&upstream, kind), [36_352]);
        for _ in 0..4 {
            upstream.failed(kind);
        }
        assert_eq!(waits_ms(&upstream, kind), [120_000]);
        upstream.answered(Micros::ZERO);
        assert_eq!((waits_ms(&upstream, kind)[0], upstream.may_ask(0)), (216, true));
        assert_eq!(upstream.wait(kind, u32::MAX), None);
    }

    #[test]
    fn five_quick_answers_shorten_the_tries() {
        let (mut upstream, kind) = (Upstream::default(), ResolverKind::Unbound);
        for _ in 0..5 {
            upstream.answered(Micros::ZERO);
        }
        let waits = waits_ms(&upstream, kind);
        assert_eq!((waits[0], waits.iter().sum::<u64>()), (96, 5_952), "watched: 5.96 s");
    }
}
