//! An `haproxy.cfg` read back: what the explorer makes of it, and what becomes of every line.
//!
//! HAProxy's own defaults hold where the file says nothing (no health check without `check`, no redispatch without its option),
//! whatever the presets have. What HAProxy 2.6 would refuse is refused, at the same line (`tests/haproxy_cfg.rs` asks the real
//! one). One way through the file is shown: one frontend and the backend that its visits reach.

mod backend;
mod choose;
mod front;
mod keywords;
mod proxy;
mod reader;
mod scenario;
mod server;
mod value;
mod words;

use crate::sim::{FieldError, Scenario};
use crate::text::config::say;
use reader::Reader;

/// The longest file that is read, in bytes.
pub const MAX_TEXT: usize = 256 * 1024;
/// The most lines that it may have.
pub const MAX_LINES: usize = 10_000;
/// The most servers of the backend that is shown; the rest is left out.
pub const MAX_SERVERS: usize = 100;

/// What became of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fate {
    /// HAProxy refuses it.
    Wrong,
    /// Only a part of it has been taken.
    Partly,
    /// The explorer has nothing like it, or it is not on the way that is shown.
    NotModelled,
    /// It says what is so in the explorer anyway.
    Anyway,
    /// The explorer does what it says.
    Taken,
    /// It says nothing: empty, or a comment.
    Nothing,
}

/// A line of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// As it stands in the file.
    pub text: String,
    /// What became of it.
    pub fate: Fate,
    /// Why, in words; may be empty.
    pub why: String,
}

/// What was made of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    /// Every line, in order.
    pub lines: Vec<Line>,
    /// The names of the frontends that could be shown.
    pub frontends: Vec<String>,
    /// The one that is.
    pub shown: Option<usize>,
    /// The scenario; none if a line is wrong, or if the file has nothing to show.
    pub scenario: Option<Scenario>,
    /// What is to be said of the file as a whole.
    pub notices: Vec<String>,
}

/// Reads a configuration. `frontend` is the one to show; without it the first one that leads to servers. If the servers are the
/// web servers of `present`, everything but the balancer stays as it is there.
///
/// # Errors
/// A file that is too long, or has too many lines.
pub fn read(text: &str, frontend: Option<&str>, present: Option<&Scenario>) -> Result<Reading, FieldError> {
    if text.len() > MAX_TEXT {
        return Err(FieldError::new("haproxy.cfg", say!("too-long", MAX_TEXT / 1024)));
    }
    if text.lines().nth(MAX_LINES).is_some() {
        return Err(FieldError::new("haproxy.cfg", say!("too-many-lines", MAX_LINES)));
    }
    let mut reader = Reader::new();
    for line in text.lines() {
        reader.read(line);
    }
    reader.end();
    let way = choose::choose(&mut reader, frontend);
    let mut reading =
        Reading { frontends: way.names, shown: way.shown, scenario: None, notices: way.notices, lines: Vec::new() };
    if let Some((front, back)) = way.ends {
        let scenario = scenario::build(&mut reader, front, back, present, &mut reading.notices);
        choose::leave_out(&mut reader, front, back);
        reading.scenario = Some(scenario).filter(|_| reader.lines.iter().all(|line| line.fate != Fate::Wrong));
    }
    if reader.lines.iter().any(|line| line.fate == Fate::Wrong) {
        reading.notices.insert(0, say!("would-not-start").to_owned());
    }
    reading.lines = reader.lines;
    Ok(reading)
}

#[cfg(test)]
mod tests;
