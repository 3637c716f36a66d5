//! Statements: sent to the engine as its operations, answered as MariaDB would.

use serde_json::{Map, Value, json};

use super::errors;
use super::lab::{Lab, Outcome};
use super::read::read;
use super::setup::is_on;
use super::sql::{Condition, Expression, Select, Sql, Threads};
use super::steps::{limit_ms, session_name};
use crate::replay::Problem;
use crate::sim::mysql::{Answer, Edit, Position, Row, SessionId, Statement, Thread};
use crate::sim::{Command, Setting};

/// `VARCHAR(40)`.
const LONGEST_ITEM: usize = 40;

/// What becomes of a statement before the engine is asked.
enum Plan {
    Send(Statement),
    /// The server refuses it by its words alone.
    Refuse(Value),
}

impl Lab {
    /// A statement of a client.
    pub(super) fn sql(&mut self, at: u16, step: &Value) -> Result<Map<String, Value>, Problem> {
        let text = step["sql"].as_str().ok_or_else(|| Problem("sql: no text".to_owned()))?;
        let user = step["user"].as_str().unwrap_or("app");
        let sql = read(text).ok_or_else(|| Problem(format!("sql: `{text}` is unknown")))?;
        let (session, kept) = match self.connect(at, &session_name(step), user == "admin") {
            Ok(connected) => connected,
            Err(error) => {
                let result = self.no_connection(at, error, limit_ms(step));
                return Ok(seen(result, false));
            }
        };
        let (sent, deadline) = (self.world.now(), self.deadline(step));
        let plan = self.plan(at, session, user, text, &sql)?;
        let statement = match &plan {
            Plan::Send(statement) => statement.clone(),
            Plan::Refuse(_) => Statement::Nothing,
        };
        self.before_start(at, &statement);
        if step["background"] == true {
            self.world.send_statement(session, statement);
            return Ok(seen(json!({ "sent": true }), kept));
        }
        let writes = matches!(statement, Statement::Write { .. });
        let result = match (self.ask(session, statement, deadline), plan) {
            (None, _) => {
                self.give_up(session);
                json!({ "no_answer_after_ms": limit_ms(step) })
            }
            (Some(Outcome::Result(error)), _) => error,
            (Some(Outcome::Answer(_)), Plan::Refuse(error)) => error,
            (Some(Outcome::Answer(answer)), Plan::Send(_)) => self.answered(at, &sql, answer)?,
        };
        if writes {
            self.last_write = self.world.now();
        }
        let mut seen = seen(result, kept);
        // Times are compared where the recording has measured them.
        if step.get("ms").is_some() {
            seen.insert("ms".to_owned(), (self.world.now().since(sent).0 / 1_000).into());
        }
        Ok(seen)
    }

    fn plan(&mut self, at: u16, session: SessionId, user: &str, text: &str, sql: &Sql) -> Result<Plan, Problem> {
        if user != "admin"
            && let Some(error) = self.without_privilege(at, user, sql)
        {
            return Ok(Plan::Refuse(error));
        }
        let thread = |threads: Threads| match threads {
            Threads::Both => Thread::Both,
            Threads::Io => Thread::Io,
            Threads::Sql => Thread::Sql,
        };
        let unknown = || Problem(format!("sql: `{text}` is unknown"));
        let statement = match sql {
            Sql::Begin => Statement::Begin,
            Sql::Commit => Statement::Commit,
            Sql::Rollback => Statement::Rollback,
            Sql::Nonsense => return Ok(Plan::Refuse(errors::syntax(text))),
            Sql::Select(select) => match select.table.as_deref() {
                None => Statement::Nothing,
                Some("orders" | "shop.orders") => Statement::Read,
                Some(other) if !other.contains('.') => return Ok(Plan::Refuse(errors::no_table(other))),
                Some(_) => return Err(unknown()),
            },
            Sql::Show { .. } => Statement::Nothing,
            Sql::ShowReplica => return Err(unknown()),
            Sql::Insert { rows } => match self.insert(rows, text) {
                Ok(statement) => statement,
                Err(error) => return Ok(Plan::Refuse(error)),
            },
            Sql::Update { item, found } => {
                self.next_statement();
                self.write(session, found, |lab, row| {
                    let visit = lab.note(item, text);
                    // What is as it should be already is not written.
                    (lab.text(row.visit) != item).then_some(Edit::Update { id: row.id, visit })
                })
            }
            Sql::Delete { found } => {
                self.next_statement();
                self.write(session, found, |lab, row| Some(Edit::Delete { id: row.id, visit: lab.note("", text) }))
            }
            Sql::Define { .. } => Statement::Define,
            Sql::Start(threads) => Statement::Replication { thread: thread(*threads), run: true },
            Sql::Stop(threads) => Statement::Replication { thread: thread(*threads), run: false },
            Sql::Reset { all } => Statement::Reset { all: *all },
            Sql::ChangeMaster(options) => self.change_master(options)?,
            Sql::Set { global, variable, value } => match (variable.as_str(), global) {
                ("read_only", true) => Statement::ReadOnly(is_on(value)),
                ("innodb_lock_wait_timeout", false) => {
                    Statement::LockWaitTimeout(value.parse().map_err(|_| unknown())?)
                }
                _ => return Err(unknown()),
            },
        };
        Ok(Plan::Send(statement))
    }

