//! Every test of the project as a list of steps, from the quickest to the slowest.

use crate::run::{cargo, install, program, root, run, spoken};
use crate::{browser, bundle, parity, serve, site, toolchain, tools};
use anyhow::{Result, anyhow, bail};
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

struct Step {
    name: &'static str,
    what: &'static str,
    run: fn(Sweep) -> Result<()>,
}

/// How much of what is random is tried.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Sweep {
    Usual,
    Full,
}

const STEPS: [Step; 10] = [
    Step { name: "fmt", what: "the code is formatted", run: |_| fmt() },
    Step { name: "lint", what: "clippy and rustdoc have nothing to say", run: |_| lint() },
    Step { name: "native", what: "tests of the core, compiled for this machine", run: |_| native() },
    Step {
        name: "export",
        what: "the real programs accept exported files, and serve as the explorer",
        run: |_| export(),
    },
    Step { name: "swarm", what: "invariants under random faults, over many seeds", run: swarm },
    Step { name: "wasm", what: "tests of the core, compiled to WebAssembly", run: |_| wasm() },
    Step { name: "ui", what: "tests of the user interface, in Chromium", run: |_| ui() },
    Step { name: "build", what: "the optimised site and its size", run: |_| site::build_and_measure() },
    Step { name: "parity", what: "the same runs natively, in Chromium and in Firefox", run: |_| parity::compare() },
    Step { name: "e2e", what: "tests of the built site, in Chromium and in Firefox", run: |_| e2e() },
];

/// Where a course might put the site: the end-to-end tests visit it there.
const SUB_PATH: &str = "/course/week-3/";

const WASM: [&str; 2] = ["--target", "wasm32-unknown-unknown"];

/// The whole of `cargo xtask test`: all steps, or those named, up to the first that fails.
pub fn command(names: &[&str], sweep: Sweep) -> Result<()> {
    if let Some(unknown) = names.iter().find(|name| STEPS.iter().all(|step| step.name != **name)) {
        bail!("there is no test step `{unknown}`; the steps are {}.", STEPS.map(|step| step.name).join(", "));
    }
    let chosen: Vec<&Step> = STEPS.iter().filter(|step| names.is_empty() || names.contains(&step.name)).collect();
    let mut durations = Vec::new();
    for (index, step) in chosen.iter().enumerate() {
        println!("\n== {}/{} {}: {} ==", index + 1, chosen.len(), step.name, step.what);
        let duration = run_step(step, sweep)?;
        println!("-- {} passed in {}", step.name, spoken(duration));
        durations.push((step.name, duration));
    }
    println!("\n{}", summary(&durations));
    Ok(())
}

fn run_step(step: &Step, sweep: Sweep) -> Result<Duration> {
    let started = Instant::now();
    let outcome = (step.run)(sweep);
    let duration = started.elapsed();
    outcome.map(|()| duration).map_err(|problem| {
        let (name, duration) = (step.name, spoken(duration));
        anyhow!("step `{name}` failed after {duration}: {problem:#}\nRun it alone with `cargo xtask test {name}`.")
    })
}

fn summary(durations: &[(&str, Duration)]) -> String {
    let parts: Vec<String> = durations.iter().map(|(name, duration)| format!("{name} {}", spoken(*duration))).collect();
    let total = spoken(durations.iter().map(|(_, duration)| duration).sum());
    format!("All tests passed in {total}: {}.", parts.join(" · "))
}

fn fmt() -> Result<()> {
    toolchain::component("rustfmt", "fmt")?;
    run(cargo().args(["fmt", "--all", "--check"]))?;
    // These stay outside the workspace.
    for package in ["benches/peers/Cargo.toml", "fuzz/Cargo.toml"] {
        run(cargo().args(["fmt", "--check", "--manifest-path", package]))?;
    }
    Ok(())
}

fn lint() -> Result<()> {
    toolchain::component("clippy", "clippy")?;
    toolchain::wasm_target()?;
    const STRICT: [&str; 4] = ["--all-targets", "--", "-D", "warnings"];
    run(cargo().args(["clippy", "--workspace"]).args(STRICT))?;
    run(cargo().args(["clippy", "--package", "hopscope"]).args(WASM).args(STRICT))?;
    let both = ["--package", "hopscope", "--package", "hopscope-sim", "--lib"];
    run(cargo().args(["doc", "--no-deps"]).args(both).env("RUSTDOCFLAGS", "-D warnings"))
}

