//! The reference workload in nexosim with its executor for one thread: a model per machine, joined by ports. A port
//! delivers at once and a model plans events for itself alone, so whoever receives over a link waits out its delay.

use std::collections::VecDeque;
use std::time::Duration;

use nexosim::model::{Context, Model, schedulable};
use nexosim::ports::{EventSource, Output, QuerySource};
use nexosim::simulation::{Mailbox, SimInit, SimulationError};
use nexosim::time::MonotonicTime;
use peers::{
    CLIENT_US, Chance, Clock, LAN_US, Latencies, Options, PRIMARY, QUERY_US, REPLICA, Report, THREADS, WEB_SERVERS,
    WORK_US, WORKERS,
};
use serde::{Deserialize, Serialize};

const CLIENT: Duration = Duration::from_micros(CLIENT_US);
const LAN: Duration = Duration::from_micros(LAN_US);

/// A request or its answer.
#[derive(Clone, Copy, Serialize, Deserialize)]
struct Visit {
    started: MonotonicTime,
    held_since: MonotonicTime,
    is_write: bool,
    web: u8,
}

/// Exponential, and never 0: nothing can be planned for the present moment.
fn exponential(chance: &mut Chance, mean_us: f64) -> Duration {
    Duration::from_nanos(chance.exponential(mean_us * 1e3) as u64 + 1)
}

#[derive(Serialize, Deserialize)]
struct Clients {
    requests: Output<Visit>,
    chance: Chance,
    to_come: u64,
    gap_us: f64,
    latencies: Latencies,
}

#[Model]
impl Clients {
    #[nexosim(schedulable)]
    async fn arrival(&mut self, _: (), cx: &Context<Self>) {
        let now = cx.time();
        let visit = Visit { started: now, held_since: now, is_write: self.chance.writes(), web: 0 };
        self.requests.send(visit).await;
        self.to_come -= 1;
        if self.to_come > 0 {
            let gap = exponential(&mut self.chance, self.gap_us);
            cx.schedule_event(gap, schedulable!(Self::arrival), ()).unwrap();
        }
    }

    fn response(&mut self, visit: Visit, cx: &Context<Self>) {
        cx.schedule_event(CLIENT, schedulable!(Self::ended), visit).unwrap();
    }

    #[nexosim(schedulable)]
    fn ended(&mut self, visit: Visit, cx: &Context<Self>) {
        self.latencies.add(cx.time().duration_since(visit.started).as_micros() as u64);
    }

    async fn taken_latencies(&mut self) -> Latencies {
        std::mem::take(&mut self.latencies)
    }
}

#[derive(Serialize, Deserialize)]
struct Balancer {
    webs: [Output<Visit>; WEB_SERVERS],
    responses: Output<Visit>,
    turn: usize,
}

#[Model]
impl Balancer {
    fn request(&mut self, visit: Visit, cx: &Context<Self>) {
        cx.schedule_event(CLIENT, schedulable!(Self::pick), visit).unwrap();
    }

    #[nexosim(schedulable)]
    async fn pick(&mut self, visit: Visit) {
        let web = self.turn;
        self.turn = (web + 1) % WEB_SERVERS;
        self.webs[web].send(Visit { web: web as u8, ..visit }).await;
    }

    fn response(&mut self, visit: Visit, cx: &Context<Self>) {
        cx.schedule_event(LAN, schedulable!(Self::pass_on), visit).unwrap();
    }

    #[nexosim(schedulable)]
    async fn pass_on(&mut self, visit: Visit) {
        self.responses.send(visit).await;
    }
}

#[derive(Serialize, Deserialize)]
struct Web {
    databases: [Output<Visit>; 2],
    responses: Output<Visit>,
    chance: Chance,
    free: usize,
    waiting: VecDeque<Visit>,
    held: Duration,
}

#[Model]
impl Web {
    fn new(chance: Chance) -> Self {
        let waiting = VecDeque::new();
        Self {
            databases: Default::default(),
            responses: Output::default(),
            chance,
            free: WORKERS,
            waiting,
            held: Duration::ZERO,
        }
    }

    fn request(&mut self, visit: Visit, cx: &Context<Self>) {
        cx.schedule_event(LAN, schedulable!(Self::enter), visit).unwrap();
    }

    #[nexosim(schedulable)]
    fn enter(&mut self, visit: Visit, cx: &Context<Self>) {
        if self.free > 0 {
            self.free -= 1;
            self.work(visit, cx);
        } else {
            self.waiting.push_back(visit);
        }
    }

    fn work(&mut self, visit: Visit, cx: &Context<Self>) {
        let time = exponential(&mut self.chance, WORK_US as f64);
        let visit = Visit { held_since: cx.time(), ..visit };
        cx.schedule_event(time, schedulable!(Self::worked), visit).unwrap();
    }

    #[nexosim(schedulable)]
    async fn worked(&mut self, visit: Visit) {
        self.databases[if visit.is_write { PRIMARY } else { REPLICA }].send(visit).await;
    }

