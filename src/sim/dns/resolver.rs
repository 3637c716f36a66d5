//! The recursive resolver: it asks once and remembers the answer until its time is over.
//!
//! How to use it, for each question of a client:
//!
//! 1. [`Resolver::lookup`]. `Fresh` and `ServFail` are answered at once. `Stale` is answered at once too, and starts the
//!    asking in the background. `Miss` waits.
//! 2. To ask, unless asking is under way already: if not [`Resolver::may_ask`], the question stays without an answer.
//!    Otherwise send to [`Resolver::next_server`] and wait for [`Resolver::wait`] of attempt 0, 1, 2 …
//! 3. A referral goes to [`Resolver::referred`]; then ask the next server. An answer goes to [`Resolver::learned`]; then
//!    each waiting client gets [`Resolver::answer_waiting`].
//! 4. `None` as the time to wait, or a closed port if the kind notices that, goes to [`Resolver::failed`], which says what
//!    the waiting clients get.

use serde::{Deserialize, Serialize};

use super::addresses::Addresses;
use super::authoritative::{Negative, SERVER_TTL_S, ZoneAnswer};
use super::lookup::{CacheEntry, CachedAnswer, Lookup, Reply, STALE_TTL_S};
use super::message::{Rcode, RecordType};
use super::referral::{COM_SERVER, NameServer, REFERRAL_TTL_S};
use super::upstream::{Failure, GivesUp, ResolverKind, Upstream};
use super::{NAME, ZONE_NAME, ZONE_SERVER};
use crate::sim::time::{Micros, SimTime};

/// How the resolver is configured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ResolverSettings {
    /// The software.
    pub kind: ResolverKind,
    /// Whether several addresses change places from answer to answer: `rrset-roundrobin: yes`, `rrset-order cyclic`.
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

/// What was learned of `www`, and until when it is good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Entry {
    answer: ZoneAnswer,
    /// In whole seconds of wall time.
    expires_s: u64,
    /// Whether it may answer later questions; not with TTL 0 (`ttl_zero`).
    kept: bool,
}

/// The recursive resolver and its cache.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resolver {
    settings: ResolverSettings,
    /// The wall time at the start of the run, in microseconds since 1970.
    epoch_us: u64,
    www: Option<Entry>,
    /// Until when (wall seconds) the servers of `com.` and of `foobar.com.` are known.
    com_until_s: Option<u64>,
    zone_until_s: Option<u64>,
    upstream: Upstream,
    /// Answers given by a rotating BIND; the first one begins with the second address (`bind_several_a_cyclic`).
    rotations: u64,
}

