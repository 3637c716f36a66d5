//! The reference workload in simcore: a component per machine, and events between them with the link's delay. With
//! `--ordered 1` what travels between client and balancer takes the simulator's second queue, for events that happen in
//! the order in which they are planned; there is only one of it, so it can serve one delay.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;

use peers::{
    CLIENT_US, Chance, Clock, LAN_US, Latencies, Options, PRIMARY, QUERY_US, REPLICA, Report, THREADS, WEB_SERVERS,
    WORK_US, WORKERS,
};
use serde::Serialize;
use simcore::{Event, EventData, EventHandler, Id, Simulation, SimulationContext, cast};

const CLIENT_S: f64 = CLIENT_US as f64 / 1e6;
const LAN_S: f64 = LAN_US as f64 / 1e6;
const WORK_S: f64 = WORK_US as f64 / 1e6;
const QUERY_S: f64 = QUERY_US as f64 / 1e6;

#[derive(Clone, Copy, Serialize)]
struct Visit {
    started: f64,
    is_write: bool,
    held_since: f64,
}

#[derive(Clone, Serialize)]
struct Arrival {}

#[derive(Clone, Serialize)]
struct Request {
    visit: Visit,
}

#[derive(Clone, Serialize)]
struct Worked {
    visit: Visit,
}

#[derive(Clone, Serialize)]
struct Query {
    visit: Visit,
}

#[derive(Clone, Serialize)]
struct Executed {
    visit: Visit,
    asker: Id,
}

#[derive(Clone, Serialize)]
struct Rows {
    visit: Visit,
}

#[derive(Clone, Serialize)]
struct Response {
    visit: Visit,
}

fn over_client_link(ctx: &SimulationContext, data: impl EventData, to: Id, is_ordered: bool) {
    if is_ordered {
        ctx.emit_ordered(data, to, CLIENT_S);
    } else {
        ctx.emit(data, to, CLIENT_S);
    }
}

struct Clients {
    ctx: SimulationContext,
    is_ordered: bool,
    chance: Rc<RefCell<Chance>>,
    balancer: Id,
    to_come: u64,
    gap_s: f64,
    latencies: Latencies,
}

impl EventHandler for Clients {
    fn on(&mut self, event: Event) {
        cast!(match event.data {
            Arrival {} => {
                let mut chance = self.chance.borrow_mut();
                let visit = Visit { started: self.ctx.time(), is_write: chance.writes(), held_since: 0.0 };
                over_client_link(&self.ctx, Request { visit }, self.balancer, self.is_ordered);
                self.to_come -= 1;
                if self.to_come > 0 {
                    self.ctx.emit_self(Arrival {}, chance.exponential(self.gap_s));
                }
            }
            Response { visit } => {
                self.latencies.add(((self.ctx.time() - visit.started) * 1e6).round() as u64);
            }
        })
    }
}

struct Balancer {
    ctx: SimulationContext,
    is_ordered: bool,
    clients: Id,
    webs: [Id; WEB_SERVERS],
    turn: usize,
}

impl EventHandler for Balancer {
    fn on(&mut self, event: Event) {
        cast!(match event.data {
            Request { visit } => {
                self.ctx.emit(Request { visit }, self.webs[self.turn], LAN_S);
                self.turn = (self.turn + 1) % WEB_SERVERS;
            }
            Response { visit } => {
                over_client_link(&self.ctx, Response { visit }, self.clients, self.is_ordered);
            }
        })
    }
}

struct Web {
    ctx: SimulationContext,
    chance: Rc<RefCell<Chance>>,
    balancer: Id,
    databases: [Id; 2],
    free: usize,
    waiting: VecDeque<Visit>,
    held_s: f64,
}

impl Web {
    fn work(&mut self, visit: Visit) {
        let time = self.chance.borrow_mut().exponential(WORK_S);
        self.ctx.emit_self(Worked { visit: Visit { held_since: self.ctx.time(), ..visit } }, time);
    }
}

