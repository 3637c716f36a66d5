//! The resolver away from the recordings: the walk from the root, recovery after silence, the ends of time.
#![cfg(not(target_arch = "wasm32"))]

use std::net::Ipv4Addr;

use hopscope::sim::dns::{
    Failure, Lookup, Message, NameServer, RecordType, Reply, Resolver, ResolverKind, ResolverSettings, Upstream, Zone,
    com_referral, decode, dig_text, encode, root_referral,
};
use hopscope::sim::{Micros, SimTime};

#[test]
fn the_walk_starts_at_the_root_and_is_remembered() {
    for kind in [ResolverKind::Unbound, ResolverKind::Bind] {
        let settings = ResolverSettings { kind, ..ResolverSettings::default() };
        let mut resolver = Resolver::new(settings, 0);
        let now = SimTime::ZERO;
        for server in [NameServer::Root, NameServer::Com] {
            assert_eq!(resolver.next_server(now), server);
            assert!(!resolver.knows_authority(now));
            resolver.referred(now, server);
        }
        assert!(resolver.knows_authority(now));
        assert_eq!(resolver.entries(now).len(), 2);
        let kept_s = u64::from(172_800.min(kind.max_ttl_s()));
        assert!(resolver.knows_authority(SimTime((kept_s - 1) * 1_000_000)));
        assert!(!resolver.knows_authority(SimTime((kept_s + 1) * 1_000_000)));
        resolver.flush();
        assert_eq!(resolver.next_server(now), NameServer::Root);
        assert_eq!(resolver.entries(now), []);
    }
}

#[test]
fn a_silent_server_is_asked_again_within_the_longest_recovery() {
    for kind in [ResolverKind::Unbound, ResolverKind::Bind] {
        for outage_s in 1..200 {
            let back = SimTime(outage_s * 1_000_000);
            let latest = back + Upstream::longest_recovery(kind);
            let mut upstream = Upstream::default();
            let mut now = SimTime::ZERO;
            let mut attempt = 0;
            // A question comes at every moment; each try before the return is lost.
            while now < back {
                match upstream.wait(kind, attempt) {
                    Some(wait) => {
                        now += wait;
                        attempt += 1;
                    }
                    None => {
                        upstream.failed(kind, now);
                        attempt = 0;
                        while !upstream.may_ask(now) {
                            now += Micros(1000);
                        }
                    }
                }
            }
            if upstream.wait(kind, attempt).is_none() {
                upstream.failed(kind, now);
                while !upstream.may_ask(now) {
                    now += Micros(1000);
                }
            }
            assert!(now <= latest, "{kind:?} {outage_s}: {now:?} {latest:?}");
        }
    }
}

#[test]
fn nothing_panics_at_the_ends_of_time_and_settings() {
    let moments = [SimTime::ZERO, SimTime(1), SimTime(u64::MAX)];
    let zones = [
        Zone::default(),
        Zone { a: Vec::new(), ..Zone::default() },
        Zone { exists: false, ttl_s: u32::MAX, negative_ttl_s: u32::MAX, soa_ttl_s: u32::MAX, ..Zone::default() },
        Zone {
            a: (0..20).map(|n| Ipv4Addr::new(10, 0, 0, n)).collect(),
            ttl_s: u32::MAX,
            rotate: true,
            ..Zone::default()
        },
    ];
    let query = Message::query(u16::MAX, "www.foobar.com.", RecordType::A);
    for bits in 0..8 {
        let settings = ResolverSettings {
            kind: [ResolverKind::Unbound, ResolverKind::Bind][bits & 1],
            rotate: bits & 2 != 0,
            serve_expired: bits & 4 != 0,
        };
        for epoch_us in [0, u64::MAX] {
            let mut resolver = Resolver::new(settings, epoch_us);
            for mut zone in zones.clone() {
                for now in moments {
                    let _ = resolver.answer_waiting(now, 0);
                    resolver.referred(now, resolver.next_server(now));
                    let answer = zone.answer();
                    resolver.learned(now, &answer);
                    for later in moments {
                        let found = resolver.lookup(later, u16::MAX);
                        let _ = query.resolver_reply(&found).map(|m| dig_text(&m));
                        let _ = (resolver.entries(later), resolver.may_ask(later));
                    }
                    for why in [Failure::TimedOut, Failure::Refused] {
                        resolver.failed(now, why);
                        let _ = (resolver.lookup(now, 0), resolver.wait(u32::MAX));
                    }
                    resolver.flush();
                }
                resolver.reset();
            }
        }
    }
}

#[test]
fn referrals_name_the_next_server_and_its_address() {
    let query = Message::upstream_query(7, "www.foobar.com.", RecordType::A);
    let ns1 = Ipv4Addr::new(198, 51, 100, 53);
    for reply in [root_referral(&query), com_referral(&query, ns1)] {
        assert_eq!(decode(&encode(&reply)).as_ref(), Ok(&reply));
        assert!(reply.flags.qr && !reply.flags.aa && reply.answer.is_empty());
        assert_eq!((reply.authority.len(), reply.additional.len()), (1, 1));
    }
    let text = dig_text(&com_referral(&query, ns1));
    assert!(text.contains("foobar.com.\t\t172800\tIN\tNS\tns1.foobar.com.\n"), "{text}");
    assert!(text.contains("ns1.foobar.com.\t\t172800\tIN\tA\t198.51.100.53\n"), "{text}");
}

#[test]
fn a_single_address_is_served_with_its_remaining_time_and_listed() {
    let mut resolver = Resolver::new(ResolverSettings::default(), 500_000);
    assert_eq!(resolver.lookup(SimTime::ZERO, 1), Lookup::Miss);
    resolver.learned(SimTime::ZERO, &Zone::default().answer());
    let now = SimTime(1_600_000);
    let Lookup::Fresh(Reply::Addresses(held)) = resolver.lookup(now, 2) else {
        panic!("not in the cache");
    };
    let address = Ipv4Addr::new(203, 0, 113, 10);
    assert_eq!((held.addresses.first(), held.ttl_s), (Some(address), 298));
    let entries = resolver.entries(now);
    let listed: Vec<_> = entries.iter().map(|entry| (entry.ttl_s, entry.data.as_str())).collect();
    assert_eq!(listed, [(3598, "ns1.foobar.com."), (298, "203.0.113.10")]);
}
