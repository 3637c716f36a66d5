//! The logs of nginx and HAProxy, as files that are looked at.

use std::net::Ipv4Addr;

use super::PartView;
use crate::sim::{ErrorLine, LOG_LINES, ProcessId, RequestLine, SimTime, World};
use crate::text::{haproxy::state_line, log};

/// `access.log` and `error.log` of an nginx.
pub(super) fn nginx(world: &World, process: ProcessId, view: &mut PartView) {
    let logs = world.logs(process);
    let access = |line: &RequestLine| log::access(line, world.wiring().role(line.by));
    let error =
        |line: &ErrorLine| log::error(line, &log::upstream(line.upstream.map(|app| address(world, process, app))));
    file(view, "access-log", log::ACCESS_LOG, logs.requests.iter().rev().map(access));
    file(view, "error-log", log::ERROR_LOG, logs.errors.iter().rev().map(error));
}

/// Where nginx reaches an application: on its own machine, by the address that never leaves it.
fn address(world: &World, nginx: ProcessId, app: ProcessId) -> (Ipv4Addr, u16) {
    let wiring = world.wiring();
    let here = wiring.process(nginx).machine == wiring.process(app).machine;
    (if here { Ipv4Addr::LOCALHOST } else { wiring.machine_of(app).address }, wiring.process(app).port)
}

/// HAProxy's log: its requests, and its messages about servers.
pub(super) fn haproxy(world: &World, process: ProcessId, view: &mut PartView) {
    let wiring = world.wiring();
    let machine = |process| wiring.machine_of(process).name.as_str();
    let request = |line: &RequestLine| {
        let server = line.session.and_then(|session| session.server).map(machine);
        (line.at, log::http(line, server, wiring.role(line.by)))
    };
    let mut lines: Vec<(SimTime, String)> = world.logs(process).requests.iter().map(request).collect();
    if let Some(balancer) = world.balancer(process) {
        lines.extend(balancer.journal().map(|line| {
            let server = machine(balancer.servers[line.server].process);
            (line.at, state_line(line, server, balancer.candidate(line.server).backup))
        }));
    }
    lines.sort_by_key(|(at, _)| *at);
    let newest = lines.iter().rev().take(LOG_LINES);
    file(view, "haproxy-log", log::HAPROXY_LOG, newest.map(|(at, what)| log::syslog(*at, machine(process), what)));
}

fn file(view: &mut PartView, id: &'static str, title: &'static str, lines: impl Iterator<Item = String>) {
    let mut text = lines.collect::<Vec<_>>().join("\n");
    if text.is_empty() {
        log::EMPTY.clone_into(&mut text);
    }
    view.terminal(id, title, text);
}
