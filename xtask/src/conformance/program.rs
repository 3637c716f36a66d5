//! What the real HAProxy and the real nginx have in common: a process of its own for each case, and a log.

use std::fs;
use std::net::SocketAddr;
use std::os::unix::net::UnixDatagram;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::{Map, Value};

use super::board::Board;
use crate::run::find_on_path;

/// The word by which lines about visits are found in the log.
pub const LOG_MARK: &str = "visit=";

pub trait Program: Send {
    /// Where it takes requests.
    fn address(&self) -> SocketAddr;

    /// How many requests wait in its queues.
    fn queued(&self) -> Result<usize>;

    /// Does what an event tells the program itself; false if the event is none of its own.
    fn administer(&mut self, event: &Value) -> Result<bool>;

    /// Does something while the program stands still, so that it sees all the consequences at once: when a process dies, all
    /// its connections end at the same moment.
    fn while_stopped(&self, action: &mut dyn FnMut() -> Result<()>) -> Result<()> {
        action()
    }
}

/// What follows the mark in a line of the log.
pub fn after_mark(line: &str) -> Option<&str> {
    line.split_once(LOG_MARK).map(|(_, rest)| rest)
}

/// A folder for the files of one case, which goes when the case is over.
pub struct Folder(PathBuf);

impl Folder {
    pub fn new() -> Result<Self> {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        // Paths of sockets must be short, so this is not below the project.
        let path = std::env::temp_dir().join(format!("hopscope-{}-{number}", std::process::id()));
        fs::create_dir_all(&path).with_context(|| format!("cannot make {}", path.display()))?;
        Ok(Self(path))
    }

    pub fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.0));
    }
}

/// A program that is told to end when this one ends, even if that is killed: util-linux's `setpriv` asks the kernel to.
pub fn bound(program: &Path) -> Command {
    let Some(setpriv) = find_on_path("setpriv") else {
        return Command::new(program);
    };
    let mut command = Command::new(setpriv);
    command.args(["--pdeathsig", "TERM", "--"]).arg(program);
    command
}

/// A running program, stopped when dropped.
pub struct Running(Child);

impl Running {
    /// Starts the program and waits until it is ready.
    pub fn start(command: &mut Command, ready: impl Fn() -> bool) -> Result<Self> {
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut running = Self(command.spawn().context("the program could not be started")?);
        let deadline = Instant::now() + Duration::from_secs(20);
        while !ready() {
            if running.0.try_wait()?.is_some() || Instant::now() > deadline {
                bail!("the program did not start: {}", running.complaint());
            }
            thread::sleep(Duration::from_millis(2));
        }
        // From here on nobody reads what it says, which must not block it.
        if let Some(mut stderr) = running.0.stderr.take() {
            thread::spawn(move || std::io::copy(&mut stderr, &mut std::io::sink()));
        }
        Ok(running)
    }

    pub fn while_stopped(&self, action: &mut dyn FnMut() -> Result<()>) -> Result<()> {
        self.signal("-STOP")?;
        let result = action();
        self.signal("-CONT")?;
        result
    }

    pub fn signal(&self, name: &str) -> Result<()> {
        self.send(name, &self.0.id().to_string())
    }

    /// Signals the program with all that it has started, if it was started as the head of a group of its own.
    pub fn signal_all(&self, name: &str) -> Result<()> {
        self.send(name, &format!("-{}", self.0.id()))
    }

    fn send(&self, signal: &str, to: &str) -> Result<()> {
        let status = Command::new("kill").args([signal, "--", to]).status()?;
        if !status.success() {
            bail!("the program is gone");
        }
        Ok(())
    }

    fn complaint(&mut self) -> String {
        drop(self.0.kill());
        let mut text = String::new();
        if let Some(mut stderr) = self.0.stderr.take() {
            drop(std::io::Read::read_to_string(&mut stderr, &mut text));
        }
        text.trim().to_owned()
    }
}

impl Drop for Running {
    /// SIGTERM, since a master that is killed leaves its worker behind.
    fn drop(&mut self) {
        drop(self.signal("-TERM"));
        drop(self.0.wait());
    }
}

/// Reads the log as long as the sender of the case lives. `parse` finds in a line the number of the visit and what is said of it.
pub fn listen_to_log(
    path: &Path,
    board: &Arc<Board>,
    parse: impl Fn(&str) -> Option<(usize, Map<String, Value>)> + Send + 'static,
) -> Result<()> {
    let socket = UnixDatagram::bind(path).with_context(|| format!("cannot listen at {}", path.display()))?;
    // The program may run as another user.
    fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o777))?;
    socket.set_read_timeout(Some(Duration::from_millis(200)))?;
    let board = Arc::downgrade(board);
    thread::spawn(move || {
        let mut buffer = [0; 4096];
        while let Some(board) = board.upgrade() {
            let Ok(length) = socket.recv(&mut buffer) else {
                continue;
            };
            let line = String::from_utf8_lossy(&buffer[..length]);
            if let Some((visit, said)) = parse(&line) {
                board.write(|facts| {
                    let event = facts.event;
                    if let Some(visit) = facts.visits.get_mut(visit) {
                        visit.logged = Some((said, event));
                    }
                });
            }
        }
    });
    Ok(())
}
