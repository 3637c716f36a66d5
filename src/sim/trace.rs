//! What a visit met on its way: spans without gaps from its start to its end.

use std::net::Ipv4Addr;

use serde::Serialize;

use super::ids::{LinkId, ProcessId};
use super::outcome::{DbError, Outcome};
use super::script::{Answer, Script};
use super::time::SimTime;
use super::workload::Class;

/// The most spans that one trace keeps; the last one then grows.
pub const MAX_SPANS: usize = 96;

/// Where a visit was during a span.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Place {
    /// In a process.
    Process(ProcessId),
    /// On the wire; `back` is the way of answers.
    Link {
        /// The link.
        link: LinkId,
        /// Whether it was on its way back.
        back: bool,
    },
}

/// One stretch of a visit. The end of a span is the start of the next, so that lengths add up to the total.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Span {
    /// Where.
    pub place: Place,
    /// From when.
    pub start: SimTime,
    /// Until when.
    pub end: SimTime,
    /// What was decided there.
    pub decision: Decision,
}

/// What a layer decided, or what became of a message. The sentence that explains it is made by `text`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Decision {
    /// A question or request travelled.
    Sent,
    /// An answer travelled back.
    Returned,
    /// The connection attempt was refused.
    Refused,
    /// The connection broke.
    Reset,
    /// Nobody answered, until the time-out.
    NoAnswer,
    /// The callee's firewall dropped the packets, until the time-out.
    Dropped,
    /// The callee's firewall rejected the packet.
    Rejected,
    /// The TCP connection to the port for TLS stands.
    Connected,
    /// The two ends have agreed on keys, and the caller has checked the certificate.
    TlsHandshake,
    /// The caller has got a certificate that it does not trust.
    BadCertificate,
    /// The answer to a plain request: ask again on port 443.
    Redirected,
    /// The browser asks for the name's address again.
    AskAgain,
    /// The resolver knew the answer.
    CacheHit {
        /// Seconds that the answer stays valid.
        ttl_s: u32,
    },
    /// The resolver joins a question that is already on its way.
    JoinedQuestion,
    /// The root server pointed to the servers of `com`.
    RootReferral,
    /// A server of `com` pointed to the authoritative server.
    ComReferral,
    /// The authoritative server answered.
    AuthorityAnswer {
        /// Time to live in seconds.
        ttl_s: u32,
    },
    /// The authoritative server did not answer.
    AuthoritySilent,
    /// The resolver says SERVFAIL.
    ServFail,
    /// The name has no address.
    NoAddress,
    /// HAProxy chose a server.
    Picked {
        /// The server.
        server: ProcessId,
        /// Why this one.
        why: PickReason,
    },
    /// All servers are at their `maxconn`: the request waits.
    Queued,
    /// HAProxy waits before it tries the same server again.
    WaitToRetry {
        /// The server.
        server: ProcessId,
        /// Number of the retry, from 1.
        retry: u32,
    },
    /// HAProxy passes the answer on.
    PassedOn,
    /// No server is usable: HAProxy's `<NOSRV>`, nginx's `no live upstreams`.
    NoServer,
    /// The layer gave up and answers with an error itself.
    Failed {
        /// Status of the error page.
        status: u16,
    },
    /// nginx served the file itself.
    ServedFile,
    /// nginx passes the request to the application.
    Proxied,
    /// nginx passes the request to one of several applications.
    TriesPeer {
        /// The application.
        server: ProcessId,
        /// Why this one.
        why: PeerReason,
    },
    /// nginx counts the try as failed.
    PeerFailed {
        /// What nginx notes about it (`$upstream_status`): the application's status, or 502 or 504.
        status: u16,
        /// Whether the application is left out from now on, for `fail_timeout`.
        left_out: bool,
    },
    /// The application waited for a free worker.
    WaitedForWorker,
    /// The application worked, then asks a database.
    AsksDatabase {
        /// The database.
        server: ProcessId,
        /// Why this one.
        why: DbChoice,
    },
    /// A database did not help.
    DatabaseFailed(DbError),
    /// The application answers.
    Answered {
        /// Version of the application files.
        version: u32,
    },
    /// The application did what the visit's script says.
    Scripted(Answer),
    /// MySQL waited for a free thread.
    WaitedForThread,
    /// MySQL read rows.
    ReadRows {
        /// Newest row.
        newest: u32,
        /// Rows missed that had been acknowledged before.
        missed: u32,
    },
    /// MySQL stored a row.
    StoredRow {
        /// Its id.
        row: u32,
    },
    /// MySQL refused the statement.
    Denied(DbError),
}

