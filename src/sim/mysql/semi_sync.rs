//! Semi-synchronous replication: a commit is answered when a replica has received it, or after a time-out; then commits
//! wait for nobody until a replica has caught up again.
//!
//! As in `semi_sync` of the recordings. The row is in the table meanwhile (MariaDB's default wait point, MySQL's
//! `AFTER_COMMIT`).

use std::collections::VecDeque;

use super::session::SessionId;
use crate::call::{CallKey, Reply};
use crate::chronicle::Happening;
use crate::outcome::Cause;
use crate::time::{Micros, SimTime};
use crate::world::{Action, World};

/// What a source knows of its semi-synchronous replicas.
#[derive(Clone, Debug)]
pub struct SemiSync {
    /// `Rpl_semi_sync_source_status`: whether commits wait.
    pub on: bool,
    /// Commits that wait, oldest first.
    waiting: VecDeque<Waiting>,
    timer_planned: bool,
}

impl Default for SemiSync {
    fn default() -> Self {
        Self { on: true, waiting: VecDeque::new(), timer_planned: false }
    }
}

/// Who waits for an answer to a commit.
#[derive(Clone, Copy, Debug)]
pub(super) enum Waiter {
    /// A visit's statement, which stored this row.
    Call(CallKey, u32),
    /// A client's statement.
    Session(SessionId),
}

#[derive(Clone, Copy, Debug)]
struct Waiting {
    waiter: Waiter,
    /// Position of its transaction.
    position: u64,
    until: SimTime,
}

impl World {
    /// Whether the answer to a commit has to wait for a replica; then it comes by itself.
    pub(super) fn waits_for_replica(&mut self, at: u16, waiter: Waiter, position: u64) -> bool {
        let semi_sync = &mut self.cluster.servers[usize::from(at)].semi_sync;
        if !self.settings.mysql.semi_sync || !semi_sync.on {
            return false;
        }
        let timeout = Micros::from_millis(self.settings.mysql.semi_sync_timeout_ms.into());
        semi_sync.waiting.push_back(Waiting { waiter, position, until: self.now + timeout });
        if !semi_sync.timer_planned {
            semi_sync.timer_planned = true;
            self.plan(timeout, Action::SemiSyncTimeout(at));
        }
        true
    }

    /// A replica tells its source how far it has received.
    pub(super) fn acknowledge_receipt(&mut self, replica: u16, source: u16) {
        if !self.settings.mysql.semi_sync {
            return;
        }
        if let Some(link) = self.replication_link(replica) {
            let upto = self.cluster.servers[usize::from(replica)].next_position;
            self.plan(self.parts.latency(link), Action::SemiSyncReceipt { source, upto });
        }
    }

    /// A source hears that a replica has received all before `upto`.
    pub(crate) fn receipt(&mut self, source: u16, upto: u64) {
        let server = &mut self.cluster.servers[usize::from(source)];
        let waits_again = !server.semi_sync.on && upto >= server.binlog.end();
        server.semi_sync.on |= waits_again;
        if waits_again {
            let process = server.process;
            self.enter(process, Happening::SemiSync(true));
        }
        while let Some(first) = self.cluster.servers[usize::from(source)].semi_sync.waiting.front().copied() {
            if first.position >= upto {
                break;
            }
            self.answer_first(source);
        }
    }

    /// The oldest commit that waits may have waited too long.
    pub(crate) fn semi_sync_timeout(&mut self, at: u16) {
        let semi_sync = &mut self.cluster.servers[usize::from(at)].semi_sync;
        semi_sync.timer_planned = false;
        let Some(first) = semi_sync.waiting.front() else {
            return;
        };
        if first.until > self.now {
            semi_sync.timer_planned = true;
            let until = first.until;
            return self.plan_at(until, Action::SemiSyncTimeout(at));
        }
        self.stop_waiting(at);
        self.enter(self.cluster.servers[usize::from(at)].process, Happening::SemiSync(false));
    }

    /// Semi-synchronous replication is off: nobody waits any more.
    pub(crate) fn stop_waiting(&mut self, at: u16) {
        self.cluster.servers[usize::from(at)].semi_sync.on = false;
        while !self.cluster.servers[usize::from(at)].semi_sync.waiting.is_empty() {
            self.answer_first(at);
        }
    }

    /// The switch was turned: on, the next commits wait; off, nobody does.
    pub(crate) fn switch_semi_sync(&mut self) {
        for at in 0..self.cluster.servers.len() as u16 {
            self.stop_waiting(at);
            self.cluster.servers[usize::from(at)].semi_sync.on = true;
        }
    }

    fn answer_first(&mut self, at: u16) {
        let Some(first) = self.cluster.servers[usize::from(at)].semi_sync.waiting.pop_front() else {
            return;
        };
        match first.waiter {
            Waiter::Session(session) => self.committed(session),
            Waiter::Call(key, row) => {
                self.answer(key, Reply::Done(Cause::Stored { row }));
                self.cluster.servers[usize::from(at)].running -= 1;
                self.start_statements(usize::from(at));
            }
        }
    }
}

impl SemiSync {
    /// The server is gone, and with it all that waited.
    pub(super) fn dies(&mut self) {
        self.waiting.clear();
    }
}
