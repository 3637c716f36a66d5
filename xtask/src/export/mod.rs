//! The step `export`: the real programs accept the configuration files of every shipped scenario, databases replicate with them,
//! HAProxy and nginx serve with them what the explorer says, and Prometheus' tool can read its metrics.

mod mariadb;
mod programs;
mod scenarios;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use crate::apt;
use crate::conformance::{engine, of_exported_files};
use crate::run::{cargo, find_on_path, output_of, program, root, run};
use programs::{KINDS, Kind};

/// Cases that are run with exported files.
const LIVE_CASES: usize = 36;

/// Programs with the packages of Debian that have them.
const PACKAGES: [(&str, &str); 11] = [
    ("haproxy", "haproxy"),
    ("nginx", "nginx"),
    ("mariadbd", "mariadb-server"),
    ("named-checkzone", "bind9-utils"),
    ("nft", "nftables"),
    ("promtool", "prometheus"),
    ("keepalived", "keepalived"),
    ("killall", "psmisc"),
    ("openssl", "openssl"),
    ("docker-compose", "docker-compose"),
    ("python3", "python3"),
];

/// The whole step. What is not installed and cannot be is skipped, and named.
pub fn check() -> Result<()> {
    let missing = PACKAGES.iter().filter(|(name, _)| find(name).is_none());
    let missing: Vec<&str> = missing.map(|(_, package)| *package).collect();
    if !missing.is_empty() && apt::may_install() {
        apt::install_packages(&missing)?;
    }
    let place = root().join("target").join("export");
    let folders = scenarios::export(&place)?;
    scenarios::refuse(&place)?;
    let mut skipped = Vec::new();
    for kind in &KINDS {
        match find(kind.program).filter(|program| (kind.works)(program)) {
            Some(program) => check_kind(kind, &program, &folders)?,
            None => skipped.push(kind.program),
        }
    }
    match find("mariadbd") {
        Some(server) => mariadb::check(&server, &folders)?,
        None => skipped.push("mariadbd"),
    }
    if find("haproxy").is_some() && find("nginx").is_some() {
        of_exported_files(1, LIVE_CASES)?;
    } else {
        skipped.push("running HAProxy and nginx");
    }
    // What reads their files back knows what they know.
    run(cargo().args(["test", "--test", "haproxy_cfg", "the_real_program", "--", "--nocapture"]))?;
    if find("promtool").is_some() {
        run(cargo().args(["test", "--test", "record", "--", "--ignored", "promtool"]))?;
    }
    if !skipped.is_empty() {
        println!("Skipped, for want of the program or of the right to use it: {}.", skipped.join(", "));
    }
    Ok(())
}

/// Where a program is. A user's PATH may lack the folder of system programs.
fn find(name: &str) -> Option<PathBuf> {
    let system = || Some(PathBuf::from("/usr/sbin").join(name)).filter(|path| path.is_file());
    find_on_path(name).or_else(system)
}

fn is_root() -> bool {
    output_of(program("id").arg("-u")).as_deref() == Some("0")
}

/// The program accepts every file of its kind, and refuses one with nonsense in it.
fn check_kind(kind: &Kind, program: &Path, folders: &[PathBuf]) -> Result<()> {
    let mut files: Vec<PathBuf> = folders.iter().flat_map(|folder| files_below(folder)).collect();
    files.retain(|path| path.to_string_lossy().ends_with(kind.end));
    let last = files.last().with_context(|| format!("no file ends with {}", kind.end))?;
    for file in &files {
        let said = asked(kind, program, file)?;
        ensure!(said.is_ok(), "{} refuses {}:\n{}", kind.program, file.display(), said.unwrap_or_else(|text| text));
    }
    let spoilt = last.with_file_name(format!("spoilt-{}", last.file_name().unwrap_or_default().to_string_lossy()));
    fs::write(&spoilt, fs::read_to_string(last)? + "\n}nonsense{ (\n")?;
    ensure!(asked(kind, program, &spoilt)?.is_err(), "{} accepts nonsense", kind.program);
    fs::remove_file(spoilt)?;
    println!("{} accepts {} files.", kind.program, files.len());
    Ok(())
}

/// What the program says of a file: `Ok` if it accepts it.
fn asked(kind: &Kind, path: &Path, file: &Path) -> Result<Result<String, String>> {
    let mut command = program(path);
    (kind.ask)(&mut command, file)?;
    let output = command.output().with_context(|| format!("{} could not be started", kind.program))?;
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said).into_owned();
    Ok(if output.status.success() { Ok(said) } else { Err(said) })
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for path in crate::site::sorted_entries(folder).unwrap_or_default() {
        if path.is_dir() { files.extend(files_below(&path)) } else { files.push(path) }
    }
    files
}
