//! The examination against what can be found out without it: by reading the topology, by running worlds directly, by chance.
#![cfg(not(target_arch = "wasm32"))]

mod support;

use std::sync::Arc;

use hopscope::analysis::{
    Assumption, Exposure, Herald, Later, Survey, Told, Verdict, Vigil, changes, exposures, is_visitors, subject,
    without,
};
use hopscope::app::History;
use hopscope::sim::balancer::AdminState;
use hopscope::sim::{
    Arrivals, Check, Class, Command, Micros, Mix, PRESETS, PartId, ProcessId, ReadFrom, Rng, Role, Scenario, Setting,
    SimTime, Wiring, Workload, World,
};
use support::{Lab, ms, preset, scenario as made_up};

fn survey_of(scenario: Scenario) -> Survey {
    survey(&World::new(Arc::new(scenario)))
}

fn survey(world: &World) -> Survey {
    let mut survey = Survey::new(Arc::new(subject(world))).expect("few parts");
    assert!(survey.slice(&mut || true) && survey.is_done());
    assert_eq!(survey.percent(), 100);
    survey
}

fn number(survey: &Survey, name: &str) -> u16 {
    let wiring = survey.base().wiring();
    survey.number(wiring.part(name).expect("a part")).expect("every part has a number")
}

fn verdict(survey: &Survey, name: &str, class: Class) -> Verdict {
    let finding = survey.single(number(survey, name), class).expect("the survey is done");
    survey.verdict(class, finding)
}

/// The parts of the site without which a class is lost, and those whose absence is noticed, with what is noticed.
fn told(survey: &Survey, class: Class) -> String {
    let mut lines = Vec::new();
    for part in survey.parts().iter().filter(|part| !is_visitors(survey.base(), **part)) {
        let name = survey.base().wiring().part_name(*part);
        match verdict(survey, name, class) {
            Verdict::Works => {}
            Verdict::Partly(permille) => lines.push(format!("{name} {permille}")),
            verdict => lines.push(format!("{name} {verdict:?}")),
        }
    }
    lines.join("\n")
}

#[test]
fn three_servers_have_these_weak_points() {
    let survey = survey_of(preset("three-server"));
    assert_eq!(told(&survey, Class::Static), "lb-01 Lost\nlb-01/haproxy Lost\nclient/browser>lb-01/haproxy Lost");
    // Reads go to the replica only; the check of a port does not see a dead application; a cut binlog makes rows old.
    assert_eq!(
        told(&survey, Class::Read),
        "lb-01 Lost\nweb-02 Lost\nlb-01/haproxy Lost\nweb-01/app 500\nweb-02/app 500\nweb-02/mysqld Lost
client/browser>lb-01/haproxy Lost\nweb-01/nginx>web-01/app 500\nweb-02/nginx>web-02/app 500
web-01/app>web-02/mysqld 500\nweb-02/app>web-02/mysqld 500\nweb-01/mysqld>web-02/mysqld Stale"
    );
    // The replica does not save writes.
    assert_eq!(
        told(&survey, Class::Write),
        "lb-01 Lost\nweb-01 Lost\nlb-01/haproxy Lost\nweb-01/app 500\nweb-01/mysqld Lost\nweb-02/app 500
client/browser>lb-01/haproxy Lost\nweb-01/nginx>web-01/app 500\nweb-02/nginx>web-02/app 500
web-01/app>web-01/mysqld 500\nweb-02/app>web-01/mysqld 500"
    );
}

#[test]
fn settings_move_the_weak_points() {
    let mut lab = Lab::new();
    lab.set(Setting::Fallback(true));
    lab.set(Setting::CheckKind(Check::Http));
    let survey = survey(&lab.world);
    // A silent replica costs each read the time-out of the connection, a refused connection costs nothing.
    let read = "lb-01 Lost\nweb-02 Slow\nlb-01/haproxy Lost\nclient/browser>lb-01/haproxy Lost
web-01/app>web-02/mysqld Slow\nweb-02/app>web-02/mysqld Slow\nweb-01/mysqld>web-02/mysqld Stale";
    assert_eq!(told(&survey, Class::Read), read);
    assert_eq!(verdict(&survey, "web-01/app", Class::Write), Verdict::Works);
}

