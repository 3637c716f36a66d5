//! Two runs side by side: the present one, and one that was left, whose world comes along at the same pace.

use super::ahead::{TimeLeft, run_slice};
use super::checkpoints::parting;
use super::history::History;
use super::tape::Tape;
use crate::scene::compare::Sums;
use crate::sim::{SimTime, World};

/// A run that was left, on its way beside the present one. Where it has not been seen, it goes on as if nobody did
/// anything: what would have happened otherwise.
#[derive(Clone, Debug)]
pub struct Comparison {
    /// Number of the other run.
    pub id: u32,
    /// From when the runs are different.
    pub parted: SimTime,
    /// What had been counted by then.
    pub before: Option<Sums>,
    /// Commands that the runs have in common.
    common: usize,
    tape: Tape,
    world: Option<Box<World>>,
}

impl Comparison {
    /// The present run of a history beside the run with this number; none if there is none.
    #[must_use]
    pub fn new(history: &History, id: u32) -> Option<Self> {
        let other = history.branch(id)?;
        let (common, parted) = parting(&history.run().tape, other.tape.commands());
        let parted = parted.unwrap_or(other.end.min(history.run().end));
        Some(Self { id, parted, before: None, common, tape: other.tape.clone(), world: None })
    }

    /// Lets the other run come to `now`, as far as it gets in a slice. True once it is there.
    pub fn follow(&mut self, history: &History, now: SimTime, time_left: TimeLeft) -> bool {
        if now < self.parted {
            return true;
        }
        if self.world.as_ref().is_none_or(|world| world.now() > now) {
            let (kept, obeyed) = history.checkpoints().before(self.parted, self.common);
            self.tape.rewind(obeyed);
            self.world = Some(Box::new(kept.clone()));
        }
        let (Some(world), tape) = (&mut self.world, &mut self.tape) else {
            return true;
        };
        if self.before.is_none() {
            let last = SimTime(self.parted.0.saturating_sub(1));
            if world.now() < last && !run_slice(world, tape, last, time_left) {
                return false;
            }
            self.before = Some(Sums::of(world));
        }
        run_slice(world, tape, now, time_left)
    }

    /// The other run at `now`, if it has come there.
    #[must_use]
    pub fn other(&self, now: SimTime) -> Option<&World> {
        self.world.as_deref().filter(|world| world.now() == now)
    }
}
