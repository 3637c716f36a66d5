//! Random scenarios: presets and made-up topologies, random settings, random commands at random times.
#![allow(dead_code, reason = "each test file uses the part that it needs")]

#[path = "guards.rs"]
mod guards;

use std::net::Ipv4Addr;

use hopscope::sim::balancer::{AdminState, Algorithm, Health};
use hopscope::sim::dns::ResolverKind;
use hopscope::sim::mysql::Thread;
use hopscope::sim::{
    Answer, Arrivals, Check, Class, Command, HashType, Mix, PRESETS, PartId, ReadFrom, Rng, Role, Scenario, ServerLine,
    ServiceTimes, Setting, SimTime, TimedCommand, Wiring, Workload,
};

use crate::support::{ms, scenario as made_up};

/// For so long, in ms, commands come.
pub const TROUBLE_MS: u64 = 400_000;
/// Then all is put right, and until here, in ms, nobody comes.
pub const QUIET_MS: u64 = TROUBLE_MS + 180_000;
/// Here, in ms, everything must be over.
pub const END_MS: u64 = QUIET_MS + 20_000;
/// Commands come in episodes of this length, in ms: faults matter most when they meet.
const EPISODE_MS: u64 = 40_000;

/// Presets that there have always been.
const FIRST_PRESETS: usize = 4;

/// The scenario of a seed.
pub fn scenario(seed: u64) -> Scenario {
    let mut chance = Chance(Rng::new(seed, 1_000));
    let mut scenario = match chance.below(10) {
        // Later presets have seeds of their own, so that the others go on doing what they once did.
        _ if seed % 8 == 5 => chance.pick(&PRESETS[FIRST_PRESETS..]).scenario(),
        0..4 => chance.pick(&PRESETS[..FIRST_PRESETS]).scenario(),
        _ => {
            let balancers = [0, 1, 1, 1, 2][chance.below(5)];
            made_up(1 + chance.below(5), chance.below(5), balancers)
        }
    };
    scenario.seed = seed;
    chance.change_settings(&mut scenario);
    scenario.workload = chance.workload();
    let names = Names::of(&scenario);
    // Some runs are about little else than databases: only many changes of the primary show how histories part.
    let about_databases = chance.one_in(4);
    let episodes: Vec<u64> = (0..1 + chance.below(6)).map(|_| chance.moment(TROUBLE_MS - EPISODE_MS)).collect();
    for _ in 0..10 + chance.below(50) {
        let mut at_ms = chance.pick(&episodes) + chance.moment(EPISODE_MS);
        if chance.one_in(4) {
            // Several at the same moment.
            at_ms = at_ms / 5_000 * 5_000;
        }
        let command =
            if about_databases && !chance.one_in(3) { chance.failover(&names) } else { chance.command(&names) };
        scenario.timeline.push(TimedCommand { at_us: ms(at_ms), command });
    }
    for _ in 0..chance.below(6) {
        chance.burst(&mut scenario);
    }
    if seed % 8 == 6 {
        let at_us = ms(chance.moment(TROUBLE_MS));
        scenario.timeline.push(TimedCommand { at_us, command: Command::InstallMonitoring });
    }
    if seed % 4 == 1 {
        guards::change(&mut scenario, seed);
    }
    if seed % 4 == 3 && !names.databases.is_empty() {
        for _ in 0..1 + chance.below(4) {
            let (at_us, server) = (ms(chance.moment(TROUBLE_MS)), chance.name(&names.databases));
            scenario.timeline.push(TimedCommand { at_us, command: Command::Truncate { server } });
        }
    }
    scenario.timeline.sort_by_key(|entry| entry.at_us);
    put_right(&mut scenario, &names);
    scenario
}

/// The names that commands can use.
struct Names {
    parts: Vec<String>,
    processes: Vec<String>,
    servers: Vec<String>,
    databases: Vec<String>,
    apps: Vec<String>,
    public: Vec<Ipv4Addr>,
    routers: Vec<String>,
}

