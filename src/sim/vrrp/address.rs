//! The virtual address: who gets what is sent to it, and what becomes of connections when it moves.

use std::net::Ipv4Addr;

use crate::call::{Call, CallState, Parent, Reply};
use crate::outcome::{BrowserError, Cause};
use crate::outside::PortState;
use crate::time::Micros;
use crate::trace::{Decision, Place};
use crate::visit::VisitKey;
use crate::workload::Class;
use crate::world::{Action, World};

/// A visit's connection to a virtual address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Via {
    /// The address.
    pub address: Ipv4Addr,
    /// SYNs that nobody has answered so far.
    pub syns: u8,
    /// Whether the machine that it is connected to has lost the address: no answer will come.
    pub lost: bool,
}

/// The kernel sends a SYN again after 1 s, then after twice as long each time (RFC 6298, section 5.5).
const FIRST_RETRY: Micros = Micros::from_secs(1);
/// So long the network believes an answer to its question who has an address.
const ARP_LIFE: Micros = Micros::from_secs(30);
/// The longest wait for an answer that cannot come, where the browser itself has no end.
const LONGEST_WAIT: Micros = Micros::from_secs(3_600);

impl World {
    /// A visit connects to an address that no machine has for itself.
    #[cold]
    pub(crate) fn connect_to_virtual(&mut self, key: VisitKey, address: Ipv4Addr, class: Class) {
        if !self.vrrp.shares(address) {
            return self.connect_to_nobody(key, address);
        }
        self.visits[key].via = Some(Via { address, syns: 0, lost: false });
        self.send_syn(key, address, class);
    }

    /// Whoever holds the address now gets the SYN.
    fn send_syn(&mut self, key: VisitKey, address: Ipv4Addr, class: Class) {
        match self.vrrp.holder(address).and_then(|router| router.entrance) {
            Some(entrance) => self.connect_to(key, entrance, class),
            None => {
                self.visits[key].child = None;
                self.plan(self.until_next_syn(key), Action::NobodyThere(key, None));
            }
        }
    }

    /// How long a SYN waits for its answer: until the next one, or until the browser gives up.
    fn until_next_syn(&self, key: VisitKey) -> Micros {
        let total = Micros::from_millis(self.settings.client.connect_timeout_ms.into());
        let Some(via) = self.visits.get(key).and_then(|visit| visit.via) else {
            return total;
        };
        Micros(sent_at(via.syns + 1).min(total).0.saturating_sub(sent_at(via.syns).0))
    }

    /// How long the caller waits for an answer to a connection attempt before it gives up, or tries again.
    pub(crate) fn next_attempt_of(&self, call: &Call) -> Micros {
        match (call.parent, call.visit) {
            (Parent::Visit, Some(visit)) if self.visits.get(visit).is_some_and(|visit| visit.via.is_some()) => {
                self.until_next_syn(visit).min(self.connect_timeout_of(call))
            }
            _ => self.connect_timeout_of(call),
        }
    }

    /// Sends the next SYN to a virtual address, if the browser still has the patience: it may have another holder by now.
    pub(crate) fn sends_another_syn(&mut self, key: VisitKey) -> bool {
        let total = Micros::from_millis(self.settings.client.connect_timeout_ms.into());
        let Some(visit) = self.visits.get_mut(key) else {
            return false;
        };
        let class = visit.class;
        let Some(via) = visit.via.as_mut().filter(|via| !via.lost && sent_at(via.syns + 1) < total) else {
            return false;
        };
        via.syns += 1;
        let address = via.address;
        self.send_syn(key, address, class);
        true
    }

    /// The name has led to an address where no web server is.
    fn connect_to_nobody(&mut self, key: VisitKey, address: Ipv4Addr) {
        let there = self.port_state(address, 80, self.visits[key].source);
        let patience = match there {
            Some(PortState::Closed) => Micros(2 * u64::from(self.settings.network.client_us)),
            _ => Micros::from_millis(self.settings.client.connect_timeout_ms.into()),
        };
        self.plan(patience, Action::NobodyThere(key, there));
    }

