//! Labels of the facts that the inspector lists, and values that are words.

use crate::sim::{Condition, Protocol, Reach};

/// Address inside the data centre.
pub const ADDRESS: &str = "Address";
/// Address that the outside world can reach.
pub const PUBLIC_ADDRESS: &str = "Public address";
/// Machine that a process runs on.
pub const MACHINE: &str = "Runs on";
/// Port that a process listens on.
pub const PORT: &str = "Listens on";
/// Processes of a machine.
pub const PROCESSES: &str = "Processes";
/// Protocol of a link.
pub const PROTOCOL: &str = "Protocol";
/// What travels on a link.
pub const TRAVELS: &str = "What travels";
/// One-way latency of a link.
pub const LATENCY: &str = "Latency, one way";
/// Where a link leads.
pub const REACH: &str = "Where";
/// Messages on a link now.
pub const UNDER_WAY: &str = "On it now";
/// Address that the browser visits.
pub const SITE: &str = "Visits";
/// The newest outcome of a visit.
pub const LAST_OUTCOME: &str = "Last outcome";
/// Visits so far.
pub const VISITS: &str = "Visits so far";
/// Visits that have not ended.
pub const VISITS_UNDER_WAY: &str = "Waiting for an answer";
/// Requests since the start of a process.
pub const REQUESTS: &str = "Requests";
/// Files sent.
pub const FILES: &str = "Static files sent";
/// Requests passed on.
pub const PROXIED: &str = "Answers passed on";
/// Its own errors.
pub const OWN_ERRORS: &str = "502 and 504 of its own";
/// Where nginx passes requests to.
pub const PASSES_TO: &str = "Passes to";
/// Version of the application files.
pub const VERSION: &str = "Application files";
/// Workers.
pub const WORKERS: &str = "Workers busy";
/// Requests that wait for a worker.
pub const WAITING: &str = "Waiting for a worker";
/// Most that ever waited.
pub const MOST_WAITING: &str = "Most that ever waited";
/// Pages answered.
pub const ANSWERED: &str = "Pages answered";
/// Pages failed.
pub const FAILED: &str = "Pages failed (500)";
/// Where it writes.
pub const WRITES_TO: &str = "Writes to";
/// Where it reads.
pub const READS_FROM: &str = "Reads from";
/// `super_read_only`.
pub const READ_ONLY: &str = "super_read_only";
/// Rows of the table.
pub const ROWS: &str = "Rows in orders";
/// `gtid_executed`.
pub const EXECUTED: &str = "gtid_executed";
/// Statements that run.
pub const THREADS: &str = "Threads running";
/// Statements that wait for a thread.
pub const THREADS_WAITING: &str = "Waiting for a thread";
/// Reads so far.
pub const READS: &str = "Reads";
/// Writes so far.
pub const WRITES: &str = "Writes committed";
/// Transactions applied as a replica.
pub const APPLIED: &str = "Applied as a replica";
/// Errors given.
pub const ERRORS: &str = "Errors given";
/// Clients that wait for an address.
pub const CLIENTS_WAITING: &str = "Clients waiting";
/// Whom the resolver would ask next.
pub const ASKS_NEXT: &str = "Would ask next";
/// Serial number of the zone.
pub const SERIAL: &str = "Zone serial";
/// Time to live of the A records.
pub const TTL: &str = "TTL of its A records";

/// Nothing yet.
pub const NONE_YET: &str = "none yet";
/// Nowhere.
pub const NOWHERE: &str = "nowhere";
/// No transactions.
pub const EMPTY: &str = "empty";

/// `ON` or `OFF`.
#[must_use]
pub const fn on_off(on: bool) -> &'static str {
    if on { "ON" } else { "OFF" }
}

/// A port with its transport.
#[must_use]
pub fn port(protocol_is_udp: bool, port: u16) -> String {
    let transport = if protocol_is_udp { "UDP" } else { "TCP" };
    format!("{transport} port {port}")
}

/// The protocol of a link with its port.
#[must_use]
pub fn protocol(protocol: Protocol, at: u16) -> String {
    let name = match protocol {
        Protocol::Dns => "DNS",
        Protocol::Http => "HTTP",
        Protocol::Mysql => "MySQL",
        Protocol::Replication => "MySQL replication",
        Protocol::Metrics => "HTTP",
        Protocol::Vrrp => return "VRRP, IP protocol 112, multicast to 224.0.0.18".to_owned(),
    };
    format!("{name}, {}", port(protocol == Protocol::Dns, at))
}

/// What travels on a link.
#[must_use]
pub const fn travels(protocol: Protocol) -> &'static str {
    match protocol {
        Protocol::Dns => "the question “address of www.foobar.com?” and its answer",
        Protocol::Http => "requests (GET, POST) and responses, in clear",
        Protocol::Mysql => "SELECT and INSERT statements, rows, errors",
        Protocol::Replication => "transactions, each with its GTID",
        Protocol::Metrics => "“GET /metrics”, and counters by the hundred",
        Protocol::Vrrp => "advertisements: “I am the master, my priority is …”",
    }
}

/// How far a link reaches.
#[must_use]
pub const fn reach(reach: Reach) -> &'static str {
    match reach {
        Reach::Client => "across the internet, visitor to data centre",
        Reach::Resolver => "visitor to resolver",
        Reach::NameServer => "across the internet, resolver to name servers",
        Reach::Lan => "between machines of the data centre",
        Reach::Loopback => "inside one machine",
    }
}

/// `on web-01 (lb-01 is dark)`: a process of a machine with its condition.
#[must_use]
pub fn with_condition(name: &str, condition: Condition) -> String {
    match condition {
        Condition::Up => name.to_owned(),
        Condition::Down => format!("{name} (down)"),
        Condition::Hung => format!("{name} (hung)"),
    }
}

/// `3 of 16`.
#[must_use]
pub fn of(part: impl core::fmt::Display, whole: impl core::fmt::Display) -> String {
    format!("{part} of {whole}")
}

/// `version 2`.
#[must_use]
pub fn version(version: u32) -> String {
    format!("version {version}")
}

/// A latency with the factor that it is multiplied by.
#[must_use]
pub fn latency(latency: impl core::fmt::Display, slowdown: u32) -> String {
    if slowdown == 1 { latency.to_string() } else { format!("{latency} (×{slowdown})") }
}
