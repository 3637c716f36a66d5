//! The real nginx: its configuration, its reload and its log.

use std::fs;
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::path::Path;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use anyhow::Result;
use serde_json::{Map, Value, json};

use super::apps::free_port;
use super::board::Board;
use super::exported;
use super::program::{Folder, LOG_MARK, Program, Running, after_mark, bound, listen_to_log};

/// How long after a reload the old worker may still accept connections.
const RELOAD: Duration = Duration::from_millis(300);

pub struct Nginx {
    address: SocketAddr,
    balancer: Value,
    addresses: Vec<(String, SocketAddr)>,
    running: Running,
    folder: Folder,
}

impl Nginx {
    /// Starts nginx with the lines of a case, where `addresses` says where each peer is.
    pub fn start(
        program: &Path,
        case: &Value,
        addresses: Vec<(String, SocketAddr)>,
        board: &Arc<Board>,
    ) -> Result<Self> {
        let folder = Folder::new()?;
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, free_port()?));
        let known = addresses.clone();
        listen_to_log(&folder.file("log"), board, move |line| parse_log(after_mark(line)?, &known))?;
        fs::create_dir_all(folder.file("html/static"))?;
        fs::write(folder.file("html/static/logo.txt"), "logo\n")?;
        let balancer = case["balancer"].clone();
        let file = write_configuration(&folder, address, &lines(&balancer, &case["servers"]), &addresses)?;
        let mut command = bound(program);
        command.arg("-p").arg(folder.path()).arg("-c").arg(file).args(["-e", "error.log"]);
        // It writes its pid after it has learnt what SIGHUP means, and listens before.
        let pid = folder.file("pid");
        let running = Running::start(&mut command, || pid.exists() && TcpStream::connect(address).is_ok())?;
        Ok(Self { address, balancer, addresses, running, folder })
    }
}

impl Nginx {
    /// Starts nginx with an exported file, whose peers are these, in its order.
    pub fn start_exported(
        program: &Path,
        text: &str,
        addresses: Vec<(String, SocketAddr)>,
        board: &Arc<Board>,
    ) -> Result<Self> {
        let folder = Folder::new()?;
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, free_port()?));
        let known = addresses.clone();
        listen_to_log(&folder.file("log"), board, move |line| parse_exported_log(line, &known))?;
        let peers: Vec<SocketAddr> = addresses.iter().map(|(_, address)| *address).collect();
        exported::prepare(&folder, text, address, &peers)?;
        let running = exported::launch(program, &folder, address)?;
        Ok(Self { address, balancer: Value::Null, addresses, running, folder })
    }
}

impl Program for Nginx {
    fn address(&self) -> SocketAddr {
        self.address
    }

    fn queued(&self) -> Result<usize> {
        Ok(0)
    }

    fn administer(&mut self, event: &Value) -> Result<bool> {
        if event["op"] != "reload" {
            return Ok(false);
        }
        let lines = lines(&self.balancer, &event["servers"]);
        write_configuration(&self.folder, self.address, &lines, &self.addresses)?;
        self.running.signal("-HUP")?;
        thread::sleep(RELOAD);
        Ok(true)
    }
}

/// The lines of a recording's `config`, in the order of the recordings.
pub fn lines(balancer: &Value, servers: &Value) -> Vec<String> {
    let mut lines = vec!["upstream app {".to_owned()];
    let algorithm = balancer["algorithm"].as_str().filter(|algorithm| *algorithm != "roundrobin");
    lines.extend(algorithm.map(|algorithm| format!("{algorithm};")));
    lines.extend(servers.as_array().into_iter().flatten().map(peer_line));
    lines
        .extend(["}", "location /static/ { root html; }", "location / {", "proxy_pass http://app;"].map(str::to_owned));
    for (name, directive) in [("connect", "proxy_connect_timeout"), ("server", "proxy_read_timeout")] {
        lines.extend(balancer["timeouts_ms"][name].as_u64().map(|value| format!("{directive} {value}ms;")));
    }
    lines.extend(balancer["next_upstream"].as_str().map(|when| format!("proxy_next_upstream {when};")));
    lines.extend(balancer["next_upstream_tries"].as_u64().map(|tries| format!("proxy_next_upstream_tries {tries};")));
    lines.push("}".to_owned());
    lines
}

fn peer_line(peer: &Value) -> String {
    let name = peer["name"].as_str().unwrap_or_default();
    let (weight, fails, seconds) = (&peer["weight"], &peer["max_fails"], &peer["fail_timeout_s"]);
    let mut line = format!("server {name}:8080 weight={weight} max_fails={fails} fail_timeout={seconds}s");
    line.extend(peer["maxconn"].as_u64().map(|most| format!(" max_conns={most}")));
    line.extend((peer["backup"] == true).then_some(" backup"));
    line.extend((peer["down"] == true).then_some(" down"));
    line + ";"
}

