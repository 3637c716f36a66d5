//! Visits that a command describes more closely than a class does: their method, path and cookie, and what the application
//! does with them. All of it hangs off one pointer of the visit, so that ordinary visits pay nothing for it.

use serde::Serialize;
use serde::de::Error;

use super::call::{CallKey, CallState, Reply, Work};
use super::command::range;
use super::ids::ProcessId;
use super::json::{Object, Place, Problem, Scalar, Variants, readable};
use super::logs::usual_path;
use super::named::named;
use super::outcome::{BrowserError, Cause};
use super::scenario::FieldError;
use super::time::{Micros, SimTime};
use super::topology::Role;
use super::trace::{Decision, Trace};
use super::visit::{LOG_LENGTH, Visit, VisitKey};
use super::workload::Class;
use super::world::{Action, Step, World};
use std::collections::VecDeque;

/// The longest path or cookie that a visit may have, in bytes.
pub const MAX_REQUEST_TEXT: usize = 256;

/// What the application does with one visit. Only a `Page` asks the database.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Answer {
    /// What it does with any other.
    #[default]
    Page,
    /// It answers with this status.
    Status(u16),
    /// It answers so many ms late.
    Delay(u32),
    /// It closes the connection without a byte (FIN).
    Close,
    /// It resets the connection without a byte (RST).
    Reset,
    /// It closes the connection after half of the headers.
    Partial,
    /// It answers with something that is not HTTP.
    Garbage,
    /// It closes the connection after 10 of 100 bytes of the body.
    ShortBody,
    /// It keeps the visit until [`Command::Release`](super::Command::Release).
    Held,
}

const ANSWERS: [&str; 9] = ["page", "status", "delay", "close", "reset", "partial", "garbage", "short-body", "held"];

impl Place for Answer {
    fn expected(&self) -> &'static str {
        "enum Answer"
    }

    fn take(&mut self, scalar: Scalar<'_>) -> Result<(), Problem> {
        *self = match ANSWERS[scalar.one_of(&ANSWERS)?] {
            "close" => Self::Close,
            "reset" => Self::Reset,
            "partial" => Self::Partial,
            "garbage" => Self::Garbage,
            "short-body" => Self::ShortBody,
            "held" => Self::Held,
            "page" => Self::Page,
            _ => return Err(scalar.of_wrong_type("a number with the name")),
        };
        Ok(())
    }

    fn object(&mut self) -> Option<Object<'_>> {
        Some(Object::Variant(self))
    }
}

impl Variants for Answer {
    fn choose(&mut self, name: &str) -> Result<&mut dyn Place, Problem> {
        *self = match name {
            "status" => Self::Status(0),
            "delay" => Self::Delay(0),
            _ => return Err(Problem::unknown_variant(name, &ANSWERS)),
        };
        match self {
            Self::Status(status) => Ok(status),
            Self::Delay(ms) => Ok(ms),
            _ => unreachable!("one of the two was chosen"),
        }
    }
}

readable!(Answer = Self::Page);

named! {
    /// HTTP methods. A POST may change something, so that a proxy thinks twice before it sends one again.
    pub enum Method {
        /// Reads.
        "get" Get,
        /// Writes.
        "post" Post,
    }
}

/// What a command says about a visit beyond its class.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Script {
    /// What the application does with it.
    pub answer: Answer,
    /// Its method, if not the one of its class.
    pub method: Option<Method>,
    /// Path and query.
    pub path: Option<String>,
    /// The `Cookie` header.
    pub cookie: Option<String>,
}

/// A visit whose client has left. What works on it may not have noticed.
#[derive(Clone, Debug)]
pub struct Left {
    pub(super) key: VisitKey,
    /// The visit.
    pub visit: Visit,
    /// What HAProxy wrote into its log when it had finished.
    pub logged: Option<Logged>,
}

/// HAProxy's log of a visit whose client had left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Logged {
    /// When.
    pub at: SimTime,
    /// The status; none (`-1`) if there was no time for one.
    pub status: Option<u16>,
    /// The first two characters of the termination state.
    pub termination: &'static str,
}

