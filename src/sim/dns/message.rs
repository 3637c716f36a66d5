//! A DNS message in the parts that an inspector shows.
//!
//! Names are absolute and written with the trailing dot. A message is built on demand for showing; the simulation itself
//! passes the small values of [`super::authoritative`] and [`super::resolver`].

use core::fmt;
use core::net::Ipv4Addr;

use super::authoritative::Negative;
use super::lookup::{Lookup, Reply};
use super::{NAME, ZONE_NAME, ZONE_SERVER};

/// The UDP payload size in bytes that dig, Unbound, BIND and NSD all announce (every recording).
pub const UDP_SIZE: u16 = 1232;

/// The type of a record or of a question (RFC 1035 section 3.2.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RecordType {
    /// An IPv4 address.
    A,
    /// An IPv6 address; only ever asked for here, never held.
    Aaaa,
    /// The name of a server that is responsible for a zone.
    Ns,
    /// Another name for the same thing.
    Cname,
    /// The start of a zone, sent to say for how long a missing name may be remembered.
    Soa,
}

impl fmt::Display for RecordType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::A => "A",
            Self::Aaaa => "AAAA",
            Self::Ns => "NS",
            Self::Cname => "CNAME",
            Self::Soa => "SOA",
        })
    }
}

/// How the question went (RFC 1035 section 4.1.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Rcode {
    /// The question was understood; the answer may be empty.
    #[default]
    NoError,
    /// The resolver could not get an answer.
    ServFail,
    /// The name does not exist.
    NxDomain,
    /// The server does not answer questions about that name.
    Refused,
}

impl fmt::Display for Rcode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoError => "NOERROR",
            Self::ServFail => "SERVFAIL",
            Self::NxDomain => "NXDOMAIN",
            Self::Refused => "REFUSED",
        })
    }
}

/// The bits of the header that occur here (RFC 1035 section 4.1.1, RFC 4035 section 3.2).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Flags {
    /// The message is a response.
    pub qr: bool,
    /// The answer comes from a server that is responsible for the name.
    pub aa: bool,
    /// The client wants the server to ask others for it.
    pub rd: bool,
    /// The server is willing to ask others.
    pub ra: bool,
    /// In a query: the client understands what "authentic data" would mean. dig sends it.
    pub ad: bool,
    /// In a query: do not check signatures. Resolvers send it to other servers.
    pub cd: bool,
}

/// What is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// The name, with the trailing dot.
    pub name: String,
    /// The type of record wanted.
    pub kind: RecordType,
}

/// The extension that both sides send along (RFC 6891).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Edns {
    /// The largest UDP payload in bytes that the sender can take.
    pub udp_size: u16,
    /// The DO bit: the sender wants signatures.
    pub dnssec_ok: bool,
}

/// The data of a zone's start (RFC 1035 section 3.3.13). All times are in seconds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Soa {
    /// The zone's first server.
    pub server: String,
    /// The mailbox of the person responsible, with a dot in place of the at sign.
    pub mailbox: String,
    /// The version of the zone.
    pub serial: u32,
    /// How often a secondary server asks for a new version.
    pub refresh_s: u32,
    /// How soon it asks again after a failure.
    pub retry_s: u32,
    /// After what time without the first server it stops answering.
    pub expire_s: u32,
    /// For how long at most a missing name may be remembered (RFC 2308 section 4).
    pub minimum_s: u32,
}

/// What a record says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RecordData {
    /// An IPv4 address.
    A(Ipv4Addr),
    /// The name of a server.
    Ns(String),
    /// The other name.
    Cname(String),
    /// The start of a zone.
    Soa(Soa),
}

impl RecordData {
    /// The type that goes with the data.
    #[must_use]
    pub fn kind(&self) -> RecordType {
        match self {
            Self::A(_) => RecordType::A,
            Self::Ns(_) => RecordType::Ns,
            Self::Cname(_) => RecordType::Cname,
            Self::Soa(_) => RecordType::Soa,
        }
    }
}

impl fmt::Display for RecordData {
    /// The data as a zone file has it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::A(address) => address.fmt(f),
            Self::Ns(name) | Self::Cname(name) => f.write_str(name),
            Self::Soa(soa) => {
                let (server, mailbox, serial) = (&soa.server, &soa.mailbox, soa.serial);
                let (refresh, retry, expire) = (soa.refresh_s, soa.retry_s, soa.expire_s);
                write!(f, "{server} {mailbox} {serial} {refresh} {retry} {expire} ")?;
                write!(f, "{}", soa.minimum_s)
            }
        }
    }
}

