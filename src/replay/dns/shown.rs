//! Messages in the format of the recordings.

use serde_json::{Value, json};

use crate::sim::dns::{Message, Record, encode};

/// What a resolver asked, and the answer if there was one.
pub(super) struct Asked {
    pub query: Message,
    pub reply: Option<Message>,
}

/// A message, decoded.
pub(super) fn message(message: &Message) -> Value {
    let flags = message.flags;
    let names =
        [(flags.qr, "qr"), (flags.aa, "aa"), (flags.rd, "rd"), (flags.ra, "ra"), (flags.ad, "ad"), (flags.cd, "cd")];
    let set: Vec<&str> = names.iter().filter(|(set, _)| *set).map(|(_, name)| *name).collect();
    let section = |records: &[Record]| records.iter().map(record).collect::<Value>();
    let mut shown = json!({
        "id": message.id,
        "status": message.rcode.to_string(),
        "flags": set,
        "question": question(message),
        "answer": section(&message.answer),
        "authority": section(&message.authority),
        "additional": section(&message.additional),
    });
    if let Some(edns) = message.edns {
        shown["edns_udp_size"] = json!(edns.udp_size);
    }
    shown
}

/// One entry of `upstream`.
pub(super) fn upstream(asked: &Asked) -> Value {
    json!({
        "question": question(&asked.query),
        "query_hex": hex(&encode(&asked.query)),
        "response_hex": asked.reply.as_ref().map(|reply| hex(&encode(reply))),
    })
}

fn question(message: &Message) -> Value {
    json!({ "name": message.question.name, "type": message.question.kind.to_string() })
}

fn record(record: &Record) -> Value {
    let (kind, data) = (record.data.kind().to_string(), record.data.to_string());
    json!({ "name": record.name, "ttl": record.ttl_s, "type": kind, "data": data })
}

/// Bytes as hexadecimal digits.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
