//! `cargo xtask conformance`: random cases on the real HAProxy and nginx and on the engine, side by side.

pub mod apps;
mod board;
mod client;
mod compare;
mod conduct;
mod draft;
pub mod engine;
pub mod exported;
mod exported_cases;
mod haproxy;
mod haproxy_cases;
mod nginx;
mod nginx_cases;
mod options;
pub mod program;
mod random;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::sync::Mutex;
use std::time::Instant;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::run::{find_on_path, output_of, program, root, spoken};
use conduct::{Programs, observe};
use options::Source;

/// The versions of the recordings, which the engine follows.
const HAPROXY_VERSION: &str = "2.6.";
const NGINX_VERSION: &str = "nginx/1.22.";

/// Cases that run at the same time. Most of their time is spent waiting, but too many at once would disturb each other.
const WORKERS: usize = 4;

const SIGN_OF_LIFE_EVERY: usize = 25;

struct Case {
    file: PathBuf,
    inputs: Value,
}

impl Case {
    /// Where its exported files are, if it is to be run with them.
    fn folder(&self) -> Option<PathBuf> {
        exported_cases::is_one(self.name()).then(|| self.file.with_extension("files"))
    }

    fn name(&self) -> &str {
        self.inputs["case"].as_str().unwrap_or_default()
    }
}

/// Runs the cases that the arguments ask for; any difference is an error.
pub fn command(arguments: &[&str]) -> Result<()> {
    run_all(&options::parse(arguments)?)
}

/// Runs random cases with the files that the export writes for them.
pub fn of_exported_files(seed: u64, count: usize) -> Result<()> {
    run_all(&Source::Exported { seed, count })
}

fn run_all(source: &Source) -> Result<()> {
    let mut cases = cases(source)?;
    let is_exported = matches!(source, Source::Exported { .. });
    let programs = programs(&cases)?;
    let started = Instant::now();
    println!("Running {} cases on the real programs.", cases.len());
    let observed = observe_all(&mut cases, &programs, source)?;
    println!("The real programs took {}.", spoken(started.elapsed()));

    let (of, expected) = if *source == Source::Recordings {
        ("recording", cases.iter().map(|case| (case.name().to_owned(), case.inputs["observed"].clone())).collect())
    } else {
        ("engine", engine::replay(&cases.iter().map(|case| case.file.clone()).collect::<Vec<_>>(), is_exported)?)
    };
    let mut agreed = Vec::new();
    for (case, observed) in cases.iter_mut().zip(&observed) {
        let mut problem = problem(case, observed, (of, &expected));
        let folder = case.folder().filter(|_| problem.is_some());
        if folder.is_some() {
            // Health checks have time-outs, which a busy machine may not keep; what is wrong is wrong again.
            println!("{} is run once more, alone", case.name());
            let again = observe(&mut case.inputs, &programs, false, folder.as_deref());
            problem = self::problem(case, &again, (of, &expected));
        }
        agreed.push(problem.is_none());
        if let Some(problem) = problem {
            println!("{}: {problem}\n  {}", case.name(), case.file.display());
        }
    }
    println!("{}", summary(&cases, &agreed));
    if agreed.contains(&false) {
        bail!("the real programs and the {of} do not agree");
    }
    Ok(())
}

/// What the real programs make of every case, some at a time. What is no recording yet is written down as one.
fn observe_all(cases: &mut [Case], programs: &Programs, source: &Source) -> Result<Vec<Result<Value>>> {
    let is_random = matches!(source, Source::Random { .. } | Source::Exported { .. });
    let exported = cases.iter().filter_map(|case| Some((case.file.clone(), case.folder()?)));
    engine::export(&exported.collect::<Vec<_>>())?;
    let count = cases.len();
    let todo = Mutex::new(cases.iter_mut().enumerate());
    let results = Mutex::new(BTreeMap::new());
    std::thread::scope(|scope| {
        for _ in 0..WORKERS.min(count) {
            scope.spawn(|| {
                while let Some((index, case)) = {
                    let mut todo = todo.lock().expect("taking the next does not panic");
                    todo.next()
                } {
                    let folder = case.folder();
                    let result = observe(&mut case.inputs, programs, is_random, folder.as_deref());
                    let mut results = results.lock().expect("printing does not panic");
                    results.insert(index, result);
                    if results.len() % SIGN_OF_LIFE_EVERY == 0 {
                        println!("… {} of {count} cases done", results.len());
                    }
                }
            });
        }
    });
    let results: Vec<_> = results.into_inner().expect("all threads have ended").into_values().collect();
    for (case, result) in cases.iter().zip(&results).filter(|_| *source != Source::Recordings) {
        let mut recording = case.inputs.clone();
        recording["observed"] = result.as_ref().ok().cloned().into();
        write(&file_of(case.name())?, &recording)?;
    }
    Ok(results)
}

