//! The engine against other simulators, all with the same workload (`benches/peers`).

use super::Size;
use super::contest::{Contestant, alternate, print, ratio};
use super::gate::GATES;
use super::line::Line;
use super::native::{self, target_folder};
use crate::run::{cargo, find_on_path, install, program, root, run};
use anyhow::{Context, Result, ensure};
use std::env::consts::EXE_SUFFIX;
use std::path::PathBuf;

/// What is asked of the engine: how often as fast as each of them it is.
const TARGETS: [(&str, f64); 3] = [("nexosim", 9.0), ("simcore", 2.0), ("simpy", 70.0)];
/// SimPy is so slow that it gets a part of the requests only.
const SIMPY_SHARE: u64 = 20;
const SIMPY: &str = "simpy==4.1.2";

pub fn compare(size: Size) -> Result<()> {
    let engine = native::build()?;
    let folder = target_folder()?.join("peers");
    run(cargo()
        .current_dir(root().join("benches").join("peers"))
        .args(["build", "--release", "--locked", "--target-dir"])
        .arg(&folder))?;
    let peer = |name: &str| folder.join("release").join(format!("{name}{EXE_SUFFIX}"));
    let python = simpy()?;
    let model = root().join("benches").join("peers").join("simpy_model.py");

    let mut wrong = Vec::new();
    for gate in &GATES {
        let rate = gate.rate.to_string();
        let requests = size.requests.to_string();
        let fewer = (size.requests / SIMPY_SHARE).max(1).to_string();
        let options = ["--rate", rate.as_str(), "--requests", requests.as_str()];
        let of_peer = |name: &'static str, more: &'static [&'static str]| {
            let path = peer(name.split(' ').next().unwrap_or(name));
            Contestant::new(name, move || Ok(Line::of(program(&path).args(options).args(more))?.by_cpu()))
        };
        let contestants = vec![
            Contestant::new("hopscope", || Ok(engine.run(&options)?.by_cpu())),
            of_peer("lean", &[]),
            of_peer("simcore", &[]),
            of_peer("simcore ordered", &["--ordered", "1"]),
            of_peer("nexosim", &[]),
            Contestant::new("simpy", || {
                let options = ["--rate", rate.as_str(), "--requests", fewer.as_str()];
                Ok(Line::of(program(&python).arg(&model).args(options))?.by_cpu())
            }),
        ];
        println!(
            "\n{rate} requests per simulated second, {requests} requests ({fewer} for SimPy), {} rounds",
            size.rounds
        );
        let all = alternate(contestants, size.rounds)?;
        print(&all);
        for (name, target) in TARGETS {
            let other = all.iter().find(|runs| runs.name == name).expect("every target is a contestant");
            println!("{name}: {:.1} times as fast, wanted {target} times", ratio(&all[0], other));
        }
        // SimPy's few requests spread wider than the bounds.
        for runs in all.iter().filter(|runs| runs.name != "simpy") {
            wrong.extend(
                runs.lines.first().and_then(|line| gate.fault(line)).map(|fault| format!("{}: {fault}", runs.name)),
            );
        }
    }
    ensure!(wrong.is_empty(), "outside the gates of correctness:\n{}", wrong.join("\n"));
    println!("\nAll are within the gates of correctness (SimPy has too few requests to tell).");
    Ok(())
}

/// A Python that knows SimPy, in a place of its own under `.tools`.
fn simpy() -> Result<PathBuf> {
    let place = root().join(".tools").join("simpy");
    let python = place.join(if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" });
    let is_ready = || program(&python).args(["-c", "import simpy"]).status().is_ok_and(|status| status.success());
    if !is_ready() {
        let system = ["python3", "python"].into_iter().find_map(find_on_path);
        let system = system.context("Python 3 is needed for SimPy; install it from https://www.python.org")?;
        println!("Installing {SIMPY} into .tools: usually 10 seconds.");
        install("a place for SimPy", program(system).args(["-m", "venv", "--clear"]).arg(&place))?;
        install("SimPy", program(&python).args(["-m", "pip", "install", "--quiet", SIMPY]))?;
    }
    Ok(python)
}
