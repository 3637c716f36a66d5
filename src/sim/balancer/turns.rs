//! Round robin is fair: among servers of equal weight no two counts differ by more than one request, over any stretch of
//! time in which no server comes, goes, is passed over or changes its weight.
//!
//! HAProxy plans turns in windows, and so do we: a window that was under way at such a change keeps what was planned in it,
//! and somebody may have two turns in a row. So a stretch begins with the first whole window.

use super::candidate::Candidate;

/// Watches the turns of `roundrobin`, in constant time for each.
///
/// Counts that never differ by more than one over any stretch mean that the same order repeats: whoever has had a turn in
/// the stretch gets the next one after exactly as many turns as there are servers.
#[derive(Clone, Debug)]
pub(super) struct Turns {
    /// The number of each server's last turn.
    last: Vec<u64>,
    /// Turns so far.
    turn: u64,
    /// Turns before the present stretch; none until it begins.
    stretch: Option<u64>,
    /// Servers that take turns, all of one weight; 0 if their weights differ.
    equals: u64,
}

impl Turns {
    pub(super) fn new(servers: &[Candidate], on_duty: impl Fn(usize) -> bool) -> Self {
        let mut turns = Self { last: vec![0; servers.len()], turn: 0, stretch: None, equals: 0 };
        turns.change(servers, on_duty);
        turns.stretch = Some(0);
        turns
    }

    /// A server has come or gone, or has another weight.
    pub(super) fn change(&mut self, servers: &[Candidate], on_duty: impl Fn(usize) -> bool) {
        let on_duty = || servers.iter().enumerate().filter(|(at, _)| on_duty(*at)).map(|(_, server)| server);
        let weight = on_duty().next().map(Candidate::effective_weight);
        let equal = on_duty().all(|server| Some(server.effective_weight()) == weight);
        self.equals = if equal { on_duty().count() as u64 } else { 0 };
        self.stretch = None;
    }

    /// A server has got a request, or none has: perhaps the first one of a window, perhaps with others passed over.
    pub(super) fn take(&mut self, server: Option<usize>, opens_window: bool, passed_over: bool) {
        if passed_over {
            self.stretch = None;
        } else if opens_window && self.stretch.is_none() {
            self.stretch = Some(self.turn);
        }
        let Some(server) = server else {
            return;
        };
        self.turn += 1;
        let before = core::mem::replace(&mut self.last[server], self.turn);
        if let Some(start) = self.stretch {
            let fair = before <= start || self.turn - before == self.equals;
            assert!(fair || self.equals == 0, "round robin has left out a turn");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::select::Algorithm;
    use super::super::testing::{Bench, servers};
    use super::Turns;
    use crate::Rng;

    /// Servers come and go and change their weights at random moments of the window.
    #[test]
    fn the_rule_holds_whatever_changes() {
        for seed in 0..1_000 {
            let mut rng = Rng::new(seed, 1);
            let count = 1 + rng.below(6);
            let mut bench = Bench::new(Algorithm::RoundRobin, servers(&vec![1 + rng.below(9); count as usize]));
            for _ in 0..40 {
                let server = rng.below(count) as usize;
                match rng.below(4) {
                    0 => bench.set_usable(server, rng.below(2) == 0),
                    1 => bench.set_weight(server, [0, 1, 1, 2, 256][rng.below(5) as usize]),
                    2 => drop(bench.pick_avoiding(server)),
                    _ => {}
                }
                bench.sequence([1, 7, 300][rng.below(3) as usize]);
            }
        }
    }

    #[test]
    #[should_panic(expected = "left out a turn")]
    fn a_turn_left_out_is_noticed() {
        let mut turns = Turns::new(&servers(&[1, 1, 1]), |_| true);
        [0, 1, 2, 0, 2].into_iter().for_each(|server| turns.take(Some(server), false, false));
    }
}
