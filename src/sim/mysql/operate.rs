//! Statements of an operator: about replication, and one about all rows.

use std::sync::Arc;

use super::statement::{Answer, Position, SqlError};
use super::status::Io;
use super::threads::Thread;
use super::{Change, Row, Transaction};
use crate::scenario::FieldError;
use crate::world::World;

impl World {
    /// `TRUNCATE TABLE orders`, typed at a server. Its replicas do the same when the statement reaches them: to
    /// replication it is a change like any other, whether it was meant or not.
    pub(crate) fn truncate(&mut self, at: u16) -> Result<(), FieldError> {
        let server = &self.cluster.servers[usize::from(at)];
        self.require_up(server.process)?;
        if server.read_only {
            return Err(FieldError::new("server", "1290: it runs with --super-read-only"));
        }
        let row = Row { id: 0, visit: 0, gtid: self.next_gtid(at) };
        let changes = Some(Arc::from([Change::Truncate(row)]));
        self.commit(at, Transaction { row, changes, committed: self.now, acknowledged: false, written_off: false });
        Ok(())
    }

    /// `START REPLICA` and `STOP REPLICA`.
    pub(super) fn threads_of_replica(&mut self, at: u16, thread: Thread, run: bool) -> Result<Answer, SqlError> {
        if self.cluster.servers[usize::from(at)].source.is_some() {
            self.run_threads(at, thread, run);
            return Ok(Answer::Done);
        }
        if run { Err(SqlError::NoReplica) } else { Ok(Answer::Done) }
    }

    /// Whether a server has a replica's thread that runs.
    fn replicates(&self, at: u16) -> bool {
        let server = &self.cluster.servers[usize::from(at)];
        matches!(server.io, Io::Running | Io::Connecting) || (server.source.is_some() && server.sql_running)
    }

    /// `CHANGE REPLICATION SOURCE TO`; what it does not say stays as it was.
    pub(super) fn change_source(
        &mut self,
        at: u16,
        source: Option<u16>,
        position: Option<Position>,
    ) -> Result<Answer, SqlError> {
        if self.replicates(at) {
            return Err(SqlError::ReplicaRuns);
        }
        let server = &mut self.cluster.servers[usize::from(at)];
        server.position = position.unwrap_or(server.position);
        let Some(source) = source.or(server.source) else {
            return Err(SqlError::NoReplica);
        };
        self.set_source(at, source);
        self.set_io(at, Io::Stopped);
        self.cluster.servers[usize::from(at)].sql_running = false;
        Ok(Answer::Done)
    }

    /// `RESET REPLICA`, with or without `ALL`.
    pub(super) fn reset_replica(&mut self, at: u16, all: bool) -> Result<Answer, SqlError> {
        if self.replicates(at) {
            return Err(SqlError::ReplicaRuns);
        }
        self.forget_received(at);
        let server = &mut self.cluster.servers[usize::from(at)];
        server.received = None;
        if all {
            super::failover::stop_replication(server);
            self.set_io(at, Io::Off);
        }
        Ok(Answer::Done)
    }
}
