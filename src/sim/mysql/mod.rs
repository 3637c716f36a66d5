//! MySQL: one primary and any number of replicas, with real rows, binlogs and asynchronous replication.
//!
//! Behaviour as recorded in `goldens/mysql`; where MySQL 8 and MariaDB differ in names, MySQL 8's are used.

mod data;
mod failover;
mod replication;

use std::collections::VecDeque;

pub use data::{Binlog, Gtid, GtidSet, MAX_ROWS, MAX_TRANSACTIONS, Row, Table, Transaction};
pub use failover::Promotion;
pub use replication::{Io, ReplicaStatus, WhyRefused};

use super::call::{Ask, CallKey, Reply, Work};
use super::ids::ProcessId;
use super::outcome::{Cause, DbError};
use super::time::SimTime;
use super::topology::Role;
use super::trace::{Decision, Place};
use super::wiring::Wiring;
use super::world::{Action, World};

/// Acknowledged writes that are remembered to tell stale reads.
const MAX_ACKNOWLEDGED: usize = 4_096;

/// All MySQL servers, and what the application's configuration says about them.
#[derive(Clone, Debug)]
pub struct Cluster {
    /// The servers, in the topology's order.
    pub servers: Vec<Server>,
    /// Where the application writes.
    pub primary: Option<u16>,
    /// Where the application reads, in turn; the primary if empty.
    pub readers: Vec<u16>,
    /// The last promotions, newest last.
    pub promotions: VecDeque<Promotion>,
    /// Transactions of acknowledged writes, oldest first; none where it has been lost since.
    acknowledged: VecDeque<Option<Gtid>>,
    forgotten: u64,
}

/// One MySQL server.
#[derive(Clone, Debug)]
pub struct Server {
    /// Its process.
    pub process: ProcessId,
    /// The server that it replicates from.
    pub source: Option<u16>,
    /// `super_read_only`.
    pub read_only: bool,
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
    /// Position in the source's binlog that it asks for next.
    pub next_position: u64,
    /// Statements that run.
    pub running: u32,
    /// Statements that wait for a thread, oldest first.
    pub waiting: VecDeque<CallKey>,
    /// Which of its UUIDs it has now, from 0.
    uuid: u16,
    /// Statements since it started.
    pub counters: MysqlCounters,
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
}

impl Cluster {
    /// The servers of a topology, empty and caught up.
    pub(super) fn new(wiring: &Wiring) -> Self {
        let processes = wiring.with_role(|r| matches!(r, Role::Mysqld { .. }));
        let index = |name: &String| processes.iter().position(|p| &wiring.process(*p).full_name == name);
        let servers: Vec<Server> = processes
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
        let (promotions, acknowledged) = (VecDeque::new(), VecDeque::new());
        Self { servers, primary, readers, promotions, acknowledged, forgotten: 0 }
    }

    /// Number of writes that visitors have been told of.
    #[must_use]
    pub fn acknowledged(&self) -> u64 {
        self.forgotten + self.acknowledged.len() as u64
    }

    /// How many of the first `before` acknowledged writes `server` does not show.
    fn missed(&self, server: u16, before: u64) -> u32 {
        let asked = &self.servers[usize::from(server)];
        let all = self.primary.map(|primary| &self.servers[usize::from(primary)].executed);
        if self.primary == Some(server) || all == Some(&asked.executed) {
            return 0;
        }
        let known = usize::try_from(before.saturating_sub(self.forgotten)).unwrap_or(0);
        let missing = |gtid: &&Option<Gtid>| gtid.is_some_and(|gtid| !asked.executed.contains(gtid));
        self.acknowledged.iter().take(known).filter(missing).count() as u32
    }
}

impl Server {
    fn new(process: ProcessId, source: Option<u16>) -> Self {
        Self {
            process,
            source,
            read_only: source.is_some(),
            table: Table::default(),
            binlog: Binlog::default(),
            relay: VecDeque::new(),
            executed: GtidSet::default(),
            io: if source.is_some() { Io::Running } else { Io::Off },
            next_position: 0,
            running: 0,
            waiting: VecDeque::new(),
            uuid: 0,
            counters: MysqlCounters::default(),
            tickets: replication::Tickets::default(),
            applying: false,
        }
    }

