//! The smallest network that holds given addresses, for containers.

use core::fmt;
use std::net::Ipv4Addr;

/// Networks of containers are at most this large, and at least as large as the other: bits of the prefix.
const PREFIXES: core::ops::RangeInclusive<u8> = 8..=24;

/// A network, and an address in it that nobody has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Network {
    first: u32,
    prefix: u8,
    pub gateway: Ipv4Addr,
}

/// The network of these addresses; none if there are none, if two are equal, or if no network has room for them and a gateway.
pub(super) fn of(addresses: impl Iterator<Item = Ipv4Addr>) -> Option<Network> {
    let mut addresses: Vec<u32> = addresses.map(u32::from).collect();
    addresses.sort_unstable();
    let (first, last) = (*addresses.first()?, *addresses.last()?);
    if addresses.windows(2).any(|pair| pair[0] == pair[1]) {
        return None;
    }
    PREFIXES.rev().find_map(|prefix| {
        let size = 1 << (32 - prefix);
        let base = first & !(size - 1);
        let top = base + (size - 1);
        let gateway = (base + 1..top).rev().find(|address| addresses.binary_search(address).is_err())?;
        (base < first && last < top).then_some(Network { first: base, prefix, gateway: gateway.into() })
    })
}

impl Network {
    pub fn overlaps(&self, other: &Self) -> bool {
        let shift = 32 - self.prefix.min(other.prefix);
        self.first >> shift == other.first >> shift
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", Ipv4Addr::from(self.first), self.prefix)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn network(addresses: &[[u8; 4]]) -> Option<(String, Ipv4Addr)> {
        let network = of(addresses.iter().copied().map(Ipv4Addr::from))?;
        Some((network.to_string(), network.gateway))
    }

    #[test]
    fn the_smallest_network_with_a_free_address_is_taken() {
        let found = |text: &str, gateway| Some((text.to_owned(), Ipv4Addr::from(gateway)));
        assert_eq!(network(&[[10, 0, 0, 10], [10, 0, 0, 40]]), found("10.0.0.0/24", [10, 0, 0, 254]));
        assert_eq!(network(&[[10, 0, 0, 254]]), found("10.0.0.0/24", [10, 0, 0, 253]));
        assert_eq!(network(&[[10, 0, 0, 1], [10, 0, 1, 1]]), found("10.0.0.0/23", [10, 0, 1, 254]));
        assert_eq!(network(&[[10, 0, 0, 255]]), found("10.0.0.0/23", [10, 0, 1, 254]), "no broadcast address");
        assert_eq!(network(&[[10, 0, 1, 0]]), found("10.0.0.0/23", [10, 0, 1, 254]), "nor the network's");
        assert_eq!(network(&[[10, 0, 0, 1], [10, 255, 0, 1]]), found("10.0.0.0/8", [10, 255, 255, 254]));
        for none in [&[][..], &[[10, 0, 0, 1], [10, 0, 0, 1]], &[[10, 0, 0, 1], [11, 0, 0, 1]], &[[0, 0, 0, 0]]] {
            assert_eq!(network(none), None);
        }
    }
}