    /// What the application's user may not do. `read_only` is looked at before the privileges.
    fn without_privilege(&self, at: u16, user: &str, sql: &Sql) -> Option<Value> {
        let read_only = self.world.cluster().servers[usize::from(at)].read_only;
        match sql {
            Sql::Start(_) | Sql::Stop(_) => Some(errors::denied("SUPER, REPLICATION SLAVE ADMIN")),
            Sql::ChangeMaster(_) => Some(errors::denied("SUPER, REPLICATION SLAVE ADMIN")),
            Sql::ShowReplica => Some(errors::denied("SUPER, SLAVE MONITOR")),
            Sql::Set { global: true, variable, .. } if variable == "read_only" => {
                Some(errors::denied("READ_ONLY ADMIN"))
            }
            Sql::Define { verb, table } if !read_only => {
                let (database, table) = table.split_once('.').unwrap_or(("shop", table));
                Some(errors::table_denied(verb, user, database, table))
            }
            Sql::Select(Select { table: Some(table), .. }) => {
                let (database, table) = table.split_once('.').filter(|(database, _)| *database != "shop")?;
                Some(errors::table_denied("SELECT", user, database, table))
            }
            _ => None,
        }
    }

    fn insert(&mut self, rows: &[(Option<u32>, Option<String>)], text: &str) -> Result<Statement, Value> {
        self.next_statement();
        let mut edits = Vec::new();
        for (number, (id, item)) in rows.iter().enumerate() {
            let item = item.as_ref().ok_or_else(|| errors::error(1048, "23000", "Column 'item' cannot be null"))?;
            if item.chars().count() > LONGEST_ITEM {
                let why = format!("Data too long for column 'item' at row {}", number + 1);
                return Err(errors::error(1406, "22001", why));
            }
            edits.push(Edit::Insert { id: *id, visit: self.note(item, text) });
        }
        Ok(Statement::Write { lock: rows.iter().filter_map(|(id, _)| *id).collect(), edits })
    }

    /// An `UPDATE` or `DELETE` of the rows that a client would find now. Without an index to find them by, it locks all.
    fn write(
        &mut self,
        session: SessionId,
        found: &[Condition],
        mut edit: impl FnMut(&mut Self, &Row) -> Option<Edit>,
    ) -> Statement {
        let rows = self.world.found_rows(session);
        let by_id = |row: &Row| found.iter().filter(|c| c.by_id).all(|c| c.holds(row.id, ""));
        let lock = rows.iter().filter(|row| by_id(row)).map(|row| row.id).collect();
        let mut edits = Vec::new();
        for row in &rows {
            if found.iter().all(|condition| condition.holds(row.id, self.text(row.visit))) {
                edits.extend(edit(self, row));
            }
        }
        Statement::Write { lock, edits }
    }

    fn change_master(&mut self, options: &[(String, String)]) -> Result<Statement, Problem> {
        let (mut source, mut position) = (None, None);
        for (key, value) in options {
            let seconds = || value.parse::<u32>().map_err(|_| Problem(format!("{key}: `{value}` is no number")));
            match key.as_str() {
                "MASTER_HOST" => {
                    let host = self.hosts.iter().position(|host| host == value);
                    let host = host.ok_or_else(|| Problem(format!("MASTER_HOST: `{value}` is no server")))?;
                    source = Some(host as u16);
                }
                "MASTER_PORT" | "MASTER_USER" | "MASTER_PASSWORD" => {}
                // The engine has one for all; the setup gives it.
                "MASTER_CONNECT_RETRY" if seconds()?.saturating_mul(1_000) == self.retry_ms() => {}
                "MASTER_DELAY" => self.next_delay = Some(seconds()?.saturating_mul(1_000)),
                "MASTER_USE_GTID" => {
                    position = match value.to_lowercase().as_str() {
                        "slave_pos" => Some(Position::Applied),
                        "current_pos" => Some(Position::Executed),
                        _ => return Err(Problem(format!("MASTER_USE_GTID: `{value}` is not modelled"))),
                    };
                }
                _ => return Err(Problem(format!("CHANGE MASTER TO: `{key}` is unknown"))),
            }
        }
        Ok(Statement::Source { source, position })
    }

    fn retry_ms(&self) -> u32 {
        self.world.settings().mysql.connect_retry_ms
    }

