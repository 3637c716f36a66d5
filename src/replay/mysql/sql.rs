//! The few kinds of statements that the recordings send.

/// A statement, as far as the recordings know any.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Sql {
    Begin,
    Commit,
    Rollback,
    Select(Select),
    Insert {
        rows: Vec<(Option<u32>, Option<String>)>,
    },
    Update {
        item: String,
        found: Vec<Condition>,
    },
    Delete {
        found: Vec<Condition>,
    },
    /// `CREATE TABLE` and `DROP TABLE`, with the table.
    Define {
        verb: &'static str,
        table: String,
    },
    Start(Threads),
    Stop(Threads),
    /// `CHANGE MASTER TO`: name and value of each option.
    ChangeMaster(Vec<(String, String)>),
    Reset {
        all: bool,
    },
    /// `SET`, with `GLOBAL` or without.
    Set {
        global: bool,
        variable: String,
        value: String,
    },
    /// `SHOW STATUS LIKE` and `SHOW VARIABLES LIKE`.
    Show {
        status: bool,
        name: String,
    },
    ShowReplica,
    /// The first word is none that begins a statement.
    Nonsense,
}

/// Which threads `START SLAVE` and `STOP SLAVE` name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Threads {
    Both,
    Io,
    Sql,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Select {
    /// Expression and name of each column.
    pub columns: Vec<(Expression, String)>,
    pub table: Option<String>,
    pub found: Vec<Condition>,
    pub descending: bool,
    pub limit: Option<usize>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Expression {
    Id,
    Item,
    Count,
    Max,
    Min,
    Literal(String),
    Variable(String),
}

/// One comparison of a `WHERE`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Condition {
    pub by_id: bool,
    pub operator: String,
    pub values: Vec<String>,
}

impl Condition {
    pub(super) fn holds(&self, id: u32, item: &str) -> bool {
        let (id, item) = (i64::from(id), item.to_lowercase());
        let compare = |value: &String| {
            if self.by_id {
                value.parse().ok().map(|value| id.cmp(&value))
            } else {
                Some(item.cmp(&value.to_lowercase()))
            }
        };
        let first = self.values.first().and_then(compare);
        match self.operator.as_str() {
            "=" | "IN" => self.values.iter().any(|value| compare(value).is_some_and(|order| order.is_eq())),
            "<>" | "!=" => first.is_some_and(|order| order.is_ne()),
            "<" => first.is_some_and(|order| order.is_lt()),
            "<=" => first.is_some_and(|order| order.is_le()),
            ">" => first.is_some_and(|order| order.is_gt()),
            ">=" => first.is_some_and(|order| order.is_ge()),
            "LIKE" => self.values.first().is_some_and(|pattern| is_like(&item, &pattern.to_lowercase())),
            _ => false,
        }
    }
}

/// `LIKE` with `%` at either end.
fn is_like(item: &str, pattern: &str) -> bool {
    let core = pattern.trim_matches('%');
    match (pattern.starts_with('%'), pattern.ends_with('%')) {
        (true, true) => item.contains(core),
        (true, false) => item.ends_with(core),
        (false, true) => item.starts_with(core),
        (false, false) => item == core,
    }
}