impl Names {
    fn of(scenario: &Scenario) -> Self {
        let wiring = Wiring::new(&scenario.topology);
        let machines = (0..wiring.machines.len()).map(|i| PartId::Machine(i.into()));
        let links = (0..wiring.links.len()).map(|i| PartId::Link(i.into()));
        let processes = || wiring.ids().map(PartId::Process);
        let name = |part| wiring.part_name(part).to_owned();
        let machine_of = |id| wiring.machine_of(id).name.clone();
        let is_database = |role: &Role| matches!(role, Role::Mysqld { .. });
        let routers = wiring.with_role(|role| matches!(role, Role::Keepalived { .. }));
        let shared: Option<Ipv4Addr> = routers.first().and_then(|id| wiring.virtual_address(*id));
        Self {
            parts: machines.chain(processes()).chain(links).map(name).collect(),
            processes: processes().map(name).collect(),
            servers: wiring.with_role(|r| *r == Role::Nginx).into_iter().map(machine_of).collect(),
            databases: wiring.with_role(is_database).into_iter().map(|id| name(PartId::Process(id))).collect(),
            apps: wiring.with_role(|r| *r == Role::App).into_iter().map(machine_of).collect(),
            public: wiring.machines.iter().filter_map(|machine| machine.public).chain(shared).collect(),
            routers: routers.into_iter().map(|id| name(PartId::Process(id))).collect(),
        }
    }
}

/// Ends the load, restores everything, and sends a visit of each class after three quiet minutes.
fn put_right(scenario: &mut Scenario, names: &Names) {
    let mut commands = vec![Command::Load(Workload::default()), Command::RestoreAll];
    if !names.routers.is_empty() {
        commands.push(Command::Set(Setting::Advert(1_000)));
    }
    for name in &names.servers {
        let weight = scenario.settings.balancer.servers.get(name).map_or(1, |line| line.weight);
        commands.push(Command::ServerState { server: name.clone(), state: AdminState::Ready });
        commands.push(Command::ServerWeight { server: name.clone(), weight });
        commands.push(Command::ServerHealth { server: name.clone(), health: Health::Up });
    }
    commands.extend(
        [
            Setting::AppService(4_000),
            Setting::MysqlService(2_000),
            Setting::Service(ServiceTimes::Fixed),
            Setting::Workers(16),
            Setting::Threads(8),
            Setting::SourceDelay(0),
            Setting::SemiSync(false),
            Setting::TimeoutConnect(1_000),
            Setting::TimeoutServer(10_000),
            Setting::NginxReadTimeout(5_000),
            Setting::ClientLatency(20_000),
        ]
        .map(Command::Set),
    );
    let (addresses, ttl_s) = (scenario.settings.dns.addresses.clone(), 60);
    commands.push(Command::Records { addresses, ttl_s });
    // An answer of before may still have been on its way to the resolver when its cache was emptied.
    commands.push(Command::FlushCache);
    let flush = (TROUBLE_MS + 60_000, Command::FlushCache);
    let later = names.databases.iter().map(|server| (TROUBLE_MS + 60_000, Command::Reclone { server: server.clone() }));
    let visits = Class::ALL.map(|class| (QUIET_MS + 1_000, Command::visits(class, 2)));
    // nginx with a choice tries a server that has failed with one request, and others find none in the meantime.
    let reload = (!names.routers.is_empty()).then_some((TROUBLE_MS + 60_000, Command::Reload { upstream: None }));
    let later = [flush].into_iter().chain(later).chain(reload);
    let all = commands.into_iter().map(|command| (TROUBLE_MS, command)).chain(later).chain(visits);
    scenario.timeline.extend(all.map(|(at_ms, command)| TimedCommand { at_us: ms(at_ms), command }));
}

struct Chance(Rng);

impl Chance {
    fn below(&mut self, bound: usize) -> usize {
        self.0.below(bound as u32) as usize
    }

    fn moment(&mut self, before_ms: u64) -> u64 {
        self.below(before_ms as usize) as u64
    }

    fn number(&mut self, low: u32, high: u32) -> u32 {
        low + self.0.below(high - low + 1)
    }

    fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    fn pick<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        &list[self.below(list.len())]
    }

    fn name(&mut self, list: &[String]) -> String {
        self.pick(list).clone()
    }

    fn change_settings(&mut self, scenario: &mut Scenario) {
        let names = Names::of(scenario);
        let settings = &mut scenario.settings;
        settings.client.connect_timeout_ms = self.number(1_000, 21_000);
        settings.client.response_timeout_ms = self.number(2_000, 30_000);
        settings.client.dns_timeout_ms = self.number(500, 5_000);
        settings.client.dns_attempts = self.number(1, 3) as u8;
        settings.client.remembers_address = self.one_in(3);
        settings.dns.ttl_s = *self.pick(&[0, 1, 5, 60]);
        settings.dns.resolver = *self.pick(&[ResolverKind::Unbound, ResolverKind::Bind]);
        settings.network.client_us = self.number(0, 50_000);
        settings.network.lan_us = if self.one_in(8) { 0 } else { self.number(0, 1_000) };
        settings.network.loopback_us = self.number(0, 50);
        settings.network.handshake = !self.one_in(4);
        settings.balancer.algorithm = if self.one_in(2) { Algorithm::RoundRobin } else { *self.pick(&Algorithm::ALL) };
        settings.balancer.timeout_queue_ms = (!self.one_in(3)).then(|| self.number(50, 5_000));
        settings.balancer.overhead_us = self.number(0, 100);
        settings.balancer.all_backups = self.one_in(2);
        settings.balancer.abort_on_close = self.one_in(2);
        settings.balancer.persist = self.one_in(3);
        settings.balancer.cookie = self.one_in(2).then(|| "SRV".to_owned());
        settings.balancer.redispatch_interval = *self.pick(&[-2, -1, 0, 1, 2]);
        settings.balancer.hash.kind = *self.pick(&HashType::ALL);
        let words = *self.pick(&["none", "conn-failure", "all-retryable-errors", "empty-response 500"]);
        settings.balancer.retry_on = words.parse().expect("known words");
        settings.nginx.connect_timeout_ms = self.number(100, 2_000);
        settings.nginx.overhead_us = self.number(0, 100);
        settings.app.backlog = self.number(0, 128);
        settings.app.connect_timeout_ms = self.number(100, 2_000);
        settings.app.read_timeout_ms = self.number(300, 5_000);
        settings.mysql.max_connections = self.number(16, 151);
        settings.mysql.apply_us = self.number(0, 20_000);
        settings.mysql.connect_retry_ms = self.number(100, 3_000);
        settings.mysql.net_timeout_ms = self.number(500, 10_000);
        settings.mysql.semi_sync_timeout_ms = self.number(10, 2_000);
        settings.record.trace_one_in = self.pick(&[1, 1, 1, 2, 0]).to_owned();
        for (i, name) in names.servers.into_iter().enumerate() {
            if self.one_in(2) {
                let backup = i > 0 && self.one_in(3);
                let maxconn = self.one_in(2).then(|| self.number(1, 4));
                let cookie = self.one_in(2).then(|| format!("s{i}"));
                let (disabled, shut_when_down) = (self.one_in(8), self.one_in(4));
                let line = ServerLine { weight: self.number(1, 5), backup, maxconn, cookie, disabled, shut_when_down };
                settings.balancer.servers.insert(name, line);
            }
        }
        for _ in 0..self.below(8) {
            let setting = self.setting();
            let mut world = hopscope::sim::World::new(scenario.clone().into());
            if world.apply(&Command::Set(setting)).is_ok() {
                scenario.settings = world.settings().clone();
            }
        }
    }

    fn setting(&mut self) -> Setting {
        match self.below(24) {
            22 | 23 => Setting::SemiSync(self.one_in(2)),
            0 => Setting::Balance(*self.pick(&Algorithm::ALL)),
            1 => Setting::AllBackups(self.one_in(2)),
            2 => Setting::Retries(self.number(0, 4)),
            3 => Setting::Redispatch(self.one_in(2)),
            4 => Setting::CheckKind(*self.pick(&Check::ALL)),
            5 => Setting::Inter(self.number(50, 3_000)),
            6 => Setting::Fall(self.number(1, 5)),
            7 => Setting::Rise(self.number(1, 5)),
            8 => Setting::TimeoutConnect(self.number(10, 2_000)),
            9 => Setting::TimeoutServer(self.number(50, 10_000)),
            10 => Setting::NginxReadTimeout(self.number(50, 5_000)),
            11 => Setting::Workers(self.number(1, 16)),
            12 => Setting::AppService(self.number(0, 50_000)),
            13 => Setting::ReadsFrom(*self.pick(&[ReadFrom::Replica, ReadFrom::Primary])),
            14 => Setting::Fallback(self.one_in(2)),
            15 => Setting::SourceDelay(self.number(0, 3_000)),
            16 => Setting::MysqlService(self.number(0, 20_000)),
            17 => Setting::Threads(self.number(1, 8)),
            18 => Setting::Resolver(*self.pick(&[ResolverKind::Unbound, ResolverKind::Bind])),
            19 => Setting::ClientLatency(self.number(0, 100_000)),
            _ => Setting::Service(*self.pick(&[ServiceTimes::Fixed, ServiceTimes::Exponential])),
        }
    }

    fn workload(&mut self) -> Workload {
        let shares = [self.number(1, 5), self.number(0, 5), self.number(0, 5)].map(|share| share as u16);
        let mix = Mix { static_files: shares[0], read: shares[1], write: shares[2] };
        let rate_per_s = *self.pick(&[0, 1, 2, 5, 10, 20]);
        Workload { rate_per_s, mix, arrivals: *self.pick(&[Arrivals::Poisson, Arrivals::Even]) }
    }

    /// Many visitors for a few seconds.
    fn burst(&mut self, scenario: &mut Scenario) {
        let (start, usual) = (self.moment(TROUBLE_MS - 10_000), scenario.workload);
        let many = Workload { rate_per_s: self.number(50, 300), ..self.workload() };
        for (at_ms, workload) in [(start, many), (start + 500 + self.moment(4_000), usual)] {
            scenario.timeline.push(TimedCommand { at_us: ms(at_ms), command: Command::Load(workload) });
        }
    }

    fn failover(&mut self, names: &Names) -> Command {
        let server = self.name(&names.databases);
        match self.below(11) {
            8.. => {
                let thread = *self.pick(&Thread::ALL);
                Command::Replication { server, thread, run: self.one_in(2) }
            }
            0..2 => Command::Kill { part: server },
            2 => Command::Restore { part: server },
            3 => Command::RestoreAll,
            4 | 5 => Command::Promote { server },
            6 => Command::Follow { server },
            _ => Command::Reclone { server },
        }
    }

    /// What an application may do with a request that it does not keep.
    fn answer(&mut self) -> Answer {
        match self.below(7) {
            0 => Answer::Status(self.number(200, 599) as u16),
            1 => Answer::Delay(self.number(0, 20_000)),
            2 => Answer::Close,
            3 => Answer::Reset,
            4 => Answer::Partial,
            5 => Answer::Garbage,
            _ => Answer::ShortBody,
        }
    }

    /// Something about the shared address.
    fn router(&mut self, names: &Names) -> Command {
        let part = self.name(&names.routers);
        match self.below(8) {
            0..2 => Command::Stop { part },
            2..4 => Command::Kill { part },
            4 => Command::Freeze { part },
            5 => Command::Set(Setting::Advert(self.number(100, 3_000))),
            6 => Command::Set(Setting::TrackScript(self.one_in(2))),
            _ => Command::Set(Setting::Preempt(self.one_in(2))),
        }
    }

    fn command(&mut self, names: &Names) -> Command {
        if !names.routers.is_empty() && self.one_in(4) {
            return self.router(names);
        }
        let part = self.name(&names.parts);
        match self.below(34) {
            0..5 => Command::Kill { part },
            5..8 => Command::Freeze { part: self.name(&names.processes) },
            8..10 => Command::Slow { part, factor: *self.pick(&[1, 2, 10, 100]) },
            10..15 => Command::Restore { part },
            15 => Command::RestoreAll,
            16..18 => {
                let state = *self.pick(&[AdminState::Ready, AdminState::Drain, AdminState::Maint]);
                Command::ServerState { server: self.name(&names.servers), state }
            }
            18 => Command::ServerWeight { server: self.name(&names.servers), weight: self.number(0, 6) },
            19..23 => Command::Set(self.setting()),
            23 => {
                let unused = Ipv4Addr::new(203, 0, 113, 250);
                let mut addresses = names.public.clone();
                addresses.truncate(self.below(4));
                if self.one_in(3) {
                    addresses.push(unused);
                }
                Command::Records { addresses, ttl_s: self.number(0, 10) }
            }
            24 => Command::FlushCache,
            25 | 26 => self.failover(names),
            27 => Command::Deploy { machine: self.name(&names.apps), version: self.number(1, 9) },
            28 => {
                let source = self.one_in(2).then(|| Ipv4Addr::from(self.0.bits() as u32));
                let (class, count) = (*self.pick(&Class::ALL), self.number(1, 30));
                let answer = self.one_in(2).then(|| self.answer());
                let cookie = self.one_in(2).then(|| format!("SRV=s{}", self.below(4)));
                let path = self.one_in(2).then(|| format!("/{}", self.below(20)));
                Command::Visit { class, count, source, answer, method: None, path, cookie }
            }
            29 => Command::Abort { visit: self.below(3_000) as u64 },
            30 => Command::ServerHealth { server: self.name(&names.servers), health: *self.pick(&Health::ALL) },
            31 => Command::ServerMaxconn { server: self.name(&names.servers), maxconn: self.number(0, 3) },
            _ => Command::Load(self.workload()),
        }
    }
}

/// When the troubles end.
pub const fn troubles_end() -> SimTime {
    ms(TROUBLE_MS)
}

/// When everything must be over.
pub const fn end() -> SimTime {
    ms(END_MS)
}
