//! Packet filters of machines, as nftables has them: rules in order, the first that matches decides, else the policy.
//!
//! Two rules stand before all others and are not listed: what comes from the machine itself is accepted (`iif lo accept`),
//! and so is what belongs to a connection that was accepted before (`ct state established,related accept`). Rules are
//! therefore only asked about first packets. What a machine sends is not filtered.

use std::net::Ipv4Addr;
use std::sync::Arc;

use serde::Serialize;

use super::call::Call;
use super::ids::{MachineId, ProcessId};
use super::json::fields;
use super::named::named;
use super::parts::Parts;
use super::scenario::FieldError;
use super::settings::HTTPS;
use super::wiring::Protocol;
use super::world::World;

/// The most rules of one machine.
pub const MAX_RULES: usize = 32;
/// The network inside the data centre, which rules can name as `inside`.
pub const INSIDE: (Ipv4Addr, u8) = (Ipv4Addr::new(10, 0, 0, 0), 24);

named! {
    /// What becomes of a packet (nft(8), verdict statement).
    pub enum Ruling {
        /// It reaches the port.
        "accept" Accept,
        /// It disappears: whoever sent it waits until its time-out.
        "drop" Drop,
        /// `reject with tcp reset` (UDP: ICMP port unreachable): to the sender the port is closed.
        "reject" Reject,
    }
}

/// The packet filter of a machine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Firewall {
    /// What becomes of packets that no rule is about; a chain's policy cannot be `reject` (nft(8)).
    pub policy: Ruling,
    /// The rules, in order.
    pub rules: Vec<Rule>,
}

/// One rule: packets from there to this port get that verdict.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Rule {
    /// What becomes of them.
    pub verdict: Ruling,
    /// `any`, `inside`, an address, a network such as `10.0.0.0/24`, or the name of a machine.
    pub from: String,
    /// The port; every port if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub port: Option<u16>,
}

fields!(Firewall = Self { policy: Ruling::Drop, rules: Vec::new() }; { policy } { rules });
fields!(Rule = Self { verdict: Ruling::Accept, from: "any".to_owned(), port: None }; { verdict } { from, port });

impl Firewall {
    /// Adds a rule that accepts what comes from somewhere to a port, before all others.
    pub fn let_in(&mut self, from: &str, port: u16) {
        let rule = Rule { verdict: Ruling::Accept, from: from.to_owned(), port: Some(port) };
        self.rules.insert(0, rule);
        self.rules.truncate(MAX_RULES);
    }

    /// Checks the rules. `machine` knows the addresses of machines by their names.
    ///
    /// # Errors
    /// The field that cannot be, below `at`.
    pub fn validate(&self, at: &str, machine: impl Fn(&str) -> Option<Ipv4Addr>) -> Result<(), FieldError> {
        if self.policy == Ruling::Reject {
            return Err(FieldError::new(format!("{at}.policy"), "accept or drop: a chain has no policy reject"));
        }
        if self.rules.len() > MAX_RULES {
            let limit = format!("at most {MAX_RULES} rules, here {}", self.rules.len());
            return Err(FieldError::new(format!("{at}.rules"), limit));
        }
        for (i, rule) in self.rules.iter().enumerate() {
            let at = format!("{at}.rules[{i}]");
            if rule.port == Some(0) {
                return Err(FieldError::new(format!("{at}.port"), "1 to 65535, here 0"));
            }
            if source(&rule.from, &machine).is_none() {
                let why = "any, inside, an address, a network such as 10.0.0.0/24, or the name of a machine";
                return Err(FieldError::new(format!("{at}.from"), format!("{:?} is not {why}", rule.from)));
            }
        }
        Ok(())
    }
}

impl Rule {
    /// The network that it is about: its address and the length of its prefix; none if `from` means nothing. `machine` knows the
    /// addresses of machines by their names.
    #[must_use]
    pub fn network(&self, machine: impl Fn(&str) -> Option<Ipv4Addr>) -> Option<(Ipv4Addr, u8)> {
        let (address, prefix) = source(&self.from, machine)?;
        Some((Ipv4Addr::from(u32::from(address) & mask(prefix)), prefix))
    }

    /// Reads a rule as a person types it: `drop any 3306`, or `accept lb-01` for every port. Whether there is such a machine
    /// is for the command to say.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let mut words = text.split_whitespace();
        let verdict = words.next()?;
        let verdict = Ruling::ALL.into_iter().find(|ruling| ruling.name() == verdict)?;
        let from = words.next()?.to_owned();
        let port = words.next().map(str::parse).transpose().ok()?;
        words.next().is_none().then_some(Self { verdict, from, port })
    }
}

