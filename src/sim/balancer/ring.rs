//! The ring behind `hash-type consistent` and `random`: each server has 16 places for each unit of its weight, and a hash
//! goes to the nearest place.

use std::sync::Arc;

use super::candidate::Candidate;
use super::hash::avalanche;

/// Places for each unit of weight.
const PLACES: u32 = 16;
/// Numbers reserved for the places of one server, whose own number counts from 1.
const RANGE: u32 = 4_096;

/// The places of all servers on duty in their order, shared by all copies of the balancer.
#[derive(Clone, Debug)]
pub(super) struct Ring {
    places: Arc<[(u32, u32)]>,
}

impl Ring {
    /// The ring of the servers in `on_duty`.
    pub(super) fn new(servers: &[Candidate], on_duty: impl Fn(usize) -> bool) -> Self {
        let mut ring = Self { places: Arc::new([]) };
        ring.rebuild(servers, on_duty);
        ring
    }

    /// Lays all places anew.
    pub(super) fn rebuild(&mut self, servers: &[Candidate], on_duty: impl Fn(usize) -> bool) {
        let on_duty = servers.iter().enumerate().filter(|(server, _)| on_duty(*server));
        let places = on_duty.flat_map(|(server, candidate)| {
            let server = server as u32;
            (0..candidate.effective_weight() * PLACES).map(move |i| (avalanche((server + 1) * RANGE + i), server))
        });
        let mut places: Vec<(u32, u32)> = places.collect();
        places.sort_unstable();
        self.places = places.into();
    }

    /// The server nearest to `hash`, the one before on ties; a redispatched request goes on along the ring until it meets
    /// another than the one in `avoid`. None if nobody is on duty.
    pub(super) fn pick(&self, hash: u32, avoid: Option<usize>) -> Option<usize> {
        let len = self.places.len();
        let next = self.places.partition_point(|(key, _)| *key < hash).checked_rem(len)?;
        let before = (next + len - 1) % len;
        let (to_before, to_next) = (hash.wrapping_sub(self.places[before].0), self.places[next].0.wrapping_sub(hash));
        let nearest = if to_before <= to_next { before } else { next };
        let server = |i: usize| self.places[(nearest + i) % len].1 as usize;
        let other = (0..len).map(server).find(|server| avoid != Some(*server));
        Some(other.unwrap_or_else(|| server(0)))
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::servers;
    use super::Ring;

    #[test]
    fn who_leaves_moves_only_its_own_visitors() {
        let all = servers(&[2, 1, 3]);
        let (whole, without) = (Ring::new(&all, |_| true), Ring::new(&all, |server| server != 1));
        let mut counts = [0_u32; 3];
        for hash in (0..u32::MAX).step_by(4_000_037) {
            let server = whole.pick(hash, None).expect("somebody is there");
            counts[server] += 1;
            if server == 1 {
                assert_ne!(without.pick(hash, None), Some(1));
                assert_ne!(whole.pick(hash, Some(1)), Some(1));
            } else {
                assert_eq!(without.pick(hash, None), Some(server));
            }
        }
        assert!(counts[2] > counts[0] && counts[0] > counts[1], "{counts:?}");
    }

    #[test]
    fn alone_or_empty() {
        let all = servers(&[1, 0]);
        assert_eq!(Ring::new(&all, |_| true).pick(7, Some(0)), Some(0));
        assert_eq!(Ring::new(&all, |server| server == 1).pick(7, None), None);
    }
}
