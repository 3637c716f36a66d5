//! Lets libFuzzer look for texts that the readers of `tests/hostile.rs` cannot live with. It watches which code a text reaches, and goes on
//! from those that reach something new.

use crate::run::{cargo, output_of, program, root, run};
use anyhow::{Context, Result, bail};
use std::fs;

const DEFAULT_SECONDS: u64 = 60;
/// The longest text that is tried, in bytes.
const MAX_LENGTH: usize = 64 * 1024;

/// The instrumentation that libFuzzer reads, by options that the stable compiler has.
const WATCHED: &str = "-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares";

/// The whole of `cargo xtask fuzz [TARGET] [--seconds N]`: so many seconds for each target. What libFuzzer has learned is kept in
/// `target/fuzz/corpus`, and what it has found in `target/fuzz/found`.
pub fn command(options: &[&str]) -> Result<()> {
    let (target, seconds) = read(options)?;
    let host = output_of(program("rustc").args(["--print", "host-tuple"])).context("`rustc` is not on the PATH")?;
    let place = root().join("target").join("fuzz");
    // With `--target` what runs while compiling is not watched.
    run(cargo()
        .args(["build", "--release", "--manifest-path", "fuzz/Cargo.toml", "--target", &host, "--target-dir"])
        .arg(&place)
        .env("RUSTFLAGS", WATCHED))?;
    let fuzzer = place.join(&host).join("release").join("hopscope-fuzz");
    for name in targets().filter(|name| target.is_none_or(|target| target == *name)) {
        println!("\n== {name}: {seconds} s ==");
        let (corpus, found) = (place.join("corpus").join(name), place.join("found"));
        for folder in [&corpus, &found] {
            fs::create_dir_all(folder).with_context(|| format!("{} cannot be made", folder.display()))?;
        }
        run(program(&fuzzer)
            .args([
                format!("-max_total_time={seconds}"),
                format!("-max_len={MAX_LENGTH}"),
                "-print_final_stats=1".to_owned(),
            ])
            .arg(format!("-artifact_prefix={}/{name}-", found.display()))
            .arg(&corpus)
            .env("HOPSCOPE_TARGET", name)
            .env("HOPSCOPE_CORPUS", &corpus))
        .with_context(|| format!("the text is in {}, and belongs into tests/hostile.rs", found.display()))?;
    }
    Ok(())
}

/// The names in the table of targets.
fn targets() -> impl Iterator<Item = &'static str> {
    let table = include_str!("../../tests/hostile/targets.rs").split("Target { name: \"").skip(1);
    table.filter_map(|rest| rest.split('"').next())
}

fn read<'a>(options: &[&'a str]) -> Result<(Option<&'a str>, u64)> {
    let (target, rest) = match options {
        [target, rest @ ..] if !target.starts_with('-') => (Some(*target), rest),
        rest => (None, rest),
    };
    if let Some(unknown) = target.filter(|target| targets().all(|name| name != *target)) {
        bail!("there is no target `{unknown}`; the targets are {}.", targets().collect::<Vec<_>>().join(", "));
    }
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
        assert!(read(&["lonk"]).unwrap_err().to_string().contains("address, scenario, link, run, haproxy"));
    }
}
