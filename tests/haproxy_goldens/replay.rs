//! One recording, done again in a world almost without latencies.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;
use std::sync::Arc;

use hopscope::sim::balancer::AdminState;
use hopscope::sim::{
    AppServer, Check, Class, Command, Machine, Micros, Place, Process, Role, Scenario, ServerLine, ServiceTimes,
    SimTime, TimedCommand, Topology, Verdict, VisitRecord, World,
};
use serde_json::Value;

/// So many health checks have been received before a timed recording begins.
const CHECKS_BEFORE: u64 = 10;
/// Latency to the servers. It makes each check a little later than the interval says, as the real ones are, so that what a
/// recording puts on a beat comes before it.
const LAN_US: u32 = 500;
/// Time that the real HAProxy takes to start, before its first check.
const START_MS: u64 = 95;
/// Time between two events of a recording without times, in ms: enough for an answer to get through.
const STEP_MS: u64 = 8;
/// Time that the application works on a page.
const SERVICE_US: u32 = 100;
/// A request that is never let go stays so long, in ms.
const FOR_EVER_MS: u64 = 9_000;

/// What is compared of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    /// For a held request, the server that it reached, and after which event.
    pub reached: Option<(String, usize)>,
    pub server: Option<String>,
    pub status: u64,
    pub termination: String,
    pub retries: u64,
    pub redispatched: bool,
}

/// The facts of a list of recorded requests.
pub fn facts_of(observed: &Value) -> Vec<Fact> {
    list_of(observed)
        .map(|seen| Fact {
            reached: seen.get("reached").map(|reached| {
                let event = reached["after_event"].as_u64().expect("a number of an event");
                (text_of(&reached["server"]).to_owned(), event as usize)
            }),
            server: seen["server"].as_str().map(str::to_owned),
            status: seen["status"].as_u64().expect("a status"),
            termination: text_of(&seen["termination"])[..2].to_owned(),
            retries: seen["retries"].as_u64().expect("a number"),
            redispatched: seen["redispatched"].as_bool().expect("yes or no"),
        })
        .collect()
}

/// A change of a server's state, as HAProxy's log has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    pub server: String,
    pub up: bool,
    pub at_ms: u64,
}

/// A world made from a recording.
pub struct Replay<'a> {
    case: &'a Value,
    pub world: World,
    /// The recording's time 0, and by how much the world started later than that.
    zero: SimTime,
    lead_ms: u64,
    /// The visits in the order of the recording, and how they ended.
    visits: Vec<u64>,
    records: BTreeMap<u64, VisitRecord>,
    held: Vec<Held>,
    /// When each event of the recording took place, this time and the time before.
    times: Vec<SimTime>,
    expected_times: Vec<SimTime>,
    pub facts: Vec<Fact>,
    pub changes: Vec<Change>,
}

/// A request that the application keeps open.
struct Held {
    id: String,
    visit: u64,
    /// How long, if the application knows by itself.
    takes: Option<Micros>,
    /// Where it reached an application, and after which event.
    reached: Option<(String, usize)>,
}

