//! `SHOW REPLICA STATUS`: what the two threads of a replica do, and what went wrong last.

use serde::Serialize;

use super::replication::is_due;
use crate::ids::ProcessId;
use crate::parts::Condition;
use crate::time::SimTime;
use crate::world::World;

/// The receiver thread of a replica.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Io {
    /// The server is not a replica.
    Off,
    /// `No`: stopped by an operator.
    Stopped,
    /// `Yes`: connected, or not yet aware that it is not.
    Running,
    /// `Connecting`: the source does not answer, or has not yet.
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

/// `SOURCE_RETRY_COUNT`: so many attempts to connect a receiver makes (the default of MySQL 8.0; 8.4 makes 10, unless it is told).
/// At one each second that is a day; no receiver gives up here.
pub const SOURCE_RETRY_COUNT: u32 = 86_400;

/// What `Last_IO_Error` tells. It stays until the thread is connected or started again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum IoError {
    /// 2003, errno 111: the port is closed.
    Refused,
    /// 2003, errno 110: nobody answered.
    Unreachable,
    /// 2013: connected, but never greeted: the source hangs.
    NoGreeting,
    /// 1236.
    Fatal(WhyRefused),
}

impl IoError {
    /// `Last_IO_Errno`.
    #[must_use]
    pub const fn code(self) -> u16 {
        match self {
            Self::Refused | Self::Unreachable => 2003,
            Self::NoGreeting => 2013,
            Self::Fatal(_) => 1236,
        }
    }
}

/// What `Last_SQL_Error` tells: why a transaction could not be carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum ApplyError {
    /// 1062: a row with this id is there already.
    Duplicate(u32),
    /// 1032: the row to be changed (or else deleted) is not there.
    NotFound {
        /// Whether it was to be changed.
        update: bool,
    },
}

impl ApplyError {
    /// `Last_SQL_Errno`.
    #[must_use]
    pub const fn code(self) -> u16 {
        match self {
            Self::Duplicate(_) => 1062,
            Self::NotFound { .. } => 1032,
        }
    }
}

/// What `SHOW REPLICA STATUS` says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct ReplicaStatus {
    /// The source.
    pub source: ProcessId,
    /// `Replica_IO_Running`.
    pub io: Io,
    /// Whether the receiver had a connection since it was started: it *re*connects.
    pub reconnects: bool,
    /// Attempts to connect that have failed since it lost its connection, or was started.
    pub attempts: u32,
    /// `Last_IO_Errno` and `Last_IO_Error`.
    pub io_error: Option<IoError>,
    /// `Replica_SQL_Running`.
    pub sql_running: bool,
    /// `Last_SQL_Errno` and `Last_SQL_Error`.
    pub sql_error: Option<ApplyError>,
    /// `Seconds_Behind_Source`; none is NULL.
    pub seconds_behind: Option<u64>,
    /// `SQL_Remaining_Delay`: whole seconds until the next transaction may be applied; none is NULL.
    pub remaining_delay: Option<u64>,
    /// Transactions received and not yet applied.
    pub waiting: usize,
    /// Transactions that the source has and the replica has not received.
    pub not_received: u64,
}

impl World {
    /// What `SHOW REPLICA STATUS` says on a server; none if it is not a replica.
    #[must_use]
    pub fn replica_status(&self, at: u16) -> Option<ReplicaStatus> {
        let replica = &self.cluster.servers[usize::from(at)];
        let source = &self.cluster.servers[usize::from(replica.source?)];
        let sql_running = replica.sql_running && self.parts.condition(replica.process) == Condition::Up;
        let next = replica.relay.front().map(|next| next.committed);
        let behind = next.map_or(0, |committed| self.now.since(committed).0 / 1_000_000);
        let due = next.map(|committed| is_due(committed, &self.settings.mysql));
        Some(ReplicaStatus {
            source: source.process,
            io: replica.io,
            reconnects: replica.reconnects,
            attempts: replica.attempts,
            io_error: replica.io_error,
            sql_running,
            sql_error: replica.sql_error,
            // While either thread stands still, nobody knows.
            seconds_behind: (replica.io == Io::Running && sql_running).then_some(behind),
            remaining_delay: due.filter(|due| sql_running && *due > self.now).map(|due| whole_seconds(due, self.now)),
            waiting: replica.relay.len(),
            not_received: source.binlog.end().saturating_sub(replica.next_position),
        })
    }
}

/// From `now` to `due`, rounded up.
fn whole_seconds(due: SimTime, now: SimTime) -> u64 {
    due.since(now).0.div_ceil(1_000_000)
}
