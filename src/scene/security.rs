//! What somebody outside finds, what a wiretap hears, and the firewall that would let in only what is needed.

use std::net::Ipv4Addr;

use crate::sim::{
    Command, Firewall, HTTPS, LinkId, MachineId, OUTSIDER, PartId, PortState, ProcessId, Protocol, Role, Rule, Ruling,
    Setting, Wiring, World,
};
use crate::text::security as words;

/// Ready to be drawn: findings and what mends them.
#[derive(Clone, Debug, PartialEq)]
pub struct SecurityView {
    /// The ports that were tried.
    pub ports: Vec<u16>,
    /// What was found on each machine.
    pub scan: Vec<Scanned>,
    /// For each database: the command, what its client prints, and what that means.
    pub logins: Vec<(String, String, &'static str)>,
    /// How far TLS reaches, and when the certificate expires.
    pub settings: Vec<Setting>,
    /// Days that the certificate is still valid, if there is one.
    pub certificate: Option<u32>,
    /// The links that can be listened on, with their names.
    pub links: Vec<(LinkId, String)>,
    /// Which of them is.
    pub tapped: usize,
    /// What is heard there.
    pub heard: String,
}

/// One machine of the scan.
#[derive(Clone, Debug, PartialEq)]
pub struct Scanned {
    /// The machine.
    pub part: PartId,
    /// Its name.
    pub name: String,
    /// Its public address.
    pub address: Ipv4Addr,
    /// Its ports.
    pub states: Vec<PortState>,
    /// Its firewall, and the one that would let in only what is needed.
    pub firewall: FirewallView,
}

/// The firewall of a machine.
#[derive(Clone, Debug, PartialEq)]
pub struct FirewallView {
    /// Name of the machine.
    pub machine: String,
    /// Its firewall.
    pub present: Option<Firewall>,
    /// The one that would let in only what is needed.
    pub needed: Firewall,
}

impl SecurityView {
    /// Projects a world. `selected` is listened on if it is a link.
    #[must_use]
    pub fn new(world: &World, selected: Option<PartId>) -> Self {
        let wiring = world.wiring();
        let mut scan: Vec<Scanned> = Vec::new();
        let mut ports = Vec::new();
        for port in world.scan() {
            let part = PartId::Machine(port.machine);
            if scan.last().is_none_or(|last| last.part != part) {
                let name = wiring.part_name(part).to_owned();
                let firewall = FirewallView::new(world, port.machine);
                scan.push(Scanned { part, name, address: port.address, states: Vec::new(), firewall });
            }
            if scan.len() == 1 {
                ports.push(port.port);
            }
            scan.last_mut().expect("one was pushed").states.push(port.state);
        }
        let links = (0..wiring.links.len()).map(LinkId::from);
        let links: Vec<_> = links.filter(|link| carries_messages(wiring, *link)).collect();
        let wanted = |link: &LinkId| selected == Some(PartId::Link(*link));
        let entrance = |link: &LinkId| is_way_in(wiring, wiring.link(*link).from, wiring.link(*link).to);
        let tapped = links.iter().position(wanted).or_else(|| links.iter().position(entrance)).unwrap_or(0);
        let setting = |setting: &Setting| setting.key().starts_with("tls.");
        let settings: Vec<_> = Setting::all(world.settings()).into_iter().filter(setting).collect();
        Self {
            ports,
            scan,
            logins: logins(world),
            certificate: wiring
                .ids()
                .any(|process| wiring.speaks_tls(process, world.settings().tls.mode))
                .then(|| world.certificate_days_left()),
            settings,
            heard: links.get(tapped).map_or(String::new(), |link| heard(world, *link)),
            links: links
                .iter()
                .map(|link| (*link, wiring.part_name(PartId::Link(*link)).replace('>', " → ")))
                .collect(),
            tapped,
        }
    }
}

/// What a wiretap on a link hears, as text.
#[must_use]
pub fn heard(world: &World, link: LinkId) -> String {
    match &world.wiretap(link)[..] {
        [] => words::SILENT.to_owned(),
        heard => words::heard(heard),
    }
}

fn carries_messages(wiring: &Wiring, link: LinkId) -> bool {
    !matches!(wiring.link(link).protocol, Protocol::Vrrp | Protocol::Metrics)
}

fn logins(world: &World) -> Vec<(String, String, &'static str)> {
    let wiring = world.wiring();
    let login = |database: &crate::sim::mysql::Server| {
        let address = wiring.machine_of(database.process).public?;
        let port = wiring.process(database.process).port;
        let (text, meaning) = words::login(world.login(database.process), address, port, OUTSIDER);
        Some((format!("mysql -h {address} -P {port} -u root -p"), text, meaning))
    };
    world.cluster().servers.iter().filter_map(login).collect()
}

/// Whether visitors are meant to come in here: at the balancers, or at nginx where there is none.
fn is_way_in(wiring: &Wiring, from: ProcessId, to: ProcessId) -> bool {
    let has_balancer = wiring.ids().any(|process| *wiring.role(process) == Role::Balancer);
    let entrance = if has_balancer { Role::Balancer } else { Role::Nginx };
    *wiring.role(from) == Role::Browser && *wiring.role(to) == entrance
}

impl FirewallView {
    /// The firewall of a machine.
    #[must_use]
    pub fn new(world: &World, machine: MachineId) -> Self {
        Self {
            machine: world.wiring().machines[machine.index()].name.clone(),
            present: world.parts().firewall(machine).cloned(),
            needed: needed(world.wiring(), machine),
        }
    }