#[test]
fn the_other_presets_have_these_weak_points() {
    let one = survey_of(preset("one-server"));
    assert_eq!(told(&one, Class::Static), "web-01 Lost\nweb-01/nginx Lost\nclient/browser>web-01/nginx Lost");
    let page = "web-01 Lost\nweb-01/nginx Lost\nweb-01/app Lost\nweb-01/mysqld Lost
client/browser>web-01/nginx Lost\nweb-01/nginx>web-01/app Lost\nweb-01/app>web-01/mysqld Lost";
    assert_eq!((told(&one, Class::Read), told(&one, Class::Write)), (page.to_owned(), page.to_owned()));
    let is = |preset_name: &str, part: &str, class: Class| verdict(&survey_of(preset(preset_name)), part, class);
    // One machine for both databases: its power takes both.
    assert_eq!(is("one-db-server", "db-01", Class::Read), Verdict::Lost);
    assert_eq!(is("one-db-server", "db-01", Class::Write), Verdict::Lost);
    assert_eq!(is("one-db-server", "db-01/mysqld-1", Class::Read), Verdict::Works);
    assert_eq!(is("dedicated-db", "db-01", Class::Read), Verdict::Works);
    assert_eq!(is("dedicated-db", "db-01", Class::Write), Verdict::Lost);
    assert_eq!(is("dedicated-db", "web-01", Class::Write), Verdict::Works);
}

#[test]
fn the_visitors_side_can_fail_too_and_a_cache_hides_the_name_server_for_a_while() {
    let survey = survey_of(preset("three-server"));
    let outside = |name: &str, cached: bool| {
        let part = number(&survey, name);
        assert!(is_visitors(survey.base(), survey.parts()[usize::from(part)]), "{name}");
        for class in Class::ALL {
            let finding = survey.single(part, class).unwrap();
            assert_eq!((survey.verdict(class, finding), finding.hidden_by_cache), (Verdict::Lost, cached), "{name}");
        }
    };
    outside("ns1", true);
    outside("ns1/nsd", true);
    outside("resolver/resolver>ns1/nsd", true);
    outside("resolver", false);
    outside("client/browser>resolver/resolver", false);
    outside("client/browser", false);
    outside("client", false);
}

#[test]
fn what_was_changed_by_hand_counts() {
    let mut lab = Lab::new();
    lab.promote("web-02/mysqld");
    let promoted = survey(&lab.world);
    assert_eq!(verdict(&promoted, "web-02/mysqld", Class::Write), Verdict::Lost);
    assert_eq!(verdict(&promoted, "web-01/mysqld", Class::Write), Verdict::Works);
    lab.server_state("web-01", AdminState::Maint);
    // What is broken now is not: the examination begins with everything working.
    lab.kill("web-02/app");
    let maintained = survey(&lab.world);
    assert_eq!(verdict(&maintained, "web-02/nginx", Class::Static), Verdict::Lost);
    assert_eq!(verdict(&maintained, "web-01/nginx", Class::Static), Verdict::Works);
    lab.server_state("web-01", AdminState::Drain);
    assert_eq!(verdict(&survey(&lab.world), "web-02/nginx", Class::Static), Verdict::Lost);
    lab.tell(Command::Records { addresses: vec!["203.0.113.12".parse().unwrap()], ttl_s: 1 });
    let direct = survey(&lab.world);
    assert_eq!(verdict(&direct, "lb-01", Class::Static), Verdict::Works);
    assert_eq!(verdict(&direct, "web-02/nginx", Class::Static), Verdict::Lost);
    // The answer is not remembered long enough to hide anything.
    assert!(!direct.single(number(&direct, "ns1"), Class::Static).unwrap().hidden_by_cache);
}