/// One record of a section.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// The name that it is about, with the trailing dot.
    pub name: String,
    /// For how many seconds it may be kept.
    pub ttl_s: u32,
    /// What it says.
    pub data: RecordData,
}

impl Record {
    /// A record saying `data` of `name` for `ttl_s` seconds.
    #[must_use]
    pub fn new(name: &str, ttl_s: u32, data: RecordData) -> Self {
        Self { name: name.to_owned(), ttl_s, data }
    }

    /// The record that a server adds to say for how long the absence of a name may be remembered. Its TTL is the smaller
    /// of SOA TTL and SOA minimum (`nxdomain_negative_ttl`, `nodata_negative_ttl`; RFC 2308 section 3).
    #[must_use]
    pub fn start_of_zone(negative: &Negative) -> Self {
        let soa = Soa {
            server: ZONE_SERVER.to_owned(),
            mailbox: format!("admin.{ZONE_NAME}"),
            serial: negative.serial,
            refresh_s: 7200,
            retry_s: 900,
            expire_s: 1_209_600,
            minimum_s: negative.minimum_s,
        };
        Self::new(ZONE_NAME, negative.ttl_s, RecordData::Soa(soa))
    }
}

/// A DNS message: a query or a response (RFC 1035 section 4).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// The number that ties a response to its query.
    pub id: u16,
    /// The bits of the header.
    pub flags: Flags,
    /// How it went; [`Rcode::NoError`] in a query.
    pub rcode: Rcode,
    /// What is asked.
    pub question: Question,
    /// The records that answer it.
    pub answer: Vec<Record>,
    /// Who is responsible, or the start of the zone.
    pub authority: Vec<Record>,
    /// Addresses that save the next question.
    pub additional: Vec<Record>,
    /// The extension, if the sender uses it; counted among the additional records.
    pub edns: Option<Edns>,
}

impl Message {
    /// The query of a client to its resolver, bit for bit as dig sends it (`query_hex` of every recording).
    #[must_use]
    pub fn query(id: u16, name: &str, kind: RecordType) -> Self {
        let flags = Flags { rd: true, ad: true, ..Flags::default() };
        Self::question(id, name, kind, flags, false)
    }

    /// The query of a resolver to the servers responsible for a name: no recursion wanted, signatures welcome (`upstream`
    /// of every recording; Unbound and BIND send the same).
    #[must_use]
    pub fn upstream_query(id: u16, name: &str, kind: RecordType) -> Self {
        let flags = Flags { cd: true, ..Flags::default() };
        Self::question(id, name, kind, flags, true)
    }

    fn question(id: u16, name: &str, kind: RecordType, flags: Flags, dnssec_ok: bool) -> Self {
        Self {
            id,
            flags,
            rcode: Rcode::NoError,
            question: Question { name: name.to_owned(), kind },
            answer: Vec::new(),
            authority: Vec::new(),
            additional: Vec::new(),
            edns: Some(Edns { udp_size: UDP_SIZE, dnssec_ok }),
        }
    }

    /// An empty response to this query: same id and question, the wish for recursion repeated, the extension returned.
    #[must_use]
    pub fn reply(&self) -> Self {
        let flags = Flags { qr: true, rd: self.flags.rd, ..Flags::default() };
        Self { flags, answer: Vec::new(), authority: Vec::new(), additional: Vec::new(), ..self.clone() }
    }

    /// What the resolver answers to this query, given what it found: addresses with the remaining TTL, the start of the
    /// zone for a missing name, SERVFAIL; nothing at all after a miss, as then there is no answer yet.
    #[must_use]
    pub fn resolver_reply(&self, found: &Lookup) -> Option<Self> {
        let mut reply = self.reply();
        reply.flags.ra = true;
        match found {
            Lookup::Fresh(Reply::Addresses(held)) | Lookup::Stale(Reply::Addresses(held)) => {
                let records = held.addresses.as_slice().iter();
                reply.answer = records.map(|&address| Record::new(NAME, held.ttl_s, RecordData::A(address))).collect();
            }
            Lookup::Fresh(Reply::Negative(negative)) | Lookup::Stale(Reply::Negative(negative)) => {
                reply.rcode = negative.rcode();
                reply.authority = vec![Record::start_of_zone(negative)];
            }
            Lookup::ServFail => reply.rcode = Rcode::ServFail,
            Lookup::Miss => return None,
        }
        Some(reply)
    }
}
