//! Recordings of the real programs, done again by the engine: the same inputs, and what the engine makes of them in the
//! format of the recording. One file per kind of recording; none looks at what the recording says was observed.

mod dns;
mod fields;
mod haproxy;
mod mysql;
mod nginx;

use core::fmt;

use serde_json::Value;

use crate::sim::Scenario;

/// Why a recording cannot be replayed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem(pub String);

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Replays one recording: `{"case", "observed"}` for HAProxy and nginx (with `t_ms` and `state_log` where the recording is
/// timed), `{"case", "steps"}` for MySQL and DNS.
///
/// # Errors
/// What in the recording is unknown or beyond the engine, by its name in the recording.
pub fn replay(recording: &Value) -> Result<Value, Problem> {
    let is = |key: &str| recording.get(key).is_some();
    match recording["balancer"]["kind"].as_str() {
        Some("nginx") => nginx::replay(recording),
        Some("haproxy") => haproxy::replay(recording),
        Some(other) => Err(Problem(format!("balancer.kind: `{other}` is neither `haproxy` nor `nginx`"))),
        None if is("zone") => dns::replay(recording),
        None if is("setup") => mysql::replay(recording),
        None => Err(Problem("not a recording: neither `balancer` nor `zone` nor `setup` is there".to_owned())),
    }
}

/// The scenario in which a recording of HAProxy or nginx is replayed.
///
/// # Errors
/// What in the recording is unknown or beyond the engine, by its name in the recording.
pub fn scenario(recording: &Value) -> Result<Scenario, Problem> {
    match recording["balancer"]["kind"].as_str() {
        Some("nginx") => nginx::scenario(recording),
        Some("haproxy") => haproxy::scenario(recording),
        _ => Err(Problem("balancer.kind: neither `haproxy` nor `nginx`".to_owned())),
    }
}
