//! Zone files (RFC 1035 section 5), as far as the recordings use them.

use serde_json::Value;

use super::super::Problem;
use crate::sim::dns::{Record, RecordData, RecordType, Soa};

/// The TTL of a record that names none, in a file without `$TTL`, before any record that does: NSD's.
const DEFAULT_TTL_S: u32 = 3600;

/// The name of the zone and its records in the order of the file.
pub(super) fn parse(lines: &Value) -> Result<(String, Vec<Record>), Problem> {
    let lines = lines.as_array().ok_or_else(|| Problem("zone: a list of lines is expected".to_owned()))?;
    let mut file = File { origin: ".".to_owned(), ttl_s: DEFAULT_TTL_S, owner: None, records: Vec::new() };
    let mut statement = String::new();
    for line in lines {
        statement.push_str(without_comment(line.as_str().unwrap_or_default()));
        statement.push(' ');
        if statement.matches('(').count() <= statement.matches(')').count() {
            let whole = statement.replace(['(', ')'], " ");
            file.statement(&whole).map_err(|what| Problem(format!("zone: `{}`: {what}", whole.trim())))?;
            statement.clear();
        }
    }
    let start = file.records.iter().find(|record| record.data.kind() == RecordType::Soa);
    let name = start.map(|record| record.name.clone()).ok_or_else(|| Problem("zone: no SOA record".to_owned()))?;
    if let Some(cut) = file.records.iter().find(|record| record.data.kind() == RecordType::Ns && record.name != name) {
        return Err(Problem(format!("zone: the delegation of `{}` is not modelled", cut.name)));
    }
    Ok((name, file.records))
}

fn without_comment(line: &str) -> &str {
    let mut quoted = false;
    let comment = line.char_indices().find(|&(_, c)| {
        quoted ^= c == '"';
        c == ';' && !quoted
    });
    comment.map_or(line, |(at, _)| &line[..at])
}

struct File {
    origin: String,
    ttl_s: u32,
    owner: Option<String>,
    records: Vec<Record>,
}

impl File {
    fn statement(&mut self, line: &str) -> Result<(), String> {
        let words = words(line);
        let mut rest = words.iter().map(String::as_str).peekable();
        let Some(&first) = rest.peek() else {
            return Ok(());
        };
        match first {
            "$ORIGIN" => self.origin = self.absolute(words.get(1).map_or(".", String::as_str)),
            "$TTL" => {
                let ttl = words.get(1).and_then(|word| seconds(word));
                self.ttl_s = ttl.ok_or("a time is expected")?;
            }
            directive if directive.starts_with('$') => return Err("the directive is not known".to_owned()),
            _ => {
                if !line.starts_with(char::is_whitespace) {
                    rest.next();
                    self.owner = Some(self.absolute(first));
                }
                self.record(rest)?;
            }
        }
        Ok(())
    }

    fn record<'a>(&mut self, words: impl Iterator<Item = &'a str>) -> Result<(), String> {
        let name = self.owner.clone().ok_or("the first record has no name")?;
        if name.starts_with("*.") {
            return Err("wildcards are not modelled".to_owned());
        }
        let mut ttl_s = self.ttl_s;
        let mut words = words.skip_while(|word| {
            let time = seconds(word).map(|time_s| ttl_s = time_s);
            time.is_some() || word.eq_ignore_ascii_case("IN")
        });
        let kind = words.next().ok_or("a type is expected")?.to_ascii_uppercase();
        let data: Vec<&str> = words.collect();
        let data = self.data(&kind, &data)?;
        self.records.push(Record { name, ttl_s, data });
        Ok(())
    }

    fn data(&self, kind: &str, words: &[&str]) -> Result<RecordData, String> {
        let name = |at: usize| words.get(at).map(|word| self.absolute(word)).ok_or("a name is missing");
        let number = |at: usize| words.get(at).and_then(|word| seconds(word)).ok_or("a number is missing");
        let address = || words.first().copied().unwrap_or_default();
        Ok(match kind {
            "A" => RecordData::A(address().parse().map_err(|_| "an IPv4 address is expected")?),
            "AAAA" => RecordData::Aaaa(address().parse().map_err(|_| "an IPv6 address is expected")?),
            "NS" => RecordData::Ns(name(0)?),
            "CNAME" => RecordData::Cname(name(0)?),
            "MX" => RecordData::Mx(u16::try_from(number(0)?).map_err(|_| "the preference is too large")?, name(1)?),
            "TXT" => {
                let piece = |word: &&str| word.trim_matches('"').to_owned();
                if words.iter().any(|word| word.len() > 257) {
                    return Err("a text is longer than 255 bytes".to_owned());
                }
                RecordData::Txt(words.iter().map(piece).collect())
            }
            "SOA" => RecordData::Soa(Soa {
                server: name(0)?,
                mailbox: name(1)?,
                serial: number(2)?,
                refresh_s: number(3)?,
                retry_s: number(4)?,
                expire_s: number(5)?,
                minimum_s: number(6)?,
            }),
            other => return Err(format!("the type `{other}` is not known")),
        })
    }

    fn absolute(&self, name: &str) -> String {
        let absolute = match (name, self.origin.as_str()) {
            ("@", origin) => origin.to_owned(),
            (name, _) if name.ends_with('.') => name.to_owned(),
            (name, ".") => format!("{name}."),
            (name, origin) => format!("{name}.{origin}"),
        };
        absolute.to_ascii_lowercase()
    }
}