#[test]
fn a_proof_shows_in_a_run_what_the_verdict_says() {
    for preset in PRESETS {
        let survey = survey_of(preset.scenario());
        for class in Class::ALL {
            for part in (0..survey.parts().len() as u16).filter(|part| survey.single(*part, class).unwrap().sent > 0) {
                let finding = survey.single(part, class).unwrap();
                let proof = survey.proof(&[part], class);
                let mut history = History::new(Arc::clone(&proof.scenario));
                proof.commands.iter().for_each(|entry| history.push(entry.at_us, entry.command.clone()));
                let start = proof.commands.last().unwrap().at_us;
                let mut world = history.replay(start);
                let visit = world.last_visit();
                world.run_until(start + hopscope::sim::Micros::from_secs(120));
                let record = world.log().of(visit).expect("it has ended");
                let intact = survey.intact(class).unwrap().longest;
                let shown = match survey.verdict(class, finding) {
                    Verdict::Works => record.outcome.is_ok(),
                    Verdict::Stale => record.outcome.is_stale(),
                    Verdict::Slow => record.outcome.is_ok() && record.took.0 >= intact.0 + 100_000,
                    Verdict::Partly(_) | Verdict::Lost => finding.failure == Some(record.outcome),
                };
                assert!(record.class == class && shown, "{} {part} {class:?}: {record:?}", preset.name);
            }
        }
    }
}

/// What the topology says becomes of a class, for one balancer with turns and checks: reachability, by hand.
struct Reading<'a> {
    scenario: &'a Scenario,
    wiring: &'a Wiring,
    down: &'a [PartId],
}

impl Reading<'_> {
    fn is_up(&self, process: ProcessId) -> bool {
        let machine = self.wiring.process(process).machine;
        !self.down.contains(&PartId::Process(process)) && !self.down.contains(&PartId::Machine(machine))
    }

    fn reaches(&self, from: ProcessId, to: ProcessId) -> bool {
        let link = self.wiring.link_between(from, to).expect("a link");
        self.is_up(from) && self.is_up(to) && !self.down.contains(&PartId::Link(link))
    }

    fn all(&self, role: &Role) -> Vec<ProcessId> {
        self.wiring.with_role(|other| other == role)
    }

    fn databases(&self, primary: bool) -> Vec<ProcessId> {
        self.wiring.with_role(|r| matches!(r, Role::Mysqld { replica_of, .. } if replica_of.is_none() == primary))
    }

    fn share(&self, class: Class) -> f64 {
        let one = |role: &Role| self.all(role)[0];
        let (browser, resolver, balancer) = (one(&Role::Browser), one(&Role::Resolver), one(&Role::Balancer));
        let found = self.reaches(browser, resolver) && self.reaches(resolver, one(&Role::Authoritative));
        if !found || !self.reaches(browser, balancer) {
            return 0.0;
        }
        let servers = self.all(&Role::Nginx).into_iter().filter(|nginx| {
            let sees_app = self.scenario.settings.balancer.check == Check::Http;
            self.reaches(balancer, *nginx) && (!sees_app || self.app_of(*nginx).is_some())
        });
        mean(servers.map(|nginx| if class == Class::Static { 1.0 } else { self.page(nginx, class) }))
    }

    fn app_of(&self, nginx: ProcessId) -> Option<ProcessId> {
        let machine = self.wiring.process(nginx).machine;
        let app = self.wiring.processes_of(machine).find(|process| *self.wiring.role(*process) == Role::App)?;
        self.reaches(nginx, app).then_some(app)
    }

    fn page(&self, nginx: ProcessId, class: Class) -> f64 {
        let Some(app) = self.app_of(nginx) else {
            return 0.0;
        };
        let asks = |database: &ProcessId| self.reaches(app, *database);
        let primary = f64::from(u8::from(self.databases(true).iter().any(asks)));
        let app = &self.scenario.settings.app;
        let replicas = self.databases(false);
        if class == Class::Write || app.read_from == ReadFrom::Primary || replicas.is_empty() {
            return primary;
        }
        let otherwise = if app.fallback_to_primary { primary } else { 0.0 };
        mean(replicas.iter().map(|replica| if asks(replica) { 1.0 } else { otherwise }))
    }
}

fn mean(values: impl Iterator<Item = f64>) -> f64 {
    let values: Vec<f64> = values.collect();
    values.iter().sum::<f64>() / values.len().max(1) as f64
}

