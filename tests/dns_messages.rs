//! The bytes of the recorded messages: decoded and encoded again they are the same, and damage never panics.
#![cfg(not(target_arch = "wasm32"))]

#[path = "dns_replay/recording.rs"]
mod recording;
#[path = "support/decode.rs"]
mod wire;

use hopscope::sim::dns::{dig_text, encode};
use hopscope::text::dns::annotated;
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

/// The fields of every recorded message, one after the other, are its bytes; an example is as RFC 1035 has it.
#[test]
fn every_byte_belongs_to_a_field() {
    let mut example = String::new();
    for case in recordings() {
        for step in queries(&case) {
            let message = bytes(step["response_hex"].as_str().unwrap_or_default());
            let text = annotated(&message);
            let mut read = Vec::new();
            for line in text.lines().filter(|line| !line.starts_with(";;")) {
                assert_eq!(usize::from_str_radix(&line[..4], 16), Ok(read.len()), "{text}");
                let hex = line.get(6..29).unwrap_or(&line[6..]);
                read.extend(bytes(&hex.replace(' ', "")));
            }
            assert_eq!(read, message, "{text}");
            if case["case"] == "ttl_countdown" && example.is_empty() {
                example = text;
            }
        }
    }
    let expected = "\
0000  00 01                    ID 1
0002  81 80                    flags, RCODE 0: qr rd ra
0004  00 01                    QDCOUNT 1
0006  00 01                    ANCOUNT 1
0008  00 00                    NSCOUNT 0
000a  00 01                    ARCOUNT 1
;; QUESTION
000c  03 77 77 77 06 66 6f 6f  NAME www.foobar.com.
0014  62 61 72 03 63 6f 6d 00
001c  00 01                    TYPE 1
001e  00 01                    CLASS 1
;; ANSWER
0020  c0 0c                    NAME goes on at 000c
0022  00 01                    TYPE 1
0024  00 01                    CLASS 1
0026  00 00 00 06              TTL 6
002a  00 04                    RDLENGTH 4
002c  c0 00 02 0a              RDATA
;; ADDITIONAL
0030  00                       NAME
0031  00 29                    TYPE 41
0033  04 d0                    CLASS 1232
0035  00 00 00 00              TTL 0
0039  00 00                    RDLENGTH 0
";
    assert_eq!(example, expected);
}

#[test]
fn damaged_bytes_are_refused_without_panic() {
    for case in recordings() {
        for step in queries(&case) {
            let bytes = bytes(step["response_hex"].as_str().unwrap_or("0001"));
            for cut in 0..bytes.len() {
                let _ = (decode(&bytes[..cut]), annotated(&bytes[..cut]));
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
