//! `balance static-rr`: turns in a fixed table (manual, section 4.2, `balance`).
//!
//! Weights cannot be changed while it runs, other than to 0 and back (recording `change_static_rr_set_weight`), and a
//! server that comes or goes changes the whole table.

use super::candidate::Candidate;
use super::map::Map;

/// The table and the slot whose turn it is.
#[derive(Clone, Debug)]
pub(super) struct StaticRr {
    pub(super) map: Map,
    next: usize,
}

impl StaticRr {
    pub(super) const fn new(map: Map) -> Self {
        Self { map, next: 0 }
    }

    /// The server of the next slot that is not full; the one in `avoid` only if there is no other.
    ///
    /// The place goes back to the beginning of the table only when the next request finds it beyond the end, so that
    /// the table may have grown again meanwhile (recordings `change_static_rr_*`).
    pub(super) fn pick(&mut self, servers: &[Candidate], avoid: Option<usize>) -> Option<usize> {
        let len = self.map.len();
        if self.next >= len {
            self.next = 0;
        }
        let mut slot = self.next;
        let mut avoided = None;
        for _ in 0..len {
            let server = self.map.server(slot);
            slot += 1;
            if !servers[server].full() {
                if avoid != Some(server) {
                    self.next = slot;
                    return Some(server);
                }
                avoided = Some(slot);
            }
            if slot == len {
                slot = 0;
            }
        }
        self.next = avoided?;
        avoid
    }
}

#[cfg(test)]
mod tests {
    use super::super::select::{Algorithm, Pick};
    use super::super::testing::{Bench, servers};

    fn check(weights: &[u32], expected: &str) {
        let mut bench = Bench::new(Algorithm::StaticRr, servers(weights));
        assert_eq!(bench.sequence(expected.len()), expected, "{weights:?}");
    }

    #[test]
    fn takes_turns_in_the_order_of_the_table() {
        check(&[1, 1, 1], "123123");
        check(&[0, 1, 2], "233233");
        check(&[4, 3, 2, 1], "12123121341212312134");
    }

    #[test]
    fn the_place_in_the_table_outlives_a_change_of_the_table() {
        let mut bench = Bench::new(Algorithm::StaticRr, servers(&[3, 1, 2]));
        assert_eq!(bench.sequence(8), "11312311");
        bench.set_usable(1, false);
        assert_eq!(bench.sequence(8), "31311313");
        bench.set_usable(1, true);
        assert_eq!(bench.sequence(14), "31131231131231");
    }

    #[test]
    fn a_place_just_beyond_the_end_is_kept_until_the_next_request() {
        let mut bench = Bench::new(Algorithm::StaticRr, servers(&[3, 1]));
        assert_eq!(bench.sequence(8), "11121112");
        bench.set_weight(0, 0);
        assert_eq!(bench.sequence(3), "222");
        bench.set_weight(0, 3);
        assert_eq!(bench.sequence(8), "11211121");
    }

    #[test]
    fn full_servers_are_passed_over_and_keep_no_turn() {
        let mut bench = Bench::new(Algorithm::StaticRr, servers(&[1, 1, 1]));
        (bench.servers[1].maxconn, bench.servers[1].running) = (Some(1), 1);
        assert_eq!(bench.sequence(5), "13131");
        bench.servers[1].running = 0;
        assert_eq!(bench.sequence(3), "231");
    }

    #[test]
    fn an_avoided_server_is_taken_only_if_there_is_no_other() {
        let mut bench = Bench::new(Algorithm::StaticRr, servers(&[1, 1]));
        assert_eq!(bench.pick_avoiding(0), Pick::Server(1));
        assert_eq!(bench.pick_avoiding(0), Pick::Server(1));
        bench.set_usable(1, false);
        assert_eq!(bench.pick_avoiding(0), Pick::Server(0));
    }
}
