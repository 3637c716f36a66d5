//! The world of a recording: one nginx before applications on machines of their own, almost without latencies.

use std::net::Ipv4Addr;

use serde_json::Value;

use crate::replay::Problem;
use crate::replay::fields::{flag, list, only, optional_number, text};
use crate::sim::nginx::{Method, NextUpstream, Upstream, UpstreamServer};
use crate::sim::{Machine, Process, Role, Scenario, ServiceTimes, Topology};

/// Where nginx runs.
pub(super) const NGINX: &str = "lb-01/nginx";
/// All that the real nginx had below `/static/`.
const FILES: [&str; 1] = ["/static/logo.txt"];
/// What nginx waits where a recording sets no time-out.
const USUAL_TIMEOUT_MS: u32 = 60_000;
/// Longer than any recording.
const FOR_EVER_MS: u32 = 3_600_000;

/// The scenario of a recording.
pub(super) fn of(recording: &Value) -> Result<Scenario, Problem> {
    let balancer = &recording["balancer"];
    let known = ["kind", "algorithm", "timeouts_ms", "next_upstream", "next_upstream_tries"];
    only(balancer, "balancer", &known)?;
    let timeouts = &balancer["timeouts_ms"];
    only(timeouts, "balancer.timeouts_ms", &["connect", "server"])?;
    let mut scenario = Scenario { name: "recording".to_owned(), topology: topology(recording)?, ..Scenario::default() };
    let settings = &mut scenario.settings;
    settings.service = ServiceTimes::Fixed;
    settings.client.response_timeout_ms = FOR_EVER_MS;
    settings.dns.ttl_s = 604_800;
    let network = &mut settings.network;
    (network.client_us, network.resolver_us, network.name_server_us) = (0, 0, 0);
    (network.lan_us, network.loopback_us) = (1, 1);
    (settings.app.service_us, settings.app.workers, settings.app.backlog) = (0, 1_000, 65_535);
    let nginx = &mut settings.nginx;
    (nginx.static_us, nginx.overhead_us) = (0, 0);
    nginx.connect_timeout_ms = optional_number(timeouts, "connect")?.unwrap_or(USUAL_TIMEOUT_MS);
    nginx.read_timeout_ms = optional_number(timeouts, "server")?.unwrap_or(USUAL_TIMEOUT_MS);
    nginx.files = Some(FILES.map(str::to_owned).to_vec());
    nginx.upstream = upstream(balancer, recording)?;
    scenario.validate().map_err(|error| Problem(error.to_string()))?;
    Ok(scenario)
}

/// The upstream block: the directives of `balancer`, the servers of a recording or of one of its reloads.
pub(super) fn upstream(balancer: &Value, servers: &Value) -> Result<Upstream, Problem> {
    let method = match text(balancer, "algorithm")? {
        "roundrobin" => Method::RoundRobin,
        "least_conn" => Method::LeastConn,
        "ip_hash" => Method::IpHash,
        "hash $request_uri" => Method::HashUri,
        other => return Err(Problem(format!("balancer.algorithm: `{other}` is not known"))),
    };
    let servers = list(servers, "servers").iter().map(server).collect::<Result<Vec<_>, _>>()?;
    if servers.is_empty() {
        return Err(Problem("servers: no server in the upstream block".to_owned()));
    }
    let next_upstream_tries = optional_number(balancer, "next_upstream_tries")?.unwrap_or(0);
    Ok(Upstream { method, next_upstream: next_upstream(balancer)?, next_upstream_tries, servers })
}

fn next_upstream(balancer: &Value) -> Result<Vec<NextUpstream>, Problem> {
    if balancer["next_upstream"].is_null() {
        return Ok(Upstream::default().next_upstream);
    }
    let words = || text(balancer, "next_upstream").map(str::split_whitespace);
    if words()?.any(|word| word == "off") {
        return Ok(Vec::new());
    }
    let condition = |word: &str| {
        let found = NextUpstream::ALL.into_iter().find(|condition| condition.name() == word);
        found.ok_or_else(|| Problem(format!("balancer.next_upstream: `{word}` is not known")))
    };
    words()?.map(condition).collect()
}

fn server(line: &Value) -> Result<UpstreamServer, Problem> {
    only(line, "servers", &["name", "weight", "backup", "maxconn", "max_fails", "fail_timeout_s", "down"])?;
    let usual = UpstreamServer::default();
    Ok(UpstreamServer {
        name: text(line, "name")?.to_owned(),
        weight: optional_number(line, "weight")?.unwrap_or(usual.weight),
        max_fails: optional_number(line, "max_fails")?.unwrap_or(usual.max_fails),
        fail_timeout_s: optional_number(line, "fail_timeout_s")?.unwrap_or(usual.fail_timeout_s),
        max_conns: optional_number(line, "maxconn")?.filter(|most| *most > 0),
        backup: flag(line, "backup")?,
        down: flag(line, "down")?,
    })
}

/// Visitor, name service, nginx, and every application that the recording names at any time.
fn topology(recording: &Value) -> Result<Topology, Problem> {
    let machine = |name: &str, [c, d]: [u8; 2], process: &str, role: Role| Machine {
        name: name.to_owned(),
        address: Ipv4Addr::new(10, 0, c, d),
        public: (role == Role::Nginx).then(|| Ipv4Addr::new(203, 0, 113, 10)),
        firewall: None,
        processes: vec![Process { name: process.to_owned(), role }],
    };
    let mut machines = vec![
        machine("client", [0, 1], "browser", Role::Browser),
        machine("resolver", [0, 2], "resolver", Role::Resolver),
        machine("ns1", [0, 3], "nsd", Role::Authoritative),
        machine("lb-01", [0, 10], "nginx", Role::Nginx),
    ];
    let reloads = list(recording, "events").iter().filter(|event| event["op"] == "reload");
    for line in [recording].into_iter().chain(reloads).flat_map(|holder| list(holder, "servers")) {
        let name = text(line, "name")?;
        let is_new = machines.iter().all(|machine| machine.name != name || machine.processes[0].role != Role::App);
        if is_new {
            let host = (machines.len() as u16).to_be_bytes();
            machines.push(machine(name, [1 + host[0], host[1]], "app", Role::App));
        }
    }
    Ok(Topology { machines })
}
