//! The engine's side: the `replay` example, in the build that replays recordings.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Stdio;

use anyhow::{Context, Result};
use serde_json::Value;

use crate::run::{cargo, run};

const EXAMPLE: [&str; 5] = ["--quiet", "--package", "hopscope", "--profile", "release"];
/// The profile of tests, in which all is compiled when tests have run.
const QUICKLY: [&str; 5] = ["--quiet", "--package", "hopscope", "--profile", "dev"];

/// What the engine observes in these files, by the name of the case. What it cannot replay is missing; it says why itself.
pub fn replay(files: &[PathBuf], quickly: bool) -> Result<BTreeMap<String, Value>> {
    let options = if quickly { QUICKLY } else { EXAMPLE };
    println!("Building the engine's replay.");
    run(cargo().arg("build").args(options).args(["--example", "replay"]))?;
    let mut command = cargo();
    command.arg("run").args(options).args(["--example", "replay", "--"]).args(files).stderr(Stdio::inherit());
    let output = command.output().context("the replay could not be started")?;
    let text = String::from_utf8(output.stdout).context("the replay prints text")?;
    text.lines().map(named_observations).collect()
}

/// Exports the scenarios of these files, each into the folder beside it.
pub fn export(places: &[(PathBuf, PathBuf)]) -> Result<()> {
    if places.is_empty() {
        return Ok(());
    }
    let mut command = cargo();
    command.arg("run").args(QUICKLY).args(["--example", "export", "--"]).stdout(Stdio::null());
    command.args(places.iter().flat_map(|(file, folder)| [file, folder]));
    run(&mut command)
}

fn named_observations(line: &str) -> Result<(String, Value)> {
    let mut replayed: Value = serde_json::from_str(line).context("the replay prints a line of JSON for each file")?;
    let name = replayed["case"].as_str().context("the replay names the case")?.to_owned();
    Ok((name, replayed["observed"].take()))
}
