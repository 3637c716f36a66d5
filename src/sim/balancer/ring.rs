//! The ring behind `hash-type consistent` and `random`: each server has 16 places for each unit of its weight, and a hash
//! goes to the nearest place.

use std::collections::BinaryHeap;
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
    /// Place and server in one number, so that sorting is quick; none if they have to be laid anew.
    places: Option<Arc<[u64]>>,
}

impl Ring {
    pub(super) const fn new() -> Self {
        Self { places: None }
    }

    /// Servers have come or gone. The places are laid when they are needed, for many may come or go at a time.
    pub(super) fn changed(&mut self) {
        self.places = None;
    }

    /// The server nearest to `hash`, the one before on ties; a redispatched request goes on along the ring until it meets
    /// another than the one in `avoid`. None if nobody is on duty.
    pub(super) fn pick(
        &mut self,
        hash: u32,
        servers: &[Candidate],
        on_duty: impl Fn(usize) -> bool,
        avoid: Option<usize>,
    ) -> Option<usize> {
        let places = self.places.get_or_insert_with(|| lay(servers, on_duty));
        let key = |place: usize| (places[place] >> 32) as u32;
        let len = places.len();
        let next = places.partition_point(|place| *place < u64::from(hash) << 32).checked_rem(len)?;
        let before = (next + len - 1) % len;
        let (to_before, to_next) = (hash.wrapping_sub(key(before)), key(next).wrapping_sub(hash));
        let nearest = if to_before <= to_next { before } else { next };
        let server = |i: usize| (places[(nearest + i) % len] & u64::from(u32::MAX)) as usize;
        let other = (0..len).map(server).find(|server| avoid != Some(*server));
        Some(other.unwrap_or_else(|| server(0)))
    }
}

fn lay(servers: &[Candidate], on_duty: impl Fn(usize) -> bool) -> Arc<[u64]> {
    let on_duty = servers.iter().enumerate().filter(|(server, _)| on_duty(*server));
    let places = on_duty.flat_map(|(server, candidate)| {
        let server = server as u32;
        let place = move |i| u64::from(avalanche((server + 1) * RANGE + i)) << 32 | u64::from(server);
        (0..candidate.effective_weight() * PLACES).map(place)
    });
    places.collect::<BinaryHeap<u64>>().into_sorted_vec().into()
}

#[cfg(test)]
mod tests {
    use super::super::testing::servers;
    use super::Ring;

    #[test]
    fn who_leaves_moves_only_its_own_visitors() {
        let all = servers(&[2, 1, 3]);
        let (mut whole, mut without) = (Ring::new(), Ring::new());
        let mut pick = |hash, avoid| whole.pick(hash, &all, |_| true, avoid);
        let mut counts = [0_u32; 3];
        for hash in (0..u32::MAX).step_by(4_000_037) {
            let server = pick(hash, None).expect("somebody is there");
            counts[server] += 1;
            if server == 1 {
                assert_ne!(pick(hash, Some(1)), Some(1));
            }
            let without = without.pick(hash, &all, |server| server != 1, None);
            if server == 1 {
                assert_ne!(without, Some(1));
            } else {
                assert_eq!(without, Some(server));
            }
        }
        assert!(counts[2] > counts[0] && counts[0] > counts[1], "{counts:?}");
    }

    #[test]
    fn alone_or_empty() {
        let all = servers(&[1, 0]);
        assert_eq!(Ring::new().pick(7, &all, |_| true, Some(0)), Some(0));
        assert_eq!(Ring::new().pick(7, &all, |server| server == 1, None), None);
    }
}
