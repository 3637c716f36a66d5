//! What an operator does when the primary is gone: promote, let servers follow, copy them anew.

use std::collections::VecDeque;

use serde::Serialize;

use super::replication::{Io, WhyRefused};
use super::{Binlog, Cluster, MAX_ACKNOWLEDGED, Row, Server, Stored};
use crate::sim::ids::ProcessId;
use crate::sim::invariants;
use crate::sim::parts::Condition;
use crate::sim::scenario::FieldError;
use crate::sim::time::{Micros, SimTime};
use crate::sim::world::World;

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
    /// A visitor has been told that a row is stored.
    pub(in crate::sim) fn acknowledge(&mut self, stored: Stored) {
        let gtid = stored.row.gtid;
        // Servers that have the transaction have it at the same position: each one's history is the start of another's.
        for server in &mut self.servers {
            let received = server.next_position.saturating_sub(server.relay.len() as u64);
            let in_relay = stored.position.checked_sub(received).and_then(|at| server.relay.get_mut(at as usize));
            for copy in server.binlog.remembered_mut(stored.position).into_iter().chain(in_relay) {
                copy.acknowledged |= copy.row.gtid == gtid;
            }
        }
        // The answer may come after a promotion that has lost the row.
        let primary = self.primary.map(|primary| &self.servers[usize::from(primary)].executed);
        let kept = primary.is_none_or(|executed| executed.contains(gtid));
        if !kept {
            let since = self.promotions.iter().position(|promotion| promotion.at >= stored.committed);
            let newest = self.promotions.len().saturating_sub(1);
            if let Some(promotion) = self.promotions.get_mut(since.unwrap_or(newest)) {
                promotion.loses(stored.row);
            }
        }
        if self.acknowledged.len() == MAX_ACKNOWLEDGED {
            self.acknowledged.pop_front();
            self.forgotten += 1;
        }
        self.acknowledged.push_back(Some(gtid).filter(|_| kept));
    }
}

impl World {
    /// `STOP REPLICA; RESET REPLICA ALL; SET GLOBAL super_read_only = 0`, and the application is pointed at the server.
    /// What the replica has received is applied first; what it has not is lost.
    pub(in crate::sim) fn promote(&mut self, at: u16) -> Result<(), FieldError> {
        let process = self.cluster.servers[usize::from(at)].process;
        self.require_up(process)?;
        if self.cluster.primary == Some(at) {
            return Err(FieldError::new("server", "it is the primary already"));
        }
        let server = &mut self.cluster.servers[usize::from(at)];
        while let Some(transaction) = server.relay.pop_front() {
            server.execute(transaction);
        }
        stop_replication(server);
        server.read_only = false;
        let old = self.cluster.primary.replace(at);
        self.cluster.readers.retain(|reader| *reader != at);
        let promotion = self.losses(at, old);
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
        }
        let mut expected_no_more = 0;
        for gtid in &mut self.cluster.acknowledged {
            if gtid.is_some_and(|gtid| !executed.contains(gtid)) {
                *gtid = None;
                expected_no_more += 1;
            }
        }
        invariants::losses_are_named(promotion.lost_count, expected_no_more);
        promotion
    }

    /// `CHANGE REPLICATION SOURCE TO` the present primary, then `START REPLICA`.
    pub(in crate::sim) fn follow(&mut self, at: u16) -> Result<(), FieldError> {
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
        let source = &self.cluster.servers[usize::from(primary)];
        let server = &self.cluster.servers[usize::from(at)];
        let position = source.binlog.since(0).find(|(_, t)| !server.executed.contains(t.row.gtid));
        let position = position.map_or(source.binlog.end(), |(position, _)| position);
        let purged = !source.binlog.purged().is_within(&server.executed);
        let io = if !server.executed.is_within(&source.executed) {
            Io::Refused(WhyRefused::Diverged)
        } else if purged {
            Io::Refused(WhyRefused::Purged)
        } else {
            Io::Connecting
        };
        let server = &mut self.cluster.servers[usize::from(at)];
        stop_replication(server);
        (server.source, server.read_only, server.io, server.next_position) = (Some(primary), true, io, position);
        self.set_reader(at, io == Io::Connecting);
        self.plan_reconnect(at, Micros::ZERO);
    }

    /// Throws a server's data away, copies the primary's (`CLONE INSTANCE FROM`), and lets it follow.
    pub(in crate::sim) fn reclone(&mut self, at: u16) -> Result<(), FieldError> {
        self.require_up(self.cluster.servers[usize::from(at)].process)?;
        let Some(primary) = self.cluster.primary.filter(|primary| *primary != at) else {
            return Err(FieldError::new("server", "there is no other server to copy"));
        };
        let donor = &self.cluster.servers[usize::from(primary)];
        self.require_up(donor.process)?;
        let (table, executed, end) = (donor.table.clone(), donor.executed.clone(), donor.binlog.end());
        let binlog = Binlog::of_copy(&donor.binlog, &executed);
        let server = &mut self.cluster.servers[usize::from(at)];
        if server.executed.last_of(at, server.uuid) > executed.last_of(at, server.uuid) {
            server.uuid += 1;
        }
        server.binlog = binlog;
        (server.table, server.executed) = (table, executed);
        self.point_at_primary(at);
        self.cluster.servers[usize::from(at)].next_position = end;
        Ok(())
    }

    fn set_reader(&mut self, at: u16, reads: bool) {
        self.cluster.readers.retain(|reader| *reader != at);
        if reads {
            self.cluster.readers.push(at);
            self.cluster.readers.sort_unstable();
        }
    }

    fn require_up(&self, process: ProcessId) -> Result<(), FieldError> {
        if self.parts.condition(process) == Condition::Up {
            return Ok(());
        }
        let name = &self.wiring.process(process).full_name;
        Err(FieldError::new("server", format!("{name} does not answer")))
    }
}

fn stop_replication(server: &mut Server) {
    server.relay = VecDeque::new();
    (server.source, server.io, server.applying) = (None, Io::Off, false);
    server.tickets.receive += 1;
    server.tickets.apply += 1;
    server.tickets.reconnect += 1;
}