impl Resolver {
    /// A resolver that has just started. `epoch_us` is the wall time at the start of the run, in microseconds since 1970;
    /// it sets where whole seconds begin and where Unbound's rotation starts.
    #[must_use]
    pub fn new(settings: ResolverSettings, epoch_us: u64) -> Self {
        Self {
            settings,
            epoch_us,
            www: None,
            com_until_s: None,
            zone_until_s: None,
            upstream: Upstream::default(),
            rotations: 0,
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

    /// Answers a question for the addresses of `www` from the cache, if it can. Nothing is allocated.
    ///
    /// TTLs count down in whole seconds of wall time (`ttl_countdown`, `bind_ttl_countdown`).
    pub fn lookup(&mut self, now: SimTime, query_id: u16) -> Lookup {
        let wall_s = self.wall_s(now);
        if let Some(entry) = self.www.filter(|entry| entry.kept) {
            if self.holds(entry.expires_s, wall_s) {
                return Lookup::Fresh(self.reply(&entry, None, query_id, wall_s));
            }
            if self.serves_expired() {
                return Lookup::Stale(self.reply(&entry, Some(STALE_TTL_S), query_id, wall_s));
            }
        }
        if self.settings.kind == ResolverKind::Bind && !self.upstream.may_ask(now) {
            return Lookup::ServFail;
        }
        Lookup::Miss
    }

    /// What a client gets that has waited for the answer just learned: the same as from the cache, but also with TTL 0.
    pub fn answer_waiting(&mut self, now: SimTime, query_id: u16) -> Lookup {
        let wall_s = self.wall_s(now);
        match self.www {
            Some(entry) => Lookup::Fresh(self.reply(&entry, None, query_id, wall_s)),
            None => Lookup::Miss,
        }
    }

    /// Whether a question that is not in the cache may be asked now. Unbound leaves a silent server alone for a while;
    /// questions of that time get no answer (`authoritative_killed`, `authoritative_silent`).
    #[must_use]
    pub fn may_ask(&self, now: SimTime) -> bool {
        self.upstream.may_ask(now)
    }

    /// For how long try number `attempt` (from 0) of one question waits for the authoritative server, or `None` when it is
    /// time to call [`Resolver::failed`].
    #[must_use]
    pub fn wait(&self, attempt: u32) -> Option<Micros> {
        self.upstream.wait(self.settings.kind, attempt)
    }

    /// Whether the server of `foobar.com.` is in the cache, so that it is asked directly.
    #[must_use]
    pub fn knows_authority(&self, now: SimTime) -> bool {
        self.next_server(now) == NameServer::Authoritative
    }

    /// The server to ask next: the nearest to the answer that the cache knows.
    #[must_use]
    pub fn next_server(&self, now: SimTime) -> NameServer {
        let wall_s = self.wall_s(now);
        let known = |until_s: Option<u64>| until_s.is_some_and(|s| self.holds(s, wall_s));
        if known(self.zone_until_s) {
            NameServer::Authoritative
        } else if known(self.com_until_s) {
            NameServer::Com
        } else {
            NameServer::Root
        }
    }

    /// A server above has said whom to ask next. That is kept as long as it allows, [`REFERRAL_TTL_S`], or as the
    /// configuration allows, until `foobar.com`'s own copy of the record replaces it.
    pub fn referred(&mut self, now: SimTime, by: NameServer) {
        let ttl_s = REFERRAL_TTL_S.min(self.settings.kind.max_ttl_s());
        let until_s = Some(self.wall_s(now).saturating_add(u64::from(ttl_s)));
        match by {
            NameServer::Root => self.com_until_s = until_s,
            NameServer::Com => self.zone_until_s = until_s,
            NameServer::Authoritative => {}
        }
    }

    /// The authoritative server has answered.
    ///
    /// An absence is kept for the smaller of SOA TTL and SOA minimum (`nxdomain_negative_ttl`, `nodata_negative_ttl`, RFC
    /// 2308 section 5), an answer with TTL 0 not at all (`ttl_zero`).
    ///
    /// The answer to a question for addresses brings the zone's own NS record, which counts more than the one of the
    /// servers above (RFC 2181 section 5.4.1).
    pub fn learned(&mut self, now: SimTime, answer: &ZoneAnswer) {
        let kind = self.settings.kind;
        if matches!(answer, ZoneAnswer::Addresses { .. }) {
            self.zone_until_s = Some(self.wall_s(now).saturating_add(u64::from(SERVER_TTL_S)));
        }
        let ttl_s = match answer {
            ZoneAnswer::Addresses { ttl_s, .. } => (*ttl_s).min(kind.max_ttl_s()),
            ZoneAnswer::Negative(negative) => {
                let ttl_s = negative.ttl_s.min(negative.minimum_s);
                ttl_s.min(kind.max_negative_ttl_s())
            }
        };
        self.www = Some(Entry {
            answer: *answer,
            expires_s: self.wall_s(now).saturating_add(u64::from(ttl_s)),
            kept: ttl_s > 0,
        });
        self.upstream.answered();
    }

    /// Asking has failed; what the waiting clients get. `why` does not change the outcome: BIND says SERVFAIL and remembers
    /// it for a second in both cases, Unbound says nothing. A refusal that Unbound would not notice changes nothing.
    pub fn failed(&mut self, now: SimTime, why: Failure) -> GivesUp {
        if why == Failure::Refused && !self.settings.kind.notices_refusal() {
            return GivesUp::Silently;
        }
        self.upstream.failed(self.settings.kind, now)
    }

    /// An operator empties the cache: `unbound-control flush_zone .`, which leaves what is known of the authoritative
    /// server's silence, or `rndc flush`, which forgets failures too.
    pub fn flush(&mut self) {
        if self.settings.kind == ResolverKind::Bind {
            self.upstream.answered();
        }
        self.www = None;
        self.com_until_s = None;
        self.zone_until_s = None;
    }

    /// The process has started anew and knows nothing (`resolver_killed`).
    pub fn reset(&mut self) {
        *self = Self::new(self.settings, self.epoch_us);
    }

    /// What is in the cache now, for the inspector: servers, then addresses or their absence.
    #[must_use]
    pub fn entries(&self, now: SimTime) -> Vec<CacheEntry> {
        let wall_s = self.wall_s(now);
        let mut entries = Vec::new();
        let servers = [("com.", COM_SERVER, self.com_until_s), (ZONE_NAME, ZONE_SERVER, self.zone_until_s)];
        for (name, server, until_s) in servers {
            if let Some(until_s) = until_s.filter(|&s| self.holds(s, wall_s)) {
                let ttl_s = remaining_s(until_s, wall_s);
                let data = server.to_owned();
                entries.push(CacheEntry { name, kind: RecordType::Ns, ttl_s, data });
            }
        }
        let shown = |e: &Entry| e.kept && (self.serves_expired() || self.holds(e.expires_s, wall_s));
        if let Some(entry) = self.www.filter(shown) {
            let (name, kind) = (NAME, RecordType::A);
            let ttl_s = remaining_s(entry.expires_s, wall_s);
            let mut push = |data| entries.push(CacheEntry { name, kind, ttl_s, data });
            match entry.answer {
                ZoneAnswer::Addresses { addresses, .. } => {
                    let list = addresses.as_slice().iter();
                    list.for_each(|address| push(address.to_string()));
                }
                ZoneAnswer::Negative(negative) if negative.rcode() == Rcode::NxDomain => {
                    push("NXDOMAIN".to_owned());
                }
                ZoneAnswer::Negative(_) => push("NODATA".to_owned()),
            }
        }
        entries
    }

    /// The wall time in whole seconds since 1970.
    fn wall_s(&self, now: SimTime) -> u64 {
        self.epoch_us.saturating_add(now.0) / 1_000_000
    }

    /// Whether data good until `expires_s` still counts. Unbound serves it with TTL 0 through the last second, BIND does
    /// not (`ttl_countdown`, `bind_ttl_countdown`).
    fn holds(&self, expires_s: u64, wall_s: u64) -> bool {
        match self.settings.kind {
            ResolverKind::Unbound => wall_s <= expires_s,
            ResolverKind::Bind => wall_s < expires_s,
        }
    }

    fn serves_expired(&self) -> bool {
        self.settings.serve_expired && self.settings.kind == ResolverKind::Unbound
    }

    /// The answer held in `entry`, with its remaining time or the TTL given.
    fn reply(&mut self, entry: &Entry, ttl_s: Option<u32>, query_id: u16, wall_s: u64) -> Reply {
        let ttl_s = ttl_s.unwrap_or_else(|| remaining_s(entry.expires_s, wall_s));
        match entry.answer {
            ZoneAnswer::Addresses { addresses, .. } => {
                Reply::Addresses(CachedAnswer { addresses: self.turned(addresses, query_id, wall_s), ttl_s })
            }
            ZoneAnswer::Negative(negative) => Reply::Negative(Negative { ttl_s, ..negative }),
        }
    }

    /// The addresses in the order of this answer. Unbound begins with number (query id + wall seconds) mod n
    /// (`several_a_resolver_rotating`, `two_a_resolver_rotating`), BIND one further on each time
    /// (`bind_several_a_cyclic`).
    fn turned(&mut self, addresses: Addresses, query_id: u16, wall_s: u64) -> Addresses {
        if !self.settings.rotate {
            return addresses;
        }
        match self.settings.kind {
            ResolverKind::Unbound => addresses.rotated(u64::from(query_id).wrapping_add(wall_s)),
            ResolverKind::Bind => {
                self.rotations = self.rotations.wrapping_add(1);
                addresses.rotated(self.rotations)
            }
        }
    }
}

fn remaining_s(expires_s: u64, wall_s: u64) -> u32 {
    u32::try_from(expires_s.saturating_sub(wall_s)).unwrap_or(u32::MAX)
}
