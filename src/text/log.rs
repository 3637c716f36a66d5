//! Lines of nginx's and HAProxy's logs, word for word as the real programs write them (`tests/log_lines.rs`).

use core::fmt::Display;
use std::net::Ipv4Addr;

use crate::sim::{ErrorLine, Method, Request, RequestLine, Role, SimTime, Trouble};

/// Days from 1970 to the day on which every run starts: Monday, 5 January 2026.
const FIRST_DAY: u64 = 20_458;
/// The second of that day: 09:00:00 UTC.
const FIRST_SECOND: u64 = 9 * 3_600;
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
/// Heading of HAProxy's log.
pub const HAPROXY_LOG: &str = "haproxy.log, newest first";
/// Shown where a log has no lines.
pub const EMPTY: &str = "No line yet.";
/// How the lines are to be read.
pub const ABOUT: &str = "Times are simulated: every run starts on 5 January 2026 at 09:00 UTC. The number behind * is the visit’s (0: a check).";

/// A moment of a run on the calendar.
struct Clock {
    year: u64,
    month: usize,
    day: u64,
    time: String,
    ms: u64,
}

impl Clock {
    fn at(moment: SimTime) -> Self {
        let (second, ms) = (moment.0 / 1_000_000 + FIRST_SECOND, moment.0 / 1_000 % 1_000);
        let (year, month, day) = date(FIRST_DAY + second / 86_400);
        let time = format!("{:02}:{:02}:{:02}", second / 3_600 % 24, second / 60 % 60, second % 60);
        Self { year, month, day, time, ms }
    }

    /// `05/Jan/2026:09:00:00`.
    fn common(&self) -> String {
        format!("{:02}/{}/{}:{}", self.day, MONTHS[self.month], self.year, self.time)
    }
}

/// Year, month from 0 and day of the month, so many days after the first of January 1970. Years are counted from March, so
/// that the leap day is the last of them.
const fn date(days: u64) -> (u64, usize, u64) {
    let days = days + 719_468;
    let (era, day) = (days / 146_097, days % 146_097);
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let march = (5 * day + 2) / 153;
    let month = (march + 2) % 12;
    (era * 400 + year + (month < 2) as u64, month as usize, day - (153 * march + 2) / 5 + 1)
}

/// `GET / HTTP/1.1`; HAProxy's checks speak HTTP/1.0.
fn first_line(request: &Request) -> String {
    let method = match request.method {
        Method::Get => "GET",
        Method::Post => "POST",
    };
    format!("{method} {} HTTP/1.{}", request.path, u8::from(request.visit > 0))
}

/// A line of nginx's `access_log`, format `combined`. `by` is who wrote the answer.
#[must_use]
pub fn access(line: &RequestLine, by: &Role) -> String {
    let Request { client, visit, .. } = &line.request;
    let (at, request, status) = (Clock::at(line.at).common(), first_line(&line.request), line.status.unwrap_or(0));
    let agent = if *visit > 0 { AGENT } else { "-" };
    format!("{client} - - [{at} +0000] \"{request}\" {status:03} {} \"-\" \"{agent}\"", body(line, by))
}

/// A line of nginx's `error_log`. `upstream` is the address of the application, or the name of the block.
#[must_use]
pub fn error(line: &ErrorLine, upstream: &dyn Display) -> String {
    let at = Clock::at(line.at);
    let Request { client, visit, path, .. } = &line.request;
    let file;
    let what = match line.trouble {
        Trouble::Refused => "connect() failed (111: Connection refused) while connecting to upstream",
        Trouble::ConnectTimeout => "upstream timed out (110: Connection timed out) while connecting to upstream",
        Trouble::ReadTimeout => {
            "upstream timed out (110: Connection timed out) while reading response header from upstream"
        }
        Trouble::Closed => "upstream prematurely closed connection while reading response header from upstream",
        Trouble::Reset => "recv() failed (104: Connection reset by peer) while reading response header from upstream",
        Trouble::NoLiveUpstreams => "no live upstreams while connecting to upstream",
        Trouble::NoFile => {
            file = format!("open() \"/var/www/foobar{path}\" failed (2: No such file or directory)");
            &file
        }
    };
    let request = first_line(&line.request);
    let upstream = match line.trouble {
        Trouble::NoFile => String::new(),
        _ => format!(", upstream: \"http://{upstream}{path}\""),
    };
    let host = if *visit > 0 { ", host: \"www.foobar.com\"" } else { "" };
    format!(
        "{}/{:02}/{:02} {} [error] {PID}#{PID}: *{visit} {what}, client: {client}, server: www.foobar.com, request: \
         \"{request}\"{upstream}{host}",
        at.year,
        at.month + 1,
        at.day,
        at.time
    )
}

