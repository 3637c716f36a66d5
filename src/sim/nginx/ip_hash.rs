//! `ip_hash`: the network of the client (the first three bytes of its address) decides.
//!
//! As recorded in `nginx/ip_hash_*`.

use std::net::Ipv4Addr;

/// Where the sum begins.
pub(super) const START: u32 = 89;

/// The next place to look at, after a place that cannot serve.
pub(super) fn next(mut hash: u32, address: Ipv4Addr) -> u32 {
    for byte in &address.octets()[..3] {
        hash = (hash * 113 + u32::from(*byte)) % 6_271;
    }
    hash
}
