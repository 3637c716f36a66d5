//! The name service of a world: one resolver, one authoritative server, and the messages between them.

use std::net::Ipv4Addr;

use super::{Lookup, Message, NAME, NameServer, RecordType, Resolver, ResolverKind, ResolverSettings, Zone};
use crate::call::{self, CallKey, CallState};
use crate::firewall::Ruling;
use crate::ids::ProcessId;
use crate::outcome::Cause;
use crate::parts::Condition;
use crate::settings::Dns;
use crate::time::{Micros, SimTime};
use crate::topology::Role;
use crate::trace::{Decision, Place};
use crate::wiring::Wiring;
use crate::world::{Action, World};

/// Resolver, zone and the question under way.
#[derive(Clone, Debug)]
pub struct NameService {
    /// The resolver's process.
    pub resolver: ProcessId,
    /// The authoritative server's process.
    pub authoritative: ProcessId,
    /// The resolver's cache and habits.
    pub state: Resolver,
    /// The zone of `foobar.com`.
    pub zone: Zone,
    asking: Option<Asking>,
    /// The answer that is on its way to the resolver.
    reply: Option<Box<Message>>,
    /// Clients that wait for the answer, and since when.
    waiting: Vec<(CallKey, SimTime)>,
    /// Number of the last planned step, so that earlier plans are void.
    step: u32,
}

#[derive(Clone, Copy, Debug)]
struct Asking {
    server: NameServer,
    attempt: u32,
    sent: SimTime,
    next: Step,
}

#[derive(Clone, Copy, Debug)]
enum Step {
    Arrives,
    Referral,
    Answer,
    Refusal,
    Silence,
}

impl NameService {
    /// The name service of a topology, with an empty cache.
    pub(crate) fn new(wiring: &Wiring, settings: &Dns) -> Self {
        let resolver = ResolverSettings { kind: settings.resolver, ..ResolverSettings::default() };
        let authoritative = wiring.with_role(|r| *r == Role::Authoritative)[0];
        let server = wiring.machine_of(authoritative).address;
        Self {
            resolver: wiring.with_role(|r| *r == Role::Resolver)[0],
            authoritative,
            state: Resolver::new(resolver, 0),
            zone: Zone::of_site(&settings.addresses, settings.ttl_s, server),
            asking: None,
            reply: None,
            waiting: Vec::new(),
            step: 0,
        }
    }

    pub(crate) fn set_records(&mut self, addresses: &[Ipv4Addr], ttl_s: u32) {
        self.zone.set_addresses(addresses, ttl_s);
    }

    pub(crate) fn set_resolver(&mut self, kind: ResolverKind) {
        self.state.configure(ResolverSettings { kind, ..self.state.settings() });
    }

    pub(crate) fn flush(&mut self) {
        self.state.flush();
    }

    pub(crate) fn stop(&mut self) {
        self.asking = None;
        self.reply = None;
        self.waiting.clear();
        self.step += 1;
    }

    pub(crate) fn restart(&mut self) {
        self.stop();
        self.state.reset();
    }

    /// Whether the resolver cannot answer because the authoritative server is silent, or was a moment ago.
    pub(crate) fn waits_for_authority(&self, now: SimTime) -> bool {
        let asked = self.asking.is_some_and(|asking| asking.server == NameServer::Authoritative);
        asked || self.state.has_failed(now, NAME, RecordType::A)
    }

    /// Clients that wait for an answer now.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.waiting.len()
    }
}

