//! Asynchronous replication: the receiver thread fetches the source's binlog, the applier thread carries it out.

use serde::Serialize;

use super::{MAX_TRANSACTIONS, Server};
use crate::sim::ids::{LinkId, ProcessId};
use crate::sim::invariants;
use crate::sim::parts::Condition;
use crate::sim::time::Micros;
use crate::sim::world::{Action, World};

/// The receiver thread of a replica.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Io {
    /// The server is not a replica.
    Off,
    /// `Yes`: connected, or not yet aware that it is not.
    Running,
    /// `Connecting`: the source does not answer (2003).
    Connecting,
    /// `No`, 1236: the source cannot serve it.
    Refused(WhyRefused),
}

/// Why a source cannot serve a replica (error 1236).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum WhyRefused {
    /// The replica has transactions that the source has not.
    Diverged,
    /// The source has purged binlogs that the replica needs.
    Purged,
}

/// Numbers that make planned events of an earlier state void.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::sim) struct Tickets {
    pub receive: u32,
    pub apply: u32,
    pub reconnect: u32,
}

/// What `SHOW REPLICA STATUS` says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct ReplicaStatus {
    /// The source.
    pub source: ProcessId,
    /// `Replica_IO_Running` and `Last_IO_Errno`.
    pub io: Io,
    /// `Replica_SQL_Running`.
    pub sql_running: bool,
    /// `Seconds_Behind_Source`; none is NULL.
    pub seconds_behind: Option<u64>,
    /// Transactions received and not yet applied.
    pub waiting: usize,
    /// Transactions that the source has and the replica has not received.
    pub not_received: u64,
}

impl Server {
    /// Whether the receiver may take more (`relay_log_space_limit`).
    fn has_space(&self) -> bool {
        self.relay.len() < MAX_TRANSACTIONS
    }
}

impl World {
    /// What `SHOW REPLICA STATUS` says on a server; none if it is not a replica.
    #[must_use]
    pub fn replica_status(&self, at: u16) -> Option<ReplicaStatus> {
        let replica = &self.cluster.servers[usize::from(at)];
        let source = &self.cluster.servers[usize::from(replica.source?)];
        let behind = replica.relay.front().map_or(0, |next| self.now.since(next.committed).0 / 1_000_000);
        Some(ReplicaStatus {
            source: source.process,
            io: replica.io,
            sql_running: self.parts.condition(replica.process) == Condition::Up,
            seconds_behind: (replica.io == Io::Running).then_some(behind),
            waiting: replica.relay.len(),
            not_received: source.binlog.end().saturating_sub(replica.next_position),
        })
    }

    fn replication_link(&self, replica: u16) -> Option<LinkId> {
        let server = &self.cluster.servers[usize::from(replica)];
        let source = self.cluster.servers[usize::from(server.source?)].process;
        self.wiring.link_between(source, server.process)
    }

    /// Whether a replica can reach its source now.
    fn reaches_source(&self, replica: u16) -> bool {
        let server = &self.cluster.servers[usize::from(replica)];
        let source = server.source.map(|source| self.cluster.servers[usize::from(source)].process);
        let linked = self.replication_link(replica).is_some_and(|link| self.parts.carries(link));
        linked && source.is_some_and(|source| self.parts.condition(source) == Condition::Up)
    }

    /// The source sends what is new in its binlog to every connected replica.
    pub(super) fn send_binlog(&mut self, source: u16) {
        for replica in 0..self.cluster.servers.len() as u16 {
            let server = &self.cluster.servers[usize::from(replica)];
            if server.source == Some(source) && server.io == Io::Running {
                self.send_to(replica);
            }
        }
    }

