//! TLS 1.3 (RFC 8446): one round trip before the request, a certificate that the caller checks, and the redirect on port 80.
//!
//! A visitor who types the bare name asks on port 80 and is sent to port 443 (`http-request redirect scheme https code 301
//! unless { ssl_fc }`; HAProxy logs it with `LR--` and `<NOSRV>`). A 301 is permanent, so browsers that remember the address
//! go to port 443 at once, and so do files and forms, whose addresses stand on a page that came by https. There is no HSTS.

use super::call::{Ask, Call, CallKey, Parent, Reply, Session, Work};
use super::ids::ProcessId;
use super::outcome::Cause;
use super::time::SimTime;
use super::trace::{Decision, Place};
use super::visit::VisitKey;
use super::wiring::Tier;
use super::workload::Class;
use super::world::World;

/// Microseconds of a day.
const DAY_US: u64 = 86_400_000_000;

impl World {
    /// Whether the site's certificate has expired by now.
    #[must_use]
    pub fn certificate_has_expired(&self) -> bool {
        self.now.0 >= u64::from(self.settings.tls.certificate_days) * DAY_US
    }

    /// Days that the site's certificate is still valid.
    #[must_use]
    pub fn certificate_days_left(&self) -> u32 {
        self.settings.tls.certificate_days.saturating_sub((self.now.0 / DAY_US) as u32)
    }

    /// Whether a call is a browser's that will not trust the certificate. The balancer has the servers' from a CA of the
    /// house, which does not expire here.
    fn distrusts(&self, call: &Call) -> bool {
        call.secure && call.parent == Parent::Visit && self.certificate_has_expired()
    }

    /// Round trips of TLS before the first byte of a request is with the callee. A certificate that is not trusted ends it
    /// when the caller's hello has arrived.
    pub(super) fn tls_round_trips(&self, call: &Call) -> u64 {
        u64::from(call.secure && !self.distrusts(call))
    }

    /// What reaches a process that speaks TLS may be over before there is a request. True if so.
    #[cold]
    pub(super) fn ends_before_the_request(&mut self, key: CallKey) -> bool {
        let call = &self.calls[key];
        let (ask, seat, by) = (call.ask, call.seat, call.callee);
        let reply = match ask {
            Ask::Connect => Reply::Connected,
            _ if self.distrusts(call) => Reply::BadCertificate,
            Ask::Page(_) | Ask::Scripted if !call.secure => {
                let at = usize::from(seat.at);
                match seat.tier {
                    Tier::Balancer => {
                        self.balancers[at].counters.requests += 1;
                        self.calls[key].work = Work::Session(Session::NEW);
                    }
                    _ => self.nginx[at].counters.requests += 1,
                }
                self.mark(key, Place::Process(by), Decision::Redirected);
                Reply::Http { status: 301, by, cause: Cause::Redirected }
            }
            _ => return false,
        };
        self.answer(key, reply);
        true
    }

    /// Notes what came before the request that has arrived at `arrived`. True if there is a request.
    #[cold]
    pub(super) fn trace_tls(&mut self, key: CallKey, arrived: SimTime) -> bool {
        let call = &self.calls[key];
        let (place, latency, trusts) =
            (Place::Link { link: call.link, back: false }, self.parts.latency(call.link), !self.distrusts(call));
        if self.settings.network.handshake {
            let connected = (call.started + latency.times(2)).min(arrived);
            self.mark_until(key, place, connected, Decision::Connected);
            let agreed = SimTime(arrived.0 - latency.0.min(arrived.since(connected).0));
            if trusts {
                self.mark_until(key, place, agreed, Decision::TlsHandshake);
            }
        } else if trusts {
            // The connection was opened, and encrypted, for an earlier request.
            let started = call.started;
            self.mark_until(key, place, started, Decision::TlsHandshake);
        }
        trusts
    }

    /// The browser is told to ask on port 443.
    #[cold]
    pub(super) fn follow_redirect(&mut self, key: VisitKey, callee: ProcessId) {
        let visit = &mut self.visits[key];
        visit.notes.redirected = true;
        match (visit.via, visit.class) {
            (Some(via), class) => self.connect_to_virtual(key, via.address, class),
            (None, class) => self.connect_to(key, callee, class),
        }
        // Somebody may have switched TLS off: then nobody listens there any more.
        self.secure(key, true);
    }

    /// Chooses the port of a site that speaks TLS: who has got the address from the resolver has typed the name.
    #[cold]
    pub(super) fn choose_port(&mut self, key: VisitKey, class: Class) {
        let visit = &self.visits[key];
        if class == Class::Read && visit.dns_tries > 0 && !visit.notes.redirected {
            self.secure(key, false);
        }
    }

    fn secure(&mut self, key: VisitKey, secure: bool) {
        if let Some(call) = self.visits[key].child.and_then(|call| self.calls.get_mut(call)) {
            call.secure = secure;
        }
    }
}
