//! A message as `dig` prints it.

use core::fmt::{self, Display, Write as _};

use super::authoritative::NOT_AUTHORITATIVE;
use super::message::Message;
use super::record::Record;
use super::wire::encode;

/// The columns at which dig puts TTL, class, type and data.
const COLUMNS: [usize; 4] = [24, 32, 40, 48];

/// The text that dig 9.18 prints of a response, from `;; Got answer:` to the last section, then its size in bytes. Equal
/// to the recordings' `text` but for the lines of the moment: command, query time, server and date.
#[must_use]
pub fn dig_text(message: &Message) -> String {
    let mut out = String::new();
    write(&mut out, message).expect("writing to a string does not fail");
    out
}

fn write(out: &mut String, message: &Message) -> fmt::Result {
    write_header(out, message)?;
    if let Some(edns) = message.edns {
        let flags = if edns.dnssec_ok { " do" } else { "" };
        writeln!(out, ";; OPT PSEUDOSECTION:")?;
        writeln!(out, "; EDNS: version: 0, flags:{flags}; udp: {}", edns.udp_size)?;
        if edns.error == Some(NOT_AUTHORITATIVE) {
            writeln!(out, "; EDE: {NOT_AUTHORITATIVE} (Not Authoritative)")?;
        }
    }
    let question = &message.question;
    writeln!(out, ";; QUESTION SECTION:")?;
    write!(out, ";{}", question.name)?;
    let mut column = question.name.len();
    cell(out, &mut column, COLUMNS[1], &"IN")?;
    cell(out, &mut column, COLUMNS[2], &question.kind)?;
    out.push_str("\n\n");
    write_section(out, "ANSWER", &message.answer)?;
    write_section(out, "AUTHORITY", &message.authority)?;
    write_section(out, "ADDITIONAL", &message.additional)?;
    writeln!(out, ";; MSG SIZE  rcvd: {}", encode(message).len())
}

fn write_header(out: &mut String, message: &Message) -> fmt::Result {
    let (status, id) = (message.rcode, message.id);
    let flags = message.flags;
    writeln!(out, ";; Got answer:")?;
    writeln!(out, ";; ->>HEADER<<- opcode: QUERY, status: {status}, id: {id}")?;
    out.push_str(";; flags:");
    for name in flags.names() {
        write!(out, " {name}")?;
    }
    let (answers, authorities) = (message.answer.len(), message.authority.len());
    let additional = message.additional.len() + usize::from(message.edns.is_some());
    write!(out, "; QUERY: 1, ANSWER: {answers}, AUTHORITY: {authorities}, ")?;
    writeln!(out, "ADDITIONAL: {additional}")?;
    if flags.qr && flags.rd && !flags.ra {
        writeln!(out, ";; WARNING: recursion requested but not available")?;
    }
    writeln!(out)
}

fn write_section(out: &mut String, title: &str, records: &[Record]) -> fmt::Result {
    if records.is_empty() {
        return Ok(());
    }
    writeln!(out, ";; {title} SECTION:")?;
    for record in records {
        out.push_str(&record.name);
        let mut column = record.name.len();
        cell(out, &mut column, COLUMNS[0], &record.ttl_s)?;
        cell(out, &mut column, COLUMNS[1], &"IN")?;
        cell(out, &mut column, COLUMNS[2], &record.data.kind())?;
        cell(out, &mut column, COLUMNS[3], &record.data)?;
        out.push('\n');
    }
    writeln!(out)
}

/// Writes `text` at column `wanted`, filled up with tabs of eight, or one space further on if the column has passed.
fn cell(out: &mut String, column: &mut usize, wanted: usize, text: &dyn Display) -> fmt::Result {
    let to = wanted.max(*column + 1);
    let tabs = to / 8 - *column / 8;
    let spaces = if tabs > 0 { to % 8 } else { to - *column };
    out.extend(core::iter::repeat_n('\t', tabs));
    out.extend(core::iter::repeat_n(' ', spaces));
    let start = out.len();
    write!(out, "{text}")?;
    *column = to + (out.len() - start);
    Ok(())
}
