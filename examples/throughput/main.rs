//! How fast the engine is: `cargo run --release --example throughput -- [--rate N] [--requests N] [--trace-one-in N]
//! [--webs N]` runs the reference workload and prints one line of JSON. `cargo xtask bench` runs it in a browser, too.

#[cfg(target_arch = "wasm32")]
mod browser;
mod reference;
mod run;

/// In a browser the page calls what `browser` exports.
#[cfg(target_arch = "wasm32")]
fn main() {}

#[cfg(not(target_arch = "wasm32"))]
fn main() -> std::process::ExitCode {
    use std::time::Instant;

    let options = match run::options(std::env::args().skip(1)) {
        Ok(options) => options,
        Err(problem) => {
            eprintln!("throughput: {problem}");
            return std::process::ExitCode::FAILURE;
        }
    };
    let mut run = run::Run::new(options);
    let (start, cpu_before) = (Instant::now(), cpu_seconds());
    while !run.advance() {}
    let seconds = start.elapsed().as_secs_f64();
    let cpu = cpu_seconds().zip(cpu_before).map(|(after, before)| after - before);
    println!("{}", run.line(seconds, cpu, peak_memory_kb()));
    std::process::ExitCode::SUCCESS
}

/// The processor time that this thread has had, which does not count what other programs took (Linux: `schedstat`).
#[cfg(not(target_arch = "wasm32"))]
fn cpu_seconds() -> Option<f64> {
    let times = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    let ns: u64 = times.split_whitespace().next()?.parse().ok()?;
    Some(ns as f64 / 1e9)
}

/// The most memory that this process has had (Linux: `VmHWM`).
#[cfg(not(target_arch = "wasm32"))]
fn peak_memory_kb() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}
