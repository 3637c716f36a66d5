//! Spans in HAProxy: which server and why, queue, retries, error pages of its own.

use super::Hop;
use crate::sim::balancer::Algorithm;
use crate::sim::{Decision, PickReason, Place, ProcessId};
use crate::text::explain::{server, status_line};

impl Hop<'_> {
    pub(super) fn in_haproxy(&self, process: ProcessId) -> String {
        let who = self.who_first(process);
        match self.span.decision {
            Decision::Picked { server, why } => self.picked(&who, server, why),
            Decision::Queued => {
                format!("{who} kept the request in its queue: a server gets no more at a time than its maxconn.")
            }
            Decision::WaitToRetry { server: failed, retry } => {
                format!(
                    "{who} waited before retry {retry}: {} had refused the connection.",
                    server(self.wiring, failed)
                )
            }
            Decision::NoServer => {
                format!("{who} has no usable server: each is DOWN, in maintenance, draining or of weight 0.")
            }
            Decision::Failed { status } => {
                format!("{who} answers {} itself: {}.", status_line(status), self.why_haproxy_failed())
            }
            Decision::PassedOn => match self.caller_of(process) {
                Some(caller) => format!("{who} passes the answer on to {}.", self.who(caller)),
                None => format!("{who} passes the answer on."),
            },
            _ => self.any(process),
        }
    }

    fn picked(&self, who: &str, picked: ProcessId, why: PickReason) -> String {
        let picked = server(self.wiring, picked);
        match why {
            PickReason::Algorithm(algorithm) => {
                let reason = match algorithm {
                    Algorithm::RoundRobin => format!("round robin, it was {picked}'s turn"),
                    Algorithm::StaticRr => format!("static-rr, it was {picked}'s turn in the fixed table"),
                    Algorithm::LeastConn => "leastconn, no server has fewer requests for its weight".to_owned(),
                    Algorithm::First => "first, no server before it in the list has a free place".to_owned(),
                    Algorithm::Source => "source, the hash of the visitor's address leads there".to_owned(),
                    Algorithm::Uri => "uri, the hash of the path leads there".to_owned(),
                    Algorithm::Random => "random, the less loaded of two draws".to_owned(),
                };
                format!("{who} picked {picked}: {reason}.")
            }
            PickReason::Cookie => format!("{who} picked {picked}: the visitor's cookie names it."),
            PickReason::OnlyOne => format!("{who} picked {picked}: it is the only usable server."),
            PickReason::Backup => format!("{who} picked {picked}, a backup: no active server is usable."),
            PickReason::Redispatched { from } => {
                let from = server(self.wiring, from);
                format!("{who} moved the request to {picked} (redispatch): the connection to {from} had failed.")
            }
            PickReason::Retry => {
                format!("{who} tries {picked} again: the connection had failed, and a retry was left.")
            }
            PickReason::FromQueue => format!("{who} took the request out of the queue: {picked} has a free place."),
        }
    }

    fn why_haproxy_failed(&self) -> String {
        let last = self.before.last();
        let name = |process| server(self.wiring, process);
        match last.map(|span| (span.decision, span.place)) {
            Some((Decision::Refused, Place::Link { link, .. })) => {
                format!("{} refused the connection, and no retry was left", name(self.wiring.link(link).to))
            }
            Some((Decision::NoAnswer, Place::Link { link, back: false })) => {
                format!("{} did not accept the connection, and no retry was left", name(self.wiring.link(link).to))
            }
            Some((Decision::NoAnswer, Place::Link { link, back: true })) => {
                format!("{} did not answer within “timeout server”", name(self.wiring.link(link).to))
            }
            Some((Decision::NoAnswer, Place::Process(_))) => match self.last_server() {
                Some(server) => format!("{} did not answer within “timeout server”", name(server)),
                None => "the web server did not answer within “timeout server”".to_owned(),
            },
            Some((Decision::Reset, Place::Link { link, .. })) => {
                format!("{} closed the connection before it had answered", name(self.wiring.link(link).to))
            }
            Some((Decision::Queued, _)) => "the request had waited too long in the queue".to_owned(),
            Some((Decision::NoServer, _)) => "no server is usable".to_owned(),
            _ => "no web server has answered".to_owned(),
        }
    }

    /// The server that HAProxy chose last.
    fn last_server(&self) -> Option<ProcessId> {
        self.before.iter().rev().find_map(|span| match span.decision {
            Decision::Picked { server, .. } => Some(server),
            _ => None,
        })
    }
}
