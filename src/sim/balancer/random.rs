//! `balance random`: two draws by weight, of which the less loaded server is kept (manual, section 4.2, `balance`).
//!
//! This "power of two choices" needs no memory at all and still avoids the heaped loads of a single draw. A draw is a point
//! on the ring of consistent hashing, so that even equal servers are not drawn equally often.

use super::candidate::Candidate;
use super::ring::Ring;
use crate::Rng;

/// Draws twice and keeps the server with fewer running requests for its weight, the second on ties.
///
/// HAProxy does not look for another server if the one it kept is full: the request waits in the queue of the backend,
/// for which `None` stands. The redispatched request's server in `avoid` is drawn only if there is no other.
pub(super) fn pick(
    ring: &mut Ring,
    servers: &[Candidate],
    on_duty: impl Fn(usize) -> bool,
    avoid: Option<usize>,
    rng: &mut Rng,
) -> Option<usize> {
    let one = ring.pick(rng.bits() as u32, servers, &on_duty, avoid)?;
    let two = ring.pick(rng.bits() as u32, servers, &on_duty, avoid)?;
    let load = |server: usize, weight_of: usize| {
        u64::from(servers[server].running) * u64::from(servers[weight_of].effective_weight())
    };
    let kept = if load(two, one) > load(one, two) { one } else { two };
    (!servers[kept].full()).then_some(kept)
}

#[cfg(test)]
mod tests {
    use super::super::select::{Algorithm, Pick};
    use super::super::testing::{Bench, servers};

    #[test]
    fn idle_servers_are_drawn_roughly_in_proportion_to_their_weights() {
        for seed in 0..20 {
            let mut bench = Bench::seeded(Algorithm::Random, servers(&[1, 0, 3, 4]), seed);
            let mut counts = [0_u32; 4];
            for _ in 0..8_000 {
                let Pick::Server(server) = bench.pick() else {
                    panic!("nobody is full");
                };
                counts[server] += 1;
            }
            for (server, expected) in [1_000, 0, 3_000, 4_000].into_iter().enumerate() {
                assert!(counts[server].abs_diff(expected) < 500, "{counts:?}");
            }
            assert_eq!(counts[1], 0);
        }
    }

    #[test]
    fn the_less_loaded_of_two_is_kept() {
        let mut bench = Bench::new(Algorithm::Random, servers(&[1, 1]));
        bench.hold(1_000);
        let [one, two] = [bench.servers[0].running, bench.servers[1].running];
        assert!(one.abs_diff(two) <= 10, "{one} against {two}");
    }

    #[test]
    fn an_avoided_server_is_taken_only_if_there_is_no_other() {
        let mut bench = Bench::new(Algorithm::Random, servers(&[1, 1]));
        for _ in 0..100 {
            assert_eq!(bench.pick_avoiding(0), Pick::Server(1));
        }
        bench.set_usable(1, false);
        assert_eq!(bench.pick_avoiding(0), Pick::Server(0));
    }

    #[test]
    fn a_full_server_sends_the_request_to_the_common_queue() {
        let mut bench = Bench::new(Algorithm::Random, servers(&[1, 1]));
        for server in &mut bench.servers {
            (server.maxconn, server.running) = (Some(1), 1);
        }
        assert_eq!(bench.pick(), Pick::AllFull);
    }
}
