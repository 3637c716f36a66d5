//! VRRP: machines share a virtual address, and one of them holds it (RFC 3768, as keepalived 2.2 does it).
//!
//! A master advertises itself every `advert_int`. A backup that hears nothing for three intervals and its skew, (256 -
//! priority) / 256 s, takes the address: it tells the network by gratuitous ARP, and whoever said so last is sent everything.
//! `goldens/keepalived` holds a recording.

mod address;

use std::net::Ipv4Addr;

pub use address::Via;

use super::chronicle::Happening;
use super::firewall::Ruling;
use super::ids::{PartId, ProcessId};
use super::parts::Condition;
use super::scenario::FieldError;
use super::time::{Micros, SimTime};
use super::topology::Role;
use super::wiring::Wiring;
use super::world::{Action, World};

/// All routers, and whom the network sends what is for their addresses.
#[derive(Clone, Debug)]
pub struct Vrrp {
    /// The keepalived processes, in the topology's order.
    pub routers: Vec<Router>,
    /// For each virtual address the router that sent the last gratuitous ARP, by index.
    holders: Vec<(Ipv4Addr, u16)>,
}

/// One keepalived with one virtual address.
#[derive(Clone, Debug)]
pub struct Router {
    /// Its process.
    pub process: ProcessId,
    /// The address that it shares.
    pub address: Ipv4Addr,
    /// 1 to 254: who has the highest wins.
    pub priority: u8,
    /// What serves the address on this machine; the track script looks for it.
    pub entrance: Option<ProcessId>,
    /// Its state; what it was last if the process is gone.
    pub state: RouterState,
    /// Whether its machine has the address: a master's has, and still has it after `kill -9`.
    pub owns: bool,
    /// A backup's patience ends here.
    deadline: SimTime,
    /// When its state changed last.
    pub changed_at: SimTime,
    /// When its machine lost the address last.
    gave_up: SimTime,
    /// Number of its state: a timer of an earlier one means nothing.
    term: u32,
    /// Number of its start: the same for the track script.
    life: u32,
}

/// The state of a router (RFC 3768, section 6.4; FAULT is keepalived's own).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RouterState {
    /// Not running.
    Init,
    /// Listens for the master.
    Backup,
    /// Holds the address and advertises itself.
    Master,
    /// Its track script fails: it wants no address.
    Fault,
}

impl RouterState {
    /// The word of keepalived's log.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Init => "INIT",
            Self::Backup => "BACKUP",
            Self::Master => "MASTER",
            Self::Fault => "FAULT",
        }
    }
}

impl Vrrp {
    /// The routers of a topology that have run for long: whoever has the highest priority holds the address.
    pub(super) fn new(wiring: &Wiring) -> Self {
        let mut vrrp = Self { routers: Vec::new(), holders: Vec::new() };
        for process in wiring.ids() {
            let Role::Keepalived { address, priority } = *wiring.role(process) else {
                continue;
            };
            let entrance = wiring.entrance_of(wiring.process(process).machine);
            let (state, at) = (RouterState::Backup, vrrp.routers.len() as u16);
            vrrp.routers.push(Router {
                process,
                address,
                priority,
                entrance,
                state,
                owns: false,
                deadline: SimTime::ZERO,
                changed_at: SimTime::ZERO,
                gave_up: SimTime::ZERO,
                term: 0,
                life: 0,
            });
            match vrrp.holders.iter_mut().find(|(held, _)| *held == address) {
                None => vrrp.holders.push((address, at)),
                Some((_, holder)) if vrrp.routers[usize::from(*holder)].priority < priority => *holder = at,
                Some(_) => {}
            }
        }
        for (_, holder) in &vrrp.holders {
            let router = &mut vrrp.routers[usize::from(*holder)];
            (router.state, router.owns) = (RouterState::Master, true);
        }
        vrrp
    }

    /// The router that runs as this process.
    #[must_use]
    pub fn router(&self, process: ProcessId) -> Option<&Router> {
        self.routers.iter().find(|router| router.process == process)
    }