impl World {
    /// A client asks for the address.
    pub(crate) fn resolve(&mut self, key: CallKey) {
        let query_id = self.rng.dns.bits() as u16;
        let found = self.names.state.lookup(self.now, NAME, RecordType::A, query_id);
        let may_ask = self.names.asking.is_none() && self.names.state.may_ask(self.now, NAME, RecordType::A);
        match found {
            Lookup::Fresh(answer) | Lookup::Stale(answer) => {
                if let Some((_, ttl_s)) = self.names.state.address(&answer) {
                    self.mark(key, Place::Process(self.names.resolver), Decision::CacheHit { ttl_s });
                }
                self.say(key, found);
            }
            Lookup::ServFail(_) => self.say(key, found),
            Lookup::Miss if self.names.asking.is_none() && !may_ask => {
                self.say(key, self.names.state.servfail(self.now));
            }
            Lookup::Miss => {
                self.start_response_timer(key);
                if self.names.asking.is_some() {
                    self.mark(key, Place::Process(self.names.resolver), Decision::JoinedQuestion);
                }
                self.names.waiting.push((key, self.now));
            }
        }
        if may_ask && matches!(found, Lookup::Miss | Lookup::Stale(_)) {
            self.names.state.begin(self.now);
            self.ask(self.names.state.next_server(self.now), 0);
        }
    }

    /// Answers a client.
    fn say(&mut self, key: CallKey, found: Lookup) {
        let place = Place::Process(self.names.resolver);
        let reply = match found {
            Lookup::Fresh(answer) | Lookup::Stale(answer) => match self.names.state.address(&answer) {
                Some((address, ttl_s)) => call::Reply::Address { address, ttl_s },
                None => {
                    self.mark(key, place, Decision::NoAddress);
                    call::Reply::NoAddress(Cause::DnsNoAddress)
                }
            },
            Lookup::ServFail(_) | Lookup::Miss => {
                self.mark(key, place, Decision::ServFail);
                call::Reply::NoAddress(Cause::DnsServFail)
            }
        };
        self.answer(key, reply);
    }

    fn name_server_latency(&self) -> Micros {
        let link = self.wiring.link_between(self.names.resolver, self.names.authoritative);
        self.parts.latency(link.expect("the resolver has a link to the authoritative server"))
    }

    fn ask(&mut self, server: NameServer, attempt: u32) {
        let latency = self.name_server_latency();
        self.names.asking = Some(Asking { server, attempt, sent: self.now, next: Step::Arrives });
        self.names.state.sent(self.now, attempt);
        self.plan_step(self.now + latency, Step::Arrives);
    }

    fn plan_step(&mut self, at: SimTime, next: Step) {
        self.names.step += 1;
        if let Some(asking) = &mut self.names.asking {
            asking.next = next;
        }
        self.plan_at(at, Action::Upstream(self.names.step));
    }

    /// The next step of the question under way.
    pub(crate) fn upstream(&mut self, step: u32) {
        let Some(asking) = self.names.asking.filter(|_| step == self.names.step) else {
            return;
        };
        if self.parts.condition(self.names.resolver) != Condition::Up {
            return;
        }
        match asking.next {
            Step::Arrives => self.question_arrives(asking),
            Step::Referral => {
                self.names.state.referred(self.now, asking.server);
                let root = asking.server == NameServer::Root;
                self.mark_waiting(if root { Decision::RootReferral } else { Decision::ComReferral });
                self.ask(self.names.state.next_server(self.now), 0);
            }
            Step::Answer => self.learn(asking.sent),
            Step::Refusal => self.give_up(),
            Step::Silence => match self.names.state.wait(asking.attempt + 1) {
                Some(_) => self.ask(asking.server, asking.attempt + 1),
                None => self.give_up(),
            },
        }
    }

    fn question_arrives(&mut self, asking: Asking) {
        let (latency, server) = (self.name_server_latency(), self.names.authoritative);
        if asking.server != NameServer::Authoritative {
            return self.plan_step(self.now + latency, Step::Referral);
        }
        let link = self.wiring.link_between(self.names.resolver, server);
        let ruling = self.ruling_between(self.names.resolver, server);
        let passes = link.is_some_and(|link| self.parts.carries(link)) && ruling != Ruling::Drop;
        let reached = passes && self.parts.has_power(server);
        let wait = self.names.state.wait(asking.attempt).unwrap_or(Micros::ZERO);
        let notices = self.names.state.settings().kind.notices_refusal();
        let next = match self.parts.condition(server) {
            Condition::Up if reached && ruling == Ruling::Accept && latency.times(2) <= wait => {
                let name = self.names.state.next_name(self.now, NAME, RecordType::A);
                let query = Message::upstream_query(0, name, RecordType::A);
                self.names.reply = Some(Box::new(self.names.zone.answer(&query)));
                Step::Answer
            }
            _ if reached && ruling == Ruling::Reject && notices => Step::Refusal,
            Condition::Down if reached && notices => Step::Refusal,
            _ => Step::Silence,
        };
        let at = if matches!(next, Step::Silence) { asking.sent + wait } else { self.now + latency };
        self.plan_step(at.max(self.now), next);
    }

