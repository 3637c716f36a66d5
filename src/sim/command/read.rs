//! Reading commands.

use serde::de::Error;

use super::Command;
use crate::balancer::{AdminState, Health};
use crate::json::{Object, Place, Problem, Tagged, may, must, readable};
use crate::mysql::Thread;
use crate::setting::Setting;
use crate::workload::{Class, Workload};

const NAMES: [&str; 27] = [
    "visit",
    "release",
    "abort",
    "load",
    "kill",
    "stop",
    "install-monitoring",
    "freeze",
    "slow",
    "restore",
    "restore-all",
    "server-state",
    "server-weight",
    "server-health",
    "server-maxconn",
    "app-health",
    "set",
    "reload",
    "firewall",
    "records",
    "flush-cache",
    "promote",
    "follow",
    "replication",
    "reclone",
    "truncate",
    "deploy",
];

impl Command {
    /// The command of that name, with nothing said yet.
    fn named(name: &str) -> Option<Self> {
        let text = String::new;
        Some(match name {
            "visit" => Self::visits(Class::Static, 1),
            "release" => Self::Release { visit: 0 },
            "abort" => Self::Abort { visit: 0 },
            "load" => Self::Load(Workload::default()),
            "kill" => Self::Kill { part: text() },
            "install-monitoring" => Self::InstallMonitoring,
            "stop" => Self::Stop { part: text() },
            "freeze" => Self::Freeze { part: text() },
            "slow" => Self::Slow { part: text(), factor: 1 },
            "restore" => Self::Restore { part: text() },
            "restore-all" => Self::RestoreAll,
            "server-state" => Self::ServerState { server: text(), state: AdminState::Ready },
            "server-weight" => Self::ServerWeight { server: text(), weight: 0 },
            "server-health" => Self::ServerHealth { server: text(), health: Health::ALL[0] },
            "server-maxconn" => Self::ServerMaxconn { server: text(), maxconn: 0 },
            "app-health" => Self::AppHealth { machine: text(), healthy: true },
            "set" => Self::Set(Setting::AllBackups(false)),
            "reload" => Self::Reload { upstream: None },
            "firewall" => Self::Firewall { machine: text(), firewall: None },
            "records" => Self::Records { addresses: Vec::new(), ttl_s: 0 },
            "flush-cache" => Self::FlushCache,
            "promote" => Self::Promote { server: text() },
            "follow" => Self::Follow { server: text() },
            "replication" => Self::Replication { server: text(), thread: Thread::default(), run: false },
            "reclone" => Self::Reclone { server: text() },
            "truncate" => Self::Truncate { server: text() },
            "deploy" => Self::Deploy { machine: text(), version: 0 },
            _ => return None,
        })
    }
}

impl Tagged for Command {
    fn tag(&self) -> &'static str {
        "do"
    }

    fn choose(&mut self, name: &str) -> Result<Object<'_>, Problem> {
        *self = Self::named(name).ok_or_else(|| Problem::unknown_variant(name, &NAMES))?;
        Ok(Object::Fields(match self {
            Self::Visit { class, count, source, answer, method, path, cookie } => vec![
                must("class", class),
                may("count", count),
                may("source", source),
                may("answer", answer),
                may("method", method),
                may("path", path),
                may("cookie", cookie),
            ],
            Self::Load(workload) => return Ok(workload.object().expect("it has fields")),
            Self::Set(setting) => return Ok(Object::Tagged(setting)),
            Self::Release { visit } | Self::Abort { visit } => vec![must("visit", visit)],
            Self::Kill { part } | Self::Stop { part } | Self::Freeze { part } | Self::Restore { part } => {
                vec![must("part", part)]
            }
            Self::Slow { part, factor } => vec![must("part", part), must("factor", factor)],
            Self::RestoreAll | Self::FlushCache | Self::InstallMonitoring => Vec::new(),
            Self::ServerState { server, state } => vec![must("server", server), must("state", state)],
            Self::ServerWeight { server, weight } => vec![must("server", server), must("weight", weight)],
            Self::ServerHealth { server, health } => vec![must("server", server), must("health", health)],
            Self::ServerMaxconn { server, maxconn } => vec![must("server", server), must("maxconn", maxconn)],
            Self::AppHealth { machine, healthy } => vec![must("machine", machine), must("healthy", healthy)],
            Self::Reload { upstream } => vec![may("upstream", upstream)],
            Self::Firewall { machine, firewall } => vec![must("machine", machine), may("firewall", firewall)],
            Self::Records { addresses, ttl_s } => vec![must("addresses", addresses), must("ttl_s", ttl_s)],
            Self::Promote { server }
            | Self::Follow { server }
            | Self::Reclone { server }
            | Self::Truncate { server } => {
                vec![must("server", server)]
            }
            Self::Replication { server, thread, run } => {
                vec![must("server", server), may("thread", thread), must("run", run)]
            }
            Self::Deploy { machine, version } => vec![must("machine", machine), must("version", version)],
        }))
    }
}

impl Place for Command {
    fn expected(&self) -> &'static str {
        "internally tagged enum Command"
    }

    fn object(&mut self) -> Option<Object<'_>> {
        Some(Object::Tagged(self))
    }
}

readable!(Command = Self::RestoreAll);
