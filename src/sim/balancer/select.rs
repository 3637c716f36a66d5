//! Choosing a server for a request: which group is on duty, and the algorithm that chooses within it.

use super::candidate::Group;
pub use super::candidate::{Candidate, MAX_WEIGHT, Pick};
use super::least_conn::LeastConn;
use super::map::Map;
use super::ring::Ring;
use super::round_robin::RoundRobin;
use super::static_rr::StaticRr;
use super::turns::Turns;
use super::{first, random};
use crate::Rng;
use crate::named::named;
use crate::settings::HashType;

named! {
    /// The balance algorithms, by the names that HAProxy's configuration has for them (manual, section 4.2, `balance`).
    pub enum Algorithm {
        /// Turns by weight.
        "roundrobin" RoundRobin,
        /// Turns in a fixed table.
        "static-rr" StaticRr,
        /// The server with the fewest requests for its weight.
        "leastconn" LeastConn,
        /// The first server with a free place.
        "first" First,
        /// The client's address decides.
        "source" Source,
        /// The path decides.
        "uri" Uri,
        /// The less loaded of two random servers.
        "random" Random,
    }
}

impl Algorithm {
    /// Whether weights are fixed by a table, so that HAProxy refuses to set any other than 0 and the configured one
    /// (recording `change_static_rr_set_weight`).
    #[must_use]
    pub const fn has_fixed_weights(self, hash: HashType) -> bool {
        matches!(self, Self::StaticRr) || (self.is_hash() && matches!(hash, HashType::MapBased))
    }

    /// Whether a request that finds others waiting for any server waits behind them, whatever is free.
    pub(super) const fn queues_behind_others(self) -> bool {
        matches!(self, Self::RoundRobin | Self::StaticRr | Self::First)
    }

    /// Whether the request alone decides. With all other algorithms a request whose server refused the connection is
    /// sent to another one at once, without a wait (recordings `killed_redispatch_retries_3`, `killed_leastconn`,
    /// `killed_first`); with this one it would meet the same server again (recording `source_killed`).
    #[must_use]
    pub const fn is_hash(self) -> bool {
        matches!(self, Self::Source | Self::Uri)
    }
}

/// An algorithm with what it remembers, for the active servers and the backups.
#[derive(Clone, Debug)]
pub struct Selector {
    policy: Policy,
    all_backups: bool,
    duty: Duty,
    /// The effective weights that the algorithm knows of, to tell a change from a repetition.
    weights: Vec<u32>,
}

#[derive(Clone, Debug)]
enum Policy {
    RoundRobin(RoundRobin, Turns),
    StaticRr(StaticRr),
    LeastConn(LeastConn),
    First,
    Map(Map),
    Ring(Ring),
    Random(Ring),
}

/// Who may be chosen now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Duty {
    Nobody,
    All(Group),
    /// The first usable backup alone.
    OneBackup(usize),
}

impl Selector {
    /// A balancer that has not chosen yet, for `servers` in the order of declaration. With `all_backups` the backups
    /// share the requests when their time comes, else the first usable one gets them all (manual, section 4.2,
    /// `option allbackups`).
    #[must_use]
    pub fn new(algorithm: Algorithm, hash: HashType, all_backups: bool, servers: &[Candidate]) -> Self {
        let duty = Duty::of(servers, all_backups);
        let map = || Map::new(servers, |server| duty.competes(server, servers), duty.only_one());
        let policy = match algorithm {
            Algorithm::RoundRobin => {
                let turns = Turns::new(servers, |server| duty.includes(server, servers));
                Policy::RoundRobin(RoundRobin::new(servers), turns)
            }
            Algorithm::StaticRr => Policy::StaticRr(StaticRr::new(map())),
            Algorithm::LeastConn => Policy::LeastConn(LeastConn::new(servers)),
            Algorithm::First => Policy::First,
            Algorithm::Source | Algorithm::Uri if hash == HashType::Consistent => Policy::Ring(Ring::new()),
            Algorithm::Source | Algorithm::Uri => Policy::Map(map()),
            Algorithm::Random => Policy::Random(Ring::new()),
        };
        Self { policy, all_backups, duty, weights: servers.iter().map(Candidate::effective_weight).collect() }
    }

