//! Runs other programs, and says in one sentence what went wrong when one fails.

use anyhow::{Context, Result, bail};
use std::ffi::OsStr;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

/// What every program of Unix says when a disk is full: the text of `ENOSPC`.
const DISK_IS_FULL: &str = "No space left on device";

const SIGN_OF_LIFE_EVERY: Duration = Duration::from_secs(30);

/// The top folder of the project, where every program is started.
pub fn root() -> PathBuf {
    let xtask = std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
    Path::new(&xtask).parent().expect("the xtask package lies in the project's folder").to_owned()
}

/// A program to be started in the project's folder.
pub fn program(path: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(path);
    command.current_dir(root());
    command
}

/// The cargo that started this program.
pub fn cargo() -> Command {
    program(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// Where on PATH a program is, if it is.
pub fn find_on_path(name: &str) -> Option<PathBuf> {
    let endings: &[&str] = if cfg!(windows) { &[".exe", ".cmd"] } else { &[""] };
    let folders = std::env::var_os("PATH")?;
    std::env::split_paths(&folders)
        .flat_map(|folder| endings.iter().map(move |ending| folder.join(format!("{name}{ending}"))))
        .find(|candidate| candidate.is_file())
}

/// Runs a program with its output shown; anything but success is an error that quotes the command.
pub fn run(command: &mut Command) -> Result<()> {
    let status = command.status().with_context(|| format!("`{}` could not be started", spelled(command)))?;
    if !status.success() {
        bail!("`{}` ended with {}", spelled(command), ending(status));
    }
    Ok(())
}

/// What a program prints, if it can be started and succeeds.
pub fn output_of(command: &mut Command) -> Option<String> {
    let output = command.stderr(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Runs an installer with its output in a log file, so that the screen shows a sign of life and one clear sentence.
pub fn install(what: &str, command: &mut Command) -> Result<()> {
    let log_path = root().join(".tools").join(format!("install-{}.log", what.replace(' ', "-")));
    let status = run_into_log(command, &log_path).with_context(|| format!("Installing {what} could not be started"))?;
    if status.success() {
        return Ok(());
    }
    let log = fs::read(&log_path).unwrap_or_default();
    let log = String::from_utf8_lossy(&log);
    if speaks_of_the_network(&log) {
        bail!("No network: {what} could not be downloaded; connect and run the same command again.");
    }
    if log.contains(DISK_IS_FULL) {
        bail!("The disk is full: {what} could not be installed; make some room and run the same command again.");
    }
    bail!("Installing {what} failed; {} ends with\n{}", log_path.display(), last_lines(&log, 20));
}

fn last_lines(text: &str, count: usize) -> String {
    let lines: Vec<&str> = text.trim_end().lines().collect();
    lines[lines.len().saturating_sub(count)..].join("\n")
}

fn run_into_log(command: &mut Command, log_path: &Path) -> Result<ExitStatus> {
    fs::create_dir_all(log_path.parent().expect("the log lies in a folder"))?;
    let log = File::create(log_path)?;
    let started = Instant::now();
    let mut next_sign = SIGN_OF_LIFE_EVERY;
    let mut child = command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log).spawn()?;
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(status);
        }
        if started.elapsed() >= next_sign {
            println!("  … still at it after {}", spoken(next_sign));
            next_sign += SIGN_OF_LIFE_EVERY;
        }
        std::thread::sleep(Duration::from_millis(100));
    }
}

/// Whether an installer's log blames the network. The phrases are those of cargo, rustup, npm and apt.
fn speaks_of_the_network(log: &str) -> bool {
    const PHRASES: [&str; 12] = [
        "could not resolve",
        "couldn't resolve",
        "could not connect",
        "failed to connect",
        "couldn't connect",
        "temporary failure resolving",
        "network error",
        "dns error",
        "error sending request",
        "enotfound",
        "eai_again",
        "econnrefused",
    ];
    let log = log.to_lowercase();
    PHRASES.iter().any(|phrase| log.contains(phrase))
}

/// A duration as a person says it: `0.4 s`, `12 s`, `2 min 05 s`.
pub fn spoken(duration: Duration) -> String {
    let seconds = duration.as_secs();
    match seconds {
        0..10 => format!("{:.1} s", duration.as_secs_f64()),
        10..60 => format!("{seconds} s"),
        _ => format!("{} min {:02} s", seconds / 60, seconds % 60),
    }
}

fn spelled(command: &Command) -> String {
    let name = Path::new(command.get_program()).file_stem().unwrap_or_default();
    let words = std::iter::once(name).chain(command.get_args()).map(OsStr::to_string_lossy);
    words.collect::<Vec<_>>().join(" ")
}

fn ending(status: ExitStatus) -> String {
    status.code().map_or_else(|| "a signal".to_owned(), |code| format!("code {code}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_short() {
        assert_eq!(spoken(Duration::from_millis(449)), "0.4 s");
        assert_eq!(spoken(Duration::from_millis(12_900)), "12 s");
        assert_eq!(spoken(Duration::from_secs(125)), "2 min 05 s");
    }

    #[test]
    fn the_end_of_a_log_is_quoted() {
        assert_eq!(last_lines("one\ntwo\nthree\n\n", 2), "two\nthree");
        assert_eq!(last_lines("one", 2), "one");
        assert_eq!(last_lines("", 2), "");
    }

    #[test]
    fn a_missing_network_is_recognised() {
        assert!(speaks_of_the_network("npm error code ENOTFOUND"));
        assert!(speaks_of_the_network("[6] Could not resolve hostname (Could not resolve host: index.crates.io)"));
        assert!(!speaks_of_the_network("error[E0308]: mismatched types"));
    }
}