/// The mask of a network.
fn mask(prefix: u8) -> u32 {
    u32::MAX.checked_shl(32 - u32::from(prefix)).unwrap_or(0)
}

/// The network that a rule's `from` means: its address and the length of its prefix.
fn source(text: &str, machine: impl Fn(&str) -> Option<Ipv4Addr>) -> Option<(Ipv4Addr, u8)> {
    match text {
        "any" => return Some((Ipv4Addr::UNSPECIFIED, 0)),
        "inside" => return Some(INSIDE),
        _ => {}
    }
    if let Some(address) = machine(text) {
        return Some((address, 32));
    }
    let (address, prefix) = text.split_once('/').unwrap_or((text, "32"));
    let prefix = prefix.parse().ok().filter(|prefix| *prefix <= 32)?;
    Some((address.parse().ok()?, prefix))
}

/// A firewall made ready for running: names have become networks.
#[derive(Clone, Debug)]
pub(super) struct Filter {
    /// As it was written.
    pub firewall: Firewall,
    rules: Vec<Resolved>,
}

#[derive(Clone, Copy, Debug)]
struct Resolved {
    verdict: Ruling,
    net: u32,
    mask: u32,
    port: Option<u16>,
}

impl Filter {
    /// Resolves the names of a valid firewall.
    pub fn new(firewall: Firewall, machine: impl Fn(&str) -> Option<Ipv4Addr>) -> Self {
        let resolve = |rule: &Rule| {
            let (net, prefix) = rule.network(&machine).expect("the firewall is valid");
            Resolved { verdict: rule.verdict, net: net.into(), mask: mask(prefix), port: rule.port }
        };
        let rules = firewall.rules.iter().map(resolve).collect();
        Self { firewall, rules }
    }

    /// What becomes of the first packet from an address to a port.
    pub fn judge(&self, from: Ipv4Addr, port: u16) -> Ruling {
        let matches = |rule: &&Resolved| u32::from(from) & rule.mask == rule.net;
        self.about(port).find(matches).map_or(self.firewall.policy, |rule| rule.verdict)
    }

    /// What becomes of packets to a port from wherever they come; none if that depends on where.
    pub fn judge_all(&self, port: u16) -> Option<Ruling> {
        let Some(first) = self.about(port).next() else {
            return Some(self.firewall.policy);
        };
        (first.mask == 0).then_some(first.verdict)
    }

    fn about(&self, port: u16) -> impl Iterator<Item = &Resolved> {
        self.rules.iter().filter(move |rule| rule.port.is_none_or(|of| of == port))
    }
}

impl Parts {
    /// The firewall of a machine.
    #[must_use]
    pub fn firewall(&self, machine: MachineId) -> Option<&Firewall> {
        self.filters[machine.index()].as_ref().map(|filter| &filter.firewall)
    }

    /// What a machine's firewall does with the first packet from an address to a port.
    #[must_use]
    pub fn judge(&self, machine: MachineId, from: Ipv4Addr, port: u16) -> Ruling {
        self.filters[machine.index()].as_ref().map_or(Ruling::Accept, |filter| filter.judge(from, port))
    }
}

impl World {
    /// Gives a machine another firewall. Connections that stand are not touched.
    pub(super) fn set_firewall(&mut self, machine: MachineId, firewall: Option<&Firewall>) {
        let filter = |firewall: &Firewall| Filter::new(firewall.clone(), |name| self.wiring.address_of(name));
        self.parts.filters[machine.index()] = firewall.map(|firewall| Arc::new(filter(firewall)));
        self.parts.refresh();
        self.sources_changed(false);
    }

    /// Whoever installs monitoring lets the monitor through the firewalls, whatever they have become since the start.
    pub(super) fn let_monitor_in(&mut self) {
        let wiring = Arc::clone(&self.wiring);
        for link in wiring.links.iter().filter(|link| link.protocol == Protocol::Metrics) {
            let agent = wiring.process(link.to);
            if let Some(mut firewall) = self.parts.firewall(agent.machine).cloned() {
                firewall.let_in(&wiring.machine_of(link.from).name, agent.port);
                self.set_firewall(agent.machine, Some(&firewall));
            }
        }
    }

    /// What a firewall does with connections of one process to another.
    pub(super) fn ruling_between(&self, caller: ProcessId, callee: ProcessId) -> Ruling {
        let (from, to) = (self.wiring.process(caller).machine, self.wiring.process(callee));
        if from == to.machine {
            return Ruling::Accept;
        }
        self.parts.judge(to.machine, self.wiring.machine_of(caller).address, to.port)
    }

