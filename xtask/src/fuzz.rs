//! Goes on with the random texts of `tests/hostile.rs` for as long as one likes, from another seed each time.

use crate::run::{cargo, run};
use anyhow::{Context, Result, bail};
use std::time::{SystemTime, UNIX_EPOCH};

const DEFAULT_SECONDS: u64 = 60;

/// The whole of `cargo xtask fuzz [TARGET] [--seconds N]`. Nothing of this knows which code a text has reached: its texts are samples with
/// changes, not grown by what they find.
pub fn command(options: &[&str]) -> Result<()> {
    let (target, seconds) = read(options)?;
    let seed = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs();
    println!("Seed {seed}: `HOPSCOPE_SEED={seed} cargo xtask fuzz` does the same again.");
    let mut tests = cargo();
    tests.args(["test", "--release", "--test", "hostile", "--"]).args(target).args(["--nocapture", "--test-threads=1"]);
    if std::env::var_os("HOPSCOPE_SEED").is_none() {
        tests.env("HOPSCOPE_SEED", seed.to_string());
    }
    run(tests.env("HOPSCOPE_FUZZ_SECONDS", seconds.to_string()))
}

fn read<'a>(options: &[&'a str]) -> Result<(Option<&'a str>, u64)> {
    let (target, rest) = match options {
        [target, rest @ ..] if !target.starts_with('-') => (Some(*target), rest),
        rest => (None, rest),
    };
    match rest {
        [] => Ok((target, DEFAULT_SECONDS)),
        ["--seconds", number] => Ok((target, number.parse().with_context(|| format!("`{number}` is no number"))?)),
        _ => bail!("`fuzz` takes a target and `--seconds N`, as in `cargo xtask fuzz link --seconds 600`."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_and_a_time_may_be_told() {
        assert_eq!(read(&[]).unwrap(), (None, DEFAULT_SECONDS));
        assert_eq!(read(&["link", "--seconds", "5"]).unwrap(), (Some("link"), 5));
        assert_eq!(read(&["--seconds", "7"]).unwrap(), (None, 7));
        assert!(read(&["--seconds", "x"]).is_err() && read(&["link", "scenario"]).is_err());
    }
}
