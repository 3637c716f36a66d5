//! Words of `SHOW REPLICA STATUS`, as MySQL 8 has them.

use crate::sim::mysql::{ApplyError, Io, IoError, ReplicaStatus, SOURCE_RETRY_COUNT, WhyRefused};

/// One row as the `mysql` client shows it after `\G`: names to the right, as wide as the longest of all fields.
#[must_use]
pub fn vertically(fields: &[(&str, String)]) -> String {
    const WIDTH: usize = "Source_SSL_Verify_Server_Cert".len();
    let stars = "***************************";
    let line = |(name, value): &(&str, String)| format!("\n{name:>WIDTH$}: {value}");
    format!("{stars} 1. row {stars}{}", fields.iter().map(line).collect::<String>())
}

/// `Replica_IO_State`.
#[must_use]
pub const fn io_state(status: &ReplicaStatus) -> &'static str {
    match status.io {
        Io::Running => "Waiting for source to send event",
        // A refusal takes no time: nearly always it waits for the next attempt.
        Io::Connecting if status.reconnects && matches!(status.io_error, Some(IoError::Refused)) => {
            "Waiting to reconnect after a failed source event read"
        }
        Io::Connecting if status.reconnects => "Reconnecting after a failed source event read",
        Io::Connecting => "Connecting to source",
        Io::Off | Io::Stopped | Io::Refused(_) => "",
    }
}

/// `Replica_IO_Running`.
#[must_use]
pub const fn io_running(io: Io) -> &'static str {
    match io {
        Io::Running => "Yes",
        Io::Connecting => "Connecting",
        Io::Off | Io::Stopped | Io::Refused(_) => "No",
    }
}

/// `Last_IO_Error`, given the source as `host:port` and `Connect_Retry` in seconds.
#[must_use]
pub fn io_error(status: &ReplicaStatus, source: &str, retry: u32) -> String {
    const FATAL: &str = "Got fatal error 1236 from source when reading data from binary log";
    let connecting = |why| {
        let (re, attempts) = (if status.reconnects { "re" } else { "" }, status.attempts.min(SOURCE_RETRY_COUNT));
        format!(
            "Error {re}connecting to source 'repl@{source}'. This was attempt {attempts}/{SOURCE_RETRY_COUNT}, with a delay of \
             {retry} seconds between attempts. Message: {why}"
        )
    };
    match status.io_error {
        None => String::new(),
        Some(IoError::Refused) => connecting(format!("Can't connect to MySQL server on '{source}' (111)")),
        Some(IoError::Unreachable) => connecting(format!("Can't connect to MySQL server on '{source}' (110)")),
        Some(IoError::NoGreeting) => {
            let why = "Lost connection to MySQL server at 'reading initial communication packet', system error: 110";
            connecting(why.to_owned())
        }
        Some(IoError::Fatal(WhyRefused::Diverged)) => {
            format!(
                "{FATAL}: 'Error: connecting replica requested to start from a GTID which is not in the source's binlog'"
            )
        }
        Some(IoError::Fatal(WhyRefused::Purged)) => {
            format!("{FATAL}: 'Cannot replicate because the source purged required binary logs'")
        }
    }
}

/// `Last_SQL_Error`.
#[must_use]
pub fn sql_error(error: Option<ApplyError>) -> String {
    let failed = |event, why, code| {
        format!("Could not execute {event}_rows event on table shop.orders; {why}, Error_code: MY-{code:06}")
    };
    match error {
        None => String::new(),
        Some(error @ ApplyError::Duplicate(id)) => {
            failed("Write", format!("Duplicate entry '{id}' for key 'orders.PRIMARY'"), error.code())
        }
        Some(error @ ApplyError::NotFound { update }) => {
            let event = if update { "Update" } else { "Delete" };
            failed(event, "Can't find record in 'orders'".to_owned(), error.code())
        }
    }
}

/// `Replica_SQL_Running_State`.
#[must_use]
pub const fn sql_state(status: &ReplicaStatus) -> &'static str {
    match status {
        ReplicaStatus { sql_running: false, .. } => "",
        ReplicaStatus { waiting: 0, .. } => "Replica has read all relay log; waiting for more updates",
        ReplicaStatus { remaining_delay: Some(_), .. } => {
            "Waiting until SOURCE_DELAY seconds after source executed event"
        }
        _ => "Reading event from the relay log",
    }
}

/// The button that stops a thread, or starts it again.
#[must_use]
pub const fn thread_verb(receiver: bool, runs: bool) -> &'static str {
    match (receiver, runs) {
        (true, true) => "STOP REPLICA IO_THREAD",
        (true, false) => "START REPLICA IO_THREAD",
        (false, true) => "STOP REPLICA SQL_THREAD",
        (false, false) => "START REPLICA SQL_THREAD",
    }
}
