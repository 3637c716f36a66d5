//! The same runs on this machine and in two browsers: their digests are compared within one step, none is written down.

use crate::run::{cargo, output_of, program, root, run};
use crate::test::install_packages;
use crate::{browser, serve, toolchain, tools};
use anyhow::{Context, Result};
use std::fs;
use std::path::PathBuf;

/// The whole of the step `parity`.
pub fn compare() -> Result<()> {
    let node = toolchain::node()?;
    let (chromium, firefox) = (browser::chromium()?, browser::firefox()?);
    let packages = root().join("tests").join("e2e");
    install_packages(&packages)?;

    let site = target().join("parity");
    fs::create_dir_all(&site)?;
    let native = site.join("native.txt");
    let example = ["--quiet", "--profile", "swarm", "--example", "parity"];
    run(cargo().arg("build").args(example))?;
    let digests = output_of(cargo().arg("run").args(example));
    fs::write(&native, digests.context("the runs of examples/parity.rs fail on this machine")?)?;
    build_wasm(&site)?;

    let listener = serve::listen(0)?;
    let address = format!("http://{}/", listener.local_addr()?);
    serve::start(listener, site, "/")?;
    run(program(node)
        .arg(packages.join("parity.mjs"))
        .env("PARITY_URL", address)
        .env("PARITY_NATIVE", native)
        .env("CHROMIUM", chromium)
        .env("FIREFOX", firefox))
}

/// Compiles the runs with the settings of the site, and writes a page that can call them into `site`.
fn build_wasm(site: &PathBuf) -> Result<()> {
    const TARGET: &str = "wasm32-unknown-unknown";
    toolchain::wasm_target()?;
    let bindgen = tools::WASM_BINDGEN.ready()?;
    run(cargo().args(["build", "--quiet", "--profile", "site", "--example", "parity", "--target", TARGET]))?;
    let module = target().join(TARGET).join("site").join("examples").join("parity.wasm");
    run(program(bindgen).args(["--target", "web", "--no-typescript", "--out-dir"]).arg(site).arg(module))?;
    fs::write(site.join("index.html"), "<!doctype html><title>Parity</title>\n")?;
    Ok(())
}

/// Where cargo puts what it builds.
fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from)
}