/// A random infrastructure with one balancer.
fn random(rng: &mut Rng) -> Scenario {
    let mut scenario = made_up(1 + rng.below(3) as usize, rng.below(3) as usize, 1);
    let settings = &mut scenario.settings;
    settings.balancer.check = if rng.below(2) == 0 { Check::Tcp } else { Check::Http };
    settings.balancer.redispatch = rng.below(2) == 0;
    settings.app.fallback_to_primary = rng.below(2) == 0;
    settings.app.read_from = if rng.below(4) == 0 { ReadFrom::Primary } else { ReadFrom::Replica };
    // Without latency much happens at one moment.
    if rng.below(4) == 0 {
        (settings.network.lan_us, settings.network.loopback_us) = (0, 0);
    }
    settings.network.handshake = rng.below(4) > 0;
    // Databases and web servers share machines in some.
    if rng.below(2) == 0 {
        let database = scenario.topology.machines.pop().expect("a database").processes.remove(0);
        let to = scenario.topology.machines.len() - 1;
        let is_first = database.role == Role::Mysqld { replica_of: None, port: 3306 };
        let free = scenario.topology.machines[to].processes.iter().all(|process| process.role.port() != 3306);
        if is_first || free {
            scenario.topology.machines[to].processes.push(database);
        }
    }
    scenario.seed = rng.bits();
    scenario
}

#[test]
fn on_random_infrastructures_the_router_agrees_with_the_topology() {
    let (mut compared, mut partly, mut exact) = (0, 0, 0);
    for seed in 0..6 {
        let mut rng = Rng::new(seed, 77);
        let scenario = random(&mut rng);
        let survey = survey_of(scenario.clone());
        let wiring = survey.base().wiring();
        let agrees = |down: &[u16], share: f64, class: Class| {
            let down: Vec<PartId> = down.iter().map(|part| survey.parts()[usize::from(*part)]).collect();
            let expected = Reading { scenario: &scenario, wiring, down: &down }.share(class);
            let names: Vec<&str> = down.iter().map(|part| wiring.part_name(*part)).collect();
            assert!((share - expected).abs() < 1e-9, "seed {seed} {class:?} {names:?}: {share} or {expected}");
            f64::from(u8::from(expected > 0.0 && expected < 1.0))
        };
        for class in Class::ALL {
            for part in 0..survey.parts().len() as u16 {
                let finding = survey.single(part, class).unwrap();
                partly += agrees(&[part], finding.share(), class) as u32;
                compared += 1;
            }
            // States with many missing parts, as the availability has them.
            let site: Vec<u16> = (0..survey.parts().len() as u16)
                .filter(|part| !is_visitors(survey.base(), survey.parts()[usize::from(*part)]))
                .collect();
            for _ in 0..200 {
                let down: Vec<u16> = site.iter().copied().filter(|_| rng.below(11) == 0).collect();
                if let Some(share) = survey.structure(class).share(&down) {
                    partly += agrees(&down, share, class) as u32;
                    compared += 1;
                }
            }
            exact += u32::from(survey.structure(class).is_exact());
        }
    }
    println!("{compared} states, {partly} of them partly, {exact} structures exact");
    assert!(compared > 3_000 && partly > 100 && exact > 8, "{compared} {partly} {exact}");
}

#[test]
fn pairs_are_those_that_take_a_class_down_only_together() {
    for seed in 20..22 {
        let scenario = random(&mut Rng::new(seed, 77));
        let mut survey = survey_of(scenario.clone());
        survey.examine_pairs().expect("few pairs");
        assert!(survey.percent() < 100 && survey.slice(&mut || true) && survey.percent() == 100);
        let wiring = survey.base().wiring();
        let parts = survey.parts();
        let lost = |down: &[PartId], class| Reading { scenario: &scenario, wiring, down }.share(class) == 0.0;
        let mut expected = 0;
        for class in Class::ALL {
            for (i, first) in parts.iter().enumerate().filter(|(_, part)| !is_visitors(survey.base(), **part)) {
                for (j, second) in parts.iter().enumerate().skip(i + 1) {
                    let is_pair = !is_visitors(survey.base(), *second)
                        && lost(&[*first, *second], class)
                        && !lost(&[*first], class)
                        && !lost(&[*second], class);
                    let found = survey
                        .pairs()
                        .unwrap()
                        .iter()
                        .any(|pair| pair.class == class && pair.parts == [i as u16, j as u16]);
                    expected += u32::from(is_pair);
                    assert_eq!(found, is_pair, "seed {seed} {class:?} {first:?} {second:?}");
                }
            }
        }
        assert_eq!(survey.pairs().unwrap().len(), expected as usize);
    }
}