    /// Carries a transaction out.
    fn execute(&mut self, transaction: Transaction) {
        self.executed.add(transaction.row.gtid);
        self.table.insert(transaction.row);
        self.binlog.push(transaction);
    }
}

impl World {
    pub(super) fn mysql_gets(&mut self, key: CallKey) {
        let process = self.calls[key].callee;
        let at = self.tier(process);
        let (threads, connections) = (self.settings.mysql.threads, self.settings.mysql.max_connections);
        let server = &mut self.cluster.servers[at];
        if u64::from(server.running) + server.waiting.len() as u64 >= connections.into() {
            return self.mysql_denies(key, DbError::TooManyConnections);
        }
        self.calls[key].work = Work::Statement { has_thread: false };
        if server.running < threads {
            self.mysql_starts(key);
        } else {
            server.waiting.push_back(key);
        }
    }

    /// A thread takes a statement.
    fn mysql_starts(&mut self, key: CallKey) {
        let process = self.calls[key].callee;
        let at = self.tier(process);
        if self.calls[key].since < self.now {
            self.mark(key, Place::Process(process), Decision::WaitedForThread);
        }
        self.cluster.servers[at].running += 1;
        self.calls[key].work = Work::Statement { has_thread: true };
        let time = self.service_time(self.settings.mysql.service_us, process);
        self.plan_work(time, Action::Finished(key));
    }

    /// A statement has run.
    pub(super) fn mysql_executed(&mut self, key: CallKey) {
        let (process, ask, visit) = (self.calls[key].callee, self.calls[key].ask, self.calls[key].visit);
        let at = self.tier(process);
        match ask {
            Ask::Query { write: true } if self.cluster.servers[at].read_only => {
                self.mysql_denies(key, DbError::ReadOnly);
            }
            Ask::Query { write: true } => {
                let id = visit.and_then(|visit| self.visits.get(visit)).map_or(0, |visit| visit.id);
                let stored = self.commit(at as u16, id);
                let row = stored.row.id;
                if let Some(visit) = visit.and_then(|visit| self.visits.get_mut(visit)) {
                    visit.notes.stored = Some(stored);
                }
                self.mark(key, Place::Process(process), Decision::StoredRow { row });
                self.answer(key, Reply::Done(Cause::Stored { row }));
            }
            _ => {
                let before = visit.and_then(|visit| self.visits.get(visit)).map_or(0, |v| v.acknowledged_before);
                let missed = self.cluster.missed(at as u16, before);
                let server = &mut self.cluster.servers[at];
                server.counters.reads += 1;
                let newest = server.table.last_id();
                self.mark(key, Place::Process(process), Decision::ReadRows { newest, missed });
                self.answer(key, Reply::Done(Cause::Rows { newest, missed }));
            }
        }
        self.cluster.servers[at].running -= 1;
        self.start_statements(at);
    }

    fn mysql_denies(&mut self, key: CallKey, error: DbError) {
        let process = self.calls[key].callee;
        let at = self.tier(process);
        self.cluster.servers[at].counters.errors += 1;
        self.mark(key, Place::Process(process), Decision::Denied(error));
        self.answer(key, Reply::Failed(error));
    }

    /// Commits one row and sends it to the replicas.
    fn commit(&mut self, at: u16, visit: u64) -> Stored {
        let server = &mut self.cluster.servers[usize::from(at)];
        let (uuid, number) = (server.uuid, server.executed.last_of(at, server.uuid) + 1);
        let gtid = Gtid { origin: at, uuid, number };
        let row = Row { id: server.table.next_id(), visit, gtid };
        let position = server.binlog.end();
        server.execute(Transaction { row, committed: self.now, acknowledged: false });
        server.counters.writes += 1;
        self.send_binlog(at);
        Stored { row, position, committed: self.now }
    }

    /// Lets free threads take waiting statements, oldest first.
    pub(super) fn start_statements(&mut self, at: usize) {
        while self.cluster.servers[at].running < self.settings.mysql.threads {
            let Some(next) = self.cluster.servers[at].waiting.pop_front() else {
                return;
            };
            if self.calls.contains_key(next) {
                self.mysql_starts(next);
            }
        }
    }
}
