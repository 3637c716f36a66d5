//! The way back: a callee answers, the reply travels, and whoever waits for it goes on.

use super::call::{Call, CallKey, CallState, Parent, Reply};
use super::firewall::Ruling;
use super::ids::ProcessId;
use super::invariants;
use super::parts::LinkNow;
use super::time::Micros;
use super::trace::{Decision, Place};
use super::visit::VisitKey;
use super::wiring::Tier;
use super::world::{Step, World};

impl World {
    /// The callee answers. If nobody waits any more, the call ends here.
    #[inline(never)]
    pub(super) fn answer(&mut self, key: CallKey, reply: Reply) {
        self.answer_fast(key, reply);
    }

    /// Like [`World::answer`], for the way that most visits take.
    #[inline(always)]
    pub(super) fn answer_fast(&mut self, key: CallKey, reply: Reply) {
        let Some(call) = self.calls.get(key) else {
            return;
        };
        if call.watched || call.abandoned {
            return self.answer_watched(key, reply);
        }
        self.send_back_fast(key, reply);
    }

    /// Like [`World::answer`], for a call that is watched or for which nobody may wait.
    #[cold]
    #[inline(never)]
    fn answer_watched(&mut self, key: CallKey, reply: Reply) {
        self.log_answer(key, reply);
        self.answer_again(key, reply);
    }

    /// A reply that the callee has given sets out, if somebody waits for it still.
    pub(super) fn answer_again(&mut self, key: CallKey, reply: Reply) {
        if self.is_current(key) {
            self.send_back(key, reply);
        } else {
            self.calls.remove(key);
        }
    }

    /// A reply sets out.
    #[inline(never)]
    pub(super) fn send_back(&mut self, key: CallKey, reply: Reply) {
        self.send_back_fast(key, reply);
    }

    /// Like [`World::send_back`], for the way that most visits take.
    #[inline(always)]
    fn send_back_fast(&mut self, key: CallKey, reply: Reply) {
        let call = &mut self.calls[key];
        let (parent, &LinkNow { latency, caller, .. }) = (call.parent, self.parts.link(call.link));
        (call.state, call.since, call.until) = (CallState::Returning(reply), self.now, self.now + latency);
        if self.takes_no_time(parent, latency) {
            self.returned(key);
        } else {
            self.plan_fast(latency, Step::Return.by(caller, key));
        }
    }

    /// Whether the caller still waits for this very call.
    pub(super) fn is_current(&self, key: CallKey) -> bool {
        self.calls.get(key).is_some_and(|call| self.is_waited_for(key, call))
    }

    fn is_waited_for(&self, key: CallKey, call: &Call) -> bool {
        match call.parent {
            Parent::Visit | Parent::Call(_) => !call.abandoned,
            Parent::Check { balancer, server } => self.check_waits_for(balancer, server, key),
            Parent::Scrape(target) => self.scrape_waits_for(target, key),
        }
    }

    /// The callee of `key` no longer waits for the call that it has made.
    pub(super) fn abandon_child(&mut self, key: CallKey) {
        let child = self.calls[key].child.take();
        if let Some(child) = child.and_then(|child| self.calls.get_mut(child)) {
            child.abandoned = true;
        }
    }

    /// A reply reaches the caller's machine.
    #[inline(never)]
    pub(super) fn returned(&mut self, key: CallKey) {
        self.returned_fast(key, None);
    }

    /// Like [`World::returned`], for the way that most visits take: to a caller whose tier is known when this is compiled.
    #[inline(always)]
    pub(super) fn returned_fast(&mut self, key: CallKey, known: Option<Tier>) {
        let Some(call) = self.calls.get(key) else {
            return;
        };
        let CallState::Returning(reply) = call.state else {
            return;
        };
        invariants::reply_is_newer(call, self.now);
        if call.watched || call.abandoned || !self.parts.link(call.link).carries {
            return self.returned_watched(key, reply);
        }
        let Call { parent, visit, callee, .. } = *call;
        self.calls.end(key);
        match known {
            Some(caller) => self.caller_gets_fast(caller, parent, visit, callee, reply),
            None => self.caller_gets(parent, visit, callee, reply),
        }
    }

