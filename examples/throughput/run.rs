//! A run that is advanced in small steps, natively as in a browser.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::collections::binary_heap::PeekMut;

use hopscope::sim::{Micros, SimTime, World};
use serde_json::json;

use crate::reference::{self, Options};

/// A run under way: one system, or several that share one order of events.
pub struct Run {
    worlds: Vec<World>,
    /// When each world has its next event; its index breaks ties.
    next: BinaryHeap<Reverse<(SimTime, usize)>>,
    until: SimTime,
    requests: u64,
}

impl Run {
    /// The start.
    pub fn new(options: Options) -> Self {
        let seeds = options.seed..options.seed + options.copies.max(1);
        let worlds: Vec<World> = seeds.map(|seed| reference::world(Options { seed, ..options })).collect();
        let next = worlds.iter().enumerate().filter_map(|(i, world)| Some(Reverse((world.next_event_at()?, i))));
        Self { next: next.collect(), worlds, until: SimTime::ZERO, requests: options.requests }
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
        while let Some(mut first) = self.next.peek_mut()
            && first.0.0 <= self.until
        {
            let world = &mut self.worlds[first.0.1];
            world.step();
            match world.next_event_at() {
                Some(at) => first.0.0 = at,
                None => drop(PeekMut::pop(first)),
            }
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
