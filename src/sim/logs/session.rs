//! HAProxy's side of a line: counters as they stand, times from the trace of the visit.

use super::SessionLine;
use crate::call::{CallKey, Work};
use crate::trace::{Decision, Place};
use crate::visit::Visit;
use crate::world::World;

impl World {
    /// What HAProxy has to say of a request that ends now in this way.
    pub(super) fn session_line(&self, key: CallKey, ends: &'static str) -> SessionLine {
        let call = &self.calls[key];
        let Work::Session(session) = call.work else {
            unreachable!("HAProxy keeps sessions");
        };
        let visit = call.visit.and_then(|visit| self.visit_or_left(visit));
        let notes = visit.map(|visit| visit.notes);
        let balancer = &self.balancers[usize::from(call.seat.at)];
        let server = notes.and_then(|notes| notes.server);
        let on_server = server.and_then(|server| balancer.running_on(server, self.now)).unwrap_or(0);
        let others = balancer.under_way();
        let mut line = SessionLine {
            accepted: call.started + self.parts.latency(call.link),
            received: call.started + self.parts.latency(call.link),
            secure: call.secure,
            server,
            queued: None,
            connecting: None,
            response: None,
            termination: [ends, notes.map_or("--", |notes| notes.cookie.letters())],
            connections: [others + 1, others, on_server],
            retries: session.retries,
            redispatched: session.redispatched,
            queues: if session.own_queue { [session.place, 0] } else { [0, session.place] },
        };
        self.take_times(&mut line, key, visit);
        line
    }

    /// Reads HAProxy's timers from the trace of the visit.
    fn take_times(&self, line: &mut SessionLine, key: CallKey, visit: Option<&Visit>) {
        let balancer = self.calls[key].callee;
        let (mut taken, mut left_queue, mut connected) = (false, None, None);
        // What TLS comes before: the connection, and with a server the handshake as well.
        let mut before = None;
        let trace = visit.and_then(|visit| self.traces.of(visit.id));
        for span in trace.iter().flat_map(|trace| &trace.spans) {
            match (span.place, span.decision) {
                (Place::Link { link, back: false }, Decision::Connected | Decision::TlsHandshake)
                    if self.wiring.link(link).to != balancer || span.decision == Decision::Connected =>
                {
                    before = Some(span.end);
                }
                (Place::Link { link, back: false }, Decision::Sent) => {
                    let (ends, before) = (self.wiring.link(link), before.take());
                    if ends.to == balancer {
                        line.accepted = before.unwrap_or(span.end);
                        line.received = span.end;
                        left_queue = Some(span.end);
                    } else if ends.from == balancer {
                        let way = if self.settings.network.handshake { 2 } else { 0 };
                        connected = before.or(Some(span.start + self.parts.latency(link).times(way)));
                    }
                }
                (Place::Process(at), Decision::Queued) if at == balancer => left_queue = Some(span.end),
                (Place::Process(at), Decision::Picked { .. }) if at == balancer => taken = true,
                _ => {}
            }
        }
        let [ends, _] = line.termination;
        let refused = matches!(ends, "SC" | "sC" | "CC" | "CQ" | "sQ" | "LR");
        line.queued = left_queue.filter(|_| taken || ends.ends_with('Q')).map(|left| left.since(line.received));
        if let (Some(left), Some(connected), false) = (left_queue, connected, refused) {
            line.connecting = Some(connected.since(left));
            let answered = matches!(ends, "--" | "SD");
            line.response = answered.then(|| self.now.since(connected));
        }
    }
}
