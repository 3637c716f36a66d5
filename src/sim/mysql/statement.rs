//! What a session can ask of its server, and how the server carries it out.

use std::sync::Arc;

use super::semi_sync::Waiter;
use super::session::{Open, SessionId, State};
use super::{Change, Gtid, Row, Thread, Transaction};
use crate::time::Micros;
use crate::world::{Action, World};

/// A statement, as far as this database has any.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Statement {
    /// One that touches no rows: `SELECT 1`, `SET SESSION …`.
    Nothing,
    /// `BEGIN`.
    Begin,
    /// `COMMIT`.
    Commit,
    /// `ROLLBACK`.
    Rollback,
    /// `SELECT` of rows: the answer has all that the session sees.
    Read,
    /// `INSERT`, `UPDATE` or `DELETE`.
    Write {
        /// Rows to lock before anything is changed, by id.
        lock: Vec<u32>,
        /// What to do with each row, in order.
        edits: Vec<Edit>,
    },
    /// A statement that changes no rows but is logged: `CREATE TABLE`. It commits what is open.
    Define,
    /// `SET SESSION innodb_lock_wait_timeout`, in seconds.
    LockWaitTimeout(u32),
    /// `SET GLOBAL read_only`.
    ReadOnly(bool),
    /// `START REPLICA` and `STOP REPLICA`.
    Replication {
        /// Which threads.
        thread: Thread,
        /// Start or stop.
        run: bool,
    },
    /// `CHANGE REPLICATION SOURCE TO`, without starting.
    Source {
        /// The server to follow; the present one if absent.
        source: Option<u16>,
        /// Where to begin; as before if absent.
        position: Option<Position>,
    },
    /// `RESET REPLICA` (what was received is thrown away), with `ALL` (it is no replica any more).
    Reset {
        /// `ALL`.
        all: bool,
    },
}

/// Where a replica begins in its source's binlog.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Position {
    /// `SOURCE_AUTO_POSITION`: after all that it has carried out, own transactions included (MariaDB: `current_pos`).
    #[default]
    Executed,
    /// After the last transaction that it has applied as a replica (MariaDB: `slave_pos`).
    Applied,
}

/// What a write does to one row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Edit {
    /// A new row, with the next id unless one is given.
    Insert {
        /// Its id.
        id: Option<u32>,
        /// Who stores it.
        visit: u64,
    },
    /// Another text for a row, if it is still there.
    Update {
        /// Its id.
        id: u32,
        /// Who changes it.
        visit: u64,
    },
    /// The row goes, if it is still there.
    Delete {
        /// Its id.
        id: u32,
        /// Who deletes it.
        visit: u64,
    },
}

/// What a statement gets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// OK.
    Done,
    /// The rows that the session sees, in order of their ids.
    Rows(Vec<Row>),
}

/// What a statement gets instead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SqlError {
    /// 2013: the server is gone.
    Lost,
    /// 1290: `read_only`.
    ReadOnly,
    /// 1062: a row with this id is there already.
    Duplicate(u32),
    /// 1205: another transaction has held a row for too long.
    LockWaitTimeout,
    /// 1213: two transactions wait for each other, and this one was rolled back.
    Deadlock,
    /// 1198 (MySQL: 3081): first stop the replica's threads.
    ReplicaRuns,
    /// 1200: the server is no replica.
    NoReplica,
}

impl World {
    /// A statement has reached its server, or has waited too long for a lock.
    pub(crate) fn session_goes_on(&mut self, session: SessionId, life: u32) {
        if self.cluster.sessions[session as usize].life != life {
            return;
        }
        match self.cluster.sessions[session as usize].state.clone() {
            State::Sent(statement) => self.run_statement(session, statement),
            State::Waiting { .. } => self.reply(session, Err(SqlError::LockWaitTimeout)),
            State::Closed | State::Lost | State::Idle | State::Committing => {}
        }
    }

    /// The statement of a session is over.
    pub(super) fn reply(&mut self, session: SessionId, answer: Result<Answer, SqlError>) {
        let known = &mut self.cluster.sessions[session as usize];
        known.answer = Some(answer);
        known.state = State::Idle;
        known.life += 1;
        if known.abandoned {
            self.end_session(session);
        }
    }

    /// The commit of a session need not wait any more.
    pub(super) fn committed(&mut self, session: SessionId) {
        if matches!(self.cluster.sessions[session as usize].state, State::Committing) {
            self.reply(session, Ok(Answer::Done));
        }
    }

    pub(super) fn run_statement(&mut self, session: SessionId, statement: Statement) {
        let at = self.cluster.sessions[session as usize].server;
        match statement {
            Statement::Nothing => self.reply(session, Ok(Answer::Done)),
            Statement::LockWaitTimeout(seconds) => {
                self.cluster.sessions[session as usize].lock_wait_timeout_s = seconds;
                self.reply(session, Ok(Answer::Done));
            }
            Statement::Begin => {
                // What is open is committed first.
                if !self.commit_open(session) {
                    self.reply(session, Ok(Answer::Done));
                }
                self.cluster.sessions[session as usize].open = Some(Open::default());
            }
            Statement::Commit => {
                if !self.commit_open(session) {
                    self.reply(session, Ok(Answer::Done));
                }
            }
            Statement::Rollback => {
                self.reply(session, Ok(Answer::Done));
                self.roll_back(session);
            }
            Statement::Read => {
                let rows = self.visible_rows(session);
                self.reply(session, Ok(Answer::Rows(rows)));
            }
            Statement::Write { .. } | Statement::Define if self.is_read_only_for(session) => {
                self.reply(session, Err(SqlError::ReadOnly));
            }
            Statement::Write { lock, edits } => self.write(session, lock, edits),
            Statement::Define => {
                self.commit_open(session);
                self.commit_changes(session, Vec::new());
            }
            Statement::ReadOnly(on) => {
                self.cluster.servers[usize::from(at)].read_only = on;
                self.reply(session, Ok(Answer::Done));
            }
            Statement::Replication { thread, run } => {
                let answer = self.threads_of_replica(at, thread, run);
                self.reply(session, answer);
            }
            Statement::Source { source, position } => {
                let answer = self.change_source(at, source, position);
                self.reply(session, answer);
            }
            Statement::Reset { all } => {
                let answer = self.reset_replica(at, all);
                self.reply(session, answer);
            }
        }
    }

