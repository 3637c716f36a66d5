//! Who connects to whom.

use super::{LinkInfo, ProcessInfo, Protocol, Reach, Route, Wiring};
use crate::ids::{LinkId, ProcessId};
use crate::topology::Role;

impl Wiring {
    pub(super) fn lay_links(&mut self) {
        let is = |role: Role| move |r: &Role| *r == role;
        let mysqld = |r: &Role| matches!(r, Role::Mysqld { .. });
        let entrance = |r: &Role| matches!(r, Role::Balancer | Role::Nginx);
        self.lay(Protocol::Dns, is(Role::Browser), is(Role::Resolver));
        self.lay(Protocol::Dns, is(Role::Resolver), is(Role::Authoritative));
        self.lay(Protocol::Http, is(Role::Browser), entrance);
        self.lay(Protocol::Http, is(Role::Balancer), is(self.server_role()));
        self.lay(Protocol::Http, is(Role::Nginx), is(Role::App));
        self.lay(Protocol::Mysql, is(Role::App), mysqld);
        self.lay(Protocol::Replication, mysqld, mysqld);
        let keepalived = |r: &Role| matches!(r, Role::Keepalived { .. });
        self.lay(Protocol::Vrrp, keepalived, keepalived);
        self.lay(Protocol::Metrics, is(Role::Monitor), is(Role::Agent));
    }

    fn lay(&mut self, protocol: Protocol, from: impl Fn(&Role) -> bool, to: impl Fn(&Role) -> bool) {
        let n = self.processes.len();
        let targets = self.with_role(to);
        for a in self.with_role(from) {
            for b in self.linked(protocol, a, &targets) {
                let link = LinkId::from(self.links.len());
                for (caller, callee) in [(a, b), (b, a)] {
                    let seat = self.seat(callee);
                    self.routes[caller.index() * n + callee.index()] = Some(Route { link, seat });
                }
                let (from, to) = (self.process(a), self.process(b));
                self.links.push(LinkInfo {
                    name: format!("{}>{}", from.full_name, to.full_name),
                    from: a,
                    to: b,
                    protocol,
                    reach: reach(from, to),
                });
            }
        }
    }

    /// Those of the targets to which a process has a link.
    fn linked(&self, protocol: Protocol, from: ProcessId, targets: &[ProcessId]) -> Vec<ProcessId> {
        let those = |wanted: &dyn Fn(ProcessId) -> bool| targets.iter().copied().filter(|to| wanted(*to)).collect();
        match protocol {
            // One link serves both directions: roles change with a promotion.
            Protocol::Replication => those(&|to| from < to),
            Protocol::Vrrp => those(&|to| from < to && self.virtual_address(from) == self.virtual_address(to)),
            // A browser reaches what has a public address, or may come to hold one.
            Protocol::Http if *self.role(from) == Role::Browser => those(&|to| {
                let machine = self.process(to).machine;
                let holds = self.processes_of(machine).any(|p| self.virtual_address(p).is_some());
                holds || self.machines[machine.index()].public.is_some()
            }),
            // nginx passes requests to the application on its own machine, or to all if it has none there.
            Protocol::Http if *self.role(from) == Role::Nginx => {
                let own: Vec<_> = those(&|to| self.process(to).machine == self.process(from).machine);
                if own.is_empty() { targets.to_vec() } else { own }
            }
            _ => targets.to_vec(),
        }
    }
}

fn reach(from: &ProcessInfo, to: &ProcessInfo) -> Reach {
    match (&from.role, &to.role) {
        (Role::Browser, Role::Resolver) => Reach::Resolver,
        (Role::Resolver, _) => Reach::NameServer,
        (Role::Browser, _) => Reach::Client,
        _ if from.machine == to.machine => Reach::Loopback,
        _ => Reach::Lan,
    }
}