    /// Chooses the server of one request. `hash` is what decides if the algorithm is a hash; `avoid` is the server on which
    /// a redispatched request has just failed, taken again only if there is no other.
    pub fn pick(&mut self, servers: &[Candidate], hash: u32, avoid: Option<usize>, rng: &mut Rng) -> Pick {
        let picked = match (&mut self.policy, self.duty) {
            (_, Duty::Nobody) => return Pick::NoServer,
            (Policy::StaticRr(turns), _) => turns.pick(servers, avoid),
            // Where only one is meant to serve, HAProxy does not even compute the hash.
            (Policy::Map(map), Duty::OneBackup(_)) => map.pick(0),
            (Policy::Map(map), _) => map.pick(hash),
            (Policy::Random(_), Duty::OneBackup(backup)) => Some(backup).filter(|_| !servers[backup].full()),
            (_, Duty::OneBackup(backup)) => Some(backup),
            (Policy::RoundRobin(robin, turns), Duty::All(group)) => {
                let picked = robin.pick(group, servers, avoid);
                let (opens_window, passed_over) = robin.last_pick;
                turns.take(picked, opens_window, passed_over);
                picked
            }
            (Policy::LeastConn(loads), Duty::All(group)) => loads.pick(group, servers, avoid),
            (Policy::First, Duty::All(group)) => first::pick(group, servers, avoid),
            (Policy::Ring(ring), duty) => ring.pick(hash, servers, |server| duty.includes(server, servers), avoid),
            (Policy::Random(ring), duty) => {
                random::pick(ring, servers, |server| duty.includes(server, servers), avoid, rng)
            }
        };
        picked.map_or(Pick::AllFull, Pick::Server)
    }

    /// Must be called after each change of a server's usability or weight, which `servers` shows already. Nothing
    /// happens if the server is as it was (recording `change_same_state_twice`).
    pub fn changed(&mut self, server: usize, servers: &[Candidate]) {
        let weight = servers[server].effective_weight();
        if core::mem::replace(&mut self.weights[server], weight) == weight {
            return;
        }
        self.duty = Duty::of(servers, self.all_backups);
        let duty = self.duty;
        let competes = |server| duty.competes(server, servers);
        match &mut self.policy {
            Policy::RoundRobin(robin, turns) => {
                robin.changed(server, servers);
                turns.change(servers, |server| duty.includes(server, servers));
            }
            Policy::StaticRr(turns) => turns.map.rebuild(servers, competes, duty.only_one()),
            Policy::LeastConn(loads) => loads.changed(server, servers),
            Policy::Map(map) => map.rebuild(servers, competes, duty.only_one()),
            Policy::Ring(ring) | Policy::Random(ring) => ring.changed(),
            Policy::First => {}
        }
    }

    /// Whether anybody may be chosen now.
    pub(super) fn has_somebody(&self) -> bool {
        self.duty != Duty::Nobody
    }

    /// Whether a server may take what waits for any server. A backup may not as long as there are actives.
    #[must_use]
    pub fn is_on_duty(&self, server: usize, servers: &[Candidate]) -> bool {
        self.duty.includes(server, servers)
    }

    /// Must be called after each change of the number of requests that `server` works on or that wait for it alone.
    pub fn load_changed(&mut self, server: usize, servers: &[Candidate]) {
        if let Policy::LeastConn(loads) = &mut self.policy {
            loads.load_changed(server, servers);
        }
    }
}

impl Duty {
    /// Backups come on duty only when no active server is usable (recordings `backup_*`).
    fn of(servers: &[Candidate], all_backups: bool) -> Self {
        let first_of = |group| servers.iter().position(|server| server.serves(group));
        if first_of(Group::Active).is_some() {
            return Self::All(Group::Active);
        }
        match first_of(Group::Backup) {
            None => Self::Nobody,
            Some(_) if all_backups => Self::All(Group::Backup),
            Some(backup) => Self::OneBackup(backup),
        }
    }

    /// Whether a server gets slots in a table of turns: even where one backup is on duty, all of them do.
    fn competes(self, server: usize, servers: &[Candidate]) -> bool {
        match self {
            Self::OneBackup(_) => servers[server].serves(Group::Backup),
            _ => self.includes(server, servers),
        }
    }

