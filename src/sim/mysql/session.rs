//! Clients of MySQL other than the application: an operator's shell, or any program with a connection of its own.
//!
//! A session keeps its connection from statement to statement, can hold a transaction open, waits for locks, and is lost
//! with its server. The application of the page opens a connection for each request instead.

use super::statement::{Answer, SqlError, Statement};
use super::{Change, Cluster, Row};
use crate::ids::ProcessId;
use crate::parts::Condition;
use crate::time::{Micros, SimTime};
use crate::world::{Action, World};

/// Place of a session in the list of sessions.
pub type SessionId = u32;

/// Why a client could not connect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConnectError {
    /// 2002 (or 2003), errno 111: the port is closed.
    Refused,
    /// Nothing comes back: no power, or no way there.
    Unreachable,
    /// The kernel accepts, but the server says nothing: it hangs.
    NoGreeting,
    /// 1040: `max_connections` reached.
    TooManyConnections,
}

/// One connection of a client, with what the server knows of it.
#[derive(Clone, Debug)]
pub(super) struct Session {
    pub server: u16,
    pub admin: bool,
    pub state: State,
    /// The open transaction.
    pub open: Option<Open>,
    pub answer: Option<Result<Answer, SqlError>>,
    /// Nobody waits for answers any more.
    pub abandoned: bool,
    /// Makes planned events of an earlier statement void.
    pub life: u32,
    /// `innodb_lock_wait_timeout` in seconds.
    pub lock_wait_timeout_s: u32,
}

/// What a session does.
#[derive(Clone, Debug)]
pub(super) enum State {
    /// The connection is closed; the place may be used again.
    Closed,
    /// The server is gone, the client has not closed yet.
    Lost,
    /// Between two statements.
    Idle,
    /// A statement is on its way to the server.
    Sent(Statement),
    /// A statement waits for a lock that another session holds.
    Waiting { statement: Statement, holder: SessionId, since: SimTime },
    /// A commit waits for a replica.
    Committing,
}

/// An open transaction.
#[derive(Clone, Debug, Default)]
pub(super) struct Open {
    /// What it has changed.
    pub changes: Vec<Change>,
    /// Rows that it has locked, by id.
    pub locked: Vec<u32>,
    /// The rows as they were when it first read (REPEATABLE READ).
    pub snapshot: Option<Vec<Row>>,
}

impl Cluster {
    /// The process that a session is connected to.
    pub(crate) fn server_of(&self, session: SessionId) -> ProcessId {
        self.servers[usize::from(self.sessions[session as usize].server)].process
    }

    /// Counts the connections to each server that are not the application's: sessions, and receivers of replicas, those
    /// included that have left without the source's notice.
    pub(super) fn recount_connections(&mut self) {
        for at in 0..self.servers.len() {
            let mine = |session: &&Session| usize::from(session.server) == at && session.is_connected();
            let receives = |server: &&super::Server| {
                let source = if server.io == super::Io::Running { server.source } else { server.lingers_at };
                source.is_some_and(|source| usize::from(source) == at)
            };
            let clients = self.sessions.iter().filter(mine).count() + self.servers.iter().filter(receives).count();
            self.servers[at].others = clients as u32;
        }
    }
}

impl Session {
    pub(super) const fn is_connected(&self) -> bool {
        !matches!(self.state, State::Closed | State::Lost)
    }
}

impl World {
    /// Connects a client to a server. An administrator is bound neither by `read_only` nor, for one connection more, by
    /// `max_connections`.
    ///
    /// # Errors
    /// What the client gets instead, at once or after its own time-out.
    pub fn open_session(&mut self, at: u16, admin: bool) -> Result<SessionId, ConnectError> {
        let server = &self.cluster.servers[usize::from(at)];
        match self.parts.condition(server.process) {
            Condition::Down if self.parts.has_power(server.process) => return Err(ConnectError::Refused),
            Condition::Down => return Err(ConnectError::Unreachable),
            Condition::Hung => return Err(ConnectError::NoGreeting),
            Condition::Up => {}
        }
        let limit = u64::from(self.settings.mysql.max_connections) + u64::from(admin);
        if server.connections() >= limit {
            return Err(ConnectError::TooManyConnections);
        }
        let sessions = &mut self.cluster.sessions;
        let free = sessions.iter().position(|session| matches!(session.state, State::Closed));
        let place = free.unwrap_or(sessions.len());
        let life = free.map_or(0, |free| sessions[free].life + 1);
        let session = Session {
            server: at,
            admin,
            state: State::Idle,
            open: None,
            answer: None,
            abandoned: false,
            life,
            lock_wait_timeout_s: 50,
        };
        if place == sessions.len() {
            sessions.push(session)
        } else {
            sessions[place] = session
        }
        self.cluster.recount_connections();
        Ok(place as SessionId)
    }

