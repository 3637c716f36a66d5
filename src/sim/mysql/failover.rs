//! What an operator does when the primary is gone: promote, let servers follow, copy them anew.

use std::collections::VecDeque;

use serde::Serialize;

use super::status::Io;
use super::threads::Thread;
use super::{Binlog, Cluster, Position, Row, Server, Stored, Transaction};
use crate::chronicle::Happening;
use crate::ids::ProcessId;
use crate::invariants;
use crate::parts::Condition;
use crate::scenario::FieldError;
use crate::time::SimTime;
use crate::world::World;

/// Promotions that are remembered.
const MAX_PROMOTIONS: usize = 8;
/// Lost rows that are named; more are only counted.
const MAX_NAMED: usize = 200;

/// What a promotion did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Promotion {
    /// When.
    pub at: SimTime,
    /// The new primary.
    pub server: ProcessId,
    /// The old one.
    pub old_primary: Option<ProcessId>,
    /// Rows that visitors had been told of and that the new primary never received, oldest first.
    pub lost: Vec<Row>,
    /// Number of such rows.
    pub lost_count: u64,
}

impl Promotion {
    fn loses(&mut self, row: Row) {
        self.lost_count += 1;
        if self.lost.len() < MAX_NAMED {
            self.lost.push(row);
        }
    }
}

impl Cluster {
    /// A visitor is told of a row that a promotion has lost in the meantime.
    pub(super) fn lost_before_told(&mut self, stored: Stored) {
        let since = self.promotions.iter().position(|promotion| promotion.at >= stored.committed);
        let newest = self.promotions.len().saturating_sub(1);
        if let Some(promotion) = self.promotions.get_mut(since.unwrap_or(newest)) {
            promotion.loses(stored.row);
            self.lost += 1;
        }
    }
}

impl World {
    /// `STOP REPLICA; RESET REPLICA ALL; SET GLOBAL super_read_only = 0`, and the application is pointed at the server.
    /// What the replica has received is applied first; what it has not is lost.
    pub(crate) fn promote(&mut self, at: u16) -> Result<(), FieldError> {
        let process = self.cluster.servers[usize::from(at)].process;
        self.require_up(process)?;
        if self.cluster.primary == Some(at) {
            return Err(FieldError::new("server", "it is the primary already"));
        }
        let server = &mut self.cluster.servers[usize::from(at)];
        while !server.relay.is_empty() && server.apply_next() {}
        stop_replication(server);
        server.read_only = false;
        self.cluster.recount_connections();
        let old = self.cluster.primary.replace(at);
        self.cluster.readers.retain(|reader| *reader != at);
        let promotion = self.losses(at, old);
        self.cluster.lost += promotion.lost_count;
        self.enter(process, Happening::Promoted { lost: promotion.lost_count });
        if self.cluster.promotions.len() == MAX_PROMOTIONS {
            self.cluster.promotions.pop_front();
        }
        self.cluster.promotions.push_back(promotion);
        invariants::within(self.cluster.promotions.len(), MAX_PROMOTIONS);
        if let Some(old) = old
            && self.parts.condition(self.cluster.servers[usize::from(old)].process) == Condition::Up
        {
            self.cluster.servers[usize::from(old)].read_only = true;
        }
        for replica in self.cluster.readers.clone() {
            self.point_at_primary(replica);
        }
        Ok(())
    }

    /// Names what was acknowledged and is not on the new primary, and takes it off the list of what reads should show.
    fn losses(&mut self, at: u16, old: Option<u16>) -> Promotion {
        let executed = self.cluster.servers[usize::from(at)].executed.clone();
        let mut promotion = Promotion {
            at: self.now,
            server: self.cluster.servers[usize::from(at)].process,
            old_primary: old.map(|old| self.cluster.servers[usize::from(old)].process),
            lost: Vec::new(),
            lost_count: 0,
        };
        if let Some(old) = old {
            for transaction in self.cluster.servers[usize::from(old)].binlog.remembered() {
                if transaction.acknowledged && !executed.contains(transaction.row.gtid) {
                    promotion.loses(transaction.row);
                }
            }
            // What is older than the old primary's log is counted, but nobody can name it any more.
            let is_lost = |copy: &&Transaction| copy.counts() && !executed.contains(copy.row.gtid);
            let named = self.cluster.servers[usize::from(old)].binlog.remembered().filter(is_lost).count() as u64;
            promotion.lost_count += self.cluster.lacking(at).saturating_sub(named);
        }
        let expected_no_more = self.cluster.write_off(at);
        invariants::losses_are_named(promotion.lost_count, expected_no_more);
        promotion
    }

    /// `CHANGE REPLICATION SOURCE TO` the present primary, then `START REPLICA`.
    pub(crate) fn follow(&mut self, at: u16) -> Result<(), FieldError> {
        self.require_up(self.cluster.servers[usize::from(at)].process)?;
        if self.cluster.primary == Some(at) {
            return Err(FieldError::new("server", "a primary cannot follow itself"));
        }
        self.point_at_primary(at);
        Ok(())
    }

