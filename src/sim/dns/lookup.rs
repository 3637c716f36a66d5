//! What a resolver says on the spot, and what an inspector sees of its cache.

use super::record::RecordType;

/// The TTL in seconds of an answer whose time is over: `serve-expired-reply-ttl` (`serve_expired`, RFC 8767 section 4).
pub const STALE_TTL_S: u32 = 30;

/// The longest chain of CNAMEs that a resolver follows: `MAX_RESTART_COUNT`, `max-query-restarts`.
pub const MAX_ALIASES: usize = 11;

/// Which lines of the cache answer a question: the CNAMEs of the chain, then what stands at its end. It holds places in the
/// cache, so that answering a visit allocates nothing, and is good until the resolver learns something or is flushed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answer {
    pub(super) places: [u16; MAX_ALIASES + 1],
    pub(super) len: u8,
    /// With which record the set at the end of the chain begins.
    pub(super) turn: u64,
    /// In whole seconds of wall time.
    pub(super) at_s: u64,
}

impl Answer {
    pub(super) fn places(&self) -> impl DoubleEndedIterator<Item = usize> {
        self.places[..usize::from(self.len)].iter().map(|&place| usize::from(place))
    }

    pub(super) fn last(&self) -> Option<usize> {
        self.places().next_back()
    }
}

/// What the resolver says to a question on the spot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lookup {
    /// It is in the cache.
    Fresh(Answer),
    /// Its time is over, but the resolver may serve it and asks in the background (`serve_expired`: the answer comes at
    /// once, before any try to ask).
    Stale(Answer),
    /// It cannot be found: asking failed a moment ago and is not tried again so soon (`bind_authoritative_silent`), or a
    /// chain of CNAMEs has no end. The answer has the chain as far as it is shown.
    ServFail(Answer),
    /// It is not in the cache, or not all of it.
    Miss,
}

/// One line of the cache, for the inspector.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CacheEntry {
    /// The name, with the trailing dot.
    pub name: String,
    /// The type of record.
    pub kind: RecordType,
    /// The remaining time in seconds; 0 for old data that is kept for serving.
    pub ttl_s: u32,
    /// The address or name, or `NXDOMAIN` or `NODATA`.
    pub data: String,
}
