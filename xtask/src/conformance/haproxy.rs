//! The real HAProxy: its configuration, its runtime API and its log.

use std::fs;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use serde_json::{Map, Value, json};

use super::apps::{VISIT, free_port};
use super::board::Board;
use super::exported;
use super::program::{Folder, LOG_MARK, Program, Running, after_mark, bound, listen_to_log};

/// The file in which it listens for commands.
const RUNTIME_API: &str = "admin.sock";

pub struct Haproxy {
    address: SocketAddr,
    runtime_api: PathBuf,
    running: Running,
    _folder: Folder,
}

impl Haproxy {
    /// Starts HAProxy with the lines of a case, where `addresses` says where each server is.
    pub fn start(
        program: &Path,
        case: &Value,
        addresses: &dyn Fn(&str) -> Option<SocketAddr>,
        board: &Arc<Board>,
    ) -> Result<Self> {
        let lines = lines(&case["balancer"], &case["servers"]);
        let parse = |line: &str| parse_log(after_mark(line)?);
        Self::run(program, board, parse, |address, folder| {
            Ok(configuration(&lines, address, &folder.file("log"), &folder.file(RUNTIME_API), addresses))
        })
    }

    /// Starts HAProxy with an exported file, its servers being at these addresses, in the file's order.
    pub fn start_exported(program: &Path, text: &str, servers: &[SocketAddr], board: &Arc<Board>) -> Result<Self> {
        Self::run(program, board, parse_http_log, |address, folder| {
            exported::on_loopback(text, address, servers, folder.path())
        })
    }

    fn run(
        program: &Path,
        board: &Arc<Board>,
        parse: impl Fn(&str) -> Option<(usize, Map<String, Value>)> + Send + 'static,
        text: impl FnOnce(SocketAddr, &Folder) -> Result<String>,
    ) -> Result<Self> {
        let folder = Folder::new()?;
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, free_port()?));
        let (runtime_api, file) = (folder.file(RUNTIME_API), folder.file("haproxy.cfg"));
        listen_to_log(&folder.file("log"), board, parse)?;
        fs::write(&file, text(address, &folder)?)?;
        let running = Running::start(bound(program).arg("-db").arg("-f").arg(&file), || {
            ask(&runtime_api, "show info").is_ok_and(|text| text.contains("Uptime"))
        })?;
        Ok(Self { address, runtime_api, running, _folder: folder })
    }
}

impl Program for Haproxy {
    fn address(&self) -> SocketAddr {
        self.address
    }

    fn queued(&self) -> Result<usize> {
        sum_of_queues(&ask(&self.runtime_api, "show stat be -1 -1")?).context("`show stat` has no column qcur")
    }

    fn administer(&mut self, event: &Value) -> Result<bool> {
        let server = format!("be/{}", event["server"].as_str().unwrap_or_default());
        let word = |key: &str| event[key].as_str().map_or_else(|| event[key].to_string(), str::to_owned);
        let command = match event["op"].as_str().unwrap_or_default() {
            "set_state" => format!("set server {server} state {}", word("state")),
            "set_weight" => format!("set server {server} weight {}", word("weight")),
            "health" => format!("set server {server} health {}", word("health")),
            "set_maxconn" => format!("set maxconn server {server} {}", word("maxconn")),
            _ => return Ok(false),
        };
        ask(&self.runtime_api, &command)?;
        Ok(true)
    }

    fn while_stopped(&self, action: &mut dyn FnMut() -> Result<()>) -> Result<()> {
        self.running.while_stopped(action)
    }
}

/// One command of the runtime API, and the reply.
fn ask(socket: &Path, command: &str) -> Result<String> {
    let mut stream = UnixStream::connect(socket)?;
    stream.write_all(format!("{command}\n").as_bytes())?;
    let mut reply = String::new();
    stream.read_to_string(&mut reply)?;
    ensure!(!reply.starts_with("Unknown command"), "HAProxy does not know `{command}`");
    Ok(reply)
}

