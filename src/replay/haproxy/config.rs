//! The world of a recording: HAProxy before applications, or before nodes of nginx and application.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use serde_json::Value;

use crate::replay::Problem;
use crate::replay::fields::{flag, list, number, only, optional_number, text};
use crate::sim::balancer::Algorithm;
use crate::sim::{
    Check, Command, Hash, HashFunction, HashType, Machine, Process, RetryOn, Role, Scenario, ServerLine, ServiceTimes,
    Settings, SimTime, TimedCommand, Topology, UriHash,
};

/// Latency to the servers. It makes each check a little later than the interval says, as the real ones are.
const LAN_US: u32 = 500;
/// Time that the application works on a page.
const SERVICE_US: u32 = 100;
/// A time-out that is not set, in ms.
const NEVER_MS: u32 = 600_000;

/// The scenario that a recording describes.
pub(super) fn scenario_of(case: &Value, is_stack: bool) -> Result<Scenario, Problem> {
    let mut scenario = Scenario { topology: topology_of(case, is_stack)?, ..Scenario::default() };
    scenario.name = text(case, "case")?.to_owned();
    simplify(&mut scenario.settings);
    if let Some(timeouts) = case.get("nginx_timeouts_ms") {
        scenario.settings.nginx.connect_timeout_ms = number(timeouts, "connect")?;
        scenario.settings.nginx.read_timeout_ms = number(timeouts, "read")?;
    }
    configure(&mut scenario.settings, &case["balancer"], is_stack)?;
    scenario.settings.balancer.servers = server_lines(case)?;
    for server in list(case, "servers") {
        if flag(server, "dead_at_start")? {
            let process = if is_stack { "nginx" } else { "app" };
            let command = Command::Kill { part: format!("{}/{process}", text(server, "name")?) };
            scenario.timeline.push(TimedCommand { at_us: SimTime::ZERO, command });
        }
    }
    scenario.validate().map_err(|error| Problem(error.to_string()))?;
    Ok(scenario)
}

fn topology_of(case: &Value, is_stack: bool) -> Result<Topology, Problem> {
    let machine = |name: &str, address: Ipv4Addr, processes: &[(&str, Role)]| Machine {
        name: name.to_owned(),
        address,
        public: (name == BALANCER).then(|| Ipv4Addr::new(203, 0, 113, 10)),
        firewall: None,
        processes: processes
            .iter()
            .map(|(name, role)| Process { name: (*name).to_owned(), role: role.clone() })
            .collect(),
    };
    let mut machines = vec![
        machine("client", Ipv4Addr::new(10, 0, 0, 1), &[("browser", Role::Browser)]),
        machine("resolver", Ipv4Addr::new(10, 0, 0, 2), &[("resolver", Role::Resolver)]),
        machine("ns1", Ipv4Addr::new(10, 0, 0, 3), &[("nsd", Role::Authoritative)]),
        machine(BALANCER, Ipv4Addr::new(10, 0, 0, 10), &[("haproxy", Role::Balancer)]),
    ];
    let (node, direct) = ([("nginx", Role::Nginx), ("app", Role::App)], [("app", Role::App)]);
    for (i, server) in (0_u32..).zip(list(case, "servers")) {
        let address = Ipv4Addr::from(u32::from(Ipv4Addr::new(10, 0, 1, 0)) + i);
        let processes = if is_stack { &node[..] } else { &direct[..] };
        machines.push(machine(text(server, "name")?, address, processes));
    }
    Ok(Topology { machines })
}

/// The machine that HAProxy runs on.
pub(super) const BALANCER: &str = "lb-01";

/// A world almost without latencies, in which only HAProxy decides how long things take.
fn simplify(settings: &mut Settings) {
    settings.service = ServiceTimes::Fixed;
    settings.client.response_timeout_ms = NEVER_MS;
    settings.dns.ttl_s = 604_800;
    let network = &mut settings.network;
    (network.client_us, network.resolver_us, network.name_server_us) = (0, 0, 0);
    (network.lan_us, network.loopback_us) = (LAN_US, 1);
    (settings.nginx.static_us, settings.nginx.overhead_us) = (0, 0);
    (settings.app.service_us, settings.app.workers) = (SERVICE_US, 1_000);
    settings.balancer.overhead_us = 0;
}