    fn rows(&mut self, visit: Visit, cx: &Context<Self>) {
        cx.schedule_event(LAN, schedulable!(Self::leave), visit).unwrap();
    }

    #[nexosim(schedulable)]
    async fn leave(&mut self, visit: Visit, cx: &Context<Self>) {
        self.held += cx.time().duration_since(visit.held_since);
        match self.waiting.pop_front() {
            Some(next) => self.work(next, cx),
            None => self.free += 1,
        }
        self.responses.send(visit).await;
    }

    async fn held(&mut self) -> Duration {
        self.held
    }
}

#[derive(Serialize, Deserialize)]
struct Database {
    webs: [Output<Visit>; WEB_SERVERS],
    chance: Chance,
    free: usize,
    waiting: VecDeque<Visit>,
    busy: Duration,
}

#[Model]
impl Database {
    fn new(chance: Chance) -> Self {
        Self { webs: Default::default(), chance, free: THREADS, waiting: VecDeque::new(), busy: Duration::ZERO }
    }

    fn query(&mut self, visit: Visit, cx: &Context<Self>) {
        cx.schedule_event(LAN, schedulable!(Self::enter), visit).unwrap();
    }

    #[nexosim(schedulable)]
    fn enter(&mut self, visit: Visit, cx: &Context<Self>) {
        if self.free > 0 {
            self.free -= 1;
            self.execute(visit, cx);
        } else {
            self.waiting.push_back(visit);
        }
    }

    fn execute(&mut self, visit: Visit, cx: &Context<Self>) {
        let time = exponential(&mut self.chance, QUERY_US as f64);
        self.busy += time;
        cx.schedule_event(time, schedulable!(Self::executed), visit).unwrap();
    }

    #[nexosim(schedulable)]
    async fn executed(&mut self, visit: Visit, cx: &Context<Self>) {
        match self.waiting.pop_front() {
            Some(next) => self.execute(next, cx),
            None => self.free += 1,
        }
        self.webs[usize::from(visit.web)].send(visit).await;
    }

    async fn busy(&mut self) -> Duration {
        self.busy
    }
}

fn main() -> Result<(), SimulationError> {
    let options = Options::read();
    let clock = Clock::start();
    let mut clients = Clients {
        requests: Output::default(),
        chance: Chance::new(1),
        to_come: options.requests,
        gap_us: options.gap_us(),
        latencies: Latencies::default(),
    };
    let mut balancer = Balancer { webs: Default::default(), responses: Output::default(), turn: 0 };
    let mut webs = [2, 3].map(|seed| Web::new(Chance::new(seed)));
    let mut databases = [4, 5].map(|seed| Database::new(Chance::new(seed)));

    let (clients_mbox, balancer_mbox) = (Mailbox::new(), Mailbox::new());
    let web_mboxes = [Mailbox::new(), Mailbox::new()];
    let database_mboxes = [Mailbox::new(), Mailbox::new()];
    clients.requests.connect(Balancer::request, &balancer_mbox);
    balancer.responses.connect(Clients::response, &clients_mbox);
    for (i, web) in webs.iter_mut().enumerate() {
        balancer.webs[i].connect(Web::request, &web_mboxes[i]);
        web.responses.connect(Balancer::response, &balancer_mbox);
        for (j, database) in databases.iter_mut().enumerate() {
            web.databases[j].connect(Database::query, &database_mboxes[j]);
            database.webs[i].connect(Web::rows, &web_mboxes[i]);
        }
    }

    let mut bench = SimInit::with_num_threads(1);
    let arrival = EventSource::new().connect(Clients::arrival, &clients_mbox).register(&mut bench);
    let latencies = QuerySource::new().connect(Clients::taken_latencies, &clients_mbox).register(&mut bench);
    let held = [0, 1].map(|i| QuerySource::new().connect(Web::held, &web_mboxes[i]).register(&mut bench));
    let replica = QuerySource::new().connect(Database::busy, &database_mboxes[REPLICA]).register(&mut bench);
    bench = bench.add_model(clients, clients_mbox, "clients").add_model(balancer, balancer_mbox, "balancer");
    for ((web, mailbox), name) in webs.into_iter().zip(web_mboxes).zip(["web-01", "web-02"]) {
        bench = bench.add_model(web, mailbox, name);
    }
    for ((database, mailbox), name) in databases.into_iter().zip(database_mboxes).zip(["primary", "replica"]) {
        bench = bench.add_model(database, mailbox, name);
    }
    let start = MonotonicTime::EPOCH;
    let mut simulation = bench.init(start)?;

    simulation.process_event(&arrival, ())?;
    simulation.run()?;
    let simulated = simulation.time().duration_since(start);
    let held: Duration = simulation.process_query(&held[0], ())? + simulation.process_query(&held[1], ())?;
    Report {
        name: "nexosim",
        options,
        clock,
        simulated_us: simulated.as_secs_f64() * 1e6,
        latencies: simulation.process_query(&latencies, ())?,
        held_us: held.as_secs_f64() * 1e6,
        replica_us: simulation.process_query(&replica, ())?.as_secs_f64() * 1e6,
    }
    .print();
    Ok(())
}
