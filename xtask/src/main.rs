//! `cargo xtask` builds, serves and tests Hopscope with nothing but Rust and Node installed beforehand.

mod apt;
mod bench;
mod browser;
mod bundle;
#[cfg(target_os = "linux")]
mod conformance;
mod csp;
mod documents;
mod embed;
#[cfg(target_os = "linux")]
mod export;
mod fuzz;
mod later;
mod offline;
mod parity;
mod run;
mod serve;
mod site;
mod sizes;
mod split;
mod tags;
mod test;
mod toolchain;
mod tools;

use anyhow::{Context, Result, bail};
use std::process::ExitCode;
use test::Sweep;

const HELP: &str = "\
Usage: cargo xtask <command>

Commands:
  serve [--port N]   build the site if its sources changed, and serve it on http://127.0.0.1:8080
  build              leave the static site in dist/, print its sizes and check them against the budget
  bundle             write the site as one file, hopscope.html, and as a SCORM package, into bundle/
                     [--lessons visit,dns]: only these count for the score of the package
  test [STEP]...     run every step, or only those named: fmt lint native export swarm wasm ui build parity e2e
  test --full ...    the same with longer sweeps: 20,000 seeds in the step swarm
  conformance        run the real HAProxy and nginx beside the engine on random cases, which must agree
                     [--seed N] [--haproxy N] [--nginx N], or [FILE]..., or [--recordings], or
                     [--export N] to run N cases with the configuration files that the export writes
  fuzz [TARGET] [--seconds N]
                     let libFuzzer try what reads strangers' texts: address, scenario, link, run, haproxy, picture, message;
                     it needs a C++ compiler
  bench [WHAT]       measure speed: web, peers, variants or frames; `cargo xtask bench help` tells more
  help               print this text

What is missing on this machine is installed on the way, into .tools/ of the project where possible.";

const DEFAULT_PORT: u16 = 8080;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match run_command(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("xtask: {problem:#}");
            ExitCode::FAILURE
        }
    }
}

fn run_command(arguments: &[&str]) -> Result<()> {
    match arguments {
        ["serve", options @ ..] => serve::command(port(options)?),
        ["build"] => site::build_and_measure(),
        ["bundle", options @ ..] => bundle::command(options),
        ["fuzz", options @ ..] => fuzz::command(options),
        ["bench", options @ ..] => bench::command(options),
        ["test", "--full", steps @ ..] => test::command(steps, Sweep::Full),
        ["test", steps @ ..] => test::command(steps, Sweep::Usual),
        #[cfg(target_os = "linux")]
        ["conformance", options @ ..] => conformance::command(options),
        #[cfg(not(target_os = "linux"))]
        ["conformance", ..] => {
            bail!("`conformance` needs Linux, where every address 127.x.y.z is there to connect from.")
        }
        ["help" | "--help" | "-h"] => {
            println!("{HELP}");
            Ok(())
        }
        [] => bail!(
            "which command? One of `serve`, `build`, `bundle`, `test`, `bench` and `conformance`; `cargo xtask help` tells more."
        ),
        _ => bail!("`{}` is not a command; see `cargo xtask help`.", arguments.join(" ")),
    }
}

fn port(options: &[&str]) -> Result<u16> {
    let number = match options {
        [] => return Ok(DEFAULT_PORT),
        ["--port", number] => number,
        [option] if option.starts_with("--port=") => &option["--port=".len()..],
        _ => bail!("`serve` takes only `--port N`, as in `cargo xtask serve --port 8081`."),
    };
    number.parse().with_context(|| format!("`{number}` is not a port; choose a number up to 65535"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_port_is_8080_unless_told() {
        assert_eq!(port(&[]).unwrap(), 8080);
        assert_eq!(port(&["--port", "8081"]).unwrap(), 8081);
        assert_eq!(port(&["--port=9000"]).unwrap(), 9000);
        for wrong in [&["--port", "70000"][..], &["--port"], &["8081"]] {
            assert!(port(wrong).is_err(), "{wrong:?}");
        }
    }
}
