//! Messages as the bytes that cross the network (RFC 1035 section 4.1), by the `simple-dns` crate.

use simple_dns::rdata::{A, AAAA, CNAME, MX, NS, OPT, OPTCode, RData, SOA, TXT};
use simple_dns::{
    CLASS, CharacterString, Name, Packet, PacketFlag, QTYPE, RCODE, ResourceRecord, SimpleDnsError, TYPE,
};

use super::message::{Edns, Flags, Message, Question, Rcode};
use super::record::{Record, RecordData, RecordType, Soa};

/// The DO bit in the TTL field of the OPT record (RFC 6891 section 6.1.4).
const DNSSEC_OK: u32 = 0x8000;

/// The option that says why a question failed (RFC 8914 section 2).
const EXTENDED_ERROR: u16 = 15;

const FLAGS: [PacketFlag; 6] = [
    PacketFlag::RESPONSE,
    PacketFlag::AUTHORITATIVE_ANSWER,
    PacketFlag::RECURSION_DESIRED,
    PacketFlag::RECURSION_AVAILABLE,
    PacketFlag::AUTHENTIC_DATA,
    PacketFlag::CHECKING_DISABLED,
];

/// The bytes of a message, names compressed, byte for byte as NSD, Unbound, BIND and dig write them (`query_hex`,
/// `response_hex` and `upstream` of the recordings).
///
/// Names come from this crate and are valid; of a label longer than 63 bytes the result would be unreadable.
#[must_use]
pub fn encode(message: &Message) -> Vec<u8> {
    let mut packet = Packet::new_query(message.id);
    let flags = &message.flags;
    let set = [flags.qr, flags.aa, flags.rd, flags.ra, flags.ad, flags.cd];
    for (flag, set) in FLAGS.into_iter().zip(set) {
        if set {
            packet.set_flags(flag);
        }
    }
    *packet.rcode_mut() = match message.rcode {
        Rcode::NoError => RCODE::NoError,
        Rcode::ServFail => RCODE::ServerFailure,
        Rcode::NxDomain => RCODE::NameError,
        Rcode::Refused => RCODE::Refused,
    };
    packet.questions.push(simple_dns::Question::new(
        Name::new_unchecked(&message.question.name),
        QTYPE::TYPE(wire_type(message.question.kind)),
        CLASS::IN.into(),
        false,
    ));
    packet.answers = message.answer.iter().map(wire_record).collect();
    packet.name_servers = message.authority.iter().map(wire_record).collect();
    packet.additional_records = message.additional.iter().map(wire_record).collect();
    packet.additional_records.extend(message.edns.map(wire_edns));
    packet.build_bytes_vec_compressed().expect("writing to memory does not fail")
}

/// The message in these bytes.
///
/// # Errors
/// If the bytes are no DNS message, or hold a record, question or code of which [`Message`] knows nothing.
pub fn decode(bytes: &[u8]) -> Result<Message, SimpleDnsError> {
    let packet = Packet::parse(bytes)?;
    let [qr, aa, rd, ra, ad, cd] = FLAGS.map(|flag| packet.has_flags(flag));
    let [question] = packet.questions.as_slice() else {
        return Err(SimpleDnsError::InvalidDnsPacket);
    };
    let rcode = match packet.rcode() {
        RCODE::NoError => Rcode::NoError,
        RCODE::ServerFailure => Rcode::ServFail,
        RCODE::NameError => Rcode::NxDomain,
        RCODE::Refused => Rcode::Refused,
        _ => return Err(SimpleDnsError::InvalidDnsPacket),
    };
    let section = |records: &[ResourceRecord<'_>]| records.iter().map(record).collect::<Result<_, _>>();
    Ok(Message {
        id: packet.id(),
        flags: Flags { qr, aa, rd, ra, ad, cd },
        rcode,
        question: Question { name: absolute(&question.qname), kind: question_type(question.qtype)? },
        answer: section(&packet.answers)?,
        authority: section(&packet.name_servers)?,
        additional: section(&packet.additional_records)?,
        edns: packet.opt().map(|opt| edns(opt, bytes)),
    })
}

fn wire_type(kind: RecordType) -> TYPE {
    match kind {
        RecordType::A => TYPE::A,
        RecordType::Aaaa => TYPE::AAAA,
        RecordType::Ns => TYPE::NS,
        RecordType::Cname => TYPE::CNAME,
        RecordType::Soa => TYPE::SOA,
        RecordType::Mx => TYPE::MX,
        RecordType::Txt => TYPE::TXT,
    }
}

fn wire_record(record: &Record) -> ResourceRecord<'_> {
    let data = match &record.data {
        RecordData::A(address) => RData::A(A::from(*address)),
        RecordData::Ns(name) => RData::NS(NS(Name::new_unchecked(name))),
        RecordData::Cname(name) => RData::CNAME(CNAME(Name::new_unchecked(name))),
        RecordData::Soa(soa) => RData::SOA(SOA {
            mname: Name::new_unchecked(&soa.server),
            rname: Name::new_unchecked(&soa.mailbox),
            serial: soa.serial,
            refresh: soa.refresh_s.cast_signed(),
            retry: soa.retry_s.cast_signed(),
            expire: soa.expire_s.cast_signed(),
            minimum: soa.minimum_s,
        }),
        RecordData::Aaaa(address) => RData::AAAA(AAAA::from(*address)),
        RecordData::Mx(preference, name) => {
            RData::MX(MX { preference: *preference, exchange: Name::new_unchecked(name) })
        }
        RecordData::Txt(pieces) => {
            let strings = pieces.iter().filter_map(|piece| CharacterString::new(piece.as_bytes()).ok());
            RData::TXT(strings.fold(TXT::new(), TXT::with_char_string))
        }
    };
    let name = Name::new_unchecked(&record.name);
    ResourceRecord::new(name, CLASS::IN, record.ttl_s, data)
}

