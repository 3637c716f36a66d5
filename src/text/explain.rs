//! Sentences that say what a layer decided, and why a visit ended as it did.

use crate::sim::{Outcome, Place, Span, Verdict, Wiring};

/// The name of a place: a process, or the two ends of a link.
#[must_use]
pub fn place(wiring: &Wiring, place: Place) -> String {
    match place {
        Place::Process(process) => wiring.process(process).full_name.clone(),
        Place::Link { link, .. } => wiring.link(link).name.clone(),
    }
}

/// One sentence about what was decided in a span.
#[must_use]
pub fn decision(wiring: &Wiring, span: &Span) -> String {
    format!("{}: {:?}", place(wiring, span.place), span.decision)
}

/// The result in a few characters: `200`, `ERR_CONNECTION_REFUSED`.
#[must_use]
pub fn result(outcome: &Outcome) -> String {
    match outcome.result {
        Verdict::Http(status) => status.to_string(),
        Verdict::Browser(error) => error.code().to_owned(),
    }
}

/// One sentence about how a visit ended: the layer that produced it, and why.
#[must_use]
pub fn outcome(wiring: &Wiring, outcome: &Outcome) -> String {
    format!("{}: {:?}", wiring.process(outcome.by).full_name, outcome.cause)
}

/// A visit has just started.
#[must_use]
pub fn departure() -> String {
    "The browser asks the resolver for the address of www.foobar.com.".to_owned()
}
