//! The bytes of a DNS message, field by field (RFC 1035, section 4.1).

use std::fmt::Display;
use std::mem::take;

use crate::sim::dns::{Message, encode};

/// Bytes on one line.
const WIDTH: usize = 8;

/// Every field of a message: where it begins, its bytes, its name and what it says.
#[must_use]
pub fn annotated(message: &Message) -> String {
    let mut walk = Walk { bytes: encode(message), at: 0, out: String::new() };
    walk.field(2, "ID", &message.id);
    let flags: String = message.flags.names().map(|name| format!("{name} ")).collect();
    walk.field(2, "flags", &(flags + &message.rcode.to_string()));
    let sections = [&message.answer, &message.authority, &message.additional];
    walk.field(2, "QDCOUNT", &1);
    for (name, records) in ["ANCOUNT", "NSCOUNT", "ARCOUNT"].into_iter().zip(sections) {
        let edns = usize::from(name == "ARCOUNT" && message.edns.is_some());
        walk.field(2, name, &(records.len() + edns));
    }
    walk.start("QUESTION", &message.question.name, &message.question.kind);
    walk.field(2, "CLASS", &"IN");
    for (section, records) in ["ANSWER", "AUTHORITY", "ADDITIONAL"].into_iter().zip(sections) {
        for record in records {
            walk.start(section, &record.name, &record.data.kind());
            walk.field(2, "CLASS", &"IN");
            walk.field(4, "TTL in s", &record.ttl_s);
            walk.data("RDATA", &record.data);
        }
    }
    if let Some(edns) = message.edns {
        walk.start("ADDITIONAL: EDNS (RFC 6891)", ".", &"OPT");
        walk.field(2, "UDP size", &edns.udp_size);
        walk.field(4, "RCODE, version, flags", &if edns.dnssec_ok { "do" } else { "" });
        walk.data("RDATA: error (RFC 8914)", &edns.error.unwrap_or_default());
    }
    walk.out
}

struct Walk {
    bytes: Vec<u8>,
    at: usize,
    out: String,
}

impl Walk {
    /// A section, or the next record of one, begins.
    fn start(&mut self, section: &str, name: &str, kind: &dyn Display) {
        self.out = take(&mut self.out) + ";; " + section + "\n";
        self.name(name);
        self.field(2, "TYPE", kind);
    }

    fn field(&mut self, length: usize, name: &str, value: &dyn Display) {
        let mut what = format!("{name} {value}");
        for bytes in self.bytes[self.at..self.at + length].chunks(WIDTH) {
            let hex: String = bytes.iter().map(|byte| format!("{byte:02x} ")).collect();
            let line = format!("{:04x}  {hex:<24} {}", self.at, take(&mut what));
            self.out = take(&mut self.out) + line.trim_end() + "\n";
            self.at += bytes.len();
        }
    }

    /// Labels up to the empty one, or up to a pointer to what stands somewhere already (section 4.1.4).
    fn name(&mut self, name: &str) {
        let mut end = self.at;
        loop {
            match self.bytes[end] {
                0 => return self.field(end + 1 - self.at, "NAME", &name),
                length if length < 0xC0 => end += usize::from(length) + 1,
                _ => break,
            }
        }
        let to = u16::from_be_bytes([self.bytes[end] & 0x3F, self.bytes[end + 1]]);
        self.field(end + 2 - self.at, "NAME", &format!("{name} (goes on at {to:04x})"));
    }

    /// Bytes behind their number.
    fn data(&mut self, name: &str, value: &dyn Display) {
        let length = u16::from_be_bytes([self.bytes[self.at], self.bytes[self.at + 1]]);
        self.field(2, "RDLENGTH", &length);
        self.field(length.into(), name, value);
    }
}
