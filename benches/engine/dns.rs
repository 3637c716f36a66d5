//! The resolver's cache: a hit, a chain, a miss with what is learned, an expiry, and the message that an inspector shows.

use std::net::Ipv4Addr;

use divan::{Bencher, black_box};
use hopscope::sim::dns::{
    Message, NAME, Record, RecordData, RecordType, Resolver, ResolverKind, ResolverSettings, ZONE_NAME, Zone,
};
use hopscope::sim::{Micros, SimTime};

const KINDS: [&str; 2] = ["unbound", "bind"];
const NS1: Ipv4Addr = Ipv4Addr::new(198, 51, 100, 53);

fn resolver(kind: &str) -> Resolver {
    let kind = if kind == "bind" { ResolverKind::Bind } else { ResolverKind::Unbound };
    Resolver::new(ResolverSettings { kind, ..ResolverSettings::default() }, 1_795_328_000_000_000)
}

fn addresses(count: u8) -> Vec<Ipv4Addr> {
    (1..=count).map(|n| Ipv4Addr::new(203, 0, 113, n)).collect()
}

/// What the zone's server answers for that name.
fn answer(zone: &mut Zone, name: &str) -> Message {
    zone.answer(&Message::upstream_query(1, name, RecordType::A))
}

/// A resolver that has asked for `www`, with all parts of its chain.
fn filled(kind: &str, zone: &mut Zone) -> Resolver {
    let mut resolver = resolver(kind);
    resolver.begin(SimTime::ZERO);
    let mut name = NAME.to_owned();
    loop {
        resolver.learned(SimTime::ZERO, &answer(zone, &name), Micros(500));
        let next = resolver.next_name(SimTime::ZERO, NAME, RecordType::A);
        if next == NAME {
            return resolver;
        }
        name = next.to_owned();
    }
}

#[divan::bench(args = KINDS)]
fn hit(bencher: Bencher<'_, '_>, kind: &str) {
    let mut resolver = filled(kind, &mut Zone::of_site(&addresses(4), 300, NS1));
    let now = SimTime(1_000_000);
    bencher.bench_local(|| resolver.lookup(black_box(now), NAME, RecordType::A, black_box(7)));
}

#[divan::bench(args = KINDS)]
fn hit_through_a_cname(bencher: Bencher<'_, '_>, kind: &str) {
    let mut records = Zone::of_site(&[], 300, NS1).records().to_vec();
    records.push(Record::new(NAME, 300, RecordData::Cname(ZONE_NAME.to_owned())));
    records.push(Record::new(ZONE_NAME, 60, RecordData::A(NS1)));
    let mut resolver = filled(kind, &mut Zone::new(ZONE_NAME, records, false));
    let now = SimTime(1_000_000);
    bencher.bench_local(|| resolver.lookup(black_box(now), NAME, RecordType::A, black_box(7)));
}

#[divan::bench(args = KINDS)]
fn miss(bencher: Bencher<'_, '_>, kind: &str) {
    let mut resolver = resolver(kind);
    bencher.bench_local(|| resolver.lookup(black_box(SimTime::ZERO), NAME, RecordType::A, black_box(7)));
}

#[divan::bench(args = KINDS)]
fn insert(bencher: Bencher<'_, '_>, kind: &str) {
    let mut resolver = resolver(kind);
    let reply = answer(&mut Zone::of_site(&addresses(4), 300, NS1), NAME);
    bencher.bench_local(|| {
        resolver.begin(SimTime::ZERO);
        resolver.learned(black_box(SimTime::ZERO), &reply, Micros(500));
    });
}

/// The time of the line is over each time: a miss, then the answer anew.
#[divan::bench(args = KINDS)]
fn expiry(bencher: Bencher<'_, '_>, kind: &str) {
    let mut zone = Zone::of_site(&addresses(4), 5, NS1);
    let reply = answer(&mut zone, NAME);
    let (mut resolver, mut now) = (filled(kind, &mut zone), SimTime::ZERO);
    bencher.bench_local(|| {
        now += Micros::from_secs(7);
        let found = resolver.lookup(now, NAME, RecordType::A, 7);
        resolver.begin(now);
        resolver.learned(now, &reply, Micros(500));
        found
    });
}

#[divan::bench(args = KINDS)]
fn message(bencher: Bencher<'_, '_>, kind: &str) {
    let mut resolver = filled(kind, &mut Zone::of_site(&addresses(4), 300, NS1));
    let found = resolver.lookup(SimTime::ZERO, NAME, RecordType::A, 7);
    let query = Message::query(7, NAME, RecordType::A);
    bencher.bench_local(|| resolver.message(&query, black_box(&found)));
}
