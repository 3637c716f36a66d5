//! What holds for every algorithm, whatever happens: random servers, random events, many seeds.

use super::candidate::{Candidate, Pick};
use super::select::{Algorithm, Selector};
use super::testing::{Bench, servers};
use crate::Rng;
use crate::settings::HashType;

#[test]
fn equal_weights_are_fair_to_one_request() {
    for algorithm in [Algorithm::RoundRobin, Algorithm::StaticRr, Algorithm::LeastConn] {
        for count in 1..=9 {
            for weight in [1, 7, 256] {
                let mut bench = Bench::new(algorithm, servers(&vec![weight; count]));
                let mut turns = vec![0_u32; count];
                for server in bench.sequence(200).bytes() {
                    turns[usize::from(server - b'1')] += 1;
                    let most = turns.iter().max().expect("some server");
                    let least = turns.iter().min().expect("some server");
                    assert!(most - least <= 1, "{algorithm:?} {turns:?}");
                }
            }
        }
    }
}

#[test]
fn weights_are_kept_over_a_whole_cycle() {
    for seed in 0..200 {
        let mut rng = Rng::new(seed, 1);
        let count = 1 + rng.below(8) as usize;
        let weights: Vec<u32> = (0..count).map(|_| rng.below(257)).collect();
        let sum: u32 = weights.iter().sum();
        for algorithm in [Algorithm::RoundRobin, Algorithm::StaticRr] {
            let mut bench = Bench::new(algorithm, servers(&weights));
            let mut turns = vec![0_u32; count];
            for server in bench.sequence(sum as usize).bytes() {
                turns[usize::from(server - b'1')] += 1;
            }
            for (turns, weight) in turns.iter().zip(&weights) {
                assert!(turns.abs_diff(*weight) <= 1, "{algorithm:?} {weights:?}");
            }
        }
    }
}

#[test]
fn whatever_happens_the_pick_is_allowed() {
    for algorithm in Algorithm::ALL {
        // A ring of heavy servers takes long to lay in a build for debugging.
        let seeds = if algorithm.is_hash() || algorithm == Algorithm::Random { 12 } else { 60 };
        for seed in 0..seeds {
            let mut world = World::new(algorithm, seed);
            for _ in 0..300 {
                world.happen();
                world.check();
            }
        }
    }
}

#[test]
fn hundreds_of_servers_are_no_trouble() {
    for algorithm in Algorithm::ALL {
        let weights: Vec<u32> = (0..400).map(|server| server % 5 * 64).collect();
        let mut servers = servers(&weights);
        for (server, candidate) in servers.iter_mut().enumerate() {
            candidate.maxconn = Some(1 + server as u32 % 3);
        }
        let mut bench = Bench::new(algorithm, servers);
        bench.hold(1_000);
        for server in 0..400 {
            bench.set_usable(server, server % 2 == 0);
        }
        bench.hold(100);
        if !algorithm.is_hash() {
            let full = |server: &Candidate| server.running <= server.maxconn.unwrap_or(0);
            assert!(bench.servers.iter().all(full), "{algorithm:?}");
        }
    }
}

struct World {
    algorithm: Algorithm,
    all_backups: bool,
    servers: Vec<Candidate>,
    selector: Selector,
    rng: Rng,
    draws: Rng,
}

impl World {
    fn new(algorithm: Algorithm, seed: u64) -> Self {
        let mut rng = Rng::new(seed, 2);
        let weights: Vec<u32> = (0..rng.below(7)).map(|_| rng.below(257)).collect();
        let mut servers = servers(&weights);
        for server in &mut servers {
            server.usable = rng.below(4) > 0;
            server.backup = rng.below(3) == 0;
            server.maxconn = Some(rng.below(4)).filter(|limit| *limit < 3);
        }
        let all_backups = rng.below(2) == 0;
        let hash = if rng.below(2) == 0 { HashType::MapBased } else { HashType::Consistent };
        Self {
            algorithm,
            all_backups,
            selector: Selector::new(algorithm, hash, all_backups, &servers),
            servers,
            rng,
            draws: Rng::new(seed, 3),
        }
    }

    /// One random event at a random server.
    fn happen(&mut self) {
        if self.servers.is_empty() {
            return;
        }
        let number = self.rng.below(self.servers.len() as u32) as usize;
        let server = &mut self.servers[number];
        match self.rng.below(12) {
            0 => server.usable = !server.usable,
            1 => server.weight = self.rng.below(257),
            2 => server.weight = server.configured_weight,
            3 => server.queued = self.rng.below(2),
            _ => server.running = server.running.saturating_sub(1),
        }
        self.selector.changed(number, &self.servers);
        self.selector.load_changed(number, &self.servers);
    }

    /// One pick, which must be a server on duty that is not full and not avoided, if there is any.
    fn check(&mut self) {
        let usable = |backup: bool| {
            let group = self.servers.iter().enumerate();
            let group = group.filter(move |(_, server)| server.backup == backup);
            group.filter(|(_, server)| server.usable && server.weight > 0)
        };
        let mut on_duty: Vec<usize> = usable(false).map(|(server, _)| server).collect();
        let one_backup = on_duty.is_empty() && !self.all_backups;
        if on_duty.is_empty() {
            let limit = if self.all_backups { usize::MAX } else { 1 };
            on_duty = usable(true).map(|(server, _)| server).take(limit).collect();
        }
        // In a table of turns all backups compete, even if it is made for one.
        let has_table = matches!(self.algorithm, Algorithm::StaticRr | Algorithm::Source | Algorithm::Uri);
        let competes = |wanted: usize| one_backup && has_table && usable(true).any(|(server, _)| server == wanted);
        let avoid = Some(self.rng.below(8) as usize).filter(|server| *server < self.servers.len());
        let source = self.rng.below(u32::MAX);
        let picked = self.selector.pick(&self.servers, source, avoid, &mut self.draws);
        let room = |server: &usize| !self.servers[*server].full();
        let case = format!("{:?} {picked:?} {avoid:?} {:?}", self.algorithm, self.servers);
        match picked {
            Pick::NoServer => assert!(on_duty.is_empty(), "{case}"),
            Pick::AllFull => {
                assert!(!on_duty.is_empty(), "{case}");
                let random = self.algorithm == Algorithm::Random;
                assert!(random || on_duty.iter().all(|server| !room(server) || competes(*server)), "{case}");
            }
            Pick::Server(server) => {
                assert!(on_duty.contains(&server) || competes(server), "{case}");
                if !self.algorithm.is_hash() && !one_backup {
                    assert!(room(&server), "{case}");
                    let other = |other: &usize| *other != server && room(other);
                    let other = on_duty.iter().any(other);
                    assert!(avoid != Some(server) || !other, "{case}");
                }
                self.servers[server].running += 1;
                self.selector.load_changed(server, &self.servers);
            }
        }
    }
}
