//! What stands where: machines and the processes on them, as a scenario states it.

use std::net::Ipv4Addr;

use serde::Serialize;
use serde::de::Error;

use super::command::range;
use super::firewall::Firewall;
use super::json::{Object, Place, Problem, Tagged, fields, may, must, readable};
use super::monitoring::is_watched;
use super::scenario::FieldError;

/// The most machines that a scenario may have.
pub const MAX_MACHINES: usize = 200;
/// The most processes on one machine.
pub const MAX_PROCESSES: usize = 16;
/// The most processes in all; keeps the number of links within 16 bits.
pub const MAX_PROCESSES_IN_ALL: usize = 300;
/// The longest name of a machine or process, in bytes.
pub const MAX_NAME: usize = 40;

/// All machines of a scenario, those of the visitor and of the name service included.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Topology {
    /// The machines, in the order in which configuration files would list them.
    pub machines: Vec<Machine>,
}

/// A failure domain: what goes dark together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Machine {
    /// Unique name, such as `web-01`.
    pub name: String,
    /// Address inside the data centre (or of the visitor, or of a name server).
    pub address: Ipv4Addr,
    /// Address that the outside world can reach.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub public: Option<Ipv4Addr>,
    /// Its firewall; none lets everything in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub firewall: Option<Firewall>,
    /// What runs on it.
    pub processes: Vec<Process>,
}

/// A program that runs on a machine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Process {
    /// Unique on its machine, such as `nginx`.
    pub name: String,
    /// What the program does.
    #[serde(flatten)]
    pub role: Role,
}

/// What a process does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "role", rename_all = "kebab-case")]
pub enum Role {
    /// The visitor's browser.
    Browser,
    /// A recursive resolver with a cache.
    Resolver,
    /// The authoritative server of `foobar.com`.
    Authoritative,
    /// An HAProxy-like balancer before all web servers.
    Balancer,
    /// nginx: serves static files, passes the rest to the application server.
    Nginx,
    /// The application server with its own copy of the application files.
    App,
    /// MySQL: a primary, or a replica of the process named `machine/process`.
    Mysqld {
        /// The source that it replicates from; none for a primary.
        #[serde(skip_serializing_if = "Option::is_none")]
        replica_of: Option<String>,
        /// TCP port, 3306 unless a second instance shares the machine.
        #[serde(skip_serializing_if = "is_mysql_port")]
        port: u16,
    },
    /// keepalived: shares a virtual address with the others that have the same one (VRRP).
    Keepalived {
        /// The virtual address.
        address: Ipv4Addr,
        /// 1 to 254: the highest that can holds the address.
        priority: u8,
    },
    /// A monitoring agent: says how the programs on its machine are.
    Agent,
    /// A Prometheus-like monitor: scrapes the agents.
    Monitor,
}

fields!(Topology { machines } {});

fields!(
    Machine = Self { name: String::new(), address: Ipv4Addr::UNSPECIFIED, public: None, firewall: None, processes: Vec::new() };
    { name, address, processes } { public, firewall }
);

const ROLES: [&str; 10] =
    ["browser", "resolver", "authoritative", "balancer", "nginx", "app", "mysqld", "keepalived", "agent", "monitor"];

impl Tagged for Process {
    fn tag(&self) -> &'static str {
        "role"
    }

    fn choose(&mut self, role: &str) -> Result<Object<'_>, Problem> {
        self.role = match role {
            "browser" => Role::Browser,
            "resolver" => Role::Resolver,
            "authoritative" => Role::Authoritative,
            "balancer" => Role::Balancer,
            "nginx" => Role::Nginx,
            "app" => Role::App,
            "mysqld" => Role::Mysqld { replica_of: None, port: mysql_port() },
            "keepalived" => Role::Keepalived { address: Ipv4Addr::UNSPECIFIED, priority: 100 },
            "agent" => Role::Agent,
            "monitor" => Role::Monitor,
            _ => return Err(Problem::unknown_variant(role, &ROLES)),
        };
        let mut fields = vec![must("name", &mut self.name)];
        match &mut self.role {
            Role::Mysqld { replica_of, port } => fields.extend([may("replica_of", replica_of), may("port", port)]),
            Role::Keepalived { address, priority } => {
                fields.extend([must("address", address), may("priority", priority)]);
            }
            _ => {}
        }
        Ok(Object::Fields(fields))
    }
}

