//! `balance leastconn`: the server with the fewest requests for its weight (manual, section 4.2, `balance`).

use super::candidate::{Candidate, Group, MAX_WEIGHT};

/// The loads of all servers, as last reported.
#[derive(Clone, Debug)]
pub(super) struct LeastConn {
    places: Vec<Place>,
    /// Counts the reports, so that among equals the oldest is known.
    reports: u64,
}

/// A server's rank: the smallest load first, among equals the one that has had its load for the longest time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    load: u64,
    since: u64,
}

impl LeastConn {
    pub(super) fn new(servers: &[Candidate]) -> Self {
        let place = |(server, candidate)| Place { load: load(candidate), since: server as u64 };
        Self { places: servers.iter().enumerate().map(place).collect(), reports: servers.len() as u64 }
    }

    /// The least loaded server of `group` that is not full; the one in `avoid` only if there is no other.
    pub(super) fn pick(&self, group: Group, servers: &[Candidate], avoid: Option<usize>) -> Option<usize> {
        let mut best: Option<(bool, Place, usize)> = None;
        for (server, (place, candidate)) in self.places.iter().zip(servers).enumerate() {
            let rank = (avoid == Some(server), *place, server);
            let better = best.is_none_or(|best| rank < best);
            if better && candidate.serves(group) && !candidate.full() {
                best = Some(rank);
            }
        }
        best.map(|(_, _, server)| server)
    }

    /// The server's weight has changed, or it has returned: it is placed behind those of the same load.
    pub(super) fn changed(&mut self, server: usize, servers: &[Candidate]) {
        self.places[server] = Place { load: load(&servers[server]), since: self.reports };
        self.reports += 1;
    }

    /// The server has got or finished a request.
    pub(super) fn load_changed(&mut self, server: usize, servers: &[Candidate]) {
        if self.places[server].load != load(&servers[server]) {
            self.changed(server, servers);
        }
    }
}

/// What servers are compared by. An idle server comes first whatever its weight, which is why requests that never
/// overlap take turns (recordings `leastconn_weighted_sequential`, `leastconn_weighted_31`).
fn load(candidate: &Candidate) -> u64 {
    match u64::from(candidate.running) + u64::from(candidate.queued) {
        0 => 0,
        requests => (requests + 1) * u64::from(MAX_WEIGHT) / u64::from(candidate.effective_weight().max(1)),
    }
}

#[cfg(test)]
mod tests {
    use super::super::select::{Algorithm, Pick};
    use super::super::testing::{Bench, servers};

    #[test]
    fn requests_that_never_overlap_take_turns_whatever_the_weights() {
        for weights in [[1, 1, 1], [4, 2, 1]] {
            let mut bench = Bench::new(Algorithm::LeastConn, servers(&weights));
            assert_eq!(bench.sequence(7), "1231231", "{weights:?}");
        }
    }

    #[test]
    fn held_requests_settle_in_proportion_to_the_weights() {
        let mut bench = Bench::new(Algorithm::LeastConn, servers(&[3, 1]));
        assert_eq!(bench.hold(10), "1211112111");
        bench.hold(390);
        assert_eq!(bench.servers[0].running, 300);
    }

    #[test]
    fn a_server_that_returns_empty_gets_the_next_ones() {
        let mut bench = Bench::new(Algorithm::LeastConn, servers(&[1, 1]));
        bench.set_usable(1, false);
        assert_eq!(bench.hold(3), "111");
        bench.set_usable(1, true);
        assert_eq!(bench.hold(5), "22212");
    }

    #[test]
    fn full_servers_are_left_out() {
        let mut bench = Bench::new(Algorithm::LeastConn, servers(&[9, 1]));
        bench.servers[0].maxconn = Some(1);
        assert_eq!(bench.hold(4), "1222");
        bench.servers[1].maxconn = Some(3);
        assert_eq!(bench.pick(), Pick::AllFull);
    }

    #[test]
    fn an_avoided_server_is_taken_only_if_there_is_no_other() {
        let mut bench = Bench::new(Algorithm::LeastConn, servers(&[1, 1]));
        bench.servers[1].running = 5;
        bench.report(1);
        assert_eq!(bench.pick_avoiding(0), Pick::Server(1));
        bench.set_usable(1, false);
        assert_eq!(bench.pick_avoiding(0), Pick::Server(0));
    }
}
