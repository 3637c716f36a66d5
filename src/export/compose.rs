//! `compose.yaml`: the site in containers (Compose Specification). A machine is a container that does nothing but hold the network,
//! and each of its processes one that shares it: they meet on localhost, and each can be stopped alone.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use super::draft::{Draft, put};
use super::network::{self, Network};
use super::site::{Site, folder};
use super::{dns, haproxy, stand_in};
use crate::sim::{Machine, Process, Role, TlsMode};
use crate::text::export as say;

/// The service that makes the certificate, and the volume in which it lies.
const CERTIFICATE: &str = "certificate";

pub(super) fn write(site: &Site<'_>) -> String {
    let inside = network::of(site.machines().map(|machine| machine.address));
    let outside = network::of(site.machines().filter_map(|machine| machine.public));
    let outside = outside.filter(|outside| inside.is_none_or(|inside| !inside.overlaps(outside)));
    let file = Draft::new("#", say::COMPOSE, site.scenario, &say::compose(inside.is_some()));
    let names = names(site);
    let mut compose = Compose { file, site, networks: [inside, outside], names, sockets: Vec::new() };
    compose.file.put_all("services:");
    for machine in site.containers() {
        let name = compose.names[&machine.name].clone();
        compose.machine(machine, &name);
        for process in &machine.processes {
            compose.process(machine, &name, process);
        }
    }
    let has_tls = site.settings.tls.mode != TlsMode::None;
    if has_tls {
        compose.certificate();
    }
    compose.end(has_tls);
    compose.file.done()
}

struct Compose<'a> {
    file: Draft,
    site: &'a Site<'a>,
    /// Inside and outside, where addresses can be as the scenario says.
    networks: [Option<Network>; 2],
    /// Names of services, by the names of machines and of processes.
    names: BTreeMap<String, String>,
    /// Volumes in which HAProxy has the socket of its runtime API.
    sockets: Vec<String>,
}

/// A name for each container: a machine may be called as another one's process is.
fn names(site: &Site<'_>) -> BTreeMap<String, String> {
    let mut names = BTreeMap::new();
    let mut taken = vec![CERTIFICATE.to_owned()];
    for machine in site.containers() {
        let processes = machine.processes.iter().map(|process| format!("{}/{}", machine.name, process.name));
        for full_name in [machine.name.clone()].into_iter().chain(processes) {
            let mut name = full_name.replace('/', ".");
            while taken.contains(&name) {
                name.push('_');
            }
            taken.push(name.clone());
            names.insert(full_name, name);
        }
    }
    names
}

