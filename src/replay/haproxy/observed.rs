//! What became of the requests, in the format of the recordings.

use serde_json::{Map, Value, json};

use super::run::{Request, Run};
use crate::replay::fields::list;
use crate::sim::balancer::StateChange;
use crate::sim::{CookieSent, Notes, Outcome, ProcessId, Role, Verdict};
use crate::text::haproxy::state_line;

impl Run<'_> {
    /// One entry for each request and hold, in their order.
    pub(super) fn observed(&self) -> Vec<Value> {
        (0..).zip(&self.requests).map(|(i, request)| self.entry(i, request)).collect()
    }

    fn entry(&self, i: usize, request: &Request) -> Value {
        let mut entry = Map::new();
        entry.insert("i".to_owned(), json!(i));
        if self.is_timed {
            entry.insert("t_ms".to_owned(), json!(request.t_ms));
        }
        if let Some(id) = &request.held {
            entry.insert("held".to_owned(), json!(id));
            entry.insert("done_after_event".to_owned(), json!(request.done_after));
        }
        if let Some((server, event)) = request.reached.as_ref() {
            entry.insert("reached".to_owned(), json!({ "server": server, "after_event": event }));
        }
        let logged = self.logged(request);
        let notes = logged.notes;
        entry.insert("server".to_owned(), json!(notes.server.map(|server| self.machine(server))));
        entry.insert("status".to_owned(), json!(logged.status));
        entry.insert("termination".to_owned(), json!(logged.termination));
        entry.insert("retries".to_owned(), json!(notes.retries));
        entry.insert("redispatched".to_owned(), json!(notes.redispatched));
        entry.insert("answered_by".to_owned(), json!(logged.answered_by));
        if request.aborted {
            entry.insert("aborted".to_owned(), json!(true));
            // HAProxy has seen an end of the request of which the client knows nothing.
            if !logged.termination.starts_with('C') {
                entry.insert("client_status".to_owned(), Value::Null);
            }
        } else if let Some(cookie) = self.set_cookie(&notes) {
            entry.insert("set_cookie".to_owned(), json!(cookie));
        }
        Value::Object(entry)
    }

    /// What HAProxy's log says of a request.
    fn logged(&self, request: &Request) -> Logged {
        if request.aborted {
            let left = self.world.left().find(|left| left.visit.id == request.visit);
            let notes = left.map_or(Notes::NOTHING, |left| left.visit.notes);
            let logged = left.and_then(|left| left.logged);
            let status = logged.map(|logged| logged.status.map_or(-1, i64::from));
            let letters = logged.map_or("--", |logged| logged.termination);
            return Logged {
                notes,
                status,
                termination: [letters, notes.cookie.letters()].concat(),
                answered_by: None,
            };
        }
        let Some(record) = &request.record else {
            return Logged { notes: Notes::NOTHING, status: None, termination: "----".to_owned(), answered_by: None };
        };
        let Outcome { result, cause, by } = record.outcome;
        Logged {
            notes: record.notes,
            status: match result {
                Verdict::Http(status) => Some(status.into()),
                Verdict::Browser(_) => None,
            },
            termination: [cause.termination(), record.notes.cookie.letters()].concat(),
            answered_by: self.name_of(by),
        }
    }

    /// Whoever wrote an answer, as the recordings call it.
    fn name_of(&self, process: ProcessId) -> Option<String> {
        let machine = self.machine(process);
        match (self.world.wiring().role(process), self.is_stack) {
            (Role::App, false) => Some(machine),
            (Role::App, true) => Some(format!("app on {machine}")),
            (Role::Nginx, _) => Some(format!("nginx on {machine}")),
            (Role::Balancer, true) => Some("haproxy".to_owned()),
            _ => None,
        }
    }

    fn set_cookie(&self, notes: &Notes) -> Option<String> {
        let config = &self.world.settings().balancer;
        let server = notes.server.filter(|_| notes.cookie.given && notes.cookie.sent != CookieSent::Ignored)?;
        let name = config.cookie.as_deref()?;
        let line = config.servers.get(&self.machine(server));
        Some(match line.and_then(|line| line.cookie.as_deref()) {
            Some(value) => format!("{name}={value}; path=/"),
            // A server without a value of its own takes the visitor's cookie away.
            None => format!("{name}=; Expires=Thu, 01-Jan-1970 00:00:01 GMT; path=/"),
        })
    }

    fn machine(&self, process: ProcessId) -> String {
        self.world.wiring().machine_of(process).name.clone()
    }

    /// HAProxy's messages about its servers: with their times, or with the events that caused them.
    pub(super) fn state_log(&self) -> Vec<Value> {
        let logs_checks = |change| !matches!(change, StateChange::Checked { .. }) || self.is_timed;
        let lines = self.lines.iter().filter(|(_, line)| logs_checks(line.change));
        let entry = |(event, line): &(usize, crate::sim::balancer::StateLine)| {
            let server = &list(self.case, "servers")[line.server];
            let text = state_line(line, server["name"].as_str().unwrap_or_default(), server["backup"] == true);
            match self.is_timed {
                true => json!({ "t_ms": self.ms_of(line.at), "text": text }),
                false => json!({ "after_event": event, "text": text }),
            }
        };
        lines.map(entry).collect()
    }
}

/// A line of HAProxy's log about a request, and whose answer its client got.
struct Logged {
    notes: Notes,
    status: Option<i64>,
    termination: String,
    answered_by: Option<String>,
}
