//! `SHOW SLAVE STATUS` in MariaDB's words, and the variables that tell of transactions.

use serde_json::{Value, json};

use super::gtid::{name, numbers};
use super::lab::Lab;
use crate::sim::mysql::{ApplyError, Io, IoError, ReplicaStatus, WhyRefused};

impl Lab {
    /// The fields that the recordings keep; `null` if the server is no replica.
    pub(super) fn replica_status(&self, at: u16) -> Value {
        let Some(status) = self.world.replica_status(at) else {
            return Value::Null;
        };
        let text = |number: Option<u64>| number.map(|number| number.to_string());
        json!({
            "Slave_IO_State": io_state(&status),
            "Slave_IO_Running": match status.io {
                Io::Running => "Yes",
                Io::Connecting => "Connecting",
                Io::Off | Io::Stopped | Io::Refused(_) => "No",
            },
            "Slave_SQL_Running": if status.sql_running { "Yes" } else { "No" },
            "Seconds_Behind_Master": text(status.seconds_behind),
            "Last_IO_Errno": status.io_error.map_or(0, IoError::code).to_string(),
            "Last_IO_Error": self.io_error(at, &status),
            "Last_SQL_Errno": status.sql_error.map_or(0, ApplyError::code).to_string(),
            "Last_SQL_Error": self.sql_error(at, &status),
            "Gtid_IO_Pos": self.received(at),
            "SQL_Delay": (self.world.settings().mysql.source_delay_ms / 1_000).to_string(),
            "SQL_Remaining_Delay": text(status.remaining_delay),
            "Slave_SQL_Running_State": sql_state(&status),
        })
    }

    fn io_error(&self, at: u16, status: &ReplicaStatus) -> String {
        let Some(error) = status.io_error else {
            return String::new();
        };
        let source = usize::from(1 - at);
        let (host, port) = (&self.hosts[source], &self.ports[source]);
        let retry = self.world.settings().mysql.connect_retry_ms / 1_000;
        let connecting = |why: String| {
            let verb = if status.reconnects { "reconnecting" } else { "connecting" };
            let whom = format!("error {verb} to master 'repl@{host}:{port}'");
            format!("{whom} - retry-time: {retry}  maximum-retries: 100000  message: {why}")
        };
        match error {
            IoError::Refused => connecting(format!("Can't connect to server on '{host}' (111 \"Connection refused\")")),
            IoError::Unreachable => {
                connecting(format!("Can't connect to server on '{host}' (110 \"Connection timed out\")"))
            }
            IoError::NoGreeting => {
                let what = "Lost connection to server at 'handshake: reading initial communication packet'";
                connecting(format!("{what}, system error: 110"))
            }
            IoError::Fatal(why) => self.fatal(at, why),
        }
    }

    /// Error 1236. The source compares numbers: it says more if its own are as high already.
    fn fatal(&self, at: u16, why: WhyRefused) -> String {
        const FATAL: &str = "Got fatal error 1236 from master when reading data from binary log";
        const HIGHER: &str = ". Since the master's binlog contains GTIDs with higher sequence numbers, it probably means \
                              that the slave has diverged due to executing extra erroneous transactions";
        let numbers = numbers(&self.world, self.logged);
        let servers = &self.world.cluster().servers;
        let asked = servers[usize::from(at)].received;
        let number = |gtid| asked.is_some_and(|asked| numbers.get(&gtid) >= numbers.get(&asked));
        let higher = servers[usize::from(1 - at)].binlog.last().is_some_and(number);
        match why {
            WhyRefused::Diverged => {
                let asked = asked.map(|asked| name(&numbers, asked)).unwrap_or_default();
                let what = format!("connecting slave requested to start from GTID {asked}");
                format!(
                    "{FATAL}: 'Error: {what}, which is not in the master's binlog{}'",
                    if higher { HIGHER } else { "" }
                )
            }
            WhyRefused::Purged => {
                format!("{FATAL}: 'Could not find GTID state requested by slave in any binlog files'")
            }
        }
    }

    fn sql_error(&self, at: u16, status: &ReplicaStatus) -> String {
        let (event, what, handler) = match status.sql_error {
            None => return String::new(),
            Some(ApplyError::Duplicate(id)) => {
                ("Write", format!("Duplicate entry '{id}' for key 'PRIMARY'"), "HA_ERR_FOUND_DUPP_KEY")
            }
            Some(ApplyError::NotFound { update }) => {
                let event = if update { "Update" } else { "Delete" };
                (event, "Can't find record in 'orders'".to_owned(), "HA_ERR_KEY_NOT_FOUND")
            }
        };
        let code = status.sql_error.map_or(0, ApplyError::code);
        let failed =
            format!("Could not execute {event}_rows_v1 event on table shop.orders; {what}, Error_code: {code}");
        let (file, end) = self.place_of_next(at);
        format!("{failed}; handler error {handler}; the event's master log bin.{file:06}, end_log_pos {end}")
    }

    /// `Gtid_IO_Pos`.
    fn received(&self, at: u16) -> String {
        let server = &self.world.cluster().servers[usize::from(at)];
        match server.received {
            Some(gtid) => name(&numbers(&self.world, self.logged), gtid),
            None if at == 1 && !self.forgot_position => self.first_position(),
            None => String::new(),
        }
    }

    /// Where the setup has left the replica.
    fn first_position(&self) -> String {
        if self.logged == 0 { String::new() } else { format!("0-1-{}", self.logged) }
    }

    /// `@@gtid_binlog_pos`, `@@gtid_slave_pos` and `@@gtid_current_pos`.
    pub(super) fn gtid_variable(&self, at: u16, variable: &str) -> Option<String> {
        let numbers = numbers(&self.world, self.logged);
        let server = &self.world.cluster().servers[usize::from(at)];
        let logged = server.binlog.last();
        let first = || if at == 1 || server.applied.is_some() { self.first_position() } else { String::new() };
        let applied = || server.applied.map_or_else(first, |gtid| name(&numbers, gtid));
        let binlog = || logged.map_or_else(|| self.first_position(), |gtid| name(&numbers, gtid));
        match variable {
            "gtid_binlog_pos" => Some(binlog()),
            "gtid_slave_pos" => Some(applied()),
            "gtid_current_pos" => {
                let number = |gtid: Option<_>| gtid.and_then(|gtid| numbers.get(&gtid)).copied().unwrap_or_default();
                let own = logged.map_or(at == 0, |gtid| gtid.origin == at);
                Some(if own && number(logged) >= number(server.applied) { binlog() } else { applied() })
            }
            _ => None,
        }
    }
}

fn io_state(status: &ReplicaStatus) -> &'static str {
    match status.io {
        Io::Running => "Waiting for master to send event",
        Io::Connecting if status.reconnects => "Reconnecting after a failed master event read",
        Io::Connecting => "Connecting to master",
        Io::Off | Io::Stopped | Io::Refused(_) => "",
    }
}

fn sql_state(status: &ReplicaStatus) -> &'static str {
    match status {
        ReplicaStatus { sql_running: false, .. } => "",
        ReplicaStatus { waiting: 0, .. } => "Slave has read all relay log; waiting for more updates",
        ReplicaStatus { remaining_delay: Some(_), .. } => {
            "Waiting until MASTER_DELAY seconds after master executed event"
        }
        _ => "Reading event from the relay log",
    }
}