/// The lines of a recording's `config`, in the order of the recordings.
pub fn lines(balancer: &Value, servers: &Value) -> Vec<String> {
    let text = |key: &str| balancer[key].as_str();
    let is = |key: &str| balancer[key] == true;
    let mut lines = Vec::new();
    lines.extend(is("abortonclose").then(|| "option abortonclose (in defaults)".to_owned()));
    lines.extend(text("algorithm").map(|algorithm| format!("balance {algorithm}")));
    lines.extend(text("hash_type").map(|kind| format!("hash-type {kind}")));
    lines.push(format!("retries {}", balancer["retries"]));
    lines.push(match (is("redispatch"), balancer["redispatch_interval"].as_i64()) {
        (false, _) => "no option redispatch".to_owned(),
        (true, None) => "option redispatch".to_owned(),
        (true, Some(interval)) => format!("option redispatch {interval}"),
    });
    lines.extend(is("persist").then(|| "option persist".to_owned()));
    lines.extend(is("allbackups").then(|| "option allbackups".to_owned()));
    lines.extend(text("retry_on").map(|when| format!("retry-on {when}")));
    lines.extend(text("cookie").map(|cookie| format!("cookie {cookie}")));
    for name in ["connect", "queue", "server"] {
        lines.extend(balancer["timeouts_ms"][name].as_u64().map(|value| format!("timeout {name} {value}ms")));
    }
    lines.extend(servers.as_array().into_iter().flatten().map(server_line));
    lines
}

fn server_line(server: &Value) -> String {
    let name = server["name"].as_str().unwrap_or_default();
    let mut line = format!("server {name} {name}:80 weight {}", server["weight"]);
    let mut add = |word: Option<String>| line.extend(word.map(|word| format!(" {word}")));
    add(server["maxconn"].as_u64().map(|maxconn| format!("maxconn {maxconn}")));
    add((server["backup"] == true).then(|| "backup".to_owned()));
    add(server["cookie"].as_str().map(|cookie| format!("cookie {cookie}")));
    add((server["disabled"] == true).then(|| "disabled".to_owned()));
    add(server["on_marked_down"].as_str().map(|action| format!("on-marked-down {action}")));
    line
}

fn configuration(
    lines: &[String],
    address: SocketAddr,
    log: &Path,
    runtime_api: &Path,
    addresses: &dyn Fn(&str) -> Option<SocketAddr>,
) -> String {
    let (in_defaults, in_backend): (Vec<_>, Vec<_>) = lines.iter().partition(|line| line.ends_with(" (in defaults)"));
    let defaults = in_defaults.iter().map(|line| format!("  {}\n", line.trim_end_matches(" (in defaults)")));
    let backend = in_backend.iter().map(|line| format!("  {}\n", with_address(line, addresses)));
    format!(
        "global\n  nbthread 1\n  log {} local0\n  stats socket {} mode 600 level admin\n\
         defaults\n  mode http\n  log global\n  timeout client 120s\n  timeout http-request 120s\n{}\
         frontend fe\n  bind {address}\n  http-request capture req.hdr({VISIT}) len 10\n  \
         log-format \"{LOG_MARK}%[capture.req.hdr(0)] %s %ST %tsc %rc\"\n  default_backend be\n\
         backend be\n{}",
        log.display(),
        runtime_api.display(),
        defaults.collect::<String>(),
        backend.collect::<String>(),
    )
}

/// `server web-01 web-01:80 …` with the address where web-01 really is.
fn with_address(line: &str, addresses: &dyn Fn(&str) -> Option<SocketAddr>) -> String {
    let words = line.split(' ').map(|word| {
        let address = word.strip_suffix(":80").and_then(addresses);
        address.map_or_else(|| word.to_owned(), |address| address.to_string())
    });
    words.collect::<Vec<_>>().join(" ")
}

/// What follows the mark: `3 web-01 200 ---- +1`, the numbers of visit and status, then retries with `+` if redispatched.
fn parse_log(rest: &str) -> Option<(usize, Map<String, Value>)> {
    let mut words = rest.split_whitespace();
    let visit = words.next()?.parse().ok()?;
    Some((visit, said(words.next()?, words.next()?, words.next()?, words.next()?)?))
}

