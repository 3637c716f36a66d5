//! Replays the recordings of the real HAProxy in `tests/goldens/haproxy` against the choice of servers alone: every
//! recording whose course depends on nothing else. Time, cookies and broken answers are not for this test.
#![cfg(not(target_arch = "wasm32"))]

use std::collections::VecDeque;
use std::path::Path;

use hopscope::sim::Rng;
use hopscope::sim::balancer::select::{Algorithm, Candidate, Pick, Selector};
use serde_json::Value;

/// The number of recordings that must be replayed, so that a test that silently finds none cannot pass.
const REPLAYED: usize = 130;

#[test]
fn every_recorded_choice_is_the_same() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/goldens/haproxy");
    let mut paths: Vec<_> = std::fs::read_dir(folder)
        .expect("the recordings are there")
        .map(|entry| entry.expect("a readable entry").path())
        .collect();
    paths.sort();
    let mut failures = Vec::new();
    let (mut replayed, mut choices) = (0, 0);
    for path in paths {
        let text = std::fs::read_to_string(&path).expect("a readable file");
        let case: Value = serde_json::from_str(&text).expect("JSON");
        if let Some(reason) = beyond_choice(&case) {
            println!("not replayed: {} ({reason})", text_of(&case["case"]));
            continue;
        }
        replayed += 1;
        match Replay::new(&case).run(&case) {
            Ok(count) => choices += count,
            Err(failure) => failures.push(format!("{}: {failure}", text_of(&case["case"]))),
        }
    }
    println!("{replayed} recordings with {choices} choices replayed");
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    assert_eq!(replayed, REPLAYED);
}

/// Why a recording cannot be replayed here.
fn beyond_choice(case: &Value) -> Option<&'static str> {
    let has = |list: &str, key: &str| list_of(&case[list]).any(|item| item.get(key).is_some());
    let does = |op: &str| list_of(&case["events"]).any(|event| event["op"] == op);
    let balancer = &case["balancer"];
    let never_reached = |seen: &Value| seen.get("held").is_some() && seen.get("reached").is_none();
    [
        (has("events", "at_ms"), "timed"),
        (balancer.get("hash_type").is_some(), "a hash not offered"),
        (text_of(&balancer["algorithm"]).starts_with("uri"), "an algorithm not offered"),
        (case.get("nondeterministic").is_some(), "random"),
        (has("events", "cookie"), "cookies"),
        (has("servers", "cookie"), "cookies"),
        (has("servers", "on_marked_down"), "held requests are ended"),
        (balancer.get("retry_on").is_some(), "retries after an answer"),
        (does("kill") && does("hold"), "held requests that die"),
        (list_of(&case["observed"]).any(never_reached), "waiting in vain"),
    ]
    .into_iter()
    .find_map(|(applies, reason)| applies.then_some(reason))
}

/// What the runtime API has done to a server, and whether its process is alive.
#[derive(Clone, Default)]
struct State {
    maint: bool,
    drain: bool,
    unhealthy: bool,
    dead: bool,
}

/// A request that is held open by the application or waits for a server.
struct Held {
    id: String,
    server: Option<usize>,
}

struct Replay {
    algorithm: Algorithm,
    redispatch: bool,
    retries: u64,
    names: Vec<String>,
    states: Vec<State>,
    servers: Vec<Candidate>,
    selector: Selector,
    rng: Rng,
    held: Vec<Held>,
    /// Requests in the queue, oldest first, with the server whose own queue it is.
    waiting: VecDeque<(String, Option<usize>)>,
    /// Who got where: the held request, its server, the event.
    reached: Vec<(String, usize, usize)>,
}

