//! `balance first`: the first server that still has a free place (manual, section 4.2, `balance`).
//!
//! Servers are filled in the order of declaration, so that the last ones can be switched off when there is little to do.
//! Without a `maxconn` the first usable server gets everything. Weights only matter in that 0 means "none".

use super::candidate::{Candidate, Group, first_free};

/// The first server of `group` that is not full (recording `first_order`).
pub(super) fn pick(group: Group, servers: &[Candidate], avoid: Option<usize>) -> Option<usize> {
    let free = |server: usize| servers[server].serves(group) && !servers[server].full();
    first_free(0..servers.len(), free, avoid)
}

#[cfg(test)]
mod tests {
    use super::super::select::{Algorithm, Pick};
    use super::super::testing::{Bench, servers};

    #[test]
    fn fills_servers_in_the_order_of_declaration() {
        let mut bench = Bench::new(Algorithm::First, servers(&[1, 9, 1]));
        for server in &mut bench.servers {
            server.maxconn = Some(2);
        }
        assert_eq!(bench.hold(6), "112233");
        assert_eq!(bench.pick(), Pick::AllFull);
        bench.release(1);
        assert_eq!(bench.hold(1), "2");
    }

    #[test]
    fn the_first_gets_everything_if_there_is_no_limit() {
        let mut bench = Bench::new(Algorithm::First, servers(&[1, 9]));
        assert_eq!(bench.hold(5), "11111");
        bench.set_usable(0, false);
        assert_eq!(bench.hold(3), "222");
    }

    #[test]
    fn an_avoided_server_is_taken_only_if_there_is_no_other() {
        let mut bench = Bench::new(Algorithm::First, servers(&[1, 1]));
        assert_eq!(bench.pick_avoiding(0), Pick::Server(1));
        bench.set_usable(1, false);
        assert_eq!(bench.pick_avoiding(0), Pick::Server(0));
    }
}
