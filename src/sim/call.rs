//! Calls: one process asks another over a link, and waits.
//!
//! A visit is a chain of calls: browser → balancer → nginx → application → MySQL. Each call is a connection of its own:
//! it can be refused, lost, broken or time out, and when the caller has given up, the callee may go on working for nobody.

use super::ids::{LinkId, ProcessId};
use super::outcome::{Cause, DbError};
use super::slab;
use super::time::SimTime;
use super::visit::VisitKey;
use super::wiring::{Seat, Tier};
use super::workload::Class;

/// A call under way.
pub type CallKey = slab::Key<Call>;

/// A connection from one process to another, with the work that the callee does for it.
///
/// The fields are in the order of the memory. Each step looks at the first ones, which share a line of the cache.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct Call {
    /// The visit that it belongs to; health checks belong to none.
    pub visit: Option<VisitKey>,
    /// Who waits for the reply.
    pub parent: Parent,
    /// How far it has come.
    pub state: CallState,
    /// Over which link: the caller is at its `from` end.
    pub link: LinkId,
    /// Who is asked.
    pub callee: ProcessId,
    /// Its tier, and its index there.
    pub seat: Seat,
    /// What is asked.
    pub ask: Ask,
    /// Whether the caller has given up: the callee works for nobody.
    pub abandoned: bool,
    /// Whether it is traced, a health check or a scrape: then every step has more to do.
    pub watched: bool,
    /// Whether its visit is traced.
    pub traced: bool,
    /// Whether it is a connection to the port for TLS.
    pub secure: bool,
    /// When the present state began.
    pub since: SimTime,
    /// When the present state ends, if that is known: the arrival of what is on the wire.
    pub until: SimTime,
    /// When the caller began to connect.
    pub started: SimTime,
    /// When the caller gives up waiting for an answer, once it waits for one.
    pub deadline: SimTime,
    /// The call that the callee itself waits for, or has waited for last.
    pub child: Option<CallKey>,
    /// What the callee keeps about it.
    pub work: Work,
}

impl Call {
    /// Nobody's call.
    pub const BLANK: Self = Self {
        visit: None,
        parent: Parent::Visit,
        callee: ProcessId(0),
        seat: Seat { tier: Tier::Browser, at: 0 },
        secure: false,
        link: LinkId(0),
        ask: Ask::Connect,
        state: CallState::Lost,
        started: SimTime::ZERO,
        since: SimTime::ZERO,
        until: SimTime::ZERO,
        deadline: SimTime::ZERO,
        work: Work::None,
        child: None,
        abandoned: true,
        traced: false,
        watched: false,
    };
}

/// Who waits for a reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Parent {
    /// The browser.
    Visit,
    /// Another call's callee.
    Call(CallKey),
    /// The health check of a server.
    Check {
        /// Index of the balancer.
        balancer: u16,
        /// Index of its server.
        server: u16,
    },
    /// The monitor: number of the agent.
    Scrape(u16),
}

/// What is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ask {
    /// The address of `www.foobar.com`.
    Resolve,
    /// A page.
    Page(Class),
    /// A page with which the application does what the script of the visit says.
    Scripted,
    /// Only a TCP connection.
    Connect,
    /// The health page of nginx itself.
    StaticHealth,
    /// The health page of the application.
    AppHealth,
    /// What an agent knows.
    Metrics,
    /// A statement.
    Query {
        /// Whether it writes.
        write: bool,
    },
}

/// How far a call has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallState {
    /// The connection attempt is on its way.
    Connecting,
    /// Accepted; the request is on its way.
    Sending,
    /// The callee has it.
    Working,
    /// The reply is on its way.
    Returning(Reply),
    /// The reply cannot get through: the link is cut.
    Stalled(Reply),
    /// Packets are lost; only a time-out can end it.
    Lost,
}

/// What the caller gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reply {
    /// The port is closed.
    Refused,
    /// Nobody answered the connection attempt.
    ConnectTimeout,
    /// The connection broke after it had been accepted, before the request was read: the kernel resets it.
    Reset,
    /// The connection was closed after the request had been read.
    Closed,
    /// No answer came in time.
    Timeout,
    /// The caller does not trust the callee's certificate and closes the connection.
    BadCertificate,
    /// The connection was accepted (all that a TCP check wants).
    Connected,
    /// An HTTP response.
    Http {
        /// Its status.
        status: u16,
        /// Who wrote it.
        by: ProcessId,
        /// Why.
        cause: Cause,
    },
    /// An address of `www.foobar.com`.
    Address {
        /// The first of the answer.
        address: std::net::Ipv4Addr,
        /// Seconds that it stays valid.
        ttl_s: u32,
    },
    /// The resolver has no address to give.
    NoAddress(Cause),
    /// The statement was carried out.
    Done(Cause),
    /// The statement failed.
    Failed(DbError),
}

/// What a callee keeps about a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Work {
    /// Nothing.
    None,
    /// HAProxy's session.
    Session(Session),
    /// nginx's request on its way through an upstream block with a choice.
    Proxied {
        /// The worker process that has it.
        generation: u32,
        /// Its number there.
        request: u32,
    },
    /// The application's request.
    Request {
        /// Whether it already holds a worker.
        has_worker: bool,
        /// Whether the replica failed and the primary is asked instead.
        fallback: bool,
    },
    /// MySQL's statement.
    Statement {
        /// Whether it already holds a thread.
        has_thread: bool,
    },
}

/// What HAProxy keeps about a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Session {
    /// Server that it is assigned to.
    pub server: Option<u16>,
    /// Whether the server counts it as running.
    pub running: bool,
    /// Server that failed before, for a redispatch.
    pub avoid: Option<u16>,
    /// Connection attempts after the first.
    pub retries: u32,
    /// Whether it was moved to another server.
    pub redispatched: bool,
    /// Until when it waits in a queue; [`SimTime::NEVER`] if it does not. (An `Option` would make it too large for WebAssembly
    /// to write a new session in place.)
    pub queued_until: SimTime,
    /// Whether a server that came back took it out of the queue: HAProxy 2.6 does not count it as running there.
    pub uncounted: bool,
    /// Whether its cookie has led it to its server.
    pub direct: bool,
    /// Its place in the queue that it has waited in: how many left that before, itself included. While it waits, how many
    /// had left it in all.
    pub place: u32,
    /// Whether that was a server's own queue.
    pub own_queue: bool,
    /// Whether its first connection that failed was refused (or else timed out): the log tells of the first.
    pub refused: Option<bool>,
}

impl Session {
    /// Whether it waits in a queue.
    #[must_use]
    pub fn is_queued(&self) -> bool {
        self.queued_until != SimTime::NEVER
    }

    /// A request that has just come in.
    pub const NEW: Self = Self {
        server: None,
        running: false,
        avoid: None,
        retries: 0,
        redispatched: false,
        queued_until: SimTime::NEVER,
        uncounted: false,
        direct: false,
        place: 0,
        own_queue: false,
        refused: None,
    };
}