/// Every preset in random states, run directly: with all classes mixed, at random moments.
#[test]
fn the_shares_of_states_are_those_of_worlds_run_directly() {
    let mut rng = Rng::new(4, 4);
    for preset in PRESETS {
        let survey = survey_of(preset.scenario());
        // Two of everything in five tiers have more states that matter than are run: there it is bounds.
        let is_exact = preset.name != "scaled";
        for class in Class::ALL {
            assert!(!is_exact || survey.structure(class).is_exact(), "{} {class:?}", preset.name);
        }
        for _ in 0..25 {
            let site = (0..survey.parts().len() as u16)
                .filter(|part| !is_visitors(survey.base(), survey.parts()[usize::from(*part)]));
            let down: Vec<u16> = site.filter(|_| rng.below(9) == 0).collect();
            let mut world = World::new(Arc::new(preset.scenario()));
            world.run_until(ms(3_000));
            for part in &down {
                let part = survey.base().wiring().part_name(survey.parts()[usize::from(*part)]).to_owned();
                world.apply(&Command::Kill { part }).expect("a part");
            }
            world.run_until(ms(60_000));
            for class in Class::ALL {
                let Some(share) = survey.structure(class).share(&down) else {
                    assert!(!is_exact, "an exact structure knows every state");
                    continue;
                };
                let (served, sent) = served(&mut world, class);
                // Turns may begin in the middle.
                let off = (share * f64::from(sent) - f64::from(served)).abs();
                assert!(off <= 2.0, "{} {class:?} {down:?}: {served} of {sent}, not {share}", preset.name);
            }
        }
    }
}

/// Two balancers and a virtual address: every state of theirs, run directly.
#[test]
fn a_shared_address_is_lost_only_when_nobody_can_hold_it() {
    let survey = survey_of(preset("scaled"));
    let names = ["lb-01", "lb-02", "lb-01/haproxy", "lb-02/haproxy", "lb-01/keepalived", "lb-02/keepalived"];
    let parts = names.map(|name| number(&survey, name));
    let mut compared = 0;
    for state in 0..1_u32 << parts.len() {
        let mut down: Vec<u16> = Vec::new();
        down.extend(parts.iter().enumerate().filter(|(at, _)| state >> at & 1 == 1).map(|(_, part)| *part));
        let Some(share) = survey.structure(Class::Static).share(&down) else {
            continue;
        };
        let mut world = World::new(Arc::new(preset("scaled")));
        for part in &down {
            let part = survey.base().wiring().part_name(survey.parts()[usize::from(*part)]).to_owned();
            world.apply(&Command::Kill { part }).expect("a part");
        }
        world.run_until(ms(60_000));
        let (served, sent) = served(&mut world, Class::Static);
        assert!((share * f64::from(sent) - f64::from(served)).abs() < 1e-9, "{down:?}: {served}, not {share}");
        compared += 1;
    }
    println!("{compared} of 64 states");
    assert!(compared > 20, "{compared}");
    assert_eq!(told(&survey, Class::Static), "client/browser>lb-01/haproxy Lost");
}

fn served(world: &mut World, class: Class) -> (u32, u32) {
    let before = world.metrics().ok;
    for _ in 0..48 {
        world.apply(&Command::visits(class, 1)).expect("an open browser");
        world.run_until(world.now() + hopscope::sim::Micros::from_millis(400));
    }
    world.run_until(world.now() + hopscope::sim::Micros::from_secs(60));
    ((world.metrics().ok - before) as u32, 48)
}

