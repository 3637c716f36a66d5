//! Reads statements by their words. This is no parser of SQL: what the recordings never send has no name here.

use super::sql::{Condition, Expression, Select, Sql, Threads};
use super::words::{Word, words};

/// Reads a statement. `None`: it is one that nobody has taught the replay.
pub(super) fn read(text: &str) -> Option<Sql> {
    let words = words(text);
    let mut reader = Reader { text, words: &words, at: 0 };
    let sql = reader.statement()?;
    reader.take(";");
    (reader.at == words.len() || sql == Sql::Nonsense).then_some(sql)
}

struct Reader<'a> {
    text: &'a str,
    words: &'a [Word],
    at: usize,
}

impl Reader<'_> {
    fn statement(&mut self) -> Option<Sql> {
        let first = self.any()?;
        match first.as_str() {
            "BEGIN" => Some(Sql::Begin),
            "COMMIT" => Some(Sql::Commit),
            "ROLLBACK" => Some(Sql::Rollback),
            "SELECT" => self.select(),
            "INSERT" => self.insert(),
            "UPDATE" => self.update(),
            "DELETE" => {
                self.take("FROM");
                self.orders()?;
                Some(Sql::Delete { found: self.conditions()? })
            }
            "CREATE" | "DROP" => {
                self.expect("TABLE")?;
                let table = self.any_as_written()?;
                self.at = self.words.len();
                Some(Sql::Define { verb: if first == "CREATE" { "CREATE" } else { "DROP" }, table })
            }
            "START" if self.take("TRANSACTION") => Some(Sql::Begin),
            "START" => Some(Sql::Start(self.threads()?)),
            "STOP" => Some(Sql::Stop(self.threads()?)),
            "RESET" => {
                self.replica()?;
                Some(Sql::Reset { all: self.take("ALL") })
            }
            "CHANGE" => self.change_master(),
            "SET" => self.set(),
            "SHOW" => self.show(),
            // What begins like a statement but is none that occurs, or no statement at all.
            "ALTER" | "TRUNCATE" | "REPLACE" | "LOAD" | "LOCK" | "UNLOCK" | "FLUSH" | "GRANT" | "REVOKE" | "CALL"
            | "KILL" | "ANALYZE" | "EXPLAIN" | "USE" | "DO" | "WITH" | "SAVEPOINT" | "RELEASE" | "SHUTDOWN" | "XA"
            | "PURGE" | "DESCRIBE" | "DESC" | "OPTIMIZE" | "CHECK" | "RENAME" | "HANDLER" | "PREPARE" | "EXECUTE" => {
                None
            }
            _ => Some(Sql::Nonsense),
        }
    }

    fn peek(&self) -> Option<&Word> {
        self.words.get(self.at)
    }

    /// The next word in capitals.
    fn any(&mut self) -> Option<String> {
        self.any_as_written().map(|word| word.to_uppercase())
    }

    fn any_as_written(&mut self) -> Option<String> {
        let word = self.peek().filter(|word| !word.quoted)?.value.clone();
        self.at += 1;
        Some(word)
    }

    fn take(&mut self, word: &str) -> bool {
        let is = self.peek().is_some_and(|next| !next.quoted && next.value.eq_ignore_ascii_case(word));
        self.at += usize::from(is);
        is
    }

    fn expect(&mut self, word: &str) -> Option<()> {
        self.take(word).then_some(())
    }

    /// A number or a string; none is `NULL`.
    fn literal(&mut self) -> Option<Option<String>> {
        let word = self.peek()?.clone();
        self.at += 1;
        if !word.quoted && word.value.eq_ignore_ascii_case("NULL") {
            return Some(None);
        }
        (word.quoted || word.value.starts_with(|c: char| c.is_ascii_digit())).then_some(Some(word.value))
    }

    fn orders(&mut self) -> Option<()> {
        let table = self.any()?;
        matches!(table.trim_start_matches("SHOP."), "ORDERS").then_some(())
    }

    fn replica(&mut self) -> Option<()> {
        (self.take("SLAVE") || self.take("REPLICA")).then_some(())
    }

    fn threads(&mut self) -> Option<Threads> {
        self.replica()?;
        if self.take("IO_THREAD") {
            return Some(if self.take(",") && self.take("SQL_THREAD") { Threads::Both } else { Threads::Io });
        }
        if self.take("SQL_THREAD") {
            return Some(if self.take(",") && self.take("IO_THREAD") { Threads::Both } else { Threads::Sql });
        }
        Some(Threads::Both)
    }

    fn change_master(&mut self) -> Option<Sql> {
        self.expect("MASTER")?;
        self.expect("TO")?;
        let mut options = Vec::new();
        loop {
            let name = self.any()?;
            self.expect("=")?;
            options.push((name, self.peek()?.value.clone()));
            self.at += 1;
            if !self.take(",") {
                return Some(Sql::ChangeMaster(options));
            }
        }
    }

    fn set(&mut self) -> Option<Sql> {
        let global = self.take("GLOBAL");
        self.take("SESSION");
        let variable = self.any()?;
        self.expect("=")?;
        let value = self.peek()?.value.clone();
        self.at += 1;
        let name = variable.trim_start_matches("@@");
        let is_global = global || name.starts_with("GLOBAL.");
        let name = name.trim_start_matches("GLOBAL.").trim_start_matches("SESSION.");
        Some(Sql::Set { global: is_global, variable: name.to_lowercase(), value })
    }

    fn show(&mut self) -> Option<Sql> {
        if self.replica().is_some() {
            return self.take("STATUS").then_some(Sql::ShowReplica);
        }
        let _ = self.take("GLOBAL") || self.take("SESSION");
        let status = self.take("STATUS");
        if !status {
            self.expect("VARIABLES")?;
        }
        self.expect("LIKE")?;
        Some(Sql::Show { status, name: self.literal()?? })
    }

    fn insert(&mut self) -> Option<Sql> {
        self.take("INTO");
        self.orders()?;
        let mut columns = vec!["ID".to_owned(), "ITEM".to_owned()];
        if self.take("(") {
            columns.clear();
            while !self.take(")") {
                columns.push(self.any()?);
                self.take(",");
            }
        }
        let _ = self.take("VALUES") || self.take("VALUE");
        let mut rows = Vec::new();
        loop {
            self.expect("(")?;
            let (mut id, mut item) = (None, None);
            for column in &columns {
                let value = self.literal()?;
                self.take(",");
                match column.as_str() {
                    "ID" => id = value.map(|value| value.parse().ok()).unwrap_or(Some(0)).filter(|id| *id > 0),
                    "ITEM" => item = value,
                    _ => return None,
                }
            }
            self.expect(")")?;
            rows.push((id, item));
            if !self.take(",") {
                return Some(Sql::Insert { rows });
            }
        }
    }

    fn update(&mut self) -> Option<Sql> {
        self.orders()?;
        self.expect("SET")?;
        self.expect("ITEM")?;
        self.expect("=")?;
        let item = self.literal()??;
        Some(Sql::Update { item, found: self.conditions()? })
    }

    fn conditions(&mut self) -> Option<Vec<Condition>> {
        let mut all = Vec::new();
        if !self.take("WHERE") {
            return Some(all);
        }
        loop {
            let by_id = match self.any()?.as_str() {
                "ID" => true,
                "ITEM" => false,
                _ => return None,
            };
            let operator = self.any()?;
            let mut values = Vec::new();
            match operator.as_str() {
                "=" | "<>" | "!=" | "<" | "<=" | ">" | ">=" | "LIKE" => values.push(self.literal()??),
                "IN" => {
                    self.expect("(")?;
                    while !self.take(")") {
                        values.push(self.literal()??);
                        self.take(",");
                    }
                }
                _ => return None,
            }
            all.push(Condition { by_id, operator, values });
            if !self.take("AND") {
                return Some(all);
            }
        }
    }

    fn select(&mut self) -> Option<Sql> {
        let mut columns = Vec::new();
        loop {
            self.column(&mut columns)?;
            if !self.take(",") {
                break;
            }
        }
        let table = if self.take("FROM") { Some(self.any_as_written()?) } else { None };
        let found = self.conditions()?;
        let mut descending = false;
        if self.take("ORDER") {
            self.expect("BY")?;
            self.expect("ID")?;
            descending = self.take("DESC");
            self.take("ASC");
        }
        let limit = if self.take("LIMIT") { Some(self.any()?.parse().ok()?) } else { None };
        Some(Sql::Select(Select { columns, table, found, descending, limit }))
    }

    fn column(&mut self, columns: &mut Vec<(Expression, String)>) -> Option<()> {
        let from = self.peek()?.start;
        let expression = if self.take("*") {
            columns.push((Expression::Id, "id".to_owned()));
            columns.push((Expression::Item, "item".to_owned()));
            return Some(());
        } else if self.take("ID") {
            Expression::Id
        } else if self.take("ITEM") {
            Expression::Item
        } else if let Some(function) = ["COUNT", "MAX", "MIN"].into_iter().find(|name| self.take(name)) {
            self.expect("(")?;
            let _ = self.take("*") || self.take("ID");
            self.expect(")")?;
            match function {
                "COUNT" => Expression::Count,
                "MAX" => Expression::Max,
                _ => Expression::Min,
            }
        } else if self.peek()?.value.starts_with("@@") {
            let variable = self.any()?.to_lowercase();
            let name = variable.trim_start_matches("@@").trim_start_matches("global.");
            Expression::Variable(name.to_owned())
        } else {
            Expression::Literal(self.literal()??)
        };
        let until = self.words.get(self.at - 1)?.end;
        let name = if self.take("AS") { self.any_as_written()? } else { self.text[from..until].to_owned() };
        columns.push((expression, name));
        Some(())
    }
}
