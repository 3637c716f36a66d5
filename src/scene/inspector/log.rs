//! The logs of nginx and HAProxy, as files that are looked at.

use std::net::Ipv4Addr;

use super::PartView;
use crate::sim::{LOG_LINES, LogEvent, LogFile, LogLine, ProcessId, SimTime, World};
use crate::text::{haproxy::state_line, log};

/// `access.log` and `error.log` of an nginx.
pub(super) fn nginx(world: &World, process: ProcessId, view: &mut PartView) {
    let logs = world.logs(process);
    file(view, "access-log", log::ACCESS_LOG, lines(world, process, &logs.requests));
    file(view, "error-log", log::ERROR_LOG, lines(world, process, &logs.errors));
}

/// HAProxy's log: its requests, and its messages about servers.
pub(super) fn haproxy(world: &World, process: ProcessId, view: &mut PartView) {
    let Some(balancer) = world.balancer(process) else {
        return;
    };
    let machine = |process| world.wiring().machine_of(process).name.as_str();
    let mut requests = lines(world, process, &world.logs(process).requests).into_iter().peekable();
    let mut states = balancer.journal().rev().peekable();
    let mut merged = Vec::new();
    while merged.len() < LOG_LINES {
        let newer = requests.peek().is_some_and(|(at, _)| states.peek().is_none_or(|line| line.at < *at));
        let next = if newer { requests.next() } else { None };
        let Some((at, what)) = next.or_else(|| {
            let line = states.next()?;
            let server = machine(balancer.servers[line.server].process);
            Some((line.at, state_line(line, server, balancer.candidate(line.server).backup)))
        }) else {
            break;
        };
        merged.push((at, log::syslog(at, machine(process), &what)));
    }
    file(view, "haproxy-log", log::HAPROXY_LOG, merged);
}

/// The lines of a log with their moments, newest first.
fn lines(world: &World, process: ProcessId, file: &LogFile) -> Vec<(SimTime, String)> {
    file.newest_first().map(|entry| (entry.at, line(world, process, entry))).collect()
}

fn line(world: &World, process: ProcessId, line: &LogLine) -> String {
    let wiring = world.wiring();
    match line.event {
        LogEvent::Ended { status, by, session: Some(session) } => {
            let server = session.server.map_or("<NOSRV>", |server| &wiring.machine_of(server).name);
            log::http(line, status, wiring.role(by), &session, server)
        }
        LogEvent::Ended { status, by, session: None } => log::access(line, status.unwrap_or(0), wiring.role(by)),
        LogEvent::Trouble { trouble, upstream } => {
            log::error(line, trouble, &log::upstream(upstream.map(|app| address(world, process, app))))
        }
    }
}

/// Where nginx reaches an application: on its own machine, by the address that never leaves it.
fn address(world: &World, nginx: ProcessId, app: ProcessId) -> (Ipv4Addr, u16) {
    let wiring = world.wiring();
    let here = wiring.process(nginx).machine == wiring.process(app).machine;
    (if here { Ipv4Addr::LOCALHOST } else { wiring.machine_of(app).address }, wiring.process(app).port)
}

fn file(view: &mut PartView, id: &'static str, title: &'static str, lines: Vec<(SimTime, String)>) {
    let lines: Vec<String> = lines.into_iter().map(|(_, line)| line).collect();
    view.terminal(id, title, if lines.is_empty() { log::EMPTY.to_owned() } else { lines.join("\n") });
}