impl Replay {
    fn new(case: &Value) -> Self {
        let balancer = &case["balancer"];
        let algorithm: Algorithm = serde_json::from_value(balancer["algorithm"].clone()).expect("a known algorithm");
        assert_eq!(balancer["algorithm"], algorithm.name());
        let disabled = |server: &Value| server.get("disabled").is_some_and(|it| it == true);
        let candidate = |server: &Value| Candidate {
            weight: number(&server["weight"]),
            configured_weight: number(&server["weight"]),
            usable: !disabled(server),
            backup: server["backup"] == true,
            running: 0,
            queued: 0,
            maxconn: server["maxconn"].as_u64().map(|maxconn| maxconn as u32),
        };
        let state = |server: &Value| State { maint: disabled(server), ..State::default() };
        let servers: Vec<Candidate> = list_of(&case["servers"]).map(candidate).collect();
        let all_backups = balancer.get("allbackups").is_some_and(|option| option == true);
        Self {
            algorithm,
            redispatch: balancer["redispatch"] == true,
            retries: balancer["retries"].as_u64().expect("retries"),
            names: list_of(&case["servers"]).map(|server| text_of(&server["name"]).to_owned()).collect(),
            states: list_of(&case["servers"]).map(state).collect(),
            selector: Selector::new(algorithm, all_backups, &servers),
            servers,
            rng: Rng::new(0, 0),
            held: Vec::new(),
            waiting: VecDeque::new(),
            reached: Vec::new(),
        }
    }

    /// Plays all events and returns the number of requests whose server was the recorded one.
    fn run(mut self, case: &Value) -> Result<usize, String> {
        let mut observed = list_of(&case["observed"]);
        let mut requests = 0;
        for (number, event) in list_of(&case["events"]).enumerate() {
            match text_of(&event["op"]) {
                "request" => {
                    let expected = observed.next().expect("an entry for each request");
                    let got = self.request(source_of(event))?;
                    let wanted = (expected["server"].as_str(), expected["retries"].as_u64());
                    let got = (got.0.map(|server| &*self.names[server]), Some(got.1));
                    if got != wanted {
                        return Err(format!("event {number}: {got:?}, recorded {wanted:?}"));
                    }
                    requests += 1;
                }
                "hold" => {
                    observed.next();
                    self.hold(text_of(&event["id"]), source_of(event), number);
                    requests += 1;
                }
                "release" | "abort" => self.release(text_of(&event["id"]), number),
                "wait_ms" | "freeze" | "thaw" => {}
                _ => self.operate(event, number),
            }
        }
        for seen in list_of(&case["observed"]).filter(|seen| seen.get("held").is_some()) {
            let (id, at) = (text_of(&seen["held"]), &seen["reached"]);
            let got = self.reached.iter().find(|reached| reached.0 == id);
            let got = got.map(|(_, server, event)| (&*self.names[*server], Some(*event as u64)));
            let wanted = Some((text_of(&at["server"]), at["after_event"].as_u64()));
            if got != wanted {
                return Err(format!("held {id}: {got:?}, recorded {wanted:?}"));
            }
        }
        Ok(requests)
    }

    /// Sends a request that is answered at once; returns the last server tried and the number of retries.
    fn request(&mut self, source: u32) -> Result<(Option<usize>, u64), String> {
        let (mut avoid, mut retries) = (None, 0);
        let mut stays = None;
        loop {
            let pick = match stays {
                Some(server) => Pick::Server(server),
                None => self.pick(source, avoid),
            };
            let server = match pick {
                Pick::NoServer => return Ok((None, retries)),
                Pick::AllFull => return Err("a request that is not held waits".to_owned()),
                Pick::Server(server) => server,
            };
            self.load(server, 1);
            self.load(server, -1);
            if !self.states[server].dead || retries == self.retries {
                return Ok((Some(server), retries));
            }
            retries += 1;
            let active = |server: &&Candidate| server.usable && !server.backup && server.weight > 0;
            let others = self.servers.iter().filter(active).count() > 1;
            let elsewhere = (others && !self.algorithm.is_hash()) || retries == self.retries;
            avoid = Some(server);
            stays = Some(server).filter(|_| !(self.redispatch && elsewhere));
        }
    }

