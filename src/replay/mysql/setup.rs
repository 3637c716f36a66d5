//! How both servers were prepared: options and statements, as settings of a scenario.

use std::sync::Arc;

use serde_json::Value;

use super::read::read;
use super::sql::Sql;
use crate::replay::Problem;
use crate::sim::{Check, Preset, ServiceTimes, World};

/// Names of the two servers in the recordings, in the order of the engine's cluster.
pub(super) const SERVERS: [&str; 2] = ["primary", "replica"];
/// The same as the engine names them.
pub(super) const PARTS: [&str; 2] = ["db-01/mysqld", "db-02/mysqld"];
/// MariaDB's defaults where the recordings give no option.
const NET_TIMEOUT_MS: u32 = 60_000;

/// What `CREATE DATABASE` and `CREATE TABLE` take up in a binlog besides their texts.
const DATABASE_BYTES: u64 = 109;
const TABLE_BYTES: u64 = 114;

pub(super) struct Setup {
    pub world: World,
    /// Host of each server.
    pub hosts: [String; 2],
    /// Port of each server.
    pub ports: [String; 2],
    /// Whether each server is started with `--read-only`.
    pub read_only: [bool; 2],
    /// Whether the setup's statements make each server read-only.
    pub set_read_only: [bool; 2],
    /// Transactions that the setup logs on the primary.
    pub logged: u64,
    /// What these take up in its binlog.
    pub setup_bytes: u64,
}

pub(super) fn setup(setup: &Value) -> Result<Setup, Problem> {
    let mut scenario = Preset::find("dedicated-db").ok_or_else(|| Problem("no preset".to_owned()))?.scenario();
    let settings = &mut scenario.settings;
    settings.service = ServiceTimes::Fixed;
    settings.balancer.check = Check::None;
    // Both servers ran on one machine.
    settings.network.lan_us = settings.network.loopback_us;
    (settings.mysql.service_us, settings.mysql.apply_us) = (1_000, 500);
    settings.mysql.net_timeout_ms = NET_TIMEOUT_MS;
    let (mut hosts, mut ports) = ([const { String::new() }; 2], [const { String::new() }; 2]);
    let (mut read_only, mut set_read_only, mut semi_sync) = ([false; 2], [false; 2], [false; 2]);
    let (mut logged, mut setup_bytes) = (0, 0);
    for (at, name) in SERVERS.iter().enumerate() {
        let server = &setup[name];
        let address = server["address"].as_str().unwrap_or_default();
        let (host, port) = address.split_once(':').ok_or_else(|| Problem(format!("setup.{name}.address")))?;
        (hosts[at], ports[at]) = (host.to_owned(), port.to_owned());
        for option in server["options"].as_array().into_iter().flatten().filter_map(Value::as_str) {
            let (key, value) = option.split_once('=').unwrap_or((option, "1"));
            let number = || value.parse::<u32>().map_err(|_| Problem(format!("setup.{name}.options: {option}")));
            match key.trim_start_matches("--").replace('_', "-").as_str() {
                "server-id" | "log-bin" | "log-slave-updates" | "binlog-format" | "sync-binlog" => {}
                "max-connections" => settings.mysql.max_connections = number()?,
                "slave-net-timeout" => settings.mysql.net_timeout_ms = number()?.saturating_mul(1_000),
                "read-only" => read_only[at] = value != "0",
                "rpl-semi-sync-master-enabled" if at == 0 => semi_sync[0] = value != "0",
                "rpl-semi-sync-slave-enabled" if at == 1 => semi_sync[1] = value != "0",
                "rpl-semi-sync-master-timeout" => settings.mysql.semi_sync_timeout_ms = number()?,
                "rpl-semi-sync-master-enabled" | "rpl-semi-sync-slave-enabled" => {}
                _ => return Err(Problem(format!("setup.{name}.options: `{option}` is unknown"))),
            }
        }
        for text in server["sql"].as_array().into_iter().flatten().filter_map(Value::as_str) {
            match read(text) {
                Some(Sql::ChangeMaster(options)) => {
                    for (key, value) in options.iter().filter(|(key, _)| key == "MASTER_CONNECT_RETRY") {
                        let seconds: u32 = value.parse().map_err(|_| Problem(format!("setup.{name}.sql: {key}")))?;
                        settings.mysql.connect_retry_ms = seconds.saturating_mul(1_000);
                    }
                }
                Some(Sql::Set { global: true, variable, value }) if variable == "read_only" => {
                    set_read_only[at] = is_on(&value);
                }
                // What changes the schema is replicated; users were made on each server, and not logged.
                Some(Sql::Define { .. }) => {
                    logged += 1;
                    setup_bytes += TABLE_BYTES + text.len() as u64;
                }
                None if text.starts_with("CREATE DATABASE") => {
                    logged += 1;
                    setup_bytes += DATABASE_BYTES + text.len() as u64;
                }
                _ => {}
            }
        }
    }
    if semi_sync[0] && !semi_sync[1] {
        return Err(Problem("setup: semi-synchronous on one side alone is not modelled".to_owned()));
    }
    settings.mysql.semi_sync = semi_sync[0];
    scenario.validate().map_err(|error| Problem(format!("setup: {error}")))?;
    let world = World::new(Arc::new(scenario));
    Ok(Setup { world, hosts, ports, read_only, set_read_only, logged, setup_bytes })
}

pub(super) fn is_on(value: &str) -> bool {
    matches!(value.to_uppercase().as_str(), "1" | "ON" | "TRUE")
}
