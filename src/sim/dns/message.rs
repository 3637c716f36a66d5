//! A DNS message in the parts that an inspector shows.
//!
//! Names are absolute and written with the trailing dot. A message is built on demand for showing; the simulation itself
//! answers visits by the small values of [`super::lookup`].

use core::fmt;

use super::record::{Record, RecordType};

/// The UDP payload size in bytes that dig, Unbound, BIND and NSD all announce (every recording).
pub const UDP_SIZE: u16 = 1232;

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

impl Flags {
    /// The names of those that are set, in dig's order.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        let Self { qr, aa, rd, ra, ad, cd } = self;
        let all = [(qr, "qr"), (aa, "aa"), (rd, "rd"), (ra, "ra"), (ad, "ad"), (cd, "cd")];
        all.into_iter().filter(|(set, _)| *set).map(|(_, name)| name)
    }
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
    /// In a response: why it failed, as a number (RFC 8914).
    pub error: Option<u16>,
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
            edns: Some(Edns { udp_size: UDP_SIZE, dnssec_ok, error: None }),
        }
    }

    /// An empty response to this query: same id and question, the wish for recursion repeated, the extension returned.
    #[must_use]
    pub fn reply(&self) -> Self {
        let flags = Flags { qr: true, rd: self.flags.rd, ..Flags::default() };
        Self { flags, answer: Vec::new(), authority: Vec::new(), additional: Vec::new(), ..self.clone() }
    }
}