    const fn only_one(self) -> Option<usize> {
        match self {
            Self::OneBackup(backup) => Some(backup),
            _ => None,
        }
    }

    fn includes(self, server: usize, servers: &[Candidate]) -> bool {
        match self {
            Self::Nobody => false,
            Self::All(group) => servers[server].serves(group),
            Self::OneBackup(backup) => backup == server && servers[server].serves(Group::Backup),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Bench, servers};
    use super::{Algorithm, Pick};

    /// Two active servers and two backups.
    fn bench(algorithm: Algorithm) -> Bench {
        let mut servers = servers(&[1, 1, 1, 1]);
        (servers[2].backup, servers[3].backup) = (true, true);
        Bench::new(algorithm, servers)
    }

    fn lose_actives(bench: &mut Bench) {
        bench.set_usable(0, false);
        bench.set_usable(1, false);
    }

    #[test]
    fn algorithms_are_written_in_haproxys_words() {
        for algorithm in Algorithm::ALL {
            let json = format!("\"{}\"", algorithm.name());
            assert_eq!(serde_json::to_string(&algorithm).unwrap(), json);
            assert_eq!(serde_json::from_str::<Algorithm>(&json).unwrap(), algorithm);
        }
    }

    #[test]
    fn a_backup_serves_only_when_no_active_server_is_usable() {
        for algorithm in Algorithm::ALL {
            let mut bench = bench(algorithm);
            assert!(!bench.sequence(20).contains(['3', '4']), "{algorithm:?}");
            bench.set_usable(0, false);
            assert_eq!(bench.sequence(3), "222", "{algorithm:?}");
            bench.set_weight(1, 0);
            assert_eq!(bench.sequence(3), "333", "{algorithm:?}");
            bench.set_usable(2, false);
            assert_eq!(bench.sequence(3), "444", "{algorithm:?}");
            bench.set_usable(2, true);
            assert_eq!(bench.sequence(3), "333", "{algorithm:?}");
            bench.set_usable(0, true);
            assert_eq!(bench.sequence(3), "111", "{algorithm:?}");
        }
    }

    #[test]
    fn all_backups_share_by_the_algorithm() {
        let expected = [
            (Algorithm::RoundRobin, "343434"),
            (Algorithm::StaticRr, "343434"),
            (Algorithm::LeastConn, "343434"),
            (Algorithm::First, "333333"),
            (Algorithm::Source, "333333"),
        ];
        for (algorithm, expected) in expected {
            let mut bench = bench(algorithm).with_all_backups(algorithm);
            lose_actives(&mut bench);
            assert_eq!(bench.sequence(6), expected, "{algorithm:?}");
        }
    }

    #[test]
    fn a_single_full_backup_queues_for_itself_or_for_all() {
        for algorithm in Algorithm::ALL {
            let mut bench = bench(algorithm);
            lose_actives(&mut bench);
            (bench.servers[2].maxconn, bench.servers[2].running) = (Some(1), 1);
            let common = matches!(algorithm, Algorithm::StaticRr | Algorithm::Random);
            let expected = if common { Pick::AllFull } else { Pick::Server(2) };
            assert_eq!(bench.pick(), expected, "{algorithm:?}");
        }
    }

    #[test]
    fn without_a_usable_server_there_is_no_server() {
        for algorithm in Algorithm::ALL {
            for weights in [&[][..], &[0], &[0, 0, 0]] {
                let mut bench = Bench::new(algorithm, servers(weights));
                assert_eq!(bench.pick(), Pick::NoServer, "{algorithm:?}");
            }
            let mut bench = Bench::new(algorithm, servers(&[1]));
            bench.set_usable(0, false);
            assert_eq!(bench.pick(), Pick::NoServer, "{algorithm:?}");
        }
    }

    #[test]
    fn setting_what_is_set_already_changes_nothing() {
        for algorithm in Algorithm::ALL {
            let mut plain = Bench::new(algorithm, servers(&[3, 2, 1]));
            let mut bench = plain.clone();
            for _ in 0..30 {
                bench.set_usable(1, true);
                bench.set_weight(0, 3);
                bench.report(2);
                assert_eq!(bench.sequence(1), plain.sequence(1), "{algorithm:?}");
            }
        }
    }
}
