//! The bytes of a DNS message, field by field (RFC 1035, section 4.1).

use std::mem::take;

/// Bytes on one line.
const WIDTH: usize = 8;

/// Every field of a message: where it begins, its bytes, its name and, where it is a number or a name, what it says.
#[must_use]
pub fn annotated(bytes: &[u8]) -> String {
    let mut walk = Walk { bytes, at: 0, out: String::new() };
    walk.number(2, "ID");
    walk.flags();
    let counts = ["QDCOUNT", "ANCOUNT", "NSCOUNT", "ARCOUNT"].map(|name| walk.number(2, name));
    let sections = ["QUESTION", "ANSWER", "AUTHORITY", "ADDITIONAL"];
    for (section, count) in sections.into_iter().zip(counts) {
        for _ in 0..count {
            walk.out = take(&mut walk.out) + ";; " + section + "\n";
            walk.name();
            walk.number(2, "TYPE");
            walk.number(2, "CLASS");
            if section != sections[0] {
                walk.number(4, "TTL");
                let length = walk.number(2, "RDLENGTH");
                walk.field(length as usize, "RDATA");
            }
        }
    }
    walk.out
}

struct Walk<'a> {
    bytes: &'a [u8],
    at: usize,
    out: String,
}

impl Walk<'_> {
    fn field(&mut self, length: usize, what: &str) {
        let mut what = what;
        let end = self.bytes.len().min(self.at + length);
        for bytes in self.bytes[self.at..end].chunks(WIDTH) {
            let hex: String = bytes.iter().map(|byte| format!("{byte:02x} ")).collect();
            let line = format!("{:04x}  {hex:<24} {what}", self.at);
            self.out = take(&mut self.out) + line.trim_end() + "\n";
            self.at += bytes.len();
            what = "";
        }
    }

    fn number(&mut self, length: usize, name: &str) -> u32 {
        let bytes = self.bytes.iter().skip(self.at).take(length);
        let value = bytes.fold(0, |value, byte| value << 8 | u32::from(*byte));
        self.field(length, &format!("{name} {value}"));
        value
    }

    /// The header's second 16 bits, by dig's names.
    fn flags(&mut self) {
        let bits = self.bytes.iter().skip(2).take(2).fold(0, |bits, byte| bits << 8 | u16::from(*byte));
        let mut what = format!("flags, RCODE {}:", bits & 15);
        for (name, bit) in [("qr", 15), ("aa", 10), ("rd", 8), ("ra", 7), ("ad", 5), ("cd", 4)] {
            if bits >> bit & 1 == 1 {
                what = what + " " + name;
            }
        }
        self.field(2, &what);
    }

    /// Labels up to the empty one, or up to a pointer to what stands somewhere already (section 4.1.4).
    fn name(&mut self) {
        let (mut end, mut name) = (self.at, "NAME ".to_owned());
        while let Some(length @ 1..0xC0) = self.bytes.get(end) {
            let label = self.bytes.iter().skip(end + 1).take((*length).into());
            name.extend(label.map(|byte| char::from(*byte)));
            name.push('.');
            end += usize::from(*length) + 1;
        }
        if let Some([0xC0..=0xFF, to]) = self.bytes.get(end..end + 2) {
            name += &format!("goes on at {to:04x}");
            end += 1;
        }
        self.field(end + 1 - self.at, &name);
    }
}
