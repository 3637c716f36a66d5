//! Everything that anybody can do to a world.

mod read;

use std::net::Ipv4Addr;

use serde::Serialize;

use super::balancer::{AdminState, Health};
use super::firewall::Firewall;
use super::ids::PartId;
use super::json::{fields, from_text};
use super::mysql::Thread;
use super::nginx::Upstream;
use super::scenario::FieldError;
use super::script::{Answer, Method, Script};
use super::setting::Setting;
use super::time::SimTime;
use super::topology::Role;
use super::wiring::Wiring;
use super::workload::{Class, Workload};

/// The most visits that one command may start.
pub const MAX_VISITS: u32 = 1_000;
/// The largest factor by which a part can be slowed.
pub const MAX_SLOWDOWN: u32 = 100_000;

/// One act of a person on the world. Buttons, lessons, timelines and host pages all send these; nothing else changes a
/// world. Parts are named `machine`, `machine/process` or `machine/process>machine/process`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "do", rename_all = "kebab-case")]
pub enum Command {
    /// Starts visits, one right after the other's start.
    Visit {
        /// What they ask for.
        class: Class,
        /// How many.
        count: u32,
        /// Address that they come from; the visitor's own if absent.
        #[serde(skip_serializing_if = "Option::is_none")]
        source: Option<Ipv4Addr>,
        /// What the application does with them; what it always does if absent.
        #[serde(skip_serializing_if = "Option::is_none")]
        answer: Option<Answer>,
        /// HTTP method; that of the class if absent.
        #[serde(skip_serializing_if = "Option::is_none")]
        method: Option<Method>,
        /// Path and query.
        #[serde(skip_serializing_if = "Option::is_none")]
        path: Option<String>,
        /// The `Cookie` header.
        #[serde(skip_serializing_if = "Option::is_none")]
        cookie: Option<String>,
    },
    /// Lets the application answer a visit that it holds.
    Release {
        /// Its number.
        visit: u64,
    },
    /// The visitor presses Stop.
    Abort {
        /// Number of the visit.
        visit: u64,
    },
    /// Sets the continuous load.
    Load(Workload),
    /// Kills a process (connections are refused), cuts a machine's power (no answer at all), cuts a link (packets are lost).
    Kill {
        /// The part.
        part: String,
    },
    /// Stops keepalived as an operator does (`systemctl stop`): unlike a killed one, it resigns and takes its address away.
    Stop {
        /// The process.
        part: String,
    },
    /// Puts a monitoring agent on every machine of the site, and a monitor beside them.
    InstallMonitoring,
    /// Hangs a process: it accepts connections and never answers (SIGSTOP).
    Freeze {
        /// The process.
        part: String,
    },
    /// Makes a part slower: service times or latency times `factor`.
    Slow {
        /// The part.
        part: String,
        /// 1 is normal speed.
        factor: u32,
    },
    /// Starts a dead part again, lets a hung one go on, and gives a slow one its speed back.
    Restore {
        /// The part.
        part: String,
    },
    /// Restores every part.
    RestoreAll,
    /// HAProxy: `set server … state`, on every balancer.
    ServerState {
        /// Machine name of the server.
        server: String,
        /// The new state.
        state: AdminState,
    },
    /// HAProxy: `set server … weight`, on every balancer.
    ServerWeight {
        /// Machine name of the server.
        server: String,
        /// 0 to 256.
        weight: u32,
    },
    /// HAProxy: `set server … health`, on every balancer.
    ServerHealth {
        /// Machine name of the server.
        server: String,
        /// How healthy it is from now on.
        health: Health,
    },
    /// HAProxy: `set maxconn server`, on every balancer.
    ServerMaxconn {
        /// Machine name of the server.
        server: String,
        /// Requests at a time; 0 for no limit.
        maxconn: u32,
    },
    /// What the health page of the application on a machine says: 200 or 503.
    AppHealth {
        /// The machine.
        machine: String,
        /// Whether it says 200.
        healthy: bool,
    },
    /// Changes one setting of the running world.
    Set(Setting),
    /// `nginx -s reload`, on every nginx: new worker processes read the configuration and know of no failures.
    Reload {
        /// A new upstream block; absent, the one it has.
        #[serde(skip_serializing_if = "Option::is_none")]
        upstream: Option<Upstream>,
    },
    /// Gives a machine another firewall (`nft -f`), or none. Connections that stand are not touched.
    Firewall {
        /// The machine.
        machine: String,
        /// All of its rules; absent, everything is let in.
        #[serde(skip_serializing_if = "Option::is_none")]
        firewall: Option<Firewall>,
    },
    /// Writes new A records of `www.foobar.com` into the zone.
    Records {
        /// The addresses.
        addresses: Vec<Ipv4Addr>,
        /// Time to live in seconds.
        ttl_s: u32,
    },
    /// Empties the resolver's cache.
    FlushCache,
    /// Makes a replica the primary and points the application at it.
    Promote {
        /// The replica, as `machine/process`.
        server: String,
    },
    /// `CHANGE REPLICATION SOURCE`: lets a server replicate from the present primary.
    Follow {
        /// The server, as `machine/process`.
        server: String,
    },
    /// `START REPLICA` and `STOP REPLICA`, with or without `IO_THREAD` or `SQL_THREAD`.
    Replication {
        /// The replica, as `machine/process`.
        server: String,
        /// Which threads; both if absent.
        thread: Thread,
        /// Whether they start or stop.
        run: bool,
    },
    /// Throws a server's data away, copies the primary's and lets it follow.
    Reclone {
        /// The server, as `machine/process`.
        server: String,
    },
    /// `TRUNCATE TABLE orders`: an administrator empties the table on a server, and with it on the server's replicas.
    Truncate {
        /// The server, as `machine/process`.
        server: String,
    },
    /// Puts a version of the application files on one machine.
    Deploy {
        /// The machine.
        machine: String,
        /// Version number.
        version: u32,
    },
}

