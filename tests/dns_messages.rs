//! The bytes of the recorded messages: decoded and encoded again they are the same, and damage never panics.
#![cfg(not(target_arch = "wasm32"))]

#[path = "dns_replay/recording.rs"]
mod recording;
#[path = "support/decode.rs"]
mod wire;

use hopscope::sim::dns::{dig_text, encode};
use serde_json::Value;

use recording::recordings;
use wire::decode;

#[test]
fn every_recorded_message_is_the_same_after_decoding_and_encoding() {
    let mut same = 0;
    for case in recordings() {
        for step in queries(&case) {
            for field in ["query_hex", "response_hex"] {
                let Some(hex) = step[field].as_str() else {
                    continue;
                };
                let message = decode(&bytes(hex)).unwrap();
                assert_eq!(encode(&message), bytes(hex), "{} {step}", case["case"]);
                same += 1;
            }
        }
    }
    assert_eq!(same, 320);
}

#[test]
fn damaged_bytes_are_refused_without_panic() {
    for case in recordings() {
        for step in queries(&case) {
            let bytes = bytes(step["response_hex"].as_str().unwrap_or("0001"));
            for cut in 0..bytes.len() {
                let _ = decode(&bytes[..cut]);
                for bit in 0..8 {
                    let mut damaged = bytes.clone();
                    damaged[cut] ^= 1 << bit;
                    if let Ok(message) = decode(&damaged) {
                        let _ = (encode(&message), dig_text(&message));
                    }
                }
            }
        }
    }
}

/// The queries among the steps.
fn queries(case: &Value) -> impl Iterator<Item = &Value> {
    let steps = case["steps"].as_array().unwrap().iter();
    steps.filter(|step| step["step"] == "query")
}

/// The bytes that hexadecimal digits stand for.
fn bytes(hex: &str) -> Vec<u8> {
    let byte = |at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap();
    (0..hex.len()).step_by(2).map(byte).collect()
}