    fn send_to(&mut self, replica: u16) {
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
    pub(in crate::sim) fn received(&mut self, replica: u16, life: u32, upto: u64) {
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
        while self.cluster.servers[at].next_position < upto && self.cluster.servers[at].has_space() {
            let position = self.cluster.servers[at].next_position;
            let Some(transaction) = self.cluster.servers[usize::from(source)].binlog.get(position).copied() else {
                self.cluster.servers[at].io = Io::Refused(WhyRefused::Purged);
                break;
            };
            let server = &mut self.cluster.servers[at];
            server.relay.push_back(transaction);
            server.next_position += 1;
        }
        invariants::within(self.cluster.servers[at].relay.len(), MAX_TRANSACTIONS);
        self.start_applying(replica);
    }

    /// Lets the applier take the next transaction, unless it is at work.
    fn start_applying(&mut self, replica: u16) {
        let server = &self.cluster.servers[usize::from(replica)];
        let Some(next) = server.relay.front().filter(|_| !server.applying) else {
            return;
        };
        let delay = Micros::from_millis(self.settings.mysql.source_delay_ms.into());
        let due = self.now.max(next.committed + delay);
        let time = Micros(self.settings.mysql.apply_us.into()).times(self.parts.slowdown(server.process));
        let life = server.tickets.apply;
        self.cluster.servers[usize::from(replica)].applying = true;
        self.queue.plan(due + time, Action::Apply { replica, life });
    }

    /// The applier has carried a transaction out.
    pub(in crate::sim) fn replica_applies(&mut self, replica: u16, life: u32) {
        invariants::is_prefix(&self.cluster.servers, usize::from(replica));
        let server = &mut self.cluster.servers[usize::from(replica)];
        if life != server.tickets.apply || self.parts.condition(server.process) != Condition::Up {
            return;
        }
        server.applying = false;
        let was_full = !server.has_space();
        if let Some(transaction) = server.relay.pop_front() {
            server.execute(transaction);
            server.counters.applied += 1;
        }
        if was_full {
            self.send_to(replica);
        }
        self.start_applying(replica);
    }

    /// The delay has changed: the applier looks at its clock anew.
    pub(in crate::sim) fn reschedule_appliers(&mut self) {
        for replica in 0..self.cluster.servers.len() as u16 {
            let server = &mut self.cluster.servers[usize::from(replica)];
            server.tickets.apply += 1;
            server.applying = false;
            self.start_applying(replica);
        }
    }

    /// A replica looks after its connection: gives a silent source up, or tries to reach a lost one.
    pub(in crate::sim) fn reconnect(&mut self, replica: u16, life: u32) {
        let server = &self.cluster.servers[usize::from(replica)];
        if life != server.tickets.reconnect || self.parts.condition(server.process) != Condition::Up {
            return;
        }
        if !matches!(server.io, Io::Running | Io::Connecting) {
            return;
        }
        if self.reaches_source(replica) {
            self.cluster.servers[usize::from(replica)].io = Io::Running;
            self.send_to(replica);
        } else {
            self.cluster.servers[usize::from(replica)].io = Io::Connecting;
            self.plan_reconnect(replica, Micros::from_millis(self.settings.mysql.connect_retry_ms.into()));
        }
    }

    /// Plans the next look of a replica at its connection; a look planned before is void.
    pub(super) fn plan_reconnect(&mut self, replica: u16, delay: Micros) {
        let tickets = &mut self.cluster.servers[usize::from(replica)].tickets;
        tickets.reconnect += 1;
        let life = tickets.reconnect;
        self.plan(delay, Action::Reconnect { replica, life });
    }

    /// A source or a link has changed its condition. `noticed` tells whether replicas see it at once (a closed
    /// connection) or only by the silence.
    pub(in crate::sim) fn sources_changed(&mut self, noticed: bool) {
        let net_timeout = Micros::from_millis(self.settings.mysql.net_timeout_ms.into());
        for replica in 0..self.cluster.servers.len() as u16 {
            let server = &self.cluster.servers[usize::from(replica)];
            if server.io != Io::Running || self.parts.condition(server.process) != Condition::Up {
                continue;
            }
            if self.reaches_source(replica) {
                // What was lost on a cut link is sent again (TCP), however long ago.
                self.send_to(replica);
            } else if noticed && self.source_closed(replica) {
                self.plan_reconnect(replica, Micros::ZERO);
            } else {
                self.plan_reconnect(replica, net_timeout);
            }
        }
    }

    /// Whether the source's process is gone while its machine still answers: the connection is closed at once.
    fn source_closed(&self, replica: u16) -> bool {
        let source = self.cluster.servers[usize::from(replica)].source;
        let Some(process) = source.map(|source| self.cluster.servers[usize::from(source)].process) else {
            return false;
        };
        let linked = self.replication_link(replica).is_some_and(|link| self.parts.carries(link));
        linked && self.parts.has_power(process) && self.parts.condition(process) == Condition::Down
    }

    /// A server has been started again: its rows and logs are on disk, its connections are gone.
    pub(in crate::sim) fn mysql_restarts(&mut self, at: u16) {
        let server = &mut self.cluster.servers[usize::from(at)];
        server.counters = super::MysqlCounters::default();
        server.tickets.receive += 1;
        server.tickets.apply += 1;
        server.applying = false;
        if matches!(server.io, Io::Running | Io::Connecting) {
            server.io = Io::Connecting;
            self.plan_reconnect(at, Micros::ZERO);
        }
        self.start_applying(at);
    }
}
