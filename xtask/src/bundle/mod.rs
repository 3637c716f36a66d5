//! `cargo xtask bundle`: the site in forms that travel, in `bundle/`: one file for a double click, and a package for learning management
//! systems.

mod scorm;
mod single;

use crate::run::root;
use crate::site::{self, dist};
use anyhow::{Context, Result};
use std::fs;
use std::path::PathBuf;

/// The folder of what is written.
fn folder() -> PathBuf {
    root().join("bundle")
}

/// Builds the site, if its sources changed, and writes everything that is made of it; prints the sizes.
pub fn write() -> Result<()> {
    site::build()?;
    let folder = folder();
    fs::create_dir_all(&folder)?;
    for (name, content) in
        [("hopscope.html", single::page(&dist())?.into_bytes()), ("scorm12.zip", scorm::package(&dist())?)]
    {
        println!("{:>10} bytes  {}", content.len(), folder.join(name).display());
        fs::write(folder.join(name), content).with_context(|| name.to_owned())?;
    }
    Ok(())
}