impl<'a> Replay<'a> {
    /// Why a recording is beyond the engine.
    pub fn refuses(case: &Value) -> Option<&'static str> {
        let has = |list: &str, key: &str| list_of(&case[list]).any(|item| item.get(key).is_some());
        let does = |op: &str| list_of(&case["events"]).any(|event| event["op"] == op);
        let balancer = &case["balancer"];
        [
            (text_of(&balancer["algorithm"]).starts_with("uri"), "an algorithm not offered"),
            (text_of(&case["case"]).starts_with("balance_random"), "random"),
            (balancer.get("hash_type").is_some(), "a hash not offered"),
            (balancer.get("retry_on").is_some(), "retries after an answer"),
            (balancer.get("redispatch_interval").is_some(), "an interval of redispatches"),
            (balancer["check"].get("fastinter_ms").is_some(), "other intervals of checks"),
            (has("events", "cookie") || has("servers", "cookie"), "cookies"),
            (has("servers", "on_marked_down"), "held requests are ended"),
            (does("abort"), "clients that leave"),
            (
                list_of(&case["events"]).any(|event| event.get("app").is_some_and(|_| delay_of(event).is_none())),
                "odd answers",
            ),
            (does("health"), "health set by hand"),
            (does("set_maxconn"), "maxconn changed at run time"),
        ]
        .into_iter()
        .find_map(|(is_beyond, why)| is_beyond.then_some(why))
    }

    /// Phases after a health check, in ms, at which a recording may begin: the one that it states, or any if it states none.
    pub fn phases(case: &Value) -> Vec<u64> {
        let stated = case["phase_of"].is_string() || starts_with_haproxy(case);
        match case["balancer"]["check"]["inter_ms"].as_u64().filter(|_| !stated) {
            Some(inter_ms) => (0..inter_ms).step_by(10).map(|phase_ms| 2_000 + phase_ms).collect(),
            None => vec![case["phase_ms"].as_u64().unwrap_or(0)],
        }
    }

    /// Does a recording again. Its time 0 lies `phase_ms` after a health check if it has checks.
    ///
    /// An application of the engine cannot be told in the middle of a request to answer; it has to know beforehand how long
    /// the request takes. So this is done until the times of all events are as expected, once more for each held request.
    pub fn done(case: &'a Value, phase_ms: u64) -> Self {
        let mut expected_times = Vec::new();
        loop {
            let mut replay = Self::new(case, phase_ms, expected_times);
            replay.run();
            if replay.held.is_empty() || replay.times == replay.expected_times {
                return replay;
            }
            expected_times = replay.times;
        }
    }

    /// The world of a recording at its time 0.
    fn new(case: &'a Value, phase_ms: u64, expected_times: Vec<SimTime>) -> Self {
        let scenario = scenario_of(case);
        let with_haproxy = starts_with_haproxy(case);
        let mut world = World::new(Arc::new(scenario));
        if case.get("runs").is_some() && !with_haproxy {
            if let Some(server) = case["phase_of"].as_str() {
                let process = world.wiring().server(server).expect("a server");
                while world.nginx(process).is_some_and(|nginx| nginx.counters.requests < CHECKS_BEFORE) {
                    world.step();
                }
            }
            world.run_until(world.now() + Micros::from_millis(phase_ms));
        }
        let (zero, lead_ms) = (world.now(), if with_haproxy { START_MS } else { 0 });
        let (visits, records, held) = (Vec::new(), BTreeMap::new(), Vec::new());
        let (times, facts, changes) = (Vec::new(), Vec::new(), Vec::new());
        Self { case, world, zero, lead_ms, visits, records, held, times, expected_times, facts, changes }
    }

    /// Does all events, then waits until every request has ended.
    fn run(&mut self) {
        let case = self.case;
        for event in list_of(&case["events"]) {
            if let Some(at_ms) = event["at_ms"].as_u64() {
                self.run_until(self.zero + Micros::from_millis(at_ms.saturating_sub(self.lead_ms)));
            }
            self.times.push(self.world.now());
            self.event(event);
            if event.get("at_ms").is_none() {
                self.settle(text_of(&event["op"]) == "request");
            }
        }
        while self.world.under_way() > 0 {
            self.step();
        }
        self.facts = self.visits.iter().map(|visit| self.fact(*visit)).collect();
    }

    /// Recordings without times send one request after another: each has ended before the next event.
    fn settle(&mut self, ends: bool) {
        let last = self.world.last_visit();
        while ends && !self.records.contains_key(&last) {
            self.step();
        }
        self.run_until(self.world.now() + Micros::from_millis(STEP_MS));
    }

    fn run_until(&mut self, until: SimTime) {
        while self.world.next_event_at().is_some_and(|at| at <= until) {
            self.step();
        }
        self.world.run_until(until);
    }

    /// Carries out one event, and notes what the health checks have found.
    fn step(&mut self) {
        if self.held.iter().any(|held| held.reached.is_none()) {
            self.prepare_application();
        }
        let (before, ended) = (self.health(), self.world.metrics().ended);
        self.world.step();
        let new = (self.world.metrics().ended - ended) as usize;
        self.records.extend(self.world.log().newest_first().take(new).map(|record| (record.id, *record)));
        for (server, (old, new)) in before.into_iter().zip(self.health()).enumerate() {
            if old != new {
                let server = text_of(&self.case["servers"][server]["name"]).to_owned();
                let at_ms = self.world.now().since(self.zero).0 / 1_000 + self.lead_ms;
                self.changes.push(Change { server, up: new, at_ms });
            }
        }
    }

    /// If the next event brings a held request to an application, it is told when to answer: at the event that lets the
    /// request go.
    fn prepare_application(&mut self) {
        let mut next = self.world.clone();
        next.step();
        let starts = |(before, after): (&AppServer, &AppServer)| after.busy > before.busy;
        let Some(app) = self.world.apps().iter().zip(next.apps()).position(starts) else {
            return;
        };
        let process = self.world.apps()[app].process;
        let wiring = Arc::clone(self.world.wiring());
        let arrives = |held: &&mut Held| {
            let place = next.trace(held.visit).and_then(|trace| trace.spans.last()).map(|span| span.place);
            let to = |link| wiring.link(link).to;
            held.reached.is_none() && matches!(place, Some(Place::Link { link, back: false }) if to(link) == process)
        };
        let Some(held) = self.held.iter_mut().find(arrives) else {
            return;
        };
        held.reached = Some((wiring.machine_of(process).name.clone(), self.times.len() - 1));
        let goes = |event: &Value| event["op"] == "release" && event["id"] == *held.id;
        let at = list_of(&self.case["events"]).position(goes).and_then(|event| self.expected_times.get(event));
        let until = at.map_or(Micros::from_millis(FOR_EVER_MS), |at| at.since(next.now()));
        let takes = held.takes.unwrap_or(until);
        let factor = takes.0.div_ceil(SERVICE_US.into()).max(1) as u32;
        self.tell(Command::Slow { part: wiring.process(process).full_name.clone(), factor });
    }

    fn health(&self) -> Vec<bool> {
        self.world.balancers()[0].servers.iter().map(|server| server.up).collect()
    }

    fn event(&mut self, event: &Value) {
        let op = text_of(&event["op"]);
        match op {
            "request" if delay_of(event).is_some() => {
                self.visit(event, Class::Read);
                self.hold(event["i"].to_string(), delay_of(event));
            }
            "request" => {
                let is_page = self.is_stack() && !text_of(&event["path"]).starts_with("/static");
                self.visit(event, if is_page { Class::Read } else { Class::Static });
            }
            "hold" => {
                self.visit(event, Class::Read);
                self.hold(text_of(&event["id"]).to_owned(), None);
            }
            // The application knows by itself.
            "release" => {}
            "wait_ms" => {
                let ms = event["ms"].as_u64().expect("a number of ms");
                self.run_until(self.world.now() + Micros::from_millis(ms));
            }
            "end" => {}
            _ => self.operate(op, event),
        }
    }

    fn hold(&mut self, id: String, takes: Option<Micros>) {
        self.held.push(Held { id, visit: self.world.last_visit(), takes, reached: None });
    }

    fn visit(&mut self, event: &Value, class: Class) {
        let source = text_of(&event["src"]).parse().expect("an address");
        self.tell(Command::visits_from(class, 1, Some(source)));
        self.visits.push(self.world.last_visit());
    }

    /// Does what an operator or an accident does to a server.
    fn operate(&mut self, op: &str, event: &Value) {
        let server = text_of(&event["server"]).to_owned();
        let process = match event["part"].as_str() {
            Some(part) => format!("{server}/{part}"),
            None => format!("{server}/nginx"),
        };
        let way = format!("lb-01/haproxy>{server}/nginx");
        let command = match op {
            "kill" => Command::Kill { part: process },
            "start" | "thaw" => Command::Restore { part: process },
            "freeze" => Command::Freeze { part: process },
            "blackhole" => Command::Kill { part: way },
            "unblackhole" => Command::Restore { part: way },
            // The health page of these servers is the application's; without it nginx says 502 instead of 503.
            "app_health" if event["health"] == "down" => Command::Kill { part: format!("{server}/app") },
            "app_health" => Command::Restore { part: format!("{server}/app") },
            "set_state" => {
                let state = match text_of(&event["state"]) {
                    "ready" => AdminState::Ready,
                    "drain" => AdminState::Drain,
                    _ => AdminState::Maint,
                };
                Command::ServerState { server, state }
            }
            "set_weight" => {
                let weight = number(&event["weight"]);
                // Some algorithms refuse, as the real one does; the replies are not compared here.
                let _refused = self.world.apply(&Command::ServerWeight { server, weight });
                return;
            }
            other => panic!("unknown event {other}"),
        };
        self.tell(command);
    }

    fn tell(&mut self, command: Command) {
        if let Err(error) = self.world.apply(&command) {
            panic!("{}: {command:?}: {error}", text_of(&self.case["case"]));
        }
    }

    fn is_stack(&self) -> bool {
        text_of(&self.case["case"]).starts_with("stack_")
    }

    fn fact(&self, visit: u64) -> Fact {
        let record = &self.records[&visit];
        let Verdict::Http(status) = record.outcome.result else { panic!("the browser gave up: {record:?}") };
        let cause = record.outcome.cause;
        let machine = |process| self.world.wiring().machine_of(process).name.clone();
        let held = self.held.iter().find(|held| held.visit == visit && held.takes.is_none());
        Fact {
            reached: held.and_then(|held| held.reached.clone()),
            server: record.notes.server.map(machine),
            status: status.into(),
            termination: cause.termination().to_owned(),
            retries: record.notes.retries.into(),
            redispatched: record.notes.redispatched,
        }
    }
}

