//! What is encrypted, and what stands behind firewalls.

use std::net::Ipv4Addr;
use std::sync::Arc;

use super::{LinkInfo, MachineInfo, Protocol, Tier, Wiring};
use crate::firewall::Filter;
use crate::ids::{MachineId, ProcessId};
use crate::settings::TlsMode;

impl Wiring {
    /// Whether requests on a link are encrypted.
    #[must_use]
    pub fn is_tls(&self, link: &LinkInfo, mode: TlsMode) -> bool {
        let caller = self.seat(link.from).tier;
        let asks = matches!(caller, Tier::Browser | Tier::Balancer) && link.protocol == Protocol::Http;
        asks && self.speaks_tls(link.to, mode)
    }

    /// Whether a process has a certificate and listens on port 443: the balancers, or nginx where there is none; and with
    /// TLS to the servers every nginx.
    #[must_use]
    pub fn speaks_tls(&self, process: ProcessId, mode: TlsMode) -> bool {
        let has_balancer = self.seats.iter().any(|seat| seat.tier == Tier::Balancer);
        match (mode, self.seat(process).tier) {
            (TlsMode::None, _) => false,
            (_, Tier::Balancer) => true,
            (mode, Tier::Nginx) => mode == TlsMode::Servers || !has_balancer,
            _ => false,
        }
    }

    /// The address inside of the machine with this name.
    pub(crate) fn address_of(&self, machine: &str) -> Option<Ipv4Addr> {
        self.machines.iter().find(|info| info.name == machine).map(|info| info.address)
    }

    /// The firewall of each machine at the start of a run.
    pub(crate) fn filters(&self) -> Vec<Option<Arc<Filter>>> {
        let filter = |info: &MachineInfo| {
            let firewall = info.firewall.clone()?;
            Some(Arc::new(Filter::new(firewall, |name| self.address_of(name))))
        };
        self.machines.iter().map(filter).collect()
    }

    /// Whether a machine is one of the site's own, not of the visitor or of the name service.
    #[must_use]
    pub fn is_server(&self, machine: MachineId) -> bool {
        let outside = |tier| matches!(tier, Tier::Browser | Tier::Resolver | Tier::Authoritative);
        self.processes_of(machine).any(|process| !outside(self.seat(process).tier))
    }
}
