//! What a resolver keeps of the answers it gets, and of those that do not come.

use super::authoritative::same_name;
use super::cache::{Entry, Held, Search, lesson};
use super::message::Message;
use super::record::{Record, RecordData, RecordType};
use super::referral::{NameServer, REFERRAL_TTL_S};
use super::resolver::{Counts, Resolver};
use super::upstream::ResolverKind;
use crate::time::{Micros, SimTime};

impl Resolver {
    /// A server above has said whom to ask next. That is kept as long as it allows, [`REFERRAL_TTL_S`], or as the
    /// configuration allows, until the zone's own copy of the record replaces it.
    pub fn referred(&mut self, now: SimTime, by: NameServer) {
        let ttl_s = REFERRAL_TTL_S.min(self.settings.kind.max_ttl_s());
        let until_s = self.wall_s(now).saturating_add(u64::from(ttl_s));
        match by {
            NameServer::Root => self.com_until_s = Some(until_s),
            NameServer::Com => self.zone_until_s = Some((until_s, super::ZONE_SERVER.to_owned())),
            NameServer::Authoritative => {}
        }
    }

    /// The authoritative server has answered, `took` after it was asked.
    ///
    /// An absence is kept for the smaller of SOA TTL and SOA minimum (`nxdomain_negative_ttl`, `nodata_negative_ttl`, RFC
    /// 2308 section 5), an answer with TTL 0 not at all (`ttl_zero`); Unbound keeps a CNAME even then, to the end of the
    /// second. BIND sorts a set of records, and turns its cyclic order by a counter that begins with the number of sets it
    /// has learned so far, the first with 1 (`bind_several_a_cyclic`).
    ///
    /// The zone's own NS record counts more than the one of the servers above (RFC 2181 section 5.4.1).
    pub fn learned(&mut self, now: SimTime, reply: &Message, took: Micros) {
        let (kind, wall_s) = (self.settings.kind, self.wall_s(now));
        self.upstream.answered(took);
        let servers = |record: &&Record| record.data.kind() == RecordType::Ns;
        if let Some(Record { data: RecordData::Ns(server), ttl_s, .. }) = reply.authority.iter().find(servers) {
            self.zone_until_s = Some((wall_s.saturating_add(u64::from(*ttl_s)), server.clone()));
        }
        let Some((of, mut held)) = lesson(reply) else {
            return;
        };
        let ttl_s = match &mut held {
            Held::Records(records, _) => {
                if kind == ResolverKind::Bind {
                    sort(records);
                }
                records.iter().map(|record| record.ttl_s).min().unwrap_or(0).min(kind.max_ttl_s())
            }
            Held::Absence { start, .. } => {
                let minimum_s = if let RecordData::Soa(soa) = &start.data { soa.minimum_s } else { 0 };
                start.ttl_s = start.ttl_s.min(minimum_s).min(kind.max_negative_ttl_s());
                self.keep_start(start.clone(), wall_s);
                start.ttl_s
            }
        };
        self.tidy(wall_s, &reply.question.name, of);
        self.entries.push(Entry {
            name: reply.question.name.clone(),
            kind: of,
            held,
            expires_s: wall_s.saturating_add(u64::from(ttl_s)),
            kept: ttl_s > 0 || (of == RecordType::Cname && kind == ResolverKind::Unbound),
            learned: self.asked,
            turns: self.sets,
        });
        self.sets = self.sets.wrapping_add(1);
    }

    /// Unbound keeps one copy of the start of a zone, whatever absence it came with, until its time is over or the zone has
    /// changed; all absences show its remaining time and last no longer than it.
    fn keep_start(&mut self, start: Record, wall_s: u64) {
        let same = |(old, until_s): &(Record, u64)| old.data == start.data && self.holds(*until_s, wall_s);
        if !self.start.as_ref().is_some_and(same) {
            let until_s = wall_s.saturating_add(u64::from(start.ttl_s));
            self.start = Some((start, until_s));
        }
    }

    /// Removes the line of that name and type, and those that nobody can need any more.
    fn tidy(&mut self, wall_s: u64, name: &str, kind: RecordType) {
        let (keeps_old, asked) = (self.serves_expired(), self.asked);
        let bind = self.settings.kind == ResolverKind::Bind;
        self.entries.retain(|entry| {
            let over = !entry.kept || wall_s > entry.expires_s;
            let needed = keeps_old && entry.kept || entry.learned == asked || !over;
            let no_name = bind && matches!(entry.held, Held::Absence { nxdomain: true, .. });
            needed && !((entry.kind == kind || no_name) && same_name(&entry.name, name))
        });
    }

    /// Asking has failed, by silence or by a refusal: for a while the same question gets SERVFAIL without asking, unless old
    /// data can be served instead.
    pub fn failed(&mut self, now: SimTime, name: &str, kind: RecordType) {
        let software = self.settings.kind;
        self.upstream.failed(software);
        if self.serves_expired() && matches!(self.search(now, name, kind, Counts::Old), Search::Found(_)) {
            return;
        }
        let until = match software {
            // BIND counts exactly, Unbound to the end of a second.
            ResolverKind::Bind => now + Micros::from_secs(software.servfail_s()),
            ResolverKind::Unbound => {
                let end_s = self.wall_s(now).saturating_add(software.servfail_s() + 1);
                SimTime(end_s.saturating_mul(1_000_000).saturating_sub(self.epoch_us))
            }
        };
        self.failures.retain(|(other, of, until)| *until > now && !(*of == kind && same_name(other, name)));
        self.failures.push((name.to_owned(), kind, until));
    }

    /// Whether asking this very question failed a moment ago.
    #[must_use]
    pub fn has_failed(&self, now: SimTime, name: &str, kind: RecordType) -> bool {
        let failed =
            |(other, of, until): &(String, RecordType, SimTime)| *of == kind && now < *until && same_name(other, name);
        self.failures.iter().any(failed)
    }
}

/// Sorts a set of records into canonical order. A set is small, and this is less to download than the library's sort.
fn sort(records: &mut [Record]) {
    for end in 1..records.len() {
        for at in (1..=end).rev() {
            if records[at - 1].data.canonical() > records[at].data.canonical() {
                records.swap(at - 1, at);
            }
        }
    }
}
