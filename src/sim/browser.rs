//! The visitor's side: visits start here, ask for the address, connect, and end exactly once.

use std::net::Ipv4Addr;

use super::call::{Ask, Reply};
use super::ids::ProcessId;
use super::invariants;
use super::outcome::{BrowserError, Cause, Outcome, Verdict};
use super::parts::Condition;
use super::script::{Answer, Script};
use super::settings::TlsMode;
use super::time::Micros;
use super::trace::{Decision, Place};
use super::visit::{MAX_UNDER_WAY, Notes, Visit, VisitKey, VisitRecord};
use super::workload::Class;
use super::world::{Action, World};

impl World {
    /// Plans the next visit of the continuous load, if there is any.
    pub(super) fn plan_arrival(&mut self) {
        if self.arrivals_planned {
            return;
        }
        if let Some(gap) = self.workload.next_gap(&mut self.rng.arrivals) {
            self.arrivals_planned = true;
            self.queue.plan_alone(self.now + gap, Action::Arrival.pack());
        }
    }

    /// A visit of the continuous load starts.
    #[inline(never)]
    pub(super) fn arrival(&mut self) {
        self.arrivals_planned = false;
        if self.workload.rate_per_s > 0 {
            let class = self.workload.mix.draw(&mut self.rng.arrivals);
            let host = self.rng.arrivals.below(self.settings.client.addresses.into());
            let source = Ipv4Addr::from(u32::from(Ipv4Addr::new(198, 51, 0, 1)) + host);
            let one_in = self.settings.record.trace_one_in;
            let traced = one_in > 0 && self.started_visits.is_multiple_of(u64::from(one_in));
            if self.parts.condition(self.browser) == Condition::Up {
                self.start_visit(class, source, false, traced, None);
            }
        }
        self.plan_arrival();
    }

    /// Starts a visit.
    pub(super) fn start_visit(
        &mut self,
        class: Class,
        source: Ipv4Addr,
        by_hand: bool,
        traced: bool,
        script: Option<Box<Script>>,
    ) {
        self.started_visits += 1;
        let id = self.started_visits;
        self.metrics.started(self.now);
        let trace = traced.then(|| self.traces.begin(id, class, source, script.clone(), self.now));
        let key = self.visits.insert(Visit {
            id,
            class,
            source,
            started: self.now,
            by_hand,
            script,
            child: None,
            dns_tries: 0,
            acknowledged_before: self.cluster.acknowledged(),
            trace,
            notes: Notes::NOTHING,
            stored: None,
            via: None,
        });
        if self.visits.len() > MAX_UNDER_WAY {
            self.browser_fails(key, BrowserError::InsufficientResources, Cause::NoPort);
        } else {
            match self.remembered.filter(|(_, until)| self.now < *until) {
                Some((address, _)) => self.connect_to_site(key, address, class),
                None => self.ask_resolver(key),
            }
        }
        invariants::within(self.visits.len(), MAX_UNDER_WAY);
    }

    fn ask_resolver(&mut self, key: VisitKey) {
        self.visits[key].dns_tries += 1;
        self.call_for(key, self.names.resolver, Ask::Resolve);
    }

    /// The browser gets a reply, from the resolver or from the site.
    #[inline(always)]
    pub(super) fn browser_gets(&mut self, key: VisitKey, callee: ProcessId, reply: Reply) {
        let Some(visit) = self.visits.get_mut(key) else {
            return;
        };
        let (tries, class, browser) = (visit.dns_tries, visit.class, self.browser);
        if callee == self.names.resolver {
            return match reply {
                Reply::Address { address, ttl_s } => {
                    if self.settings.client.remembers_address {
                        self.remembered = Some((address, self.now + Micros::from_secs(ttl_s.into())));
                    }
                    self.connect_to_site(key, address, class);
                }
                Reply::NoAddress(cause) => self.fails(key, BrowserError::NameNotResolved, cause, callee),
                Reply::Refused => self.fails(key, BrowserError::NameNotResolved, Cause::DnsRefused, browser),
                _ if tries < self.settings.client.dns_attempts => self.ask_resolver(key),
                _ => self.fails(key, BrowserError::NameNotResolved, Cause::DnsSilent, browser),
            };
        }
        match reply {
            Reply::Http { cause: Cause::Redirected, .. } => self.follow_redirect(key, callee),
            Reply::Http { status, by, cause } => {
                self.end_visit(key, Outcome { result: Verdict::Http(status), by, cause });
            }
            Reply::Refused => self.browser_fails(key, BrowserError::ConnectionRefused, Cause::ConnectRefused),
            Reply::ConnectTimeout if self.sends_another_syn(key) => {}
            Reply::ConnectTimeout => self.browser_fails(key, BrowserError::ConnectionTimedOut, Cause::ConnectTimeout),
            Reply::Reset => self.browser_fails(key, BrowserError::ConnectionReset, Cause::ConnectionReset),
            Reply::Closed => self.browser_fails(key, BrowserError::EmptyResponse, Cause::ConnectionReset),
            Reply::Timeout => self.browser_fails(key, BrowserError::TimedOut, Cause::ResponseTimeout),
            Reply::BadCertificate => {
                self.browser_fails(key, BrowserError::CertificateDateInvalid, Cause::CertificateExpired);
            }
            other => unreachable!("{other:?} is not a reply to a browser"),
        }
    }

