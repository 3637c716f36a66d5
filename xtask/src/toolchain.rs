//! Checks for what the machine itself must bring, Rust and Node, and completes the former by rustup.

use crate::run::{cargo, find_on_path, install, output_of, program};
use anyhow::{Result, bail};
use std::path::{Path, PathBuf};

const OLDEST_NODE: u32 = 20;

/// Makes sure that Rust can compile to WebAssembly.
pub fn wasm_target() -> Result<()> {
    const TARGET: &str = "wasm32-unknown-unknown";
    let libraries = output_of(program("rustc").args(["--print", "target-libdir", "--target", TARGET]));
    if libraries.is_some_and(|folder| Path::new(&folder).is_dir()) {
        return Ok(());
    }
    rustup("target", TARGET)
}

/// Makes sure that `cargo fmt` or `cargo clippy` is there.
pub fn component(name: &str, cargo_command: &str) -> Result<()> {
    if output_of(cargo().args([cargo_command, "--version"])).is_some() {
        return Ok(());
    }
    rustup("component", name)
}

/// Adds a `target` or a `component` to the toolchain in use.
fn rustup(kind: &str, name: &str) -> Result<()> {
    let Some(rustup) = find_on_path("rustup") else {
        bail!("The Rust {kind} {name} is missing, and so is rustup, which adds it; install it from https://rustup.rs.");
    };
    println!("Adding the Rust {kind} {name} by rustup: usually 10 seconds.");
    install(name, program(rustup).args([kind, "add", name]))
}

/// The path of Node, which runs `wasm-opt` and the tests in the browser.
pub fn node() -> Result<PathBuf> {
    let Some(node) = find_on_path("node") else {
        bail!("Node.js {OLDEST_NODE} or newer is needed; install it from https://nodejs.org and run this again.");
    };
    let version = output_of(program(&node).arg("--version")).unwrap_or_default();
    let major = version.trim_start_matches('v').split('.').next().and_then(|number| number.parse().ok());
    if major.is_none_or(|major: u32| major < OLDEST_NODE) {
        bail!("Node.js {OLDEST_NODE} or newer is needed, this is {version}; install one from https://nodejs.org.");
    }
    Ok(node)
}

/// The path of npm, which comes with Node.
pub fn npm() -> Result<PathBuf> {
    node()?;
    let Some(npm) = find_on_path("npm") else {
        bail!("npm, which usually comes with Node.js, is missing; install it (`apt-get install npm` on Debian).");
    };
    Ok(npm)
}
