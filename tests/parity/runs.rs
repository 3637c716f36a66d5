//! The runs whose digests must be the same on every platform: all presets and a larger stack under every trouble, every
//! balance algorithm, and some seeds of the swarm with their made-up topologies, faults and promotions.

use std::sync::Arc;

use hopscope::sim::balancer::{AdminState, Algorithm};
use hopscope::sim::dns::ResolverKind;
use hopscope::sim::{Check, Command, PRESETS, Scenario, ServerLine, Setting, SimTime, Wiring, Workload, World};

use crate::chance;
use crate::support::{ms, scenario};

/// A scenario under a name of its own, and how long it runs.
pub struct Run {
    pub name: String,
    pub scenario: Scenario,
    pub end: SimTime,
}

/// What happens beside 100 visits a second, and when, in s.
type Trouble = (&'static str, fn(&Scenario) -> Vec<(u64, Command)>);

const TROUBLES: [Trouble; 10] = [
    ("nothing", |_| vec![]),
    ("dead-nginx", |_| vec![(5, kill("web-01/nginx")), (25, Command::RestoreAll)]),
    ("dead-machine", |_| vec![(5, kill("web-02")), (7, slow("web-01", 3)), (25, Command::RestoreAll)]),
    ("dead-balancer", |_| vec![(5, kill("lb-01")), (15, kill("lb-01/keepalived")), (25, Command::RestoreAll)]),
    ("hung", |_| vec![(5, freeze("web-01/app")), (12, freeze("lb-01/haproxy")), (20, Command::RestoreAll)]),
    ("cut-links", |_| {
        vec![
            (5, kill("client/browser>lb-01/haproxy")),
            (8, kill("lb-01/haproxy>web-01/nginx")),
            (15, kill("web-02/app>web-01/mysqld")),
            (25, Command::RestoreAll),
        ]
    }),
    ("failover", |_| {
        vec![
            (3, Command::Set(Setting::SourceDelay(2_000))),
            (5, kill("web-01/mysqld>web-02/mysqld")),
            (5, kill("db-01/mysqld>db-02/mysqld")),
            (9, kill("web-01/mysqld")),
            (9, kill("db-01/mysqld")),
            (12, promote("web-02/mysqld")),
            (12, promote("db-02/mysqld")),
            (20, Command::RestoreAll),
            (25, reclone("web-01/mysqld")),
            (25, reclone("db-01/mysqld")),
        ]
    }),
    ("dead-name-server", |scenario| {
        vec![
            (4, Command::Records { addresses: scenario.settings.dns.addresses.clone(), ttl_s: 5 }),
            (5, Command::FlushCache),
            (9, kill("ns1/nsd")),
            (16, Command::Set(Setting::Resolver(ResolverKind::Bind))),
            (22, Command::RestoreAll),
        ]
    }),
    ("settings", |_| {
        vec![
            (2, Command::Set(Setting::Balance(Algorithm::Random))),
            (4, Command::Set(Setting::CheckKind(Check::Http))),
            (6, Command::Set(Setting::Balance(Algorithm::LeastConn))),
            (8, Command::Set(Setting::Workers(1))),
            (14, Command::Set(Setting::Workers(16))),
            (16, Command::Set(Setting::Threads(1))),
            (20, Command::Set(Setting::Balance(Algorithm::Source))),
            (24, Command::Set(Setting::ClientLatency(80_000))),
        ]
    }),
    ("maintenance", |_| {
        vec![
            (4, state(AdminState::Drain)),
            (8, state(AdminState::Maint)),
            (14, Command::ServerWeight { server: "web-02".to_owned(), weight: 7 }),
            (16, state(AdminState::Ready)),
            (18, kill("lb-01/haproxy")),
            (20, Command::RestoreAll),
        ]
    }),
];

/// Seeds of the swarm.
const SEEDS: u64 = 16;

/// All runs, always in the same order.
pub fn all() -> Vec<Run> {
    let mut stacks: Vec<(&str, Scenario)> = PRESETS.iter().map(|preset| (preset.name, preset.scenario())).collect();
    stacks.push(("large", scenario(5, 3, 2)));
    let mut runs = Vec::new();
    for (name, stack) in &stacks {
        for (trouble, commands) in TROUBLES {
            let commands = commands(stack);
            runs.push(busy(format!("{name}, {trouble}"), stack.clone(), commands, runs.len() as u64));
        }
    }
    for algorithm in Algorithm::ALL {
        let mut stack = scenario(4, 1, 1);
        stack.settings.balancer.algorithm = algorithm;
        let line = ServerLine { weight: 3, maxconn: Some(2), ..ServerLine::default() };
        stack.settings.balancer.servers.insert("web-01".to_owned(), line);
        let commands = vec![(5, kill("web-03")), (15, freeze("web-02/nginx")), (25, Command::RestoreAll)];
        runs.push(busy(format!("balance {}", algorithm.name()), stack, commands, runs.len() as u64));
    }
    runs.extend((0..SEEDS).map(|seed| Run {
        name: format!("swarm {seed}"),
        scenario: chance::scenario(seed),
        end: chance::end(),
    }));
    runs
}

impl Run {
    /// The run at its end.
    pub fn world(&self) -> World {
        let mut world = World::new(Arc::new(self.scenario.clone()));
        world.run_until(self.end);
        world
    }
}

/// The digest of every run, one in each line.
pub fn digests() -> String {
    all().iter().map(|run| format!("{}: {:016x}\n", run.name, run.world().digest())).collect()
}

/// Forty seconds with 100 visits a second. Commands that name what the stack does not have are left out.
fn busy(name: String, mut scenario: Scenario, commands: Vec<(u64, Command)>, seed: u64) -> Run {
    scenario.seed = seed;
    scenario.workload = Workload { rate_per_s: 100, ..Workload::default() };
    let wiring = Wiring::new(&scenario.topology);
    let known = commands.into_iter().filter(|(_, command)| command.validate(&wiring).is_ok());
    let scenario = known.fold(scenario, |scenario, (at_s, command)| scenario.with(ms(at_s * 1_000), command));
    Run { name, scenario, end: ms(40_000) }
}

fn kill(part: &str) -> Command {
    Command::Kill { part: part.to_owned() }
}

fn freeze(part: &str) -> Command {
    Command::Freeze { part: part.to_owned() }
}

fn slow(part: &str, factor: u32) -> Command {
    Command::Slow { part: part.to_owned(), factor }
}

fn promote(server: &str) -> Command {
    Command::Promote { server: server.to_owned() }
}

fn reclone(server: &str) -> Command {
    Command::Reclone { server: server.to_owned() }
}

fn state(state: AdminState) -> Command {
    Command::ServerState { server: "web-01".to_owned(), state }
}
