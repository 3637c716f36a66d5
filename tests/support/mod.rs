//! What the tests of the engine share: a laboratory around a world, which checks the trace of every visit it sends.
#![allow(dead_code, reason = "each test file uses the part that it needs")]

use std::net::Ipv4Addr;
use std::sync::Arc;

use hopscope::app::Model;
use hopscope::sim::balancer::AdminState;
use hopscope::sim::{
    Cause, Class, Command, Decision, Machine, Micros, Preset, Process, ProcessId, Role, Scenario, ServiceTimes,
    Setting, SimTime, Topology, Trace, Verdict, VisitRecord, Workload, World,
};

/// A world with short words for what a person does to it.
pub struct Lab {
    /// The world.
    pub world: World,
}

impl Lab {
    /// The default preset with fixed service times, once the first health checks are through.
    pub fn new() -> Self {
        Self::with(|_| {})
    }

    /// The default preset, changed before the run begins.
    pub fn with(change: impl FnOnce(&mut Scenario)) -> Self {
        Self::preset_with("three-server", change)
    }

    /// Another preset, changed before the run begins.
    pub fn preset_with(name: &str, change: impl FnOnce(&mut Scenario)) -> Self {
        let mut scenario = preset(name);
        scenario.settings.service = ServiceTimes::Fixed;
        change(&mut scenario);
        let mut lab = Self::of(scenario);
        lab.run_ms(5_000);
        lab
    }

    /// The start of any scenario.
    pub fn of(scenario: Scenario) -> Self {
        scenario.validate().expect("a valid scenario");
        Self { world: World::new(Arc::new(scenario)) }
    }

    pub fn now_ms(&self) -> u64 {
        self.world.now().0 / 1_000
    }

    pub fn run_ms(&mut self, ms: u64) {
        self.world.run_until(self.world.now() + Micros::from_millis(ms));
    }

    /// Gives a command that must make sense.
    pub fn tell(&mut self, command: Command) {
        if let Err(error) = self.world.apply(&command) {
            panic!("{command:?}: {error}");
        }
    }

    pub fn kill(&mut self, part: &str) {
        self.tell(Command::Kill { part: part.to_owned() });
    }

    pub fn freeze(&mut self, part: &str) {
        self.tell(Command::Freeze { part: part.to_owned() });
    }

    pub fn slow(&mut self, part: &str, factor: u32) {
        self.tell(Command::Slow { part: part.to_owned(), factor });
    }

    pub fn restore(&mut self, part: &str) {
        self.tell(Command::Restore { part: part.to_owned() });
    }

    pub fn set(&mut self, setting: Setting) {
        self.tell(Command::Set(setting));
    }

    pub fn server_state(&mut self, server: &str, state: AdminState) {
        self.tell(Command::ServerState { server: server.to_owned(), state });
    }

    pub fn promote(&mut self, server: &str) {
        self.tell(Command::Promote { server: server.to_owned() });
    }

    pub fn reclone(&mut self, server: &str) {
        self.tell(Command::Reclone { server: server.to_owned() });
    }

    /// Continuous load in the default mix; 0 ends it.
    pub fn load(&mut self, rate_per_s: u32) {
        self.tell(Command::Load(Workload { rate_per_s, ..Workload::default() }));
    }

    /// Starts a visit and returns its number.
    pub fn start(&mut self, class: Class) -> u64 {
        self.tell(Command::visits(class, 1));
        self.world.last_visit()
    }

    /// Runs until a visit has ended, and checks its trace.
    pub fn end_of(&mut self, visit: u64) -> VisitRecord {
        loop {
            if let Some(record) = self.world.log().of(visit).copied() {
                let trace = self.world.trace(visit).expect("visits by hand are traced");
                check_trace(trace, &record);
                return record;
            }
            assert!(self.world.step(), "nothing is planned but visit {visit} has not ended");
        }
    }

    /// Sends a visit and waits for its end.
    pub fn visit(&mut self, class: Class) -> VisitRecord {
        let visit = self.start(class);
        self.end_of(visit)
    }

    /// Sends visits one after another and writes each end in a line, as [`Lab::line`] does.
    pub fn lines(&mut self, class: Class, count: usize) -> Vec<String> {
        (0..count)
            .map(|_| {
                let record = self.visit(class);
                self.line(&record)
            })
            .collect()
    }

    /// The web servers of visits sent one after another: `12` is web-01, then web-02; `-` is none.
    pub fn turns(&mut self, class: Class, count: usize) -> String {
        (0..count)
            .map(|_| {
                let record = self.visit(class);
                self.server(&record).and_then(|name| name.chars().last()).unwrap_or('-')
            })
            .collect()
    }

    /// The machine of the web server that HAProxy chose last.
    pub fn server(&self, record: &VisitRecord) -> Option<String> {
        record.notes.server.map(|server| self.world.wiring().machine_of(server).name.clone())
    }

    /// The end of a visit in one line: result, who says it, and what an operator would look for (HAProxy's termination
    /// state, MySQL's error number).
    pub fn line(&self, record: &VisitRecord) -> String {
        let outcome = record.outcome;
        let result = match outcome.result {
            Verdict::Http(status) => status.to_string(),
            Verdict::Browser(error) => error.code().to_owned(),
        };
        let by = self.name(outcome.by);
        match (outcome.cause, outcome.cause.termination()) {
            (Cause::Database(error), _) => format!("{result} {by} {}", error.code()),
            (_, "--") => format!("{result} {by}"),
            (_, termination) => format!("{result} {by} {termination}"),
        }
    }