fn write_configuration(
    folder: &Folder,
    address: SocketAddr,
    lines: &[String],
    addresses: &[(String, SocketAddr)],
) -> Result<std::path::PathBuf> {
    let mut text = lines.join("\n");
    for (name, address) in addresses {
        text = text.replace(&format!("{name}:8080"), &address.to_string());
    }
    let (upstream, locations) = text.split_once("}\n").unwrap_or((&text, ""));
    let directory = folder.path().display();
    // The folder belongs to the one who starts nginx, so the worker keeps that user where nginx would change it.
    let text = format!(
        "user root;\ndaemon off;\nworker_processes 1;\npid {directory}/pid;\nevents {{ worker_connections 256; }}\nhttp {{\n\
         log_format case escape=none '{LOG_MARK}$http_x_visit|$status|$upstream_addr|$upstream_status';\n\
         access_log syslog:server=unix:{directory}/log,nohostname case;\n\
         client_body_temp_path {directory}/body;\nproxy_temp_path {directory}/proxy;\n\
         fastcgi_temp_path {directory}/fastcgi;\nuwsgi_temp_path {directory}/uwsgi;\nscgi_temp_path {directory}/scgi;\n\
         {upstream}}}\nserver {{\nlisten {address};\n{locations}\n}}\n}}\n"
    );
    let file = folder.file("nginx.conf");
    fs::write(&file, text)?;
    Ok(file)
}

/// A line of an exported file's log: `… "GET /?visit=3 HTTP/1.1" 200 10 upstream=127.0.0.1:1, 127.0.0.1:2 status=502, 200 time=0.001`.
fn parse_exported_log(line: &str, addresses: &[(String, SocketAddr)]) -> Option<(usize, Map<String, Value>)> {
    let (request, rest) = line.split_once('"')?.1.split_once("\" ")?;
    let visit = after_mark(request)?.split(|c: char| !c.is_ascii_digit()).next()?;
    let status = rest.split(' ').next()?;
    let (tried, statuses) = rest.split_once("upstream=")?.1.split_once(" status=")?;
    let statuses = statuses.split_once(" time=")?.0;
    parse_log(&format!("{visit}|{status}|{tried}|{statuses}"), addresses)
}

/// What follows the mark: `3|200|127.0.0.1:12001, 127.0.0.1:12002|502, 200`.
fn parse_log(rest: &str, addresses: &[(String, SocketAddr)]) -> Option<(usize, Map<String, Value>)> {
    let mut parts = rest.trim_end().split('|');
    let visit = parts.next()?.parse().ok()?;
    let status: i64 = parts.next()?.parse().ok()?;
    let list = |text: &str| text.split(", ").filter(|item| !matches!(*item, "" | "-")).map(str::to_owned).collect();
    let tried: Vec<String> = list(parts.next()?);
    let upstream_status: Vec<String> = list(parts.next()?);
    let peer = |tried: &String| addresses.iter().find(|(_, address)| address.to_string() == *tried);
    // Where no peer was left, nginx logs the name of the group.
    let names = tried.iter().map(|tried| peer(tried).map_or("no live upstream", |(name, _)| name));
    let said = json!({
        "server": tried.last().and_then(peer).map(|(name, _)| name),
        "status": status,
        "tried": names.collect::<Vec<_>>(),
        "upstream_status": upstream_status,
    });
    match said {
        Value::Object(said) => Some((visit, said)),
        _ => unreachable!("built as an object"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_line_tells_who_was_tried() {
        let peers = [
            ("web-01".to_owned(), "127.0.0.1:1".parse().unwrap()),
            ("web-02".to_owned(), "127.0.0.1:2".parse().unwrap()),
        ];
        let said = |line: &str| Value::Object(parse_log(line, &peers).unwrap().1);
        assert_eq!(
            said("3|200|127.0.0.1:1, 127.0.0.1:2|502, 200"),
            json!({"server": "web-02", "status": 200, "tried": ["web-01", "web-02"], "upstream_status": ["502", "200"]})
        );
        assert_eq!(
            said("3|502|app|502\n"),
            json!({"server": null, "status": 502, "tried": ["no live upstream"], "upstream_status": ["502"]})
        );
        assert_eq!(said("3|502|127.0.0.1:1, app|502, 502")["server"], Value::Null, "nobody was the last one tried");
        assert_eq!(said("3|404|-|-"), json!({"server": null, "status": 404, "tried": [], "upstream_status": []}));
        assert_eq!(said("3|009|127.0.0.1:1|200")["status"], 9);
        let exported = "<190>Nov 25 12:00:00 nginx: 127.0.0.1 [25/Nov/2026:12:00:00 +0000] \"GET /a?b=1&visit=3 HTTP/1.1\" 200 10 \
                        upstream=127.0.0.1:1, 127.0.0.1:2 status=502, 200 time=0.001";
        let (visit, said_there) = parse_exported_log(exported, &peers).unwrap();
        assert_eq!((visit, Value::Object(said_there)), (3, said("3|200|127.0.0.1:1, 127.0.0.1:2|502, 200")));
    }
}
