//! The recursive resolver: it asks once and remembers the answer until its time is over.
//!
//! How to use it, for each question of a client:
//!
//! 1. [`Resolver::lookup`]. `Fresh` and `ServFail` are answered at once. `Stale` is answered at once too, and starts the
//!    asking in the background. `Miss` waits.
//! 2. To ask, unless asking is under way already: if not [`Resolver::may_ask`], the answer is SERVFAIL at once. Otherwise
//!    send [`Resolver::next_name`] to [`Resolver::next_server`], say so by [`Resolver::sent`], and wait for
//!    [`Resolver::wait`] of attempt 0, 1, 2 …
//! 3. A referral goes to [`Resolver::referred`]; then ask the next server. An answer goes to [`Resolver::learned`]; then
//!    each waiting client gets [`Resolver::answer_waiting`]. If that is a `Miss`, a CNAME was learned: ask on at 2.
//! 4. `None` as the time to wait, or a closed port if the kind notices that, goes to [`Resolver::failed`]; the waiting
//!    clients get SERVFAIL. Those that have waited for longer than [`ResolverKind::discards_after`] get nothing.

use serde::{Deserialize, Serialize};

use super::cache::{Entry, Held, Search, search};
use super::lookup::{Answer, Lookup};
use super::record::{Record, RecordType};
use super::referral::NameServer;
use super::upstream::{ResolverKind, Upstream};
use crate::time::{Micros, SimTime};

/// How the resolver is configured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ResolverSettings {
    /// The software.
    pub kind: ResolverKind,
    /// Whether several records change places from answer to answer: `rrset-roundrobin: yes`, `rrset-order cyclic`.
    pub rotate: bool,
    /// Unbound's `serve-expired: yes`: old data is better than none. BIND has no such recording and ignores it.
    pub serve_expired: bool,
}

impl Default for ResolverSettings {
    /// Unbound as it comes: it rotates and does not serve old data.
    fn default() -> Self {
        Self { kind: ResolverKind::Unbound, rotate: true, serve_expired: false }
    }
}

/// Which lines of the cache count.
#[derive(Clone, Copy)]
pub(super) enum Counts {
    /// Those whose time is not over.
    Good,
    /// Those too whose time is over.
    Old,
    /// Those that were good when the present asking began, and what it has taught.
    Asked,
}

/// The recursive resolver and its cache.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resolver {
    pub(super) settings: ResolverSettings,
    /// The wall time at the start of the run, in microseconds since 1970.
    pub(super) epoch_us: u64,
    pub(super) entries: Vec<Entry>,
    /// Until when (wall seconds) the servers of `com.` and of the zone are known, and the name of the latter.
    pub(super) com_until_s: Option<u64>,
    pub(super) zone_until_s: Option<(u64, String)>,
    /// Unbound's only copy of the start of the zone, which goes with every absence; until when (wall seconds).
    pub(super) start: Option<(Record, u64)>,
    pub(super) upstream: Upstream,
    /// Questions that failed, and until when they are answered by SERVFAIL.
    pub(super) failures: Vec<(String, RecordType, SimTime)>,
    /// Questions of clients that had to be asked, and wall seconds when the last of them began.
    pub(super) asked: u64,
    pub(super) asked_s: u64,
    /// Sets of records learned; BIND's cyclic order of a set begins with this number (see [`Resolver::learned`]).
    pub(super) sets: u64,
}

impl Resolver {
    /// A resolver that has just started. `epoch_us` is the wall time at the start of the run, in microseconds since 1970;
    /// it sets where whole seconds begin and where Unbound's rotation starts.
    #[must_use]
    pub fn new(settings: ResolverSettings, epoch_us: u64) -> Self {
        Self {
            settings,
            epoch_us,
            entries: Vec::new(),
            com_until_s: None,
            zone_until_s: None,
            start: None,
            upstream: Upstream::default(),
            failures: Vec::new(),
            asked: 0,
            asked_s: 0,
            sets: 1,
        }
    }

    /// How it is configured.
    #[must_use]
    pub fn settings(&self) -> ResolverSettings {
        self.settings
    }

    /// Changes the configuration and keeps the cache, as a reload that keeps it does.
    pub fn configure(&mut self, settings: ResolverSettings) {
        self.settings = settings;
    }

    /// Answers a question from the cache, if it can. Nothing is allocated.
    ///
    /// TTLs count down in whole seconds of wall time (`ttl_countdown`, `bind_ttl_countdown`), each line of a chain by itself
    /// (`cname_parts_expire`).
    pub fn lookup(&mut self, now: SimTime, name: &str, kind: RecordType, query_id: u16) -> Lookup {
        let found = self.search(now, name, kind, Counts::Good);
        if let Search::Missing(_) = found {
            if self.serves_expired()
                && let Search::Found(answer) = self.search(now, name, kind, Counts::Old)
            {
                return Lookup::Stale(self.turned(answer, now, query_id));
            }
            if self.has_failed(now, name, kind) {
                return self.servfail(now);
            }
        }
        self.said(found, now, query_id)
    }

    /// What a client gets that has waited for the answer just learned: the same as from the cache, but also with TTL 0.
    pub fn answer_waiting(&mut self, now: SimTime, name: &str, kind: RecordType, query_id: u16) -> Lookup {
        let found = self.search(now, name, kind, Counts::Asked);
        self.said(found, now, query_id)
    }

    fn said(&mut self, found: Search, now: SimTime, query_id: u16) -> Lookup {
        match found {
            Search::Found(answer) => Lookup::Fresh(self.turned(answer, now, query_id)),
            Search::Endless(answer) if self.settings.kind == ResolverKind::Bind => {
                Lookup::ServFail(self.turned(answer, now, query_id))
            }
            Search::Endless(_) => self.servfail(now),
            Search::Missing(_) => Lookup::Miss,
        }
    }