    /// Like [`World::returned`], for a call that is watched, or for which nobody may wait, or on a link that is cut.
    #[cold]
    #[inline(never)]
    fn returned_watched(&mut self, key: CallKey, reply: Reply) {
        let call = &self.calls[key];
        if !self.is_waited_for(key, call) {
            return self.calls.end(key);
        }
        // What waited for a hung caller had arrived before.
        if !self.parts.carries(call.link) && call.until == self.now {
            return self.set_state(key, CallState::Stalled(reply), Micros::ZERO);
        }
        if call.traced {
            self.trace_return(key, reply);
        }
        self.hand_over(key, reply);
    }

    fn trace_return(&mut self, key: CallKey, reply: Reply) {
        let place = Place::Link { link: self.calls[key].link, back: true };
        let decision = match reply {
            Reply::Refused if self.ruling(&self.calls[key]) == Ruling::Reject => Decision::Rejected,
            Reply::Refused => Decision::Refused,
            Reply::BadCertificate => Decision::BadCertificate,
            Reply::Reset | Reply::Closed => Decision::Reset,
            _ => Decision::Returned,
        };
        self.mark(key, place, decision);
    }

    /// Ends a call and gives its reply to whoever waits for it.
    #[inline(never)]
    pub(super) fn hand_over(&mut self, key: CallKey, reply: Reply) {
        let Call { parent, visit, callee, .. } = self.calls[key];
        self.calls.end(key);
        self.caller_gets(parent, visit, callee, reply);
    }

    /// Whoever waits for a call goes on, if it does still wait.
    #[inline(never)]
    fn caller_gets(&mut self, parent: Parent, visit: Option<VisitKey>, callee: ProcessId, reply: Reply) {
        let caller = match parent {
            Parent::Call(parent) => self.calls.get(parent).map(|parent| parent.seat.tier),
            _ => Some(Tier::Browser),
        };
        if let Some(caller) = caller {
            self.caller_gets_fast(caller, parent, visit, callee, reply);
        }
    }

    /// Like [`World::caller_gets`], for the way that most visits take.
    #[inline(always)]
    fn caller_gets_fast(
        &mut self,
        caller: Tier,
        parent: Parent,
        visit: Option<VisitKey>,
        callee: ProcessId,
        reply: Reply,
    ) {
        match parent {
            Parent::Visit => {
                let visit = visit.expect("a call of the browser belongs to a visit");
                self.browser_gets(visit, callee, reply);
            }
            Parent::Check { balancer, server } => self.check_ends(balancer, server, reply),
            Parent::Scrape(target) => self.scrape_ends(target, reply),
            Parent::Call(parent) => {
                let Some(waiting) = self.calls.get(parent) else {
                    return;
                };
                let at = usize::from(waiting.seat.at);
                match caller {
                    Tier::Balancer => self.session_gets(parent, at, reply),
                    Tier::Nginx => self.nginx_gets_reply(parent, at, callee, reply),
                    Tier::App => self.app_gets_reply(parent, at, callee, reply),
                    tier => unreachable!("{tier:?} calls nobody"),
                }
            }
        }
    }

    /// The caller has given up waiting; the callee works on for nobody.
    #[inline(never)]
    pub(super) fn caller_gives_up(&mut self, parent: Parent, visit: Option<VisitKey>, callee: ProcessId) {
        let child = match parent {
            Parent::Visit => visit.and_then(|visit| self.visits.get_mut(visit)).map(|visit| &mut visit.child),
            Parent::Call(parent) => self.calls.get_mut(parent).map(|parent| &mut parent.child),
            Parent::Check { .. } | Parent::Scrape(_) => None,
        };
        if let Some(child) = child {
            *child = None;
        }
        self.caller_gets(parent, visit, callee, Reply::Timeout);
    }
}