    fn hold(&mut self, id: &str, source: u32, event: usize) {
        let queue = match self.pick(source, None) {
            Pick::NoServer => return,
            Pick::AllFull => None,
            Pick::Server(server) if !self.servers[server].full() => {
                return self.reach(id.to_owned(), server, event);
            }
            Pick::Server(server) => Some(server),
        };
        if let Some(server) = queue {
            self.servers[server].queued += 1;
            self.selector.load_changed(server, &self.servers);
        }
        self.waiting.push_back((id.to_owned(), queue));
    }

    fn reach(&mut self, id: String, server: usize, event: usize) {
        self.load(server, 1);
        self.reached.push((id.clone(), server, event));
        let server = Some(server);
        self.held.push(Held { id, server });
    }

    fn release(&mut self, id: &str, event: usize) {
        let server = self.held.iter_mut().find(|held| held.id == id);
        if let Some(server) = server.and_then(|held| held.server.take()) {
            self.load(server, -1);
            self.serve_queue(server, event);
        }
    }

    /// Lets a server that has room take the oldest requests that may go there.
    fn serve_queue(&mut self, server: usize, event: usize) {
        while self.servers[server].usable
            && self.servers[server].running < self.servers[server].maxconn.unwrap_or(u32::MAX)
        {
            let may_go = |queue: &Option<usize>| queue.is_none_or(|own| own == server);
            let Some(first) = self.waiting.iter().position(|(_, queue)| may_go(queue)) else {
                return;
            };
            let (id, queue) = self.waiting.remove(first).expect("just found");
            if queue.is_some() {
                self.servers[server].queued -= 1;
            }
            self.reach(id, server, event);
        }
    }

    fn pick(&mut self, source: u32, avoid: Option<usize>) -> Pick {
        self.selector.pick(&self.servers, source, avoid, &mut self.rng)
    }

    fn load(&mut self, server: usize, by: i32) {
        let running = &mut self.servers[server].running;
        *running = running.checked_add_signed(by).expect("a true count");
        self.selector.load_changed(server, &self.servers);
    }

    /// Does what an operator or an accident does to a server.
    fn operate(&mut self, event: &Value, number_of_event: usize) {
        let name = text_of(&event["server"]);
        let server = self.names.iter().position(|it| it == name);
        let server = server.expect("a known server");
        let state = &mut self.states[server];
        match text_of(&event["op"]) {
            "kill" | "blackhole" => state.dead = true,
            "start" | "unblackhole" => state.dead = false,
            "set_state" => {
                let new = text_of(&event["state"]);
                state.unhealthy &= !state.maint || new == "maint";
                state.maint = new == "maint";
                state.drain = new == "drain";
            }
            "health" if !state.maint => state.unhealthy = event["health"] != "up",
            "health" => {}
            "set_weight" => {
                let (weight, server) = (number(&event["weight"]), &mut self.servers[server]);
                let fixed = self.algorithm.has_fixed_weights();
                if !fixed || weight == 0 || weight == server.configured_weight {
                    server.weight = weight;
                }
            }
            "set_maxconn" => self.servers[server].maxconn = Some(number(&event["maxconn"])),
            other => panic!("unknown event {other}"),
        }
        let state = &self.states[server];
        self.servers[server].usable = !state.maint && !state.drain && !state.unhealthy;
        self.selector.changed(server, &self.servers);
        self.serve_queue(server, number_of_event);
    }
}

fn list_of(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn text_of(value: &Value) -> &str {
    value.as_str().expect("a text")
}

fn number(value: &Value) -> u32 {
    u32::try_from(value.as_u64().expect("a number")).expect("a small number")
}

fn source_of(event: &Value) -> u32 {
    let address: std::net::Ipv4Addr = text_of(&event["src"]).parse().expect("an address");
    address.into()
}
