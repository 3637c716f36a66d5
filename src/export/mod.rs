//! A scenario as the configuration files of the real programs. One file per kind of file; each says at its top which scenario
//! it comes from and what of the model it has no words for.
//!
//! They are the configuration at the start of a run: what the timeline changes later is not in them.

mod compose;
mod dns;
mod draft;
mod firewall;
mod haproxy;
mod keepalived;
mod mysql;
mod network;
mod nginx;
mod prometheus;
mod site;
mod stand_in;

use crate::sim::{Role, Scenario};
use crate::text::export as say;
use site::Site;

/// One file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// Where it belongs below the folder of the export, such as `web-01/nginx.conf`: most folders are machines. It never leads out of
    /// that folder.
    pub path: String,
    /// Its text.
    pub content: String,
}

/// The configuration files of a valid scenario: machine by machine, then what puts them together.
#[must_use]
pub fn files(scenario: &Scenario) -> Vec<File> {
    let site = Site::new(scenario);
    let mut files = Vec::new();
    for machine in &scenario.topology.machines {
        let name = &machine.name;
        let mut add = |file: &str, content: String| {
            files.push(File { path: format!("{}/{file}", site::folder(name)), content });
        };
        for process in &machine.processes {
            let id = site.id(machine, process);
            match process.role {
                Role::Balancer => add("haproxy.cfg", haproxy::write(&site, name)),
                Role::Nginx => add("nginx.conf", nginx::write(&site, name)),
                Role::Mysqld { .. } => {
                    add(&format!("{}.my.cnf", process.name), mysql::options(&site, id));
                    add(&format!("{}.sql", process.name), mysql::statements(&site, id));
                }
                Role::Authoritative => {
                    add(dns::FILE, dns::zone(&site, name));
                    add("nsd.conf", dns::nsd(&site, name));
                }
                Role::Monitor => {
                    add("prometheus.yml", prometheus::config(&site, name));
                    add("alerts.yml", prometheus::alerts(&site, name));
                }
                Role::Browser | Role::Resolver | Role::App | Role::Agent | Role::Keepalived { .. } => {}
            }
        }
        if machine.processes.iter().any(|process| matches!(process.role, Role::Keepalived { .. })) {
            add("keepalived.conf", keepalived::write(&site, machine));
        }
        if let Some(firewall) = &machine.firewall {
            add("nftables.conf", firewall::write(&site, name, firewall));
        }
    }
    let mut add = |path: &str, content: String| files.push(File { path: path.to_owned(), content });
    add("compose.yaml", compose::write(&site));
    add("www/static/README.txt", say::STATIC_FILES.to_owned());
    for (role, path, program) in [(Role::App, "app.py", stand_in::APP), (Role::Agent, "agent.py", stand_in::AGENT)] {
        if site.wiring.ids().any(|id| *site.wiring.role(id) == role) {
            add(path, program.to_owned());
        }
    }
    files
}

#[cfg(test)]
mod tests;