/// Parts that fail and come back by chance while visitors come: the simulator itself as a Monte Carlo experiment.
#[test]
fn a_long_run_with_random_failures_has_the_availability_that_was_computed() {
    // Every part works nine tenths of the time.
    let (up_s, down_s) = (7_200.0, 800.0);
    let mut survey = survey_of(preset("three-server"));
    for part in 0..survey.parts().len() as u16 {
        survey.assume(part, Assumption { mtbf_h: 9, mttr_min: 60 });
    }
    let wiring = Arc::clone(survey.base().wiring());
    for (class, mix) in Class::ALL.into_iter().zip([(1, 0, 0), (0, 1, 0), (0, 0, 1)]) {
        let computed = survey.availability(class);
        let mut shares = Vec::new();
        for seed in 0..8 {
            let mut world = World::new(Arc::new(preset("three-server")));
            let mix = Mix { static_files: mix.0, read: mix.1, write: mix.2 };
            let load = Workload { rate_per_s: 1, mix, arrivals: Arrivals::Even };
            world.apply(&Command::Load(load)).unwrap();
            for (at, command) in failures(&survey, &wiring, seed, up_s, down_s) {
                world.run_until(at);
                // The same part may be asked for twice; a world says no only to what does not exist.
                world.apply(&command).unwrap();
            }
            shares.push(world.metrics().ok as f64 / world.metrics().ended as f64);
        }
        let mean = mean(shares.iter().copied());
        let variance = shares.iter().map(|share| (share - mean).powi(2)).sum::<f64>() / (shares.len() - 1) as f64;
        let error = (variance / shares.len() as f64).sqrt();
        println!("{class:?}: computed {:.4}, run {mean:.4} ± {error:.4}", computed.least);
        assert!((computed.most - computed.least).abs() < 1e-9);
        assert!((mean - computed.least).abs() < 2.5 * error && error < 0.035, "{class:?}: {computed:?} {mean} {error}");
    }
}

/// Kills and restores of every part of the site, each by a clock of its own.
fn failures(survey: &Survey, wiring: &Wiring, seed: u64, up_s: f64, down_s: f64) -> Vec<(SimTime, Command)> {
    const END: SimTime = SimTime(60_000_000_000);
    let mut rng = Rng::new(seed, 99);
    // Who is down from when to when, from a start in equilibrium.
    let mut times: Vec<(SimTime, PartId, bool)> = Vec::new();
    for part in survey.parts().iter().copied().filter(|part| !is_visitors(survey.base(), *part)) {
        let (mut at, mut works) = (SimTime::ZERO, rng.below(10) > 0);
        times.push((at, part, works));
        while at < END {
            at += rng.exponential(1e6 * if works { up_s } else { down_s });
            works = !works;
            times.push((at, part, works));
        }
    }
    times.sort_by_key(|entry| entry.0);
    let mut down: Vec<PartId> = Vec::new();
    let mut commands = Vec::new();
    let command = |part, works: bool| {
        let part = wiring.part_name(part).to_owned();
        if works { Command::Restore { part } } else { Command::Kill { part } }
    };
    for (at, part, works) in times.into_iter().filter(|entry| entry.0 < END) {
        down.retain(|other| *other != part);
        if !works {
            down.push(part);
        }
        commands.push((at, command(part, works)));
        // A machine that boots starts all of its programs; those that do not work go down again at once.
        if let PartId::Machine(machine) = part {
            let on_it =
                |process: &PartId| matches!(process, PartId::Process(p) if wiring.process(*p).machine == machine);
            commands.extend(down.iter().filter(|part| on_it(part)).map(|part| (at, command(*part, false))));
        }
    }
    commands.push((END, Command::RestoreAll));
    commands
}

