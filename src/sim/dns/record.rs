//! Records: a name, for how long it may be kept, and what it says.

use core::fmt;
use core::net::{Ipv4Addr, Ipv6Addr};

/// The type of a record or of a question (RFC 1035 section 3.2.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RecordType {
    /// An IPv4 address.
    A,
    /// An IPv6 address.
    Aaaa,
    /// The name of a server that is responsible for a zone.
    Ns,
    /// Another name for the same thing.
    Cname,
    /// The start of a zone, sent to say for how long a missing name may be remembered.
    Soa,
    /// A machine that takes the mail of a domain.
    Mx,
    /// Free text.
    Txt,
}

impl fmt::Display for RecordType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::A => "A",
            Self::Aaaa => "AAAA",
            Self::Ns => "NS",
            Self::Cname => "CNAME",
            Self::Soa => "SOA",
            Self::Mx => "MX",
            Self::Txt => "TXT",
        })
    }
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
    /// An IPv6 address.
    Aaaa(Ipv6Addr),
    /// The preference, smallest first, and the name of a machine that takes mail.
    Mx(u16, String),
    /// Pieces of text, each of at most 255 bytes.
    Txt(Vec<String>),
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
            Self::Aaaa(_) => RecordType::Aaaa,
            Self::Mx(..) => RecordType::Mx,
            Self::Txt(_) => RecordType::Txt,
        }
    }
}

impl RecordData {
    /// The place of the data among others of its type: their bytes in canonical form (RFC 4034 section 6.3).
    pub(super) fn canonical(&self) -> Vec<u8> {
        match self {
            Self::A(address) => address.octets().to_vec(),
            Self::Aaaa(address) => address.octets().to_vec(),
            Self::Ns(name) | Self::Cname(name) => canonical_name(name),
            Self::Mx(preference, name) => [&preference.to_be_bytes(), canonical_name(name).as_slice()].concat(),
            Self::Txt(pieces) => pieces.iter().flat_map(|piece| counted(piece)).collect(),
            // A zone has one start.
            Self::Soa(_) => Vec::new(),
        }
    }
}

fn canonical_name(name: &str) -> Vec<u8> {
    name.to_ascii_lowercase().split('.').flat_map(counted).collect()
}

fn counted(text: &str) -> Vec<u8> {
    [&[text.len() as u8], text.as_bytes()].concat()
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
            Self::Aaaa(address) => address.fmt(f),
            Self::Mx(preference, server) => write!(f, "{preference} {server}"),
            Self::Txt(pieces) => {
                for (at, piece) in pieces.iter().enumerate() {
                    write!(f, "{}\"{piece}\"", if at > 0 { " " } else { "" })?;
                }
                Ok(())
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
}
