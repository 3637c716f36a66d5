//! A run that is advanced in small steps, natively as in a browser.

use hopscope::sim::{Micros, World};
use serde_json::json;

use crate::reference::{self, Options};

/// A run under way.
pub struct Run {
    world: World,
    requests: u64,
}

impl Run {
    /// The start.
    pub fn new(options: Options) -> Self {
        Self { world: reference::world(options), requests: options.requests }
    }

    /// Lets a second pass. True when as many requests as were asked for have ended.
    pub fn advance(&mut self) -> bool {
        self.world.run_until(self.world.now() + Micros::from_secs(1));
        self.world.metrics().ended >= self.requests
    }

    /// What the run has to tell, after so many seconds of wall time and of processor time.
    pub fn line(&self, seconds: f64, cpu_s: Option<f64>, peak_memory_kb: Option<u64>) -> String {
        let world = &self.world;
        let metrics = world.metrics();
        json!({
            "requests": metrics.ended,
            "seconds": seconds,
            "cpu_s": cpu_s,
            "requests_per_s": metrics.ended as f64 / seconds,
            "events_per_s": world.events() as f64 / seconds,
            "events_per_request": world.events() as f64 / metrics.ended as f64,
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
        let world = &self.world;
        let held: u64 = world.apps().iter().map(|app| app.held(world.now()).0).sum();
        let workers = world.apps().len() as f64 * f64::from(world.settings().app.workers);
        held as f64 / (workers * world.now().0 as f64)
    }

    /// Share of the time in which the threads of the last replica work.
    fn replica_utilisation(&self) -> f64 {
        let world = &self.world;
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
            "--timeouts" => options.timeouts = number > 0,
            "--seed" => options.seed = number,
            _ => return Err(format!("{name} is not an option")),
        }
    }
    Ok(options)
}
