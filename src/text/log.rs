//! Lines of nginx's and HAProxy's logs, word for word as the real programs write them (`tests/log_lines.rs`).

use std::net::Ipv4Addr;

use crate::sim::{LogLine, Method, Micros, Request, Role, SessionLine, SimTime, Trouble};

/// Days from 1970 to the day on which every run starts: Monday, 5 January 2026.
const FIRST_DAY: u32 = 20_458;
/// The second of that day: 09:00:00 UTC.
const FIRST_SECOND: u64 = 9 * 3_600;
/// The moment at which every run starts, in seconds since 1970.
pub const STARTS_AT_S: u64 = FIRST_DAY as u64 * 86_400 + FIRST_SECOND;
const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
/// The number of the process that writes.
const PID: u16 = 812;
/// What the visitors' browsers call themselves.
const AGENT: &str =
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/144.0.0.0 Safari/537.36";

/// Heading of nginx's log of requests.
pub const ACCESS_LOG: &str = "access.log, newest first";
/// Heading of nginx's log of errors.
pub const ERROR_LOG: &str = "error.log, newest first";
/// Heading of HAProxy's log of requests.
pub const HTTP_LOG: &str = "haproxy.log: requests, newest first";
/// Heading of HAProxy's log about servers.
pub const SERVER_LOG: &str = "haproxy.log: servers, newest first";
/// Shown where a log has no lines.
pub const EMPTY: &str = "No line yet.";
/// How the lines are to be read.
pub const ABOUT: &str = "Times are simulated: every run starts on 5 January 2026 at 09:00 UTC.";
/// How the number of a connection is to be read.
pub const ABOUT_ERRORS: &str =
    "The number after *, by which nginx counts connections, is that of the visit; 0 is a health check.";

/// A moment of a run on the calendar.
struct Clock {
    year: u32,
    month: usize,
    day: u32,
    hour: u32,
    minute: u32,
    second: u32,
}

impl Clock {
    fn at(moment: SimTime) -> Self {
        let second = moment.0 / 1_000_000 + FIRST_SECOND;
        let (year, month, day) = date(FIRST_DAY + (second / 86_400) as u32);
        let second = (second % 86_400) as u32;
        Self { year, month, day, hour: second / 3_600, minute: second / 60 % 60, second: second % 60 }
    }

    /// `05/Jan/2026:09:00:00`.
    fn common(&self) -> String {
        let Self { year, month, day, hour, minute, second } = self;
        format!("{day:02}/{}/{year}:{hour:02}:{minute:02}:{second:02}", MONTHS[*month])
    }
}

/// Year, month from 0 and day of the month, so many days after the first of January 1970. Years are counted from March, so
/// that the leap day is the last of them.
const fn date(days: u32) -> (u32, usize, u32) {
    let days = days + 719_468;
    let (era, day) = (days / 146_097, days % 146_097);
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let march = (5 * day + 2) / 153;
    let month = (march + 2) % 12;
    (era * 400 + year + (month < 2) as u32, month as usize, day - (153 * march + 2) / 5 + 1)
}

/// `GET / HTTP/1.1`; HAProxy's checks speak HTTP/1.0.
fn first_line(request: &Request) -> String {
    let method = match request.method {
        Method::Get => "GET",
        Method::Post => "POST",
    };
    format!("{method} {} HTTP/1.{}", request.path(), u8::from(request.visit > 0))
}

/// A line of nginx's `access_log`, format `combined`, with the bytes of the body.
#[must_use]
pub fn access(line: &LogLine, status: u16, bytes: usize) -> String {
    let Request { client, visit, .. } = line.request;
    let (at, request) = (Clock::at(line.at).common(), first_line(&line.request));
    let agent = if visit > 0 { AGENT } else { "-" };
    format!("{client} - - [{at} +0000] \"{request}\" {status:03} {bytes} \"-\" \"{agent}\"")
}