    /// The visitor has waited for an address where no web server is, or for an answer that cannot come. `there` is port 80
    /// of the address, if a machine has it.
    pub(crate) fn nobody_there(&mut self, key: VisitKey, there: Option<PortState>) {
        let Some(visit) = self.visits.get(key) else {
            return;
        };
        if visit.via.is_some_and(|via| via.lost) {
            return self.browser_fails(key, BrowserError::TimedOut, Cause::AddressMoved);
        }
        let (slot, id, place) = (visit.trace, visit.id, Place::Process(self.browser));
        if !self.sends_another_syn(key) {
            let (error, cause) = match there {
                None => (BrowserError::ConnectionTimedOut, Cause::AddressUnused),
                Some(PortState::Closed) => (BrowserError::ConnectionRefused, Cause::ConnectRefused),
                Some(_) => (BrowserError::ConnectionTimedOut, Cause::ConnectTimeout),
            };
            self.browser_fails(key, error, cause);
        } else if let Some(slot) = slot {
            self.traces.mark(slot, id, place, self.now, Decision::NoAnswer);
        }
    }

    /// A router gets the address and tells the network so: everything is sent to it from now on.
    pub(super) fn take_address(&mut self, at: usize) {
        let address = self.vrrp.routers[at].address;
        self.vrrp.routers[at].owns = true;
        let holder = self.vrrp.holders.iter_mut().find(|(held, _)| *held == address);
        let (_, holder) = holder.expect("every router's address is listed");
        let before = core::mem::replace(holder, at as u16);
        if usize::from(before) != at {
            self.connections_break(usize::from(before), true);
        }
    }

    /// A router's machine loses the address. The network goes on sending to it until another speaks.
    pub(super) fn give_up_address(&mut self, at: usize) {
        (self.vrrp.routers[at].owns, self.vrrp.routers[at].gave_up) = (false, self.now);
        self.connections_break(at, false);
    }

    /// The one that spoke last has lost the address, and a master that holds it has no reason to speak: the network goes on
    /// sending to the wrong machine until it asks by itself (Linux: `base_reachable_time_ms`).
    pub(super) fn network_asks_again(&mut self, at: usize) {
        let address = self.vrrp.routers[at].address;
        let (_, holder) = self.vrrp.holders.iter().find(|(held, _)| *held == address).expect("it is listed");
        let holder = &self.vrrp.routers[usize::from(*holder)];
        if !holder.owns && self.now.since(holder.gave_up) >= ARP_LIFE {
            self.take_address(at);
        }
    }

    /// What visitors send to the address no longer reaches this router's machine, and what the machine answers no longer
    /// leaves it. `elsewhere` tells whether another gets it, whose kernel resets connections that it does not know.
    fn connections_break(&mut self, at: usize, elsewhere: bool) {
        let (address, entrance) = (self.vrrp.routers[at].address, self.vrrp.routers[at].entrance);
        if entrance.is_some_and(|entrance| !self.parts.has_power(entrance)) {
            return;
        }
        for key in self.oldest_first(&|call| Some(call.callee) == entrance && call.parent == Parent::Visit) {
            let (state, deadline) = (self.calls[key].state, self.calls[key].deadline);
            let Some(visit) = self.calls[key].visit.filter(|_| !self.calls[key].abandoned) else {
                continue;
            };
            let class = self.visits[visit].class;
            let Some(via) = self.visits[visit].via.as_mut().filter(|via| via.address == address) else {
                continue;
            };
            match state {
                CallState::Connecting => {
                    self.calls.remove(key);
                    self.send_syn(visit, address, class);
                }
                CallState::Sending if elsewhere => self.answer(key, Reply::Reset),
                CallState::Sending => self.lose(key),
                // It is worked on, and nobody will ever hear of it.
                CallState::Working => {
                    via.lost = true;
                    self.visits[visit].child = None;
                    self.calls[key].abandoned = true;
                    let end = deadline.min(self.now + LONGEST_WAIT).max(self.now);
                    self.plan_at(end, Action::NobodyThere(visit, None));
                }
                CallState::Returning(_) | CallState::Stalled(_) | CallState::Lost => {}
            }
        }
    }
}

/// When SYN number `n`, from 0, is sent, counted from the first.
fn sent_at(n: u8) -> Micros {
    FIRST_RETRY.times((1_u64 << n.min(32)) - 1)
}
