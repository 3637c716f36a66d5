//! How smoothly the built page draws in headless Chromium, against the budget of a frame: `tests/e2e/frames.mjs`.

use crate::run::{program, root, run};
use crate::{browser, serve, site, test, toolchain};
use anyhow::Result;

pub fn measure() -> Result<()> {
    let chromium = browser::chromium()?;
    let folder = root().join("tests").join("e2e");
    test::install_packages(&folder)?;
    site::build()?;
    let listener = serve::listen(0)?;
    let address = format!("http://{}/", listener.local_addr()?);
    serve::start(listener, site::dist(), "/")?;
    let script = folder.join("frames.mjs");
    run(program(toolchain::node()?).arg(script).env("HOPSCOPE_URL", address).env("CHROMIUM", chromium))
}
