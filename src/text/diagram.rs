//! The words in the diagram.

use crate::sim::balancer::Algorithm;
use crate::sim::mysql::Io;
use crate::sim::vrrp::RouterState;
use crate::sim::{Condition, Protocol, Role};

/// Label of a replication link.
pub const REPLICATION: &str = "binlog";
/// Label of a link that nobody replicates over.
pub const NO_REPLICATION: &str = "no replication";

/// Label of a link between routers.
pub const VRRP: &str = "VRRP";

/// Label of a link from the monitor to an agent.
pub const METRICS: &str = "metrics :9100";
/// What an agent does.
pub const AGENT: &str = "says how all is";

/// How many alerts fire.
#[must_use]
pub fn monitor(firing: usize) -> String {
    match firing {
        0 => "no alert".to_owned(),
        1 => "1 alert fires".to_owned(),
        n => format!("{n} alerts fire"),
    }
}

/// The name of a program.
#[must_use]
pub const fn process(role: &Role) -> &'static str {
    match role {
        Role::Browser => "Browser",
        Role::Resolver => "Resolver",
        Role::Authoritative => "foobar.com",
        Role::Balancer => "HAProxy",
        Role::Nginx => "nginx",
        Role::App => "Application",
        Role::Mysqld { .. } => "MySQL",
        Role::Keepalived { .. } => "keepalived",
        Role::Agent => "Agent",
        Role::Monitor => "Prometheus",
    }
}

/// How many visits are under way.
#[must_use]
pub fn under_way(visits: usize) -> String {
    if visits == 0 { super::label::SITE.to_owned() } else { format!("{visits} under way") }
}

/// How many requests an nginx has had.
#[must_use]
pub fn requests(requests: u64) -> String {
    match requests {
        1 => "1 request".to_owned(),
        n => format!("{n} requests"),
    }
}

/// The state of a router.
#[must_use]
pub fn router(state: RouterState, priority: u8) -> String {
    format!("{} · {priority}", state.name())
}

/// The resolver has no address.
#[must_use]
pub fn nothing_cached() -> String {
    "cache empty".to_owned()
}

/// The resolver knows the address for so many seconds more.
#[must_use]
pub fn cached(ttl_s: u32) -> String {
    format!("cached {ttl_s} s")
}

/// The zone has no A record.
#[must_use]
pub fn no_record() -> String {
    "no A record".to_owned()
}

/// The balance algorithm in a few words.
#[must_use]
pub fn algorithm(algorithm: Algorithm) -> String {
    algorithm.name().to_owned()
}

/// Version of the files and use of the workers.
#[must_use]
pub fn workers(version: u32, busy: u32, workers: u32, waiting: usize) -> String {
    if waiting > 0 {
        format!("v{version} · {waiting} waiting")
    } else {
        format!("v{version} · {busy}/{workers} busy")
    }
}

/// A replica with its rows and its lag.
#[must_use]
pub fn replica(rows: u64, seconds_behind: Option<u64>, io: Io) -> String {
    match (io, seconds_behind) {
        (Io::Refused(_), _) => "replica · refused".to_owned(),
        (Io::Stopped, _) => "replica · stopped".to_owned(),
        (Io::Running, None) => "replica · stopped".to_owned(),
        (_, None) => "replica · cut off".to_owned(),
        (_, Some(0)) => format!("replica · {}", count(rows)),
        (_, Some(behind)) => format!("replica · {behind} s behind"),
    }
}

/// A server that replicates from nobody.
#[must_use]
pub fn primary(rows: u64, writes: bool) -> String {
    format!("{} · {}", if writes { "primary" } else { "old primary" }, count(rows))
}

fn count(rows: u64) -> String {
    if rows == 1 { "1 row".to_owned() } else { format!("{rows} rows") }
}

/// What travels between the application and a database.
#[must_use]
pub fn database_link(reads: bool, reads_everywhere: bool) -> String {
    match (reads, reads_everywhere) {
        (true, _) => "reads".to_owned(),
        (false, true) => "SQL".to_owned(),
        (false, false) => "writes".to_owned(),
    }
}

/// Label of a link whose requests are encrypted.
pub const HTTPS: &str = "HTTPS :443";

/// Protocol and port.
#[must_use]
pub fn protocol(protocol: Protocol, port: u16) -> String {
    let name = match protocol {
        Protocol::Dns => "DNS",
        Protocol::Http => "HTTP",
        Protocol::Mysql | Protocol::Replication => "MySQL",
        Protocol::Vrrp => return VRRP.to_owned(),
        Protocol::Metrics => return METRICS.to_owned(),
    };
    format!("{name} :{port}")
}

/// What is the matter with a part.
#[must_use]
pub fn condition(condition: Condition, slowdown: u32, is_machine: bool) -> String {
    let state = match condition {
        Condition::Down if is_machine => "no power",
        Condition::Down => "killed",
        Condition::Hung => "hung",
        Condition::Up => "",
    };
    match (state, slowdown) {
        (state, 1) => state.to_owned(),
        ("", factor) => format!("{factor}× slower"),
        (state, factor) => format!("{state}, {factor}× slower"),
    }
}

/// A link's label, with what is the matter with it.
#[must_use]
pub fn link(label: &str, condition: Condition, slowdown: u32) -> String {
    match (condition, slowdown) {
        (Condition::Up, 1) => label.to_owned(),
        (Condition::Up, factor) => format!("{label} · {factor}× slower"),
        _ => format!("{label} · cut"),
    }
}

/// How many messages are on a wire.
#[must_use]
pub fn traffic(messages: usize) -> String {
    if messages == 0 { String::new() } else { format!(" · {messages}") }
}

/// What the balancer says of a web server that gets nothing (or nothing new) from it.
#[must_use]
pub fn verdict(state: &str) -> String {
    format!("HAProxy: {state}")
}
