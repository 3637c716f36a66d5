//! A few addresses in an order, held inline so that answering from the cache allocates nothing.

use core::net::Ipv4Addr;

/// The largest number of addresses that one name can have here.
pub const MAX_ADDRESSES: usize = 8;

/// Up to [`MAX_ADDRESSES`] addresses in the order in which they are answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Addresses {
    list: [Ipv4Addr; MAX_ADDRESSES],
    len: u8,
}

impl Addresses {
    /// The addresses of `list` in its order; those beyond [`MAX_ADDRESSES`] are left out.
    #[must_use]
    pub fn new(list: &[Ipv4Addr]) -> Self {
        let mut held = [Ipv4Addr::UNSPECIFIED; MAX_ADDRESSES];
        let len = list.len().min(MAX_ADDRESSES);
        held[..len].copy_from_slice(&list[..len]);
        Self { list: held, len: len as u8 }
    }

    /// The addresses in order.
    #[must_use]
    pub fn as_slice(&self) -> &[Ipv4Addr] {
        &self.list[..usize::from(self.len)]
    }

    /// The address that a client tries first, if there is any.
    #[must_use]
    pub fn first(&self) -> Option<Ipv4Addr> {
        self.as_slice().first().copied()
    }

    /// The same addresses beginning with number `start` modulo their count, cyclically. A single address stays as it
    /// is.
    #[must_use]
    pub fn rotated(mut self, start: u64) -> Self {
        let len = usize::from(self.len);
        if len > 1 {
            self.list[..len].rotate_left((start % len as u64) as usize);
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rotates_cyclically_and_never_panics() {
        let list: Vec<_> = (1..=12).map(|n| Ipv4Addr::new(192, 0, 2, n)).collect();
        for len in 0..=list.len() {
            let all = Addresses::new(&list[..len]);
            let held = len.min(MAX_ADDRESSES);
            assert_eq!(all.as_slice(), &list[..held]);
            for start in [0, 1, 7, 8, u64::MAX] {
                let expected = list[..held].get((start % held.max(1) as u64) as usize);
                assert_eq!(all.rotated(start).first(), expected.copied());
            }
        }
    }
}
