//! What happened in each span of a trace.

mod haproxy;
mod stack;
mod wire;

use super::names::{who, who_first};
use crate::sim::{Cause, Decision, Micros, Place, ProcessId, Role, Span, Trace, Wiring};

/// A span with what is known around it.
#[derive(Clone, Copy)]
struct Hop<'a> {
    wiring: &'a Wiring,
    span: &'a Span,
    /// The spans before it, oldest first.
    before: &'a [Span],
    /// The span after it, if there is one already.
    after: Option<&'a Span>,
    /// Whether connections begin with TCP's handshake, if that is known.
    handshake: Option<bool>,
    /// Why the visit ended, if it has.
    cause: Option<Cause>,
}

/// One sentence about what was decided in a span, as far as the span alone tells.
#[must_use]
pub fn decision(wiring: &Wiring, span: &Span) -> String {
    Hop { wiring, span, before: &[], after: None, handshake: None, cause: None }.sentence()
}

/// One sentence about span number `index` of a trace, with what the spans around it tell. `handshake` says whether each
/// connection begins with TCP's handshake.
///
/// # Panics
/// If the trace has no such span.
#[must_use]
pub fn hop(wiring: &Wiring, trace: &Trace, index: usize, handshake: bool) -> String {
    let cause = trace.outcome.map(|outcome| outcome.cause);
    let (span, after) = (&trace.spans[index], trace.spans.get(index + 1));
    Hop { wiring, span, before: &trace.spans[..index], after, handshake: Some(handshake), cause }.sentence()
}

/// A visit has just started.
#[must_use]
pub fn departure() -> String {
    "The browser asks the resolver for the address of www.foobar.com.".to_owned()
}

/// One sentence about a visit that is at a place now.
#[must_use]
pub fn on_its_way(wiring: &Wiring, at: Place) -> String {
    match at {
        Place::Process(process) => format!("{} has the visit now…", who_first(wiring, process)),
        Place::Link { link, back } => {
            let way = if back { "back from" } else { "to" };
            format!("On the way {way} {}…", who(wiring, wiring.link(link).to))
        }
    }
}

/// For how long nothing has been heard, once that is longer than a visitor notices.
#[must_use]
pub fn waiting(quiet: Micros) -> String {
    match quiet.0 / 1_000_000 {
        0 => String::new(),
        seconds => format!(" no answer for {seconds} s."),
    }
}

impl Hop<'_> {
    fn sentence(&self) -> String {
        match self.span.place {
            Place::Link { link, back } => self.on_wire(link, back),
            Place::Process(process) => match self.wiring.role(process) {
                Role::Browser | Role::Resolver | Role::Authoritative => self.in_name_service(process),
                Role::Balancer => self.in_haproxy(process),
                _ => self.in_stack(process),
            },
        }
    }

    fn who(&self, process: ProcessId) -> String {
        who(self.wiring, process)
    }

    fn who_first(&self, process: ProcessId) -> String {
        who_first(self.wiring, process)
    }

    /// Who waits for an answer of `callee`: the other end of the wire on which the question came.
    fn caller_of(&self, callee: ProcessId) -> Option<ProcessId> {
        self.before.iter().rev().find_map(|span| match span.place {
            Place::Link { link, back: false } => {
                let link = self.wiring.link(link);
                (link.to == callee && span.decision == Decision::Sent).then_some(link.from)
            }
            _ => None,
        })
    }

    /// What any process may come to: its caller stops waiting, or something that this kind of process never decides.
    fn any(&self, process: ProcessId) -> String {
        let who = self.who_first(process);
        match (self.span.decision, self.caller_of(process)) {
            (Decision::NoAnswer, Some(caller)) => {
                format!("{who} gave no answer in time: {}{} stops waiting.", self.who(caller), self.patience(caller))
            }
            (Decision::NoAnswer, None) => format!("{who} gave no answer in time: its caller stops waiting."),
            (Decision::Failed { status }, _) => {
                format!("{who} answers {} itself: nobody behind it helped.", super::status_line(status))
            }
            (Decision::Redirected, _) => format!(
                "{who} answers on port 80 only that the site is at https: 301, and the browser asks again on port 443."
            ),
            (Decision::Refused | Decision::Reset, _) => format!("{who} lost the connection."),
            (Decision::Denied(error) | Decision::DatabaseFailed(error), _) => {
                format!("{who} got an error: {}.", super::database_error(self.wiring, error, None))
            }
            _ => format!("{who} passes the visit on."),
        }
    }

    /// The setting that says how long a process waits for an answer.
    fn patience(&self, caller: ProcessId) -> &'static str {
        match self.wiring.role(caller) {
            Role::Balancer => " (“timeout server”)",
            Role::Nginx => " (“proxy_read_timeout”)",
            Role::App => " (read timeout of its MySQL client)",
            _ => "",
        }
    }

    /// The browser's side and the resolver's.
    fn in_name_service(&self, process: ProcessId) -> String {
        let authority = self.wiring.with_role(|role| *role == Role::Authoritative);
        let authority = authority.first().map_or("the name server", |id| super::server(self.wiring, *id));
        let who = self.who_first(process);
        match self.span.decision {
            Decision::AskAgain => format!("{who} asks for the address once more: the first question got no answer."),
            Decision::CacheHit { ttl_s } => {
                format!("{who} has the address in its cache: the record is good for another {ttl_s} s.")
            }
            Decision::JoinedQuestion => {
                format!("{who} is asking for this name already: the visit waits for the same answer.")
            }
            Decision::RootReferral => {
                format!("{who} asked a root server: it does not know the address, but points to the servers of com.")
            }
            Decision::ComReferral => format!(
                "{who} asked a server of com: it does not know the address, but points to {authority}, which is \
                 authoritative for foobar.com."
            ),
            Decision::AuthorityAnswer { ttl_s } => format!(
                "{who} asked {authority}, the authoritative server, and got the A record: it may keep it for {ttl_s} s \
                 (its TTL)."
            ),
            Decision::AuthoritySilent => {
                format!("{who} has no answer to give: {authority}, the authoritative server of foobar.com, is silent.")
            }
            Decision::ServFail => format!("{who} answers SERVFAIL: it has no address and could not get one."),
            Decision::NoAddress => {
                format!("{who} answers that www.foobar.com has no address: the zone has no A record.")
            }
            Decision::NoAnswer if *self.wiring.role(process) == Role::Browser => self.browser_gave_up(),
            _ => self.any(process),
        }
    }

    fn browser_gave_up(&self) -> String {
        match self.cause {
            _ if self.after.is_some() => "No machine has the address now: the SYN goes unanswered, and is sent again.",
            Some(Cause::AddressMoved) => {
                "The machine that works on the answer has lost the address: whatever it sends reaches nobody."
            }
            Some(Cause::AddressUnused) => "The browser connects to the address and hears nothing: no machine has it.",
            Some(Cause::ConnectRefused) => {
                "The browser connects to the address and is refused: no web server is there."
            }
            Some(Cause::ConnectTimeout) => "The browser connects to the address and hears nothing from its machine.",
            Some(Cause::NoPort) => "The browser has no local port left: too many visits are under way.",
            Some(Cause::Stopped) => "The visitor pressed Stop: nobody waits for the answer any more.",
            Some(Cause::BrowserClosed) => "The browser was closed: nobody waits for the answer any more.",
            _ => "The browser got no answer: it gives up.",
        }
        .to_owned()
    }
}