impl EventHandler for Web {
    fn on(&mut self, event: Event) {
        cast!(match event.data {
            Request { visit } => {
                if self.free > 0 {
                    self.free -= 1;
                    self.work(visit);
                } else {
                    self.waiting.push_back(visit);
                }
            }
            Worked { visit } => {
                let database = self.databases[if visit.is_write { PRIMARY } else { REPLICA }];
                self.ctx.emit(Query { visit }, database, LAN_S);
            }
            Rows { visit } => {
                self.held_s += self.ctx.time() - visit.held_since;
                self.ctx.emit(Response { visit }, self.balancer, LAN_S);
                match self.waiting.pop_front() {
                    Some(next) => self.work(next),
                    None => self.free += 1,
                }
            }
        })
    }
}

struct Database {
    ctx: SimulationContext,
    chance: Rc<RefCell<Chance>>,
    free: usize,
    waiting: VecDeque<(Visit, Id)>,
    busy_s: f64,
}

impl Database {
    fn execute(&mut self, visit: Visit, asker: Id) {
        let time = self.chance.borrow_mut().exponential(QUERY_S);
        self.busy_s += time;
        self.ctx.emit_self(Executed { visit, asker }, time);
    }
}

impl EventHandler for Database {
    fn on(&mut self, event: Event) {
        let asker = event.src;
        cast!(match event.data {
            Query { visit } => {
                if self.free > 0 {
                    self.free -= 1;
                    self.execute(visit, asker);
                } else {
                    self.waiting.push_back((visit, asker));
                }
            }
            Executed { visit, asker } => {
                self.ctx.emit(Rows { visit }, asker, LAN_S);
                match self.waiting.pop_front() {
                    Some((next, asker)) => self.execute(next, asker),
                    None => self.free += 1,
                }
            }
        })
    }
}

fn main() {
    let options = Options::read();
    let clock = Clock::start();
    let mut simulation = Simulation::new(1);
    let chance = Rc::new(RefCell::new(Chance::new(1)));
    let [client_ctx, balancer_ctx] = ["clients", "balancer"].map(|name| simulation.create_context(name));
    let (clients_id, balancer_id) = (client_ctx.id(), balancer_ctx.id());

    let databases = ["primary", "replica"].map(|name| {
        let ctx = simulation.create_context(name);
        let chance = Rc::clone(&chance);
        let database = Database { ctx, chance, free: THREADS, waiting: VecDeque::new(), busy_s: 0.0 };
        let database = Rc::new(RefCell::new(database));
        (simulation.add_handler(name, database.clone()), database)
    });
    let database_ids = [databases[PRIMARY].0, databases[REPLICA].0];
    let webs = ["web-01", "web-02"].map(|name| {
        let web = Rc::new(RefCell::new(Web {
            ctx: simulation.create_context(name),
            chance: Rc::clone(&chance),
            balancer: balancer_id,
            databases: database_ids,
            free: WORKERS,
            waiting: VecDeque::new(),
            held_s: 0.0,
        }));
        (simulation.add_handler(name, web.clone()), web)
    });
    let web_ids = [webs[0].0, webs[1].0];
    let balancer =
        Balancer { ctx: balancer_ctx, is_ordered: options.is_ordered, clients: clients_id, webs: web_ids, turn: 0 };
    simulation.add_handler("balancer", Rc::new(RefCell::new(balancer)));
    let clients = Rc::new(RefCell::new(Clients {
        ctx: client_ctx,
        is_ordered: options.is_ordered,
        chance,
        balancer: balancer_id,
        to_come: options.requests,
        gap_s: options.gap_us() / 1e6,
        latencies: Latencies::default(),
    }));
    simulation.add_handler("clients", clients.clone());

    clients.borrow().ctx.emit_self(Arrival {}, 0.0);
    simulation.step_until_no_events();
    Report {
        name: "simcore",
        options,
        clock,
        simulated_us: simulation.time() * 1e6,
        latencies: std::mem::take(&mut clients.borrow_mut().latencies),
        held_us: webs.iter().map(|(_, web)| web.borrow().held_s * 1e6).sum(),
        replica_us: databases[REPLICA].1.borrow().busy_s * 1e6,
    }
    .print();
}