    /// The command that gives the machine another firewall.
    #[must_use]
    pub fn change(&self, firewall: Option<Firewall>) -> Command {
        Command::Firewall { machine: self.machine.clone(), firewall }
    }
}

/// The firewall that lets in what the other parts have to send to a machine, and SSH from inside.
fn needed(wiring: &Wiring, machine: MachineId) -> Firewall {
    let mut rules: Vec<Rule> = Vec::new();
    let mut accept = |from: &str, port| {
        let rule = Rule { verdict: Ruling::Accept, from: from.to_owned(), port };
        if !rules.contains(&rule) {
            rules.push(rule);
        }
    };
    for link in &wiring.links {
        let both = matches!(link.protocol, Protocol::Replication | Protocol::Vrrp);
        let ways = [(link.from, link.to), (link.to, link.from)];
        for (from, to) in ways.into_iter().take(1 + usize::from(both)) {
            let (caller, callee) = (wiring.process(from), wiring.process(to));
            if callee.machine != machine || caller.machine == machine {
                continue;
            }
            let name = wiring.machine_of(from).name.as_str();
            let source = if is_way_in(wiring, from, to) { "any" } else { name };
            match (link.protocol, &caller.role) {
                (Protocol::Http, Role::Browser) if source != "any" => {}
                (Protocol::Http, Role::Browser | Role::Balancer) => {
                    accept(source, Some(callee.port));
                    accept(source, Some(HTTPS));
                }
                (Protocol::Dns, _) => accept("any", Some(callee.port)),
                _ => accept(source, Some(callee.port).filter(|port| *port != 0)),
            }
        }
    }
    accept("inside", Some(22));
    Firewall { policy: Ruling::Drop, rules }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::{Class, Micros, Preset};
    use std::sync::Arc;

    fn world(preset: &str) -> World {
        let mut world = World::new(Arc::new(Preset::find(preset).expect("a preset").scenario()));
        world.run_until(world.now() + Micros::from_secs(5));
        world
    }

    fn guard_all(world: &mut World) {
        for machine in SecurityView::new(world, None).scan {
            let FirewallView { needed, .. } = &machine.firewall;
            world.apply(&machine.firewall.change(Some(needed.clone()))).expect("a valid firewall");
        }
    }

    /// The preset's firewalls are those that the button makes.
    #[test]
    fn what_is_needed_is_what_the_secured_preset_has() {
        let world = world("secured");
        for machine in SecurityView::new(&world, None).scan {
            let rules = |firewall: &Firewall| {
                let mut rules: Vec<String> = firewall.rules.iter().map(words::rule).collect();
                rules.sort();
                rules
            };
            let FirewallView { present, needed, .. } = machine.firewall;
            assert_eq!(rules(&present.expect("a firewall")), rules(&needed), "{}", machine.name);
        }
    }

    #[test]
    fn with_what_is_needed_every_class_still_works_and_nothing_else_is_open() {
        for preset in ["three-server", "dedicated-db", "one-db-server", "one-server", "scaled"] {
            let mut world = world(preset);
            let open = |world: &World| {
                let scan = SecurityView::new(world, None).scan;
                scan.iter().flat_map(|m| &m.states).filter(|state| **state == PortState::Open).count()
            };
            assert!(open(&world) > 1);
            guard_all(&mut world);
            assert_eq!(open(&world), 1, "{preset}: only port 80 of the way in");
            world.run_until(world.now() + Micros::from_secs(20));
            for class in Class::ALL {
                world.apply(&Command::visits(class, 2)).expect("visits");
            }
            world.run_until(world.now() + Micros::from_secs(30));
            let mut ended = world.log().newest_first();
            assert!(ended.all(|visit| visit.outcome.is_ok()), "{preset}");
            let logins = SecurityView::new(&world, None).logins;
            assert!(logins.iter().all(|(_, text, _)| text.ends_with("(110)")), "{logins:?}");
        }
    }

    #[test]
    fn the_wiretap_shows_a_password_until_there_is_tls() {
        let mut world = world("three-server");
        assert_eq!(SecurityView::new(&world, None).heard, words::SILENT);
        let mut listen = |setting| {
            world.apply(&Command::Set(setting)).expect("a setting");
            world.apply(&Command::visits(Class::Write, 1)).expect("a visit");
            world.run_until(world.now() + Micros::from_secs(5));
            SecurityView::new(&world, None)
        };
        let plain = listen(Setting::Tls(crate::sim::TlsMode::None));
        assert!(plain.heard.contains("&password=") && plain.certificate.is_none(), "{}", plain.heard);
        let sealed = listen(Setting::Tls(crate::sim::TlsMode::Balancer));
        assert!(!sealed.heard.contains("password") && sealed.heard.contains("17 03 03"), "{}", sealed.heard);
        assert!(sealed.heard.contains("www.foobar") && sealed.certificate == Some(90));
        let link = sealed.links.iter().find(|(_, name)| name == "lb-01/haproxy → web-01/nginx").expect("a link").0;
        world.run_until(world.now() + Micros::from_secs(5));
        assert!(SecurityView::new(&world, Some(PartId::Link(link))).heard.contains("in clear"));
    }
}