    /// The router that gets what is sent to a virtual address: the one that spoke last, if it has the address.
    #[must_use]
    pub fn holder(&self, address: Ipv4Addr) -> Option<&Router> {
        let (_, at) = self.holders.iter().find(|(held, _)| *held == address)?;
        Some(&self.routers[usize::from(*at)]).filter(|router| router.owns)
    }

    /// Whether routers share this address.
    fn shares(&self, address: Ipv4Addr) -> bool {
        self.holders.iter().any(|(held, _)| *held == address)
    }
}

impl World {
    /// Everything has run for long when a run begins.
    pub(super) fn start_routers(&mut self) {
        for at in 0..self.vrrp.routers.len() {
            match self.vrrp.routers[at].state {
                RouterState::Master => self.advertise(at),
                _ => self.plan_patience(at, self.master_down(at)),
            }
            self.plan_script(at);
        }
    }

    /// keepalived starts: it takes the address away that an earlier life may have left, runs its script and waits.
    pub(super) fn router_starts(&mut self, at: usize) {
        self.give_up_address(at);
        self.vrrp.routers[at].life += 1;
        self.becomes(at, if self.script_succeeds(at) { RouterState::Backup } else { RouterState::Fault });
        self.plan_script(at);
    }

    /// keepalived is gone, as by `kill -9` or without power: nobody takes its address away, and the network goes on sending
    /// to its machine.
    pub(super) fn router_dies(&mut self, at: usize) {
        self.vrrp.routers[at].life += 1;
        self.becomes(at, RouterState::Init);
    }

    /// `systemctl stop keepalived`: it resigns and takes its address away.
    pub(super) fn stop(&mut self, part: PartId) -> Result<(), FieldError> {
        let PartId::Process(process) = part else {
            unreachable!("the command is valid");
        };
        if self.parts.condition(process) != Condition::Up {
            return Err(FieldError::new("part", "what does not run cannot be stopped"));
        }
        self.resign(self.tier(process));
        self.set_condition(part, Condition::Down);
        Ok(())
    }

    /// A master tells the others that it no longer is, and takes the address away.
    fn resign(&mut self, at: usize) {
        if self.vrrp.routers[at].state == RouterState::Master {
            self.send_advert(at, 0);
            self.give_up_address(at);
        }
    }

    /// Changes the state of a router. What was planned for the one before means nothing any more.
    fn becomes(&mut self, at: usize, state: RouterState) {
        let router = &mut self.vrrp.routers[at];
        router.term += 1;
        if router.state != state {
            (router.state, router.changed_at) = (state, self.now);
            let process = router.process;
            self.enter(process, Happening::Router(state));
        }
        match state {
            RouterState::Backup => self.plan_patience(at, self.master_down(at)),
            RouterState::Master => {
                self.take_address(at);
                self.advertise(at);
            }
            RouterState::Init | RouterState::Fault => {}
        }
    }

    /// How long a backup waits for the master (`Master_Down_Interval`).
    fn master_down(&self, at: usize) -> Micros {
        Micros(u64::from(self.settings.vrrp.advert_ms) * 3_000) + self.skew(at)
    }

    /// By how much longer it waits for a lower priority (`Skew_Time`).
    fn skew(&self, at: usize) -> Micros {
        Micros((256 - u64::from(self.vrrp.routers[at].priority)) * 1_000_000 / 256)
    }

    /// A backup loses its patience after `wait`.
    fn plan_patience(&mut self, at: usize, wait: Micros) {
        let router = &mut self.vrrp.routers[at];
        (router.deadline, router.term) = (self.now + wait, router.term + 1);
        let (router, term) = (at as u16, router.term);
        self.plan(wait, Action::Vrrp { router, term });
    }

    /// A master says that it is there, now and after every interval.
    fn advertise(&mut self, at: usize) {
        self.send_advert(at, self.vrrp.routers[at].priority);
        self.network_asks_again(at);
        self.vrrp.routers[at].term += 1;
        let (router, term) = (at as u16, self.vrrp.routers[at].term);
        let interval = Micros::from_millis(self.settings.vrrp.advert_ms.into());
        self.plan(interval, Action::Vrrp { router, term });
    }

