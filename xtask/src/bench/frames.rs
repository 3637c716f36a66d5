//! How the built page does in headless Chromium, against its budgets: scripts of `tests/e2e`.

use crate::run::{program, root, run};
use crate::{browser, serve, site, test, toolchain};
use anyhow::Result;

/// How smoothly it draws.
pub fn measure() -> Result<()> {
    measure_by("frames.mjs")
}

/// Whether it grows in thirty simulated hours.
pub fn measure_hours() -> Result<()> {
    measure_by("hours.mjs")
}

fn measure_by(script: &str) -> Result<()> {
    let chromium = browser::chromium()?;
    let folder = root().join("tests").join("e2e");
    test::install_packages(&folder)?;
    site::build()?;
    let listener = serve::listen(0)?;
    let address = format!("http://{}/", listener.local_addr()?);
    serve::start(listener, site::dist(), "/")?;
    let script = folder.join(script);
    run(program(toolchain::node()?).arg(script).env("HOPSCOPE_URL", address).env("CHROMIUM", chromium))
}