    /// `machine/process`.
    pub fn name(&self, process: ProcessId) -> &str {
        &self.world.wiring().process(process).full_name
    }

    /// The process named `machine/process`.
    pub fn process(&self, name: &str) -> ProcessId {
        self.world.wiring().ids().find(|id| self.name(*id) == name).expect("a process of this name")
    }

    /// What was decided on the way of a visit that has ended.
    pub fn decisions(&self, record: &VisitRecord) -> Vec<Decision> {
        let trace = self.world.trace(record.id).expect("visits by hand are traced");
        trace.spans.iter().map(|span| span.decision).collect()
    }

    /// Whether the first balancer sends new requests to a web server.
    pub fn is_up(&self, server: &str) -> bool {
        let process = self.world.wiring().server(server).expect("a web server");
        let balancer = &self.world.balancers()[0];
        balancer.servers.iter().any(|s| s.process == process && s.up)
    }

    /// Runs until the first balancer's opinion of a server's health is `up`, and returns after how many ms.
    pub fn until_noticed(&mut self, server: &str, up: bool) -> u64 {
        let start = self.now_ms();
        while self.is_up(server) != up {
            assert!(self.now_ms() < start + 600_000, "{server} is not noticed");
            assert!(self.world.step());
        }
        self.now_ms() - start
    }
}

/// A preset's scenario.
pub fn preset(name: &str) -> Scenario {
    Preset::find(name).expect("a known preset").scenario()
}

/// The spans of an ended visit follow one another without a gap, from its start to its end.
pub fn check_trace(trace: &Trace, record: &VisitRecord) {
    let id = record.id;
    assert_eq!(trace.start, record.started, "visit {id}");
    assert_eq!(trace.outcome, Some(record.outcome), "visit {id}");
    let mut at = record.started;
    for span in &trace.spans {
        assert_eq!(span.start, at, "visit {id}: a gap before {span:?} in {trace:#?}");
        assert!(span.end >= span.start, "visit {id}: {span:?} ends before it starts");
        at = span.end;
    }
    assert_eq!(at, record.started + record.took, "visit {id}: {trace:#?} ends at another time than the visit");
    let sum: u64 = trace.spans.iter().map(|span| span.end.since(span.start).0).sum();
    assert_eq!(sum, record.took.0, "visit {id}");
}

/// A moment in ms.
pub const fn ms(ms: u64) -> SimTime {
    SimTime(ms * 1_000)
}

/// A scenario with this many web servers (nginx and application), replicas on machines of their own, and balancers. The
/// name of the site leads to the balancers, or to the web servers if there is none.
pub fn scenario(webs: usize, replicas: usize, balancers: usize) -> Scenario {
    let machine = |name: String, net: u8, host: usize, public: bool, processes: Vec<(&str, Role)>| Machine {
        name,
        address: Ipv4Addr::new(10, 0, net, host as u8),
        public: public.then(|| Ipv4Addr::new(203, 0, 113, net * 10 + host as u8)),
        firewall: None,
        processes: processes.into_iter().map(|(name, role)| Process { name: name.to_owned(), role }).collect(),
    };
    let mut machines = vec![
        machine("client".to_owned(), 0, 1, false, vec![("browser", Role::Browser)]),
        machine("resolver".to_owned(), 0, 2, false, vec![("resolver", Role::Resolver)]),
        machine("ns1".to_owned(), 0, 3, false, vec![("nsd", Role::Authoritative)]),
    ];
    let numbered = |kind: &str, i: usize| format!("{kind}-{i:02}");
    for i in 1..=balancers {
        machines.push(machine(numbered("lb", i), 1, i, true, vec![("haproxy", Role::Balancer)]));
    }
    for i in 1..=webs {
        let public = balancers == 0;
        machines.push(machine(numbered("web", i), 2, i, public, vec![("nginx", Role::Nginx), ("app", Role::App)]));
    }
    for i in 1..=replicas + 1 {
        let replica_of = (i > 1).then(|| "db-01/mysqld".to_owned());
        machines.push(machine(
            numbered("db", i),
            3,
            i,
            false,
            vec![("mysqld", Role::Mysqld { replica_of, port: 3306 })],
        ));
    }
    let addresses = machines.iter().filter_map(|machine| machine.public).collect();
    let mut scenario = Scenario { name: "made-up".to_owned(), topology: Topology { machines }, ..Scenario::default() };
    scenario.settings.dns.addresses = addresses;
    scenario
}

/// Lets frames pass, of all lengths, until the page runs nowhere any more.
pub fn settle(model: &mut Model) {
    for frame in 0..10_000_000 {
        let mut pieces = frame % 50;
        model.frame(0, &mut || {
            pieces -= i32::from(pieces > 0);
            pieces > 0
        });
        if !model.playback.ahead.is_some_and(|ahead| ahead.is_running()) {
            return;
        }
    }
    panic!("it does not come to an end");
}
