//! The bytes of a message, read by the `simple-dns` crate.

use hopscope::sim::dns::{Edns, Flags, Message, Question, Rcode, Record, RecordData, RecordType, Soa};
use simple_dns::rdata::{OPT, RData};
use simple_dns::{Name, Packet, PacketFlag, QTYPE, RCODE, ResourceRecord, SimpleDnsError, TYPE};

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