#[test]
fn slices_change_nothing_and_a_large_infrastructure_is_refused() {
    let whole = survey_of(preset("dedicated-db"));
    let world = World::new(Arc::new(preset("dedicated-db")));
    let mut sliced = Survey::new(Arc::new(subject(&world))).unwrap();
    let (mut slices, mut percent) = (0, 0);
    while !sliced.slice(&mut || false) {
        slices += 1;
        percent = percent.max(sliced.percent());
        assert!(sliced.percent() <= 100);
    }
    assert!(slices > 1_000 && percent > 90, "{slices} {percent}");
    for class in Class::ALL {
        assert_eq!(told(&sliced, class), told(&whole, class));
        assert_eq!(sliced.availability(class), whole.availability(class));
    }
    let large = World::new(Arc::new(made_up(40, 4, 1)));
    let parts = Survey::new(Arc::new(subject(&large))).err();
    assert_eq!(parts, Some(large.parts().all().count()));
}

#[test]
fn what_matters_most_is_what_would_gain_most() {
    let survey = survey_of(preset("three-server"));
    let best = |class| {
        let parts = 0..survey.parts().len() as u16;
        let best = parts.reduce(|a, b| if survey.gain(b, class) > survey.gain(a, class) { b } else { a }).unwrap();
        survey.base().wiring().part_name(survey.parts()[usize::from(best)])
    };
    assert_eq!(best(Class::Static), "lb-01");
    // A part in series with all others: making it perfect divides the availability by its own.
    let lb = number(&survey, "lb-01");
    let expected = survey.availability(Class::Write).least * (1.0 / survey.assumption(lb).availability() - 1.0);
    assert!((survey.gain(lb, Class::Write) - expected).abs() < 1e-12);
    // Three servers serve fewer reads than one: reads hang on the replica alone, and a dead application goes unnoticed.
    let one = survey_of(preset("one-server"));
    assert!(one.availability(Class::Read).least > survey.availability(Class::Read).most);
}

