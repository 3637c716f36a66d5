//! The commands of a run, each with its moment: some that the world has obeyed, some that are still to come.

use crate::sim::{Command, FieldError, SimTime, TimedCommand, World};

/// The commands of a run, oldest first. Whoever lets time pass does it here, so that what was once done is done again.
#[derive(Clone, Debug, Default)]
pub struct Tape {
    commands: Vec<TimedCommand>,
    obeyed: usize,
    /// Which command could not be obeyed, and why: the tape ends before it.
    pub refused: Option<(usize, FieldError)>,
}

/// The most commands that are carried out at a time: each may start a thousand visits.
const PIECE: usize = 8;

impl Tape {
    /// A tape with these commands, the first of which have been obeyed.
    #[must_use]
    pub const fn new(commands: Vec<TimedCommand>, obeyed: usize) -> Self {
        Self { commands, obeyed, refused: None }
    }

    /// All commands, oldest first.
    #[must_use]
    pub fn commands(&self) -> &[TimedCommand] {
        &self.commands
    }

    /// How many of them the world has obeyed.
    #[must_use]
    pub const fn obeyed(&self) -> usize {
        self.obeyed
    }

    /// Goes on with a world that has obeyed so many.
    pub const fn rewind(&mut self, obeyed: usize) {
        self.obeyed = obeyed;
    }

    /// Notes a command that the world has just obeyed. What was still to come is gone.
    pub fn record(&mut self, at_us: SimTime, command: Command) {
        self.commands.truncate(self.obeyed);
        self.commands.push(TimedCommand { at_us, command });
        self.obeyed += 1;
    }

    /// The next command, if it is due until then.
    fn due(&self, until: SimTime) -> Option<&TimedCommand> {
        self.commands.get(self.obeyed).filter(|next| next.at_us <= until)
    }

    /// Carries out events up to and including `until`, at most `limit`, and the commands that are due in between: each
    /// after all else that happens at its moment, see [`World::apply`]. True if it came to the end. A command that cannot be
    /// obeyed, which only a run from elsewhere can have, ends the tape.
    pub fn run_bounded(&mut self, world: &mut World, until: SimTime, limit: u64) -> bool {
        let last = world.events().saturating_add(limit);
        let first = self.obeyed;
        while let Some(next) = self.due(until) {
            if self.obeyed == first + PIECE || !world.run_bounded(next.at_us, last.saturating_sub(world.events())) {
                return false;
            }
            if let Err(error) = world.apply(&next.command) {
                self.refused = Some((self.obeyed, error));
                self.commands.truncate(self.obeyed);
                break;
            }
            self.obeyed += 1;
        }
        world.run_bounded(until, last.saturating_sub(world.events()))
    }

    /// Carries out the next event or command. False if there is none.
    pub fn step(&mut self, world: &mut World) -> bool {
        let next_event = world.next_event_at();
        match self.commands.get(self.obeyed) {
            Some(next) if next_event.is_none_or(|at| at > next.at_us) => self.run_bounded(world, next.at_us, 0),
            _ => world.step(),
        }
    }
}
