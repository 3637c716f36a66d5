//! What is known of a running case: filled by applications, clients and the log at once, read by the one who conducts.

use std::sync::{Condvar, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use serde_json::{Map, Value};

/// How long anything may take before the case is given up.
pub const PATIENCE: Duration = Duration::from_secs(60);

#[derive(Default)]
pub struct Board {
    facts: Mutex<Facts>,
    changed: Condvar,
}

#[derive(Default)]
pub struct Facts {
    /// Index of the event that is under way.
    pub event: usize,
    /// One for each `request` and `hold`, in order.
    pub visits: Vec<Visit>,
}

#[derive(Default)]
pub struct Visit {
    /// The name of a held request.
    pub hold: Option<String>,
    /// The application that keeps the request open at this moment.
    pub kept_by: Option<String>,
    /// The application was told to answer.
    pub released: bool,
    /// Where a held request arrived first, and during which event.
    pub reached: Option<(String, usize)>,
    pub aborted: bool,
    /// What the log says of it, and the event during which it said so.
    pub logged: Option<(Map<String, Value>, usize)>,
    /// What the client got.
    pub answer: Option<Answer>,
}

/// What a client got; everything is absent when the connection ended without an answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    pub status: Option<i64>,
    /// The application that answered, by its own word.
    pub by: Option<String>,
    /// The program that answered, by the header `Server`: nginx says its name, HAProxy says nothing.
    pub server: Option<String>,
    pub set_cookie: Option<String>,
}

impl Visit {
    pub fn has_ended(&self) -> bool {
        self.logged.is_some() && self.answer.is_some()
    }
}

impl Facts {
    /// Requests that have not ended and that no application keeps: they are under way or in a queue.
    pub fn pending(&self) -> usize {
        self.visits.iter().filter(|visit| !visit.has_ended() && visit.kept_by.is_none()).count()
    }

    pub fn held(&mut self, id: &str) -> Option<&mut Visit> {
        self.visits.iter_mut().find(|visit| visit.hold.as_deref() == Some(id))
    }
}

impl Board {
    pub fn facts(&self) -> MutexGuard<'_, Facts> {
        self.facts.lock().expect("nobody panics with the board in hand")
    }

    /// Changes something and wakes all who wait for a change.
    pub fn write<T>(&self, change: impl FnOnce(&mut Facts) -> T) -> T {
        let result = change(&mut self.facts());
        self.changed.notify_all();
        result
    }

    /// Waits until something is so; false if that takes longer than the limit.
    pub fn wait(&self, limit: Duration, so: impl Fn(&Facts) -> bool) -> bool {
        let deadline = Instant::now() + limit;
        let mut facts = self.facts();
        while !so(&facts) {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return false;
            }
            facts = self.changed.wait_timeout(facts, left).expect("nobody panics with the board in hand").0;
        }
        true
    }
}
