//! Builds the static site into `dist`, and knows when that is not necessary.

use crate::run::{cargo, install, program, root, run, spoken};
use crate::sizes;
use crate::toolchain::wasm_target;
use crate::tools::{self, TERSER, TRUNK, WASM_BINDGEN, WASM_OPT};
use crate::{documents, embed, later, offline};
use anyhow::{Context, Result};
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Instant;

/// What lies in the project's folder and has no part in the site.
const NOT_SOURCES: [&str; 6] = ["bundle", "dist", "target", "tests", "benches", "node_modules"];

/// The folder of the built site.
pub fn dist() -> PathBuf {
    root().join("dist")
}

/// The whole of `cargo xtask build`: the site, its sizes, and an error when they are over the budget.
pub fn build_and_measure() -> Result<()> {
    build()?;
    sizes::report(&dist())
}

/// Builds the optimised site, unless `dist` holds it already.
pub fn build() -> Result<()> {
    // The sources are read before the build, so that an edit during it makes the next one build again.
    let sources = digest_of_sources()?;
    let stamp = root().join(".tools").join("dist-stamp");
    if fs::read_to_string(&stamp).is_ok_and(|written| written == stamp_text(sources)) {
        println!("The site in dist/ is up to date.");
        return Ok(());
    }
    // The quick ones first: nobody should wait for a compilation to learn that Node is missing.
    wasm_target()?;
    WASM_OPT.ready()?;
    TERSER.ready()?;
    WASM_BINDGEN.ready()?;
    let trunk = TRUNK.ready()?;
    install("the crates", cargo().args(["fetch", "--target", "wasm32-unknown-unknown"]))?;

    write_style_sheet()?;
    println!("Building the site: usually 1 minute the first time, half a minute later.");
    let started = Instant::now();
    run(program(trunk)
        .args(["build", "--release", "--skip-version-check"])
        .env("PATH", tools::path_with_tools())
        // Trunk takes the usual NO_COLOR=1 for a wrong argument.
        .env_remove("NO_COLOR")
        .env_remove("RUST_BACKTRACE"))?;
    let scripts = ["guard.js", "later.js", "start.js", "offline.js"]
        .map(|name| fs::read_to_string(root().join("assets").join(name)));
    later::take_out(&dist(), &scripts.into_iter().collect::<io::Result<String>>()?)?;
    offline::write(&dist())?;
    embed::write(&dist())?;
    documents::write(&dist())?;
    fs::write(stamp, stamp_text(sources))?;
    println!("Built the site into dist/ in {}.", spoken(started.elapsed()));
    Ok(())
}

/// Writes the style sheet that index.html names: `assets/css/site.css`, with what it imports in place.
fn write_style_sheet() -> Result<()> {
    let folder = root().join("assets").join("css");
    let mut whole = String::new();
    for line in fs::read_to_string(folder.join("site.css"))?.lines() {
        match line.strip_prefix("@import \"").and_then(|rest| rest.strip_suffix("\";")) {
            Some(name) => whole += &fs::read_to_string(folder.join(name)).with_context(|| name.to_owned())?,
            None => whole = whole + line + "\n",
        }
    }
    let target = root().join("target");
    fs::create_dir_all(&target)?;
    Ok(fs::write(target.join("site.css"), whole)?)
}

/// Tells the sources and what lies in `dist` apart from any others: a debug build there, say, is not taken for ours.
fn stamp_text(sources: u64) -> String {
    let mut hasher = DefaultHasher::new();
    match hash_folder(&dist(), &mut hasher).and_then(|()| hash_entry(&later::kept_script(), &mut hasher)) {
        Ok(()) => format!("{sources:016x} {:016x}", hasher.finish()),
        Err(_) => "no dist".to_owned(),
    }
}

fn digest_of_sources() -> io::Result<u64> {
    let mut hasher = DefaultHasher::new();
    for path in sorted_entries(&root())? {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if !name.starts_with('.') && !NOT_SOURCES.contains(&&*name) {
            hash_entry(&path, &mut hasher)?;
        }
    }
    Ok(hasher.finish())
}

fn hash_folder(folder: &Path, hasher: &mut DefaultHasher) -> io::Result<()> {
    sorted_entries(folder)?.iter().try_for_each(|path| hash_entry(path, hasher))
}

fn hash_entry(path: &Path, hasher: &mut DefaultHasher) -> io::Result<()> {
    path.hash(hasher);
    if path.is_dir() { hash_folder(path, hasher) } else { fs::read(path).map(|bytes| bytes.hash(hasher)) }
}

/// The entries of a folder in the order of their names.
pub fn sorted_entries(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut paths =
        fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path())).collect::<io::Result<Vec<_>>>()?;
    paths.sort();
    Ok(paths)
}
