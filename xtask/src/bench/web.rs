//! The engine in WebAssembly in Chromium against the same example compiled for this machine. The module is made as the
//! site's is: the same profile, the same wasm-bindgen, and the options of wasm-opt that index.html gives to trunk.

use super::Size;
use super::contest::{Contestant, alternate, print, ratio};
use super::line::Line;
use super::native::{self, target_folder};
use crate::run::{cargo, program, root, run};
use crate::tools::{WASM_BINDGEN, WASM_OPT};
use crate::{browser, serve, test, toolchain};
use anyhow::{Context, Result, ensure};
use std::fs;
use std::path::PathBuf;

/// What is asked of WebAssembly, as a share of the native speed.
const TARGET: f64 = 0.85;
/// The page of the benchmark, and its script.
const PAGE: [&str; 2] = ["benches/web/index.html", "benches/web/page.js"];

pub fn compare(size: Size) -> Result<()> {
    let chromium = browser::chromium()?;
    test::install_packages(&root().join("tests").join("e2e"))?;
    let native = native::build()?;
    let listener = serve::listen(0)?;
    let address = format!("http://{}/", listener.local_addr()?);
    serve::start(listener, build()?, "/")?;
    let node = toolchain::node()?;

    let requests = size.requests.to_string();
    let options = ["--requests", requests.as_str()];
    let contestants = vec![
        Contestant::new("WebAssembly", || {
            let script = root().join("tests").join("e2e").join("throughput.mjs");
            let mut page = program(&node);
            Line::of(page.arg(script).args(options).env("HOPSCOPE_URL", &address).env("CHROMIUM", &chromium))
        }),
        Contestant::new("native", || native.run(&options)),
    ];
    println!("\n{requests} requests, {} rounds", size.rounds);
    let all = alternate(contestants, size.rounds)?;
    print(&all);
    println!("WebAssembly/native: {:.3}, wanted {TARGET}", ratio(&all[0], &all[1]));
    let mut digests = all.iter().flat_map(|runs| &runs.lines).map(Line::digest);
    let first = digests.next().flatten();
    ensure!(first.is_some() && digests.all(|digest| digest == first), "the runs do not have the same digest");
    println!("All runs have the digest {}.", first.unwrap_or_default());
    Ok(())
}

/// Builds the folder of the page with the example.
fn build() -> Result<PathBuf> {
    toolchain::wasm_target()?;
    let (bindgen, optimiser) = (WASM_BINDGEN.ready()?, WASM_OPT.ready()?);
    run(cargo().args(["build", "--profile", "site", "--target", "wasm32-unknown-unknown", "--example", "throughput"]))?;
    let target = target_folder()?;
    let module = target.join("wasm32-unknown-unknown").join("site").join("examples").join("throughput.wasm");
    let folder = target.join("bench-web");
    run(program(bindgen).args(["--target", "web", "--no-typescript", "--out-dir"]).arg(&folder).arg(module))?;
    let module = folder.join("throughput_bg.wasm");
    run(program(optimiser)
        .args(wasm_opt_options(&fs::read_to_string(root().join("index.html"))?)?)
        .arg("--output")
        .arg(&module)
        .arg(&module))?;
    for file in PAGE.map(|file| root().join(file)) {
        fs::copy(&file, folder.join(file.file_name().unwrap_or_default()))
            .with_context(|| file.display().to_string())?;
    }
    Ok(folder)
}

/// What index.html tells trunk to give to wasm-opt.
fn wasm_opt_options(page: &str) -> Result<Vec<String>> {
    let attribute = |name: &str| {
        let start = page.split_once(&format!("{name}=\"")).map(|(_, rest)| rest);
        start
            .and_then(|rest| rest.split_once('"'))
            .map(|(value, _)| value)
            .with_context(|| format!("index.html has no {name}"))
    };
    let level = format!("-O{}", attribute("data-wasm-opt")?);
    Ok(std::iter::once(level).chain(attribute("data-wasm-opt-params")?.split_whitespace().map(str::to_owned)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_options_of_wasm_opt_are_those_of_the_site() {
        let page = r#"<link data-trunk data-wasm-opt="z" data-wasm-opt-params="--enable-a --enable-b">"#;
        assert_eq!(wasm_opt_options(page).unwrap(), ["-Oz", "--enable-a", "--enable-b"]);
        assert!(wasm_opt_options("<link>").is_err());
        assert!(wasm_opt_options(&fs::read_to_string(root().join("index.html")).unwrap()).is_ok());
        assert!(PAGE.iter().all(|file| root().join(file).is_file()));
    }
}