    fn learn(&mut self, sent: SimTime) {
        let reply = self.names.reply.take().expect("an answer is on its way");
        self.names.state.learned(self.now, &reply, self.now.since(sent));
        if let Some(record) = reply.answer.first() {
            self.mark_waiting(Decision::AuthorityAnswer { ttl_s: record.ttl_s });
        }
        if self.names.state.next_name(self.now, NAME, RecordType::A) != NAME {
            return self.ask(self.names.state.next_server(self.now), 0);
        }
        self.names.asking = None;
        for (key, since) in std::mem::take(&mut self.names.waiting) {
            let query_id = self.rng.dns.bits() as u16;
            let found = self.names.state.answer_waiting(self.now, NAME, RecordType::A, query_id);
            self.say_waiting(key, since, found);
        }
    }

    fn give_up(&mut self) {
        self.names.asking = None;
        self.names.state.failed(self.now, NAME, RecordType::A);
        self.mark_waiting(Decision::AuthoritySilent);
        for (key, since) in std::mem::take(&mut self.names.waiting) {
            self.say_waiting(key, since, self.names.state.servfail(self.now));
        }
    }

    /// Answers a client that has waited, unless that was for too long: then it gets nothing any more.
    fn say_waiting(&mut self, key: CallKey, since: SimTime, found: Lookup) {
        let discards_after = self.names.state.settings().kind.discards_after();
        let is_discarded = discards_after.is_some_and(|limit| self.now.since(since) > limit);
        if !self.calls.contains_key(key) {
            return;
        }
        if !is_discarded {
            self.say(key, found);
        } else if self.is_current(key) {
            self.set_state(key, CallState::Lost, Micros::ZERO);
        } else {
            self.calls.remove(key);
        }
    }

    fn mark_waiting(&mut self, decision: Decision) {
        let place = Place::Process(self.names.resolver);
        for i in 0..self.names.waiting.len() {
            self.mark(self.names.waiting[i].0, place, decision);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::{Record, RecordData, ZONE_NAME};
    use super::*;
    use crate::{Class, Command, Preset};

    #[test]
    fn a_visit_follows_a_cname_and_the_cache_keeps_both_parts() {
        let mut world = World::new(Arc::new(Preset::find("three-server").expect("a preset").scenario()));
        let address = world.settings.dns.addresses[0];
        let records = world.names.zone.records().iter().filter(|record| record.name != NAME).cloned();
        let alias = Record::new(NAME, 300, RecordData::Cname(ZONE_NAME.to_owned()));
        let target = Record::new(ZONE_NAME, 30, RecordData::A(address));
        let records = records.chain([alias, target]).collect();
        world.names.zone.reload(records);
        for seconds in [10, 40] {
            world.apply(&Command::visits(Class::Static, 1)).expect("it makes sense");
            world.run_until(world.now + Micros::from_secs(seconds));
            assert_eq!(world.under_way(), 0);
            let found = world.names.state.lookup(world.now, NAME, RecordType::A, 0);
            let entries = world.names.state.entries(world.now);
            let (alias, all) = (entries[2].ttl_s, entries.len());
            match (seconds, found) {
                (10, Lookup::Fresh(answer)) => {
                    let (held, ttl_s) = world.names.state.address(&answer).expect("an address");
                    assert_eq!((held, all, ttl_s / 10, alias / 10), (address, 4, 2, 29));
                }
                (_, found) => assert_eq!((found, all, alias / 10), (Lookup::Miss, 3, 25)),
            }
        }
    }
}
