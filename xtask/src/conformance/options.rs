//! The arguments of `cargo xtask conformance`.

use std::path::PathBuf;

use anyhow::{Context, Result, bail, ensure};

/// Where the cases come from.
#[derive(Debug, PartialEq, Eq)]
pub enum Source {
    /// So many of each kind, from a seed.
    Random { seed: u64, haproxy: usize, nginx: usize },
    /// So many, from a seed, run with the files that the export writes.
    Exported { seed: u64, count: usize },
    /// The recordings of the project, which must come out as they are recorded: this checks the runner itself.
    Recordings,
    /// These files.
    Files(Vec<PathBuf>),
}

pub fn parse(arguments: &[&str]) -> Result<Source> {
    let (mut seed, mut haproxy, mut nginx) = (1, 200, 100);
    let (mut exported, mut recordings, mut files) = (None, false, Vec::new());
    let mut arguments = arguments.iter();
    while let Some(argument) = arguments.next() {
        let mut number = || -> Result<u64> {
            let text = arguments.next().with_context(|| format!("`{argument}` needs a number"))?;
            text.parse().with_context(|| format!("`{text}` is not a number for `{argument}`"))
        };
        match *argument {
            "--seed" => seed = number()?,
            "--haproxy" => haproxy = number()? as usize,
            "--nginx" => nginx = number()? as usize,
            "--export" => exported = Some(number()? as usize),
            "--recordings" => recordings = true,
            option if option.starts_with('-') => bail!("`conformance` has no option `{option}`"),
            file => files.push(PathBuf::from(file)),
        }
    }
    ensure!(!recordings || files.is_empty(), "either `--recordings` or files, not both");
    if let Some(count) = exported {
        ensure!(!recordings && files.is_empty(), "either `--export` or others, not both");
        return Ok(Source::Exported { seed, count });
    }
    Ok(match (recordings, files.is_empty()) {
        (true, _) => Source::Recordings,
        (false, false) => Source::Files(files),
        (false, true) => Source::Random { seed, haproxy, nginx },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_arguments_200_and_100_cases_are_run() {
        assert_eq!(parse(&[]).unwrap(), Source::Random { seed: 1, haproxy: 200, nginx: 100 });
        let asked = parse(&["--seed", "7", "--nginx", "0"]).unwrap();
        assert_eq!(asked, Source::Random { seed: 7, haproxy: 200, nginx: 0 });
        assert_eq!(parse(&["--recordings"]).unwrap(), Source::Recordings);
        assert_eq!(parse(&["a.json"]).unwrap(), Source::Files(vec!["a.json".into()]));
        assert_eq!(parse(&["--export", "60", "--seed", "2"]).unwrap(), Source::Exported { seed: 2, count: 60 });
        for wrong in [
            &["--export", "1", "--recordings"][..],
            &["--seed"],
            &["--seed", "x"],
            &["--fast"],
            &["--recordings", "a.json"],
        ] {
            assert!(parse(wrong).is_err(), "{wrong:?}");
        }
    }
}
