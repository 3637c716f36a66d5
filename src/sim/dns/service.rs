//! The name service of a world: one resolver, one authoritative server, and the messages between them.

use std::net::Ipv4Addr;

use super::{Failure, GivesUp, Lookup, NameServer, Reply, Resolver, ResolverKind, ResolverSettings, Zone, ZoneAnswer};
use crate::sim::call::{self, CallKey, CallState};
use crate::sim::ids::ProcessId;
use crate::sim::outcome::Cause;
use crate::sim::parts::Condition;
use crate::sim::settings::Dns;
use crate::sim::time::{Micros, SimTime};
use crate::sim::topology::Role;
use crate::sim::trace::{Decision, Place};
use crate::sim::wiring::Wiring;
use crate::sim::world::{Action, World};

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
    /// Clients that wait for the answer.
    waiting: Vec<CallKey>,
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
    Answer(ZoneAnswer),
    Refusal,
    Silence,
}

impl NameService {
    /// The name service of a topology, with an empty cache.
    pub(in crate::sim) fn new(wiring: &Wiring, settings: &Dns) -> Self {
        let resolver = ResolverSettings { kind: settings.resolver, ..ResolverSettings::default() };
        Self {
            resolver: wiring.with_role(|r| *r == Role::Resolver)[0],
            authoritative: wiring.with_role(|r| *r == Role::Authoritative)[0],
            state: Resolver::new(resolver, 0),
            zone: Zone { a: settings.addresses.clone(), ttl_s: settings.ttl_s, ..Zone::default() },
            asking: None,
            waiting: Vec::new(),
            step: 0,
        }
    }

    pub(in crate::sim) fn set_records(&mut self, addresses: &[Ipv4Addr], ttl_s: u32) {
        self.zone.a = addresses.to_vec();
        self.zone.ttl_s = ttl_s;
        self.zone.serial += 1;
    }

    pub(in crate::sim) fn set_resolver(&mut self, kind: ResolverKind) {
        self.state.configure(ResolverSettings { kind, ..self.state.settings() });
    }

    pub(in crate::sim) fn flush(&mut self) {
        self.state.flush();
    }

    pub(in crate::sim) fn stop(&mut self) {
        self.asking = None;
        self.waiting.clear();
        self.step += 1;
    }

    pub(in crate::sim) fn restart(&mut self) {
        self.stop();
        self.state.reset();
    }

    /// Whether the resolver cannot answer because the authoritative server is silent, or was a moment ago.
    pub(in crate::sim) fn waits_for_authority(&self, now: SimTime) -> bool {
        let asked = self.asking.is_some_and(|asking| asking.server == NameServer::Authoritative);
        asked || !self.state.may_ask(now)
    }

    /// Clients that wait for an answer now.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.waiting.len()
    }
}

impl World {
    /// A client asks for the address.
    pub(in crate::sim) fn resolve(&mut self, key: CallKey) {
        let query_id = self.rng.dns.bits() as u16;
        let found = self.names.state.lookup(self.now, query_id);
        match found {
            Lookup::Fresh(reply) | Lookup::Stale(reply) => {
                let place = Place::Process(self.names.resolver);
                if let Reply::Addresses(answer) = reply {
                    self.mark(key, place, Decision::CacheHit { ttl_s: answer.ttl_s });
                }
                self.say(key, found);
            }
            Lookup::ServFail => self.say(key, found),
            Lookup::Miss if self.names.asking.is_none() && !self.names.state.may_ask(self.now) => {
                self.start_response_timer(key);
                self.set_state(key, CallState::Lost, Micros::ZERO);
            }
            Lookup::Miss => {
                self.start_response_timer(key);
                if self.names.asking.is_some() {
                    self.mark(key, Place::Process(self.names.resolver), Decision::JoinedQuestion);
                }
                self.names.waiting.push(key);
            }
        }
        let wants_more = matches!(found, Lookup::Miss | Lookup::Stale(_));
        if wants_more && self.names.asking.is_none() && self.names.state.may_ask(self.now) {
            self.ask(self.names.state.next_server(self.now), 0);
        }
    }

