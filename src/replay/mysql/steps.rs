//! What a step of a recording does.

use serde_json::{Map, Value, json};

use super::lab::{Lab, Outcome};
use super::setup::{PARTS, SERVERS};
use crate::replay::Problem;
use crate::sim::mysql::{Answer, Io, Statement};
use crate::sim::{Command, Condition, Micros, SimTime};

/// Nobody waits longer than this for anything.
pub(super) const PATIENCE_MS: u64 = 180_000;
/// Time that it takes to connect to a server and to ask for its status.
const QUESTION: Micros = Micros(2_000);
/// So often somebody who waits looks again.
const LOOK_EVERY: Micros = Micros(10_000);
/// Time until everybody knows that a process is gone: its connections are closed at once.
const END: Micros = Micros(5_000);
/// Time that an orderly end takes.
const ORDERLY_END: Micros = Micros(500_000);
/// Time that a server takes to come up.
const START: Micros = Micros(500_000);

impl Lab {
    /// Does a step again, and tells it with what came of it now.
    pub(super) fn step(&mut self, step: &Value) -> Result<Value, Problem> {
        let mut told: Map<String, Value> = step.as_object().cloned().unwrap_or_default();
        for seen in ["result", "connection", "ms"] {
            // The time to wait is a part of the step; the time that a statement took is not.
            if !(seen == "ms" && told.get("step").is_some_and(|step| step == "wait_ms")) {
                told.remove(seen);
            }
        }
        let seen = self.perform(step)?;
        debug_assert_eq!(self.world.verify(), Ok(()), "{step}");
        told.extend(seen);
        Ok(Value::Object(told))
    }

    fn perform(&mut self, step: &Value) -> Result<Map<String, Value>, Problem> {
        let kind = step["step"].as_str().unwrap_or_default();
        let at = server(step)?;
        let part = || PARTS[usize::from(at)].to_owned();
        let fine = || json!({ "ok": true });
        let result = match kind {
            "kill" => self.end(at, END)?,
            // Signals to what does not run, or does already, change nothing.
            "freeze" if self.condition(at) == Condition::Down => fine(),
            "thaw" if self.condition(at) != Condition::Hung => fine(),
            "start" if self.condition(at) != Condition::Down => fine(),
            "freeze" => self.tell(&Command::Freeze { part: part() })?,
            "shut down" => {
                self.world.prepare_shutdown(at);
                self.end(at, ORDERLY_END)?
            }
            "thaw" => self.tell(&Command::Restore { part: part() })?,
            "start" => self.start(at)?,
            "wait_ms" => {
                let ms = step["ms"].as_u64().ok_or_else(|| Problem("ms: not a number".to_owned()))?;
                let since = if step["since"] == "write" { self.last_write } else { self.world.now() };
                self.world.run_until((since + Micros::from_millis(ms)).max(self.world.now()));
                fine()
            }
            "wait until caught up" => {
                self.wait_until(|lab| lab.is_caught_up());
                fine()
            }
            "replica status" => self.status(at),
            "wait for status" => {
                let until = step["until"].as_object().ok_or_else(|| Problem("until: no fields".to_owned()))?;
                let is_so = |lab: &Self| {
                    let status = lab.replica_status(at);
                    lab.is_up(at) && until.iter().all(|(field, wanted)| matches(&status[field], wanted))
                };
                self.wait_until(is_so);
                if is_so(self) { self.replica_status(at) } else { self.status(at) }
            }
            "wait for rows" => return self.wait_for_rows(at, step),
            "close session" => {
                if let Some(session) = self.sessions.remove(&(at, session_name(step))) {
                    self.world.close_session(session);
                }
                fine()
            }
            "answer" => return self.late_answer(at, step),
            _ if kind.starts_with("sql on ") => return self.sql(at, step),
            _ => return Err(Problem(format!("step: `{kind}` is unknown"))),
        };
        Ok(Map::from_iter([("result".to_owned(), result)]))
    }

    fn tell(&mut self, command: &Command) -> Result<Value, Problem> {
        self.world.apply(command).map_err(|error| Problem(error.to_string()))?;
        Ok(json!({ "ok": true }))
    }

    /// The process of a server ends, and whoever waits for that knows.
    fn end(&mut self, at: u16, takes: Micros) -> Result<Value, Problem> {
        let done = self.tell(&Command::Kill { part: PARTS[usize::from(at)].to_owned() })?;
        self.pass(takes);
        Ok(done)
    }

    /// Starts a server: it reads its options anew, begins a new binlog file, and asks again for what it had received.
    fn start(&mut self, at: u16) -> Result<Value, Problem> {
        let own = usize::from(at);
        self.restarts[own].push(self.world.cluster().servers[own].binlog.end());
        self.world.discard_relay_log(at);
        self.world.configure_read_only(at, self.read_only[own]);
        let done = self.tell(&Command::Restore { part: PARTS[own].to_owned() })?;
        self.pass(START);
        Ok(done)
    }

