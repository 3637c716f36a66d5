//! `balance source`: the client's address decides (manual, section 4.2, `balance`; `hash-type map-based`).
//!
//! The address as a 32-bit number, modulo the sum of the weights, is a place in the table of `static-rr`. A client keeps
//! its server as long as no server comes or goes; then some clients of the others move too (recording `source_maint`).

use super::map::Map;

/// The server of the client at `address`, full or not; `None` if nobody is on duty.
///
/// A redispatched request comes back to the same server, for the address has not changed (recording `source_killed`).
pub(super) fn pick(map: &Map, address: u32) -> Option<usize> {
    let slot = (address as usize).checked_rem(map.len())?;
    Some(map.server(slot))
}

#[cfg(test)]
mod tests {
    use super::super::select::{Algorithm, Pick};
    use super::super::testing::{Bench, digits, servers};
    use super::{Map, pick};

    #[test]
    fn the_address_modulo_the_sum_of_weights_is_a_place_in_the_table() {
        let map = Map::new(&servers(&[2, 1]), |_| true);
        let picks = (0..6).filter_map(|address| pick(&map, address));
        assert_eq!(digits(picks), "112112");
        assert_eq!(pick(&map, u32::MAX), Some(0));
    }

    #[test]
    fn a_full_or_avoided_server_stays_the_answer() {
        let mut bench = Bench::new(Algorithm::Source, servers(&[1, 1]));
        (bench.servers[0].maxconn, bench.servers[0].running) = (Some(1), 1);
        assert_eq!(bench.pick_avoiding(0), Pick::Server(0));
    }

    #[test]
    fn nobody_on_duty_is_no_place() {
        assert_eq!(pick(&Map::new(&servers(&[0]), |_| true), 5), None);
    }
}
