//! Taking back what was done last, and doing it again.

use super::{Forgotten, History, Run};
use crate::app::tape::Tape;
use crate::sim::{SimTime, TimedCommand, World};

/// What was taken back at one go.
#[derive(Clone, Debug)]
pub(super) struct Undone {
    /// The command, and those after it if it was taken back from the past of a run.
    commands: Vec<TimedCommand>,
    /// How far the run had been seen.
    end: SimTime,
    /// The moment at which it was taken back.
    at: SimTime,
}

impl History {
    /// The command that can be taken back.
    #[must_use]
    pub fn last_done(&self) -> Option<&TimedCommand> {
        self.commands().get(self.run.tape.obeyed().checked_sub(1)?)
    }

    /// The command that can be done again.
    #[must_use]
    pub fn last_undone(&self) -> Option<&TimedCommand> {
        self.undone.last()?.commands.first()
    }

    /// Takes the last command back that the world has obeyed: the run is again as it was just before it, at the moment that is
    /// returned. The world is put near there.
    pub fn undo(&mut self, world: &mut World) -> Option<SimTime> {
        let kept = self.run.tape.obeyed().checked_sub(1)?;
        let mut commands = self.commands().to_vec();
        let taken = commands.split_off(kept);
        let before = taken[0].at_us;
        self.undone.push(Undone { commands: taken, end: self.run.end, at: world.now() });
        self.go_on_with(commands, kept);
        self.put_back(before, world);
        self.run.end = before;
        Some(before)
    }

    /// Does again what was taken back last: the run is again what it was, at the moment that is returned.
    pub fn redo(&mut self, world: &mut World) -> Option<SimTime> {
        let undone = self.undone.pop()?;
        let mut commands = self.commands().to_vec();
        let common = commands.len();
        let first = undone.commands[0].at_us;
        commands.extend(undone.commands);
        let is_beyond = world.now() > first;
        self.go_on_with(commands, common);
        if is_beyond {
            self.put_back(first, world);
        }
        self.run.end = undone.end;
        Some(undone.at)
    }

    /// The run has these commands from now on, of which the first `common` are those that it had.
    fn go_on_with(&mut self, commands: Vec<TimedCommand>, common: usize) {
        let obeyed = self.run.tape.obeyed().min(common);
        self.checkpoints.belong_to(&commands, common);
        self.run.tape = Tape::new(commands, obeyed);
    }

    /// Puts the world back to the last moment not later than `at` from which time can go on, and forgets what had changed in the
    /// run since: it is noted again.
    fn put_back(&mut self, at: SimTime, world: &mut World) {
        let (kept, obeyed) = self.checkpoints.before(at, usize::MAX);
        *world = kept.clone();
        self.run.tape.rewind(obeyed);
        self.run.forget_changes(world.chronicle().written());
    }

    /// Something else is done in place of what was taken back: that is kept as a run of its own.
    #[inline(never)]
    pub(super) fn keep_undone(&mut self) -> Option<Forgotten> {
        let first = self.undone.first()?;
        self.newest += 1;
        let mut run = Run { id: self.newest, end: first.end, ..self.run.clone() };
        let mut commands = self.commands().to_vec();
        commands.extend(self.undone.drain(..).rev().flat_map(|undone| undone.commands));
        run.tape = Tape::new(commands, run.tape.obeyed());
        self.keep(run)
    }
}