fn configure(settings: &mut Settings, balancer: &Value, is_stack: bool) -> Result<(), Problem> {
    only(balancer, "balancer", &KNOWN)?;
    let lb = &mut settings.balancer;
    (lb.algorithm, lb.uri) = algorithm_of(text(balancer, "algorithm")?)?;
    if let Some(words) = balancer["hash_type"].as_str() {
        lb.hash = hash_of(words)?;
    }
    lb.retries = number(balancer, "retries")?;
    lb.redispatch = flag(balancer, "redispatch")?;
    if let Some(interval) = balancer.get("redispatch_interval").filter(|interval| !interval.is_null()) {
        let interval = interval.as_i64().and_then(|interval| i32::try_from(interval).ok());
        lb.redispatch_interval =
            interval.ok_or_else(|| Problem("balancer.redispatch_interval: no number".to_owned()))?;
    }
    if let Some(words) = balancer["retry_on"].as_str() {
        lb.retry_on = words.parse::<RetryOn>().map_err(|error| Problem(format!("balancer.retry_on: {error}")))?;
    }
    lb.all_backups = flag(balancer, "allbackups")?;
    lb.abort_on_close = flag(balancer, "abortonclose")?;
    lb.persist = flag(balancer, "persist")?;
    lb.cookie = balancer["cookie"].as_str().map(cookie_of).transpose()?;
    let timeouts = &balancer["timeouts_ms"];
    lb.timeout_connect_ms = optional_number(timeouts, "connect")?.unwrap_or(NEVER_MS);
    lb.timeout_server_ms = optional_number(timeouts, "server")?.unwrap_or(NEVER_MS);
    lb.timeout_queue_ms = optional_number(timeouts, "queue")?;
    let check = &balancer["check"];
    lb.check = Check::None;
    if !check.is_null() {
        only(check, "balancer.check", &["kind", "inter_ms", "rise", "fall", "fastinter_ms", "downinter_ms", "path"])?;
        let is_static = check["path"].as_str().is_some_and(|path| path.starts_with("/static"));
        lb.check = match text(check, "kind")? {
            "tcp" => Check::Tcp,
            "http" if is_stack && is_static => Check::HttpStatic,
            "http" => Check::Http,
            other => return Err(Problem(format!("balancer.check.kind: `{other}` is neither `tcp` nor `http`"))),
        };
        (lb.inter_ms, lb.rise, lb.fall) = (number(check, "inter_ms")?, number(check, "rise")?, number(check, "fall")?);
        (lb.fastinter_ms, lb.downinter_ms) =
            (optional_number(check, "fastinter_ms")?, optional_number(check, "downinter_ms")?);
    }
    Ok(())
}

const KNOWN: [&str; 14] = [
    "kind",
    "algorithm",
    "retries",
    "redispatch",
    "check",
    "timeouts_ms",
    "hash_type",
    "allbackups",
    "cookie",
    "persist",
    "retry_on",
    "abortonclose",
    "redispatch_interval",
    "nbthread",
];

fn algorithm_of(words: &str) -> Result<(Algorithm, UriHash), Problem> {
    let unknown = || Problem(format!("balancer.algorithm: `{words}` is unknown"));
    let mut rest = words.split_whitespace();
    let name = rest.next().ok_or_else(unknown)?;
    let algorithm = Algorithm::ALL.into_iter().find(|known| known.name() == name).ok_or_else(unknown)?;
    let mut uri = UriHash::default();
    while let Some(word) = rest.next() {
        let mut value = || rest.next().and_then(|value| value.parse().ok()).ok_or_else(unknown);
        match word {
            "whole" => uri.whole = true,
            // A path is all that a visit has.
            "path-only" => {}
            "len" => uri.len = Some(value()?),
            "depth" => uri.depth = Some(value()?),
            _ => return Err(unknown()),
        }
        if algorithm != Algorithm::Uri {
            return Err(unknown());
        }
    }
    Ok((algorithm, uri))
}

/// `consistent` alone stands for sdbm with avalanche.
fn hash_of(words: &str) -> Result<Hash, Problem> {
    let unknown = || Problem(format!("balancer.hash_type: `{words}` is unknown"));
    let mut rest = words.split_whitespace();
    let kind = rest.next().and_then(|name| HashType::ALL.into_iter().find(|known| known.name() == name));
    let kind = kind.ok_or_else(unknown)?;
    let Some(name) = rest.next() else {
        return Ok(Hash { kind, function: HashFunction::Sdbm, avalanche: kind == HashType::Consistent });
    };
    let function = HashFunction::ALL.into_iter().find(|known| known.name() == name).ok_or_else(unknown)?;
    let avalanche = match rest.next() {
        None => false,
        Some("avalanche") => true,
        Some(_) => return Err(unknown()),
    };
    Ok(Hash { kind, function, avalanche })
}

/// The name of the cookie, if its mode is the one that is modelled.
fn cookie_of(words: &str) -> Result<String, Problem> {
    let mut rest = words.split_whitespace();
    let name = rest.next().unwrap_or_default().to_owned();
    let modes: Vec<&str> = rest.collect();
    match modes.iter().find(|mode| !["insert", "indirect", "nocache"].contains(mode)) {
        None if modes.contains(&"insert") => Ok(name),
        _ => Err(Problem(format!("balancer.cookie: `{words}`, only `insert indirect nocache` is modelled"))),
    }
}

fn server_lines(case: &Value) -> Result<BTreeMap<String, ServerLine>, Problem> {
    let known = ["name", "weight", "backup", "maxconn", "cookie", "disabled", "on_marked_down", "dead_at_start"];
    let line = |server: &Value| {
        only(server, "servers", &known)?;
        let line = ServerLine {
            weight: number(server, "weight")?,
            backup: flag(server, "backup")?,
            maxconn: optional_number(server, "maxconn")?.filter(|most| *most > 0),
            cookie: server["cookie"].as_str().map(str::to_owned),
            disabled: flag(server, "disabled")?,
            shut_when_down: match server["on_marked_down"].as_str() {
                None => false,
                Some("shutdown-sessions") => true,
                Some(other) => return Err(Problem(format!("servers.on_marked_down: `{other}` is unknown"))),
            },
        };
        Ok((text(server, "name")?.to_owned(), line))
    };
    list(case, "servers").iter().map(line).collect()
}
