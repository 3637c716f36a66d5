//! Real servers with the exported `my.cnf`, and real replication by the exported statements.
//!
//! The files are written for MySQL 8. Debian has MariaDB, which has other names for the same: they are translated, word by word,
//! and whatever is not translated must be known to MariaDB as it stands, for it refuses options that it does not know.

use std::fs;
use std::io::Write;
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};

use super::{files_below, find, is_root};
use crate::conformance::apps::free_port;
use crate::conformance::program::{Folder, Running, bound};
use crate::run::{output_of, program};

/// Scenarios whose databases run at the same time: they mostly wait for the disk.
const WORKERS: usize = 3;

/// How long a row may take to the replica.
const PATIENCE: Duration = Duration::from_secs(20);

/// Options and words of MySQL 8, and what MariaDB 10.11 calls them. What becomes nothing is not there: MariaDB always has GTIDs,
/// has semi-synchronous replication built in, and no X protocol.
const DIALECT: [(&str, &str); 12] = [
    ("mysqlx = OFF\n", ""),
    ("gtid_mode = ON\nenforce_gtid_consistency = ON\n", "gtid_strict_mode = ON\n"),
    ("log_replica_updates", "log_slave_updates"),
    ("replica_net_timeout", "slave_net_timeout"),
    ("plugin_load_add = semisync_source.so\nplugin_load_add = semisync_replica.so\n", ""),
    ("rpl_semi_sync_source_", "rpl_semi_sync_master_"),
    ("rpl_semi_sync_replica_", "rpl_semi_sync_slave_"),
    ("CHANGE REPLICATION SOURCE TO", "CHANGE MASTER TO"),
    ("SOURCE_AUTO_POSITION=1", "MASTER_USE_GTID=slave_pos"),
    (", GET_SOURCE_PUBLIC_KEY=1", ""),
    // An option of the server, there.
    (", SOURCE_RETRY_COUNT=86400", ""),
    ("SOURCE_", "MASTER_"),
];

/// Starts primary and replicas of every scenario. A row that the application writes to the primary arrives at each replica,
/// which takes none from the application itself.
pub fn check(server: &Path, folders: &[PathBuf]) -> Result<()> {
    let (template, started) = (Folder::new()?, Instant::now());
    let mut install = program(find("mariadb-install-db").context("mariadb-install-db is missing")?);
    install.args(["--no-defaults", "--auth-root-authentication-method=normal", "--skip-test-db"]);
    install.args(["--innodb-log-file-size=4M", &format!("--datadir={}", template.file("data").display())]).args(user());
    ensure!(output_of(&mut install).is_some(), "mariadb-install-db fails");
    let of_one = |folder: &PathBuf| {
        replicate(server, folder, &template.file("data"))
            .with_context(|| format!("the databases of {}", folder.display()))
    };
    let todo = Mutex::new(folders.iter());
    let next = || todo.lock().expect("taking the next does not panic").next();
    let replicas = thread::scope(|scope| {
        let worker = || std::iter::from_fn(next).map(of_one).sum::<Result<usize>>();
        let workers: Vec<_> = (0..WORKERS).map(|_| scope.spawn(worker)).collect();
        workers.into_iter().map(|worker| worker.join().expect("a worker does not panic")).sum::<Result<usize>>()
    })?;
    println!("mariadbd replicates to {replicas} replicas (after {} s).", started.elapsed().as_secs());
    Ok(())
}

/// Runs the databases of one scenario; returns the number of replicas.
fn replicate(program: &Path, folder: &Path, template: &Path) -> Result<usize> {
    let (mut primary, mut replicas) = (None, Vec::new());
    for options in files_below(folder).iter().filter(|path| path.to_string_lossy().ends_with(".my.cnf")) {
        let statements = PathBuf::from(options.to_string_lossy().replace(".my.cnf", ".sql"));
        let statements = dialect(&fs::read_to_string(statements)?);
        let server = Server::start(program, &fs::read_to_string(options)?, template)?;
        match statements.contains("CHANGE MASTER") {
            true => replicas.push((server, statements)),
            false => primary = Some((server, statements)),
        }
    }
    let Some((primary, statements)) = primary else {
        return Ok(0);
    };
    primary.tell(ROOT, &statements)?;
    for (replica, statements) in &replicas {
        replica.tell(ROOT, &beside(statements, primary.port))?;
    }
    primary.tell(APP, "INSERT INTO shop.orders (item) VALUES ('tea')")?;
    for (replica, _) in &replicas {
        replica.wait_for_row()?;
        let refused = replica.ask(APP, "INSERT INTO shop.orders (item) VALUES ('milk')")?.unwrap_err();
        ensure!(refused.contains("1290"), "a replica that is written to says {refused}");
    }
    if primary.is_semi_sync {
        let status = primary.tell(ROOT, "SHOW STATUS LIKE 'Rpl_semi_sync_master_clients'")?;
        ensure!(status.trim_end().ends_with(&replicas.len().to_string()), "semi-synchronous replicas: {status}");
    }
    Ok(replicas.len())
}

/// Root, who comes by the socket, and the application, which comes over the network.
const ROOT: [&str; 2] = ["--user=root", "--protocol=socket"];
const APP: [&str; 3] = ["--user=app", "--password=app", "--protocol=tcp"];

