//! A run that is advanced in small steps, natively as in a browser.

use hopscope::sim::{Micros, SimTime, World};
use serde_json::json;

use crate::reference::{self, Options};

/// A run under way: one system, or several that share one order of events.
pub struct Run {
    worlds: Vec<World>,
    next: Tournament,
    until: SimTime,
    requests: u64,
}

impl Run {
    /// The start.
    pub fn new(options: Options) -> Self {
        let seeds = options.seed..options.seed + options.copies.max(1);
        let worlds: Vec<World> = seeds.map(|seed| reference::world(Options { seed, ..options })).collect();
        let next = Tournament::new(&worlds);
        Self { next, worlds, until: SimTime::ZERO, requests: options.requests }
    }

    /// Lets a second pass (less with many copies). True when as many requests as were asked for have ended.
    pub fn advance(&mut self) -> bool {
        self.until += Micros(1_000_000 / self.worlds.len() as u64);
        if let [world] = &mut self.worlds[..] {
            world.run_until(self.until);
        } else {
            self.advance_together();
        }
        self.worlds.iter().map(|world| world.metrics().ended).sum::<u64>() >= self.requests
    }

    /// Event by event, whichever world has the next one.
    fn advance_together(&mut self) {
        while let Some(at) = self.next.first(self.until) {
            self.worlds[at].step();
            self.next.play(at, self.worlds[at].next_event_at());
        }
    }

    /// What the run has to tell, after so many seconds of wall time and of processor time.
    pub fn line(&self, seconds: f64, cpu_s: Option<f64>, peak_memory_kb: Option<u64>) -> String {
        let world = &self.worlds[0];
        let metrics = world.metrics();
        let ended: u64 = self.worlds.iter().map(|world| world.metrics().ended).sum();
        let events: u64 = self.worlds.iter().map(World::events).sum();
        json!({
            "requests": ended,
            "seconds": seconds,
            "cpu_s": cpu_s,
            "requests_per_s": ended as f64 / seconds,
            "events_per_s": events as f64 / seconds,
            "events_per_request": events as f64 / ended as f64,
            "peak_memory_kb": peak_memory_kb,
            "mean_ms": metrics.latency.mean().map(|mean| mean.0 as f64 / 1e3),
            "p99_ms": metrics.latency.quantile(99).map(|p99| p99.0 as f64 / 1e3),
            "worker_utilisation": self.worker_utilisation(),
            "replica_utilisation": self.replica_utilisation(),
            "ok": metrics.ok,
            "simulated_s": world.now().0 as f64 / 1e6,
            "digest": format!("{:016x}", world.digest()),
        })
        .to_string()
    }
}

/// Who of many worlds has the next event: a tree in which the earlier of two goes on to the next round. The worlds are its
/// leaves, and the winner is at its root.
struct Tournament {
    /// Time and, below it, the index of a world, which breaks ties.
    rounds: Box<[u64; 2 * MOST_WORLDS]>,
    leaves: usize,
}

const INDEX_BITS: u32 = 8;
const MOST_WORLDS: usize = 1 << INDEX_BITS;

impl Tournament {
    fn new(worlds: &[World]) -> Self {
        assert!(worlds.len() <= MOST_WORLDS, "so many copies have room for their index");
        let leaves = worlds.len().next_power_of_two();
        let mut tournament = Self { rounds: Box::new([u64::MAX; 2 * MOST_WORLDS]), leaves };
        worlds.iter().enumerate().for_each(|(at, world)| tournament.play(at, world.next_event_at()));
        tournament
    }

    /// The world with the next event, if that is not later than `until`.
    fn first(&self, until: SimTime) -> Option<usize> {
        let winner = self.rounds[1];
        (winner >> INDEX_BITS <= until.0).then_some(winner as usize % MOST_WORLDS)
    }

    /// A world has another next event, or none.
    fn play(&mut self, at: usize, next: Option<SimTime>) {
        let mut place = self.leaves + at;
        let mut winner = next.map_or(u64::MAX, |next| next.0 << INDEX_BITS | at as u64);
        while place > 1 {
            // The number of places is a power of two, which makes an index safe by its bits alone.
            self.rounds[place % (2 * MOST_WORLDS)] = winner;
            winner = winner.min(self.rounds[(place ^ 1) % (2 * MOST_WORLDS)]);
            place /= 2;
        }
        self.rounds[1] = winner;
    }
}

impl Run {
    /// Share of the time in which the workers of the applications hold requests.
    fn worker_utilisation(&self) -> f64 {
        let world = &self.worlds[0];
        let held: u64 = world.apps().iter().map(|app| app.held(world.now()).0).sum();
        let workers = world.apps().len() as f64 * f64::from(world.settings().app.workers);
        held as f64 / (workers * world.now().0 as f64)
    }

    /// Share of the time in which the threads of the last replica work.
    fn replica_utilisation(&self) -> f64 {
        let world = &self.worlds[0];
        let worked = world.cluster().servers.last().map_or(0, |replica| replica.counters.worked.0);
        worked as f64 / (f64::from(world.settings().mysql.threads) * world.now().0 as f64)
    }
}

/// Reads the words of a command line.
pub fn options(mut arguments: impl Iterator<Item = String>) -> Result<Options, String> {
    let mut options = Options::default();
    while let Some(name) = arguments.next() {
        let value = arguments.next().ok_or_else(|| format!("{name} needs a number"))?;
        let number: u64 = value.parse().map_err(|_| format!("{name}: `{value}` is not a number"))?;
        match name.as_str() {
            "--rate" => options.rate = number as u32,
            "--requests" => options.requests = number,
            "--trace-one-in" => options.trace_one_in = number as u32,
            "--webs" => options.webs = number as u8,
            "--copies" => options.copies = number,
            "--timeouts" => options.timeouts = number > 0,
            "--seed" => options.seed = number,
            _ => return Err(format!("{name} is not an option")),
        }
    }
    Ok(options)
}