    fn point_at_primary(&mut self, at: u16) {
        let Some(primary) = self.cluster.primary else {
            return;
        };
        self.set_source(at, primary);
        let server = &mut self.cluster.servers[usize::from(at)];
        (server.read_only, server.position) = (true, Position::Executed);
        self.start_replication(at);
    }

    fn start_replication(&mut self, at: u16) {
        self.start_applier(at);
        self.start_receiver(at);
        if let Some(why) = self.why_refused(at) {
            self.refuse(at, why);
        }
        self.set_reader(at, self.cluster.servers[usize::from(at)].io == Io::Connecting);
    }

    /// `CHANGE REPLICATION SOURCE TO`: what was received from another is thrown away.
    pub(super) fn set_source(&mut self, at: u16, source: u16) {
        let (server, other) = (&self.cluster.servers[usize::from(at)], &self.cluster.servers[usize::from(source)]);
        let apart = server.position == Position::Applied && !server.executed.is_within(&other.executed);
        let mixed = other.mixed || apart;
        let server = &mut self.cluster.servers[usize::from(at)];
        stop_replication(server);
        server.source = Some(source);
        server.mixed |= mixed;
        self.forget_received(at);
    }

    /// The relay log of a replica is thrown away, as MariaDB does when both threads are started anew.
    pub fn discard_relay_log(&mut self, at: u16) {
        if self.cluster.servers.get(usize::from(at)).is_some_and(|server| server.source.is_some()) {
            self.forget_received(at);
        }
    }

    /// The relay log is thrown away; what it held will be asked for again.
    pub(super) fn forget_received(&mut self, at: u16) {
        let server = &self.cluster.servers[usize::from(at)];
        let position = server.source.map(|source| {
            let binlog = &self.cluster.servers[usize::from(source)].binlog;
            if !binlog.purged().is_within(&server.executed) {
                return 0;
            }
            let first = binlog.since(0).find(|(_, t)| !server.executed.contains(t.row.gtid));
            first.map_or(binlog.end(), |(position, _)| position)
        });
        let server = &mut self.cluster.servers[usize::from(at)];
        server.relay = VecDeque::new();
        server.interrupt_applier();
        server.tickets.receive += 1;
        server.next_position = position.unwrap_or(server.next_position);
    }

    /// `START REPLICA` and `STOP REPLICA`, with or without the name of a thread.
    pub(crate) fn replication(&mut self, at: u16, thread: Thread, run: bool) -> Result<(), FieldError> {
        self.require_up(self.cluster.servers[usize::from(at)].process)?;
        if self.cluster.servers[usize::from(at)].source.is_none() {
            return Err(FieldError::new("server", "it is not a replica"));
        }
        self.run_threads(at, thread, run);
        Ok(())
    }

    /// Throws a server's data away, copies the primary's (`CLONE INSTANCE FROM`), and lets it follow.
    pub(crate) fn reclone(&mut self, at: u16) -> Result<(), FieldError> {
        self.require_up(self.cluster.servers[usize::from(at)].process)?;
        let Some(primary) = self.cluster.primary.filter(|primary| *primary != at) else {
            return Err(FieldError::new("server", "there is no other server to copy"));
        };
        let donor = &self.cluster.servers[usize::from(primary)];
        self.require_up(donor.process)?;
        let (table, executed, end) = (donor.table.clone(), donor.executed.clone(), donor.binlog.end());
        let (shown, mixed) = (donor.shown, donor.mixed);
        let binlog = Binlog::of_copy(&donor.binlog, &executed);
        let server = &mut self.cluster.servers[usize::from(at)];
        if server.executed.last_of(at, server.uuid) > executed.last_of(at, server.uuid) {
            server.uuid += 1;
        }
        server.binlog = binlog;
        (server.table, server.executed) = (table, executed);
        (server.shown, server.mixed, server.applied) = (shown, mixed, server.binlog.last());
        self.point_at_primary(at);
        self.cluster.servers[usize::from(at)].next_position = end;
        Ok(())
    }

    fn set_reader(&mut self, at: u16, reads: bool) {
        self.cluster.readers.retain(|reader| *reader != at);
        if reads {
            let place = self.cluster.readers.partition_point(|reader| *reader < at);
            self.cluster.readers.insert(place, at);
        }
    }

    pub(super) fn require_up(&self, process: ProcessId) -> Result<(), FieldError> {
        if self.parts.condition(process) == Condition::Up {
            return Ok(());
        }
        let name = &self.wiring.process(process).full_name;
        Err(FieldError::new("server", format!("{name} does not answer")))
    }
}

/// `STOP REPLICA; RESET REPLICA ALL`.
pub(super) fn stop_replication(server: &mut Server) {
    server.relay = VecDeque::new();
    (server.source, server.io, server.sql_running) = (None, Io::Off, false);
    (server.io_error, server.sql_error, server.attempt) = (None, None, None);
    server.interrupt_applier();
    server.tickets.receive += 1;
    server.tickets.reconnect += 1;
}