fn scenario_of(case: &Value) -> Scenario {
    let machine = |name: &str, host: u8, processes: Vec<(&str, Role)>| Machine {
        name: name.to_owned(),
        address: Ipv4Addr::new(10, 0, 0, host),
        public: (host == 10).then(|| Ipv4Addr::new(203, 0, 113, 10)),
        processes: processes.into_iter().map(|(name, role)| Process { name: name.to_owned(), role }).collect(),
    };
    let database = Role::Mysqld { replica_of: None, port: 3306 };
    let mut machines = vec![
        machine("client", 1, vec![("browser", Role::Browser)]),
        machine("resolver", 2, vec![("resolver", Role::Resolver)]),
        machine("ns1", 3, vec![("nsd", Role::Authoritative)]),
        machine("lb-01", 10, vec![("haproxy", Role::Balancer)]),
        machine("db-01", 9, vec![("mysqld", database)]),
    ];
    for (i, server) in list_of(&case["servers"]).enumerate() {
        let node = vec![("nginx", Role::Nginx), ("app", Role::App)];
        machines.push(machine(text_of(&server["name"]), 11 + i as u8, node));
    }
    let mut scenario = Scenario { name: text_of(&case["case"]).to_owned(), ..Scenario::default() };
    scenario.topology = Topology { machines };
    scenario.timeline = list_of(&case["servers"]).filter_map(at_start).collect();
    configure(&mut scenario, case);
    scenario.validate().expect("a valid scenario");
    scenario
}

