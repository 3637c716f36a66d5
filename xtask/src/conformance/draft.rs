//! What random cases of both programs have in common: servers that live and die, requests that are kept open.

use serde_json::{Value, json};

use super::random::Random;

/// A case in the making.
pub struct Draft {
    pub random: Random,
    pub servers: Vec<Value>,
    pub events: Vec<Value>,
    /// Addresses and paths of the visitors; more than one where the choice of the server depends on it.
    pub sources: Vec<String>,
    pub paths: Vec<String>,
    /// Share of the POST requests, in percent.
    pub posts: u64,
    dead: Vec<bool>,
    /// Held requests that were not released so far.
    open: Vec<String>,
    holds: u8,
}

/// No more than this many held requests in one case: their ids are one letter.
const MOST_HOLDS: u8 = 12;

/// How an application may misbehave, as the recordings name it.
const MISBEHAVIOUR: [&str; 7] = ["status:503", "status:500", "status:404", "close", "reset", "partial", "garbage"];

impl Draft {
    pub fn new(random: Random, servers: Vec<Value>) -> Self {
        Self {
            random,
            dead: vec![false; servers.len()],
            servers,
            events: Vec::new(),
            sources: vec!["127.0.0.1".to_owned()],
            paths: vec!["/".to_owned()],
            posts: 10,
            open: Vec::new(),
            holds: 0,
        }
    }

    pub fn add(&mut self, event: Value) {
        self.events.push(event);
    }

    pub fn any_server(&mut self) -> usize {
        self.random.between(0, self.servers.len() as u64 - 1) as usize
    }

    pub fn name(&self, server: usize) -> Value {
        self.servers[server]["name"].clone()
    }

    pub fn is_anyone_dead(&self) -> bool {
        self.dead.contains(&true)
    }

    pub fn is_anything_open(&self) -> bool {
        !self.open.is_empty()
    }

    pub fn request(&mut self) {
        let mut event = self.visit("request");
        if self.random.chance(5) {
            event["app"] = json!(self.random.pick(&MISBEHAVIOUR));
        }
        self.add(event);
    }

    /// A request that is kept open, or a plain one when there were enough of them.
    pub fn hold(&mut self) {
        if self.holds == MOST_HOLDS {
            return;
        }
        let id = char::from(b'a' + self.holds).to_string();
        self.holds += 1;
        let mut event = self.visit("hold");
        event["id"] = json!(id);
        self.open.push(id);
        self.add(event);
    }

    fn visit(&mut self, op: &str) -> Value {
        let method = if self.random.chance(self.posts) { "POST" } else { "GET" };
        let last = |list: &[String]| list.len() as u64 - 1;
        let source = self.random.between(0, last(&self.sources)) as usize;
        let path = self.random.between(0, last(&self.paths)) as usize;
        json!({"op": op, "method": method, "path": self.paths[path], "src": self.sources[source]})
    }

    pub fn release(&mut self) {
        if self.open.is_empty() {
            return;
        }
        let chosen = self.random.between(0, self.open.len() as u64 - 1) as usize;
        let id = self.open.remove(chosen);
        self.add(json!({"op": "release", "id": id}));
    }

    /// Kills a server that lives, or starts one that is dead.
    pub fn kill_or_start(&mut self, server: usize) {
        let op = if self.dead[server] { "start" } else { "kill" };
        self.dead[server] = !self.dead[server];
        let name = self.name(server);
        self.add(json!({"op": op, "server": name}));
    }

    pub fn start_all(&mut self) {
        for server in 0..self.servers.len() {
            if self.dead[server] {
                self.kill_or_start(server);
            }
        }
    }

    /// Releases all that was held, again and again, since a request that waits in a queue is not released by the first word.
    pub fn release_all(&mut self, rounds: usize) {
        let ids: Vec<String> = (0..self.holds).map(|hold| char::from(b'a' + hold).to_string()).collect();
        for _ in 0..rounds {
            for id in &ids {
                self.add(json!({"op": "release", "id": id}));
            }
        }
        self.open.clear();
    }

    /// As many addresses as told, in the loopback network.
    pub fn visitors_from(&mut self, count: u64) {
        let mut byte = |least| self.random.between(least, 254);
        self.sources = (0..count).map(|_| format!("127.{}.{}.{}", byte(0), byte(0), byte(1))).collect();
    }
}

/// A recording without what was observed.
pub fn case(name: String, software: &str, balancer: &Value, config: &[String], draft: &Draft, about: &str) -> Value {
    json!({
        "case": name, "software": software, "about": about, "balancer": balancer, "servers": draft.servers,
        "config": config, "events": draft.events,
    })
}

pub fn server_name(index: u64) -> String {
    format!("web-{:02}", index + 1)
}
