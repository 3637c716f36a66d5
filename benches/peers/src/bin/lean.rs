//! The leanest loop for this workload and no other: what remains when nothing is general. It bounds from above what an
//! engine can reach on this machine.
//!
//! An event is one number: its time, its request, and what happens, from the highest bits to the lowest. Two FIFO lanes
//! carry the constant delays, since what enters them in order leaves them in order; a heap holds the services under
//! way, and the next visit stands alone. Requests live in a slab and wait in lists that run through it.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};

use peers::{
    CLIENT_US, Chance, Clock, LAN_US, Latencies, Options, PRIMARY, QUERY_US, REPLICA, Report, THREADS, WEB_SERVERS,
    WORK_US, WORKERS,
};

// What happens.
const VISIT: u64 = 0;
const AT_BALANCER: u64 = 1;
const AT_WEB: u64 = 2;
const WORKED: u64 = 3;
const AT_DATABASE: u64 = 4;
const EXECUTED: u64 = 5;
const BACK_AT_WEB: u64 = 6;
const BACK_AT_BALANCER: u64 = 7;
const ANSWERED: u64 = 8;

const WHAT_BITS: u32 = 4;
const REQUEST_BITS: u32 = 20;

const fn event(at: u64, request: u32, what: u64) -> u64 {
    at << (REQUEST_BITS + WHAT_BITS) | (request as u64) << WHAT_BITS | what
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
    next_visit: u64,
    client: VecDeque<u64>,
    lan: VecDeque<u64>,
    services: BinaryHeap<Reverse<u64>>,
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
    fn new() -> Self {
        Self {
            now: 0,
            chance: Chance::new(1),
            next_visit: event(0, 0, VISIT),
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
        }
    }

    fn over_client_link(&mut self, request: u32, what: u64) {
        self.client.push_back(event(self.now + CLIENT_US, request, what));
    }

    fn over_lan(&mut self, request: u32, what: u64) {
        self.lan.push_back(event(self.now + LAN_US, request, what));
    }

    fn serve(&mut self, mean: u64, request: u32, what: u64) -> u64 {
        let time = (self.chance.exponential(mean as f64) + 0.5) as u64;
        self.services.push(Reverse(event(self.now + time, request, what)));
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
            assert!(self.requests.len() <= 1 << REQUEST_BITS, "the load is more than the servers can bear");
            self.requests.len() as u32 - 1
        };
        self.over_client_link(place, AT_BALANCER);
    }

    fn work(&mut self, request: u32) {
        self.requests[request as usize].held_since = self.now;
        self.serve(WORK_US, request, WORKED);
    }

    fn execute(&mut self, request: u32) {
        let took = self.serve(QUERY_US, request, EXECUTED);
        if usize::from(self.requests[request as usize].database) == REPLICA {
            self.replica_us += took;
        }
    }

    fn run(&mut self, options: Options) {
        let mut to_come = options.requests;
        loop {
            let client = self.client.front().map_or(u64::MAX, |event| *event);
            let lan = self.lan.front().map_or(u64::MAX, |event| *event);
            let service = self.services.peek().map_or(u64::MAX, |Reverse(event)| *event);
            let next = client.min(lan).min(service).min(self.next_visit);
            if next == u64::MAX {
                return;
            }
            self.now = next >> (REQUEST_BITS + WHAT_BITS);
            let request = (next >> WHAT_BITS) as u32 & ((1 << REQUEST_BITS) - 1);
            match next & ((1 << WHAT_BITS) - 1) {
                VISIT => {
                    self.visit();
                    to_come -= 1;
                    let gap = (self.chance.exponential(options.gap_us()) + 0.5) as u64;
                    self.next_visit = if to_come == 0 { u64::MAX } else { event(self.now + gap, 0, VISIT) };
                }
                AT_BALANCER => {
                    self.client.pop_front();
                    self.requests[request as usize].web = self.turn;
                    self.turn = (self.turn + 1) % WEB_SERVERS as u8;
                    self.over_lan(request, AT_WEB);
                }
                AT_WEB => {
                    self.lan.pop_front();
                    let web = usize::from(self.requests[request as usize].web);
                    if self.webs[web].enter(request, &mut self.requests) {
                        self.work(request);
                    }
                }
                WORKED => {
                    self.services.pop();
                    self.over_lan(request, AT_DATABASE);
                }
                AT_DATABASE => {
                    self.lan.pop_front();
                    let database = usize::from(self.requests[request as usize].database);
                    if self.databases[database].enter(request, &mut self.requests) {
                        self.execute(request);
                    }
                }
                EXECUTED => {
                    self.services.pop();
                    self.over_lan(request, BACK_AT_WEB);
                    let database = usize::from(self.requests[request as usize].database);
                    if let Some(waiting) = self.databases[database].leave(&self.requests) {
                        self.execute(waiting);
                    }
                }
                BACK_AT_WEB => {
                    self.lan.pop_front();
                    let Request { held_since, web, .. } = self.requests[request as usize];
                    self.held_us += self.now - held_since;
                    self.over_lan(request, BACK_AT_BALANCER);
                    if let Some(waiting) = self.webs[usize::from(web)].leave(&self.requests) {
                        self.work(waiting);
                    }
                }
                BACK_AT_BALANCER => {
                    self.lan.pop_front();
                    self.over_client_link(request, ANSWERED);
                }
                ANSWERED => {
                    self.client.pop_front();
                    self.latencies.add(self.now - self.requests[request as usize].started);
                    self.spare.push(request);
                }
                _ => unreachable!("nine things can happen"),
            }
        }
    }
}

fn main() {
    let options = Options::read();
    let clock = Clock::start();
    let mut world = World::new();
    world.run(options);
    Report {
        name: "lean",
        options,
        clock,
        simulated_us: world.now as f64,
        held_us: world.held_us as f64,
        replica_us: world.replica_us as f64,
        latencies: world.latencies,
    }
    .print();
}
