//! Debian's packages, installed where that needs no question: as root.

use crate::run::{find_on_path, install, output_of, program};
use anyhow::Result;
use std::path::Path;

pub fn may_install() -> bool {
    Path::new("/etc/debian_version").exists()
        && find_on_path("apt-get").is_some()
        && output_of(program("id").arg("-u")).as_deref() == Some("0")
}

pub fn install_packages(names: &[&str]) -> Result<()> {
    println!("Installing {} with apt-get: usually 1 minute.", names.join(" and "));
    let apt = || {
        let mut command = program("apt-get");
        // Runlevel 1 keeps packages from starting their services.
        command.env("DEBIAN_FRONTEND", "noninteractive").env("RUNLEVEL", "1").args(["--yes", "--quiet"]);
        command
    };
    install("the list of packages", apt().arg("update"))?;
    install(names[0], apt().args(["install", "--no-install-recommends"]).args(names))
}
