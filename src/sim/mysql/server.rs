//! One server: what a transaction does to it, and what a crash does.

use std::collections::VecDeque;

use super::{Binlog, GtidSet, Io, MysqlCounters, Position, SemiSync, Server, Table, Transaction, replication::Tickets};
use crate::ids::ProcessId;
use crate::time::{Micros, SimTime};

/// So often the storage engine writes its log to the disk if no commit does (`innodb_flush_log_at_timeout`).
const FLUSH_LOG_EVERY: Micros = Micros(1_000_000);

impl Server {
    pub(super) fn new(process: ProcessId, source: Option<u16>) -> Self {
        Self {
            process,
            source,
            read_only: source.is_some(),
            table: Table::default(),
            binlog: Binlog::default(),
            relay: VecDeque::new(),
            executed: GtidSet::default(),
            io: if source.is_some() { Io::Running } else { Io::Off },
            io_error: None,
            reconnects: source.is_some(),
            attempts: 0,
            lingers_at: None,
            attempt: None,
            sql_running: source.is_some(),
            sql_error: None,
            position: Position::default(),
            received: None,
            applied: None,
            mixed: false,
            semi_sync: SemiSync::default(),
            shown: 0,
            others: 0,
            unsaved_ids: None,
            next_position: 0,
            running: 0,
            waiting: VecDeque::new(),
            uuid: 0,
            counters: MysqlCounters::default(),
            tickets: Tickets::default(),
            applying: false,
        }
    }

    /// Carries a transaction out.
    pub(super) fn execute(&mut self, transaction: Transaction) {
        self.executed.add(transaction.row.gtid);
        transaction.changes().for_each(|change| self.table.carry_out(change));
        self.shown += u64::from(transaction.counts());
        self.unsaved_ids = None;
        self.binlog.push(transaction);
    }

    /// Connections that it has.
    #[must_use]
    pub fn connections(&self) -> u64 {
        u64::from(self.running) + self.waiting.len() as u64 + u64::from(self.others)
    }

    /// Gives an id to a row that is not committed yet. The counter is saved with the next commit, or by and by.
    pub(super) fn take_id(&mut self, now: SimTime) -> u32 {
        let saved = self.table.next_id() - 1;
        if self.unsaved_ids.is_none_or(|(_, since)| now.since(since) >= FLUSH_LOG_EVERY) {
            self.unsaved_ids = Some((saved, now));
        }
        self.table.take_id()
    }

    /// The process is gone at once: what is not on the disk is lost.
    pub(super) fn crash(&mut self, now: SimTime) {
        if let Some((saved, since)) = self.unsaved_ids.take()
            && now.since(since) < FLUSH_LOG_EVERY
        {
            self.table.recover_counter(saved);
        }
        self.semi_sync.dies();
    }
}
