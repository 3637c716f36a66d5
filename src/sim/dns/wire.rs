//! Messages as the bytes that cross the network (RFC 1035 section 4.1).

use super::message::{Edns, Flags, Message, Rcode};
use super::record::{Record, RecordData, RecordType};

/// The class of all records: the internet.
const IN: u16 = 1;

/// The type of the record that holds the extension (RFC 6891 section 6.1.1).
const OPT: u16 = 41;

/// The DO bit in the TTL field of the OPT record (RFC 6891 section 6.1.4).
const DNSSEC_OK: u32 = 0x8000;

/// The option that says why a question failed (RFC 8914 section 2).
const EXTENDED_ERROR: u16 = 15;

/// The bytes of a message, names compressed, byte for byte as NSD, Unbound, BIND and dig write them (`query_hex`,
/// `response_hex` and `upstream` of the recordings).
///
/// Names come from this crate and are valid; of a label longer than 63 bytes the result would be unreadable.
#[must_use]
pub fn encode(message: &Message) -> Vec<u8> {
    let mut out = Bytes::default();
    out.u16(message.id);
    out.u16(bits(&message.flags) | code(message.rcode));
    let sections = [&message.answer, &message.authority, &message.additional];
    let [answer, authority, additional] = sections.map(|section| section.len() as u16);
    for count in [1, answer, authority, additional + u16::from(message.edns.is_some())] {
        out.u16(count);
    }
    out.name(&message.question.name);
    out.u16(number(message.question.kind));
    out.u16(IN);
    for record in sections.into_iter().flatten() {
        out.record(record);
    }
    if let Some(edns) = message.edns {
        out.edns(edns);
    }
    out.bytes
}

/// The header's second 16 bits without the code (RFC 1035 section 4.1.1, RFC 4035 section 3.2).
fn bits(flags: &Flags) -> u16 {
    let Flags { qr, aa, rd, ra, ad, cd } = *flags;
    [(qr, 15), (aa, 10), (rd, 8), (ra, 7), (ad, 5), (cd, 4)].map(|(set, at)| u16::from(set) << at).iter().sum()
}

const fn code(rcode: Rcode) -> u16 {
    match rcode {
        Rcode::NoError => 0,
        Rcode::ServFail => 2,
        Rcode::NxDomain => 3,
        Rcode::Refused => 5,
    }
}

const fn number(kind: RecordType) -> u16 {
    match kind {
        RecordType::A => 1,
        RecordType::Ns => 2,
        RecordType::Cname => 5,
        RecordType::Soa => 6,
        RecordType::Mx => 15,
        RecordType::Txt => 16,
        RecordType::Aaaa => 28,
    }
}

/// A message that is being written.
#[derive(Default)]
struct Bytes<'a> {
    bytes: Vec<u8>,
    /// The names, and ends of names, that stand somewhere already, so that others can point there.
    names: Vec<(&'a str, u16)>,
}

impl<'a> Bytes<'a> {
    fn u16(&mut self, value: u16) {
        self.bytes.extend(value.to_be_bytes());
    }

    fn u32(&mut self, value: u32) {
        self.bytes.extend(value.to_be_bytes());
    }

    /// Writes a name up to what stands somewhere already, then a pointer there (RFC 1035 section 4.1.4).
    fn name(&mut self, name: &'a str) {
        let mut rest = name.trim_end_matches('.');
        while !rest.is_empty() {
            if let Some((_, at)) = self.names.iter().find(|(known, _)| *known == rest) {
                return self.u16(0xC000 | at);
            }
            let at = self.bytes.len() as u16;
            if at < 0x4000 {
                self.names.push((rest, at));
            }
            let (label, after) = rest.split_once('.').unwrap_or((rest, ""));
            self.counted(label);
            rest = after;
        }
        self.bytes.push(0);
    }

    fn counted(&mut self, text: &str) {
        self.bytes.push(text.len() as u8);
        self.bytes.extend(text.as_bytes());
    }

    fn record(&mut self, record: &'a Record) {
        self.name(&record.name);
        self.u16(number(record.data.kind()));
        self.u16(IN);
        self.u32(record.ttl_s);
        let start = self.bytes.len();
        self.u16(0);
        match &record.data {
            RecordData::A(address) => self.bytes.extend(address.octets()),
            RecordData::Aaaa(address) => self.bytes.extend(address.octets()),
            RecordData::Ns(name) | RecordData::Cname(name) => self.name(name),
            RecordData::Mx(preference, name) => {
                self.u16(*preference);
                self.name(name);
            }
            RecordData::Txt(pieces) => pieces.iter().for_each(|piece| self.counted(piece)),
            RecordData::Soa(soa) => {
                self.name(&soa.server);
                self.name(&soa.mailbox);
                for value in [soa.serial, soa.refresh_s, soa.retry_s, soa.expire_s, soa.minimum_s] {
                    self.u32(value);
                }
            }
        }
        let len = (self.bytes.len() - start - 2) as u16;
        self.bytes[start..start + 2].copy_from_slice(&len.to_be_bytes());
    }

    /// The OPT record (RFC 6891 section 6.1.2), of the root.
    fn edns(&mut self, edns: Edns) {
        self.name(".");
        self.u16(OPT);
        self.u16(edns.udp_size);
        self.u32(if edns.dnssec_ok { DNSSEC_OK } else { 0 });
        self.u16(if edns.error.is_some() { 6 } else { 0 });
        if let Some(error) = edns.error {
            for value in [EXTENDED_ERROR, 2, error] {
                self.u16(value);
            }
        }
    }
}