    /// Answers a client.
    fn say(&mut self, key: CallKey, found: Lookup) {
        let place = Place::Process(self.names.resolver);
        let reply = match found {
            Lookup::Fresh(Reply::Addresses(answer)) | Lookup::Stale(Reply::Addresses(answer)) => {
                let address = answer.addresses.first().expect("an answer has at least one address");
                call::Reply::Address { address, ttl_s: answer.ttl_s }
            }
            Lookup::Fresh(Reply::Negative(_)) | Lookup::Stale(Reply::Negative(_)) => {
                self.mark(key, place, Decision::NoAddress);
                call::Reply::NoAddress(Cause::DnsNoAddress)
            }
            Lookup::ServFail | Lookup::Miss => {
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
        self.plan_step(self.now + latency, Step::Arrives);
    }

    fn plan_step(&mut self, at: SimTime, next: Step) {
        self.names.step += 1;
        if let Some(asking) = &mut self.names.asking {
            asking.next = next;
        }
        self.queue.plan(at, Action::Upstream(self.names.step));
    }

    /// The next step of the question under way.
    pub(in crate::sim) fn upstream(&mut self, step: u32) {
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
            Step::Answer(answer) => self.learn(&answer),
            Step::Refusal => self.give_up(Failure::Refused),
            Step::Silence => match self.names.state.wait(asking.attempt + 1) {
                Some(_) => self.ask(asking.server, asking.attempt + 1),
                None => self.give_up(Failure::TimedOut),
            },
        }
    }

    fn question_arrives(&mut self, asking: Asking) {
        let (latency, server) = (self.name_server_latency(), self.names.authoritative);
        if asking.server != NameServer::Authoritative {
            return self.plan_step(self.now + latency, Step::Referral);
        }
        let link = self.wiring.link_between(self.names.resolver, server);
        let reached = link.is_some_and(|link| self.parts.carries(link)) && self.parts.has_power(server);
        let wait = self.names.state.wait(asking.attempt).unwrap_or(Micros::ZERO);
        let notices = self.names.state.settings().kind.notices_refusal();
        let next = match self.parts.condition(server) {
            Condition::Up if reached && latency.times(2) <= wait => Step::Answer(self.names.zone.answer()),
            Condition::Down if reached && notices => Step::Refusal,
            _ => Step::Silence,
        };
        let at = if matches!(next, Step::Silence) { asking.sent + wait } else { self.now + latency };
        self.plan_step(at.max(self.now), next);
    }

    fn learn(&mut self, answer: &ZoneAnswer) {
        self.names.asking = None;
        self.names.state.learned(self.now, answer);
        if let ZoneAnswer::Addresses { ttl_s, .. } = answer {
            self.mark_waiting(Decision::AuthorityAnswer { ttl_s: *ttl_s });
        }
        for key in std::mem::take(&mut self.names.waiting) {
            let query_id = self.rng.dns.bits() as u16;
            let found = self.names.state.answer_waiting(self.now, query_id);
            self.say_waiting(key, found);
        }
    }

    fn give_up(&mut self, failure: Failure) {
        self.names.asking = None;
        let gives_up = self.names.state.failed(self.now, failure);
        self.mark_waiting(Decision::AuthoritySilent);
        for key in std::mem::take(&mut self.names.waiting) {
            match gives_up {
                GivesUp::WithServFail => self.say_waiting(key, Lookup::ServFail),
                GivesUp::Silently if self.is_current(key) => self.set_state(key, CallState::Lost, Micros::ZERO),
                GivesUp::Silently => drop(self.calls.remove(key)),
            }
        }
    }

    fn say_waiting(&mut self, key: CallKey, found: Lookup) {
        if self.calls.contains_key(key) {
            self.say(key, found);
        }
    }

    fn mark_waiting(&mut self, decision: Decision) {
        let place = Place::Process(self.names.resolver);
        for i in 0..self.names.waiting.len() {
            self.mark(self.names.waiting[i], place, decision);
        }
    }
}