/// The words of a line; what stands in quotes is one word.
fn words(line: &str) -> Vec<String> {
    let mut quoted = false;
    let parts = line.split(|c: char| {
        quoted ^= c == '"';
        c.is_whitespace() && !quoted
    });
    parts.filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

/// A number, or a time with its unit such as `1h30m`, in seconds.
fn seconds(word: &str) -> Option<u32> {
    let (mut sum, mut number) = (0_u32, None::<u32>);
    for c in word.chars() {
        if let Some(digit) = c.to_digit(10) {
            number = Some(number.unwrap_or(0).checked_mul(10)?.checked_add(digit)?);
            continue;
        }
        let unit_s = match c.to_ascii_lowercase() {
            's' => 1,
            'm' => 60,
            'h' => 3600,
            'd' => 86_400,
            'w' => 604_800,
            _ => return None,
        };
        sum = sum.checked_add(number.take()?.checked_mul(unit_s)?)?;
    }
    match number {
        Some(rest) => sum.checked_add(rest),
        None => (!word.is_empty()).then_some(sum),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn reads_what_zone_files_have() {
        let lines = json!([
            "$ORIGIN Example.org. ; comment",
            "$TTL 1h",
            "@ IN SOA ns1 admin ( 7",
            "  2h 900 2w 300 )",
            " NS ns1",
            "",
            "ns1 1d IN A 192.0.2.1",
            "www IN 60 AAAA 2001:db8::1",
            "text TXT \"two words; here\" \"\"",
            "mail.example.org. 30 MX 5 ns1"
        ]);
        let (name, records) = parse(&lines).expect("a zone");
        assert_eq!((name.as_str(), records.len()), ("example.org.", 6));
        let shown: Vec<String> =
            records.iter().map(|r| format!("{} {} {} {}", r.name, r.ttl_s, r.data.kind(), r.data)).collect();
        assert_eq!(shown[0], "example.org. 3600 SOA ns1.example.org. admin.example.org. 7 7200 900 1209600 300");
        assert_eq!(shown[1], "example.org. 3600 NS ns1.example.org.");
        assert_eq!(shown[3], "www.example.org. 60 AAAA 2001:db8::1");
        assert_eq!(shown[4], "text.example.org. 3600 TXT \"two words; here\" \"\"");
        assert_eq!(shown[5], "mail.example.org. 30 MX 5 ns1.example.org.");
    }

    #[test]
    fn names_the_line_that_it_does_not_understand() {
        for line in ["www IN HINFO x", "www IN A 300", "* IN A 192.0.2.1", "$INCLUDE x", "www", "x MX", "www A"] {
            let Err(Problem(what)) = parse(&json!(["$ORIGIN x.", "@ SOA a b 1 1 1 1 1", line])) else {
                panic!("{line}");
            };
            assert!(what.contains(line), "{what}");
        }
        assert!(parse(&json!([])).is_err() && parse(&json!("x")).is_err());
    }
}
