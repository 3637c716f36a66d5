//! How fast the engine is: `cargo run --release --example throughput -- [--rate N] [--requests N] [--trace-one-in N]
//! [--webs N]` runs the reference workload and prints one line of JSON.

mod reference;

use std::process::ExitCode;
use std::time::Instant;

use hopscope::sim::{Micros, World};
use reference::Options;
use serde_json::json;

fn main() -> ExitCode {
    match options(std::env::args().skip(1)) {
        Ok(options) => {
            println!("{}", run(options));
            ExitCode::SUCCESS
        }
        Err(problem) => {
            eprintln!("throughput: {problem}");
            ExitCode::FAILURE
        }
    }
}

fn options(mut arguments: impl Iterator<Item = String>) -> Result<Options, String> {
    let mut options = Options::default();
    while let Some(name) = arguments.next() {
        let value = arguments.next().ok_or_else(|| format!("{name} needs a number"))?;
        let number: u64 = value.parse().map_err(|_| format!("{name}: `{value}` is not a number"))?;
        match name.as_str() {
            "--rate" => options.rate = number as u32,
            "--requests" => options.requests = number,
            "--trace-one-in" => options.trace_one_in = number as u32,
            "--webs" => options.webs = number as u8,
            "--seed" => options.seed = number,
            _ => return Err(format!("{name} is not an option")),
        }
    }
    Ok(options)
}

fn run(options: Options) -> serde_json::Value {
    let mut world = reference::world(options);
    let start = Instant::now();
    while world.metrics().ended < options.requests {
        let until = world.now() + Micros::from_secs(1);
        world.run_until(until);
    }
    let seconds = start.elapsed().as_secs_f64();
    let metrics = world.metrics();
    json!({
        "requests": metrics.ended,
        "seconds": seconds,
        "requests_per_s": metrics.ended as f64 / seconds,
        "events_per_s": world.events() as f64 / seconds,
        "events_per_request": world.events() as f64 / metrics.ended as f64,
        "peak_memory_kb": peak_memory_kb(),
        "mean_ms": metrics.latency.mean().map(|mean| mean.0 as f64 / 1e3),
        "p99_ms": metrics.latency.quantile(99).map(|p99| p99.0 as f64 / 1e3),
        "ok": metrics.ok,
        "simulated_s": simulated_s(&world),
        "digest": format!("{:016x}", world.digest()),
    })
}

fn simulated_s(world: &World) -> f64 {
    world.now().0 as f64 / 1e6
}

/// The most memory that this process has had (Linux: `VmHWM`).
fn peak_memory_kb() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}
