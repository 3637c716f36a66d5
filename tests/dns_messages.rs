//! The bytes of the recorded messages: decoded and encoded again they are the same, and damage never panics.
#![cfg(not(target_arch = "wasm32"))]

#[path = "dns_replay/recording.rs"]
mod recording;

use hopscope::sim::dns::{decode, dig_text, encode};

use recording::{bytes, queries, recordings};

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
