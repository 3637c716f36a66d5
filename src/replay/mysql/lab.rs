//! The two servers of a recording, their clients, and the texts that the engine does not keep.

use std::collections::BTreeMap;

use serde_json::Value;

use super::errors;
use super::setup::{SERVERS, Setup, setup};
use super::steps::PATIENCE_MS;
use crate::replay::Problem;
use crate::sim::mysql::{Answer, Change, ConnectError, SessionId, SqlError, Statement};
use crate::sim::{Micros, SimTime, World};

/// The client program waits so long for a server that accepts and says nothing.
const CONNECT_TIMEOUT_MS: u64 = 3_000;

pub(super) struct Lab {
    pub world: World,
    pub hosts: [String; 2],
    pub ports: [String; 2],
    /// Whether each server comes up read-only.
    pub read_only: [bool; 2],
    /// Transactions that the setup logged, and their bytes.
    pub logged: u64,
    pub setup_bytes: u64,
    /// Position of the first transaction of each server's second, third, … binlog file.
    pub restarts: [Vec<u64>; 2],
    /// Whether `RESET SLAVE` made the replica forget where it was, and it has not been started since.
    pub forgot_position: bool,
    /// What `CHANGE MASTER TO` sets once the server has accepted it, in ms.
    pub next_delay: Option<u32>,
    /// When the last write was answered.
    pub last_write: SimTime,
    /// Open sessions by server and name.
    pub sessions: BTreeMap<(u16, String), SessionId>,
    /// What each edit stored, by its number from 1: the text, and the index of its statement.
    edits: Vec<(String, usize)>,
    statements: Vec<String>,
}

/// How a statement came out.
pub(super) enum Outcome {
    Answer(Answer),
    /// What the recordings have as `result`.
    Result(Value),
}

impl Lab {
    pub(super) fn new(recorded: &Value) -> Result<Self, Problem> {
        let Setup { world, hosts, ports, read_only, set_read_only, logged, setup_bytes } = setup(recorded)?;
        let mut lab = Self {
            world,
            hosts,
            ports,
            read_only,
            logged,
            setup_bytes,
            restarts: [const { Vec::new() }; 2],
            forgot_position: false,
            next_delay: None,
            last_write: SimTime::ZERO,
            sessions: BTreeMap::new(),
            edits: Vec::new(),
            statements: Vec::new(),
        };
        for at in 0..SERVERS.len() {
            lab.world.configure_read_only(at as u16, read_only[at] || set_read_only[at]);
            lab.world.replicate_from_applied(at as u16);
        }
        Ok(lab)
    }

    /// Notes what a statement is about to store, and gives it a number.
    pub(super) fn note(&mut self, text: &str, statement: &str) -> u64 {
        if self.statements.last().is_none_or(|last| last != statement) {
            self.statements.push(statement.to_owned());
        }
        self.edits.push((text.to_owned(), self.statements.len() - 1));
        self.edits.len() as u64
    }

    /// The next statement is another, even if it has the same words.
    pub(super) fn next_statement(&mut self) {
        self.statements.push(String::new());
    }

    /// The text that a number stands for.
    pub(super) fn text(&self, visit: u64) -> &str {
        let place = usize::try_from(visit).ok().and_then(|visit| visit.checked_sub(1));
        place.and_then(|place| self.edits.get(place)).map_or("", |(text, _)| text)
    }

    pub(super) fn text_of(&self, change: &Change) -> &str {
        self.text(change.row().visit)
    }

    /// The statement that made a change.
    pub(super) fn statement(&self, change: &Change) -> &str {
        let place = usize::try_from(change.row().visit).ok().and_then(|visit| visit.checked_sub(1));
        place.and_then(|place| self.edits.get(place)).map_or("", |(_, statement)| &self.statements[*statement])
    }

    /// The session of a client, connected now if it was not: with whether it was.
    pub(super) fn connect(&mut self, at: u16, name: &str, admin: bool) -> Result<(SessionId, bool), ConnectError> {
        let key = (at, name.to_owned());
        if let Some(session) = self.sessions.get(&key).copied()
            && self.world.awaits_answer(session)
        {
            // A client has to see the end of what it sent in the background first.
            let patience = self.world.now() + Micros::from_millis(PATIENCE_MS);
            if self.wait(session, patience).is_none() {
                self.give_up(session);
            }
        }
        if let Some(session) = self.sessions.get(&key).copied()
            && matches!(self.world.session_answer(session), Some(Err(SqlError::Lost)))
        {
            self.give_up(session);
        }
        if let Some(session) = self.sessions.get(&key) {
            return Ok((*session, true));
        }
        let session = self.world.open_session(at, admin)?;
        self.sessions.insert(key, session);
        Ok((session, false))
    }

    /// What a client gets that cannot connect, after the time that it takes to get it.
    pub(super) fn no_connection(&mut self, at: u16, error: ConnectError, limit_ms: u64) -> Value {
        if matches!(error, ConnectError::NoGreeting | ConnectError::Unreachable) {
            self.pass(Micros::from_millis(CONNECT_TIMEOUT_MS.min(limit_ms)));
            if limit_ms < CONNECT_TIMEOUT_MS {
                return serde_json::json!({ "no_answer_after_ms": limit_ms });
            }
        }
        errors::of_connection(error, &self.hosts[usize::from(at)])
    }

    /// Sends a statement and waits for its answer, at most until `deadline`.
    pub(super) fn ask(&mut self, session: SessionId, statement: Statement, deadline: SimTime) -> Option<Outcome> {
        self.world.send_statement(session, statement);
        self.wait(session, deadline)
    }

    /// Waits for the answer to what a session has sent.
    pub(super) fn wait(&mut self, session: SessionId, deadline: SimTime) -> Option<Outcome> {
        loop {
            if let Some(answer) = self.world.session_answer(session).cloned() {
                return Some(match answer {
                    Ok(answer) => Outcome::Answer(answer),
                    Err(error) => {
                        if error == SqlError::Lost {
                            self.give_up(session);
                        }
                        Outcome::Result(errors::of_statement(error))
                    }
                });
            }
            if self.world.next_event_at().is_none_or(|at| at > deadline) {
                self.world.run_until(deadline);
                return None;
            }
            self.world.step();
        }
    }

    /// The client gives up, and with it its connection.
    pub(super) fn give_up(&mut self, session: SessionId) {
        self.world.close_session(session);
        self.sessions.retain(|_, known| *known != session);
    }

    pub(super) fn pass(&mut self, time: Micros) {
        let until = self.world.now() + time;
        self.world.run_until(until);
    }
}
