//! Random cases for HAProxy: no health checks, so nothing depends on the clock of the wall.

use serde_json::{Value, json};

use super::draft::{Draft, case, server_name};
use super::haproxy::lines;
use super::random::Random;

pub const KIND: &str = "haproxy";

/// How many requests of a case may meet a dead server where each costs a second or so.
const MOST_SLOW_REQUESTS: usize = 6;

/// Long enough that nothing that is held or waits runs into it before the last event.
const LONG_MS: u64 = 20_000;

pub fn generate(seed: u64, number: usize) -> Value {
    let mut random = Random::of_case(seed, KIND, number);
    let algorithm =
        random.weighted(&[(40, "roundrobin"), (15, "static-rr"), (20, "leastconn"), (8, "first"), (17, "source")]);
    let has_queue = random.chance(25);
    let servers = servers(&mut random, has_queue);
    let mut balancer = json!({
        "kind": KIND, "algorithm": algorithm, "retries": random.between(0, 3), "redispatch": random.chance(65),
        "check": null,
        "timeouts_ms": {
            "connect": random.pick(&[200, 300]), "queue": has_queue.then_some(LONG_MS), "server": LONG_MS,
        },
    });
    if servers.iter().any(|server| server["backup"] == true) && random.chance(40) {
        balancer["allbackups"] = json!(true);
    }
    let mut story =
        Story { slow_left: MOST_SLOW_REQUESTS, is_slow: is_slow(&balancer), draft: Draft::new(random, servers) };
    if algorithm == "source" {
        let visitors = story.draft.random.between(2, 8);
        story.draft.visitors_from(visitors);
    }
    story.tell(has_queue, if algorithm == "leastconn" { 30 } else { 10 });

    let config = lines(&balancer, &json!(story.draft.servers));
    let about = format!("random servers and events, seed {seed}, number {number}");
    case(format!("{KIND}_{seed}_{number:03}"), "HAProxy 2.6", &balancer, &config, &story.draft, &about)
}

fn servers(random: &mut Random, has_queue: bool) -> Vec<Value> {
    let count = random.between(1, 6);
    let has_backups = random.chance(35);
    let style = random.weighted(&[(35, 1), (50, 5), (15, 256)]);
    let server = |index| {
        let weight = if random.chance(6) { 0 } else { random.between(1, style) };
        let maxconn = (has_queue && random.chance(85)).then(|| random.between(1, 2));
        let is_backup = has_backups && index > 0 && random.chance(40);
        let mut server = json!({"name": server_name(index), "weight": weight, "backup": is_backup, "maxconn": maxconn});
        if random.chance(4) {
            server["disabled"] = json!(true);
        }
        server
    };
    (0..count).map(server).collect()
}

/// Whether a dead server costs time: its retries wait, unless round robin sends them elsewhere at once.
fn is_slow(balancer: &Value) -> bool {
    let goes_elsewhere = balancer["redispatch"] == true && balancer["algorithm"] == "roundrobin";
    balancer["retries"] != 0 && !goes_elsewhere
}

struct Story {
    draft: Draft,
    is_slow: bool,
    slow_left: usize,
}

impl Story {
    /// Where servers have queues, requests are either held or alone: nothing may wait for an event that never comes.
    fn tell(&mut self, has_queue: bool, holds: u64) {
        let steps = self.draft.random.between(10, 36);
        let queue_begins = if has_queue { self.draft.random.between(0, steps / 2) } else { steps };
        for step in 0..steps {
            if self.is_slow && self.draft.is_anyone_dead() {
                self.slow_left = self.slow_left.saturating_sub(1);
                if self.slow_left == 0 {
                    self.draft.start_all();
                }
            }
            if self.draft.random.chance(72) {
                match (step >= queue_begins, self.draft.random.chance(if has_queue { 65 } else { holds })) {
                    (true, true) => self.draft.hold(),
                    (true, false) => self.draft.release(),
                    (false, true) if !has_queue => {
                        if self.draft.random.chance(55) || !self.draft.is_anything_open() {
                            self.draft.hold();
                        } else {
                            self.draft.release();
                        }
                    }
                    _ => self.draft.request(),
                }
            } else {
                self.change(has_queue);
            }
        }
        self.end(has_queue);
    }

    fn change(&mut self, has_queue: bool) {
        let server = self.draft.any_server();
        let name = self.draft.name(server);
        let random = &mut self.draft.random;
        match random.weighted(&[(30, "state"), (20, "weight"), (14, "health"), (26, "life"), (10, "maxconn")]) {
            "state" => {
                let state = random.weighted(&[(45, "ready"), (30, "maint"), (25, "drain")]);
                self.draft.add(json!({"op": "set_state", "server": name, "state": state}));
            }
            "weight" => {
                let most = random.pick(&[1, 4, 4, 256]);
                let weight = random.between(0, most);
                self.draft.add(json!({"op": "set_weight", "server": name, "weight": weight}));
            }
            "health" => {
                let health = random.weighted(&[(45, "up"), (35, "down"), (20, "stopping")]);
                self.draft.add(json!({"op": "health", "server": name, "health": health}));
            }
            "maxconn" if has_queue => {
                let maxconn = random.between(1, 3);
                self.draft.add(json!({"op": "set_maxconn", "server": name, "maxconn": maxconn}));
            }
            "maxconn" => {}
            _ => self.draft.kill_or_start(server),
        }
    }

    /// All comes back, all that is held is released, and a few requests show in which order the servers are left.
    fn end(&mut self, has_queue: bool) {
        self.draft.start_all();
        if has_queue {
            for server in 0..self.draft.servers.len() {
                let (name, weight) = (self.draft.name(server), self.draft.servers[server]["weight"].clone());
                self.draft.add(json!({"op": "set_state", "server": name, "state": "ready"}));
                self.draft.add(json!({"op": "health", "server": name, "health": "up"}));
                self.draft.add(json!({"op": "set_weight", "server": name, "weight": weight}));
            }
        }
        if has_queue {
            self.draft.release_all(2);
        }
        for _ in 0..self.draft.random.between(2, 6) {
            if has_queue { self.draft.hold() } else { self.draft.request() }
        }
        self.draft.release_all(if has_queue { 3 } else { 1 });
    }
}
