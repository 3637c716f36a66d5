//! HAProxy's termination states (configuration manual, section 8.5), as its log shows them.

use crate::sim::{Cause, CookieNote, Outcome, ProcessId, Role, Verdict, Wiring};

/// The four characters that HAProxy's log would show; none if HAProxy did not finish this visit.
#[must_use]
pub fn termination(
    wiring: &Wiring,
    outcome: &Outcome,
    server: Option<ProcessId>,
    cookie: CookieNote,
) -> Option<String> {
    let through_haproxy = server.is_some() || *wiring.role(outcome.by) == Role::Balancer;
    match outcome.result {
        Verdict::Http(_) if through_haproxy => Some([outcome.cause.termination(), cookie.letters()].concat()),
        _ => None,
    }
}

/// What the termination state of a visit with this cause tells an operator.
#[must_use]
pub const fn termination_meaning(cause: Cause) -> &'static str {
    match cause {
        Cause::NoServer => "no server was available to connect to",
        Cause::ServerRefused => "the server refused the TCP connection",
        Cause::ServerConnectTimeout => "“timeout connect” struck before the connection to the server was complete",
        Cause::ServerReset => "the server aborted before it had sent its complete response headers",
        Cause::Redirected => "HAProxy itself answered with a redirect",
        Cause::ServerWentDown => "HAProxy itself ended the session when it declared the server DOWN",
        Cause::ServerNotHttp => "HAProxy refused the server's answer: it is not HTTP",
        Cause::BodyCut => "the server aborted while it sent the body",
        Cause::ServerTimeout => "“timeout server” struck before the server had sent its response headers",
        Cause::QueueTimeout => "the request spent too much time in the queue",
        _ => "the session ended normally for HAProxy",
    }
}