    /// SERVFAIL without any record.
    #[must_use]
    pub fn servfail(&self, now: SimTime) -> Lookup {
        let none = Answer { places: Default::default(), len: 0, turn: 0, at_s: self.wall_s(now) };
        Lookup::ServFail(none)
    }

    /// A client's question has to be asked of other servers: to be said once, before the first of them is asked.
    pub fn begin(&mut self, now: SimTime) {
        self.asked = self.asked.wrapping_add(1);
        self.asked_s = self.wall_s(now);
    }

    /// The name to ask for: the one in question, or the one at which the known part of its chain ends.
    #[must_use]
    pub fn next_name<'a>(&'a self, now: SimTime, name: &'a str, kind: RecordType) -> &'a str {
        match self.search(now, name, kind, Counts::Asked) {
            Search::Missing(answer) => answer.last().and_then(|place| self.entries[place].target()).unwrap_or(name),
            Search::Found(_) | Search::Endless(_) => name,
        }
    }

    /// Whether this question may go to the authoritative server now: not if it failed a moment ago, nor if Unbound has another
    /// question under way to a server that has been silent for long.
    #[must_use]
    pub fn may_ask(&self, now: SimTime, name: &str, kind: RecordType) -> bool {
        let is_free = self.settings.kind == ResolverKind::Bind || self.upstream.may_ask(self.wall_s(now));
        is_free && !self.has_failed(now, name, kind)
    }

    /// Try number `attempt` (from 0) of one question goes to the authoritative server now.
    pub fn sent(&mut self, now: SimTime, attempt: u32) {
        self.upstream.sent(self.settings.kind, self.wall_s(now), attempt);
    }

    /// For how long try number `attempt` (from 0) of one question waits for the authoritative server, or `None` when it is
    /// time to call [`Resolver::failed`].
    #[must_use]
    pub fn wait(&self, attempt: u32) -> Option<Micros> {
        self.upstream.wait(self.settings.kind, attempt)
    }

    /// The server to ask next: the nearest to the answer that the cache knows.
    #[must_use]
    pub fn next_server(&self, now: SimTime) -> NameServer {
        let wall_s = self.wall_s(now);
        let known = |until_s: Option<u64>| until_s.is_some_and(|s| self.holds(s, wall_s));
        if known(self.zone_until_s.as_ref().map(|(until_s, _)| *until_s)) {
            NameServer::Authoritative
        } else if known(self.com_until_s) {
            NameServer::Com
        } else {
            NameServer::Root
        }
    }

    /// An operator empties the cache: `unbound-control flush_zone .`, which leaves what is known of the authoritative
    /// server's silence, or `rndc flush`. Both forget failed questions.
    pub fn flush(&mut self) {
        self.entries.clear();
        self.failures.clear();
        self.start = None;
        self.com_until_s = None;
        self.zone_until_s = None;
    }

    /// The process has started anew and knows nothing (`resolver_killed`).
    pub fn reset(&mut self) {
        *self = Self::new(self.settings, self.epoch_us);
    }

    pub(super) fn search(&self, now: SimTime, name: &str, kind: RecordType, counts: Counts) -> Search {
        let wall_s = self.wall_s(now);
        // In BIND the absence of a name stands for all types, in Unbound for the one asked for.
        let any = self.settings.kind == ResolverKind::Bind;
        search(&self.entries, name, kind, any, |entry| self.counts(entry, wall_s, counts))
    }

    pub(super) fn counts(&self, entry: &Entry, wall_s: u64, counts: Counts) -> bool {
        let good = |at_s| {
            let ends_s = match (&entry.held, &self.start, self.settings.kind) {
                (Held::Absence { .. }, Some((_, until_s)), ResolverKind::Unbound) => entry.expires_s.min(*until_s),
                _ => entry.expires_s,
            };
            entry.kept && self.holds(ends_s, at_s)
        };
        match counts {
            Counts::Good => good(wall_s),
            Counts::Old => entry.kept,
            Counts::Asked => entry.learned == self.asked || good(self.asked_s),
        }
    }

    /// The wall time in whole seconds since 1970.
    pub(super) fn wall_s(&self, now: SimTime) -> u64 {
        self.epoch_us.saturating_add(now.0) / 1_000_000
    }

    /// Whether data good until `expires_s` still counts. Unbound serves it with TTL 0 through the last second, BIND does
    /// not (`ttl_countdown`, `bind_ttl_countdown`).
    pub(super) fn holds(&self, expires_s: u64, wall_s: u64) -> bool {
        match self.settings.kind {
            ResolverKind::Unbound => wall_s <= expires_s,
            ResolverKind::Bind => wall_s < expires_s,
        }
    }

    pub(super) fn serves_expired(&self) -> bool {
        self.settings.serve_expired && self.settings.kind == ResolverKind::Unbound
    }

    /// Sets the order of this answer. Unbound begins with number (query id + wall seconds) mod n
    /// (`several_a_resolver_rotating`, `two_a_resolver_rotating`), BIND one further on each time
    /// (`bind_several_a_cyclic`).
    fn turned(&mut self, mut answer: Answer, now: SimTime, query_id: u16) -> Answer {
        answer.at_s = self.wall_s(now);
        if !self.settings.rotate {
            return answer;
        }
        match self.settings.kind {
            ResolverKind::Unbound => answer.turn = u64::from(query_id).wrapping_add(answer.at_s),
            ResolverKind::Bind => {
                if let Some(place) = answer.last() {
                    answer.turn = self.entries[place].turns;
                    self.entries[place].turns = answer.turn.wrapping_add(1);
                }
            }
        }
        answer
    }
}