impl Compose<'_> {
    fn machine(&mut self, machine: &Machine, name: &str) {
        let file = &mut self.file;
        put!(file, "  {name:?}:\n    image: alpine:3.20\n    hostname: {name:?}\n    init: true");
        if machine.firewall.is_some() {
            put!(file, "    cap_add: [NET_ADMIN]");
            shell(file, "apk add -q nftables && nft -f /etc/nftables.conf && exec sleep infinity");
            mounts(file, machine, &[("nftables.conf", "/etc/nftables.conf")]);
        } else {
            put!(file, "    command: [sleep, infinity]");
        }
        let inside = Some(machine.address).filter(|_| self.site.is_server(machine));
        let places = ["inside", "outside"].into_iter().zip(self.networks).zip([inside, machine.public]);
        let places: Vec<String> = places
            .filter_map(|((name, network), address)| {
                Some(format!("{name}: {{ ipv4_address: {} }}", network.and(address)?))
            })
            .collect();
        match places.is_empty() {
            true => put!(file, "    networks: [default]"),
            false => put!(file, "    networks: {{ {} }}", places.join(", ")),
        }
        let has = |role: &Role| machine.processes.iter().any(|process| process.role == *role);
        let is_entrance = self.site.entrance().is_some_and(|entrance| entrance.name == machine.name);
        let ports = [
            (is_entrance, "8080:80"),
            (is_entrance, "8443:443"),
            (has(&Role::Monitor), "9090:9090"),
            (has(&Role::Authoritative), "5353:53/udp"),
        ];
        let ports = ports.iter().filter(|(is_there, _)| *is_there);
        let ports: Vec<String> = ports.map(|(_, port)| format!("\"127.0.0.1:{port}\"")).collect();
        if !ports.is_empty() {
            put!(file, "    ports: [{}]", ports.join(", "));
        }
    }

    fn process(&mut self, machine: &Machine, on: &str, process: &Process) {
        let site = self.site;
        let id = site.id(machine, process);
        let name = &self.names[&site.wiring.process(id).full_name];
        let socket = format!("{on}.socket");
        let is_balancer = process.role == Role::Balancer;
        if is_balancer {
            self.sockets.push(socket.clone());
        }
        let file = &mut self.file;
        put!(file, "  {name:?}:\n    network_mode: \"service:{on}\"\n    depends_on:");
        put!(file, "      {on:?}: {{ condition: service_started }}");
        if site.speaks_tls(id) {
            put!(file, "      {CERTIFICATE}: {{ condition: service_completed_successfully }}");
        }
        match &process.role {
            Role::Balancer => {
                put!(file, "    image: haproxy:2.6\n    user: \"0\"");
                mounts(file, machine, &[("haproxy.cfg", "/usr/local/etc/haproxy/haproxy.cfg")]);
            }
            Role::Nginx => {
                put!(file, "    image: nginx:1.22");
                mounts(file, machine, &[("nginx.conf", "/etc/nginx/nginx.conf")]);
                put!(file, "      - \"./www:/var/www:ro\"");
            }
            Role::App => stand_in::app(site, id, file),
            Role::Agent => stand_in::agent(site, id, file),
            Role::Mysqld { .. } => {
                put!(file, "    image: mysql:8.4");
                put!(file, "    environment: {{ MYSQL_ROOT_PASSWORD: root, MYSQL_INITDB_SKIP_TZINFO: \"1\" }}");
                let (options, sql) = (format!("{}.my.cnf", process.name), format!("{}.sql", process.name));
                let places = ["/etc/mysql/conf.d/site.cnf", "/docker-entrypoint-initdb.d/site.sql"];
                mounts(file, machine, &[(&options, places[0]), (&sql, places[1])]);
            }
            Role::Keepalived { .. } => {
                put!(file, "    image: alpine:3.20\n    cap_add: [NET_ADMIN, NET_RAW, NET_BROADCAST]");
                if let Some(entrance) = site.entrance_on(machine) {
                    let entrance = &self.names[&format!("{}/{}", machine.name, entrance.name)];
                    put!(file, "    pid: \"service:{entrance}\"");
                }
                shell(file, "apk add -q keepalived && exec keepalived -nl");
                mounts(file, machine, &[("keepalived.conf", "/etc/keepalived/keepalived.conf")]);
            }
            Role::Authoritative => {
                put!(file, "    image: alpine:3.20");
                shell(file, "apk add -q nsd && exec nsd -d -u root -c /etc/nsd/nsd.conf");
                mounts(file, machine, &[("nsd.conf", "/etc/nsd/nsd.conf"), (dns::FILE, "/etc/nsd/foobar.com.zone")]);
            }
            Role::Monitor => {
                put!(file, "    image: prom/prometheus:v2.53.0");
                let names = ["prometheus.yml", "alerts.yml"];
                let places = names.map(|name| format!("/etc/prometheus/{name}"));
                mounts(file, machine, &[(names[0], &places[0]), (names[1], &places[1])]);
            }
            Role::Browser | Role::Resolver => {}
        }
        if is_balancer || (process.role == Role::Agent && self.sockets.contains(&socket)) {
            put!(file, "      - \"{socket}:/run/haproxy\"");
        }
        if site.speaks_tls(id) {
            put!(file, "      - \"{CERTIFICATE}:{}:ro\"", haproxy::CERTIFICATES);
        }
    }

    /// A service that makes a certificate, signed by itself, and ends.
    fn certificate(&mut self) {
        let (file, folder, days) = (&mut self.file, haproxy::CERTIFICATES, self.site.settings.tls.certificate_days);
        put!(file, "  {CERTIFICATE}:\n    image: alpine:3.20");
        let make = "openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=www.foobar.com -addext subjectAltName=DNS:www.foobar.com";
        let (days, to) = (days.max(1), "-keyout key.pem -out ca.pem && cat ca.pem key.pem > www.foobar.com.pem");
        shell(file, &format!("apk add -q openssl && cd {folder} && {make} -days {days} {to}"));
        put!(file, "    volumes:\n      - \"{CERTIFICATE}:{folder}\"");
    }

    fn end(&mut self, has_tls: bool) {
        let file = &mut self.file;
        put!(file, "networks:\n  default: {{}}");
        for (name, network) in ["inside", "outside"].iter().zip(self.networks) {
            if let Some(network) = network {
                let gateway: Ipv4Addr = network.gateway;
                put!(
                    file,
                    "  {name}:\n    ipam:\n      config:\n        - {{ subnet: {network}, gateway: {gateway} }}"
                );
            }
        }
        put!(file, "volumes:{}", if has_tls || !self.sockets.is_empty() { "" } else { " {}" });
        let own = self.sockets.iter().map(String::as_str).chain(has_tls.then_some(CERTIFICATE));
        own.for_each(|volume| put!(file, "  {volume:?}: {{}}"));
    }
}

fn shell(file: &mut Draft, command: &str) {
    put!(file, "    command: [sh, -c, {command:?}]");
}

/// Files of a machine, each with its place in the container.
fn mounts(file: &mut Draft, machine: &Machine, files: &[(&str, &str)]) {
    put!(file, "    volumes:");
    for (name, place) in files {
        put!(file, "      - \"./{}/{name}:{place}:ro\"", folder(&machine.name));
    }
}
