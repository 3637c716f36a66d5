//! The engine against itself: what each feature and each size costs.

use super::Size;
use super::contest::{Contestant, alternate, print};
use super::native;
use anyhow::Result;

/// A plain run and what it is compared with.
struct Comparison {
    what: &'static str,
    /// Whether wall time is measured: the system tells the processor time of a run of a few milliseconds by the tick.
    by_wall: bool,
    /// The options of each contestant; `--requests` is added where it is not named.
    contestants: &'static [(&'static str, &'static str)],
}

const COMPARISONS: [Comparison; 5] = [
    Comparison {
        by_wall: false,
        what: "time-outs that are nearly always cancelled: at most 20 % (without/with at most 1.25)",
        contestants: &[("without", "--timeouts 0"), ("with", "")],
    },
    Comparison {
        by_wall: false,
        what: "100 copies of the system in one order of events: at least 0.55 of the speed (one/100 at most 1.82)",
        contestants: &[("one", ""), ("100 copies", "--copies 100")],
    },
    Comparison {
        by_wall: false,
        what: "a trace of 1 request in 100",
        contestants: &[("without", ""), ("with", "--trace-one-in 100")],
    },
    Comparison {
        by_wall: true,
        what: "length of the run: less than 15 % from the shortest to the longest",
        contestants: &[
            ("10^4 requests", "--requests 10000"),
            ("10^5 requests", "--requests 100000"),
            ("10^6 requests", "--requests 1000000"),
            ("10^7 requests", "--requests 10000000"),
        ],
    },
    Comparison {
        by_wall: false,
        what: "web servers: less than 2 times from 2 to 64",
        contestants: &[("2", ""), ("8", "--webs 8"), ("64", "--webs 64")],
    },
];

pub fn compare(size: Size) -> Result<()> {
    let engine = native::build()?;
    for Comparison { what, by_wall, contestants } in &COMPARISONS {
        println!("\n{what}");
        let mut words = contestants.iter().map(|(_, words)| words.split_whitespace().collect::<Vec<_>>());
        if let Some(problem) = words.find_map(|words| engine.refuses(&words)) {
            println!("not measured: {problem}");
            continue;
        }
        let requests = size.requests.to_string();
        let options = |words: &'static str| {
            let mut words: Vec<&str> = words.split_whitespace().collect();
            if !words.contains(&"--requests") {
                words.extend(["--requests", requests.as_str()]);
            }
            words
        };
        let contestants = contestants.iter().map(|(name, words)| {
            let options = options(words);
            let engine = &engine;
            Contestant::new(*name, move || {
                let line = engine.run(&options)?;
                Ok(if *by_wall { line } else { line.by_cpu() })
            })
        });
        print(&alternate(contestants.collect(), size.rounds)?);
    }
    Ok(())
}
