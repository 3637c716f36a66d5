//! The exported configuration files, run for real on loopback: HAProxy before applications, HAProxy before nodes of nginx and
//! application, or nginx before applications.

use std::fs;
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};

use super::apps::free_port;
use super::program::{Folder, Running, bound};

/// Files that Debian's nginx would make below /var/lib/nginx, by the names of their directives.
const NGINX_FILES: [&str; 5] = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];

/// Makes an exported `haproxy.cfg` or `nginx.conf` one for loopback. It changes where things are, and nothing else: the port on
/// which the program listens, the addresses of its servers (in the file's order; a file keeps its own where none are given), and
/// every path, which leads into `folder` from then on: those of the file and those that nginx has been compiled with. The log
/// goes to the socket `log` there.
pub fn on_loopback(text: &str, listen: SocketAddr, servers: &[SocketAddr], folder: &Path) -> Result<String> {
    let place = folder.display();
    let mut given = servers.iter();
    let mut rewritten = String::new();
    for line in text.lines() {
        let words = line.trim_start();
        let mut line = match words {
            "bind :80" => line.replace(":80", &listen.to_string()),
            "listen 80;" => line.replace("80", &listen.to_string()),
            _ => line.to_owned(),
        };
        if words.starts_with("server ")
            && let Some(old) = words.split(' ').find(|word| word.parse::<SocketAddr>().is_ok())
            && let Some(new) = given.next()
        {
            line = line.replacen(old, &new.to_string(), 1);
        }
        let log = format!("syslog:server=unix:{place}/log,nohostname");
        for (old, new) in [
            ("/dev/log", format!("{place}/log")),
            ("/run/haproxy/", format!("{place}/")),
            ("/run/nginx", format!("{place}/nginx")),
            ("/var/log/nginx/upstream.log", log),
            ("/var/log/nginx/", format!("{place}/")),
            ("/var/www", format!("{place}/www")),
            ("/etc/ssl/site/", format!("{place}/")),
        ] {
            line = line.replace(old, &new);
        }
        rewritten += &(line + "\n");
        if words == "http {" {
            NGINX_FILES.iter().for_each(|name| rewritten += &format!("{name}_temp_path {place}/{name};\n"));
        }
    }
    ensure!(given.next().is_none(), "the file has not as many servers as there are");
    Ok(rewritten)
}

/// The real nginx of one node, which can be killed as a process can.
pub struct Front {
    pub name: String,
    pub address: SocketAddr,
    program: PathBuf,
    running: Option<Running>,
    folder: Folder,
}

impl Front {
    /// Starts nginx with an exported file, before applications at these addresses.
    pub fn start(program: &Path, name: &str, text: &str, apps: &[SocketAddr]) -> Result<Self> {
        let folder = Folder::new()?;
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, free_port()?));
        prepare(&folder, text, address, apps)?;
        let mut front = Self { name: name.to_owned(), address, program: program.to_owned(), running: None, folder };
        front.revive()?;
        Ok(front)
    }

    /// Does what an event tells this nginx.
    pub fn obey(&mut self, op: &str) -> Result<()> {
        match (op, &self.running) {
            ("kill", Some(running)) => {
                running.signal_all("-KILL")?;
                self.running = None;
            }
            ("start", None) => self.revive()?,
            ("freeze", Some(running)) => running.signal_all("-STOP")?,
            ("thaw", Some(running)) => running.signal_all("-CONT")?,
            ("kill" | "start" | "freeze" | "thaw", _) => {}
            _ => bail!("`{op}` is not known"),
        }
        Ok(())
    }

    fn revive(&mut self) -> Result<()> {
        self.running = Some(launch(&self.program, &self.folder, self.address)?);
        Ok(())
    }
}

impl Drop for Front {
    fn drop(&mut self) {
        // What stands still would not hear that it shall end.
        drop(self.obey("thaw"));
    }
}

/// Writes the file and what it needs.
pub fn prepare(folder: &Folder, text: &str, listen: SocketAddr, apps: &[SocketAddr]) -> Result<()> {
    fs::create_dir_all(folder.file("www/static"))?;
    fs::write(folder.file("www/static/logo.png"), "logo\n")?;
    fs::write(folder.file("nginx.conf"), on_loopback(text, listen, apps, folder.path())?)?;
    Ok(())
}

/// Starts nginx with the file in a folder, and waits until it listens.
pub fn launch(program: &Path, folder: &Folder, listen: SocketAddr) -> Result<Running> {
    let pid = folder.file("nginx.pid");
    drop(fs::remove_file(&pid));
    let mut command = bound(program);
    command.arg("-p").arg(folder.path()).arg("-c").arg(folder.file("nginx.conf"));
    command.args(["-e", "error.log", "-g", "daemon off;"]).process_group(0);
    Running::start(&mut command, || pid.exists() && TcpStream::connect(listen).is_ok())
}

/// An exported file of a case.
pub fn read(folder: &Path, machine: &str, name: &str) -> Result<String> {
    let file = folder.join(machine).join(name);
    fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rewritten(text: &str, servers: &[&str]) -> Result<String> {
        let servers: Vec<SocketAddr> = servers.iter().map(|server| server.parse().unwrap()).collect();
        on_loopback(text, "127.0.0.1:9".parse().unwrap(), &servers, Path::new("/f"))
    }

    #[test]
    fn only_places_change() {
        let text =
            "  bind :80\n  server web-01 10.0.0.11:80 check weight 80\n  log /dev/log local0\n  timeout server 80ms\n";
        let expected = "  bind 127.0.0.1:9\n  server web-01 127.0.0.1:7 check weight 80\n  log /f/log local0\n  timeout server 80ms\n";
        assert_eq!(rewritten(text, &["127.0.0.1:7"]).unwrap(), expected);
        let nginx = "pid /run/nginx.pid;\n  server 10.0.0.31:8000 weight=1;\n  listen 80;\n  location /static/ { root /var/www; }\n";
        let expected = "pid /f/nginx.pid;\n  server 127.0.0.1:7 weight=1;\n  listen 127.0.0.1:9;\n  location /static/ { root /f/www; }\n";
        assert_eq!(rewritten(nginx, &["127.0.0.1:7"]).unwrap(), expected);
        assert!(rewritten(nginx, &["127.0.0.1:7", "127.0.0.1:8"]).is_err(), "a server that the file does not have");
    }
}
