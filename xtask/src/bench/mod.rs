//! `cargo xtask bench`: how fast the engine is, always against something else that runs in turn with it on the same
//! machine, since only a ratio means anything elsewhere.

mod contest;
mod frames;
mod gate;
mod lighthouse;
mod line;
mod native;
mod peers;
mod variants;
mod web;

use anyhow::{Context, Result, bail};

const HELP: &str = "\
`cargo xtask bench [WHAT] [--requests N] [--rounds N]`, where WHAT is

  web        the engine in WebAssembly in headless Chromium against the native one (this is the default)
  peers      the engine against nexosim, simcore, SimPy and the leanest loop, with the gates of correctness
  hours      whether thirty simulated hours make the page larger, in headless Chromium
  frames     how smoothly the page draws in headless Chromium under load, against its budget
  variants   the engine against itself: time-outs, copies, traces, length of the run, number of web servers
  lighthouse what Lighthouse makes of the built site: 100 for accessibility and for best practices

Contestants run in turn; printed are medians, the spread, and ratios of medians.";

/// How much is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Size {
    /// Requests of each run.
    requests: u64,
    /// Runs of each contestant.
    rounds: usize,
}

impl Default for Size {
    fn default() -> Self {
        Self { requests: 3_000_000, rounds: 5 }
    }
}

/// The whole of `cargo xtask bench`.
pub fn command(arguments: &[&str]) -> Result<()> {
    match arguments {
        ["web", options @ ..] => web::compare(size(options)?),
        ["frames"] => frames::measure(),
        ["hours"] => frames::measure_hours(),
        ["peers", options @ ..] => peers::compare(size(options)?),
        ["variants", options @ ..] => variants::compare(size(options)?),
        ["lighthouse"] => lighthouse::judge(),
        ["help" | "--help", ..] => {
            println!("{HELP}");
            Ok(())
        }
        options => web::compare(size(options)?),
    }
}

fn size(options: &[&str]) -> Result<Size> {
    let mut size = Size::default();
    for option in options.chunks(2) {
        let [name, number] = option else {
            bail!("`{}` is not understood.\n{HELP}", option.join(" "));
        };
        let number: u64 = number.parse().with_context(|| format!("`{number}` is not a number"))?;
        match *name {
            "--requests" if number > 0 => size.requests = number,
            "--rounds" if number > 0 => size.rounds = usize::try_from(number)?,
            _ => bail!("`{name} {number}` is not understood.\n{HELP}"),
        }
    }
    Ok(size)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read() {
        assert_eq!(size(&[]).unwrap(), Size::default());
        assert_eq!(size(&["--rounds", "3"]).unwrap(), Size { rounds: 3, ..Size::default() });
        for wrong in [&["--rounds"][..], &["--rounds", "0"], &["--turns", "3"], &["--requests", "many"]] {
            assert!(size(wrong).is_err(), "{wrong:?}");
        }
    }
}
