//! Replays the recordings of NSD, Unbound, BIND and dig: the same answers, TTLs, orders, bytes and dig texts.
#![cfg(not(target_arch = "wasm32"))]

#[path = "dns_goldens/recording.rs"]
mod recording;

use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use hopscope::sim::SimTime;
use hopscope::sim::dns::{
    Failure, GivesUp, Lookup, Message, Rcode, Resolver, ResolverKind, ResolverSettings, Zone, decode, dig_text, encode,
};
use serde_json::Value;

use recording::{bytes, hex, key, lines, parse_zone, qid, queries, record_type, recordings, same_text};

/// Where in its second every timed recording begins.
const START_WITHIN_SECOND_US: u64 = 150_000;

/// The authoritative server's address in the recordings.
const NS1: Ipv4Addr = Ipv4Addr::new(127, 0, 53, 1);

/// Recordings with a CNAME, which the zone does not have.
const LEFT_OUT: [&str; 3] = ["cname_dangling", "cname_parts_expire", "cname_www_to_apex"];

#[test]
fn all_recordings_without_cname_replay() {
    let mut replayed = Vec::new();
    let mut queries = 0;
    for case in recordings() {
        let name = case["case"].as_str().unwrap().to_owned();
        if LEFT_OUT.contains(&name.as_str()) {
            continue;
        }
        queries += Replay::new(&case).run(&case);
        replayed.push(name);
    }
    assert_eq!(replayed.len(), 23, "{replayed:?}");
    assert_eq!(queries, 144);
}