/// A line of HAProxy's log as syslog files it: `what` about the machine at a moment.
#[must_use]
pub fn syslog(at: SimTime, machine: &str, what: &str) -> String {
    let Clock { month, day, time, .. } = Clock::at(at);
    format!("{} {day:2} {time} {machine} haproxy[{PID}]: {what}", MONTHS[month])
}

/// What HAProxy logs about a request with `option httplog`. `by` is who wrote the answer.
#[must_use]
pub fn http(line: &RequestLine, server: Option<&str>, by: &Role) -> String {
    let Some(session) = &line.session else {
        return String::new();
    };
    let ms = |time: Option<crate::sim::Micros>| time.map_or(-1, |time| time.0 as i64 / 1_000);
    let accepted = Clock::at(session.accepted);
    let [queued, connecting, response] = [session.queued, session.connecting, session.response].map(ms);
    let [open, backend, on_server] = session.connections;
    let [own_queue, queue] = session.queues;
    let [ends, cookie] = session.termination;
    format!(
        "{client}:{port} [{at}.{part:03}] fe be/{server} 0/{queued}/{connecting}/{response}/{total} {status} {bytes} - - \
         {ends}{cookie} {open}/{open}/{backend}/{on_server}/{plus}{retries} {own_queue}/{queue} \"{request}\"",
        client = line.request.client,
        port = port(line.request.visit),
        at = accepted.common(),
        part = accepted.ms,
        server = server.unwrap_or("<NOSRV>"),
        total = line.at.since(session.accepted).0 / 1_000,
        status = line.status.map_or(-1, i32::from),
        bytes = if ends.starts_with('C') { 0 } else { head(line, by) + body(line, by) },
        plus = if session.redispatched { "+" } else { "" },
        retries = session.retries,
        request = first_line(&line.request),
    )
}

/// The local port that the visitor's system has chosen: the next one for each visit.
const fn port(visit: u64) -> u64 {
    32_768 + visit % 28_232
}

/// Bytes of the body: the pages of the sample site, and the error pages of nginx 1.22 and HAProxy 2.6.
fn body(line: &RequestLine, by: &Role) -> u32 {
    match (by, line.status.unwrap_or(0), &*line.request.path) {
        (_, 499, _) => 0,
        (Role::Balancer, 504, _) => 92,
        (Role::Balancer, ..) => 107,
        (Role::Nginx, 404, _) => 153,
        (Role::Nginx, 502, _) => 157,
        (Role::Nginx, 504, _) => 167,
        (_, 200, "/health" | "/nginx-health") => 3,
        (_, 200, "/orders") => 412,
        (Role::Nginx, ..) => 5_430,
        (_, 200, _) => 3_120,
        _ => 21,
    }
}

/// Bytes of the header that goes before it.
const fn head(line: &RequestLine, by: &Role) -> u32 {
    match (by, line.status) {
        (Role::Balancer, Some(502)) => 102,
        (Role::Balancer, Some(504)) => 106,
        (Role::Balancer, _) => 110,
        (Role::Nginx, Some(200)) => 237,
        (Role::Nginx, _) => 157,
        _ => 162,
    }
}

/// The address of an application as nginx writes it.
#[must_use]
pub fn upstream(address: Option<(Ipv4Addr, u16)>) -> String {
    address.map_or("app".to_owned(), |(address, port)| format!("{address}:{port}"))
}
