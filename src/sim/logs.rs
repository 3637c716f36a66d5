//! The log files of nginx and HAProxy: what they write about the requests that are recorded for reading
//! (`settings.record`), and about health checks. What is not recorded costs nothing here.

mod session;

use std::net::Ipv4Addr;

use super::call::{Ask, Call, CallKey, Parent, Reply};
use super::ids::ProcessId;
use super::outcome::Cause;
use super::script::Method;
use super::time::{Micros, SimTime};
use super::visit::Visit;
use super::wiring::Tier;
use super::workload::Class;
use super::world::World;

/// The lines that a log keeps: one that is full loses its oldest.
pub const LOG_LINES: usize = 40;

/// nginx's status for a request whose client has left (`ngx_http_request.h`).
const CLIENT_CLOSED_REQUEST: u16 = 499;

/// The log files of one process. They lie on a disk, so that they outlive the process.
#[derive(Clone, Debug, Default)]
pub struct Logs {
    /// One line for each request that has ended: `access.log`, or HAProxy's `option httplog`.
    pub requests: LogFile,
    /// What nginx complains about: `error.log`.
    pub errors: LogFile,
}

/// The last lines of a log, in a ring of fixed size.
#[derive(Clone, Debug, Default)]
pub struct LogFile {
    lines: Vec<LogLine>,
    /// Where the next line goes.
    next: usize,
}

impl LogFile {
    /// The lines, newest first.
    pub fn newest_first(&self) -> impl Iterator<Item = &LogLine> {
        let (newer, older) = self.lines.split_at(self.next);
        newer.iter().rev().chain(older.iter().rev())
    }

    fn push(&mut self, line: LogLine) {
        match self.lines.get_mut(self.next) {
            Some(oldest) => *oldest = line,
            None => self.lines.push(line),
        }
        self.next = (self.next + 1) % LOG_LINES;
    }
}

/// A line about a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogLine {
    /// When it was written.
    pub at: SimTime,
    /// The request.
    pub request: Request,
    /// What happened to it.
    pub event: LogEvent,
}

/// What happened to a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogEvent {
    /// It has ended.
    Ended {
        /// The status of the answer; none (`-1`) where HAProxy had no time for one.
        status: Option<u16>,
        /// Who wrote the answer.
        by: ProcessId,
        /// Why it is as it is.
        cause: Cause,
        /// What HAProxy has to say beyond that.
        session: Option<SessionLine>,
    },
    /// nginx complains.
    Trouble {
        /// About what.
        trouble: Trouble,
        /// The application that was tried.
        upstream: Option<ProcessId>,
    },
}

/// What a line says of the request itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// The visit; 0 for a health check.
    pub visit: u64,
    /// Who is connected: the visitor, or the balancer before nginx.
    pub client: Ipv4Addr,
    /// The visitor.
    pub source: Ipv4Addr,
    /// The method.
    pub method: Method,
    /// Path and query, if a command said more than the class.
    pub path: Option<String>,
    /// The path otherwise.
    pub usual: &'static str,
}

/// HAProxy's side of a request (configuration manual, section 8.2.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionLine {
    /// When the connection was accepted.
    pub accepted: SimTime,
    /// When the request was there: later by what TLS takes.
    pub received: SimTime,
    /// Whether the visitor speaks TLS.
    pub secure: bool,
    /// The last server that was tried.
    pub server: Option<ProcessId>,
    /// `Tw`: in queues; none if no server was found.
    pub queued: Option<Micros>,
    /// `Tc`: until the server had accepted the connection, retries included; none if none did.
    pub connecting: Option<Micros>,
    /// `Tr`: from there to the server's answer; none if there was none.
    pub response: Option<Micros>,
    /// The four characters of the termination state.
    pub termination: [&'static str; 2],
    /// `actconn`, `beconn` and `srv_conn`: requests in HAProxy with this one, others in the backend, others on the server.
    pub connections: [u32; 3],
    /// Connection attempts after the first.
    pub retries: u32,
    /// Whether it was moved to another server.
    pub redispatched: bool,
    /// `srv_queue` and `backend_queue`.
    pub queues: [u32; 2],
}

/// What nginx complains about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// `connect() failed (111: Connection refused)`.
    Refused,
    /// `upstream timed out (110: Connection timed out)`, while connecting.
    ConnectTimeout,
    /// The same, while reading the answer.
    ReadTimeout,
    /// `upstream prematurely closed connection`.
    Closed,
    /// `recv() failed (104: Connection reset by peer)`.
    Reset,
    /// `no live upstreams`.
    NoLiveUpstreams,
    /// `open() "…" failed (2: No such file or directory)`.
    NoFile,
}

