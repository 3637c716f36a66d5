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
    let start = Instant::now();
    while !run.advance() {}
    println!("{}", run.line(start.elapsed().as_secs_f64(), peak_memory_kb()));
    std::process::ExitCode::SUCCESS
}

/// The most memory that this process has had (Linux: `VmHWM`).
#[cfg(not(target_arch = "wasm32"))]
fn peak_memory_kb() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}