/// Why a case does not count as agreed, if it does not.
fn problem(case: &Case, observed: &Result<Value>, (of, expected): (&str, &BTreeMap<String, Value>)) -> Option<String> {
    let observed = match observed {
        Ok(observed) => observed,
        Err(problem) => return Some(format!("the real program could not be run: {problem:#}")),
    };
    let Some(expected) = expected.get(case.name()) else {
        return Some(format!("the {of} has nothing to compare with"));
    };
    let difference = compare::first_difference(("real", observed), (of, expected))?;
    Some(format!("they differ\n{difference}"))
}

fn summary(cases: &[Case], agreed: &[bool]) -> String {
    let part = |kind: &str, name: &str| {
        let of_kind = || cases.iter().zip(agreed).filter(|(case, _)| case.inputs["balancer"]["kind"] == kind);
        let good = of_kind().filter(|(_, agrees)| **agrees).count();
        format!("{good} of {} {name} cases", of_kind().count())
    };
    format!("{} and {} agree", part(haproxy_cases::KIND, "HAProxy"), part(nginx_cases::KIND, "nginx"))
}

fn cases(source: &Source) -> Result<Vec<Case>> {
    let read = |file: PathBuf| {
        let text = fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
        let inputs = serde_json::from_str(&text).with_context(|| format!("{} is not JSON", file.display()))?;
        Ok(Case { file: file.canonicalize()?, inputs })
    };
    match source {
        Source::Files(files) => files.iter().cloned().map(read).collect(),
        Source::Recordings => {
            let mut cases = Vec::new();
            for folder in [haproxy_cases::KIND, nginx_cases::KIND] {
                for file in crate::site::sorted_entries(&root().join("tests/goldens").join(folder))? {
                    cases.push(read(file)?);
                }
            }
            cases.retain(is_repeatable);
            Ok(cases)
        }
        Source::Exported { seed, count } => {
            println!("Seed {seed}: {count} random cases with exported files.");
            (0..*count).map(|number| written(exported_cases::generate(*seed, number))).collect()
        }
        Source::Random { seed, haproxy, nginx } => {
            println!("Seed {seed}: {haproxy} random cases for HAProxy, {nginx} for nginx.");
            let haproxy = (0..*haproxy).map(|number| haproxy_cases::generate(*seed, number));
            let nginx = (0..*nginx).map(|number| nginx_cases::generate(*seed, number));
            haproxy.chain(nginx).map(written).collect()
        }
    }
}

/// Whether a recording comes out the same each time and needs only what there is here: no chance, no health checks whose
/// moments count, no chain of balancer, web server and application.
fn is_repeatable(case: &Case) -> bool {
    let is_single = !case.name().starts_with("stack_");
    is_single && case.inputs["nondeterministic"] != true && case.inputs["balancer"]["check"].is_null()
}

fn written(inputs: Value) -> Result<Case> {
    let file = file_of(inputs["case"].as_str().unwrap_or_default())?;
    write(&file, &inputs)?;
    Ok(Case { file, inputs })
}

/// Where a case is written.
fn file_of(case: &str) -> Result<PathBuf> {
    let folder = root().join("target").join("conformance");
    fs::create_dir_all(&folder)?;
    Ok(folder.join(format!("{case}.json")))
}

fn write(file: &PathBuf, case: &Value) -> Result<()> {
    let text = serde_json::to_string_pretty(case)?;
    fs::write(file, text + "\n").with_context(|| format!("cannot write {}", file.display()))
}

/// The programs that the cases need, which are installed where that needs no question.
fn programs(cases: &[Case]) -> Result<Programs> {
    let mut programs = Programs::default();
    let is_needed = |kind: &str| cases.iter().any(|case| case.inputs["balancer"]["kind"] == kind);
    if is_needed(haproxy_cases::KIND) {
        programs.haproxy = found("haproxy", HAPROXY_VERSION)?;
    }
    if is_needed(nginx_cases::KIND) || cases.iter().any(|case| case.inputs.get("nginx_timeouts_ms").is_some()) {
        programs.nginx = found("nginx", NGINX_VERSION)?;
    }
    Ok(programs)
}

fn found(name: &str, version: &str) -> Result<PathBuf> {
    // A user's PATH may lack the folder of system programs, where Debian puts both.
    let find =
        || find_on_path(name).or_else(|| Some(PathBuf::from("/usr/sbin").join(name)).filter(|path| path.is_file()));
    if find().is_none() && crate::apt::may_install() {
        crate::apt::install_packages(&[name])?;
    }
    let path = find().with_context(|| {
        format!("{name} is needed, and only on Debian as root is it installed by itself: `sudo apt-get install {name}`")
    })?;
    // nginx tells its version on the error stream.
    let told = output_of(program("sh").args(["-c", "\"$0\" -v 2>&1"]).arg(&path)).unwrap_or_default();
    if !told.contains(version) {
        println!("The engine follows {name} {version}x; here is: {}", told.lines().next().unwrap_or("something else"));
    }
    Ok(path)
}