impl Visit {
    /// The HTTP method: writes are POST, unless the command said otherwise.
    #[must_use]
    pub fn method(&self) -> Method {
        method(self.class, self.script.as_deref())
    }

    /// Path and query.
    pub(super) fn path(&self) -> &str {
        path(self.class, self.script.as_deref())
    }
}

impl Trace {
    /// The visit's HTTP method.
    #[must_use]
    pub fn method(&self) -> Method {
        method(self.class, self.script.as_deref())
    }

    /// The visit's path and query.
    #[must_use]
    pub fn path(&self) -> &str {
        path(self.class, self.script.as_deref())
    }
}

/// The HTTP method of a visit.
pub(super) fn method(class: Class, script: Option<&Script>) -> Method {
    let usual = if class == Class::Write { Method::Post } else { Method::Get };
    script.and_then(|script| script.method).unwrap_or(usual)
}

/// Path and query of a visit.
pub(super) fn path(class: Class, script: Option<&Script>) -> &str {
    let usual = usual_path(class);
    script.and_then(|script| script.path.as_deref()).unwrap_or(usual)
}

impl Script {
    /// Checks numbers and texts.
    ///
    /// # Errors
    /// The field that cannot be.
    pub(super) fn validate(answer: Option<Answer>, path: Option<&str>, cookie: Option<&str>) -> Result<(), FieldError> {
        match answer {
            Some(Answer::Status(status)) => range("answer.status", status.into(), 200, 599)?,
            Some(Answer::Delay(ms)) => range("answer.delay", ms, 0, 3_600_000)?,
            _ => {}
        }
        if path.is_some_and(|path| !path.starts_with('/') || path.contains(|c: char| c.is_whitespace())) {
            return Err(FieldError::new("path", "starts with / and contains no blank"));
        }
        for (field, text) in [("path", path), ("cookie", cookie)] {
            if text.is_some_and(|text| text.len() > MAX_REQUEST_TEXT || text.contains(char::is_control)) {
                return Err(FieldError::new(field, format!("at most {MAX_REQUEST_TEXT} printable characters")));
            }
        }
        Ok(())
    }
}

impl World {
    /// A visit under way, or one whose client has left but which may still be worked on.
    pub(super) fn visit_or_left(&self, key: VisitKey) -> Option<&Visit> {
        let left = || self.left.iter().rev().find(|left| left.key == key).map(|left| &left.visit);
        self.visits.get(key).or_else(left)
    }

    /// Like [`World::visit_or_left`], to write notes into.
    #[inline(always)]
    pub(super) fn visit_or_left_mut(&mut self, key: VisitKey) -> Option<&mut Visit> {
        self.visits.get_mut(key).or_else(|| left_mut(&mut self.left, key))
    }

    /// What a call's visit says that the application does with it.
    fn answer_of(&self, key: CallKey) -> Answer {
        let visit = self.calls[key].visit.and_then(|visit| self.visit_or_left(visit));
        visit.and_then(|visit| visit.script.as_ref()).map_or(Answer::Page, |script| script.answer)
    }

    /// How much longer than its service time the application takes for a scripted call; none if it keeps it.
    pub(super) fn scripted_delay(&self, key: CallKey) -> Option<Micros> {
        match self.answer_of(key) {
            Answer::Held => None,
            Answer::Delay(ms) => Some(Micros::from_millis(ms.into())),
            _ => Some(Micros::ZERO),
        }
    }

    /// The application carries out what the script of a call says. A page costs no database here.
    pub(super) fn scripted_answer(&mut self, key: CallKey) {
        let (by, at) = (self.calls[key].callee, self.seat_of(key));
        let answer = self.answer_of(key);
        let reply = match answer {
            Answer::Held => return,
            Answer::Page | Answer::Delay(_) => Reply::Http { status: 200, by, cause: Cause::Page },
            Answer::Status(status) => Reply::Http { status, by, cause: Cause::Page },
            Answer::Close | Answer::Partial => Reply::Closed,
            Answer::Reset => Reply::Reset,
            Answer::Garbage => Reply::Http { status: NOT_HTTP, by, cause: Cause::NotHttp },
            Answer::ShortBody => Reply::Http { status: 200, by, cause: Cause::BodyCut },
        };
        self.app_replies(key, at, Decision::Scripted(answer), reply);
    }

