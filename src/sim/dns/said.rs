//! What a resolver's cache says: as an address for a visit, as a message, and as lines for the inspector.

use core::net::Ipv4Addr;

use super::ZONE_NAME;
use super::cache::Held;
use super::lookup::{Answer, CacheEntry, Lookup, STALE_TTL_S};
use super::message::{Message, Rcode};
use super::record::{Record, RecordData, RecordType};
use super::referral::COM_SERVER;
use super::resolver::{Counts, Resolver};
use super::upstream::ResolverKind;
use crate::time::SimTime;

impl Resolver {
    /// The address with which an answer begins, and the remaining time in seconds of the part of its chain that ends first;
    /// `None` if it brings no address.
    #[must_use]
    pub fn address(&self, answer: &Answer) -> Option<(Ipv4Addr, u32)> {
        let Held::Records(records, _) = &self.entries[answer.last()?].held else {
            return None;
        };
        let RecordData::A(address) = records.get((answer.turn % records.len().max(1) as u64) as usize)?.data else {
            return None;
        };
        let ttl_s = answer.places().map(|place| self.ttl_s(self.entries[place].expires_s, answer.at_s)).min();
        Some((address, ttl_s?))
    }

    /// The response to a client's query: the chain and the records with their remaining times, or the start of the zone for
    /// an absence, or SERVFAIL; nothing after a miss, as then there is no answer yet.
    #[must_use]
    pub fn message(&self, query: &Message, found: &Lookup) -> Option<Message> {
        let mut reply = query.reply();
        reply.flags.ra = true;
        reply.flags.cd = query.flags.cd;
        let answer = match found {
            Lookup::Fresh(answer) | Lookup::Stale(answer) => answer,
            Lookup::ServFail(answer) => {
                reply.rcode = Rcode::ServFail;
                answer
            }
            Lookup::Miss => return None,
        };
        let mut name = query.question.name.as_str();
        for place in answer.places() {
            let entry = &self.entries[place];
            match &entry.held {
                Held::Records(records, along) => {
                    let ttl_s = self.ttl_s(entry.expires_s, answer.at_s);
                    let first = reply.answer.len();
                    let shown = |record: &Record| Record { ttl_s, ..record.clone() };
                    reply.answer.extend(records.iter().map(|record| Record { name: name.to_owned(), ..shown(record) }));
                    if Some(place) == answer.last() {
                        reply.answer[first..].rotate_left((answer.turn % records.len().max(1) as u64) as usize);
                    }
                    reply.additional.extend(along.iter().map(shown));
                    name = entry.target().unwrap_or(name);
                }
                Held::Absence { nxdomain, start } => {
                    reply.rcode = if *nxdomain { Rcode::NxDomain } else { Rcode::NoError };
                    let own = (start, entry.expires_s);
                    let (start, until_s) = self.start_of(own);
                    let ttl_s = self.ttl_s(until_s, answer.at_s);
                    reply.authority = vec![Record { ttl_s, ..start.clone() }];
                }
            }
        }
        Some(reply)
    }

    /// What Unbound and BIND answer to a query that does not want recursion, whatever they know.
    #[must_use]
    pub fn refusal(query: &Message) -> Message {
        let mut reply = query.reply();
        reply.flags.ra = true;
        reply.rcode = Rcode::Refused;
        reply
    }

    /// The start of the zone that an absence shows, and until when.
    fn start_of<'a>(&'a self, own: (&'a Record, u64)) -> (&'a Record, u64) {
        match (&self.start, self.settings().kind) {
            (Some((start, until_s)), ResolverKind::Unbound) => (start, *until_s),
            _ => own,
        }
    }

    /// What is in the cache now, for the inspector: servers, then addresses or their absence.
    #[must_use]
    pub fn entries(&self, now: SimTime) -> Vec<CacheEntry> {
        let wall_s = self.wall_s(now);
        let mut lines = Vec::new();
        let mut server = |name: &str, until_s: u64, server: &str| {
            if self.holds(until_s, wall_s) {
                let (name, data) = (name.to_owned(), server.to_owned());
                lines.push(CacheEntry { name, kind: RecordType::Ns, ttl_s: remaining_s(until_s, wall_s), data });
            }
        };
        if let Some(until_s) = self.com_until_s {
            server("com.", until_s, COM_SERVER);
        }
        if let Some((until_s, name)) = &self.zone_until_s {
            server(ZONE_NAME, *until_s, name);
        }
        let counts = if self.serves_expired() { Counts::Old } else { Counts::Good };
        for entry in &self.entries {
            if self.counts(entry, wall_s, counts) {
                entry.push_lines(remaining_s(entry.expires_s, wall_s), &mut lines);
            }
        }
        lines
    }

    /// The TTL to show of data good until `expires_s`.
    fn ttl_s(&self, expires_s: u64, wall_s: u64) -> u32 {
        if self.serves_expired() && wall_s > expires_s { STALE_TTL_S } else { remaining_s(expires_s, wall_s) }
    }
}

fn remaining_s(expires_s: u64, wall_s: u64) -> u32 {
    u32::try_from(expires_s.saturating_sub(wall_s)).unwrap_or(u32::MAX)
}
