//! The resolver with its cache, and the authoritative server with its zone.

use std::net::Ipv4Addr;

use super::{Detail, PartView};
use crate::sim::dns::{CacheEntry, Message, NAME, Record, RecordData, RecordType, dig_text, encode};
use crate::sim::{Condition, PartId, World};
use crate::text::dns::annotated;
use crate::text::inspector::{fact, stats};

/// Number of the question that is shown; any would do.
const QUERY_ID: u16 = 0x1a2b;

/// What a resolver knows and says.
#[derive(Clone, Debug, PartialEq)]
pub struct ResolverView {
    /// Lines of the cache.
    pub cache: Vec<CacheEntry>,
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
    answer(world, view, reply.as_ref(), &|| stats::dig_miss(names.state.next_server(world.now())));
    view.detail = Detail::Resolver(ResolverView { cache: names.state.entries(world.now()) });
    view.settings(world, &["dns."]);
}

fn browser(world: &World) -> Option<crate::sim::ProcessId> {
    world.wiring().with_role(|role| *role == crate::sim::Role::Browser).first().copied()
}

/// What a name server says now: as dig prints it, and byte by byte.
fn answer(world: &World, view: &mut PartView, reply: Option<&Message>, miss: &dyn Fn() -> String) {
    let silence = unreachable(world, view);
    let reply = reply.filter(|_| silence.is_none());
    view.terminal("dig", stats::DIG, reply.map(dig_text).or(silence).unwrap_or_else(miss));
    if let Some(reply) = reply {
        view.terminal("bytes", stats::BYTES, annotated(&encode(reply)));
    }
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
    answer(world, view, Some(&zone.clone().answer(&query)), &String::new);
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
    });
}

#[cfg(test)]
mod tests {
    use super::super::InspectorView;
    use super::*;
    use crate::sim::{Class, Command, Micros, Preset};
    use std::sync::Arc;

    fn resolver_view(world: &World) -> PartView {
        InspectorView::new(world, Some(PartId::Process(world.names().resolver))).part.expect("it exists")
    }

    #[test]
    fn the_cache_counts_down_and_the_answer_is_a_real_message() {
        let mut world = World::new(Arc::new(Preset::find("three-server").expect("a preset").scenario()));
        assert!(resolver_view(&world).terminals[0].text.contains("a root server"));
        world.apply(&Command::visits(Class::Static, 1)).expect("it makes sense");
        world.run_until(world.now() + Micros::from_secs(10));
        let view = resolver_view(&world);
        let Detail::Resolver(ResolverView { cache }) = &view.detail else {
            panic!("{:?}", view.detail);
        };
        let a = cache.iter().find(|entry| entry.kind == RecordType::A).expect("an address");
        assert!((45..60).contains(&a.ttl_s), "{}", a.ttl_s);
        assert!(view.terminals[0].text.contains("203.0.113.10"));
        world.apply(&Command::Kill { part: "resolver/resolver".into() }).expect("a part");
        assert!(resolver_view(&world).terminals[0].text.contains("connection refused"));
    }
}
