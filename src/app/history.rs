//! What was done, and when: enough to have the same run again, to go back in it, and to keep what it was before it was
//! changed.

use std::sync::Arc;

use super::checkpoints::{Checkpoints, parting};
use super::tape::Tape;
use undo::Undone;

use crate::sim::chronicle::Entry;
use crate::sim::{Command, Scenario, SimTime, TimedCommand, World};

mod undo;

/// The most runs that are kept beside the present one.
pub const MAX_BRANCHES: usize = 6;
/// The most commands that can be had again; then history begins anew.
pub(super) const MAX_COMMANDS: usize = 10_000;
/// So many commands hardly any run has more of.
const USUAL_COMMANDS: usize = 256;
/// The most changes of state that are kept of a run.
const MAX_ENTRIES: usize = 1_000;

/// A run as far as it has been seen: its commands tell the rest.
#[derive(Clone, Debug, Default)]
pub struct Run {
    /// Its number, which no other run of this history has.
    pub id: u32,
    /// Its commands, and how many of them the world has obeyed.
    pub tape: Tape,
    /// How far it has been seen.
    pub end: SimTime,
    /// The changes of state until then, oldest first.
    pub changes: Vec<Entry>,
    /// How many of these there have been.
    known: u64,
}

impl Run {
    /// Forgets the changes after the first `seen` of its world.
    fn forget_changes(&mut self, seen: u64) {
        let later = self.known.saturating_sub(seen) as usize;
        self.changes.truncate(self.changes.len().saturating_sub(later));
        self.known = self.known.min(seen);
    }
}

/// The scenario, the present run, and the runs that were left when something was changed in their past.
#[derive(Clone, Debug)]
pub struct History {
    scenario: Arc<Scenario>,
    begins: SimTime,
    run: Run,
    checkpoints: Checkpoints,
    branches: Vec<Run>,
    /// What was taken back, newest last.
    undone: Vec<Undone>,
    newest: u32,
}

/// What cannot be kept any longer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Forgotten {
    /// The oldest run beside the present one.
    Branch,
    /// Everything before now.
    Past,
}

impl History {
    /// The history of a run that has just begun.
    #[must_use]
    pub fn new(scenario: Arc<Scenario>) -> Self {
        let checkpoints = Checkpoints::new(&World::new(Arc::clone(&scenario)));
        // Room for what a long run brings, so that it need not be found between copies of the world.
        let tape = Tape::new(Vec::with_capacity(USUAL_COMMANDS), 0);
        let run = Run { tape, changes: Vec::with_capacity(MAX_ENTRIES), ..Run::default() };
        Self { scenario, begins: SimTime::ZERO, run, checkpoints, branches: Vec::new(), undone: Vec::new(), newest: 0 }
    }

    /// What the run started from.
    #[must_use]
    pub const fn scenario(&self) -> &Arc<Scenario> {
        &self.scenario
    }

    /// The present run.
    #[must_use]
    pub const fn run(&self) -> &Run {
        &self.run
    }

    /// The commands of the present run, by which its world lets time pass.
    pub const fn tape(&mut self) -> &mut Tape {
        &mut self.run.tape
    }

    /// The commands of the present run, oldest first.
    #[must_use]
    pub fn commands(&self) -> &[TimedCommand] {
        self.run.tape.commands()
    }

    /// The first moment that can be gone back to.
    #[must_use]
    pub const fn begins(&self) -> SimTime {
        self.begins
    }

    /// The runs that were left, oldest first.
    #[must_use]
    pub fn branches(&self) -> &[Run] {
        &self.branches
    }

    /// The run with this number, if it was left and is still kept.
    #[must_use]
    pub fn branch(&self, id: u32) -> Option<&Run> {
        self.branches.iter().find(|run| run.id == id)
    }

    /// Copies of the world at moments of the present run.
    #[must_use]
    pub const fn checkpoints(&self) -> &Checkpoints {
        &self.checkpoints
    }

    /// Whether more is known of the present run than its world has seen.
    #[must_use]
    pub fn goes_on_after(&self, now: SimTime) -> bool {
        now < self.run.end || self.run.tape.obeyed() < self.commands().len()
    }

