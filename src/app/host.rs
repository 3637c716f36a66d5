//! What the page around this one may say, and what it is told: the protocol of `docs/embedding.md`, as functions from
//! JSON to JSON. Whoever calls brings the moment; there is no window here.

mod bucket;
mod gate;
mod journal;
mod state;

use std::sync::Arc;

use serde_json::{Value, json};

use super::model::Model;
use crate::sim::{Command, FieldError, Scenario};
use crate::text::host as words;
use bucket::Bucket;
pub use gate::{Gate, origin};
use journal::Journal;

/// The version of the protocol.
pub const VERSION: u32 = 1;
/// The longest message that is read, and the longest list of events that is written, in bytes of JSON.
pub const MAX_MESSAGE: usize = 64 * 1024;
/// The longest id of a message, in bytes.
const MAX_ID: usize = 64;

/// What the page knows of the page around it.
#[derive(Clone, Debug, Default)]
pub struct Host {
    /// Who is heard.
    pub gate: Gate,
    bucket: Bucket,
    /// What is told, once the host has said hello.
    journal: Option<Journal>,
}

/// A message to the host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    /// The origin of those who may read it; `*` for everybody.
    pub to: String,
    /// The message, as JSON.
    pub json: String,
}

impl Host {
    /// A host that has said nothing yet; its origin, if the address states it.
    #[must_use]
    pub fn new(stated: Option<String>) -> Self {
        Self { gate: Gate::new(stated), ..Self::default() }
    }

    /// Whether the host has asked to be told what happens.
    #[must_use]
    pub const fn listens(&self) -> bool {
        self.journal.is_some()
    }

    /// Tells how high the page would like to be, in CSS pixels.
    #[must_use]
    pub fn resize(&self, height: u32) -> Letter {
        self.public("resize", "null", &format!("\"height\":{height}"))
    }

    /// Said once at the start, and in answer to `hello` with its id in JSON.
    #[must_use]
    pub fn ready(&self, id: &str) -> Letter {
        // An origin has nothing that JSON would have to escape.
        let hears = self.gate.hears().map_or_else(|| "null".to_owned(), |origin| format!("\"{origin}\""));
        let name = env!("CARGO_PKG_VERSION");
        self.public("ready", id, &format!("\"explorer\":\"{name}\",\"hears\":{hears}"))
    }

    /// A message that everybody may read unless the host's origin was stated. It is sent before anybody has touched the
    /// page, when what makes JSON of anything has not been loaded yet.
    fn public(&self, kind: &str, id: &str, rest: &str) -> Letter {
        let json = format!("{{\"ns\":\"hopscope\",\"v\":{VERSION},\"id\":{id},\"type\":\"{kind}\",{rest}}}");
        Letter { to: self.gate.public().to_owned(), json }
    }
}

/// A message of this type with an envelope around it.
fn message(kind: &str, id: Value, rest: Value) -> String {
    let mut whole = json!({ "ns": "hopscope", "v": VERSION, "id": id, "type": kind });
    if let (Value::Object(whole), Value::Object(rest)) = (&mut whole, rest) {
        whole.extend(rest);
    }
    whole.to_string()
}

fn error(id: Value, FieldError { field, message: why }: FieldError) -> String {
    message("error", id, json!({ "field": field, "message": why }))
}

/// The error of something inside the field `outer`.
fn inside(outer: &str, FieldError { field, message }: FieldError) -> FieldError {
    let dot = if field.is_empty() || field.starts_with('[') { "" } else { "." };
    let field = if field == outer { field } else { format!("{outer}{dot}{field}") };
    FieldError { field, message }
}

impl Model {
    /// Hears a message that the window around this one has sent from `origin`. `text` makes JSON of it, which is not even
    /// asked for when there are too many messages; none if it is none. The answer, if there is one.
    #[inline(never)]
    pub fn hear(&mut self, origin: &str, text: &dyn Fn() -> Option<String>, now_ms: f64) -> Option<Letter> {
        let gate = &self.host.gate;
        let to = gate.reply(origin)?.to_owned();
        let refused = (!gate.is_heard(origin)).then(|| FieldError::new("host", words::STATE_THE_ORIGIN));
        if !self.host.bucket.take(now_ms) {
            let rate = FieldError::new("rate", words::TOO_MANY);
            return self.host.bucket.may_complain(now_ms).then(|| Letter { to, json: error(Value::Null, rate) });
        }
        if let Some(refused) = refused {
            return Some(Letter { to, json: error(Value::Null, refused) });
        }
        let mut id = Value::Null;
        let answer = read(text(), &mut id).and_then(|whole| self.answer(&whole, &id));
        Some(answer.unwrap_or_else(|wrong| Letter { to, json: error(id, wrong) }))
    }

    fn answer(&mut self, whole: &Value, id: &Value) -> Result<Letter, FieldError> {
        match whole["type"].as_str() {
            Some("hello") => {
                self.host.journal = Some(Journal::new(self));
                return Ok(self.host.ready(&id.to_string()));
            }
            Some("get") => {}
            Some("command") => {
                let command = Command::from_json(&whole["command"].to_string());
                self.command_of_host(command.map_err(|wrong| inside("command", wrong))?)
                    .map_err(|wrong| inside("command", wrong))?;
            }
            Some("load") => {
                let scenario = Scenario::from_json(&whole["scenario"].to_string());
                self.load(Arc::new(scenario.map_err(|wrong| inside("scenario", wrong))?));
            }
            _ => return Err(FieldError::new("type", words::TYPES)),
        }
        let to = self.host.gate.private().to_owned();
        Ok(Letter { to, json: message("state", id.clone(), state::of(self)) })
    }

    /// Does what the host says, at the moment that the user sees. A single visit is shown as if it had been sent by hand.
    fn command_of_host(&mut self, command: Command) -> Result<(), FieldError> {
        self.playback.stop(self.world.now());
        let is_shown = matches!(command, Command::Visit { count: 1, .. });
        let before = self.world.last_visit();
        self.carry_out(command)?;
        if is_shown && self.world.last_visit() > before {
            self.show_newest_visit();
        }
        Ok(())
    }

    /// What has happened since the last time, if the host wants to know and it is time to tell.
    // It is called from the frame loop, and loaded later than that.
    #[inline(never)]
    pub fn tell(&mut self, now_ms: f64) -> Option<Letter> {
        let mut journal = self.host.journal.take()?;
        journal.note(self);
        let told = journal.tell(now_ms);
        self.host.journal = Some(journal);
        Some(Letter { to: self.host.gate.private().to_owned(), json: message("event", Value::Null, told?) })
    }
}

/// Reads the envelope; `id` is set as soon as it is known.
fn read(text: Option<String>, id: &mut Value) -> Result<Value, FieldError> {
    let text = text.ok_or_else(|| FieldError::new("message", words::NOT_JSON))?;
    if text.len() > MAX_MESSAGE {
        return Err(FieldError::new("message", words::longer_than(MAX_MESSAGE)));
    }
    let mut whole: Value =
        serde_json::from_str(&text).map_err(|problem| FieldError::new("message", problem.to_string()))?;
    match whole.get_mut("id").map_or(Value::Null, Value::take) {
        Value::String(text) if text.len() > MAX_ID => return Err(FieldError::new("id", words::longer_than(MAX_ID))),
        known @ (Value::Null | Value::Number(_) | Value::String(_)) => *id = known,
        _ => return Err(FieldError::new("id", words::ID)),
    }
    if whole["v"] != VERSION {
        return Err(FieldError::new("v", words::VERSIONS));
    }
    Ok(whole)
}

#[cfg(test)]
mod tests;