impl Request {
    /// Path and query.
    #[must_use]
    pub fn path(&self) -> &str {
        self.path.as_deref().unwrap_or(self.usual)
    }
}

impl Trouble {
    /// What a reply of an application lets nginx complain about.
    const fn of(reply: Reply) -> Option<Self> {
        Some(match reply {
            Reply::Refused => Self::Refused,
            Reply::ConnectTimeout => Self::ConnectTimeout,
            Reply::Timeout => Self::ReadTimeout,
            Reply::Closed => Self::Closed,
            Reply::Reset => Self::Reset,
            _ => return None,
        })
    }
}

impl World {
    /// The log files of a process.
    #[must_use]
    pub fn logs(&self, process: ProcessId) -> &Logs {
        &self.logs[process.index()]
    }

    /// nginx or HAProxy has an answer for a watched call. Of a request whose client has left, nginx has written before.
    #[cold]
    pub(super) fn log_answer(&mut self, key: CallKey, reply: Reply) {
        let Call { seat, abandoned, .. } = self.calls[key];
        let Reply::Http { status, by, cause } = reply else {
            return;
        };
        match seat.tier {
            Tier::Nginx if !abandoned => self.log_request(key, Some(status), (by, cause), None),
            Tier::Balancer => self.log_request(key, Some(status), (by, cause), Some(cause.termination())),
            _ => {}
        }
    }

    /// The client of a request to nginx has closed its connection.
    #[cold]
    pub(super) fn log_client_closed(&mut self, key: CallKey) {
        let Call { seat, watched, callee, .. } = self.calls[key];
        if watched && seat.tier == Tier::Nginx {
            self.log_request(key, Some(CLIENT_CLOSED_REQUEST), (callee, Cause::Stopped), None);
        }
    }

    /// Writes a line about a request that has ended; with a termination state if HAProxy writes it.
    pub(super) fn log_request(
        &mut self,
        key: CallKey,
        status: Option<u16>,
        (by, cause): (ProcessId, Cause),
        ends: Option<&'static str>,
    ) {
        if self.calls[key].watched {
            let session = ends.map(|ends| self.session_line(key, ends));
            self.write_log(key, LogEvent::Ended { status, by, cause, session });
        }
    }

    /// nginx complains about an application that did not answer.
    #[cold]
    pub(super) fn log_failed_try(&mut self, key: CallKey, app: ProcessId, reply: Reply) {
        if let Some(trouble) = Trouble::of(reply) {
            self.log_trouble(key, trouble, Some(app));
        }
    }

    /// nginx complains.
    #[cold]
    pub(super) fn log_trouble(&mut self, key: CallKey, trouble: Trouble, upstream: Option<ProcessId>) {
        if self.calls[key].watched {
            self.write_log(key, LogEvent::Trouble { trouble, upstream });
        }
    }

    fn write_log(&mut self, key: CallKey, event: LogEvent) {
        let line = LogLine { at: self.now, request: self.request_of(key), event };
        let logs = &mut self.logs[self.calls[key].callee.index()];
        let file = if matches!(event, LogEvent::Ended { .. }) { &mut logs.requests } else { &mut logs.errors };
        file.push(line);
    }

    fn request_of(&self, key: CallKey) -> Request {
        let call = &self.calls[key];
        let visit = call.visit.and_then(|visit| self.visit_or_left(visit));
        let path = visit.and_then(|visit| visit.script.as_ref()?.path.clone());
        let usual = match (visit, call.ask) {
            (None, Ask::StaticHealth) => "/nginx-health",
            (None, _) => "/health",
            (Some(visit), _) => usual_path(visit.class),
        };
        Request {
            visit: visit.map_or(0, |visit| visit.id),
            client: self.peer_address(key),
            source: visit.map_or(Ipv4Addr::UNSPECIFIED, |visit| visit.source),
            method: visit.map_or(Method::Get, Visit::method),
            path,
            usual,
        }
    }

    /// The address of whoever is connected to the callee: the visitor's, or the balancer's.
    pub(super) fn peer_address(&self, key: CallKey) -> Ipv4Addr {
        let call = &self.calls[key];
        let visit = call.visit.and_then(|visit| self.visit_or_left(visit));
        match visit {
            Some(visit) if call.parent == Parent::Visit => visit.source,
            _ => self.wiring.machine_of(self.wiring.link(call.link).from).address,
        }
    }
}

/// The path that visits of a class ask for, unless a command says otherwise.
pub(super) const fn usual_path(class: Class) -> &'static str {
    match class {
        Class::Static => "/static/logo.png",
        Class::Read => "/",
        Class::Write => "/orders",
    }
}
