//! The resolver away from the recordings: the walk from the root, recovery after silence, the ends of time, any steps.
#![cfg(not(target_arch = "wasm32"))]

#[path = "support/decode.rs"]
mod wire;

use std::net::Ipv4Addr;

use hopscope::replay::replay;
use hopscope::sim::dns::{
    Lookup, Message, NAME, NameServer, RecordType, Resolver, ResolverKind, ResolverSettings, Zone, com_referral,
    dig_text, encode, root_referral,
};
use hopscope::sim::{Micros, SimTime};
use serde_json::json;
use wire::decode;

const NS1: Ipv4Addr = Ipv4Addr::new(198, 51, 100, 53);

/// The answer of a zone with so many addresses.
fn answer(addresses: u8, ttl_s: u32) -> Message {
    let list: Vec<_> = (1..=addresses).map(|n| Ipv4Addr::new(203, 0, 113, n)).collect();
    Zone::of_site(&list, ttl_s, NS1).answer(&Message::upstream_query(7, NAME, RecordType::A))
}

#[test]
fn the_walk_starts_at_the_root_and_is_remembered() {
    for kind in [ResolverKind::Unbound, ResolverKind::Bind] {
        let settings = ResolverSettings { kind, ..ResolverSettings::default() };
        let mut resolver = Resolver::new(settings, 0);
        let now = SimTime::ZERO;
        for server in [NameServer::Root, NameServer::Com] {
            assert_eq!(resolver.next_server(now), server);
            resolver.referred(now, server);
        }
        assert_eq!(resolver.next_server(now), NameServer::Authoritative);
        assert_eq!(resolver.entries(now).len(), 2);
        let kept_s = u64::from(172_800.min(kind.max_ttl_s()));
        assert_eq!(resolver.next_server(SimTime((kept_s - 1) * 1_000_000)), NameServer::Authoritative);
        assert_ne!(resolver.next_server(SimTime((kept_s + 1) * 1_000_000)), NameServer::Authoritative);
        resolver.flush();
        assert_eq!(resolver.next_server(now), NameServer::Root);
        assert_eq!(resolver.entries(now), []);
    }
}

#[test]
fn a_server_that_returns_is_asked_again() {
    for kind in [ResolverKind::Unbound, ResolverKind::Bind] {
        for outage_s in 1..400 {
            let mut resolver = Resolver::new(ResolverSettings { kind, ..ResolverSettings::default() }, 0);
            let (back, mut now) = (SimTime(outage_s * 1_000_000), SimTime::ZERO);
            // A question comes at every moment; each try before the return is lost.
            let mut attempt = 0;
            while now < back || attempt > 0 {
                if attempt == 0 && !resolver.may_ask(now, NAME, RecordType::A) {
                    now += Micros(100_000);
                    continue;
                }
                if now >= back {
                    break;
                }
                resolver.sent(now, attempt);
                match resolver.wait(attempt) {
                    Some(wait) => (now, attempt) = (now + wait, attempt + 1),
                    None => {
                        resolver.failed(now, NAME, RecordType::A);
                        attempt = 0;
                    }
                }
            }
            assert!(now.0 <= back.0 + 127_000_000, "{kind:?} {outage_s}: {now:?}");
            resolver.learned(now, &answer(1, 60), Micros(500));
            assert!(resolver.wait(0).unwrap() < Micros(1_000_000));
        }
    }
}

#[test]
fn nothing_panics_at_the_ends_of_time_and_settings() {
    let moments = [SimTime::ZERO, SimTime(1), SimTime(u64::MAX)];
    let query = Message::query(u16::MAX, NAME, RecordType::A);
    for bits in 0..8 {
        let settings = ResolverSettings {
            kind: [ResolverKind::Unbound, ResolverKind::Bind][bits & 1],
            rotate: bits & 2 != 0,
            serve_expired: bits & 4 != 0,
        };
        for epoch_us in [0, u64::MAX] {
            let mut resolver = Resolver::new(settings, epoch_us);
            for reply in [answer(1, 300), answer(0, 300), answer(20, u32::MAX), answer(3, 0)] {
                for now in moments {
                    let _ = resolver.answer_waiting(now, NAME, RecordType::A, 0);
                    resolver.referred(now, resolver.next_server(now));
                    resolver.begin(now);
                    resolver.sent(now, 0);
                    resolver.learned(now, &reply, Micros(now.0));
                    for later in moments {
                        let found = resolver.lookup(later, NAME, RecordType::A, u16::MAX);
                        let _ = resolver.message(&query, &found).map(|message| dig_text(&message));
                        let _ = (resolver.entries(later), resolver.may_ask(later, NAME, RecordType::A));
                    }
                    resolver.failed(now, NAME, RecordType::A);
                    let _ = (resolver.lookup(now, NAME, RecordType::A, 0), resolver.wait(u32::MAX));
                    resolver.flush();
                }
                resolver.reset();
            }
        }
    }
}

