//! What all models of the reference workload share: its numbers, chance, and the line that each program prints.
//!
//! Visits come as a Poisson stream. Client and balancer are 20 ms apart, everything else 0.5 ms. The balancer takes two
//! web servers in turn; each has 16 workers with one FIFO queue. A worker works for 4 ms in the mean, then waits for the
//! database, to which writes go (10 %) as the primary and reads as the replica; each has 8 threads with one FIFO queue
//! and works for 2 ms in the mean. Service times are exponential.
//!
//! Health checks and replication, which our own engine runs beside, are left out here: they would only slow the peers.

use std::time::Instant;

use rand_core::{Rng as _, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;
use serde::{Deserialize, Serialize};

/// One way between client and balancer.
pub const CLIENT_US: u64 = 20_000;
/// One way between machines of the data centre.
pub const LAN_US: u64 = 500;
/// Mean time that a worker works on a request.
pub const WORK_US: u64 = 4_000;
/// Mean time of a statement.
pub const QUERY_US: u64 = 2_000;
/// Web servers.
pub const WEB_SERVERS: usize = 2;
/// Workers of each web server.
pub const WORKERS: usize = 16;
/// Threads of each database.
pub const THREADS: usize = 8;
/// Share of writes.
pub const WRITES: f64 = 0.1;
/// The primary, which takes writes.
pub const PRIMARY: usize = 0;
/// The replica, which takes reads.
pub const REPLICA: usize = 1;

/// What the command line asks for.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Visits per simulated second.
    pub rate: u64,
    /// Visits in all.
    pub requests: u64,
    /// Whether simcore may use its queue for events that are planned in the order in which they happen.
    pub is_ordered: bool,
}

impl Options {
    /// Reads `--rate R --requests N --ordered 0|1`.
    ///
    /// # Panics
    /// If there is anything else.
    #[must_use]
    pub fn read() -> Self {
        let mut options = Self { rate: 1_000, requests: 1_000_000, is_ordered: false };
        let mut words = std::env::args().skip(1);
        while let Some(name) = words.next() {
            let number = words.next().and_then(|word| word.parse().ok()).expect("a whole number after each option");
            match name.as_str() {
                "--rate" => options.rate = number,
                "--requests" => options.requests = number,
                "--ordered" => options.is_ordered = number > 0,
                _ => panic!("only --rate, --requests and --ordered are understood, not {name}"),
            }
        }
        options
    }

    /// Mean gap between visits in microseconds.
    #[must_use]
    pub fn gap_us(&self) -> f64 {
        1e6 / self.rate as f64
    }
}

/// Randomness, drawn as our own engine draws it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Chance(Xoshiro256PlusPlus);

impl Chance {
    /// The stream with this seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(Xoshiro256PlusPlus::seed_from_u64(seed))
    }

    /// Evenly spread in the open interval from 0 to 1.
    pub fn unit(&mut self) -> f64 {
        ((self.0.next_u64() >> 11) as f64 + 0.5) / (1_u64 << 53) as f64
    }

    /// Exponential with this mean.
    pub fn exponential(&mut self, mean: f64) -> f64 {
        -self.unit().ln() * mean
    }

    /// Whether the next request writes.
    pub fn writes(&mut self) -> bool {
        self.unit() < WRITES
    }
}

/// Response times in steps of 10 µs up to 1 s.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Latencies {
    counts: Vec<u64>,
    total: u64,
    sum_us: u64,
}

const STEP_US: u64 = 10;
const STEPS: usize = 100_000;

impl Default for Latencies {
    fn default() -> Self {
        Self { counts: vec![0; STEPS], total: 0, sum_us: 0 }
    }
}

impl Latencies {
    /// Adds one.
    pub fn add(&mut self, us: u64) {
        self.counts[((us / STEP_US) as usize).min(STEPS - 1)] += 1;
        self.total += 1;
        self.sum_us += us;
    }

    fn mean_ms(&self) -> f64 {
        self.sum_us as f64 / self.total as f64 / 1e3
    }

    /// What 99 of 100 stay below.
    fn p99_ms(&self) -> f64 {
        let rank = (self.total * 99).div_ceil(100);
        let mut seen = 0;
        let step = self.counts.iter().position(|count| {
            seen += count;
            seen >= rank
        });
        (step.expect("something was added") as f64 + 0.5) * STEP_US as f64 / 1e3
    }
}

/// Wall time and processor time since a moment.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    began: Instant,
    cpu_s: Option<f64>,
}

impl Clock {
    /// Starts to measure.
    #[must_use]
    pub fn start() -> Self {
        Self { began: Instant::now(), cpu_s: cpu_s() }
    }

    fn wall_s(&self) -> f64 {
        self.began.elapsed().as_secs_f64()
    }

    fn cpu_s(&self) -> Option<f64> {
        Some(cpu_s()? - self.cpu_s?)
    }
}

/// The processor time of this thread so far (Linux: the first number of `schedstat`, in nanoseconds).
fn cpu_s() -> Option<f64> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    let ns: u64 = text.split_whitespace().next()?.parse().ok()?;
    Some(ns as f64 / 1e9)
}

/// What a run has to tell.
pub struct Report {
    /// The simulator.
    pub name: &'static str,
    /// What was asked for.
    pub options: Options,
    /// Since the run began.
    pub clock: Clock,
    /// Simulated time at its end.
    pub simulated_us: f64,
    /// Response times.
    pub latencies: Latencies,
    /// Simulated time that all workers were held, added up.
    pub held_us: f64,
    /// Simulated time that the replica's threads worked, added up.
    pub replica_us: f64,
}

impl Report {
    /// Prints one line of JSON.
    ///
    /// # Panics
    /// If a visit got lost.
    pub fn print(&self) {
        let wall_s = self.clock.wall_s();
        let cpu_s = self.clock.cpu_s().map_or("null".to_owned(), |cpu_s| format!("{cpu_s:.3}"));
        let (requests, ended) = (self.options.requests, self.latencies.total);
        assert_eq!(ended, requests, "every visit ends");
        let worker = self.held_us / self.simulated_us / (WEB_SERVERS * WORKERS) as f64;
        let replica = self.replica_us / self.simulated_us / THREADS as f64;
        println!(
            "{{\"engine\":\"{}\",\"rate\":{},\"requests\":{requests},\"wall_s\":{wall_s:.3},\"cpu_s\":{cpu_s},\"requests_per_s\":{:.0},\
             \"mean_ms\":{:.3},\"p99_ms\":{:.3},\"worker_utilisation\":{worker:.3},\"replica_utilisation\":{replica:.3}}}",
            self.name,
            self.options.rate,
            requests as f64 / wall_s,
            self.latencies.mean_ms(),
            self.latencies.p99_ms(),
        );
    }
}