impl Place for Process {
    fn expected(&self) -> &'static str {
        "struct Process"
    }

    fn object(&mut self) -> Option<Object<'_>> {
        Some(Object::Tagged(self))
    }
}

readable!(Process = Self { name: String::new(), role: Role::Browser });

fn mysql_port() -> u16 {
    3306
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_mysql_port(port: &u16) -> bool {
    *port == mysql_port()
}

impl Role {
    /// The TCP or UDP port that the program listens on; 0 for the browser, and for keepalived (VRRP is IP protocol 112).
    #[must_use]
    pub const fn port(&self) -> u16 {
        match self {
            Self::Browser | Self::Keepalived { .. } => 0,
            Self::Resolver | Self::Authoritative => 53,
            Self::Balancer | Self::Nginx => 80,
            Self::App => 8000,
            Self::Agent => 9100,
            Self::Monitor => 9090,
            Self::Mysqld { port, .. } => *port,
        }
    }
}

impl Topology {
    /// Checks names, addresses and roles.
    ///
    /// # Errors
    /// The first field that cannot be, with the reason.
    pub fn validate(&self) -> Result<(), FieldError> {
        if self.machines.len() > MAX_MACHINES {
            let limit = format!("at most {MAX_MACHINES} machines, here {}", self.machines.len());
            return Err(FieldError::new("topology.machines", limit));
        }
        for (i, machine) in self.machines.iter().enumerate() {
            let at = format!("topology.machines[{i}]");
            let earlier = &self.machines[..i];
            validate_name(&format!("{at}.name"), &machine.name)?;
            if earlier.iter().any(|m| m.name == machine.name) {
                let why = format!("another machine is named {:?}", machine.name);
                return Err(FieldError::new(format!("{at}.name"), why));
            }
            if machine.public.is_some() && earlier.iter().any(|m| m.public == machine.public) {
                return Err(FieldError::new(format!("{at}.public"), "another machine has this address"));
            }
            machine.validate(&at)?;
            if let Some(firewall) = &machine.firewall {
                let named = |name: &str| self.machines.iter().find(|m| m.name == name).map(|m| m.address);
                firewall.validate(&format!("{at}.firewall"), named)?;
            }
        }
        let processes = self.count(|_| true);
        if processes > MAX_PROCESSES_IN_ALL {
            let limit = format!("at most {MAX_PROCESSES_IN_ALL} processes in all, here {processes}");
            return Err(FieldError::new("topology.machines", limit));
        }
        self.validate_roles()
    }

    /// The same with an agent on every machine of the site, and a monitor on a machine of its own.
    #[must_use]
    pub fn monitored(&self) -> Self {
        let mut machines = self.machines.clone();
        let agent = Process { name: "agent".to_owned(), role: Role::Agent };
        for machine in &mut machines {
            if machine.processes.iter().any(|process| is_watched(&process.role)) {
                machine.processes.push(agent.clone());
                if let Some(firewall) = &mut machine.firewall {
                    firewall.let_in("mon-01", agent.role.port());
                }
            }
        }
        let monitor = Process { name: "prometheus".to_owned(), role: Role::Monitor };
        let (name, address) = ("mon-01".to_owned(), Ipv4Addr::new(10, 0, 0, 40));
        machines.push(Machine { name, address, public: None, firewall: None, processes: vec![monitor] });
        Self { machines }
    }

    /// The process named `machine/process`.
    #[must_use]
    pub fn process(&self, name: &str) -> Option<&Process> {
        let (machine, process) = name.split_once('/')?;
        let machine = self.machines.iter().find(|m| m.name == machine)?;
        machine.processes.iter().find(|p| p.name == process)
    }

    fn count(&self, wanted: impl Fn(&Role) -> bool) -> usize {
        let processes = self.machines.iter().flat_map(|m| &m.processes);
        processes.filter(|p| wanted(&p.role)).count()
    }

    fn validate_roles(&self) -> Result<(), FieldError> {
        let exactly_one = [
            ("browser", self.count(|r| *r == Role::Browser)),
            ("resolver", self.count(|r| *r == Role::Resolver)),
            ("authoritative", self.count(|r| *r == Role::Authoritative)),
        ];
        if self.count(|r| *r == Role::Monitor) > 1 {
            return Err(FieldError::new("topology.machines", "at most one monitor"));
        }
        for (role, count) in exactly_one {
            if count != 1 {
                let why = format!("needs exactly one process with the role {role:?}, here {count}");
                return Err(FieldError::new("topology.machines", why));
            }
        }
        let primaries = self.count(|r| matches!(r, Role::Mysqld { replica_of: None, .. }));
        if primaries > 1 {
            let why = format!("at most one MySQL primary, here {primaries}; give the others \"replica_of\"");
            return Err(FieldError::new("topology.machines", why));
        }
        for (i, machine) in self.machines.iter().enumerate() {
            for (j, process) in machine.processes.iter().enumerate() {
                if let Role::Keepalived { address, .. } = process.role
                    && self.machines.iter().any(|machine| machine.public == Some(address))
                {
                    let at = format!("topology.machines[{i}].processes[{j}].address");
                    return Err(FieldError::new(at, "a machine has this address for itself"));
                }
                let Role::Mysqld { replica_of: Some(source), .. } = &process.role else {
                    continue;
                };
                let primary = self.process(source).map(|p| &p.role);
                if !matches!(primary, Some(Role::Mysqld { replica_of: None, .. })) {
                    let at = format!("topology.machines[{i}].processes[{j}].replica_of");
                    return Err(FieldError::new(at, format!("{source:?} is not a MySQL primary")));
                }
            }
        }
        Ok(())
    }
}

impl Machine {
    fn validate(&self, at: &str) -> Result<(), FieldError> {
        if self.processes.len() > MAX_PROCESSES {
            let limit = format!("at most {MAX_PROCESSES} processes, here {}", self.processes.len());
            return Err(FieldError::new(format!("{at}.processes"), limit));
        }
        for (j, process) in self.processes.iter().enumerate() {
            let field = format!("{at}.processes[{j}].name");
            validate_name(&field, &process.name)?;
            if self.processes[..j].iter().any(|p| p.name == process.name) {
                return Err(FieldError::new(field, format!("another process here is named {:?}", process.name)));
            }
            if let Role::Keepalived { address, priority } = &process.role {
                let at = format!("{at}.processes[{j}]");
                range(&format!("{at}.priority"), (*priority).into(), 1, 254)?;
                let is_other =
                    |p: &Process| matches!(p.role, Role::Keepalived { address: other, .. } if other == *address);
                if self.processes[..j].iter().any(is_other) {
                    return Err(FieldError::new(format!("{at}.address"), "another keepalived here has this address"));
                }
            }
            let port = process.role.port();
            if port != 0 && self.processes[..j].iter().any(|p| p.role.port() == port) {
                let why = format!("another process here listens on port {port}");
                return Err(FieldError::new(format!("{at}.processes[{j}]"), why));
            }
        }
        Ok(())
    }
}

/// Names appear in addresses, configuration files and file names: letters, digits, `-`, `_` and `.` only.
fn validate_name(field: &str, name: &str) -> Result<(), FieldError> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    if name.is_empty() || name.len() > MAX_NAME {
        return Err(FieldError::new(field, format!("1 to {MAX_NAME} characters, here {}", name.len())));
    }
    match name.chars().find(|c| !allowed(*c)) {
        Some(c) => Err(FieldError::new(field, format!("{c:?} is not a letter, digit, '-', '_' or '.'"))),
        None => Ok(()),
    }
}