    /// What the client sees of an answer.
    fn answered(&mut self, at: u16, sql: &Sql, answer: Answer) -> Result<Value, Problem> {
        match (sql, answer) {
            (Sql::Select(select), Answer::Rows(rows)) => self.rows(at, select, &rows),
            (Sql::Select(select), Answer::Done) => self.rows(at, select, &[]),
            (Sql::Show { status, name }, _) => {
                let value = self.variable(at, *status, name);
                let value = value.ok_or_else(|| Problem(format!("SHOW: `{name}` is not modelled")))?;
                Ok(json!([{ "Variable_name": value.0, "Value": value.1 }]))
            }
            (Sql::ChangeMaster(_), _) => {
                if let Some(delay) = self.next_delay.take() {
                    let set = Command::Set(Setting::SourceDelay(delay));
                    self.world.apply(&set).map_err(|error| Problem(format!("MASTER_DELAY: {error}")))?;
                }
                Ok(json!({ "ok": true }))
            }
            (Sql::Reset { all: true }, _) => {
                let set = Command::Set(Setting::SourceDelay(0));
                self.world.apply(&set).map_err(|error| Problem(error.to_string()))?;
                Ok(json!({ "ok": true }))
            }
            _ => Ok(json!({ "ok": true })),
        }
    }

    fn rows(&self, at: u16, select: &Select, rows: &[Row]) -> Result<Value, Problem> {
        let holds = |row: &&Row| select.found.iter().all(|c| c.holds(row.id, self.text(row.visit)));
        let mut found: Vec<&Row> = rows.iter().filter(holds).collect();
        if select.descending {
            found.reverse();
        }
        let sums = |(expression, _): &(Expression, String)| {
            matches!(expression, Expression::Count | Expression::Max | Expression::Min)
        };
        let one = select.table.is_none() || select.columns.iter().any(sums);
        let value = |expression: &Expression, row: Option<&Row>| -> Result<Value, Problem> {
            let ids = found.iter().map(|row| row.id);
            Ok(match expression {
                Expression::Id => row.map(|row| row.id.to_string()).into(),
                Expression::Item => row.map(|row| self.text(row.visit)).into(),
                Expression::Count => found.len().to_string().into(),
                Expression::Max => ids.max().map(|id| id.to_string()).into(),
                Expression::Min => ids.min().map(|id| id.to_string()).into(),
                Expression::Literal(text) => text.as_str().into(),
                Expression::Variable(name) => {
                    let value = self.gtid_variable(at, name).or_else(|| self.number_variable(at, name));
                    value.ok_or_else(|| Problem(format!("@@{name} is not modelled")))?.into()
                }
            })
        };
        let line = |row: Option<&Row>| {
            let cells = select.columns.iter().map(|(expression, name)| Ok((name.clone(), value(expression, row)?)));
            cells.collect::<Result<Map<String, Value>, Problem>>().map(Value::Object)
        };
        let limit = select.limit.unwrap_or(usize::MAX);
        if one {
            return Ok(Value::Array(vec![line(found.first().copied())?]));
        }
        found.iter().take(limit).map(|row| line(Some(row))).collect::<Result<Vec<_>, _>>().map(Value::Array)
    }

    fn number_variable(&self, at: u16, name: &str) -> Option<String> {
        match name {
            "read_only" => Some(u8::from(self.world.cluster().servers[usize::from(at)].read_only).to_string()),
            "server_id" => Some((at + 1).to_string()),
            "max_connections" => Some(self.world.settings().mysql.max_connections.to_string()),
            _ => None,
        }
    }

    /// A line of `SHOW STATUS` (or else of `SHOW VARIABLES`), with MariaDB's name of it.
    fn variable(&self, at: u16, status: bool, name: &str) -> Option<(&'static str, String)> {
        let (settings, server) = (&self.world.settings().mysql, &self.world.cluster().servers[usize::from(at)]);
        let on_off = |on: bool| if on { "ON" } else { "OFF" }.to_owned();
        match (status, name.to_lowercase().as_str()) {
            (true, "rpl_semi_sync_master_status") => {
                Some(("Rpl_semi_sync_master_status", on_off(at == 0 && settings.semi_sync && server.semi_sync.on)))
            }
            (false, "read_only") => Some(("read_only", on_off(server.read_only))),
            (false, "max_connections") => Some(("max_connections", settings.max_connections.to_string())),
            (false, "rpl_semi_sync_master_enabled") => {
                Some(("rpl_semi_sync_master_enabled", on_off(at == 0 && settings.semi_sync)))
            }
            _ => None,
        }
    }
}

fn seen(result: Value, kept: bool) -> Map<String, Value> {
    let connection = if kept { "kept" } else { "new" };
    Map::from_iter([("result".to_owned(), result), ("connection".to_owned(), connection.into())])
}
