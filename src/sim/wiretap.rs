//! A wiretap: the bytes that somebody on a wire has seen last, made from what really was sent there.
//!
//! The spans of the newest trace on the wire say what travelled, in which order, and whether it was encrypted.

mod bytes;
mod messages;

use std::net::Ipv4Addr;

use super::dns::{Message, NAME, Record, RecordData, RecordType, encode};
use super::ids::LinkId;
use super::rng::Rng;
use super::time::SimTime;
use super::trace::{Decision, Place, Span, Trace};
use super::wiring::{LinkInfo, Protocol, Tier};
use super::world::World;

/// Something that was seen on a wire.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heard {
    /// When it had arrived.
    pub at: SimTime,
    /// Whether it was an answer.
    pub back: bool,
    /// The visit that it belonged to; 0 if an administrator sent it.
    pub visit: u64,
    /// Whether it was a part of TLS, of which only lengths and the server's name can be read.
    pub tls: bool,
    /// What was seen.
    pub bytes: Vec<u8>,
}

impl Heard {
    /// Whether this text can be read in it.
    #[must_use]
    pub fn shows(&self, text: &str) -> bool {
        self.bytes.windows(text.len().max(1)).any(|window| window == text.as_bytes())
    }
}

/// Who somebody is to the site. Made up from the seed and from the address of the visitor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Name.
    pub user: &'static str,
    /// Password, which travels in each form.
    pub password: String,
    /// Session cookie, which is as good as the password while it is valid.
    pub session: String,
}

impl World {
    /// The account of the visitors from an address.
    #[must_use]
    pub fn account(&self, source: Ipv4Addr) -> Account {
        let bits = Rng::new(self.scenario.seed ^ u64::from(u32::from(source)), 5).bits();
        let user = ["ada", "bea", "carl", "dora", "emil", "fay", "gus", "hana"][(bits & 7) as usize];
        let word = ["sunshine", "dragon", "letmein", "monkey"][(bits >> 3 & 3) as usize];
        Account { user, password: format!("{word}{}", bits >> 5 & 0xFF), session: format!("{bits:016x}") }
    }

    /// What was seen on a link when the newest traced visit used it; on a replication link, the newest row that was sent.
    /// Health checks are left out.
    #[must_use]
    pub fn wiretap(&self, link: LinkId) -> Vec<Heard> {
        let info = self.wiring.link(link);
        if info.protocol == Protocol::Replication {
            return self.last_event(info).into_iter().collect();
        }
        if self.wiring.seat(info.from).tier == Tier::Resolver {
            return self.last_referral();
        }
        let used =
            |span: &Span| matches!(span.place, Place::Link { link: of, .. } if of == link) && carries(span.decision);
        match self.traces().find(|trace| trace.spans.iter().any(used)) {
            Some(trace) => self.heard(trace, link, info),
            None => Vec::new(),
        }
    }

    fn heard(&self, trace: &Trace, link: LinkId, info: &LinkInfo) -> Vec<Heard> {
        let mut rng = Rng::new(self.scenario.seed ^ trace.visit, 6);
        let mut heard = Vec::new();
        let mut tls = false;
        for (i, span) in trace.spans.iter().enumerate() {
            let Place::Link { link: of, back } = span.place else {
                continue;
            };
            if of != link {
                continue;
            }
            let mut see = |back, tls, bytes| heard.push(Heard { at: span.end, back, visit: trace.visit, tls, bytes });
            match span.decision {
                Decision::TlsHandshake | Decision::BadCertificate => {
                    tls = span.decision == Decision::TlsHandshake;
                    if span.end > span.start {
                        see(false, true, bytes::client_hello(&mut rng));
                        see(true, true, bytes::server_hello(&mut rng));
                    }
                }
                Decision::Sent | Decision::Returned => {
                    let plain = match info.protocol {
                        Protocol::Dns => self.dns_message(trace, i, back),
                        Protocol::Mysql => messages::mysql(trace, i, back),
                        _ => self.http_message(trace, i, back, info),
                    };
                    see(back, tls, if tls { bytes::sealed(plain.len(), &mut rng) } else { plain });
                    // The next request may go to the other port.
                    tls &= !back;
                }
                _ => {}
            }
        }
        heard
    }

    /// The question or the answer of a span between browser and resolver.
    fn dns_message(&self, trace: &Trace, at: usize, back: bool) -> Vec<u8> {
        let query = Message::query(trace.visit as u16, NAME, RecordType::A);
        if !back {
            return encode(&query);
        }
        let mut reply = query.reply();
        reply.flags.ra = true;
        match trace.spans[at - 1].decision {
            Decision::CacheHit { ttl_s } | Decision::AuthorityAnswer { ttl_s } => {
                reply.answer.push(Record::new(NAME, ttl_s, RecordData::A(self.site_of(&trace.spans[at..]))));
            }
            Decision::ServFail => reply.rcode = super::dns::Rcode::ServFail,
            _ => {}
        }
        encode(&reply)
    }

    /// The address to which a visit went after the name service had answered.
    fn site_of(&self, spans: &[Span]) -> Ipv4Addr {
        let to = |span: &Span| match span.place {
            Place::Link { link, .. } => self.wiring.machine_of(self.wiring.link(link).to).public,
            Place::Process(_) => None,
        };
        let known = self.settings.dns.addresses.first().copied();
        spans.iter().find_map(to).or(known).unwrap_or(Ipv4Addr::UNSPECIFIED)
    }

    /// The last question of the resolver to the authoritative server, and the answer.
    fn last_referral(&self) -> Vec<Heard> {
        for trace in self.traces() {
            for (i, span) in trace.spans.iter().enumerate() {
                if let Decision::AuthorityAnswer { ttl_s } = span.decision {
                    let query = Message::upstream_query(trace.visit as u16, NAME, RecordType::A);
                    let mut reply = query.reply();
                    reply.flags.aa = true;
                    reply.answer.push(Record::new(NAME, ttl_s, RecordData::A(self.site_of(&trace.spans[i..]))));
                    let seen =
                        |back, at, message| Heard { at, back, visit: trace.visit, tls: false, bytes: encode(message) };
                    return vec![seen(false, span.start, &query), seen(true, span.end, &reply)];
                }
            }
        }
        Vec::new()
    }

    /// The newest transaction that a replica has received over a link.
    fn last_event(&self, info: &LinkInfo) -> Option<Heard> {
        let ends = [(info.from, info.to), (info.to, info.from)];
        ends.into_iter().find_map(|(source, replica)| {
            let [source, replica] = [source, replica].map(|process| &self.cluster.servers[self.tier(process)]);
            let at = replica.source.filter(|at| self.cluster.servers[usize::from(*at)].process == source.process);
            let newest = source.binlog.get(at.and(replica.next_position.checked_sub(1))?)?;
            let bytes = messages::event(newest);
            Some(Heard { at: newest.committed, back: false, visit: newest.row.visit, tls: false, bytes })
        })
    }
}

/// Whether bytes of a request or an answer, or of TLS, travelled in a span.
const fn carries(decision: Decision) -> bool {
    matches!(decision, Decision::Sent | Decision::Returned | Decision::TlsHandshake | Decision::BadCertificate)
}
