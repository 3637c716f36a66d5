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
        for a in self.ids().filter(|a| from(self.role(*a))).collect::<Vec<_>>() {
            for b in self.ids().filter(|b| to(self.role(*b))).collect::<Vec<_>>() {
                if self.needs_link(protocol, a, b) {
                    let n = self.processes.len();
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
    }

    fn needs_link(&self, protocol: Protocol, from: ProcessId, to: ProcessId) -> bool {
        match protocol {
            // One link serves both directions: roles change with a promotion.
            Protocol::Replication => from < to,
            Protocol::Vrrp => from < to && self.virtual_address(from) == self.virtual_address(to),
            // A browser reaches what has a public address, or may come to hold one.
            Protocol::Http if *self.role(from) == Role::Browser => {
                let machine = self.process(to).machine;
                let holds = self.processes_of(machine).any(|p| self.virtual_address(p).is_some());
                holds || self.machines[machine.index()].public.is_some()
            }
            // nginx passes requests to the application on its own machine, or to all if it has none there.
            Protocol::Http if *self.role(from) == Role::Nginx => {
                let machine = self.process(from).machine;
                let own = self.processes_of(machine).any(|p| *self.role(p) == Role::App);
                !own || self.process(to).machine == machine
            }
            _ => true,
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
