//! What a resolver says on the spot, and what an inspector sees of its cache.

use super::addresses::Addresses;
use super::authoritative::Negative;
use super::message::RecordType;

/// The TTL in seconds of an answer whose time is over: `serve-expired-reply-ttl` (`serve_expired`, RFC 8767 section 4).
pub const STALE_TTL_S: u32 = 30;

/// Addresses from the cache.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CachedAnswer {
    /// The addresses in the order answered; at least one.
    pub addresses: Addresses,
    /// For how many seconds they are still good.
    pub ttl_s: u32,
}

/// What the resolver knows: addresses, or that there are none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reply {
    /// Addresses.
    Addresses(CachedAnswer),
    /// NXDOMAIN or NODATA, with the remaining time in [`Negative::ttl_s`].
    Negative(Negative),
}

/// What the resolver says to a question on the spot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lookup {
    /// It is in the cache.
    Fresh(Reply),
    /// Its time is over, but the resolver may serve it and asks in the background (`serve_expired`: the answer comes at
    /// once, before any try to ask).
    Stale(Reply),
    /// Asking failed a moment ago, and BIND does not ask again so soon (`bind_authoritative_silent`).
    ServFail,
    /// It is not in the cache.
    Miss,
}

/// One line of the cache, for the inspector.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CacheEntry {
    /// The name, with the trailing dot.
    pub name: &'static str,
    /// The type of record.
    pub kind: RecordType,
    /// The remaining time in seconds; 0 for old data that is kept for serving.
    pub ttl_s: u32,
    /// The address or name, or `NXDOMAIN` or `NODATA`.
    pub data: String,
}
