//! Visits: what the browser waits for, and the record that stays when one has ended.

use std::net::Ipv4Addr;

use serde::Serialize;

use super::call::CallKey;
use super::ids::ProcessId;
use super::invariants;
use super::mysql::Stored;
use super::outcome::Outcome;
use super::script::Script;
use super::slab;
use super::time::{Micros, SimTime};
use super::trace::TraceSlot;
use super::vrrp::Via;
use super::workload::Class;

/// The most visits that can be under way: Linux has this many local ports (32768 to 60999).
pub const MAX_UNDER_WAY: usize = 28_232;
/// The most ended visits that the log keeps.
pub const LOG_LENGTH: usize = 400;

/// A visit under way.
pub type VisitKey = slab::Key<Visit>;

/// A visit under way. The fields are in the order of the memory, those that every visit needs first.
#[derive(Clone, Debug)]
#[repr(C)]
pub struct Visit {
    /// Its number, from 1 in the order of starts.
    pub id: u64,
    /// When it started.
    pub started: SimTime,
    /// What the browser waits for.
    pub child: Option<CallKey>,
    /// Acknowledged writes when it started, to tell a stale read.
    pub acknowledged_before: u64,
    /// What a command said about it beyond its class.
    pub script: Option<Box<Script>>,
    /// Address that it comes from.
    pub source: Ipv4Addr,
    /// Where its trace is written.
    pub trace: Option<TraceSlot>,
    /// What it asks for.
    pub class: Class,
    /// Whether a command started it, not the continuous load.
    pub by_hand: bool,
    /// How often the name has been asked for.
    pub dns_tries: u8,
    /// What the layers noted on the way.
    pub notes: Notes,
    /// Its connection to the site, if the site's address is a virtual one.
    pub via: Option<Via>,
    /// The row that MySQL stored for it.
    pub stored: Option<Stored>,
}

impl Visit {
    /// Nobody's visit.
    pub const BLANK: Self = Self {
        id: 0,
        class: Class::Static,
        source: Ipv4Addr::UNSPECIFIED,
        started: SimTime::ZERO,
        by_hand: false,
        script: None,
        child: None,
        dns_tries: 0,
        acknowledged_before: 0,
        trace: None,
        notes: Notes::NOTHING,
        stored: None,
        via: None,
    };
}

/// What HAProxy's log says of the cookie that keeps a visitor on a server (configuration manual, 8.5, third and fourth
/// character).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct CookieNote {
    /// What the visitor sent.
    pub sent: CookieSent,
    /// Whether the visitor gets a new one.
    pub given: bool,
}

/// The cookie that a visitor sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub enum CookieSent {
    /// HAProxy does not look for cookies.
    #[default]
    Ignored,
    /// None.
    None,
    /// One that leads to no server.
    Invalid,
    /// One of a server that is down.
    Down,
    /// One of a server that is not.
    Valid,
}

impl CookieNote {
    /// The two characters of the termination state.
    #[must_use]
    pub const fn letters(self) -> &'static str {
        match (self.sent, self.given) {
            (CookieSent::Ignored, _) => "--",
            (CookieSent::None, false) => "NN",
            (CookieSent::None, true) => "NI",
            (CookieSent::Invalid, false) => "IN",
            (CookieSent::Invalid, true) => "II",
            (CookieSent::Down, false) => "DN",
            (CookieSent::Down, true) => "DI",
            (CookieSent::Valid, false) => "VN",
            (CookieSent::Valid, true) => "VI",
        }
    }
}

/// What the layers note about a visit, for the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Notes {
    /// The web server that HAProxy chose last.
    pub server: Option<ProcessId>,
    /// Connection attempts of HAProxy after the first.
    pub retries: u32,
    /// Whether HAProxy moved it to another server.
    pub redispatched: bool,
    /// Whether port 80 has sent it to port 443.
    pub redirected: bool,
    /// What the cookie of `cookie` came to.
    pub cookie: CookieNote,
    /// Version of the application files that answered.
    pub version: Option<u32>,
    /// The database that answered or failed last.
    pub database: Option<ProcessId>,
}

impl Notes {
    /// Nothing is noted yet.
    pub const NOTHING: Self = Self {
        server: None,
        retries: 0,
        redispatched: false,
        redirected: false,
        cookie: CookieNote { sent: CookieSent::Ignored, given: false },
        version: None,
        database: None,
    };
}

/// A visit that has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct VisitRecord {
    /// Its number.
    pub id: u64,
    /// What it asked for.
    pub class: Class,
    /// Address that it came from.
    pub source: Ipv4Addr,
    /// When it started.
    pub started: SimTime,
    /// How long it took.
    pub took: Micros,
    /// How it ended.
    pub outcome: Outcome,
    /// What the layers noted.
    pub notes: Notes,
}

/// The last ended visits, in a ring of fixed size.
#[derive(Clone, Debug)]
pub struct VisitLog {
    records: Vec<VisitRecord>,
    /// Where the next record goes.
    next: usize,
}

impl VisitLog {
    /// An empty log.
    #[must_use]
    pub fn new() -> Self {
        Self { records: Vec::with_capacity(LOG_LENGTH), next: 0 }
    }

    /// Adds a record, in the place of the oldest if the log is full. Returns it where it is.
    #[inline(always)]
    pub(super) fn push(&mut self, record: VisitRecord) -> &VisitRecord {
        let at = self.next;
        match self.records.get_mut(at) {
            Some(oldest) => *oldest = record,
            None => self.records.push(record),
        }
        self.next = if at + 1 == LOG_LENGTH { 0 } else { at + 1 };
        invariants::within(self.records.len(), LOG_LENGTH);
        &self.records[at]
    }

    /// The records, newest first.
    pub fn newest_first(&self) -> impl Iterator<Item = &VisitRecord> {
        let (newer, older) = self.records.split_at(self.next);
        newer.iter().rev().chain(older.iter().rev())
    }

    /// The record of a visit, if it is still kept.
    #[must_use]
    pub fn of(&self, visit: u64) -> Option<&VisitRecord> {
        self.newest_first().find(|record| record.id == visit)
    }
}

impl Default for VisitLog {
    fn default() -> Self {
        Self::new()
    }
}
