//! Asynchronous replication: the receiver thread fetches the source's binlog, the applier thread carries it out.

use super::status::{Io, IoError, WhyRefused};
use super::{MAX_TRANSACTIONS, Server};
use crate::chronicle::Happening;
use crate::ids::LinkId;
use crate::invariants;
use crate::parts::Condition;
use crate::settings::Mysql;
use crate::time::{Micros, SimTime};
use crate::world::{Action, World};

/// Numbers that make planned events of an earlier state void.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Tickets {
    pub receive: u32,
    pub apply: u32,
    pub reconnect: u32,
}

/// When a transaction may be applied: `SOURCE_DELAY` after its commit.
pub(super) fn is_due(committed: SimTime, settings: &Mysql) -> SimTime {
    committed + Micros::from_millis(settings.source_delay_ms.into())
}

impl Server {
    /// Whether the receiver may take more (`relay_log_space_limit`).
    fn has_space(&self) -> bool {
        self.relay.len() < MAX_TRANSACTIONS
    }
}

impl World {
    pub(crate) fn replication_link(&self, replica: u16) -> Option<LinkId> {
        let server = &self.cluster.servers[usize::from(replica)];
        let source = self.cluster.servers[usize::from(server.source?)].process;
        self.wiring.link_between(source, server.process)
    }

    /// The source sends what is new in its binlog to every connected replica.
    pub(super) fn send_binlog(&mut self, source: u16) {
        for replica in 0..self.cluster.servers.len() as u16 {
            let server = &self.cluster.servers[usize::from(replica)];
            if server.source == Some(source) && server.io == Io::Running {
                self.send_to(replica);
            } else if server.lingers_at == Some(source) {
                self.cluster.servers[usize::from(replica)].lingers_at = None;
                self.cluster.recount_connections();
            }
        }
    }

    pub(super) fn send_to(&mut self, replica: u16) {
        let server = &self.cluster.servers[usize::from(replica)];
        let (life, Some(source)) = (server.tickets.receive, server.source) else {
            return;
        };
        let upto = self.cluster.servers[usize::from(source)].binlog.end();
        if let Some(link) = self.replication_link(replica) {
            self.plan(self.parts.latency(link), Action::Received { replica, life, upto });
        }
    }

    /// Transactions up to `upto` reach a replica.
    pub(crate) fn received(&mut self, replica: u16, life: u32, upto: u64) {
        let at = usize::from(replica);
        let (current, Some(source)) = (self.cluster.servers[at].tickets.receive, self.cluster.servers[at].source)
        else {
            return;
        };
        let lost = self.replication_link(replica).is_none_or(|link| !self.parts.carries(link));
        let alive = self.parts.condition(self.cluster.servers[at].process) == Condition::Up;
        if life != current || lost || !alive {
            return;
        }
        self.cluster.servers[at].mixed |= self.cluster.servers[usize::from(source)].mixed;
        while self.cluster.servers[at].next_position < upto && self.cluster.servers[at].has_space() {
            let position = self.cluster.servers[at].next_position;
            let Some(transaction) = self.cluster.servers[usize::from(source)].binlog.get(position).cloned() else {
                self.refuse(replica, WhyRefused::Purged);
                break;
            };
            let server = &mut self.cluster.servers[at];
            let gtid = transaction.row.gtid;
            // The source's log may have another order if somebody wrote on a replica; what is there is not sent again.
            if !(server.mixed && server.executed.contains(gtid)) {
                server.relay.push_back(transaction);
            }
            server.received = Some(gtid);
            server.next_position += 1;
        }
        invariants::within(self.cluster.servers[at].relay.len(), MAX_TRANSACTIONS);
        self.acknowledge_receipt(replica, source);
        self.start_applying(replica);
    }

    /// The source cannot serve a replica.
    pub(super) fn refuse(&mut self, replica: u16, why: WhyRefused) {
        let server = &mut self.cluster.servers[usize::from(replica)];
        server.io_error = Some(IoError::Fatal(why));
        self.set_io(replica, Io::Refused(why));
    }

    /// Lets the applier take the next transaction, unless it is at work or stopped.
    pub(super) fn start_applying(&mut self, replica: u16) {
        let server = &self.cluster.servers[usize::from(replica)];
        let Some(next) = server.relay.front().filter(|_| server.sql_running && !server.applying) else {
            return;
        };
        let due = self.now.max(is_due(next.committed, &self.settings.mysql));
        let time = Micros(self.settings.mysql.apply_us.into()).times(self.parts.slowdown(server.process));
        let life = server.tickets.apply;
        self.cluster.servers[usize::from(replica)].applying = true;
        self.plan_at(due + time, Action::Apply { replica, life });
    }

    /// The applier has carried a transaction out, or has found that it cannot.
    pub(crate) fn replica_applies(&mut self, replica: u16, life: u32) {
        invariants::is_prefix(&self.cluster.servers, usize::from(replica));
        let server = &mut self.cluster.servers[usize::from(replica)];
        if life != server.tickets.apply || self.parts.condition(server.process) != Condition::Up {
            return;
        }
        server.applying = false;
        let was_full = !server.has_space();
        if !server.apply_next() {
            let (process, error) = (server.process, server.sql_error);
            return error.into_iter().for_each(|error| self.enter(process, Happening::ApplierStopped(error)));
        }
        if was_full {
            self.send_to(replica);
        }
        self.start_applying(replica);
    }

    /// The delay has changed: the applier looks at its clock anew.
    pub(crate) fn reschedule_appliers(&mut self) {
        for replica in 0..self.cluster.servers.len() as u16 {
            self.cluster.servers[usize::from(replica)].interrupt_applier();
            self.start_applying(replica);
        }
    }
}

impl Server {
    /// Carries the next received transaction out. False if it could not: then the thread has stopped.
    pub(super) fn apply_next(&mut self) -> bool {
        let Some(next) = self.relay.front() else {
            return true;
        };
        if let Some(error) = self.table.conflict(next) {
            (self.sql_running, self.sql_error) = (false, Some(error));
            return false;
        }
        if let Some(transaction) = self.relay.pop_front() {
            self.applied = Some(transaction.row.gtid);
            self.execute(transaction);
            self.counters.applied += 1;
        }
        true
    }

    /// What the applier was about to do is void.
    pub(super) fn interrupt_applier(&mut self) {
        self.tickets.apply += 1;
        self.applying = false;
    }
}
