//! `least_conn`: the server with the fewest requests for its weight; equals take turns by weight.
//!
//! As recorded in `nginx/least_conn_*`.

use super::peers::{Peers, Second};

pub(super) fn pick(peers: &mut Peers, tried: &[u16], now: Second) -> Option<usize> {
    if peers.single {
        return peers.in_turn(tried, now);
    }
    let load = |peers: &Peers, at: usize, other: usize| {
        let (a, b) = (&peers.list[at], &peers.list[other]);
        (u64::from(a.conns) * b.weight()).cmp(&(u64::from(b.conns) * a.weight()))
    };
    let (mut best, mut tie) = (None, false);
    for at in (0..peers.list.len()).filter(|at| peers.may_serve(*at, tried, now)) {
        match best.map(|best| load(peers, at, best)) {
            None | Some(core::cmp::Ordering::Less) => (best, tie) = (Some(at), false),
            Some(core::cmp::Ordering::Equal) => tie = true,
            Some(core::cmp::Ordering::Greater) => {}
        }
    }
    let first = best?;
    if !tie {
        return Some(first);
    }
    // Only those that are equal to the best take part in the turn.
    let (mut best, mut total) = (first, 0);
    for at in first..peers.list.len() {
        if peers.may_serve(at, tried, now) && load(peers, at, first).is_eq() {
            total += peers.advance(at);
            if peers.is_ahead(at, best) {
                best = at;
            }
        }
    }
    peers.pay(best, total);
    Some(best)
}
