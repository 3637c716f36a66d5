//! The leanest loop for this workload and no other: what remains when nothing is general. It bounds from above what an
//! engine can reach on this machine.
//!
//! Two FIFO lanes carry the constant delays, since what enters them in order leaves them in order; a heap holds the
//! services under way, and the next visit stands alone. Requests live in a slab and wait in lists that run through it.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};
use std::time::Instant;

use peers::{
    CLIENT_US, Chance, LAN_US, Latencies, Options, PRIMARY, QUERY_US, REPLICA, Report, THREADS, WEB_SERVERS, WORK_US,
    WORKERS,
};

#[derive(Clone, Copy)]
enum What {
    AtBalancer,
    AtWeb,
    Worked,
    AtDatabase,
    Executed,
    BackAtWeb,
    BackAtBalancer,
    Answered,
}

#[derive(Clone, Copy)]
struct Event {
    at: u64,
    request: u32,
    what: What,
}

/// A service under way, ordered by its end.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Service {
    end: u64,
    request: u32,
    is_query: bool,
}

#[derive(Clone, Copy)]
struct Request {
    started: u64,
    held_since: u64,
    next: u32,
    web: u8,
    database: u8,
}

const NONE: u32 = u32::MAX;

/// Servers with one FIFO queue, whose list runs through the requests.
#[derive(Clone, Copy)]
struct Station {
    free: usize,
    first: u32,
    last: u32,
}

impl Station {
    const fn new(servers: usize) -> Self {
        Self { free: servers, first: NONE, last: NONE }
    }

    /// Whether the request is served at once; else it waits.
    fn enter(&mut self, request: u32, requests: &mut [Request]) -> bool {
        if self.free > 0 {
            self.free -= 1;
            return true;
        }
        requests[request as usize].next = NONE;
        if self.first == NONE {
            self.first = request;
        } else {
            requests[self.last as usize].next = request;
        }
        self.last = request;
        false
    }

    /// One has been served; the next in the queue takes its place.
    fn leave(&mut self, requests: &[Request]) -> Option<u32> {
        if self.first == NONE {
            self.free += 1;
            return None;
        }
        let next = self.first;
        self.first = requests[next as usize].next;
        Some(next)
    }
}

struct World {
    now: u64,
    chance: Chance,
    client: VecDeque<Event>,
    lan: VecDeque<Event>,
    services: BinaryHeap<Reverse<Service>>,
    requests: Vec<Request>,
    spare: Vec<u32>,
    webs: [Station; WEB_SERVERS],
    databases: [Station; 2],
    turn: u8,
    latencies: Latencies,
    held_us: u64,
    replica_us: u64,
}

impl World {
    fn send(&mut self, delay: u64, request: u32, what: What) {
        let lane = if delay == CLIENT_US { &mut self.client } else { &mut self.lan };
        lane.push_back(Event { at: self.now + delay, request, what });
    }

    fn serve(&mut self, mean: u64, request: u32, is_query: bool) -> u64 {
        let time = (self.chance.exponential(mean as f64) + 0.5) as u64;
        self.services.push(Reverse(Service { end: self.now + time, request, is_query }));
        time
    }

    fn visit(&mut self) {
        let database = if self.chance.writes() { PRIMARY } else { REPLICA };
        let request = Request { started: self.now, held_since: 0, next: NONE, web: 0, database: database as u8 };
        let place = if let Some(place) = self.spare.pop() {
            self.requests[place as usize] = request;
            place
        } else {
            self.requests.push(request);
            self.requests.len() as u32 - 1
        };
        self.send(CLIENT_US, place, What::AtBalancer);
    }

    fn work(&mut self, request: u32) {
        self.requests[request as usize].held_since = self.now;
        self.serve(WORK_US, request, false);
    }

    fn execute(&mut self, request: u32) {
        let took = self.serve(QUERY_US, request, true);
        if usize::from(self.requests[request as usize].database) == REPLICA {
            self.replica_us += took;
        }
    }

    fn happens(&mut self, request: u32, what: What) {
        let Request { started, held_since, web, database, .. } = self.requests[request as usize];
        match what {
            What::AtBalancer => {
                self.requests[request as usize].web = self.turn;
                self.turn = (self.turn + 1) % WEB_SERVERS as u8;
                self.send(LAN_US, request, What::AtWeb);
            }
            What::AtWeb => {
                if self.webs[usize::from(web)].enter(request, &mut self.requests) {
                    self.work(request);
                }
            }
            What::Worked => self.send(LAN_US, request, What::AtDatabase),
            What::AtDatabase => {
                if self.databases[usize::from(database)].enter(request, &mut self.requests) {
                    self.execute(request);
                }
            }
            What::Executed => {
                self.send(LAN_US, request, What::BackAtWeb);
                if let Some(next) = self.databases[usize::from(database)].leave(&self.requests) {
                    self.execute(next);
                }
            }
            What::BackAtWeb => {
                self.held_us += self.now - held_since;
                self.send(LAN_US, request, What::BackAtBalancer);
                if let Some(next) = self.webs[usize::from(web)].leave(&self.requests) {
                    self.work(next);
                }
            }
            What::BackAtBalancer => self.send(CLIENT_US, request, What::Answered),
            What::Answered => {
                self.latencies.add(self.now - started);
                self.spare.push(request);
            }
        }
    }

    fn run(&mut self, options: Options) {
        let mut to_come = options.requests;
        let mut visit_at = self.chance.exponential(options.gap_us()) as u64;
        loop {
            let first = |lane: &VecDeque<Event>| lane.front().map_or(u64::MAX, |event| event.at);
            let (client, lan) = (first(&self.client), first(&self.lan));
            let service = self.services.peek().map_or(u64::MAX, |Reverse(service)| service.end);
            let next = client.min(lan).min(service).min(visit_at);
            if next == u64::MAX {
                return;
            }
            self.now = next;
            if next == service {
                let Reverse(Service { request, is_query, .. }) = self.services.pop().expect("peeked");
                self.happens(request, if is_query { What::Executed } else { What::Worked });
            } else if next == lan || next == client {
                let lane = if next == lan { &mut self.lan } else { &mut self.client };
                let Event { request, what, .. } = lane.pop_front().expect("peeked");
                self.happens(request, what);
            } else {
                self.visit();
                to_come -= 1;
                let gap = (self.chance.exponential(options.gap_us()) + 0.5) as u64;
                visit_at = if to_come == 0 { u64::MAX } else { next + gap };
            }
        }
    }
}

fn main() {
    let options = Options::read();
    let began = Instant::now();
    let mut world = World {
        now: 0,
        chance: Chance::new(1),
        client: VecDeque::new(),
        lan: VecDeque::new(),
        services: BinaryHeap::new(),
        requests: Vec::new(),
        spare: Vec::new(),
        webs: [Station::new(WORKERS); WEB_SERVERS],
        databases: [Station::new(THREADS); 2],
        turn: 0,
        latencies: Latencies::default(),
        held_us: 0,
        replica_us: 0,
    };
    world.run(options);
    Report {
        name: "lean",
        options,
        began,
        simulated_us: world.now as f64,
        held_us: world.held_us as f64,
        replica_us: world.replica_us as f64,
        latencies: world.latencies,
    }
    .print();
}