    /// Sends a statement. Its answer comes in the course of time: [`World::session_answer`]. A client that hears that its
    /// server is gone closes the session.
    ///
    /// # Panics
    /// If the session has not had the answer to its last statement yet.
    pub fn send_statement(&mut self, session: SessionId, statement: Statement) {
        let time = Micros(self.settings.mysql.service_us.into());
        let known = &mut self.cluster.sessions[session as usize];
        known.answer = None;
        match known.state {
            State::Idle => {}
            State::Lost => {
                known.answer = Some(Err(SqlError::Lost));
                return;
            }
            _ => panic!("a session has one statement at a time"),
        }
        known.state = State::Sent(statement);
        known.life += 1;
        let life = known.life;
        let process = self.cluster.servers[usize::from(known.server)].process;
        let time = time.times(self.parts.slowdown(process));
        self.plan(time, Action::Session { session, life });
    }

    /// Whether a session still waits for the answer to its last statement.
    #[must_use]
    pub fn awaits_answer(&self, session: SessionId) -> bool {
        let state = self.cluster.sessions.get(session as usize).map(|session| &session.state);
        matches!(state, Some(State::Sent(_) | State::Waiting { .. } | State::Committing))
    }

    /// The answer to a session's last statement, once it is there.
    #[must_use]
    pub fn session_answer(&self, session: SessionId) -> Option<&Result<Answer, SqlError>> {
        self.cluster.sessions.get(session as usize)?.answer.as_ref()
    }

    /// The client closes its connection, or gives up: what the server is at, it brings to an end for nobody.
    pub fn close_session(&mut self, session: SessionId) {
        let Some(known) = self.cluster.sessions.get_mut(session as usize) else {
            return;
        };
        known.abandoned = true;
        match known.state {
            State::Closed => {}
            State::Lost => known.state = State::Closed,
            State::Idle => self.end_session(session),
            State::Sent(_) | State::Waiting { .. } | State::Committing => {}
        }
    }

    /// What a server does at its end if it is told in time: everything goes to the disk. Then it is gone.
    pub fn prepare_shutdown(&mut self, at: u16) {
        self.cluster.servers[usize::from(at)].unsaved_ids = None;
    }

    /// What a server reads from its configuration when it starts: `read_only`.
    pub fn configure_read_only(&mut self, at: u16, on: bool) {
        self.cluster.servers[usize::from(at)].read_only = on;
    }

    /// Lets a server begin after the last transaction that it has applied as a replica, whatever it wrote itself.
    pub fn replicate_from_applied(&mut self, at: u16) {
        self.cluster.servers[usize::from(at)].position = super::Position::Applied;
    }

    /// The server is done with a session: its open transaction is rolled back.
    pub(super) fn end_session(&mut self, session: SessionId) {
        self.cluster.sessions[session as usize].state = State::Closed;
        self.cluster.recount_connections();
        self.roll_back(session);
    }

    /// A server is gone, and all its sessions with it. Their open transactions were never stored.
    pub(crate) fn sessions_die(&mut self, at: u16) {
        self.cluster.servers[usize::from(at)].crash(self.now);
        for server in self.cluster.servers.iter_mut().filter(|server| server.lingers_at == Some(at)) {
            server.lingers_at = None;
        }
        for session in self.cluster.sessions.iter_mut().filter(|session| session.server == at) {
            if !session.is_connected() {
                continue;
            }
            let waits = !matches!(session.state, State::Idle);
            session.state = if session.abandoned { State::Closed } else { State::Lost };
            session.answer = waits.then_some(Err(SqlError::Lost));
            session.open = None;
            session.life += 1;
        }
        self.cluster.recount_connections();
    }
}
