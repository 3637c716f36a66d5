//! The table of turns behind `static-rr` and `hash-type map-based`: each server fills as many slots as its weight says.

use std::sync::Arc;

use super::candidate::Candidate;

/// A table of servers, computed anew whenever a server comes or goes and shared by all copies of the balancer.
#[derive(Clone, Debug)]
pub(super) struct Map {
    /// The largest number that divides all configured weights; dividing by it keeps the table short.
    divisor: u32,
    slots: Arc<[u32]>,
}

impl Map {
    /// The table of the servers in `on_duty`, as long as the weight of `one` where only one is meant to serve.
    pub(super) fn new(servers: &[Candidate], on_duty: impl Fn(usize) -> bool, one: Option<usize>) -> Self {
        let weights = servers.iter().map(|server| server.configured_weight);
        let mut map = Self { divisor: weights.fold(0, greatest_common_divisor).max(1), slots: Arc::new([]) };
        map.rebuild(servers, on_duty, one);
        map
    }

    /// Fills the table: for each slot every server gains its weight in points, the first with the highest rank is
    /// written down, and that one pays the sum of the weights. Ranks are points in whole multiples of that sum, which
    /// is why the order is rougher than that of `roundrobin` (recordings `static_rr_weights_*`).
    ///
    /// Where one backup is meant to serve, HAProxy makes the table as long as the weight of that one, and lets all backups
    /// compete for its slots: a heavier backup wins them. Only a table of one slot belongs to the one it was made for.
    pub(super) fn rebuild(&mut self, servers: &[Candidate], on_duty: impl Fn(usize) -> bool, one: Option<usize>) {
        let weight = |server: usize| {
            let weight = servers[server].effective_weight();
            i64::from(weight.div_ceil(self.divisor))
        };
        let mut scores: Vec<(usize, i64, i64)> = (0..servers.len())
            .filter(|&server| on_duty(server))
            .map(|server| (server, weight(server), 0))
            .filter(|&(_, weight, _)| weight > 0)
            .collect();
        let sum = one.map_or_else(|| scores.iter().map(|&(_, weight, _)| weight).sum(), weight);
        if let Some(one) = one.filter(|_| sum == 1) {
            self.slots = Arc::new([one as u32]);
            return;
        }
        let slot = |_| {
            let mut best = (0, -1);
            for (place, (_, weight, points)) in scores.iter_mut().enumerate() {
                *points += *weight;
                let rank = (*points + sum) / sum;
                if rank > best.1 {
                    best = (place, rank);
                }
            }
            let (server, _, points) = &mut scores[best.0];
            *points -= sum;
            *server as u32
        };
        self.slots = (0..sum).map(slot).collect();
    }

    /// The server in the slot that a hash leads to, full or not; `None` if nobody is on duty. A redispatched request comes
    /// back to the same server, for its hash has not changed (recording `source_killed`).
    pub(super) fn pick(&self, hash: u32) -> Option<usize> {
        Some(self.server((hash as usize).checked_rem(self.len())?))
    }

    /// The number of slots, which is 0 if nobody is on duty.
    pub(super) fn len(&self) -> usize {
        self.slots.len()
    }

    /// The server in slot `slot`.
    pub(super) fn server(&self, slot: usize) -> usize {
        self.slots[slot] as usize
    }
}

const fn greatest_common_divisor(mut a: u32, mut b: u32) -> u32 {
    while b > 0 {
        (a, b) = (b, a % b);
    }
    a
}

#[cfg(test)]
mod tests {
    use super::super::testing::{digits, servers};
    use super::Map;

    fn check(weights: &[u32], expected: &str) {
        let map = Map::new(&servers(weights), |_| true, None);
        let slots = (0..map.len()).map(|slot| map.server(slot));
        assert_eq!(digits(slots), expected, "{weights:?}");
    }

    #[test]
    fn the_table_is_haproxys() {
        check(&[], "");
        check(&[0, 0], "");
        check(&[7], "1");
        check(&[1, 1, 1], "123");
        check(&[4, 3, 2, 1], "1212312134");
        check(&[0, 1, 2], "233");
        check(&[3, 1], "1112");
    }

    #[test]
    fn a_hash_modulo_the_sum_of_weights_is_a_place_in_the_table() {
        let map = Map::new(&servers(&[2, 1]), |_| true, None);
        assert_eq!(digits((0..6).filter_map(|hash| map.pick(hash))), "112112");
        assert_eq!(map.pick(u32::MAX), Some(0));
        assert_eq!(Map::new(&servers(&[0]), |_| true, None).pick(5), None);
    }

    #[test]
    fn backups_compete_for_the_table_of_the_first() {
        let slots = |weights: &[u32]| {
            let map = Map::new(&servers(weights), |_| true, Some(0));
            digits((0..map.len()).map(|slot| map.server(slot)))
        };
        assert_eq!(slots(&[2, 3, 5]), "33");
        assert_eq!(slots(&[1, 3, 5]), "1");
        assert_eq!(slots(&[3, 1]), "111");
    }

    #[test]
    fn common_factors_of_the_weights_keep_it_short() {
        check(&[200, 100], "112");
        check(&[2, 4], "122");
        check(&[256, 256, 256], "123");
        assert_eq!(Map::new(&servers(&[256, 255]), |_| true, None).len(), 511);
    }
}
