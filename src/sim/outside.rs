//! What somebody outside can reach: a port scan, and a login attempt at a database.
//!
//! Both knock at the machines' public addresses as any visitor does, and the same kernel answers. Besides the processes of
//! the topology every server runs sshd, which is not drawn.

use std::net::Ipv4Addr;

use super::firewall::Ruling;
use super::ids::{MachineId, ProcessId};
use super::parts::Condition;
use super::settings::HTTPS;
use super::topology::Role;
use super::wiring::Tier;
use super::world::World;

/// Where the scan comes from: some host of the internet that has no business here.
pub const OUTSIDER: Ipv4Addr = Ipv4Addr::new(198, 51, 100, 66);
/// Ports that are tried whatever there is.
const SCANNED: [u16; 5] = [SSH, 80, HTTPS, 3306, 8000];
/// The port of sshd.
pub const SSH: u16 = 22;

/// What a scan says of a port, in nmap's words (nmap's manual, "Port Scanning Basics").
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PortState {
    /// Somebody listens.
    Open,
    /// The machine answers that nobody does, or its firewall says so (`reject with tcp reset`).
    Closed,
    /// No answer at all.
    Filtered,
}

/// One line of a scan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Port {
    /// The machine.
    pub machine: MachineId,
    /// The address that was asked.
    pub address: Ipv4Addr,
    /// The port.
    pub port: u16,
    /// What it is.
    pub state: PortState,
    /// Who listens there, whether the scan can see it or not; none for sshd, and where nobody does.
    pub process: Option<ProcessId>,
}

/// What a login attempt with a guessed password comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Login {
    /// 1045: mysqld itself has looked at the password. Whoever gets here can go on guessing.
    Denied,
    /// 1040: mysqld has too many connections already.
    TooManyConnections,
    /// 2013: accepted, but nobody says hello: the process hangs.
    NoGreeting,
    /// 2003, errno 111: nobody listens, or the firewall rejects.
    Refused,
    /// 2003, errno 110: no answer.
    TimedOut,
}

impl PortState {
    /// As an event carries it.
    pub(super) const fn pack(there: Option<Self>) -> u16 {
        match there {
            None => 0,
            Some(Self::Open) => 1,
            Some(Self::Closed) => 2,
            Some(Self::Filtered) => 3,
        }
    }

    /// What an event carries.
    pub(super) const fn unpack(there: u16) -> Option<Self> {
        match there {
            0 => None,
            1 => Some(Self::Open),
            2 => Some(Self::Closed),
            _ => Some(Self::Filtered),
        }
    }
}

impl World {
    /// Scans all machines that have a public address, from outside: sshd, the web, databases, applications.
    #[must_use]
    pub fn scan(&self) -> Vec<Port> {
        self.scan_from(OUTSIDER)
    }

    /// The same scan from another address.
    #[must_use]
    pub fn scan_from(&self, source: Ipv4Addr) -> Vec<Port> {
        let is_tcp = |port: &u16| !matches!(port, 0 | 53 | 9090);
        let all = || self.wiring.processes.iter().map(|process| process.port).filter(is_tcp).chain(SCANNED);
        let next = |last: &u16| all().filter(|port| port > last).min();
        let ports: Vec<u16> = core::iter::successors(next(&0), next).collect();
        let mut found = Vec::new();
        for (i, info) in self.wiring.machines.iter().enumerate() {
            let machine = MachineId::from(i);
            let Some(address) = info.public.or_else(|| self.virtual_address(machine)) else {
                continue;
            };
            found.extend(ports.iter().map(|&port| {
                let (state, process) = (self.knock_from(machine, port, source), self.listener(machine, port));
                Port { machine, address, port, state, process }
            }));
        }
        found
    }

    /// What the port of a public address is to a source; none if no machine has the address.
    #[must_use]
    pub fn port_state(&self, address: Ipv4Addr, port: u16, source: Ipv4Addr) -> Option<PortState> {
        let machine = self.wiring.machines.iter().position(|info| info.public == Some(address))?;
        Some(self.knock_from(MachineId::from(machine), port, source))
    }

    /// What comes of a login attempt from outside at a database, as a user whose password is guessed.
    #[must_use]
    pub fn login(&self, server: ProcessId) -> Login {
        let info = self.wiring.process(server);
        let database = self.cluster.servers.iter().find(|database| database.process == server);
        let full = database.is_some_and(|d| d.connections() >= u64::from(self.settings.mysql.max_connections));
        match self.knock_from(info.machine, info.port, OUTSIDER) {
            PortState::Filtered => Login::TimedOut,
            PortState::Closed => Login::Refused,
            PortState::Open if self.parts.condition(server) == Condition::Hung => Login::NoGreeting,
            PortState::Open if full => Login::TooManyConnections,
            PortState::Open => Login::Denied,
        }
    }

    /// The virtual address that a machine holds now.
    fn virtual_address(&self, machine: MachineId) -> Option<Ipv4Addr> {
        let held = |process| {
            let address = self.wiring.virtual_address(process)?;
            self.vrrp.holder(address).filter(|holder| holder.process == process).map(|_| address)
        };
        self.wiring.processes_of(machine).find_map(held)
    }

    /// How the kernel of a machine answers a connection attempt.
    fn knock_from(&self, machine: MachineId, port: u16, source: Ipv4Addr) -> PortState {
        let has_power = self.wiring.processes_of(machine).any(|process| self.parts.has_power(process));
        let ruling = self.parts.judge(machine, source, port);
        if !has_power || ruling == Ruling::Drop {
            return PortState::Filtered;
        }
        let listens = match self.listener(machine, port) {
            Some(process) if self.accepts_no_more(process) => return PortState::Filtered,
            Some(process) => self.parts.condition(process) != Condition::Down,
            None => port == SSH && self.wiring.is_server(machine),
        };
        if listens && ruling == Ruling::Accept { PortState::Open } else { PortState::Closed }
    }

    /// Who listens on a port of a machine, but for sshd.
    fn listener(&self, machine: MachineId, port: u16) -> Option<ProcessId> {
        let speaks_tls = |process| port == HTTPS && self.wiring.speaks_tls(process, self.settings.tls.mode);
        let is_tcp = |process| !matches!(self.wiring.role(process), Role::Resolver | Role::Authoritative);
        let mine = |process: &ProcessId| self.wiring.process(*process).port == port && is_tcp(*process);
        self.wiring.processes_of(machine).find(|process| mine(process) || speaks_tls(*process))
    }

    /// Whether so many connections wait for a process that the kernel drops further attempts.
    fn accepts_no_more(&self, process: ProcessId) -> bool {
        let seat = self.wiring.seat(process);
        let ask = if seat.tier == Tier::App { super::call::Ask::AppHealth } else { super::call::Ask::Connect };
        self.backlog_is_full(process, seat, ask)
    }
}