/// What a server is from the start.
fn at_start(server: &Value) -> Option<TimedCommand> {
    let name = text_of(&server["name"]).to_owned();
    let command = if server["dead_at_start"] == true {
        Command::Kill { part: format!("{name}/nginx") }
    } else if server["disabled"] == true {
        Command::ServerState { server: name, state: AdminState::Maint }
    } else {
        return None;
    };
    Some(TimedCommand { at_us: SimTime::ZERO, command })
}

fn configure(scenario: &mut Scenario, case: &Value) {
    let (settings, balancer) = (&mut scenario.settings, &case["balancer"]);
    settings.service = ServiceTimes::Fixed;
    settings.client.response_timeout_ms = 600_000;
    settings.dns.ttl_s = 86_400;
    let network = &mut settings.network;
    (network.client_us, network.resolver_us, network.name_server_us) = (0, 0, 0);
    (network.lan_us, network.loopback_us) = (LAN_US, 1);
    (settings.nginx.static_us, settings.nginx.overhead_us) = (0, 0);
    (settings.app.service_us, settings.mysql.service_us) = (SERVICE_US, 0);
    settings.app.workers = 1_000;
    if let Some(timeouts) = case.get("nginx_timeouts_ms") {
        settings.nginx.connect_timeout_ms = number(&timeouts["connect"]);
        settings.nginx.read_timeout_ms = number(&timeouts["read"]);
    }
    let lb = &mut settings.balancer;
    lb.overhead_us = 0;
    lb.algorithm = serde_json::from_value(balancer["algorithm"].clone()).expect("a known algorithm");
    lb.retries = number(&balancer["retries"]);
    lb.redispatch = balancer["redispatch"] == true;
    lb.all_backups = balancer["allbackups"] == true;
    lb.timeout_connect_ms = number(&balancer["timeouts_ms"]["connect"]);
    lb.timeout_server_ms = number(&balancer["timeouts_ms"]["server"]);
    lb.timeout_queue_ms = balancer["timeouts_ms"]["queue"].as_u64().map(|ms| ms as u32);
    let check = &balancer["check"];
    lb.check = Check::None;
    if check.is_object() {
        let asks_app = list_of(&case["events"]).any(|event| event["op"] == "app_health")
            || (text_of(&case["case"]).starts_with("stack_") && check["path"] != "/static/logo.txt");
        lb.check = match (text_of(&check["kind"]), asks_app) {
            ("tcp", _) => Check::Tcp,
            (_, true) => Check::Http,
            (_, false) => Check::HttpStatic,
        };
        (lb.inter_ms, lb.rise, lb.fall) = (number(&check["inter_ms"]), number(&check["rise"]), number(&check["fall"]));
    }
    for server in list_of(&case["servers"]) {
        let line = ServerLine {
            weight: number(&server["weight"]),
            backup: server["backup"] == true,
            maxconn: server["maxconn"].as_u64().map(|most| most as u32),
        };
        lb.servers.insert(text_of(&server["name"]).to_owned(), line);
    }
}

/// How long the application takes for a request that it answers late.
fn delay_of(event: &Value) -> Option<Micros> {
    let ms = event["app"].as_str()?.strip_prefix("delay:")?.parse().ok()?;
    Some(Micros::from_millis(ms))
}

/// Whether time 0 is the start of HAProxy.
fn starts_with_haproxy(case: &Value) -> bool {
    list_of(&case["servers"]).any(|server| server["dead_at_start"] == true)
}

pub fn list_of(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

pub fn text_of(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("a text, not {value}"))
}

fn number(value: &Value) -> u32 {
    u32::try_from(value.as_u64().unwrap_or_else(|| panic!("a number, not {value}"))).expect("a small number")
}