/// A line of nginx's `error_log`. `upstream` is the address of the application, or the name of the block.
#[must_use]
pub fn error(line: &LogLine, trouble: Trouble, upstream: &str) -> String {
    let Clock { year, month, day, hour, minute, second } = Clock::at(line.at);
    let Request { client, visit, .. } = line.request;
    let path = line.request.path();
    let (what, during) = match trouble {
        Trouble::Refused => ("connect() failed (111: Connection refused)", CONNECTING),
        Trouble::ConnectTimeout => (TIMED_OUT, CONNECTING),
        Trouble::ReadTimeout => (TIMED_OUT, READING),
        Trouble::Closed => ("upstream prematurely closed connection", READING),
        Trouble::Reset => ("recv() failed (104: Connection reset by peer)", READING),
        Trouble::NoLiveUpstreams => ("no live upstreams", CONNECTING),
        Trouble::NoFile => ("failed (2: No such file or directory)", ""),
    };
    let (file, upstream) = match trouble {
        Trouble::NoFile => (format!("open() \"/var/www/foobar{path}\" "), String::new()),
        _ => (String::new(), format!(", upstream: \"http://{upstream}{path}\"")),
    };
    let (month, request) = (month + 1, first_line(&line.request));
    let host = if visit > 0 { ", host: \"www.foobar.com\"" } else { "" };
    format!(
        "{year}/{month:02}/{day:02} {hour:02}:{minute:02}:{second:02} [error] {PID}#{PID}: *{visit} {file}{what}{during}, client: {client}, server: \
         www.foobar.com, request: \"{request}\"{upstream}{host}"
    )
}

const CONNECTING: &str = " while connecting to upstream";
const READING: &str = " while reading response header from upstream";
const TIMED_OUT: &str = "upstream timed out (110: Connection timed out)";

/// A line of HAProxy's log as syslog files it: `what` about the machine at a moment.
#[must_use]
pub fn syslog(at: SimTime, machine: &str, what: &str) -> String {
    let Clock { month, day, hour, minute, second, .. } = Clock::at(at);
    format!("{} {day:2} {hour:02}:{minute:02}:{second:02} {machine} haproxy[{PID}]: {what}", MONTHS[month])
}

/// What HAProxy logs about a request with `option httplog`; `bytes` is the length of the body that `by` has written.
#[must_use]
pub fn http(
    line: &LogLine,
    status: Option<u16>,
    by: &Role,
    bytes: usize,
    session: &SessionLine,
    server: &str,
) -> String {
    let SessionLine { accepted, received, queued, connecting, response, retries, .. } = *session;
    let ms = |time: Option<Micros>| time.map_or(-1, |time| time.0 as i32 / 1_000);
    let [queued, connecting, response, total] = [queued, connecting, response, Some(line.at.since(received))].map(ms);
    let ([open, backend, on_server], [own, queue]) = (session.connections, session.queues);
    let ([ends, cookie], plus) = (session.termination, if session.redispatched { "+" } else { "" });
    let (client, port, part) = (line.request.client, port(line.request.visit), accepted.0 / 1_000 % 1_000);
    let (at, request) = (Clock::at(accepted).common(), first_line(&line.request));
    let bytes = match status {
        Some(status) if !ends.starts_with('C') => head(status, by, line.request.path()) + bytes,
        _ => 0,
    };
    let status = status.map_or(-1, i32::from);
    let (tls, backend_name) = (if session.secure { "~" } else { "" }, if ends == "LR" { "fe" } else { "be" });
    format!(
        "{client}:{port} [{at}.{part:03}] fe{tls} {backend_name}/{server} 0/{queued}/{connecting}/{response}/{total} {status} \
         {bytes} - - {ends}{cookie} {open}/{open}/{backend}/{on_server}/{plus}{retries} {own}/{queue} \"{request}\""
    )
}

/// The local port that the visitor's system has chosen: the next one for each visit.
const fn port(visit: u64) -> u64 {
    32_768 + visit % 28_232
}

/// Bytes of the header that goes before a body, as the real programs were seen to count them.
const fn head(status: u16, by: &Role, path: &str) -> usize {
    match (by, status) {
        (Role::Balancer, 301) => 94 + path.len(),
        (Role::Balancer, 502) => 102,
        (Role::Balancer, 504) => 106,
        (Role::Balancer, _) => 110,
        (Role::Nginx, 200) => 237,
        (Role::Nginx, _) => 157,
        _ => 162,
    }
}

/// The address of an application as nginx writes it.
#[must_use]
pub fn upstream(address: Option<(Ipv4Addr, u16)>) -> String {
    address.map_or("app".to_owned(), |(address, port)| format!("{address}:{port}"))
}
