//! The authoritative server: NSD with one zone.

use core::net::Ipv4Addr;

use super::message::{Message, Rcode};
use super::record::{Record, RecordData, RecordType, Soa};
use super::{NAME, ZONE_NAME, ZONE_SERVER};

/// The extended error that NSD sends with its refusals (RFC 8914 section 4.21).
pub const NOT_AUTHORITATIVE: u16 = 20;

/// The TTL in seconds of the site's SOA and NS records and of its name server's address (`$TTL 3600` in every recording).
const SERVER_TTL_S: u32 = 3600;

/// A zone and its server. Names are absolute; their case does not count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Zone {
    /// The name of the zone, with the trailing dot.
    name: String,
    /// The records in the order of the zone file.
    records: Vec<Record>,
    /// NSD's `round-robin: yes`: each set of records in an answer begins further on.
    rotate: bool,
    /// Sets of records in the answers so far: one counter for all names (`several_a_authoritative_rotating`).
    rotations: usize,
}

impl Zone {
    /// The zone `name` with these records, whose server has just started. `rotate` is NSD's `round-robin`.
    #[must_use]
    pub fn new(name: &str, records: Vec<Record>, rotate: bool) -> Self {
        Self { name: name.to_owned(), records, rotate, rotations: 0 }
    }

    /// The zone of the site: `www` has these addresses, and `server` is the address of its name server. Absence may be
    /// remembered for five minutes, as in the recordings.
    #[must_use]
    pub fn of_site(addresses: &[Ipv4Addr], ttl_s: u32, server: Ipv4Addr) -> Self {
        let soa = Soa {
            server: ZONE_SERVER.to_owned(),
            mailbox: format!("admin.{ZONE_NAME}"),
            serial: 1,
            refresh_s: 7200,
            retry_s: 900,
            expire_s: 1_209_600,
            minimum_s: 300,
        };
        let records = vec![
            Record::new(ZONE_NAME, SERVER_TTL_S, RecordData::Soa(soa)),
            Record::new(ZONE_NAME, SERVER_TTL_S, RecordData::Ns(ZONE_SERVER.to_owned())),
            Record::new(ZONE_SERVER, SERVER_TTL_S, RecordData::A(server)),
        ];
        let mut zone = Self::new(ZONE_NAME, records, false);
        zone.put_addresses(addresses, ttl_s);
        zone
    }

    /// Gives `www` other addresses, in a new version of the zone.
    pub fn set_addresses(&mut self, addresses: &[Ipv4Addr], ttl_s: u32) {
        self.records.retain(|record| record.name != NAME);
        self.put_addresses(addresses, ttl_s);
        if let Some(RecordData::Soa(soa)) = self.records.first_mut().map(|record| &mut record.data) {
            soa.serial += 1;
        }
    }

    fn put_addresses(&mut self, addresses: &[Ipv4Addr], ttl_s: u32) {
        self.records.extend(addresses.iter().map(|&address| Record::new(NAME, ttl_s, RecordData::A(address))));
    }

    /// Replaces all records by those of a new zone file. NSD answers from new processes then, whose rotation begins again.
    pub fn reload(&mut self, records: Vec<Record>) {
        self.records = records;
        self.restart();
    }

    /// The server has started anew: its rotation begins again.
    pub fn restart(&mut self) {
        self.rotations = 0;
    }

    /// The records in the order of the zone file.
    #[must_use]
    pub fn records(&self) -> &[Record] {
        &self.records
    }

    /// Whether `www` has this address.
    #[must_use]
    pub fn has_address(&self, address: Ipv4Addr) -> bool {
        self.set(NAME, RecordType::A).any(|record| record.data == RecordData::A(address))
    }

    /// The version of the zone, 0 without an SOA record.
    #[must_use]
    pub fn serial(&self) -> u32 {
        let serial = |record: &Record| match &record.data {
            RecordData::Soa(soa) => Some(soa.serial),
            _ => None,
        };
        self.records.iter().find_map(serial).unwrap_or(0)
    }

