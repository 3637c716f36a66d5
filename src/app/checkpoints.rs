//! Copies of the world at moments of its past, from which a run is had again without starting from the beginning.

use super::tape::Tape;
use crate::sim::{SimTime, TimedCommand, World};

/// The most copies that are kept.
const MAX: usize = 32;
/// Events between two copies: a tenth of a second or two to have them again. A copy of a busy world takes about 1 MB.
const INTERVAL: u64 = 200_000;

/// A world at a moment of a run.
#[derive(Clone, Debug)]
struct Checkpoint {
    world: World,
    /// Commands of the run that it has obeyed.
    obeyed: usize,
}

/// Copies of a world, close together in the near past and sparse in the far, since the distance is what going back costs.
/// The first is the beginning of the run.
#[derive(Clone, Debug)]
pub struct Checkpoints(Vec<Checkpoint>);

impl Checkpoints {
    /// The beginning of a run.
    #[must_use]
    pub fn new(beginning: &World) -> Self {
        Self(vec![Checkpoint { world: beginning.clone(), obeyed: 0 }])
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Keeps a copy of a world that has come far enough beyond the last one.
    pub fn offer(&mut self, world: &World, obeyed: usize) {
        if self.0.last().is_none_or(|last| world.events() >= last.world.events() + INTERVAL) {
            self.keep(world, obeyed);
        }
    }

    /// Keeps a copy of a world as the last one.
    pub fn keep(&mut self, world: &World, obeyed: usize) {
        self.0.push(Checkpoint { world: world.clone(), obeyed });
        if self.0.len() > MAX {
            let events: Vec<u64> = self.0.iter().map(|kept| kept.world.events()).collect();
            self.0.remove(least_missed(&events));
        }
    }

    /// Drops all that do not belong to the run with these commands, if the first `common` of them are those of the run so
    /// far: then it is that run's past.
    pub fn belong_to(&mut self, commands: &[TimedCommand], common: usize) {
        let before = |at: SimTime, obeyed: usize| commands.get(obeyed).is_none_or(|next| at <= next.at_us);
        self.0.retain(|kept| kept.obeyed <= common && before(kept.world.now(), kept.obeyed));
    }

    /// The last one that is not later than `at` and has obeyed no more than `commands`.
    #[must_use]
    pub fn before(&self, at: SimTime, commands: usize) -> (&World, usize) {
        let fits = |kept: &&Checkpoint| kept.world.now() <= at && kept.obeyed <= commands;
        let found = self.0.iter().rev().find(fits).unwrap_or(&self.0[0]);
        (&found.world, found.obeyed)
    }
}

/// Which of several copies is missed the least, if they were made after so many events: the one whose neighbours are
/// closest together for their age. The first and the last stay.
fn least_missed(events: &[u64]) -> usize {
    let now = events.last().copied().unwrap_or(0);
    let gap = |at: &usize| (events[at + 1] - events[at - 1]) * 1_024 / (now - events[*at] + INTERVAL);
    (1..events.len() - 1).min_by_key(gap).unwrap_or(0)
}

/// How many commands two runs have in common, and the moment from which they are different.
#[must_use]
pub fn parting(one: &Tape, other: &[TimedCommand]) -> (usize, Option<SimTime>) {
    let common = one.commands().iter().zip(other).take_while(|(one, other)| one == other).count();
    let next = [one.commands().get(common), other.get(common)];
    (common, next.into_iter().flatten().map(|next| next.at_us).min())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_back_is_short_for_its_length_however_long_the_run() {
        let mut events = vec![0];
        for offer in 1..20_000 {
            events.push(offer * INTERVAL);
            if events.len() > MAX {
                events.remove(least_missed(&events));
            }
            let now = offer * INTERVAL;
            assert_eq!((events[0], *events.last().unwrap()), (0, now));
            for pair in events.windows(2) {
                // Whoever goes back to just before the later copy has to do all from the earlier one again.
                let (again, age) = (pair[1] - pair[0], now - pair[1]);
                assert!(again <= age * 2 / 3 + 2 * INTERVAL, "{again} events again to go back by {age}");
            }
        }
        assert_eq!(events.len(), MAX);
    }
}
