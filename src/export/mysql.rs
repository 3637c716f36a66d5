//! `my.cnf` of a MySQL server, and the statements that make it a primary or a replica (MySQL 8.0 reference manual, chapter 19).

use super::draft::{Draft, put};
use super::site::Site;
use crate::sim::mysql::SOURCE_RETRY_COUNT;
use crate::sim::{ProcessId, Role};
use crate::text::export as say;

/// Both ends of semi-synchronous replication, for a replica may be promoted. Only one is switched on: a replica that acted as a source,
/// too, would wait with each transaction that it applies for a replica of its own.
const SEMI_SYNC: &str = "plugin_load_add = semisync_source.so\nplugin_load_add = semisync_replica.so";

pub(super) fn options(site: &Site<'_>, server: ProcessId) -> String {
    let config = &site.settings.mysql;
    let process = site.wiring.process(server);
    let left_out = say::mysql(config.service_us, config.apply_us, whole_seconds(config.net_timeout_ms).1);
    let mut file = Draft::new("#", &say::of("my.cnf", &process.full_name), site.scenario, &left_out);
    put!(file, "[mysqld]\nserver_id = {}", site.wiring.seat(server).at + 1);
    put!(file, "port = {}\nbind_address = 0.0.0.0\nmysqlx = OFF", process.port);
    let instances = site.wiring.processes_of(process.machine);
    if instances.filter(|other| matches!(site.wiring.role(*other), Role::Mysqld { .. })).count() > 1 {
        put!(file, "datadir = /var/lib/mysql-{}", process.name);
        put!(file, "socket = /run/mysqld/{0}.sock\npid_file = /run/mysqld/{0}.pid", process.name);
    }
    file.put_all("log_bin = binlog\ngtid_mode = ON\nenforce_gtid_consistency = ON\nlog_replica_updates = ON");
    put!(file, "max_connections = {}\ninnodb_thread_concurrency = {}", config.max_connections, config.threads);
    put!(file, "replica_net_timeout = {}", whole_seconds(config.net_timeout_ms).0);
    put!(file, "report_host = {}", site.wiring.machine_of(server).name);
    let is_replica = source_of(site, server).is_some();
    if is_replica {
        put!(file, "# {}\nread_only = ON", say::READ_ONLY);
    }
    if config.semi_sync {
        file.put_all(SEMI_SYNC);
        match is_replica {
            true => put!(file, "# {}\nrpl_semi_sync_replica_enabled = ON", say::SEMI_SYNC),
            false => put!(file, "rpl_semi_sync_source_enabled = ON"),
        }
        put!(file, "rpl_semi_sync_source_timeout = {}", config.semi_sync_timeout_ms);
    }
    file.done()
}

pub(super) fn statements(site: &Site<'_>, server: ProcessId) -> String {
    let config = &site.settings.mysql;
    let is_rounded = whole_seconds(config.connect_retry_ms).1 || whole_seconds(config.source_delay_ms).1;
    let what = say::of("SQL", &site.wiring.process(server).full_name);
    let mut file = Draft::new("--", &what, site.scenario, say::statements(is_rounded));
    let Some(source) = source_of(site, server) else {
        file.put_all(
            "CREATE USER 'repl'@'%' IDENTIFIED BY 'repl';\nGRANT REPLICATION SLAVE ON *.* TO 'repl'@'%';\n\
             CREATE USER 'app'@'%' IDENTIFIED BY 'app';\nCREATE DATABASE shop;\n\
             GRANT SELECT, INSERT, UPDATE, DELETE ON shop.* TO 'app'@'%';\n\
             CREATE TABLE shop.orders (id INT AUTO_INCREMENT PRIMARY KEY, item VARCHAR(40) NOT NULL) ENGINE=InnoDB;",
        );
        if site.wiring.ids().any(|id| *site.wiring.role(id) == Role::Agent) {
            put!(
                file,
                "CREATE USER 'agent'@'%' IDENTIFIED BY 'agent';\nGRANT REPLICATION CLIENT ON *.* TO 'agent'@'%';"
            );
        }
        return file.done();
    };
    let (host, port) = (site.way(server, source), site.wiring.process(source).port);
    put!(file, "CHANGE REPLICATION SOURCE TO SOURCE_HOST='{host}', SOURCE_PORT={port},");
    put!(file, "  SOURCE_USER='repl', SOURCE_PASSWORD='repl', GET_SOURCE_PUBLIC_KEY=1,");
    put!(
        file,
        "  SOURCE_CONNECT_RETRY={}, SOURCE_RETRY_COUNT={SOURCE_RETRY_COUNT},",
        whole_seconds(config.connect_retry_ms).0.max(1)
    );
    put!(file, "  SOURCE_DELAY={}, SOURCE_AUTO_POSITION=1;", whole_seconds(config.source_delay_ms).0);
    put!(file, "START REPLICA;");
    file.done()
}

/// The source that a replica replicates from.
fn source_of(site: &Site<'_>, server: ProcessId) -> Option<ProcessId> {
    match site.wiring.role(server) {
        Role::Mysqld { replica_of: Some(source), .. } => site.wiring.mysqld(source).ok(),
        _ => None,
    }
}

/// Whole seconds, rounded up, and whether that makes a difference.
const fn whole_seconds(ms: u32) -> (u32, bool) {
    (ms.div_ceil(1_000), !ms.is_multiple_of(1_000))
}
