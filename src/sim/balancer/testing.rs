//! What the unit tests of the algorithms share.

use super::candidate::{Candidate, Pick};
use super::select::{Algorithm, Selector};
use crate::Rng;
use crate::settings::HashType;

/// Usable active servers of the given weights.
pub(super) fn servers(weights: &[u32]) -> Vec<Candidate> {
    let server = |&weight| Candidate {
        weight,
        configured_weight: weight,
        usable: true,
        backup: false,
        running: 0,
        queued: 0,
        maxconn: None,
    };
    weights.iter().map(server).collect()
}

/// Servers as a string of their numbers, counted from 1.
pub(super) fn digits(servers: impl Iterator<Item = usize>) -> String {
    servers.map(|server| (server + 1).to_string()).collect()
}

/// A balancer with its servers.
#[derive(Clone)]
pub(super) struct Bench {
    pub(super) servers: Vec<Candidate>,
    selector: Selector,
    rng: Rng,
}

impl Bench {
    pub(super) fn new(algorithm: Algorithm, servers: Vec<Candidate>) -> Self {
        Self::seeded(algorithm, servers, 0)
    }

    pub(super) fn seeded(algorithm: Algorithm, servers: Vec<Candidate>, seed: u64) -> Self {
        Self {
            selector: Selector::new(algorithm, HashType::MapBased, false, &servers),
            servers,
            rng: Rng::new(seed, 0),
        }
    }

    pub(super) fn with_all_backups(mut self, algorithm: Algorithm) -> Self {
        self.selector = Selector::new(algorithm, HashType::MapBased, true, &self.servers);
        self
    }

    pub(super) fn pick(&mut self) -> Pick {
        self.selector.pick(&self.servers, 0, None, &mut self.rng)
    }

    pub(super) fn pick_avoiding(&mut self, server: usize) -> Pick {
        let avoid = Some(server);
        self.selector.pick(&self.servers, 0, avoid, &mut self.rng)
    }

    /// The servers of `requests` requests, each of which ends before the next begins.
    pub(super) fn sequence(&mut self, requests: usize) -> String {
        let one = |_| {
            let picked = self.hold(1);
            if let Ok(number) = picked.parse::<usize>() {
                self.release(number - 1);
            }
            picked
        };
        (0..requests).map(one).collect()
    }

    /// The servers of `requests` requests that do not end; `.` for one that gets no server.
    pub(super) fn hold(&mut self, requests: usize) -> String {
        let one = |_| match self.pick() {
            Pick::Server(server) => {
                self.servers[server].running += 1;
                self.report(server);
                (server + 1).to_string()
            }
            Pick::AllFull | Pick::NoServer => ".".to_owned(),
        };
        (0..requests).map(one).collect()
    }

    pub(super) fn release(&mut self, server: usize) {
        self.servers[server].running -= 1;
        self.report(server);
    }

    pub(super) fn report(&mut self, server: usize) {
        self.selector.load_changed(server, &self.servers);
    }

    pub(super) fn set_usable(&mut self, server: usize, usable: bool) {
        self.servers[server].usable = usable;
        self.selector.changed(server, &self.servers);
    }

    pub(super) fn set_weight(&mut self, server: usize, weight: u32) {
        self.servers[server].weight = weight;
        self.selector.changed(server, &self.servers);
    }
}
