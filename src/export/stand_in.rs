//! What the site's own programs are in `compose.yaml`: small stand-ins for the application and for the monitoring agent.

use super::draft::{Draft, put};
use super::keepalived::seconds;
use super::site::Site;
use crate::sim::{ProcessId, ReadFrom, Role};

/// The application: reads from a replica, writes to the primary.
pub(super) const APP: &str = include_str!("app.py");
/// The agent: what it says of the programs on its machine has the names of Prometheus' exporters.
pub(super) const AGENT: &str = include_str!("agent.py");

pub(super) fn app(site: &Site<'_>, app: ProcessId, file: &mut Draft) {
    let config = &site.settings.app;
    let of = |wanted: fn(&Role) -> bool| {
        let servers = site.wiring.with_role(wanted).into_iter();
        servers.map(|server| address(site, app, server)).collect::<Vec<_>>().join(" ")
    };
    let primary = of(|role| matches!(role, Role::Mysqld { replica_of: None, .. }));
    let replicas = of(|role| matches!(role, Role::Mysqld { replica_of: Some(_), .. }));
    let reads_there = config.read_from == ReadFrom::Primary || replicas.is_empty();
    python(file, "app.py");
    put!(file, "      PRIMARY: \"{primary}\"\n      READERS: \"{}\"", if reads_there { &primary } else { &replicas });
    put!(file, "      FALLBACK: \"{}\"", config.fallback_to_primary);
    put!(file, "      WORKERS: \"{}\"\n      BACKLOG: \"{}\"", config.workers, config.backlog);
    put!(file, "      CONNECT_S: \"{}\"", seconds(config.connect_timeout_ms));
    put!(file, "      READ_S: \"{}\"", seconds(config.read_timeout_ms));
    volume(file, "app.py");
}

pub(super) fn agent(site: &Site<'_>, agent: ProcessId, file: &mut Draft) {
    let programs = site.wiring.processes_of(site.wiring.process(agent).machine).filter_map(|id| {
        let program = match site.wiring.role(id) {
            Role::Balancer => "haproxy",
            Role::Nginx => "nginx",
            Role::App => "app",
            Role::Mysqld { .. } => "mysql",
            _ => return None,
        };
        Some(format!("{program}:{}", site.wiring.process(id).port))
    });
    python(file, "agent.py");
    put!(file, "      PROGRAMS: \"{}\"", programs.collect::<Vec<_>>().join(" "));
    volume(file, "agent.py");
}

/// The address and port at which one process finds another.
fn address(site: &Site<'_>, from: ProcessId, to: ProcessId) -> String {
    format!("{}:{}", site.way(from, to), site.wiring.process(to).port)
}

fn python(file: &mut Draft, program: &str) {
    put!(file, "    image: python:3.12-slim");
    put!(file, "    command: [sh, -c, \"pip install -q 'PyMySQL[rsa]' && exec python /{program}\"]");
    put!(file, "    environment:");
}

fn volume(file: &mut Draft, program: &str) {
    put!(file, "    volumes:\n      - \"./{program}:/{program}:ro\"");
}
