//! HTTP and MySQL as they travel in clear.

use crate::mysql::{Change, Transaction};
use crate::outcome::{Cause, Verdict, reason};
use crate::script::{self, Method};
use crate::trace::{Decision, Trace};
use crate::wiring::{LinkInfo, Tier};
use crate::workload::Class;
use crate::world::World;

/// A whole picture would be too long to show.
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";

/// What a visitor orders.
fn order(visit: u64) -> String {
    format!("Order of visit {visit}")
}

impl World {
    /// The request or the response of a span.
    pub(super) fn http_message(&self, trace: &Trace, at: usize, back: bool, link: &LinkInfo) -> Vec<u8> {
        let from = self.wiring.seat(link.from).tier;
        // nginx speaks HTTP/1.0 to what it passes requests to (`proxy_http_version`).
        let version = if from == Tier::Nginx { "1.0" } else { "1.1" };
        if back { self.response(trace, at, version, link) } else { self.request(trace, version, from).into_bytes() }
    }

    fn request(&self, trace: &Trace, version: &str, from: Tier) -> String {
        let account = self.account(trace.source);
        let script = trace.script.as_deref();
        let (method, body) = match script::method(trace.class, script) {
            Method::Get => ("GET", String::new()),
            Method::Post => {
                let order = order(trace.visit).replace(' ', "+");
                ("POST", format!("user={}&password={}&order={order}", account.user, account.password))
            }
        };
        let more = script.and_then(|script| script.cookie.as_deref()).map_or(String::new(), |more| format!("; {more}"));
        let mut text = format!(
            "{method} {} HTTP/{version}\r\nHost: www.foobar.com\r\nCookie: session={}{more}\r\n",
            script::path(trace.class, script),
            account.session
        );
        if from != Tier::Browser {
            text += &format!("X-Forwarded-For: {}\r\n", trace.source);
        }
        if !body.is_empty() {
            let form = "application/x-www-form-urlencoded";
            text += &format!("Content-Type: {form}\r\nContent-Length: {}\r\n", body.len());
        }
        text + "\r\n" + &body
    }

    fn response(&self, trace: &Trace, at: usize, version: &str, link: &LinkInfo) -> Vec<u8> {
        if at > 0 && trace.spans[at - 1].decision == Decision::Redirected {
            let path = script::path(trace.class, trace.script.as_deref());
            return format!(
                "HTTP/1.1 301 {}\r\ncontent-length: 0\r\nlocation: https://www.foobar.com{path}\r\n\r\n",
                reason(301)
            )
            .into_bytes();
        }
        let status = match (trace.spans.get(at + 1).map(|span| span.decision), trace.outcome.map(|o| o.result)) {
            (Some(Decision::PeerFailed { status, .. }), _) | (_, Some(Verdict::Http(status))) => status,
            _ => 200,
        };
        let user = Some(self.account(trace.source).user);
        let (by, cause) = match trace.outcome {
            Some(outcome) if outcome.result == Verdict::Http(status) => (outcome.by, outcome.cause),
            _ => (link.to, Cause::Page),
        };
        let kind = if cause == Cause::File { "image/png" } else { "text/html" };
        let body = self.page(by, status, cause, user);
        // A picture begins with the signature of PNG.
        let body = if body.is_empty() { PNG } else { body.as_bytes() };
        let head = format!(
            "HTTP/{version} {status} {}\r\nContent-Type: {kind}\r\nContent-Length: {}\r\n\r\n",
            reason(status),
            self.page_bytes(by, status, cause, user)
        );
        [head.as_bytes(), body].concat()
    }
}

/// The statement or the answer of a span between the application and a database, as packets of MySQL's protocol.
pub(super) fn mysql(trace: &Trace, at: usize, back: bool) -> Vec<u8> {
    if !back {
        let statement = match trace.class {
            Class::Write => format!("INSERT INTO orders (text) VALUES ('{}')", order(trace.visit)),
            _ => "SELECT MAX(id) FROM orders".to_owned(),
        };
        return packet(0, &[&[3], statement.as_bytes()]);
    }
    match trace.spans[at - 1].decision {
        // OK: one row, and its id.
        Decision::StoredRow { row } => packet(1, &[&[0, 1], &number(row), &[2, 0, 0, 0]]),
        Decision::ReadRows { newest, .. } => {
            let value = newest.to_string();
            let column = b"\x03def\0\0\0\x07MAX(id)\0\x0c\x3f\0\x0b\0\0\0\x03\0\0\0\0\0";
            let end = [0xFE, 0, 0, 2, 0];
            let parts = [&[1][..], column, &end, &[&[value.len() as u8], value.as_bytes()].concat(), &end];
            parts.iter().zip(1..).flat_map(|(part, number)| packet(number, &[part])).collect()
        }
        Decision::Denied(error) => packet(1, &[&[0xFF], &error.code().to_le_bytes(), b"#HY000"]),
        _ => Vec::new(),
    }
}

/// A packet: its length in three bytes, its number.
fn packet(number: u8, parts: &[&[u8]]) -> Vec<u8> {
    let body = parts.concat();
    let [a, b, c, _] = (body.len() as u32).to_le_bytes();
    [&[a, b, c, number], &body[..]].concat()
}

/// A number as MySQL writes it where most are small.
fn number(value: u32) -> Vec<u8> {
    match value {
        0..=250 => vec![value as u8],
        251..=0xFFFF => [&[0xFC][..], &(value as u16).to_le_bytes()].concat(),
        _ => [&[0xFD][..], &value.to_le_bytes()[..3]].concat(),
    }
}

/// A transaction in a binlog event. A row (`WRITE_ROWS_EVENT`, 30): header, table, then id and text; TRUNCATE as it was
/// typed (`QUERY_EVENT`, 2): header, thread, time, lengths, then database and statement.
pub(super) fn event(transaction: &Transaction) -> Vec<u8> {
    let (kind, body) = if let Some([Change::Truncate(_)]) = transaction.changes.as_deref() {
        (2, [&[9, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 0][..], b"shop\0TRUNCATE TABLE orders"].concat())
    } else {
        let (id, text) = (transaction.row.id.to_le_bytes(), order(transaction.row.visit));
        let table = [8, 0, 0, 0, 0, 0, 1, 0, 2, 0, 2, 0xFF, 0];
        (30, [&table[..], &id, &[text.len() as u8], text.as_bytes()].concat())
    };
    let size = (19 + body.len() as u32).to_le_bytes();
    [&[0, 0, 0, 0, kind, 1, 0, 0, 0], &size[..], &[0; 6], &body].concat()
}
