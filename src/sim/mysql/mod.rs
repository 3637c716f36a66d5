//! MySQL: one primary and any number of replicas, with real rows, binlogs and asynchronous replication.
//!
//! Behaviour as recorded in `goldens/mysql`; where MySQL 8 and MariaDB differ in names, MySQL 8's are used.

mod acknowledged;
mod data;
mod failover;
mod locks;
mod operate;
mod receiver;
mod replication;
mod semi_sync;
mod server;
mod session;
mod statement;
mod status;
mod table;
mod threads;

use std::collections::VecDeque;

pub use data::{Binlog, Change, Gtid, GtidSet, MAX_TRANSACTIONS, Row, Transaction};
pub use failover::Promotion;
pub use semi_sync::SemiSync;
pub use session::{ConnectError, SessionId};
pub use statement::{Answer, Edit, Position, SqlError, Statement};
pub use status::{ApplyError, Io, IoError, ReplicaStatus, SOURCE_RETRY_COUNT, WhyRefused};
pub use table::{MAX_ROWS, Table};
pub use threads::Thread;

use semi_sync::Waiter;
use session::Session;

use super::call::{Ask, Call, CallKey, Reply, Work};
use super::ids::ProcessId;
use super::outcome::{Cause, DbError};
use super::time::{Micros, SimTime};
use super::topology::Role;
use super::trace::{Decision, Place};
use super::wiring::{Tier, Wiring};
use super::world::{Step, World};

/// All MySQL servers, and what the application's configuration says about them.
#[derive(Clone, Debug)]
pub struct Cluster {
    /// The servers, in the topology's order.
    pub servers: Box<[Server]>,
    /// Where the application writes.
    pub primary: Option<u16>,
    /// Where the application reads, in turn; the primary if empty.
    pub readers: Vec<u16>,
    /// The last promotions, newest last.
    pub promotions: VecDeque<Promotion>,
    /// Acknowledged rows that all promotions together have lost.
    pub lost: u64,
    acknowledged: acknowledged::Acknowledged,
    /// Clients other than the application.
    sessions: Vec<Session>,
}

/// One MySQL server. The fields are in the order of the memory, those that each statement needs first.
#[derive(Clone, Debug)]
#[repr(C)]
pub struct Server {
    /// Its process.
    pub process: ProcessId,
    /// The server that it replicates from.
    pub source: Option<u16>,
    /// `super_read_only`.
    pub read_only: bool,
    /// Whether somebody wrote here while it was a replica, or on its source: then its log has an order of its own.
    pub mixed: bool,
    /// Statements that run.
    pub running: u32,
    /// Connections that are not the application's.
    others: u32,
    /// Acknowledged transactions that it has carried out and that no promotion has lost.
    shown: u64,
    /// Statements that wait for a thread, oldest first.
    pub waiting: VecDeque<CallKey>,
    /// Statements since it started.
    pub counters: MysqlCounters,
    /// The rows.
    pub table: Table,
    /// What it has carried out.
    pub binlog: Binlog,
    /// Received, not yet applied.
    pub relay: VecDeque<Transaction>,
    /// `gtid_executed`.
    pub executed: GtidSet,
    /// The receiver thread.
    pub io: Io,
    /// What went wrong with it last.
    pub io_error: Option<IoError>,
    /// Whether it had a connection since it was started.
    reconnects: bool,
    /// Attempts to connect that have failed since then.
    attempts: u32,
    /// The source that has not noticed yet that the receiver has left: it will when it has something to send.
    lingers_at: Option<u16>,
    /// What an attempt to connect comes to that is still under way.
    attempt: Option<IoError>,
    /// Whether the applier thread is started.
    pub sql_running: bool,
    /// What stopped it.
    pub sql_error: Option<ApplyError>,
    /// Where it begins in its source's binlog when it is made a replica.
    pub position: Position,
    /// The last transaction received, or asked to begin after (MariaDB: `Gtid_IO_Pos`).
    pub received: Option<Gtid>,
    /// The last transaction applied as a replica (MariaDB: `gtid_slave_pos`).
    pub applied: Option<Gtid>,
    /// Semi-synchronous replication to its replicas.
    pub semi_sync: SemiSync,
    /// What AUTO_INCREMENT stood at on the disk before ids were given that are not, and when the first of these was.
    unsaved_ids: Option<(u32, SimTime)>,
    /// Position in the source's binlog that it asks for next.
    pub next_position: u64,
    /// Which of its UUIDs it has now, from 0.
    uuid: u16,
    pub(super) tickets: replication::Tickets,
    applying: bool,
}

/// A row that a visit has stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stored {
    /// The row.
    pub row: Row,
    /// Its position in the binlog.
    pub position: u64,
    /// When it was committed.
    pub committed: SimTime,
}

/// What a MySQL server has done since it started.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MysqlCounters {
    /// Reads.
    pub reads: u64,
    /// Committed writes.
    pub writes: u64,
    /// Transactions applied as a replica.
    pub applied: u64,
    /// Statements and connections that got an error.
    pub errors: u64,
    /// Time that all threads together have worked, or are about to.
    pub worked: Micros,
}

