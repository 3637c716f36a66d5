//! What changed in the course of a run, beside what was commanded: servers that go down and come back, replicas that stop,
//! promotions. The marks of a timeline.

use super::balancer::StateChange;
use super::ids::ProcessId;
use super::monitoring::Rule;
use super::mysql::{ApplyError, Io};
use super::time::SimTime;
use super::vrrp::RouterState;
use super::world::World;

/// The most entries that are kept.
const LENGTH: usize = 256;

/// A change of state that nobody commanded, or that a command had as its consequence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// When.
    pub at: SimTime,
    /// The process whose state it is.
    pub process: ProcessId,
    /// What happened to it.
    pub what: Happening,
}

/// What happened to a process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Happening {
    /// A balancer holds a web server for up, down, drained or in maintenance from now on.
    Server(StateChange),
    /// A database is the primary from now on, without so many rows that visitors had been told of.
    Promoted {
        /// The rows.
        lost: u64,
    },
    /// keepalived has another VRRP state.
    Router(RouterState),
    /// The receiver thread of a replica has another state.
    Receiver(Io),
    /// The applier thread of a replica has stopped.
    ApplierStopped(ApplyError),
    /// An alert about it begins to fire, or is resolved.
    Alert {
        /// Its rule.
        rule: Rule,
        /// Whether it fires from now on.
        fires: bool,
    },
    /// A visitor is the first to complain about a fault.
    Complaint,
    /// The commits of a source wait for a replica from now on, or do so no more.
    SemiSync(bool),
}

/// The last changes of a run.
#[derive(Clone, Debug, Default)]
pub struct Chronicle {
    entries: Vec<Entry>,
    /// Entries that have been dropped.
    dropped: u64,
}

impl Chronicle {
    /// How many entries have been written since the start.
    #[must_use]
    pub fn written(&self) -> u64 {
        self.dropped + self.entries.len() as u64
    }

    /// The entries after the first `known`, as far as they are kept, oldest first.
    pub fn since(&self, known: u64) -> impl Iterator<Item = &Entry> {
        let known = usize::try_from(known.saturating_sub(self.dropped)).unwrap_or(usize::MAX);
        self.entries.iter().skip(known)
    }
}

impl World {
    /// The last changes of state.
    #[must_use]
    pub const fn chronicle(&self) -> &Chronicle {
        &self.chronicle
    }

    /// Notes that something has happened to a process.
    #[cold]
    #[inline(never)]
    pub(super) fn enter(&mut self, process: ProcessId, what: Happening) {
        let chronicle = &mut self.chronicle;
        if chronicle.entries.len() == LENGTH {
            chronicle.entries.remove(0);
            chronicle.dropped += 1;
        }
        chronicle.entries.push(Entry { at: self.now, process, what });
    }
}
