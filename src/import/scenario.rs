//! The scenario of the way that is shown: a balancer before web servers, and a database that the file knows nothing of.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use super::proxy::Proxy;
use super::reader::Reader;
use super::server::Server;
use super::{Fate, MAX_SERVERS};
use crate::sim::{Balancer, Check, Machine, Preset, Process, Role, Scenario, TlsMode, Wiring};
use crate::text::config::say;

/// The preset that lends its visitor, its name service and its databases.
const FRAME: &str = "dedicated-db";
/// The longest name of a machine.
const LONGEST: usize = 40;

pub(super) fn build(
    reader: &mut Reader,
    front: usize,
    back: usize,
    present: Option<&Scenario>,
    notices: &mut Vec<String>,
) -> Scenario {
    let proxy = reader.proxies[back].clone();
    let servers = &proxy.servers[..proxy.servers.len().min(MAX_SERVERS)];
    let same = present.filter(|present| web_servers(present).iter().eq(servers.iter().map(|server| &server.name)));
    let (mut scenario, names) = match same {
        Some(present) => {
            notices.push(say!("same-servers").to_owned());
            (present.clone(), web_servers(present))
        }
        None => {
            notices.push(say!("new-servers").to_owned());
            with_machines(reader, servers)
        }
    };
    scenario.timeline.clear();
    let overhead_us = scenario.settings.balancer.overhead_us;
    let balancer = balancer(reader, &proxy, servers, &names);
    scenario.settings.balancer = Balancer { overhead_us, ..balancer };
    scenario.settings.tls.mode = tls(reader, front, servers);
    scenario
}

/// The names of the machines that a balancer has as servers, in its order.
fn web_servers(scenario: &Scenario) -> Vec<String> {
    let wiring = Wiring::new(&scenario.topology);
    let role = wiring.server_role();
    wiring.with_role(|other| *other == role).into_iter().map(|server| wiring.machine_of(server).name.clone()).collect()
}

/// A scenario with a machine for each server, and the names of these machines.
fn with_machines(reader: &mut Reader, servers: &[Server]) -> (Scenario, Vec<String>) {
    let mut scenario = Preset::find(FRAME).expect("a preset").scenario();
    scenario.name = "haproxy.cfg".to_owned();
    let is_web = |machine: &Machine| machine.processes.iter().any(|process| process.role == Role::Nginx);
    let machines = &mut scenario.topology.machines;
    let place = machines.iter().position(is_web).expect("a web server");
    machines.retain(|machine| !is_web(machine));
    // What stands behind the balancer can be reached through it alone.
    let is_behind = |machine: &&mut Machine| machine.processes.iter().all(|p| matches!(p.role, Role::Mysqld { .. }));
    machines.iter_mut().filter(is_behind).for_each(|machine| machine.public = None);
    let mut names = Vec::new();
    for (i, server) in (0_u32..).zip(servers) {
        let name = machine_name(&server.name, machines);
        if name != server.name {
            reader.add(server.at, &say!("taken-as", name));
        }
        let is_free = |ip: &Ipv4Addr| {
            !ip.is_loopback() && !ip.is_unspecified() && machines.iter().all(|machine| machine.address != *ip)
        };
        let own = server.address.ip.filter(is_free);
        if own.is_none() {
            reader.add(server.at, say!("own-address"));
        }
        let port = server.address.port;
        if port != Some(if server.params.ssl { crate::sim::HTTPS } else { 80 }) {
            reader.add(server.at, say!("own-port"));
        }
        let made_up =
            || (11 + i..).map(|low| Ipv4Addr::from(u32::from(Ipv4Addr::new(10, 0, 2, 0)) + low)).find(is_free);
        let address = own.or_else(made_up).unwrap_or(Ipv4Addr::UNSPECIFIED);
        let processes = [("nginx", Role::Nginx), ("app", Role::App)];
        let processes = processes.map(|(name, role)| Process { name: name.to_owned(), role }).to_vec();
        let machine = Machine { name: name.clone(), address, public: None, firewall: None, processes };
        machines.insert(place + i as usize, machine);
        names.push(name);
    }
    (scenario, names)
}

/// A name that the explorer takes, and that nobody else has.
fn machine_name(wanted: &str, machines: &[Machine]) -> String {
    let base: String = wanted.chars().map(|c| if c == ':' { '-' } else { c }).take(LONGEST).collect();
    let is_free = |name: &String| machines.iter().all(|machine| machine.name != *name);
    if is_free(&base) {
        return base;
    }
    let cut: String = base.chars().take(LONGEST - 4).collect();
    (2..).map(|number| format!("{cut}-{number}")).find(is_free).expect("some number is free")
}

/// The settings of the backend, once all its servers are known: checks are the same for all of them in the explorer.
fn balancer(reader: &mut Reader, proxy: &Proxy, servers: &[Server], names: &[String]) -> Balancer {
    let mut balancer = proxy.balancer.clone();
    let lines = servers.iter().zip(names).map(|(server, name)| (name.clone(), server.params.line.clone()));
    balancer.servers = lines.collect::<BTreeMap<_, _>>();
    let checked = servers.iter().find(|server| server.params.check);
    let Some(first) = checked.map(|server| &server.params) else {
        balancer.check = Check::None;
        if let Some((_, line)) = proxy.httpchk {
            reader.change(line, Fate::Anyway, say!("nobody-checked").to_owned());
        }
        return balancer;
    };
    balancer.check = proxy.httpchk.map_or(Check::Tcp, |(check, _)| check);
    balancer.inter_ms = first.inter_ms.unwrap_or(2_000);
    (balancer.fastinter_ms, balancer.downinter_ms) = (first.fastinter_ms, first.downinter_ms);
    (balancer.fall, balancer.rise) = (first.fall.unwrap_or(3), first.rise.unwrap_or(2));
    for server in servers {
        let params = &server.params;
        let of = |params: &super::server::Params| {
            (
                params.inter_ms.unwrap_or(2_000),
                params.fastinter_ms,
                params.downinter_ms,
                params.fall.unwrap_or(3),
                params.rise.unwrap_or(2),
            )
        };
        if !params.check {
            reader.add(server.at, say!("also-checked"));
        } else if of(params) != of(first) {
            reader.add(server.at, say!("one-interval"));
        }
    }
    balancer
}

/// How far TLS reaches.
fn tls(reader: &mut Reader, front: usize, servers: &[Server]) -> TlsMode {
    let encrypted = servers.iter().filter(|server| server.params.ssl).count();
    let Some(bind) = reader.proxies[front].tls else {
        for server in servers.iter().filter(|server| server.params.ssl) {
            reader.add(server.at, say!("inner-tls"));
        }
        return TlsMode::None;
    };
    if !reader.proxies.iter().any(|proxy| proxy.kind.front() && proxy.redirects) {
        reader.add(bind, say!("redirects-anyway"));
    }
    if encrypted > 0 && encrypted < servers.len() {
        for server in servers.iter().filter(|server| !server.params.ssl) {
            reader.add(server.at, say!("all-encrypted"));
        }
    }
    if encrypted > 0 { TlsMode::Servers } else { TlsMode::Balancer }
}
