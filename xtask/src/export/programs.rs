//! How each program is asked whether it accepts a file.

use std::fs;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::conformance::exported::on_loopback;
use crate::run::{output_of, program};

/// A kind of file, and who knows whether it is right.
pub struct Kind {
    pub program: &'static str,
    /// How the names of its files end.
    pub end: &'static str,
    /// Whether the program can be used here.
    pub works: fn(&Path) -> bool,
    /// Gives the program a file to check.
    pub ask: fn(&mut Command, &Path) -> Result<()>,
}

pub const KINDS: [Kind; 8] = [
    Kind { program: "haproxy", end: "haproxy.cfg", works: |_| true, ask: haproxy },
    Kind { program: "nginx", end: "nginx.conf", works: |_| true, ask: nginx },
    Kind { program: "named-checkzone", end: "foobar.com.zone", works: |_| true, ask: zone },
    Kind { program: "nft", end: "nftables.conf", works: may_filter, ask: nftables },
    Kind { program: "promtool", end: "prometheus.yml", works: |_| true, ask: prometheus },
    Kind {
        program: "keepalived",
        end: "keepalived.conf",
        works: |_| super::is_root() && interface().is_some(),
        ask: keepalived,
    },
    Kind { program: "docker-compose", end: "compose.yaml", works: |_| true, ask: compose },
    Kind { program: "python3", end: ".py", works: |_| true, ask: python },
];

/// `-dW` makes every warning an error, but for the one of a server that may take for ever.
fn haproxy(command: &mut Command, file: &Path) -> Result<()> {
    let waits_for_ever = fs::read_to_string(file)?.contains("timeout server 0ms");
    command.args(if waits_for_ever { &["-c"][..] } else { &["-c", "-dW"] }).arg("-f").arg(on_loopback_beside(file)?);
    Ok(())
}

fn nginx(command: &mut Command, file: &Path) -> Result<()> {
    let file = on_loopback_beside(file)?;
    let folder = file.parent().context("a file lies in a folder")?;
    command.arg("-t").arg("-p").arg(folder).arg("-c").arg(&file).args(["-e", "error.log"]);
    Ok(())
}

/// The file for loopback in a folder of its own, with a certificate where it may look for one.
fn on_loopback_beside(file: &Path) -> Result<std::path::PathBuf> {
    let folder = file.with_extension("loopback");
    fs::create_dir_all(&folder)?;
    let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, crate::conformance::apps::free_port()?));
    let text = on_loopback(&fs::read_to_string(file)?, listen, &[], &folder)?;
    if text.contains(".pem") {
        certificate(&folder)?;
    }
    let file = folder.join(file.file_name().context("a file has a name")?);
    fs::write(&file, text)?;
    Ok(file)
}

/// A certificate signed by itself, as the one of `compose.yaml`.
fn certificate(folder: &Path) -> Result<()> {
    let (key, ca) = (folder.join("key.pem"), folder.join("ca.pem"));
    let mut openssl = program("openssl");
    openssl.args(["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=www.foobar.com", "-days", "2"]);
    openssl.arg("-keyout").arg(&key).arg("-out").arg(&ca);
    ensure!(output_of(&mut openssl).is_some(), "openssl makes no certificate");
    fs::write(folder.join("www.foobar.com.pem"), fs::read_to_string(ca)? + &fs::read_to_string(key)?)?;
    Ok(())
}

fn zone(command: &mut Command, file: &Path) -> Result<()> {
    command.arg("foobar.com").arg(file);
    Ok(())
}

/// Rules are checked by the kernel, for which one must be allowed to.
fn may_filter(nft: &Path) -> bool {
    output_of(program(nft).args(["list", "tables"])).is_some()
}

fn nftables(command: &mut Command, file: &Path) -> Result<()> {
    command.args(["-c", "-f"]).arg(file);
    Ok(())
}

fn prometheus(command: &mut Command, file: &Path) -> Result<()> {
    command.args(["check", "config"]).arg(file);
    Ok(())
}

/// A network interface that is not loopback, which keepalived refuses.
fn interface() -> Option<String> {
    let names = fs::read_dir("/sys/class/net").ok()?.flatten().map(|entry| entry.file_name());
    let mut names: Vec<String> = names.filter_map(|name| name.into_string().ok()).filter(|name| name != "lo").collect();
    names.sort();
    names.into_iter().next()
}

/// The file says what to do with its `eth0`: put one that is there. Its script runs as root, which only root can promise.
fn keepalived(command: &mut Command, file: &Path) -> Result<()> {
    let text = fs::read_to_string(file)?.replace("eth0", &interface().unwrap_or_default());
    let file = file.with_extension("here");
    fs::write(&file, text)?;
    command.arg("-t").arg("-f").arg(file);
    Ok(())
}

fn compose(command: &mut Command, file: &Path) -> Result<()> {
    command.arg("-f").arg(file).args(["config", "--quiet"]);
    Ok(())
}

fn python(command: &mut Command, file: &Path) -> Result<()> {
    command.args(["-c", "import sys; compile(open(sys.argv[1]).read(), sys.argv[1], 'exec')"]).arg(file);
    Ok(())
}