    fn send_advert(&mut self, at: usize, priority: u8) {
        let (process, address) = (self.vrrp.routers[at].process, self.vrrp.routers[at].address);
        for to in 0..self.vrrp.routers.len() {
            let other = &self.vrrp.routers[to];
            if to != at && other.address == address {
                let link = self.wiring.route(process, other.process).link;
                // Adverts have no port: only rules about every port match them.
                if self.parts.carries(link) && self.ruling_between(process, other.process) == Ruling::Accept {
                    let (router, from) = (to as u16, at as u16);
                    self.plan(self.parts.latency(link), Action::Advert { router, from, priority });
                }
            }
        }
    }

    /// The timer of a router.
    pub(super) fn vrrp_timer(&mut self, router: u16, term: u32) {
        let at = usize::from(router);
        let router = &self.vrrp.routers[at];
        if router.term != term {
            return;
        }
        match router.state {
            RouterState::Master => self.advertise(at),
            RouterState::Backup if self.now < router.deadline => {
                let what = Action::Vrrp { router: at as u16, term };
                self.plan_at(router.deadline, what);
            }
            RouterState::Backup => self.becomes(at, RouterState::Master),
            RouterState::Init | RouterState::Fault => {}
        }
    }

    /// An advertisement reaches a router's machine.
    pub(super) fn advert(&mut self, router: u16, from: u16, priority: u8) {
        let (at, from) = (usize::from(router), usize::from(from));
        let router = &self.vrrp.routers[at];
        let (state, own, heard) = (router.state, router.priority, self.now + self.master_down(at));
        match (self.parts.condition(router.process), state) {
            (Condition::Down, _) | (_, RouterState::Init | RouterState::Fault) => {}
            // It will read what waits in its socket before it looks at its timer.
            (Condition::Hung, _) => self.vrrp.routers[at].deadline = heard,
            (Condition::Up, RouterState::Backup) if priority == 0 => self.plan_patience(at, self.skew(at)),
            (Condition::Up, RouterState::Backup) => {
                if priority >= own || !self.settings.vrrp.preempt {
                    self.vrrp.routers[at].deadline = heard;
                }
            }
            (Condition::Up, RouterState::Master) if priority > own || (priority == own && self.yields(at, from)) => {
                self.give_up_address(at);
                self.becomes(at, RouterState::Backup);
            }
            // A master of lower priority: it is told at once, and so is the network.
            (Condition::Up, RouterState::Master) => {
                self.take_address(at);
                self.advertise(at);
            }
        }
    }

    /// Among equals the higher address wins.
    fn yields(&self, at: usize, to: usize) -> bool {
        let address = |at: usize| self.wiring.machine_of(self.vrrp.routers[at].process).address;
        address(at) < address(to)
    }

    /// `killall -0 haproxy`: whether the process exists. One that hangs does.
    fn script_succeeds(&self, at: usize) -> bool {
        let exists = |entrance| self.parts.condition(entrance) != Condition::Down;
        !self.settings.vrrp.track_script || self.vrrp.routers[at].entrance.is_none_or(exists)
    }

    fn plan_script(&mut self, at: usize) {
        let (router, life) = (at as u16, self.vrrp.routers[at].life);
        let interval = Micros::from_millis(self.settings.vrrp.script_interval_ms.into());
        self.plan(interval, Action::Track { router, life });
    }

    /// The track script runs.
    pub(super) fn track(&mut self, router: u16, life: u32) {
        let at = usize::from(router);
        let router = &self.vrrp.routers[at];
        if router.life != life || self.parts.condition(router.process) != Condition::Up {
            return;
        }
        match (router.state, self.script_succeeds(at)) {
            (RouterState::Backup | RouterState::Master, false) => {
                self.resign(at);
                self.becomes(at, RouterState::Fault);
            }
            (RouterState::Fault, true) => self.becomes(at, RouterState::Backup),
            _ => {}
        }
        self.plan_script(at);
    }
}