/// A command with the moment at which it is carried out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TimedCommand {
    /// When, in microseconds since the start of the run.
    pub at_us: SimTime,
    /// What.
    pub command: Command,
}

fields!(TimedCommand = Self { at_us: SimTime::ZERO, command: Command::RestoreAll }; { at_us, command } {});

impl Command {
    /// Reads a command. Whether its names exist is told when it is carried out.
    ///
    /// # Errors
    /// The field that is missing, unknown or of the wrong type; no field if it is no command at all.
    pub fn from_json(text: &str) -> Result<Self, FieldError> {
        from_text(text, "")
    }

    /// Ordinary visits of the visitor's own.
    #[must_use]
    pub const fn visits(class: Class, count: u32) -> Self {
        Self::visits_from(class, count, None)
    }

    /// Ordinary visits from an address.
    #[must_use]
    pub const fn visits_from(class: Class, count: u32, source: Option<Ipv4Addr>) -> Self {
        Self::Visit { class, count, source, answer: None, method: None, path: None, cookie: None }
    }

    /// Checks that all names exist and all numbers are in range; says nothing of whether the act makes sense now.
    ///
    /// # Errors
    /// The field that cannot be.
    pub fn validate(&self, wiring: &Wiring) -> Result<(), FieldError> {
        match self {
            Self::Visit { count, answer, path, cookie, .. } => {
                range("count", *count, 1, MAX_VISITS)?;
                Script::validate(*answer, path.as_deref(), cookie.as_deref())
            }
            Self::Release { .. } | Self::Abort { .. } => Ok(()),
            Self::Load(workload) => workload.validate(),
            Self::Kill { part } | Self::Restore { part } => wiring.part(part).map(drop),
            Self::Stop { part } => match wiring.part(part)? {
                PartId::Process(process) if wiring.virtual_address(process).is_some() => Ok(()),
                _ => {
                    Err(FieldError::new("part", "only keepalived does more when it is stopped than when it is killed"))
                }
            },
            Self::Freeze { part } => match wiring.part(part)? {
                PartId::Process(_) => Ok(()),
                _ => Err(FieldError::new("part", "only a process can hang")),
            },
            Self::Slow { part, factor } => {
                wiring.part(part)?;
                range("factor", *factor, 1, MAX_SLOWDOWN)
            }
            Self::RestoreAll | Self::FlushCache | Self::InstallMonitoring => Ok(()),
            Self::ServerState { server, .. } | Self::ServerHealth { server, .. } => wiring.server(server).map(drop),
            Self::ServerMaxconn { server, maxconn } => {
                wiring.server(server)?;
                range("maxconn", *maxconn, 0, 1_000_000)
            }
            Self::AppHealth { machine, .. } => app_on(wiring, machine),
            Self::ServerWeight { server, weight } => {
                wiring.server(server)?;
                range("weight", *weight, 0, 256)
            }
            Self::Set(setting) => setting.validate(),
            Self::Reload { upstream } => match upstream {
                Some(upstream) => upstream.validate("upstream", wiring),
                None => Ok(()),
            },
            Self::Firewall { machine, firewall } => {
                wiring.machine(machine)?;
                let named = |name: &str| wiring.address_of(name);
                firewall.as_ref().map_or(Ok(()), |firewall| firewall.validate("firewall", named))
            }
            Self::Records { addresses, ttl_s } => {
                if addresses.len() > 8 {
                    return Err(FieldError::new("addresses", format!("at most 8, here {}", addresses.len())));
                }
                range("ttl_s", *ttl_s, 0, 604_800)
            }
            Self::Promote { server }
            | Self::Follow { server }
            | Self::Replication { server, .. }
            | Self::Reclone { server }
            | Self::Truncate { server } => wiring.mysqld(server).map(drop),
            Self::Deploy { machine, version } => {
                app_on(wiring, machine)?;
                range("version", *version, 1, 1_000_000)
            }
        }
    }
}

/// Checks that an application runs on the machine with this name.
fn app_on(wiring: &Wiring, machine: &str) -> Result<(), FieldError> {
    let on = wiring.machine(machine)?;
    if wiring.processes_of(on).any(|p| wiring.role(p) == &Role::App) {
        return Ok(());
    }
    Err(FieldError::new("machine", format!("no application runs on {machine:?}")))
}

/// Checks that `value` lies between `low` and `high`, both included.
pub(super) fn range(field: &str, value: u32, low: u32, high: u32) -> Result<(), FieldError> {
    if (low..=high).contains(&value) {
        return Ok(());
    }
    Err(FieldError::new(field, format!("{low} to {high}, here {value}")))
}