    /// Notes how far the present run has come, and what has changed in it.
    pub fn note(&mut self, world: &World) {
        let run = &mut self.run;
        run.end = run.end.max(world.now());
        for entry in world.chronicle().since(run.known) {
            if run.changes.len() == MAX_ENTRIES {
                run.changes.remove(0);
            }
            run.changes.push(*entry);
        }
        run.known = run.known.max(world.chronicle().written());
        self.checkpoints.offer(world, run.tape.obeyed());
    }

    /// Knows in advance what is done in the run, which has just begun, and how far it goes.
    pub fn foresee(&mut self, commands: Vec<TimedCommand>, end: SimTime) {
        (self.run.tape, self.run.end) = (Tape::new(commands, 0), end);
    }

    /// Notes a command that the world has obeyed.
    pub fn push(&mut self, at_us: SimTime, command: Command) {
        self.run.tape.record(at_us, command);
    }

    /// Notes a command that the world has obeyed; `before` is the world before it, if more was known of the run: what was
    /// known is then kept as a run of its own.
    pub fn change(&mut self, before: Option<&World>, now: &World, command: Command) -> Option<Forgotten> {
        if self.commands().len() >= MAX_COMMANDS {
            *self = Self { begins: now.now(), newest: self.newest, ..Self::new(Arc::clone(&self.scenario)) };
            (self.checkpoints, self.run.end) = (Checkpoints::new(now), now.now());
            self.run.known = now.chronicle().written();
            return Some(Forgotten::Past);
        }
        let forgotten = if self.undone.is_empty() { None } else { self.keep_undone() };
        let Some(before) = before else {
            self.push(now.now(), command);
            return forgotten;
        };
        let obeyed = self.run.tape.obeyed();
        self.newest += 1;
        let mut run = Run { id: self.newest, ..self.run.clone() };
        run.tape.record(before.now(), command);
        run.end = before.now();
        run.forget_changes(before.chronicle().written());
        self.checkpoints.belong_to(run.tape.commands(), obeyed);
        self.checkpoints.keep(before, obeyed);
        self.leave_for(run)
    }

    /// Goes on with another run, and keeps the one so far.
    fn leave_for(&mut self, run: Run) -> Option<Forgotten> {
        let left = std::mem::replace(&mut self.run, run);
        self.keep(left)
    }

    /// Keeps a run beside the present one.
    fn keep(&mut self, run: Run) -> Option<Forgotten> {
        self.branches.push(run);
        if self.branches.len() <= MAX_BRANCHES {
            return None;
        }
        self.branches.remove(0);
        Some(Forgotten::Branch)
    }

    /// Puts a world back to the last moment not later than `at` from which time can go on, unless it is that near already.
    pub fn rewind(&mut self, world: &mut World, at: SimTime) {
        let (kept, obeyed) = self.checkpoints.before(at, usize::MAX);
        if world.now() > at || kept.events() > world.events() {
            *world = kept.clone();
            self.run.tape.rewind(obeyed);
        }
    }

    /// Goes on with a run that was left, at the moment that the world is at or, if it was not seen so far, at its end.
    /// The moment that the world is to come to; none if there is no such run.
    pub fn switch(&mut self, id: u32, world: &mut World) -> Option<SimTime> {
        let index = self.branches.iter().position(|run| run.id == id)?;
        let run = self.branches.remove(index);
        let (common, _) = parting(&self.run.tape, run.tape.commands());
        self.checkpoints.belong_to(run.tape.commands(), common);
        let at = world.now().min(run.end);
        // What was taken back in a run is kept with it: it is what the run had become.
        if self.undone.is_empty() {
            self.leave_for(run);
        } else {
            self.keep_undone();
            self.run = run;
        }
        let (kept, obeyed) = self.checkpoints.before(at, usize::MAX);
        *world = kept.clone();
        self.run.tape.rewind(obeyed);
        Some(at)
    }

    /// The same run again, up to `until`.
    #[must_use]
    pub fn replay(&self, until: SimTime) -> World {
        let (kept, obeyed) = self.checkpoints.before(until, usize::MAX);
        let mut world = kept.clone();
        let mut tape = Tape::new(self.commands().to_vec(), obeyed);
        while !tape.run_bounded(&mut world, until, u64::MAX) {}
        world
    }
}
