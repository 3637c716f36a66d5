//! The resolver with its cache, and the authoritative server with its zone.

use std::fmt::Write as _;
use std::net::Ipv4Addr;

use super::{Detail, PartView};
use crate::sim::dns::{CacheEntry, Message, NAME, Record, RecordData, RecordType, dig_text, encode};
use crate::sim::{Condition, PartId, World};
use crate::text::inspector::{fact, stats};

/// Number of the question that is shown; any would do.
const QUERY_ID: u16 = 0x1a2b;

/// What a resolver knows and says.
#[derive(Clone, Debug, PartialEq)]
pub struct ResolverView {
    /// Lines of the cache.
    pub cache: Vec<CacheEntry>,
    /// The present answer as `dig` prints it.
    pub dig: String,
    /// The same as a hex dump; empty if there is no answer.
    pub bytes: String,
}

/// The zone of the site.
#[derive(Clone, Debug, PartialEq)]
pub struct ZoneView {
    /// Lines of the zone file.
    pub records: Vec<(String, u32, RecordType, String)>,
    /// The addresses of the name.
    pub addresses: Vec<Ipv4Addr>,
    /// Their time to live in seconds.
    pub ttl_s: u32,
    /// Machines that the name can be pointed at.
    pub choices: Vec<ZoneChoice>,
    /// The answer as `dig` prints it.
    pub dig: String,
}

/// A machine with a public address.
#[derive(Clone, Debug, PartialEq)]
pub struct ZoneChoice {
    /// The machine.
    pub machine: String,
    /// The address.
    pub address: Ipv4Addr,
}

pub(super) fn resolver(world: &World, view: &mut PartView) {
    let names = world.names();
    view.fact(fact::CLIENTS_WAITING, names.waiting());
    view.fact(fact::ASKS_NEXT, stats::name_server(names.state.next_server(world.now())));
    for process in [Some(names.authoritative), browser(world)].into_iter().flatten() {
        view.relate(world, PartId::Process(process));
        if let Some(link) = world.wiring().link_between(names.resolver, process) {
            view.relate(world, PartId::Link(link));
        }
    }
    // Asking changes the order of several addresses, so a copy is asked.
    let mut state = names.state.clone();
    let found = state.lookup(world.now(), NAME, RecordType::A, QUERY_ID);
    let reply = state.message(&Message::query(QUERY_ID, NAME, RecordType::A), &found);
    let (dig, bytes) = match (&reply, unreachable(world, view)) {
        (_, Some(silence)) => (silence, String::new()),
        (Some(reply), None) => (dig_text(reply), hex_dump(&encode(reply))),
        (None, None) => (stats::dig_miss(names.state.next_server(world.now())), String::new()),
    };
    view.detail = Detail::Resolver(ResolverView { cache: names.state.entries(world.now()), dig, bytes });
    view.settings(world, &["dns."]);
}

fn browser(world: &World) -> Option<crate::sim::ProcessId> {
    world.wiring().with_role(|role| *role == crate::sim::Role::Browser).first().copied()
}

/// What dig prints where the server cannot answer at all.
fn unreachable(world: &World, view: &PartView) -> Option<String> {
    let process = world.wiring().part(&view.status.name).ok()?;
    let PartId::Process(process) = process else {
        return None;
    };
    let server = world.wiring().machine_of(process).address.to_string();
    match view.status.condition {
        Condition::Up => None,
        Condition::Hung => Some(stats::dig_fails(&server, false)),
        Condition::Down => Some(stats::dig_fails(&server, !view.status.without_power)),
    }
}

pub(super) fn authoritative(world: &World, view: &mut PartView) {
    let zone = &world.names().zone;
    let www: Vec<_> = zone.records().iter().filter(|record| record.name == NAME).collect();
    let ttl_s = www.first().map_or(world.settings().dns.ttl_s, |record| record.ttl_s);
    view.fact(fact::SERIAL, zone.serial());
    view.fact(fact::TTL, format!("{ttl_s} s"));
    view.relate(world, PartId::Process(world.names().resolver));
    if let Some(link) = world.wiring().link_between(world.names().resolver, world.names().authoritative) {
        view.relate(world, PartId::Link(link));
    }
    let query = Message::query(QUERY_ID, NAME, RecordType::A);
    let dig = unreachable(world, view).unwrap_or_else(|| dig_text(&zone.clone().answer(&query)));
    let addresses = www.iter().filter_map(|record| match record.data {
        RecordData::A(address) => Some(address),
        _ => None,
    });
    let line = |record: &&Record| (record.name.clone(), record.ttl_s, record.data.kind(), record.data.to_string());
    let choice = |machine: &crate::sim::MachineInfo| {
        machine.public.map(|address| ZoneChoice { machine: machine.name.clone(), address })
    };
    view.detail = Detail::Zone(ZoneView {
        records: www.iter().map(line).collect(),
        addresses: addresses.collect(),
        ttl_s,
        choices: world.wiring().machines.iter().filter_map(choice).collect(),
        dig,
    });
}

/// Bytes in lines of sixteen: offset, hexadecimal, and the characters among them.
#[must_use]
fn hex_dump(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len() * 5);
    for (line, chunk) in bytes.chunks(16).enumerate() {
        let hex: Vec<String> = chunk.iter().map(|byte| format!("{byte:02x}")).collect();
        let shown = |byte: &u8| if byte.is_ascii_graphic() { char::from(*byte) } else { '.' };
        let characters: String = chunk.iter().map(shown).collect();
        writeln!(out, "{:04x}  {:<47}  {characters}", line * 16, hex.join(" ")).expect("writing to a string");
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::InspectorView;
    use super::*;
    use crate::sim::{Class, Command, Micros, Preset};
    use std::sync::Arc;

    fn resolver_view(world: &World) -> ResolverView {
        let part = PartId::Process(world.names().resolver);
        match InspectorView::new(world, Some(part)).part.expect("it exists").detail {
            Detail::Resolver(view) => view,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_cache_counts_down_and_the_answer_is_a_real_message() {
        let mut world = World::new(Arc::new(Preset::find("three-server").expect("a preset").scenario()));
        assert!(resolver_view(&world).dig.contains("a root server"));
        world.apply(&Command::visits(Class::Static, 1)).expect("it makes sense");
        world.run_until(world.now() + Micros::from_secs(10));
        let view = resolver_view(&world);
        let a = view.cache.iter().find(|entry| entry.kind == RecordType::A).expect("an address");
        assert!((45..60).contains(&a.ttl_s), "{}", a.ttl_s);
        assert!(view.dig.contains("203.0.113.10") && view.bytes.starts_with("0000  1a 2b 81 80 00 01"));
        world.apply(&Command::Kill { part: "resolver/resolver".into() }).expect("a part");
        assert!(resolver_view(&world).dig.contains("connection refused"));
    }

    #[test]
    fn a_hex_dump_has_sixteen_bytes_a_line() {
        let dump = hex_dump(b"foobar, and more than sixteen");
        let lines: Vec<&str> = dump.lines().collect();
        assert_eq!(lines[0], "0000  66 6f 6f 62 61 72 2c 20 61 6e 64 20 6d 6f 72 65  foobar,.and.more");
        assert!(lines[1].starts_with("0010  20 74 68"));
    }
}