impl Cluster {
    /// The servers of a topology, empty and caught up.
    pub(super) fn new(wiring: &Wiring) -> Self {
        let processes = wiring.with_role(|r| matches!(r, Role::Mysqld { .. }));
        let index = |name: &String| processes.iter().position(|p| &wiring.process(*p).full_name == name);
        let servers: Box<[Server]> = processes
            .iter()
            .map(|process| {
                let source = match wiring.role(*process) {
                    Role::Mysqld { replica_of: Some(source), .. } => index(source).map(|at| at as u16),
                    _ => None,
                };
                Server::new(*process, source)
            })
            .collect();
        let numbered = || (0_u16..).zip(&servers);
        let primary = numbered().find(|(_, s)| s.source.is_none()).map(|(at, _)| at);
        let readers = numbered().filter(|(_, s)| s.source.is_some()).map(|(at, _)| at).collect();
        let (promotions, acknowledged) = (VecDeque::new(), acknowledged::Acknowledged::default());
        let mut cluster = Self { servers, primary, readers, promotions, lost: 0, acknowledged, sessions: Vec::new() };
        cluster.recount_connections();
        cluster
    }
}

impl World {
    #[inline(always)]
    pub(super) fn mysql_gets(&mut self, key: CallKey, at: usize) {
        let (threads, connections) = (self.settings.mysql.threads, self.settings.mysql.max_connections);
        let server = &mut self.cluster.servers[at];
        if server.connections() >= connections.into() {
            return self.mysql_denies(key, DbError::TooManyConnections);
        }
        if server.running < threads {
            self.mysql_starts(key, at);
        } else {
            server.waiting.push_back(key);
            self.calls[key].work = Work::Statement { has_thread: false };
        }
    }

    /// A thread takes a statement.
    #[inline(always)]
    fn mysql_starts(&mut self, key: CallKey, at: usize) {
        let call = &mut self.calls[key];
        call.work = Work::Statement { has_thread: true };
        let (process, has_waited) = (call.callee, call.since < self.now);
        if has_waited {
            self.mark(key, Place::Process(process), Decision::WaitedForThread);
        }
        let time = self.service_time(self.settings.mysql.service_us, process);
        let server = &mut self.cluster.servers[at];
        server.running += 1;
        server.counters.worked += time;
        self.plan_work_fast(time, Step::Finished.by(Tier::Mysqld, key));
    }

    /// A statement has run.
    #[inline(always)]
    pub(super) fn mysql_executed(&mut self, key: CallKey, at: usize) {
        let Call { callee: process, ask, visit, .. } = self.calls[key];
        match ask {
            Ask::Query { write: true } if self.cluster.servers[at].read_only => {
                self.mysql_denies(key, DbError::ReadOnly);
            }
            Ask::Query { write: true } => {
                let id = visit.and_then(|visit| self.visits.get(visit)).map_or(0, |visit| visit.id);
                let stored = self.store_row(at as u16, id);
                let row = stored.row.id;
                // An attempt that was given up stores a row, too, but nobody is ever told of it.
                if self.is_awaited(key)
                    && let Some(visit) = visit.and_then(|visit| self.visits.get_mut(visit))
                {
                    visit.stored = Some(stored);
                }
                self.mark(key, Place::Process(process), Decision::StoredRow { row });
                if self.waits_for_replica(at as u16, Waiter::Call(key, row), stored.position) {
                    return;
                }
                self.answer(key, Reply::Done(Cause::Stored { row }));
            }
            _ => {
                let before = visit.and_then(|visit| self.visits.get(visit)).map_or(0, |v| v.acknowledged_before);
                let missed = self.cluster.missed(at as u16, before);
                let server = &mut self.cluster.servers[at];
                server.counters.reads += 1;
                let newest = server.table.last_id();
                self.mark_fast(key, Place::Process(process), Decision::ReadRows { newest, missed });
                self.answer_fast(key, Reply::Done(Cause::Rows { newest, missed }));
            }
        }
        self.cluster.servers[at].running -= 1;
        if !self.cluster.servers[at].waiting.is_empty() {
            self.start_statements(at);
        }
    }

    #[cold]
    fn mysql_denies(&mut self, key: CallKey, error: DbError) {
        let process = self.calls[key].callee;
        let at = self.tier(process);
        self.cluster.servers[at].counters.errors += 1;
        self.mark(key, Place::Process(process), Decision::Denied(error));
        self.answer(key, Reply::Failed(error));
    }

    /// Commits the row of a visit.
    fn store_row(&mut self, at: u16, visit: u64) -> Stored {
        let gtid = self.next_gtid(at);
        let row = Row { id: self.cluster.servers[usize::from(at)].table.next_id(), visit, gtid };
        let (changes, committed, acknowledged, written_off) = (None, self.now, false, false);
        self.commit(at, Transaction { row, changes, committed, acknowledged, written_off })
    }

    /// The identity of the next transaction of a server.
    fn next_gtid(&self, at: u16) -> Gtid {
        let server = &self.cluster.servers[usize::from(at)];
        Gtid { origin: at, uuid: server.uuid, number: server.executed.last_of(at, server.uuid) + 1 }
    }

    /// Commits a transaction and sends it to the replicas.
    fn commit(&mut self, at: u16, transaction: Transaction) -> Stored {
        let server = &mut self.cluster.servers[usize::from(at)];
        let (row, position) = (transaction.row, server.binlog.end());
        server.mixed |= server.source.is_some();
        server.execute(transaction);
        server.counters.writes += 1;
        self.send_binlog(at);
        Stored { row, position, committed: self.now }
    }

    /// Lets free threads take waiting statements, oldest first.
    #[inline(never)]
    pub(super) fn start_statements(&mut self, at: usize) {
        while self.cluster.servers[at].running < self.settings.mysql.threads {
            let Some(next) = self.cluster.servers[at].waiting.pop_front() else {
                return;
            };
            if self.calls.contains_key(next) {
                self.mysql_starts(next, at);
            }
        }
    }
}