    /// The response to a query (`authoritative_basics`).
    ///
    /// A CNAME is followed as far as the zone goes. Beside an answer come the zone's servers and their addresses; with the
    /// absence of a name or of a type comes the start of the zone (`cname_dangling`); with a chain that leaves the zone or
    /// bites its tail comes nothing.
    pub fn answer(&mut self, query: &Message) -> Message {
        let mut reply = query.reply();
        if !self.holds(&query.question.name) {
            reply.rcode = Rcode::Refused;
            if let Some(edns) = &mut reply.edns {
                edns.error = Some(NOT_AUTHORITATIVE);
            }
            return reply;
        }
        reply.flags.aa = true;
        let kind = query.question.kind;
        let mut name = query.question.name.clone();
        loop {
            if self.put_set(&mut reply.answer, &name, kind) {
                self.put_servers(&mut reply);
                return reply;
            }
            if !self.put_set(&mut reply.answer, &name, RecordType::Cname) {
                self.put_absence(&mut reply, &name);
                return reply;
            }
            name = target(&reply.answer[reply.answer.len() - 1]).unwrap_or_default().to_owned();
            if !self.holds(&name) || reply.answer.iter().any(|record| same_name(&record.name, &name)) {
                return reply;
            }
        }
    }

    /// Whether the name is the zone's or lies below it.
    fn holds(&self, name: &str) -> bool {
        is_below(name, &self.name)
    }

    fn set<'a>(&'a self, name: &'a str, kind: RecordType) -> impl Iterator<Item = &'a Record> {
        self.records.iter().filter(move |record| record.data.kind() == kind && same_name(&record.name, name))
    }

    /// Puts the records of that name and type into the answer, the name as it was asked for. Says whether there are any.
    fn put_set(&mut self, answer: &mut Vec<Record>, name: &str, kind: RecordType) -> bool {
        let first = answer.len();
        answer.extend(self.set(name, kind).map(|record| Record { name: name.to_owned(), ..record.clone() }));
        let set = &mut answer[first..];
        if self.rotate && !set.is_empty() {
            set.rotate_left(self.rotations % set.len());
            self.rotations = self.rotations.wrapping_add(1);
        }
        !set.is_empty()
    }

    /// The zone's servers, unless they are the answer, and the addresses of all servers named so far: first the IPv4
    /// addresses, then the IPv6 ones, each once.
    fn put_servers(&self, reply: &mut Message) {
        if !reply.answer.iter().any(|record| record.data.kind() == RecordType::Ns) {
            reply.authority = self.set(&self.name, RecordType::Ns).cloned().collect();
        }
        let named =
            reply.answer.iter().chain(&reply.authority).filter(|record| record.data.kind() != RecordType::Cname);
        let servers: Vec<&str> = named.filter_map(target).collect();
        for kind in [RecordType::A, RecordType::Aaaa] {
            for server in &servers {
                let there = |record: &&Record| record.data.kind() == kind && same_name(&record.name, server);
                if !reply.answer.iter().chain(&reply.additional).any(|record| there(&record)) {
                    reply.additional.extend(self.records.iter().filter(there).cloned());
                }
            }
        }
    }

    /// The start of the zone, which says for how long the absence may be remembered: its TTL is the smaller of its own and
    /// its minimum (`nxdomain_negative_ttl`, `nodata_negative_ttl`; RFC 2308 section 3). A name is there if it has records or
    /// stands above one that has.
    fn put_absence(&self, reply: &mut Message, name: &str) {
        if !self.records.iter().any(|record| is_below(&record.name, name)) {
            reply.rcode = Rcode::NxDomain;
        }
        let start = self.records.iter().find(|record| record.data.kind() == RecordType::Soa);
        reply.authority.extend(start.cloned().map(|mut record| {
            if let RecordData::Soa(soa) = &record.data {
                record.ttl_s = record.ttl_s.min(soa.minimum_s);
            }
            record
        }));
    }
}

/// The name that a record points at.
pub(super) fn target(record: &Record) -> Option<&str> {
    match &record.data {
        RecordData::Cname(name) | RecordData::Ns(name) | RecordData::Mx(_, name) => Some(name),
        _ => None,
    }
}

/// Whether two names are the same (RFC 4343).
pub(super) fn same_name(one: &str, other: &str) -> bool {
    one.eq_ignore_ascii_case(other)
}

/// Whether `name` is `zone` or ends with it at a dot.
fn is_below(name: &str, zone: &str) -> bool {
    let split = name.len().checked_sub(zone.len()).filter(|&at| name.is_char_boundary(at));
    split.is_some_and(|at| same_name(&name[at..], zone) && (at == 0 || name[..at].ends_with('.')))
}
