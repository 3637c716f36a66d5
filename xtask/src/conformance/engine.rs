//! The engine's side: the `replay` example, in the build that replays recordings.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Stdio;

use anyhow::{Context, Result};
use serde_json::Value;

use crate::run::{cargo, run};

const EXAMPLE: [&str; 5] = ["--quiet", "--release", "--package", "hopscope", "--example"];

/// What the engine observes in these files, by the name of the case. What it cannot replay is missing; it says why itself.
pub fn replay(files: &[PathBuf]) -> Result<BTreeMap<String, Value>> {
    println!("Building the engine's replay.");
    run(cargo().arg("build").args(EXAMPLE).arg("replay"))?;
    let mut command = cargo();
    command.arg("run").args(EXAMPLE).args(["replay", "--"]).args(files).stderr(Stdio::inherit());
    let output = command.output().context("the replay could not be started")?;
    let text = String::from_utf8(output.stdout).context("the replay prints text")?;
    text.lines().map(named_observations).collect()
}

fn named_observations(line: &str) -> Result<(String, Value)> {
    let mut replayed: Value = serde_json::from_str(line).context("the replay prints a line of JSON for each file")?;
    let name = replayed["case"].as_str().context("the replay names the case")?.to_owned();
    Ok((name, replayed["observed"].take()))
}