#[test]
fn every_recorded_response_is_the_same_after_decoding_and_encoding() {
    let mut same = 0;
    for case in recordings() {
        for step in queries(&case) {
            let Some(hex) = step["response_hex"].as_str() else {
                continue;
            };
            let bytes = bytes(hex);
            match decode(&bytes) {
                // It carries the option "extended error", which is not modelled.
                Ok(message) if message.rcode == Rcode::Refused => {}
                Ok(message) => {
                    assert_eq!(encode(&message), bytes, "{}", case["case"]);
                    same_text(&message, step);
                    same += 1;
                }
                Err(_) => assert_eq!(step["type"], "MX"),
            }
        }
    }
    assert_eq!(same, 156);
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

/// One recording against the state machines. The cache of each question is a resolver of its own, as only one name is
/// modelled.
struct Replay {
    settings: ResolverSettings,
    rotate: bool,
    zone_lines: Vec<String>,
    zones: BTreeMap<(String, String), Zone>,
    resolvers: BTreeMap<(String, String), Resolver>,
    start_s: u64,
    now: SimTime,
    authoritative_alive: bool,
    port_closed: bool,
    resolver_alive: bool,
    /// Whether the recording has the upstream queries: the one after the restart in `resolver_killed` is missing.
    sees_upstream: bool,
}

impl Replay {
    fn new(case: &Value) -> Self {
        let kind = match case["resolver"].as_str() {
            Some("bind") => ResolverKind::Bind,
            _ => ResolverKind::Unbound,
        };
        let settings = ResolverSettings {
            kind,
            rotate: case["unbound"]["rrset-roundrobin"] != "no",
            serve_expired: case["unbound"]["serve-expired"] == "yes",
        };
        let first = queries(case).next().unwrap();
        Self {
            settings,
            rotate: case["nsd"]["round-robin"] == "yes",
            zone_lines: lines(&case["zone"]),
            zones: BTreeMap::new(),
            resolvers: BTreeMap::new(),
            start_s: first["unix_s"].as_u64().unwrap(),
            now: SimTime::ZERO,
            authoritative_alive: true,
            port_closed: false,
            resolver_alive: true,
            sees_upstream: case["case"] != "resolver_killed",
        }
    }

    /// Returns the number of queries compared.
    fn run(&mut self, case: &Value) -> usize {
        let mut compared = 0;
        for step in case["steps"].as_array().unwrap() {
            self.advance(step);
            match step["step"].as_str().unwrap() {
                "query" => compared += usize::from(self.query(step)),
                "change zone" => {
                    self.zone_lines = lines(&step["zone"]);
                    self.zones.clear();
                }
                "kill" | "silence" if step["on"] == "authoritative" => {
                    self.authoritative_alive = false;
                    self.port_closed = step["step"] == "kill";
                }
                "start" if step["on"] == "authoritative" => self.authoritative_alive = true,
                "kill" => self.resolver_alive = false,
                "start" => {
                    self.resolver_alive = true;
                    self.resolvers.values_mut().for_each(Resolver::reset);
                }
                other => panic!("{other}"),
            }
        }
        compared
    }

    fn advance(&mut self, step: &Value) {
        let at_us = match (step["at_ms"].as_u64(), step["unix_s"].as_u64()) {
            (Some(ms), _) => ms * 1000,
            (None, Some(s)) => (s - self.start_s) * 1_000_000,
            (None, None) => 0,
        };
        self.now = self.now.max(SimTime(at_us));
    }

    fn query(&mut self, step: &Value) -> bool {
        let Some(kind) = record_type(step["type"].as_str().unwrap()) else {
            return false;
        };
        let name = format!("{}.", step["name"].as_str().unwrap());
        let query = Message::query(qid(step), &name, kind);
        if self.resolver_alive {
            assert_eq!(hex(&encode(&query)), step["query_hex"], "{step}");
        }
        let reply = if step["server"] == "authoritative" {
            if name != "www.foobar.com." && step["response"]["status"] != "NXDOMAIN" {
                return false;
            }
            let answer = self.zone(step).answer();
            Some(answer.message(&query, NS1))
        } else {
            let found = self.ask_resolver(step, &query);
            found.and_then(|found| query.resolver_reply(&found))
        };
        let encoded = reply.as_ref().map(|reply| hex(&encode(reply)));
        assert_eq!(encoded.as_deref(), step["response_hex"].as_str(), "{step}");
        if let Some(reply) = reply {
            assert_eq!(decode(&encode(&reply)).as_ref(), Ok(&reply));
            same_text(&reply, step);
        }
        true
    }

    /// Does what the wiring does: from the cache, or by asking until an answer or the end of the tries.
    fn ask_resolver(&mut self, step: &Value, query: &Message) -> Option<Lookup> {
        if !self.resolver_alive {
            return None;
        }
        let key = key(step);
        let epoch_us = self.start_s * 1_000_000 + START_WITHIN_SECOND_US;
        let fresh = Resolver::new(self.settings, epoch_us);
        let mut resolver = self.resolvers.remove(&key).unwrap_or(fresh);
        let found = match resolver.lookup(self.now, query.id) {
            Lookup::Miss if resolver.may_ask(self.now) => self.ask_upstream(&mut resolver, step, query),
            Lookup::Miss => {
                self.expect_upstream(step, 0);
                None
            }
            found => {
                self.expect_upstream(step, 0);
                Some(found)
            }
        };
        self.resolvers.insert(key, resolver);
        found
    }

    fn ask_upstream(&mut self, resolver: &mut Resolver, step: &Value, query: &Message) -> Option<Lookup> {
        if self.authoritative_alive {
            self.expect_upstream(step, 1);
            let answer = self.zone(step).answer();
            if let Some(recorded) = step["upstream"].get(0) {
                let id = bytes(recorded["query_hex"].as_str().unwrap());
                let id = u16::from_be_bytes([id[0], id[1]]);
                let asked = Message::upstream_query(id, &query.question.name, query.question.kind);
                assert_eq!(hex(&encode(&asked)), recorded["query_hex"]);
                let answered = encode(&answer.message(&asked, NS1));
                assert_eq!(hex(&answered), recorded["response_hex"], "{step}");
            }
            resolver.learned(self.now, &answer);
            return Some(resolver.answer_waiting(self.now, query.id));
        }
        let mut tries = 0;
        let mut why = Failure::TimedOut;
        while let Some(wait) = resolver.wait(tries) {
            if self.port_closed && resolver.settings().kind.notices_refusal() {
                why = Failure::Refused;
                break;
            }
            tries += 1;
            self.now += wait;
        }
        // A closed port received nothing; the number of Unbound's tries is not the recorded one (see `upstream`).
        if !self.port_closed && resolver.settings().kind == ResolverKind::Bind {
            self.expect_upstream(step, tries as usize);
        }
        match resolver.failed(self.now, why) {
            GivesUp::Silently => None,
            GivesUp::WithServFail => Some(Lookup::ServFail),
        }
    }

    fn expect_upstream(&self, step: &Value, count: usize) {
        let asked = step["upstream"].as_array().unwrap().iter();
        let name = format!("{}.", step["name"].as_str().unwrap());
        let recorded = asked.filter(|u| u["question"]["name"] == name).count();
        assert!(!self.sees_upstream || recorded == count, "{count} tries: {step}");
    }

    /// The zone as far as the question of `step` goes.
    fn zone(&mut self, step: &Value) -> &mut Zone {
        let key = key(step);
        let (lines, rotate) = (&self.zone_lines, self.rotate);
        let zone = || parse_zone(lines, &key.0, &key.1, rotate);
        self.zones.entry(key.clone()).or_insert_with(zone)
    }
}
