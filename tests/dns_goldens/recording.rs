//! Reading the recordings.

use std::fs;
use std::path::PathBuf;

use hopscope::sim::dns::{Message, RecordType, Zone, dig_text};
use serde_json::Value;

pub fn recordings() -> impl Iterator<Item = Value> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/goldens/dns");
    let files = fs::read_dir(folder).unwrap();
    let mut paths: Vec<_> = files.map(|file| file.unwrap().path()).collect();
    paths.sort();
    assert_eq!(paths.len(), 26);
    let parse = |path| serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    paths.into_iter().map(parse)
}

pub fn queries(case: &Value) -> impl Iterator<Item = &Value> {
    let steps = case["steps"].as_array().unwrap().iter();
    steps.filter(|step| step["step"] == "query")
}

pub fn lines(zone: &Value) -> Vec<String> {
    let lines = zone.as_array().unwrap().iter();
    lines.map(|line| line.as_str().unwrap().to_owned()).collect()
}

pub fn key(step: &Value) -> (String, String) {
    let word = |field: &str| step[field].as_str().unwrap().to_owned();
    (word("name"), word("type"))
}

pub fn qid(step: &Value) -> u16 {
    u16::try_from(step["qid"].as_u64().unwrap()).unwrap()
}

pub fn record_type(name: &str) -> Option<RecordType> {
    use RecordType::{A, Aaaa, Cname, Ns, Soa};
    let mut known = [A, Aaaa, Cname, Ns, Soa].into_iter();
    known.find(|kind| kind.to_string() == name)
}

pub fn bytes(hex: &str) -> Vec<u8> {
    let byte = |at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap();
    (0..hex.len()).step_by(2).map(byte).collect()
}

pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What the lines of a zone file say of one name and type.
pub fn parse_zone(lines: &[String], name: &str, kind: &str, rotate: bool) -> Zone {
    let mut zone = Zone { a: Vec::new(), exists: false, rotate, ..Zone::default() };
    for line in lines.iter().filter(|line| !line.starts_with('$')) {
        let words: Vec<_> = line.split_whitespace().collect();
        let at = words.iter().position(|&word| word == "IN").unwrap();
        let ttl_s = if at == 2 { words[1].parse().unwrap() } else { 3600 };
        let owner = words[0].trim_end_matches(".foobar.com.");
        if words[at + 1] == "SOA" {
            zone.soa_ttl_s = ttl_s;
            zone.serial = words[at + 4].parse().unwrap();
            zone.negative_ttl_s = words[at + 8].parse().unwrap();
        }
        if format!("{owner}.foobar.com") == name {
            zone.exists = true;
            if kind == words[at + 1] {
                zone.a.push(words[at + 2].parse().unwrap());
                zone.ttl_s = ttl_s;
            }
        }
    }
    zone
}

/// From `;; Got answer:` to the last section, and the size, the text is the recorded one.
pub fn same_text(message: &Message, step: &Value) {
    let recorded = step["text"].as_str().unwrap();
    let start = recorded.find(";; Got answer:").unwrap();
    let lines = recorded[start..].lines().filter(|line| {
        !["Query time", "SERVER", "WHEN"].iter().any(|title| line.starts_with(&format!(";; {title}: ")))
    });
    let recorded: Vec<_> = lines.collect();
    let text = dig_text(message);
    assert_eq!(text.trim_end(), recorded.join("\n").trim_end());
}
