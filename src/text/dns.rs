//! The bytes of a DNS message, field by field (RFC 1035, section 4.1).

use std::fmt::{Display, Write as _};

use crate::sim::dns::{Message, encode};

/// Bytes on one line.
const WIDTH: usize = 8;

/// Every field of a message: where it begins, its bytes, its name and what it says.
#[must_use]
pub fn annotated(message: &Message) -> String {
    let mut walk = Walk { bytes: encode(message), at: 0, out: String::new() };
    walk.field(2, "ID", &message.id);
    let flags: String = message.flags.names().map(|name| format!("{name} ")).collect();
    walk.field(2, "flags", &format_args!("{flags}{}", message.rcode));
    let sections =
        [("ANSWER", &message.answer), ("AUTHORITY", &message.authority), ("ADDITIONAL", &message.additional)];
    walk.field(2, "QDCOUNT", &1);
    for (name, (_, records)) in ["ANCOUNT", "NSCOUNT", "ARCOUNT"].into_iter().zip(&sections) {
        let edns = usize::from(name == "ARCOUNT" && message.edns.is_some());
        walk.field(2, name, &(records.len() + edns));
    }
    walk.heading("QUESTION");
    walk.name("QNAME", &message.question.name);
    walk.field(2, "QTYPE", &message.question.kind);
    walk.field(2, "QCLASS", &"IN");
    for (section, record) in sections.iter().flat_map(|(name, records)| records.iter().map(move |r| (name, r))) {
        walk.heading(section);
        walk.name("NAME", &record.name);
        walk.field(2, "TYPE", &record.data.kind());
        walk.field(2, "CLASS", &"IN");
        walk.field(4, "TTL", &format_args!("{} s", record.ttl_s));
        let length = walk.length();
        walk.field(length, "RDATA", &record.data);
    }
    if let Some(edns) = message.edns {
        walk.heading("ADDITIONAL: EDNS (RFC 6891)");
        walk.name("NAME", ".");
        walk.field(2, "TYPE", &"OPT");
        walk.field(2, "UDP size", &edns.udp_size);
        walk.field(4, "RCODE, version, flags", &if edns.dnssec_ok { "do" } else { "" });
        let length = walk.length();
        if let Some(error) = edns.error {
            walk.field(length, "RDATA", &format_args!("EDE {error} (RFC 8914)"));
        }
    }
    walk.out
}

struct Walk {
    bytes: Vec<u8>,
    at: usize,
    out: String,
}

impl Walk {
    fn heading(&mut self, text: &str) {
        writeln!(self.out, ";; {text}").expect("writing to a string");
    }

    fn field(&mut self, length: usize, name: &str, value: &dyn Display) {
        for (line, bytes) in self.bytes[self.at..self.at + length].chunks(WIDTH).enumerate() {
            let hex: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
            let offset = self.at + line * WIDTH;
            write!(self.out, "{offset:04x}  {:<23}", hex.join(" ")).expect("writing to a string");
            if line == 0 {
                write!(self.out, "  {name} {value}").expect("writing to a string");
            }
            self.out.truncate(self.out.trim_end().len());
            self.out.push('\n');
        }
        self.at += length;
    }

    /// Labels up to the empty one, or up to a pointer to what stands somewhere already (section 4.1.4).
    fn name(&mut self, field: &str, name: &str) {
        let mut end = self.at;
        loop {
            match self.bytes[end] {
                0 => return self.field(end + 1 - self.at, field, &name),
                length if length < 0xC0 => end += usize::from(length) + 1,
                _ => break,
            }
        }
        let to = u16::from_be_bytes([self.bytes[end] & 0x3F, self.bytes[end + 1]]);
        self.field(end + 2 - self.at, field, &format_args!("{name} (goes on at {to:04x})"));
    }

    fn length(&mut self) -> usize {
        let length = u16::from_be_bytes([self.bytes[self.at], self.bytes[self.at + 1]]);
        self.field(2, "RDLENGTH", &length);
        length.into()
    }
}
