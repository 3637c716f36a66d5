//! The example `throughput`, compiled for this machine.

use super::line::Line;
use crate::run::{cargo, output_of, program, run};
use anyhow::{Context, Result};
use std::env::consts::EXE_SUFFIX;
use std::path::PathBuf;

/// Builds the example.
pub fn build() -> Result<Native> {
    run(cargo().args(["build", "--release", "--example", "throughput"]))?;
    let program = target_folder()?.join("release").join("examples").join(format!("throughput{EXE_SUFFIX}"));
    Ok(Native { program })
}

/// The built example.
pub struct Native {
    program: PathBuf,
}

impl Native {
    /// Runs it with these options.
    pub fn run(&self, options: &[&str]) -> Result<Line> {
        Line::of(program(&self.program).args(options))
    }

    /// What it says against these options, if it does not take them.
    pub fn refuses(&self, options: &[&str]) -> Option<String> {
        self.run(&[options, &["--requests", "1"]].concat()).err().map(|problem| problem.to_string())
    }
}

/// Where cargo puts what it builds.
pub fn target_folder() -> Result<PathBuf> {
    let metadata = output_of(cargo().args(["metadata", "--format-version", "1", "--no-deps", "--offline"]));
    let metadata: serde_json::Value = serde_json::from_str(&metadata.context("`cargo metadata` failed")?)?;
    Ok(metadata["target_directory"].as_str().context("`cargo metadata` names no target directory")?.into())
}
