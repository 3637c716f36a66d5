//! Spans on a wire: connections, questions, answers, and the lack of them.

use super::Hop;
use crate::sim::{Decision, LinkId, LinkInfo, ProcessId, Protocol, Role};

impl Hop<'_> {
    pub(super) fn on_wire(&self, link: LinkId, back: bool) -> String {
        let wire = self.wiring.link(link);
        let (caller, callee) = (self.who(wire.from), self.who(wire.to));
        let port = self.wiring.process(wire.to).port;
        match self.span.decision {
            Decision::Refused if wire.protocol == Protocol::Dns => format!(
                "The question to {callee} was refused: nothing listens on UDP port {port}, the machine itself answers \
                 (ICMP port unreachable)."
            ),
            Decision::Refused => format!(
                "The connection to {callee} was refused: nothing listens on port {port}, the machine itself answers \
                 (RST)."
            ),
            Decision::Rejected => format!(
                "The firewall of {} rejected the connection to port {port}: to the caller it looks closed.",
                self.wiring.machine_of(wire.to).name
            ),
            Decision::Dropped => format!(
                "The firewall of {} dropped the packets to port {port} without a word: {caller} waited {} for nothing{}.",
                self.wiring.machine_of(wire.to).name,
                self.span.end.since(self.span.start),
                self.connect_patience(wire.from)
            ),
            Decision::Connected => {
                format!("{} connects to {}, port 443 (one round trip).", self.who_first(wire.from), self.who_at(wire))
            }
            Decision::TlsHandshake if self.handshake == Some(false) => {
                format!("The connection to {callee} is open already, and encrypted (TLS).")
            }
            Decision::TlsHandshake => format!(
                "TLS handshake (one round trip): {caller} and {callee} agree on keys, and {callee} shows its certificate, \
                 which is valid."
            ),
            Decision::BadCertificate => format!(
                "TLS handshake: {callee} shows a certificate that has expired. {} closes the connection before it has \
                 sent a request.",
                self.who_first(wire.from)
            ),
            Decision::Reset => format!(
                "The connection to {callee} broke: the process ended before it had answered, and its machine closed \
                 the connection."
            ),
            Decision::NoAnswer if back => format!(
                "The answer of {callee} is held up: the link is cut, and {caller}{} stops waiting.",
                self.patience(wire.from)
            ),
            Decision::NoAnswer => self.lost(wire),
            _ if back => format!("The answer of {callee} travels back to {caller}."),
            _ => self.sent(wire),
        }
    }

    /// A question or request on its way.
    fn sent(&self, wire: &LinkInfo) -> String {
        let (caller, callee) = (self.who_first(wire.from), self.who(wire.to));
        if self.before.last().is_some_and(|span| span.decision == Decision::TlsHandshake) {
            return format!("{caller} sends the request to {callee}, encrypted.");
        }
        let port = self.wiring.process(wire.to).port;
        let cargo = if wire.protocol == Protocol::Mysql { "the statement" } else { "the request" };
        let handshake = if self.handshake == Some(true) { " (one round trip)" } else { "" };
        match wire.protocol {
            Protocol::Dns => {
                format!("{caller} asks {callee} for the address of www.foobar.com (DNS over UDP, port {port}).")
            }
            _ if self.handshake == Some(false) => {
                format!("{caller} sends {cargo} to {callee}, port {port}, on a connection that is already open.")
            }
            _ => match self.public_address(wire) {
                Some(address) => {
                    format!("{caller} connects to {address}, port {port}{handshake}, then sends {cargo} to {callee}.")
                }
                None => format!("{caller} connects to {callee}, port {port}{handshake}, then sends {cargo}."),
            },
        }
    }

    /// Whom a connection is for: the address that the browser knows, or the process.
    fn who_at(&self, wire: &LinkInfo) -> String {
        self.public_address(wire).unwrap_or_else(|| self.who(wire.to))
    }

    /// The address that the browser has got from the resolver.
    fn public_address(&self, wire: &LinkInfo) -> Option<String> {
        let from_outside = *self.wiring.role(wire.from) == Role::Browser;
        let machine = self.wiring.process(wire.to).machine;
        let shared = self.wiring.processes_of(machine).find_map(|process| self.wiring.virtual_address(process));
        let address = shared.or(self.wiring.machines[machine.index()].public).filter(|_| from_outside);
        address.map(|address| address.to_string())
    }

    /// A connection attempt or question that nobody answered.
    fn lost(&self, wire: &LinkInfo) -> String {
        let (caller, callee) = (self.who_first(wire.from), self.who(wire.to));
        let waited = self.span.end.since(self.span.start);
        match wire.protocol {
            Protocol::Dns => format!(
                "{caller} heard nothing from {callee} for {waited}: the machine is off or the link is cut, and packets \
                 are lost without a word."
            ),
            _ => format!(
                "{caller} got no answer to its connection attempt to {callee} for {waited}{}: the machine is off, the \
                 link is cut, or too many connections wait there already.{}",
                self.connect_patience(wire.from),
                if self.is_tried_again(wire) { " Its SYN is sent again." } else { "" }
            ),
        }
    }

    /// Whether the kernel goes on with the same connection attempt.
    fn is_tried_again(&self, wire: &LinkInfo) -> bool {
        let from_outside = *self.wiring.role(wire.from) == Role::Browser;
        from_outside && self.after.is_some()
    }

    /// The setting that says how long a process tries to connect.
    fn connect_patience(&self, caller: ProcessId) -> &'static str {
        match self.wiring.role(caller) {
            Role::Balancer => " (“timeout connect”)",
            Role::Nginx => " (“proxy_connect_timeout”)",
            Role::App => " (connect timeout of its MySQL client)",
            _ => "",
        }
    }
}