    fn condition(&self, at: u16) -> Condition {
        self.world.parts().condition(self.world.cluster().servers[usize::from(at)].process)
    }

    fn is_up(&self, at: u16) -> bool {
        self.condition(at) == Condition::Up
    }

    /// Lets time pass until something is so.
    fn wait_until(&mut self, is_so: impl Fn(&Self) -> bool) {
        let patience = self.world.now() + Micros::from_millis(PATIENCE_MS);
        self.pass(QUESTION);
        while !is_so(self) && self.world.now() < patience {
            self.pass(LOOK_EVERY);
        }
    }

    /// Whether the replica has carried out all that the primary has.
    fn is_caught_up(&self) -> bool {
        let [primary, replica] = [0, 1].map(|at| &self.world.cluster().servers[at]);
        primary.executed.is_within(&replica.executed)
    }

    /// What an administrator reads who asks a server for its status, on a connection of their own.
    fn status(&mut self, at: u16) -> Value {
        match self.world.open_session(at, true) {
            Ok(session) => {
                self.pass(QUESTION);
                self.world.close_session(session);
                self.replica_status(at)
            }
            Err(error) => self.no_connection(at, error, PATIENCE_MS),
        }
    }

    fn wait_for_rows(&mut self, at: u16, step: &Value) -> Result<Map<String, Value>, Problem> {
        let count = step["count"].as_u64().unwrap_or_default();
        let since = if step["since"] == "write" { self.last_write } else { self.world.now() };
        self.wait_until(|lab| lab.world.cluster().servers[usize::from(at)].table.count() >= count);
        let mut seen = self.sql(at, step)?;
        seen.remove("connection");
        let ms = self.world.now().since(since).0 / 1_000;
        seen.insert("ms".to_owned(), ms.into());
        Ok(seen)
    }

    /// The answer to a statement that was sent in the background.
    fn late_answer(&mut self, at: u16, step: &Value) -> Result<Map<String, Value>, Problem> {
        let name = session_name(step);
        let session = self.sessions.get(&(at, name)).copied();
        let session = session.ok_or_else(|| Problem("session: nothing was sent".to_owned()))?;
        let deadline = self.world.now() + Micros::from_millis(limit_ms(step));
        let result = match self.wait(session, deadline) {
            Some(Outcome::Answer(Answer::Done)) => json!({ "ok": true }),
            Some(Outcome::Answer(Answer::Rows(_))) => {
                return Err(Problem("a SELECT in the background is not kept".to_owned()));
            }
            Some(Outcome::Result(result)) => result,
            None => json!({ "no_answer_after_ms": limit_ms(step) }),
        };
        Ok(Map::from_iter([("result".to_owned(), result)]))
    }

    /// `START SLAVE` with both threads stopped: MariaDB throws the relay log away and asks again.
    pub(super) fn before_start(&mut self, at: u16, statement: &Statement) {
        let server = &self.world.cluster().servers[usize::from(at)];
        let stands = !server.sql_running && !matches!(server.io, Io::Running | Io::Connecting);
        if stands && matches!(statement, Statement::Replication { run: true, .. }) {
            self.world.discard_relay_log(at);
        }
        match statement {
            Statement::Replication { run: true, .. } if at == 1 => self.forgot_position = false,
            Statement::Reset { .. } if at == 1 && stands => self.forgot_position = true,
            _ => {}
        }
    }

    pub(super) fn deadline(&self, step: &Value) -> SimTime {
        self.world.now() + Micros::from_millis(limit_ms(step))
    }
}

/// The server that a step is about: the replica unless it says otherwise.
fn server(step: &Value) -> Result<u16, Problem> {
    let Some(name) = step["on"].as_str() else {
        return Ok(1);
    };
    let at = SERVERS.iter().position(|server| *server == name);
    at.map(|at| at as u16).ok_or_else(|| Problem(format!("on: `{name}` is no server")))
}

/// Sessions without a name are those of their users.
pub(super) fn session_name(step: &Value) -> String {
    step["session"].as_str().or(step["user"].as_str()).unwrap_or("app").to_owned()
}

pub(super) fn limit_ms(step: &Value) -> u64 {
    step["limit_ms"].as_u64().unwrap_or(PATIENCE_MS)
}

/// Whether a field has the wanted value, or one of several: `(Connecting|Preparing)`.
fn matches(value: &Value, wanted: &Value) -> bool {
    let (Some(value), Some(wanted)) = (value.as_str(), wanted.as_str()) else {
        return value == wanted;
    };
    let list = wanted.strip_prefix('(').and_then(|list| list.strip_suffix(')'));
    value == wanted || list.is_some_and(|list| list.split('|').any(|one| one == value))
}