    /// The application whose worker has a visit in its hands, even if its client has left; not one that a proxy has given up.
    #[must_use]
    pub fn holder(&self, number: u64) -> Option<ProcessId> {
        let is_mine = |key: VisitKey| self.visit_or_left(key).is_some_and(|visit| visit.id == number);
        let at_work = |work| matches!(work, Work::Request { has_worker: true, .. });
        let mut calls = self.calls.values().filter(|call| at_work(call.work) && call.visit.is_some_and(is_mine));
        calls.find(|call| call.state == CallState::Working && !call.abandoned).map(|call| call.callee)
    }

    /// The application answers a held visit now. Nothing happens to one that has ended or has not reached it yet.
    pub(super) fn release_visit(&mut self, number: u64) {
        let under_way = self.visits.iter().find(|(_, visit)| visit.id == number).map(|(key, _)| key);
        let left = || self.left.iter().find(|left| left.visit.id == number).map(|left| left.key);
        let Some(visit) = under_way.or_else(left) else {
            return;
        };
        let script = self.visit_or_left(visit).and_then(|visit| visit.script.as_ref());
        if script.is_some_and(|script| script.answer == Answer::Held) && self.let_go(visit) {
            let script = self.visit_or_left_mut(visit).and_then(|visit| visit.script.as_mut());
            script.expect("it has just been there").answer = Answer::Page;
        }
    }

    /// Lets the workers that hold a visit finish. False if there is none.
    fn let_go(&mut self, visit: VisitKey) -> bool {
        let at_work = |work| matches!(work, Work::Request { has_worker: true, .. });
        let held = self.calls.iter().filter(|(_, call)| {
            let is_app = *self.wiring.role(call.callee) == Role::App;
            call.visit == Some(visit) && is_app && call.state == CallState::Working && at_work(call.work)
        });
        let held: Vec<CallKey> = held.map(|(key, _)| key).collect();
        held.iter().for_each(|key| self.plan(Micros::ZERO, Action::Call(Step::Finished, *key)));
        !held.is_empty()
    }

    /// The visitor presses Stop: the browser closes the connection of one visit.
    pub(super) fn abort_visit(&mut self, number: u64) {
        let Some((key, visit)) = self.visits.iter().find(|(_, visit)| visit.id == number) else {
            return;
        };
        let (call, visit) = (visit.child, visit.clone());
        self.remember(key, visit);
        if let Some(call) = call.filter(|call| self.calls.contains_key(*call)) {
            let latency = self.parts.latency(self.calls[call].link);
            self.plan(latency, Action::Call(Step::Hangup, call));
        }
        self.browser_fails(key, BrowserError::Aborted, Cause::Stopped);
    }

    /// A visit has ended. If the application may hold it, it can still be released.
    pub(super) fn may_still_be_held(&mut self, key: VisitKey, visit: &Visit) {
        let held = visit.script.as_ref().is_some_and(|script| script.answer == Answer::Held);
        if held && self.left.iter().all(|left| left.key != key) {
            self.remember(key, visit.clone());
        }
    }

    /// Keeps a visit whose client waits no more. The application lets go of the one that is forgotten for it.
    fn remember(&mut self, key: VisitKey, visit: Visit) {
        if self.left.len() == LOG_LENGTH
            && let Some(oldest) = self.left.pop_front()
        {
            self.let_go(oldest.key);
        }
        self.left.push_back(Left { key, visit, logged: None });
    }
}

/// The newest such visit.
#[cold]
fn left_mut(left: &mut VecDeque<Left>, key: VisitKey) -> Option<&mut Visit> {
    left.iter_mut().rev().find(|left| left.key == key).map(|left| &mut left.visit)
}

/// The status of an answer without a status line, as nginx counts it: HTTP/0.9.
pub(super) const NOT_HTTP: u16 = 9;
