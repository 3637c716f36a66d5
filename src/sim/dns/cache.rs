//! The lines of a resolver's cache, and the search along a chain of CNAMEs.

use super::authoritative::{same_name, target};
use super::lookup::{Answer, CacheEntry, MAX_ALIASES};
use super::message::{Message, Rcode};
use super::record::{Record, RecordType};

/// What is known of a name and a type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub name: String,
    pub kind: RecordType,
    pub held: Held,
    /// In whole seconds of wall time.
    pub expires_s: u64,
    /// Whether it may answer later questions; not with TTL 0 (`ttl_zero`).
    pub kept: bool,
    /// How many questions had been asked of other servers when it was learned.
    pub learned: u64,
    /// How often it was answered, from the number with which BIND began.
    pub turns: u64,
}

/// Records, or their absence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Held {
    /// The set of records, and the addresses that came along with a set of servers.
    Records(Vec<Record>, Vec<Record>),
    /// No such name (`nxdomain`), or no records of the type; with the start of the zone that says so.
    Absence { nxdomain: bool, start: Record },
}

/// The result of a search.
pub(super) enum Search {
    /// The whole chain.
    Found(Answer),
    /// A chain that bites its tail or is too long.
    Endless(Answer),
    /// The chain as far as it is known; the question goes on at the target of its last line.
    Missing(Answer),
}

impl Entry {
    /// Whether it answers a question for that name and type. With `any`, the absence of a name answers for all types.
    fn answers(&self, name: &str, kind: RecordType, any: bool) -> bool {
        let no_name = any && matches!(self.held, Held::Absence { nxdomain: true, .. });
        (self.kind == kind || no_name) && same_name(&self.name, name)
    }

    /// The name at which a CNAME goes on.
    pub fn target(&self) -> Option<&str> {
        match &self.held {
            Held::Records(records, _) => target(records.first()?),
            Held::Absence { .. } => None,
        }
    }

    /// Adds its lines for the inspector.
    pub fn push_lines(&self, ttl_s: u32, lines: &mut Vec<CacheEntry>) {
        let mut push = |data| lines.push(CacheEntry { name: self.name.clone(), kind: self.kind, ttl_s, data });
        match &self.held {
            Held::Records(records, _) => {
                for record in records {
                    push(record.data.to_string());
                }
            }
            Held::Absence { nxdomain: true, .. } => push("NXDOMAIN".to_owned()),
            Held::Absence { .. } => push("NODATA".to_owned()),
        }
    }
}

/// Follows the question through those entries that are `good`.
pub(super) fn search(
    entries: &[Entry],
    name: &str,
    kind: RecordType,
    any: bool,
    good: impl Fn(&Entry) -> bool,
) -> Search {
    let mut answer = Answer { places: [0; MAX_ALIASES + 1], len: 0, turn: 0, at_s: 0 };
    let mut name = name;
    loop {
        let find = |kind| entries.iter().position(|entry| entry.answers(name, kind, any) && good(entry));
        let last = find(kind);
        let Some(place) = last.or_else(|| find(RecordType::Cname)) else {
            return Search::Missing(answer);
        };
        if usize::from(answer.len) > MAX_ALIASES || answer.places().any(|before| before == place) {
            return Search::Endless(answer);
        }
        answer.places[usize::from(answer.len)] = place as u16;
        answer.len += 1;
        match entries[place].target().filter(|_| last.is_none()) {
            Some(next) => name = next,
            None => return Search::Found(answer),
        }
    }
}

/// What a response teaches of its question: the records asked for, else a CNAME, else their absence; nothing if it carries
/// neither. The rest of a chain is not believed but asked for (`cname_www_to_apex`).
pub(super) fn lesson(reply: &Message) -> Option<(RecordType, Held)> {
    let question = &reply.question;
    for kind in [question.kind, RecordType::Cname] {
        let of_set = |record: &&Record| record.data.kind() == kind && same_name(&record.name, &question.name);
        let records: Vec<Record> = reply.answer.iter().filter(of_set).cloned().collect();
        if !records.is_empty() {
            let along = if kind == RecordType::Ns { reply.additional.clone() } else { Vec::new() };
            return Some((kind, Held::Records(records, along)));
        }
    }
    let start = reply.authority.iter().find(|record| record.data.kind() == RecordType::Soa)?;
    let nxdomain = reply.rcode == Rcode::NxDomain;
    Some((question.kind, Held::Absence { nxdomain, start: start.clone() }))
}