/// The OPT record. It is written as an ordinary record because the crate's own place for it stands before the other
/// additional records, where the recorded servers have it last, and has no room for the DO bit.
fn wire_edns(edns: Edns) -> ResourceRecord<'static> {
    let error = edns.error.map(|error| OPTCode { code: EXTENDED_ERROR, data: error.to_be_bytes().to_vec().into() });
    let opt_codes = error.into_iter().collect();
    let data = RData::OPT(OPT { opt_codes, udp_packet_size: edns.udp_size, version: 0 });
    let ttl = if edns.dnssec_ok { DNSSEC_OK } else { 0 };
    ResourceRecord::new(Name::new_unchecked("."), CLASS::IN, ttl, data)
}

fn edns(opt: &OPT<'_>, bytes: &[u8]) -> Edns {
    let error = opt.opt_codes.iter().find(|option| option.code == EXTENDED_ERROR);
    let error = error.and_then(|option| option.data.get(..2)).map(|code| u16::from_be_bytes([code[0], code[1]]));
    let options_len: usize = opt.opt_codes.iter().map(|option| option.data.len() + 4).sum();
    Edns { udp_size: opt.udp_packet_size, dnssec_ok: dnssec_ok(bytes, options_len), error }
}

/// Whether the bytes end with an OPT record, of that many bytes of options, that has the DO bit; the crate does not tell.
fn dnssec_ok(bytes: &[u8], options_len: usize) -> bool {
    let end = bytes.len().saturating_sub(options_len);
    matches!(bytes[..end], [.., 0, 0, 41, _, _, _, 0, high, _, _, _] if high & 0x80 != 0)
}

fn question_type(wanted: QTYPE) -> Result<RecordType, SimpleDnsError> {
    match wanted {
        QTYPE::TYPE(TYPE::A) => Ok(RecordType::A),
        QTYPE::TYPE(TYPE::AAAA) => Ok(RecordType::Aaaa),
        QTYPE::TYPE(TYPE::NS) => Ok(RecordType::Ns),
        QTYPE::TYPE(TYPE::CNAME) => Ok(RecordType::Cname),
        QTYPE::TYPE(TYPE::SOA) => Ok(RecordType::Soa),
        QTYPE::TYPE(TYPE::MX) => Ok(RecordType::Mx),
        QTYPE::TYPE(TYPE::TXT) => Ok(RecordType::Txt),
        other => Err(SimpleDnsError::InvalidQType(other.into())),
    }
}

fn record(record: &ResourceRecord<'_>) -> Result<Record, SimpleDnsError> {
    let data = match &record.rdata {
        RData::A(a) => RecordData::A(a.address.into()),
        RData::NS(name) => RecordData::Ns(absolute(name)),
        RData::CNAME(name) => RecordData::Cname(absolute(name)),
        RData::SOA(soa) => RecordData::Soa(Soa {
            server: absolute(&soa.mname),
            mailbox: absolute(&soa.rname),
            serial: soa.serial,
            refresh_s: soa.refresh.cast_unsigned(),
            retry_s: soa.retry.cast_unsigned(),
            expire_s: soa.expire.cast_unsigned(),
            minimum_s: soa.minimum,
        }),
        RData::AAAA(aaaa) => RecordData::Aaaa(aaaa.address.into()),
        RData::MX(mx) => RecordData::Mx(mx.preference, absolute(&mx.exchange)),
        _ => return Err(SimpleDnsError::InvalidDnsPacket),
    };
    Ok(Record { name: absolute(&record.name), ttl_s: record.ttl, data })
}

fn absolute(name: &Name<'_>) -> String {
    format!("{name}.")
}
