//! Sentences that say what a layer decided, and why a visit ended as it did.
//!
//! A sentence is exact enough for an operator and plain enough for a student: it names the machine as the diagram does,
//! says what happened, and after a colon why.

mod hop;
mod mysql;
mod names;
mod outcome;
mod termination;
#[cfg(test)]
mod tests;

pub use hop::{decision, departure, hop, on_its_way, waiting};
pub use mysql::error as database_error;
pub use names::{database, place, process, server};
pub use outcome::{outcome, outcome_with, result, short_cause, status_line, title};
pub use termination::{termination, termination_meaning};
