//! Reading recordings.

use std::fs;
use std::path::PathBuf;

use serde_json::{Value, json};

/// The recordings in the order of their names.
pub fn recordings() -> impl Iterator<Item = Value> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/goldens/dns");
    let files = fs::read_dir(folder).unwrap();
    let mut paths: Vec<_> = files.map(|file| file.unwrap().path()).collect();
    paths.sort();
    assert_eq!(paths.len(), 26);
    let parse = |path| serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    paths.into_iter().map(parse)
}

/// What is compared of a step: all that was found, but for what varies from call to call.
pub fn found(step: &Value) -> Vec<(&'static str, Value)> {
    let fields = ["response", "exit", "response_hex", "query_hex", "tries"];
    let mut found: Vec<_> = fields.into_iter().map(|field| (field, step[field].clone())).collect();
    found.push(("text", step["text"].as_str().map_or(Value::Null, |text| json!(lasting(text)))));
    let upstream = step["upstream"].as_array().map(|list| list.iter().map(asked).collect());
    found.push(("upstream", upstream.unwrap_or(Value::Null)));
    found
}

/// The text without the lines that tell of the moment.
fn lasting(text: &str) -> String {
    let moment = |line: &&str| line.starts_with(";; Query time: ") || line.starts_with(";; WHEN: ");
    text.lines().filter(|line| !moment(line)).collect::<Vec<_>>().join("\n")
}

/// A question to the authoritative server and its answer, but for the random number.
fn asked(entry: &Value) -> Value {
    let bytes = |field: &str| entry[field].as_str().map(|hex| hex[4..].to_owned());
    json!([entry["question"], bytes("query_hex"), bytes("response_hex")])
}

/// The queries among the steps.
#[allow(dead_code)]
pub fn queries(case: &Value) -> impl Iterator<Item = &Value> {
    let steps = case["steps"].as_array().unwrap().iter();
    steps.filter(|step| step["step"] == "query")
}

/// The bytes that hexadecimal digits stand for.
#[allow(dead_code)]
pub fn bytes(hex: &str) -> Vec<u8> {
    let byte = |at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap();
    (0..hex.len()).step_by(2).map(byte).collect()
}