#[test]
fn no_list_of_known_steps_panics() {
    let zone = |n: u32| {
        let soa = format!("@ {} SOA ns1 admin {n} 1 1 1 {}", n % 5, n % 3);
        json!([
            "$ORIGIN foobar.com.",
            soa,
            "@ NS ns1",
            "ns1 A 127.0.53.1",
            format!("www {} A 192.0.2.{n}", n % 7),
            "a 1 CNAME www"
        ])
    };
    let mut state = 1_u32;
    let mut number = |below: u32| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) % below
    };
    for round in 0..300 {
        let resolver = if round % 2 == 0 { "unbound" } else { "bind" };
        let serve_expired = if round % 3 == 0 { "yes" } else { "no" };
        let mut at_ms = 0;
        let steps: Vec<_> = (0..30)
            .map(|at| {
                at_ms += number(9_000);
                let on = if number(3) == 0 { "resolver" } else { "authoritative" };
                match number(10) {
                    0 => json!({ "step": "kill", "on": on, "at_ms": at_ms }),
                    1 => json!({ "step": "silence", "on": on, "at_ms": at_ms }),
                    2 | 3 => json!({ "step": "start", "on": on }),
                    4 => json!({ "step": "change zone", "on": "authoritative", "zone": zone(at) }),
                    _ => {
                        let server = if number(4) == 0 { "authoritative" } else { "resolver" };
                        let name = ["www", "a", "gone", "ns1"][number(4) as usize];
                        let kind = ["A", "AAAA", "CNAME", "MX"][number(4) as usize];
                        let dig =
                            ["+nocookie".to_owned(), format!("+time={}", number(20)), format!("{name}.foobar.com")];
                        json!({ "step": "query", "server": server, "qid": at, "dig": [dig[0], dig[1], dig[2], kind] })
                    }
                }
            })
            .collect();
        let case = json!({
            "case": round, "resolver": resolver, "zone": zone(1), "steps": steps,
            "unbound": { "serve-expired": serve_expired }, "nsd": { "round-robin": "yes" },
        });
        let played = replay(&case).unwrap();
        assert_eq!(played["steps"].as_array().unwrap().len(), 30);
    }
}

#[test]
fn referrals_name_the_next_server_and_its_address() {
    let query = Message::upstream_query(7, NAME, RecordType::A);
    for reply in [root_referral(&query), com_referral(&query, NS1)] {
        assert_eq!(decode(&encode(&reply)).as_ref(), Ok(&reply));
        assert!(reply.flags.qr && !reply.flags.aa && reply.answer.is_empty());
        assert_eq!((reply.authority.len(), reply.additional.len()), (1, 1));
    }
    let text = dig_text(&com_referral(&query, NS1));
    assert!(text.contains("foobar.com.\t\t172800\tIN\tNS\tns1.foobar.com.\n"), "{text}");
    assert!(text.contains("ns1.foobar.com.\t\t172800\tIN\tA\t198.51.100.53\n"), "{text}");
}

#[test]
fn a_single_address_is_served_with_its_remaining_time_and_listed() {
    let mut resolver = Resolver::new(ResolverSettings::default(), 500_000);
    assert_eq!(resolver.lookup(SimTime::ZERO, NAME, RecordType::A, 1), Lookup::Miss);
    resolver.begin(SimTime::ZERO);
    resolver.learned(SimTime::ZERO, &answer(1, 300), Micros::ZERO);
    let now = SimTime(1_600_000);
    let Lookup::Fresh(found) = resolver.lookup(now, NAME, RecordType::A, 2) else {
        panic!("not in the cache");
    };
    assert_eq!(resolver.address(&found), Some((Ipv4Addr::new(203, 0, 113, 1), 298)));
    let entries = resolver.entries(now);
    let listed: Vec<_> = entries.iter().map(|entry| (entry.ttl_s, entry.data.as_str())).collect();
    assert_eq!(listed, [(3598, "ns1.foobar.com."), (298, "203.0.113.1")]);
}