    fn is_read_only_for(&self, session: SessionId) -> bool {
        let session = &self.cluster.sessions[session as usize];
        !session.admin && self.cluster.servers[usize::from(session.server)].read_only
    }

    /// Locks the rows, then changes them; commits unless a transaction is open.
    fn write(&mut self, session: SessionId, lock: Vec<u32>, edits: Vec<Edit>) {
        if let Some(holder) = self.holder_of_any(session, &lock) {
            return self.wait_for(session, holder, Statement::Write { lock, edits });
        }
        let known = &self.cluster.sessions[session as usize];
        let mut changes = known.open.as_ref().map_or_else(Vec::new, |open| open.changes.clone());
        let before = changes.len();
        for edit in edits {
            match self.change(session, edit, &changes) {
                Ok(change) => changes.extend(change),
                // The whole statement is undone, the transaction is not.
                Err(error) => return self.reply(session, Err(error)),
            }
        }
        let new = changes.split_off(before);
        let written = new.iter().map(|change| change.row().id);
        if let Some(open) = &mut self.cluster.sessions[session as usize].open {
            open.locked.extend(lock.into_iter().chain(written));
            open.changes.append(&mut changes);
            open.changes.extend(new);
            self.reply(session, Ok(Answer::Done));
        } else if new.is_empty() {
            self.reply(session, Ok(Answer::Done));
        } else {
            self.commit_changes(session, new);
        }
    }

    /// What an edit comes to, given what the transaction has changed before.
    fn change(&mut self, session: SessionId, edit: Edit, before: &[Change]) -> Result<Option<Change>, SqlError> {
        let at = self.cluster.sessions[session as usize].server;
        let now = self.now;
        let server = &mut self.cluster.servers[usize::from(at)];
        let row = |id, visit| Row { id, visit, gtid: Gtid { origin: at, uuid: 0, number: 0 } };
        let touched = |id: u32| {
            let last = before.iter().rev().find(|change| change.row().id == id);
            last.map(|change| !matches!(change, Change::Delete(_)))
        };
        let holds = |server: &super::Server, id| touched(id).unwrap_or_else(|| server.table.holds(id));
        match edit {
            Edit::Insert { id: None, visit } => Ok(Some(Change::Insert(row(server.take_id(now), visit)))),
            Edit::Insert { id: Some(id), .. } if holds(server, id) => Err(SqlError::Duplicate(id)),
            Edit::Insert { id: Some(id), visit } => Ok(Some(Change::Insert(row(id, visit)))),
            Edit::Update { id, visit } => Ok(holds(server, id).then(|| Change::Update(row(id, visit)))),
            Edit::Delete { id, visit } => Ok(holds(server, id).then(|| Change::Delete(row(id, visit)))),
        }
    }

    /// Commits a session's open transaction and answers; false if there was nothing to commit.
    fn commit_open(&mut self, session: SessionId) -> bool {
        let Some(open) = self.cluster.sessions[session as usize].open.take() else {
            return false;
        };
        let wrote = !open.changes.is_empty();
        if wrote {
            self.commit_changes(session, open.changes);
        }
        self.locks_freed(session);
        wrote
    }

    fn commit_changes(&mut self, session: SessionId, mut changes: Vec<Change>) {
        let at = self.cluster.sessions[session as usize].server;
        let gtid = self.next_gtid(at);
        for change in &mut changes {
            let (Change::Insert(row) | Change::Update(row) | Change::Delete(row) | Change::Truncate(row)) = change;
            row.gtid = gtid;
        }
        let first = changes.first().map(|change| *change.row());
        let plain = matches!(changes[..], [Change::Insert(_)]);
        let transaction = Transaction {
            row: first.unwrap_or(Row { id: 0, visit: 0, gtid }),
            changes: (!plain).then(|| Arc::from(changes)),
            committed: self.now,
            acknowledged: false,
            written_off: false,
        };
        let stored = self.commit(at, transaction);
        self.cluster.sessions[session as usize].state = State::Committing;
        if !self.waits_for_replica(at, Waiter::Session(session), stored.position) {
            self.committed(session);
        }
    }

    /// Waits for a lock, at most `innodb_lock_wait_timeout`; unless the holder waits for this session.
    fn wait_for(&mut self, session: SessionId, holder: SessionId, statement: Statement) {
        let since = self.now;
        let known = &mut self.cluster.sessions[session as usize];
        known.state = State::Waiting { statement, holder, since };
        known.life += 1;
        let (life, seconds) = (known.life, known.lock_wait_timeout_s);
        if let Some(victim) = self.deadlock(session) {
            self.reply(victim, Err(SqlError::Deadlock));
            return self.roll_back(victim);
        }
        self.plan(Micros::from_secs(seconds.into()), Action::Session { session, life });
    }
}
