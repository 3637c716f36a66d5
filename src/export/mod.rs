//! A scenario as the configuration files of the real programs. One file per kind of file; each says at its top which scenario
//! it comes from and what of the model it has no words for.
//!
//! They are the configuration at the start of a run: what the timeline changes later is not in them.

mod draft;
mod haproxy;
mod nginx;
mod site;

use crate::sim::{Role, Scenario};
use site::Site;

/// One file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// Where it belongs below the folder of the export, such as `web-01/nginx.conf`: folders are machines. It never leads out of
    /// that folder.
    pub path: String,
    /// Its text.
    pub content: String,
}

/// The configuration files of a valid scenario, machine by machine.
#[must_use]
pub fn files(scenario: &Scenario) -> Vec<File> {
    let site = Site::new(scenario);
    let mut files = Vec::new();
    for machine in &site.scenario.topology.machines {
        let mut add = |name: &str, content: String| {
            files.push(File { path: format!("{}/{name}", site::folder(&machine.name)), content });
        };
        for process in &machine.processes {
            match process.role {
                Role::Balancer => add("haproxy.cfg", haproxy::write(&site, &machine.name)),
                Role::Nginx => add("nginx.conf", nginx::write(&site, &machine.name)),
                _ => {}
            }
        }
    }
    files
}

#[cfg(test)]
mod tests;