/// What gets worse in the default preset without an element, in lines: what is missing as well, class, with, without.
fn worse_without(element: &str) -> String {
    let scenario = subject(&Lab::new().world);
    let rest = without(&scenario, element).expect("an element that can be left out");
    let examine = |scenario| {
        let mut survey = Survey::of_singles(Arc::new(scenario)).unwrap();
        assert!(survey.slice(&mut || true) && survey.is_done());
        survey
    };
    let changes = changes(&examine(scenario), &examine(rest));
    let line = |change: &hopscope::analysis::Change| {
        let (part, class) = (change.part.as_deref().unwrap_or("-"), change.class.name());
        format!("{part} {class} {:?} {:?}", change.with, change.without)
    };
    changes.iter().map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn each_element_is_there_for_a_failure_that_returns_without_it() {
    // Two addresses for one name share visitors, but nobody takes a dead one away.
    let balancer = worse_without("lb-01");
    assert!(balancer.contains("web-01/nginx static Works Partly("), "{balancer}");
    assert!(balancer.contains("web-02 write Works Partly("), "{balancer}");
    // Without the second server the first one is alone.
    let second = worse_without("web-02");
    assert!(second.contains("web-01/nginx static Works Lost") && second.contains("web-01/mysqld read Works Lost"));
    // Without the replica reads go down with the primary.
    assert!(worse_without("web-02/mysqld").contains("web-01/mysqld read Works Lost"));
    // The replica takes the place of the primary: then nothing is left to read when it dies.
    assert!(worse_without("web-01").contains("web-02/nginx static Works Lost"));
    assert_eq!(worse_without("redispatch"), "");
    let checks = worse_without("health-checks");
    assert!(checks.contains("web-01 static Works Slow"), "{checks}");
    let scenario = subject(&Lab::new().world);
    for nothing in ["client", "client/browser", "nobody", "web-01/nobody", ""] {
        assert_eq!(without(&scenario, nothing), None, "{nothing}");
    }
}

#[test]
fn firewalls_and_tls_are_there_for_what_is_exposed_without_them() {
    let scenario = subject(&Lab::preset_with("secured", |_| {}).world);
    let before = exposures(&World::new(Arc::new(scenario.clone())));
    let more = |element: &str| {
        let rest = without(&scenario, element).expect("it is there");
        let mut found = exposures(&World::new(Arc::new(rest)));
        found.retain(|exposure| !before.contains(exposure));
        found
    };
    let port = |machine: &str, port| Exposure::Port(machine.to_owned(), port);
    let open = more("firewalls");
    assert!(open.contains(&port("web-01", 3306)) && open.contains(&port("lb-01", 22)), "{open:?}");
    assert!(open.iter().all(|exposure| matches!(exposure, Exposure::Port(..))), "{open:?}");
    let wiring = Wiring::new(&scenario.topology);
    let PartId::Link(outer) = wiring.part("client/browser>lb-01/haproxy").unwrap() else { unreachable!() };
    assert!(more("tls").contains(&Exposure::Password(outer)));
    // There is none to leave out in the default preset.
    let plain = subject(&Lab::new().world);
    assert!(without(&plain, "tls").is_none() && without(&plain, "firewalls").is_none());
    assert!(exposures(&World::new(Arc::new(plain))).contains(&Exposure::Password(outer)));
}

/// What is noticed later without an element, part by part.
fn later(scenario: &Scenario, element: &str) -> Vec<Later> {
    let rest = without(scenario, element).expect("it is there");
    let mut vigil = Vigil::new(scenario, &rest).expect("an agent, or the monitor");
    let mut slices = 0;
    while !vigil.slice(&mut || false) {
        slices += 1;
    }
    assert!(slices > 20 && vigil.percent() == 100, "slice by slice: {slices}");
    vigil.found()
}

#[test]
fn agents_are_there_for_what_is_noticed_later_without_them() {
    let scenario = subject(&Lab::preset_with("secured", |_| {}).world);
    let of = |found: &[Later], part: &str| found.iter().find(|later| later.part == part).cloned();
    let soon = |told: Told| told.is_some_and(|(who, after)| who == Herald::Alert && after <= Micros::from_secs(75));
    // Blind, whoever is failed has to tell; what nobody is failed by, nobody tells.
    let blind = later(&scenario, "monitoring");
    let balancer = of(&blind, "lb-01/haproxy").expect("all visits fail");
    assert!(soon(balancer.with), "{balancer:?}");
    assert!(
        matches!(balancer.without, Some((Herald::Visitor, after)) if after > Micros::from_secs(60)),
        "{balancer:?}"
    );
    let nginx = of(&blind, "web-01/nginx").expect("HAProxy asks the other one");
    assert!(soon(nginx.with) && nginx.without.is_none(), "{nginx:?}");
    // The monitor alone, too. Without the agent beside it, the death of an application shows as errors of the balancer, later.
    assert_eq!(later(&scenario, "mon-01"), blind);
    let agent = later(&scenario, "web-01/agent");
    let app = of(&agent, "web-01/app").expect("a TCP check does not see it");
    assert!(soon(app.with) && app.without.map(|told| told.0) == Some(Herald::Alert), "{app:?}");
    let nginx = of(&agent, "web-01/nginx").expect("HAProxy has to notice first");
    assert!(soon(nginx.with) && soon(nginx.without), "lb-01 still tells of a web server that is DOWN: {nginx:?}");
    assert!(agent.iter().all(|later| later.part.starts_with("web-01")), "{agent:?}");
    // What takes no agent away is not compared.
    let rest = without(&scenario, "tls").expect("it is there");
    assert!(Vigil::new(&scenario, &rest).is_none());
    assert!(without(&subject(&Lab::new().world), "monitoring").is_none(), "it is not there");
}

#[test]
fn a_firewall_that_was_edited_counts() {
    let mut lab = Lab::preset_with("secured", |_| {});
    assert_eq!(verdict(&survey(&lab.world), "web-02", Class::Static), Verdict::Works);
    let firewall = lab.world.parts().firewall(lab.world.wiring().machine("lb-01").unwrap()).cloned();
    lab.tell(Command::Firewall { machine: "web-01".to_owned(), firewall });
    let closed = survey(&lab.world);
    let found = subject(&lab.world).topology.machines.iter().find(|m| m.name == "web-01").unwrap().firewall.clone();
    assert!(found.is_some() && closed.intact(Class::Static).unwrap().ok > 0);
    assert_ne!(told(&closed, Class::Write), told(&survey_of(preset("secured")), Class::Write));
}