/// A line of `option httplog` (configuration manual, section 8.2.3): `… fe be/web-01 0/0/1/2/3 200 83 - - ---- 1/1/0/0/+1 0/0 "GET
/// /?visit=3 HTTP/1.1"`.
fn parse_http_log(line: &str) -> Option<(usize, Map<String, Value>)> {
    let (fields, request) = line.split_once('"')?;
    let visit = after_mark(request)?.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()?;
    let fields: Vec<&str> = fields.split_whitespace().collect();
    let at = fields.iter().position(|field| field.starts_with("be/"))?;
    let server = fields[at].strip_prefix("be/")?;
    let field = |after: usize| fields.get(at + after).copied();
    Some((visit, said(server, field(2)?, field(6)?, field(7)?.rsplit('/').next()?)?))
}

fn said(server: &str, status: &str, termination: &str, retries: &str) -> Option<Map<String, Value>> {
    let said = json!({
        "server": Some(server).filter(|name| *name != "<NOSRV>"),
        "status": status.parse::<i64>().ok()?,
        "termination": termination,
        "retries": retries.trim_start_matches('+').parse::<u64>().ok()?,
        "redispatched": retries.starts_with('+'),
    });
    match said {
        Value::Object(said) => Some(said),
        _ => unreachable!("built as an object"),
    }
}

/// The requests that wait: the column `qcur` of the servers and of the backend.
fn sum_of_queues(table: &str) -> Option<usize> {
    let mut rows = table.lines().map(|row| row.split(',').collect::<Vec<_>>());
    let column = rows.next()?.iter().position(|name| *name == "qcur")?;
    Some(rows.filter_map(|row| row.get(column)?.parse::<usize>().ok()).sum())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_line_tells_server_status_flags_and_retries() {
        let (visit, said) = parse_log("12 web-02 200 ---- +1\n").unwrap();
        assert_eq!(visit, 12);
        let expected =
            json!({"server": "web-02", "status": 200, "termination": "----", "retries": 1, "redispatched": true});
        assert_eq!(Value::Object(said), expected);

        let (_, said) = parse_log("0 <NOSRV> -1 CQ-- 0").unwrap();
        assert_eq!(
            (&said["server"], &said["status"], &said["redispatched"]),
            (&Value::Null, &json!(-1), &json!(false))
        );
        assert_eq!(parse_log("- web-01 200 ---- 0"), None, "a request that is not ours");
    }

    #[test]
    fn a_line_of_httplog_tells_the_same() {
        let line = "<134>Nov 25 12:00:00 haproxy[9]: 127.0.0.1:4711 [25/Nov/2026:12:00:00.123] fe be/web-02 0/0/1/2/3 200 83 - - \
                    --NI 1/1/0/0/+1 0/0 \"GET /?visit=12 HTTP/1.1\"\n";
        let (visit, said) = parse_http_log(line).unwrap();
        let expected =
            json!({"server": "web-02", "status": 200, "termination": "--NI", "retries": 1, "redispatched": true});
        assert_eq!((visit, Value::Object(said)), (12, expected));
        let nobody = line.replace("be/web-02", "be/<NOSRV>").replace("200 83", "503 217");
        assert_eq!(parse_http_log(&nobody).unwrap().1["server"], Value::Null);
        assert_eq!(parse_http_log("Server be/web-01 is DOWN"), None);
    }

    #[test]
    fn queues_are_added_up() {
        let table = "# pxname,svname,qcur,qmax,\nbe,web-01,2,2,\nbe,web-02,0,1,\nbe,BACKEND,3,4,\n\n";
        assert_eq!(sum_of_queues(table), Some(5));
    }

    #[test]
    fn names_become_addresses_and_options_find_their_section() {
        let lines = ["option abortonclose (in defaults)".to_owned(), "server web-01 web-01:80 weight 2".to_owned()];
        let addresses = |name: &str| (name == "web-01").then(|| "127.0.0.1:12001".parse().unwrap());
        let text =
            configuration(&lines, "127.0.0.1:12000".parse().unwrap(), Path::new("/log"), Path::new("/api"), &addresses);
        assert!(text.contains("option abortonclose\nfrontend"), "{text}");
        assert!(text.ends_with("server web-01 127.0.0.1:12001 weight 2\n"), "{text}");
    }
}