/// Why HAProxy chose this server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum PickReason {
    /// The algorithm's turn.
    Algorithm(super::balancer::Algorithm),
    /// It is the only usable one.
    OnlyOne,
    /// The active servers are gone: a backup.
    Backup,
    /// The one before did not answer: redispatched.
    Redispatched {
        /// The server that failed.
        from: ProcessId,
    },
    /// The same server again: no redispatch.
    Retry,
    /// The visitor's cookie names it.
    Cookie,
    /// It was the first to become free.
    FromQueue,
}

/// Why nginx passes a request to this application.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum PeerReason {
    /// The method's choice.
    Method(super::nginx::Method),
    /// There is no other.
    OnlyOne,
    /// The one before did not help: the method's next choice.
    Next,
    /// No active server can serve: a backup.
    Backup,
}

/// Why the application asks this database.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum DbChoice {
    /// Writes go to the primary.
    Write,
    /// Reads go to a replica.
    ReadReplica,
    /// Reads are set to go to the primary.
    ReadPrimary,
    /// There is no replica.
    NoReplica,
    /// The replica failed.
    Fallback,
}

/// The record of one visit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Trace {
    /// The visit's number.
    pub visit: u64,
    /// What it asked for.
    pub class: Class,
    /// Address that it came from.
    pub source: Ipv4Addr,
    /// What a command said about it beyond its class.
    pub script: Option<Box<Script>>,
    /// When it started.
    pub start: SimTime,
    /// Its spans so far.
    pub spans: Vec<Span>,
    /// Its outcome, once it has ended.
    pub outcome: Option<Outcome>,
}

impl Trace {
    /// The end of the last span.
    #[must_use]
    pub fn end(&self) -> SimTime {
        self.spans.last().map_or(self.start, |span| span.end)
    }

    fn push(&mut self, place: Place, end: SimTime, decision: Decision) {
        let start = self.end();
        assert!(start <= end, "spans go forward in time");
        if self.spans.len() == MAX_SPANS {
            self.spans.last_mut().expect("full, so not empty").end = end;
        } else {
            self.spans.push(Span { place, start, end, decision });
        }
    }
}

/// The last traces, in a ring of fixed size that reuses its memory.
#[derive(Clone, Debug)]
pub struct TraceRing {
    slots: Vec<Trace>,
    next: usize,
    capacity: usize,
}

/// A trace's place in the ring, valid as long as the slot still belongs to the visit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TraceSlot(u32);

impl TraceRing {
    /// A ring for `capacity` traces.
    #[must_use]
    pub const fn new(capacity: usize) -> Self {
        Self { slots: Vec::new(), next: 0, capacity }
    }

    /// Starts a trace in the place of the oldest one.
    pub(super) fn begin(
        &mut self,
        visit: u64,
        class: Class,
        source: Ipv4Addr,
        script: Option<Box<Script>>,
        start: SimTime,
    ) -> TraceSlot {
        let at = self.next;
        self.next = (at + 1) % self.capacity;
        if at == self.slots.len() {
            let spans = Vec::with_capacity(24);
            self.slots.push(Trace { visit, class, source, script, start, spans, outcome: None });
        } else {
            let slot = &mut self.slots[at];
            slot.spans.clear();
            (slot.visit, slot.class, slot.start, slot.outcome) = (visit, class, start, None);
            (slot.source, slot.script) = (source, script);
        }
        TraceSlot(at as u32)
    }

    /// Closes the stretch since the last span of `visit`.
    pub(super) fn mark(&mut self, slot: TraceSlot, visit: u64, place: Place, end: SimTime, decision: Decision) {
        if let Some(trace) = self.own(slot, visit) {
            trace.push(place, end, decision);
        }
    }

    /// The end of the last span of `visit`; the end of time if it is kept no more.
    pub(super) fn end(&self, slot: TraceSlot, visit: u64) -> SimTime {
        let own = self.slots.get(slot.0 as usize).filter(|trace| trace.visit == visit);
        own.map_or(SimTime(u64::MAX), Trace::end)
    }

    /// Notes the outcome of `visit`.
    pub(super) fn finish(&mut self, slot: TraceSlot, visit: u64, outcome: Outcome) {
        if let Some(trace) = self.own(slot, visit) {
            trace.outcome = Some(outcome);
        }
    }

    fn own(&mut self, slot: TraceSlot, visit: u64) -> Option<&mut Trace> {
        self.slots.get_mut(slot.0 as usize).filter(|trace| trace.visit == visit)
    }

    /// The trace of a visit, if it was recorded and is still kept.
    #[must_use]
    pub fn of(&self, visit: u64) -> Option<&Trace> {
        self.slots.iter().find(|trace| trace.visit == visit)
    }

    /// All traces kept, newest first.
    pub fn newest_first(&self) -> impl Iterator<Item = &Trace> {
        let (newer, older) = self.slots.split_at(self.next.min(self.slots.len()));
        newer.iter().rev().chain(older.iter().rev())
    }
}
