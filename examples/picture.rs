//! Draws a scenario as it is after so many seconds: `cargo run --example picture -- SCENARIO.json FILE.svg [SECONDS]`. In place
//! of a file, the name of a preset will do.

use std::process::ExitCode;
use std::sync::Arc;
use std::{env, fs};

use hopscope::record::picture::{Look, svg};
use hopscope::sim::{FieldError, Micros, Preset, Scenario, SimTime, World};

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let drawn = match &arguments[..] {
        [scenario, file] => draw(scenario, file, "0"),
        [scenario, file, seconds] => draw(scenario, file, seconds),
        _ => Err("cargo run --example picture -- SCENARIO.json FILE.svg [SECONDS]".to_owned()),
    };
    match drawn {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("{problem}");
            ExitCode::FAILURE
        }
    }
}

fn draw(scenario: &str, file: &str, seconds: &str) -> Result<(), String> {
    let scenario = match Preset::find(scenario) {
        Some(preset) => preset.scenario(),
        None => {
            let text = fs::read_to_string(scenario).map_err(|error| format!("{scenario}: {error}"))?;
            Scenario::from_json(&text).map_err(|error: FieldError| error.to_string())?
        }
    };
    let seconds: u64 = seconds.parse().map_err(|_| format!("{seconds} is no number of seconds"))?;
    let mut world = World::new(Arc::new(scenario));
    world.run_until(SimTime::ZERO + Micros::from_secs(seconds.min(86_400)));
    fs::write(file, svg(&world, Look::default())).map_err(|error| format!("{file}: {error}"))
}
