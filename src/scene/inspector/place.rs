//! Machines, links, the browser, and what all processes have in common.

use super::{Detail, PartView, Terminal};
use crate::scene::security::{self, FirewallView};
use crate::sim::{LinkId, MachineId, PartId, ProcessId, Protocol, Role, TlsMode, World};
use crate::text::explain;
use crate::text::inspector::fact;
use crate::text::security as words;

/// The name of a part as readers see it.
pub(super) fn title(world: &World, part: PartId) -> String {
    let wiring = world.wiring();
    match part {
        PartId::Link(link) => {
            let link = wiring.link(link);
            format!("{} → {}", wiring.process(link.from).full_name, wiring.process(link.to).full_name)
        }
        _ => wiring.part_name(part).to_owned(),
    }
}

pub(super) fn machine(world: &World, machine: MachineId, view: &mut PartView) {
    let wiring = world.wiring();
    let info = &wiring.machines[machine.index()];
    view.fact(fact::ADDRESS, info.address);
    if let Some(public) = info.public {
        view.fact(fact::PUBLIC_ADDRESS, public);
    }
    if wiring.is_server(machine) {
        view.firewall = Some(FirewallView::new(world, machine));
    }
    let processes: Vec<ProcessId> = wiring.processes_of(machine).collect();
    let name =
        |process: &ProcessId| fact::with_condition(&wiring.process(*process).name, world.parts().condition(*process));
    view.fact(fact::PROCESSES, processes.iter().map(name).collect::<Vec<_>>().join(", "));
    for process in &processes {
        view.relate(world, PartId::Process(*process));
    }
    let app = processes.iter().find(|process| *wiring.role(**process) == Role::App);
    if let Some(app) = app.and_then(|app| super::web::files(world, *app)) {
        view.detail = Detail::App(app);
    }
}

pub(super) fn link(world: &World, link: LinkId, view: &mut PartView) {
    let wiring = world.wiring();
    let info = wiring.link(link);
    let port = wiring.process(info.to).port;
    match wiring.is_tls(info, world.settings().tls.mode) {
        true => view.fact(fact::PROTOCOL, crate::text::diagram::HTTPS),
        false => view.fact(fact::PROTOCOL, fact::protocol(info.protocol, port)),
    }
    view.fact(fact::TRAVELS, fact::travels(info.protocol));
    view.fact(fact::REACH, fact::reach(info.reach));
    view.fact(fact::LATENCY, fact::latency(world.parts().latency(link), view.status.slowdown));
    if info.protocol != Protocol::Replication {
        let messages = world.flights(usize::MAX).filter(|flight| flight.link == link).count();
        view.fact(fact::UNDER_WAY, messages);
    }
    if !matches!(info.protocol, Protocol::Vrrp | Protocol::Metrics) {
        let text = security::heard(world, link);
        view.terminals.push(Terminal { id: "wiretap", title: words::TAP, text });
    }
    view.relate(world, PartId::Process(info.from));
    view.relate(world, PartId::Process(info.to));
    if info.protocol == Protocol::Replication {
        view.settings(world, &["mysql.source-delay"]);
    }
}

pub(super) fn process(world: &World, process: ProcessId, view: &mut PartView) {
    let wiring = world.wiring();
    let (info, machine) = (wiring.process(process), wiring.machine_of(process));
    view.fact(fact::MACHINE, format!("{} ({})", machine.name, machine.address));
    if info.port > 0 {
        let udp = matches!(info.role, Role::Resolver | Role::Authoritative);
        view.fact(fact::PORT, fact::port(udp, info.port));
    }
}

pub(super) fn browser(world: &World, view: &mut PartView) {
    let tls = world.settings().tls.mode != TlsMode::None;
    view.fact(fact::SITE, if tls { "https://www.foobar.com/" } else { "http://www.foobar.com/" });
    view.fact(fact::VISITS, world.last_visit());
    view.fact(fact::VISITS_UNDER_WAY, world.under_way());
    let last = world.log().newest_first().next();
    let last = last.map_or(fact::NONE_YET.to_owned(), |record| {
        let (result, why) = (explain::result(&record.outcome), explain::outcome(world.wiring(), &record.outcome));
        format!("{result}. {why}")
    });
    view.fact(fact::LAST_OUTCOME, last);
    view.settings(world, &["net.client"]);
}