struct Server {
    port: u16,
    is_semi_sync: bool,
    running: Running,
    folder: Folder,
}

impl Server {
    fn start(program: &Path, options: &str, template: &Path) -> Result<Self> {
        let (folder, port) = (Folder::new()?, free_port()?);
        let copied = Command::new("cp").arg("-r").arg(template).arg(folder.path()).status()?;
        ensure!(copied.success(), "cp failed");
        let file = folder.file("my.cnf");
        fs::write(&file, on_loopback(&dialect(options), port, folder.path()))?;
        let mut command = bound(program);
        command.arg(format!("--defaults-file={}", file.display())).args(user()).process_group(0);
        let socket = folder.file("socket");
        let running = Running::start(&mut command, || UnixStream::connect(&socket).is_ok())?;
        Ok(Self { port, is_semi_sync: options.contains("semi_sync"), running, folder })
    }

    /// What the server says to statements; `Err` if it refuses one.
    fn ask(&self, who: impl IntoIterator<Item = &'static str>, statements: &str) -> Result<Result<String, String>> {
        let mut client = Command::new(find("mariadb").context("the client is missing")?);
        client.args(["--no-defaults", "--batch", "--skip-column-names", "--host=127.0.0.1"]).args(who);
        client.arg(format!("--socket={}", self.folder.file("socket").display())).arg(format!("--port={}", self.port));
        client.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut client = client.spawn()?;
        // A client that is not let in does not read.
        drop(client.stdin.take().context("it was piped")?.write_all(statements.as_bytes()));
        let output = client.wait_with_output()?;
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        Ok(if output.status.success() { Ok(text(output.stdout)) } else { Err(text(output.stderr)) })
    }

    /// The same, where a refusal is an error.
    fn tell(&self, who: impl IntoIterator<Item = &'static str>, statements: &str) -> Result<String> {
        self.ask(who, statements)?.map_err(|refusal| anyhow::anyhow!("{refusal}in\n{statements}"))
    }

    fn wait_for_row(&self) -> Result<()> {
        let deadline = Instant::now() + PATIENCE;
        while !self.ask(APP, "SELECT item FROM shop.orders")?.is_ok_and(|rows| rows == "tea\n") {
            if Instant::now() > deadline {
                bail!("no row arrives at the replica:\n{}", self.tell(ROOT, "SHOW REPLICA STATUS\\G")?);
            }
            thread::sleep(Duration::from_millis(50));
        }
        Ok(())
    }
}

impl Drop for Server {
    /// Its data are thrown away, so it need not tidy up.
    fn drop(&mut self) {
        drop(self.running.signal_all("-KILL"));
    }
}

fn dialect(text: &str) -> String {
    DIALECT.iter().fold(text.to_owned(), |text, (mysql, mariadb)| text.replace(mysql, mariadb))
}

/// The options with other places, and with less memory and disk: nothing else is changed.
fn on_loopback(options: &str, port: u16, folder: &Path) -> String {
    let places = ["port", "bind_address", "datadir", "socket", "pid_file"];
    let is_place = |line: &&str| places.iter().any(|place| line.starts_with(&format!("{place} =")));
    let kept: Vec<&str> = options.lines().filter(|line| !is_place(line)).collect();
    let folder = folder.display();
    format!(
        "{}\nport = {port}\nbind_address = 127.0.0.1\ndatadir = {folder}/data\nsocket = {folder}/socket\npid_file = {folder}/pid\n\
         innodb_buffer_pool_size = 16M\ninnodb_log_file_size = 4M\n",
        kept.join("\n")
    )
}

/// The statements of a replica with the primary at this port of loopback.
fn beside(statements: &str, port: u16) -> String {
    let mut rewritten = String::new();
    for (at, part) in statements.split("MASTER_HOST='").enumerate() {
        let rest = if at == 0 { part } else { part.split_once("',").map_or(part, |(_, rest)| rest) };
        rewritten += &if at == 0 { rest.to_owned() } else { format!("MASTER_HOST='127.0.0.1',{rest}") };
    }
    let (before, after) = rewritten.split_once("MASTER_PORT=").unwrap_or((&rewritten, ""));
    let after = after.trim_start_matches(|c: char| c.is_ascii_digit());
    format!("{before}MASTER_PORT={port}{after}")
}

/// Root must say that it means to be root.
fn user() -> Option<&'static str> {
    is_root().then_some("--user=root")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_places_change() {
        let options =
            "[mysqld]\nserver_id = 2\nport = 3307\nreport_host = port\ndatadir = /var/lib/mysql-x\nread_only = ON\n";
        let rewritten = on_loopback(options, 12_345, Path::new("/f"));
        assert!(rewritten.starts_with("[mysqld]\nserver_id = 2\nreport_host = port\nread_only = ON\nport = 12345\n"));
        assert_eq!(
            beside("CHANGE MASTER TO MASTER_HOST='10.0.0.11', MASTER_PORT=3306,\n  MASTER_DELAY=1;", 7),
            "CHANGE MASTER TO MASTER_HOST='127.0.0.1', MASTER_PORT=7,\n  MASTER_DELAY=1;"
        );
    }
}
