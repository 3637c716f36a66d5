//! Errors as the client program of the recordings shows them.

use serde_json::{Value, json};

use crate::sim::mysql::{ConnectError, SqlError};

pub(super) fn error(code: u16, sqlstate: &str, message: impl Into<String>) -> Value {
    json!({ "error": { "code": code, "sqlstate": sqlstate, "message": message.into() } })
}

pub(super) fn of_connection(error_: ConnectError, host: &str) -> Value {
    match error_ {
        ConnectError::Refused => error(2002, "HY000", format!("Can't connect to server on '{host}' (115)")),
        ConnectError::Unreachable => error(2002, "HY000", format!("Can't connect to server on '{host}' (110)")),
        ConnectError::NoGreeting => {
            let what = "Lost connection to server at 'handshake: reading initial communication packet'";
            error(2013, "HY000", format!("{what}, system error: 110"))
        }
        ConnectError::TooManyConnections => error(1040, "08004", "Too many connections"),
    }
}

pub(super) fn of_statement(sql: SqlError) -> Value {
    match sql {
        SqlError::Lost => error(2013, "HY000", "Lost connection to server during query"),
        SqlError::ReadOnly => error(
            1290,
            "HY000",
            "The MariaDB server is running with the --read-only option so it cannot execute this statement",
        ),
        SqlError::Duplicate(id) => error(1062, "23000", format!("Duplicate entry '{id}' for key 'PRIMARY'")),
        SqlError::LockWaitTimeout => error(1205, "HY000", "Lock wait timeout exceeded; try restarting transaction"),
        SqlError::Deadlock => {
            error(1213, "40001", "Deadlock found when trying to get lock; try restarting transaction")
        }
        SqlError::ReplicaRuns => {
            let why = "This operation cannot be performed as you have a running slave ''; run STOP SLAVE '' first";
            error(1198, "HY000", why)
        }
        SqlError::NoReplica => {
            let why = "Misconfigured slave: MASTER_HOST was not set; Fix in config file or with CHANGE MASTER TO";
            error(1200, "HY000", why)
        }
    }
}

/// A statement without the privileges that it needs, `any` of which would do.
pub(super) fn denied(any: &str) -> Value {
    let why = format!("Access denied; you need (at least one of) the {any} privilege(s) for this operation");
    error(1227, "42000", why)
}

pub(super) fn table_denied(verb: &str, user: &str, database: &str, table: &str) -> Value {
    let whom = format!("'{user}'@'127.0.0.1'");
    error(1142, "42000", format!("{verb} command denied to user {whom} for table `{database}`.`{table}`"))
}

pub(super) fn no_table(table: &str) -> Value {
    error(1146, "42S02", format!("Table 'shop.{table}' doesn't exist"))
}

pub(super) fn syntax(text: &str) -> Value {
    let why = "You have an error in your SQL syntax; check the manual that corresponds to your MariaDB server version \
               for the right syntax to use near";
    error(1064, "42000", format!("{why} '{text}' at line 1"))
}
