//! Writes the configuration files of a scenario: `cargo run --example export -- SCENARIO.json DIR`. A scenario that is wrong is
//! refused with the field that is, and with status 1. A recording of HAProxy or nginx will do as well: it stands for the scenario
//! in which the engine replays it.

use std::fs;
use std::path::{Component, Path};
use std::process::ExitCode;

use hopscope::export::{File, files};
use hopscope::replay;
use hopscope::sim::Scenario;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments.is_empty() || arguments.len() % 2 == 1 {
        eprintln!("usage: export SCENARIO.json DIR [SCENARIO.json DIR]...");
        return ExitCode::FAILURE;
    }
    for pair in arguments.chunks(2) {
        if let Err(problem) = export(&pair[0], Path::new(&pair[1])) {
            eprintln!("{problem}");
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}

fn export(scenario: &str, folder: &Path) -> Result<(), String> {
    let text = fs::read_to_string(scenario).map_err(|error| format!("{scenario}: {error}"))?;
    let scenario = read(&text).map_err(|problem| format!("{scenario}: {problem}"))?;
    fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    for file in files(&scenario) {
        write(folder, &file).map_err(|problem| format!("{}: {problem}", folder.join(&file.path).display()))?;
        println!("{}", file.path);
    }
    Ok(())
}

fn read(text: &str) -> Result<Scenario, String> {
    let recording = serde_json::from_str::<serde_json::Value>(text).ok().filter(|json| json.get("balancer").is_some());
    match recording {
        Some(recording) => replay::scenario(&recording).map_err(|problem| problem.to_string()),
        None => Scenario::from_json(text).map_err(|error| error.to_string()),
    }
}

/// Writes one file. What would lie outside of the folder is refused, even if a symbolic link leads there.
fn write(folder: &Path, file: &File) -> Result<(), String> {
    let path = Path::new(&file.path);
    if !path.components().all(|part| matches!(part, Component::Normal(_))) {
        return Err("leads out of the folder".to_owned());
    }
    let target = folder.join(path);
    let parent = target.parent().unwrap_or(folder);
    let spelled = |error: std::io::Error| error.to_string();
    fs::create_dir_all(parent).map_err(spelled)?;
    let (inside, outside) = (parent.canonicalize().map_err(spelled)?, folder.canonicalize().map_err(spelled)?);
    if !inside.starts_with(outside) || target.is_symlink() {
        return Err("a symbolic link leads out of the folder".to_owned());
    }
    fs::write(target, &file.content).map_err(spelled)
}
