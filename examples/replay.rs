//! Replays recordings of the real programs: `cargo run --release --example replay -- FILE...` prints one line of JSON for
//! each file, as the engine has it, in the format of the recording. What it does not know ends it with status 1.

use std::process::ExitCode;

use hopscope::replay::replay;

fn main() -> ExitCode {
    let files: Vec<String> = std::env::args().skip(1).collect();
    if files.is_empty() {
        eprintln!("usage: replay FILE...");
        return ExitCode::FAILURE;
    }
    let mut code = ExitCode::SUCCESS;
    for file in files {
        match line_of(&file) {
            Ok(line) => println!("{line}"),
            Err(problem) => {
                eprintln!("{file}: {problem}");
                code = ExitCode::FAILURE;
            }
        }
    }
    code
}

fn line_of(file: &str) -> Result<String, String> {
    let text = std::fs::read_to_string(file).map_err(|error| error.to_string())?;
    let recording = serde_json::from_str(&text).map_err(|error| error.to_string())?;
    let observed = replay(&recording).map_err(|problem| problem.to_string())?;
    Ok(observed.to_string())
}