    /// What the callee's firewall does with a call.
    pub(super) fn ruling(&self, call: &Call) -> Ruling {
        let guard = self.parts.link(call.link).guards[usize::from(call.secure)];
        guard.unwrap_or_else(|| self.judge_visitor(call))
    }

    #[cold]
    fn judge_visitor(&self, call: &Call) -> Ruling {
        let visit = call.visit.and_then(|visit| self.visit_or_left(visit));
        let from = visit.map_or(self.wiring.machine_of(self.browser).address, |visit| visit.source);
        let callee = self.wiring.process(call.callee);
        self.parts.judge(callee.machine, from, if call.secure { HTTPS } else { callee.port })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(verdict: Ruling, from: &str, port: Option<u16>) -> Rule {
        Rule { verdict, from: from.to_owned(), port }
    }

    fn lb(name: &str) -> Option<Ipv4Addr> {
        (name == "lb-01").then_some(Ipv4Addr::new(10, 0, 0, 10))
    }

    #[test]
    fn the_first_rule_that_matches_decides() {
        let rules = vec![
            rule(Ruling::Reject, "10.0.0.13", Some(80)),
            rule(Ruling::Accept, "inside", Some(80)),
            rule(Ruling::Accept, "lb-01", None),
            rule(Ruling::Drop, "inside", Some(22)),
            rule(Ruling::Accept, "192.0.2.77/25", Some(22)),
        ];
        let filter = Filter::new(Firewall { policy: Ruling::Drop, rules }, lb);
        let from = |last| Ipv4Addr::new(10, 0, 0, last);
        assert_eq!(filter.judge(from(13), 80), Ruling::Reject);
        assert_eq!(filter.judge(from(14), 80), Ruling::Accept);
        assert_eq!(filter.judge(from(10), 22), Ruling::Accept, "lb-01 comes before the drop");
        assert_eq!(filter.judge(from(11), 22), Ruling::Drop);
        assert_eq!(filter.judge(Ipv4Addr::new(10, 0, 1, 13), 80), Ruling::Drop, "another network");
        assert_eq!(filter.judge(Ipv4Addr::new(192, 0, 2, 5), 22), Ruling::Accept, "bits after the prefix do not count");
        assert_eq!(filter.judge(Ipv4Addr::new(192, 0, 2, 200), 22), Ruling::Drop);
        assert_eq!((filter.judge_all(80), filter.judge_all(443)), (None, None));
    }

    #[test]
    fn without_a_rule_the_policy_decides() {
        for policy in [Ruling::Accept, Ruling::Drop] {
            let filter = Filter::new(Firewall { policy, rules: vec![rule(Ruling::Accept, "any", Some(80))] }, lb);
            assert_eq!(filter.judge(Ipv4Addr::LOCALHOST, 443), policy);
            assert_eq!((filter.judge_all(443), filter.judge_all(80)), (Some(policy), Some(Ruling::Accept)));
        }
    }

    #[test]
    fn rules_are_read_as_they_are_typed() {
        assert_eq!(Rule::read(" drop  any 3306 "), Some(rule(Ruling::Drop, "any", Some(3306))));
        assert_eq!(Rule::read("accept lb-01"), Some(rule(Ruling::Accept, "lb-01", None)));
        for text in ["", "drop", "allow any 80", "drop any 65536", "drop any x", "drop any 80 81"] {
            assert_eq!(Rule::read(text), None, "{text}");
        }
    }

    #[test]
    fn what_is_wrong_is_named() {
        let of = |policy, rules| Firewall { policy, rules }.validate("firewall", lb).map_err(|e| e.field);
        let wrong = |field: &str| Err(field.to_owned());
        let drop = |from, port| vec![rule(Ruling::Drop, "any", None), rule(Ruling::Drop, from, port)];
        assert_eq!(of(Ruling::Reject, Vec::new()), wrong("firewall.policy"));
        for from in ["", "lb-02", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/-1", "10.0.0", "::1", "Any"] {
            assert_eq!(of(Ruling::Drop, drop(from, None)), wrong("firewall.rules[1].from"), "{from}");
        }
        assert_eq!(of(Ruling::Drop, drop("any", Some(0))), wrong("firewall.rules[1].port"));
        assert_eq!(of(Ruling::Drop, vec![rule(Ruling::Drop, "any", None); MAX_RULES + 1]), wrong("firewall.rules"));
        for from in ["any", "inside", "lb-01", "10.0.0.10", "0.0.0.0/0"] {
            assert_eq!(of(Ruling::Accept, drop(from, Some(65_535))), Ok(()), "{from}");
        }
    }
}
