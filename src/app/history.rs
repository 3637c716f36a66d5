//! What was done, and when: enough to have the same run again.

use std::sync::Arc;

use crate::sim::{Command, Scenario, SimTime, TimedCommand, World};

/// The scenario and every command that was given since.
#[derive(Clone, Debug)]
pub struct History {
    scenario: Arc<Scenario>,
    commands: Vec<TimedCommand>,
}

impl History {
    /// The history of a run that has just begun.
    #[must_use]
    pub const fn new(scenario: Arc<Scenario>) -> Self {
        Self { scenario, commands: Vec::new() }
    }

    /// Notes a command that the world has obeyed.
    pub fn push(&mut self, at_us: SimTime, command: Command) {
        self.commands.push(TimedCommand { at_us, command });
    }

    /// The commands so far, oldest first.
    #[must_use]
    pub fn commands(&self) -> &[TimedCommand] {
        &self.commands
    }

    /// What the run started from.
    #[must_use]
    pub const fn scenario(&self) -> &Arc<Scenario> {
        &self.scenario
    }

    /// The same run again, up to `until`.
    #[must_use]
    pub fn replay(&self, until: SimTime) -> World {
        let mut world = World::new(Arc::clone(&self.scenario));
        for TimedCommand { at_us, command } in self.commands.iter().take_while(|entry| entry.at_us <= until) {
            world.run_until(*at_us);
            world.apply(command).expect("a command that was obeyed once is obeyed again");
        }
        world.run_until(until);
        world
    }
}
