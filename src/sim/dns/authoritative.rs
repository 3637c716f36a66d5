//! The authoritative server of `foobar.com`: NSD with one name in its zone.

use core::net::Ipv4Addr;

use serde::{Deserialize, Serialize};

use super::addresses::Addresses;
use super::message::{Message, Rcode, Record, RecordData};
use super::{NAME, ZONE_NAME, ZONE_SERVER};

/// The TTL in seconds of the zone's NS record and of its server's address (`$TTL 3600` in every recording).
pub(super) const SERVER_TTL_S: u32 = 3600;

/// What the zone file says of `www`, and how its server orders several addresses.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Zone {
    /// The A records of `www` in the order of the zone file; empty with `exists` means an answer without records. No more
    /// than [`super::MAX_ADDRESSES`] are answered.
    pub a: Vec<Ipv4Addr>,
    /// The TTL of the A records in seconds.
    pub ttl_s: u32,
    /// The TTL of the SOA record in seconds.
    pub soa_ttl_s: u32,
    /// The SOA minimum in seconds: for how long at most the absence of a name may be remembered (RFC 2308 section 4).
    pub negative_ttl_s: u32,
    /// The version of the zone; it grows with each change.
    pub serial: u32,
    /// Whether `www` is in the zone at all.
    pub exists: bool,
    /// NSD's `round-robin: yes`: each answer begins one address further on.
    pub rotate: bool,
    /// Rotated answers given so far: state of the running server, no part of the zone file.
    #[serde(skip)]
    pub rotations: u64,
}

impl Default for Zone {
    /// One address for five minutes, absence for five minutes, as in the recordings.
    fn default() -> Self {
        Self {
            a: vec![Ipv4Addr::new(203, 0, 113, 10)],
            ttl_s: 300,
            soa_ttl_s: 3600,
            negative_ttl_s: 300,
            serial: 1,
            exists: true,
            rotate: false,
            rotations: 0,
        }
    }
}

/// What the authoritative server says of `www`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ZoneAnswer {
    /// Its addresses.
    Addresses {
        /// The addresses in the order answered; at least one.
        addresses: Addresses,
        /// For how many seconds they may be kept.
        ttl_s: u32,
    },
    /// No such name, or no record of that type.
    Negative(Negative),
}

/// The absence of a name, or of records of the type asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Negative {
    /// Whether the name does not exist at all (NXDOMAIN); otherwise it has other records (NODATA).
    pub nxdomain: bool,
    /// For how many seconds this may be remembered: the TTL of the SOA record that says so.
    pub ttl_s: u32,
    /// The version of the zone that said so.
    pub serial: u32,
    /// The minimum in the SOA record, in seconds.
    pub minimum_s: u32,
}

impl Negative {
    /// NXDOMAIN, or NOERROR with an empty answer.
    #[must_use]
    pub fn rcode(&self) -> Rcode {
        if self.nxdomain { Rcode::NxDomain } else { Rcode::NoError }
    }
}

impl Zone {
    /// Answers a question for the A records of `www`.
    ///
    /// Several addresses come in the order of the zone file, or with [`Zone::rotate`] one further on with each answer,
    /// beginning with that order (`several_a_authoritative_fixed`, `several_a_authoritative_rotating`).
    pub fn answer(&mut self) -> ZoneAnswer {
        if !self.exists || self.a.is_empty() {
            return ZoneAnswer::Negative(Negative {
                nxdomain: !self.exists,
                ttl_s: self.soa_ttl_s.min(self.negative_ttl_s),
                serial: self.serial,
                minimum_s: self.negative_ttl_s,
            });
        }
        let mut addresses = Addresses::new(&self.a);
        if self.rotate {
            addresses = addresses.rotated(self.rotations);
            self.rotations = self.rotations.wrapping_add(1);
        }
        ZoneAnswer::Addresses { addresses, ttl_s: self.ttl_s }
    }
}

impl ZoneAnswer {
    /// The response that carries this answer: authoritative, with the zone's server and its address `server` beside the
    /// addresses, or with the start of the zone (`authoritative_basics`).
    #[must_use]
    pub fn message(&self, query: &Message, server: Ipv4Addr) -> Message {
        let mut reply = query.reply();
        reply.flags.aa = true;
        match self {
            Self::Addresses { addresses, ttl_s } => {
                let records = addresses.as_slice().iter();
                reply.answer = records.map(|&address| Record::new(NAME, *ttl_s, RecordData::A(address))).collect();
                let name = RecordData::Ns(ZONE_SERVER.to_owned());
                reply.authority = vec![Record::new(ZONE_NAME, SERVER_TTL_S, name)];
                let glue = RecordData::A(server);
                reply.additional = vec![Record::new(ZONE_SERVER, SERVER_TTL_S, glue)];
            }
            Self::Negative(negative) => {
                reply.rcode = negative.rcode();
                reply.authority = vec![Record::start_of_zone(negative)];
            }
        }
        reply
    }
}
