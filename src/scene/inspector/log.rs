//! The logs of nginx and HAProxy, as files that are looked at.

use std::net::Ipv4Addr;

use super::PartView;
use crate::sim::balancer::{Balancer, StateLine};
use crate::sim::{LogEvent, LogFile, LogLine, ProcessId, World};
use crate::text::{haproxy::state_line, log};

/// `access.log` and `error.log` of an nginx.
pub(super) fn nginx(world: &World, process: ProcessId, view: &mut PartView) {
    let logs = world.logs(process);
    file(world, process, view, ("access-log", log::ACCESS_LOG), &logs.requests);
    file(world, process, view, ("error-log", log::ERROR_LOG), &logs.errors);
}

/// HAProxy's log: its requests, and its messages about servers.
pub(super) fn haproxy(world: &World, balancer: &Balancer, view: &mut PartView) {
    let process = balancer.process;
    file(world, process, view, ("http-log", log::HTTP_LOG), &world.logs(process).requests);
    let machine = |process| world.wiring().machine_of(process).name.as_str();
    let message = |line: &StateLine| {
        let server = machine(balancer.servers[line.server].process);
        let what = state_line(line, server, balancer.candidate(line.server).backup);
        log::syslog(line.at, machine(process), &what)
    };
    show(view, ("server-log", log::SERVER_LOG), balancer.journal().rev().map(message).collect());
}

fn file(world: &World, process: ProcessId, view: &mut PartView, name: (&'static str, &'static str), file: &LogFile) {
    show(view, name, file.newest_first().map(|entry| line(world, process, entry)).collect());
}

fn show(view: &mut PartView, (id, title): (&'static str, &'static str), lines: Vec<String>) {
    view.terminal(id, title, if lines.is_empty() { log::EMPTY.to_owned() } else { lines.join("\n") });
}

fn line(world: &World, process: ProcessId, line: &LogLine) -> String {
    let wiring = world.wiring();
    match line.event {
        LogEvent::Ended { status, by, cause, session } => {
            let account = world.account(line.request.source);
            let user = (line.request.visit > 0).then_some(account.user);
            let bytes = if status == Some(499) { 0 } else { world.page_bytes(by, status.unwrap_or(0), cause, user) };
            let Some(session) = session else {
                return log::access(line, status.unwrap_or(0), bytes);
            };
            let server = session.server.map_or("<NOSRV>", |server| &wiring.machine_of(server).name);
            let request = log::http(line, status, wiring.role(by), bytes, &session, server);
            log::syslog(line.at, &wiring.machine_of(process).name, &request)
        }
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