fn native() -> Result<()> {
    run(cargo().args(["test", "--workspace"]))
}

#[cfg(target_os = "linux")]
fn export() -> Result<()> {
    crate::export::check()
}

#[cfg(not(target_os = "linux"))]
fn export() -> Result<()> {
    println!("Skipped: the real programs are checked on Linux.");
    Ok(())
}

/// Ten simulated minutes for each seed.
fn swarm(sweep: Sweep) -> Result<()> {
    let seeds = if sweep == Sweep::Full { "20000" } else { "2000" };
    let tests = |name| ["test", "--profile", "swarm", "--test", name, "--", "--nocapture"];
    // What strangers bring is timed here, where the code is optimised.
    run(cargo().args(tests("hostile")).env("HOPSCOPE_MAX_MS", "50"))?;
    run(cargo().args(tests("swarm")).env("HOPSCOPE_SEEDS", seeds))
}

fn wasm() -> Result<()> {
    toolchain::node()?;
    let files = ["engine_story", "engine_layers", "engine_faults"];
    run(test_in_wasm(&files)?.env("PATH", tools::path_with_tools()))
}

fn ui() -> Result<()> {
    let driver = browser::chromedriver()?;
    run(test_in_wasm(&["ui"])?.env("CHROMEDRIVER", driver))
}

/// Files of `tests/`, compiled to WebAssembly and given to the runner of wasm-bindgen.
fn test_in_wasm(files: &[&str]) -> Result<Command> {
    toolchain::wasm_target()?;
    let runner = tools::TEST_RUNNER.ready()?;
    let mut command = cargo();
    command
        .args(["test", "--package", "hopscope"])
        .args(files.iter().flat_map(|file| ["--test", file]))
        .args(WASM)
        .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER", runner)
        // The runner gives up after 20 s, which a busy machine may need to start a browser.
        .env("WASM_BINDGEN_TEST_TIMEOUT", "300");
    Ok(command)
}

/// End-to-end tests that measure how quickly the page answers: they have the machine to themselves.
const MEASURING: [&str; 3] = ["ahead.test.mjs", "endurance.test.mjs", "hostile.test.mjs"];

fn e2e() -> Result<()> {
    let folder = root().join("tests").join("e2e");
    let (chromium, firefox) = (browser::chromium()?, browser::firefox()?);
    bundle::write(&[])?;
    install_packages(&folder)?;

    let listener = serve::listen(0)?;
    let address = format!("http://{}{SUB_PATH}", listener.local_addr()?);
    serve::start(listener, site::dist(), SUB_PATH)?;
    let tests = site::sorted_entries(&folder)?;
    let tests = tests.iter().filter(|path| path.to_string_lossy().ends_with(".test.mjs"));
    let (measuring, others): (Vec<_>, Vec<_>) =
        tests.partition(|path| MEASURING.iter().any(|name| path.ends_with(name)));
    for (files, at_a_time) in [(others, 2), (measuring, 1)] {
        run(program(toolchain::node()?)
            .args(["--test", &format!("--test-concurrency={at_a_time}"), "--test-reporter=spec"])
            .args(files)
            .env("HOPSCOPE_URL", &address)
            .env("CHROMIUM", &chromium)
            .env("FIREFOX", &firefox))?;
    }
    Ok(())
}

/// Installs what the end-to-end tests import, unless that was done since the list of it changed.
pub fn install_packages(folder: &Path) -> Result<()> {
    let changed = |name: &str| fs::metadata(folder.join(name)).and_then(|data| data.modified()).ok();
    if changed("node_modules/.package-lock.json") >= changed("package-lock.json") {
        return Ok(());
    }
    println!("Installing the packages of the end-to-end tests: usually 5 seconds.");
    let options = ["ci", "--ignore-scripts", "--no-audit", "--no-fund"];
    install("the packages of tests/e2e", program(toolchain::npm()?).args(options).current_dir(folder))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_step_is_refused_with_the_list_of_steps() {
        let message = command(&["lint", "unit"], Sweep::Usual).unwrap_err().to_string();
        assert_eq!(
            message,
            "there is no test step `unit`; the steps are fmt, lint, native, export, swarm, wasm, ui, build, parity, e2e."
        );
    }

    #[test]
    fn the_summary_is_one_line() {
        let durations = [("fmt", Duration::from_millis(400)), ("lint", Duration::from_secs(61))];
        assert_eq!(summary(&durations), "All tests passed in 1 min 01 s: fmt 0.4 s · lint 1 min 01 s.");
    }
}
