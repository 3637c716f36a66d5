//! The engine's side: the `replay` example, in the build that replays recordings.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::run::{cargo, run};

const IN_RELEASE: [&str; 5] = ["--quiet", "--package", "hopscope", "--profile", "release"];
/// The profile of tests, in which all is compiled when tests have run.
const IN_DEV: [&str; 5] = ["--quiet", "--package", "hopscope", "--profile", "dev"];

/// What the engine observes in these files, by the name of the case. What it cannot replay is missing; it says why itself.
pub fn replay(files: &[PathBuf], quickly: bool) -> Result<BTreeMap<String, Value>> {
    let options = if quickly { IN_DEV } else { IN_RELEASE };
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
    let mut command = exporter();
    command.args(places.iter().flat_map(|(file, folder)| [file, folder]));
    run(&mut command)
}

/// What the export says when it refuses a scenario or a folder.
pub fn refusal_to_export(file: &Path, folder: &Path) -> Result<String> {
    let output = exporter().arg(file).arg(folder).output()?;
    ensure!(output.status.code() == Some(1), "the export of {} ended with {}", file.display(), output.status);
    Ok(String::from_utf8_lossy(&output.stderr).into_owned())
}

fn exporter() -> Command {
    let mut command = cargo();
    command.arg("run").args(IN_DEV).args(["--example", "export", "--"]).stdout(Stdio::null());
    command
}

fn named_observations(line: &str) -> Result<(String, Value)> {
    let mut replayed: Value = serde_json::from_str(line).context("the replay prints a line of JSON for each file")?;
    let name = replayed["case"].as_str().context("the replay names the case")?.to_owned();
    Ok((name, replayed["observed"].take()))
}
