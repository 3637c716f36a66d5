//! What HAProxy's log says of its servers and of their health checks.

use super::{Balancer, LastCheck};
use crate::time::{Micros, SimTime};

/// The most lines that are kept.
const LENGTH: usize = 256;

/// A line of the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StateLine {
    /// When.
    pub at: SimTime,
    /// Index of the server.
    pub server: usize,
    /// What happened to it.
    pub change: StateChange,
    /// Whether it counts as alive now.
    pub up: bool,
    /// Usable servers that are no backups.
    pub active: u32,
    /// Usable backups.
    pub backups: u32,
    /// Requests that the server works on.
    pub sessions: u32,
    /// Requests that were waiting for it and have gone elsewhere, or have come to it out of the common queue.
    pub requeued: u32,
    /// Requests that wait for it.
    pub queued: u32,
}

/// What happened to a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StateChange {
    /// A health check came to another result than the one before, or changed the count (`option log-health-checks`).
    Checked {
        /// The result.
        result: LastCheck,
        /// How long it took.
        took: Micros,
        /// How far the server is from a change: good checks in a row, or what is left of `fall`.
        health: u32,
        /// What `health` counts up to.
        of: u32,
        /// Whether the server counts as alive by that.
        counts: bool,
    },
    /// It is UP.
    Up {
        /// Whether an operator said so.
        by_hand: bool,
    },
    /// It is DOWN.
    Down {
        /// Whether an operator said so.
        by_hand: bool,
    },
    /// An operator says that it is stopping.
    Stopping,
    /// An operator put it into maintenance.
    Maint {
        /// Whether it was DOWN before.
        was_down: bool,
    },
    /// It left maintenance.
    LeftMaint {
        /// Whether it is drained now.
        drain: bool,
    },
    /// An operator drained it.
    Drain,
    /// It is still drained.
    StillDrain,
    /// It is drained no more.
    LeftDrain,
    /// It was the last usable server.
    NoneLeft,
}

impl Balancer {
    /// Writes a line.
    pub(super) fn write(&mut self, at: SimTime, server: usize, sessions: u32, requeued: u32, change: StateChange) {
        let usable = |backup| self.candidates.iter().filter(|c| c.usable && c.weight > 0 && c.backup == backup).count();
        let line = StateLine {
            at,
            server,
            change,
            up: self.servers[server].up,
            active: usable(false) as u32,
            backups: usable(true) as u32,
            sessions,
            requeued,
            queued: self.candidates[server].queued,
        };
        self.lines_written += 1;
        if self.journal.len() == LENGTH {
            self.journal.pop_front();
        }
        self.journal.push_back(line);
    }

    /// The last lines about servers, oldest first.
    pub fn journal(&self) -> impl DoubleEndedIterator<Item = &StateLine> {
        self.journal.iter()
    }
}