    #[inline(always)]
    fn connect_to_site(&mut self, key: VisitKey, address: Ipv4Addr, class: Class) {
        match self.wiring.entrance(address) {
            Some(entrance) => self.connect_to(key, entrance, class),
            None => self.connect_to_virtual(key, address, class),
        }
    }

    /// Connects a visit to the process that answers at its address.
    #[inline(always)]
    pub(super) fn connect_to(&mut self, key: VisitKey, entrance: ProcessId, class: Class) {
        let visit = &self.visits[key];
        let scripted = visit.script.as_ref().is_some_and(|script| script.answer != Answer::Page);
        let ask = if scripted { Ask::Scripted } else { Ask::Page(class) };
        self.call_for(key, entrance, ask);
        if self.settings.tls.mode != TlsMode::None {
            self.choose_port(key, class);
        }
    }

    #[cold]
    pub(super) fn browser_fails(&mut self, key: VisitKey, error: BrowserError, cause: Cause) {
        self.fails(key, error, cause, self.browser);
    }

    #[cold]
    fn fails(&mut self, key: VisitKey, error: BrowserError, cause: Cause, by: ProcessId) {
        self.end_visit(key, Outcome { result: Verdict::Browser(error), by, cause });
    }

    /// Ends a visit: the only place where one ends.
    fn end_visit(&mut self, key: VisitKey, outcome: Outcome) {
        let now = self.now;
        let visit = self.visits.get(key).expect("a visit ends once");
        if let Some(child) = visit.child.and_then(|child| self.calls.get_mut(child)) {
            child.abandoned = true;
        }
        let took = now.since(visit.started);
        let stored = visit.stored.filter(|_| outcome.is_ok());
        invariants::answer_is_newer(visit, now, outcome.cause, stored.as_ref());
        let result = match outcome.result {
            Verdict::Http(status) => u64::from(status),
            Verdict::Browser(error) => 1_000 + error as u64,
        };
        self.digest.word(visit.id ^ took.0.rotate_left(32));
        self.digest.word(result | u64::from(outcome.by.0) << 16);
        let &Visit { id, class, source, started, notes, trace, .. } = visit;
        let record = self.log.push(VisitRecord { id, class, source, started, took, outcome, notes });
        self.metrics.ended(now, record);
        let (scripted, complains) = (visit.script.is_some(), !outcome.is_ok() && !visit.by_hand);
        if scripted || trace.is_some() {
            self.end_watched(key, outcome);
        } else {
            self.visits.end(key);
        }
        if complains {
            self.may_complain();
        }
        invariants::ends_once(self.metrics.started, self.metrics.ended, self.visits.len());
        if let Some(stored) = stored {
            self.cluster.acknowledge(stored);
        }
    }

    /// Ends a visit that is traced, or of which a command said more than its class.
    #[inline(never)]
    fn end_watched(&mut self, key: VisitKey, outcome: Outcome) {
        let visit = self.visits.remove(key).expect("it is about to end");
        if let Some(slot) = visit.trace {
            let place = Place::Process(self.browser);
            let aborted = matches!(outcome.cause, Cause::NoPort | Cause::BrowserClosed | Cause::Stopped);
            if aborted || self.traces.end(slot, visit.id) < self.now {
                self.traces.mark(slot, visit.id, place, self.now, Decision::NoAnswer);
            }
            self.traces.finish(slot, visit.id, outcome);
        }
        if visit.script.is_some() {
            self.may_still_be_held(key, &visit);
        }
    }
}
