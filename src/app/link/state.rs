//! A whole run at one of its moments as a text that an address can hold: `1.` and, in base64url, the zlib stream (RFC 1950) of
//! a JSON text.
//!
//! Version 1 leaves out of settings and load what is as it is by default. What the defaults were then is kept in
//! `tests/links/1.defaults.json`, and a test compares: whoever changes a default has to go on giving the old one to links of
//! version 1. Topology, seed, commands and their moments are always written in full.

use miniz_oxide::{deflate::compress_to_vec_zlib, inflate::decompress_to_vec_zlib_with_limit};
use serde_json::{Map, Value, json};

use super::base64;
use crate::app::history::MAX_COMMANDS;
use crate::app::view::Tab;
use crate::sim::json::{fields, from_text};
use crate::sim::{FieldError, Scenario, SimTime, TimedCommand};

/// How a link of this version begins.
const VERSION: &str = "1.";
/// The longest text that a link may hold, in bytes.
pub const MAX_INFLATED: usize = 256 * 1024;
/// The longest link that is read, in bytes.
const MAX_LINK: usize = 128 * 1024;
/// The latest moment: a thousand hours.
const MAX_TIME: SimTime = SimTime(1_000 * 3_600 * 1_000_000);
/// How hard to compress, of 10: the most that can be told apart in size.
const LEVEL: u8 = 9;

/// A run at one of its moments, and what is looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct State {
    /// What the run starts from.
    pub scenario: Scenario,
    /// What is done in it, oldest first.
    pub commands: Vec<TimedCommand>,
    /// The moment.
    pub now: SimTime,
    /// How far the run has been seen.
    pub end: SimTime,
    /// The digest of the run at the moment: whether it has become the same again. None where the page stopped before it was known.
    pub digest: Option<u64>,
    /// The lesson under way.
    pub lesson: Option<LessonState>,
    /// The tab that is open, if it is not the first.
    pub tab: Option<String>,
    /// The part in the inspector.
    pub selected: Option<String>,
    /// The visit whose trace is shown.
    pub visit: Option<u64>,
}

/// A lesson at one of its steps.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LessonState {
    /// Its name.
    pub id: String,
    /// The step, from 0.
    pub step: u32,
    /// The answer that was chosen.
    pub choice: Option<u32>,
    /// Whether the hint is shown.
    pub hint: bool,
    /// Whether the run is that of the step, not of the lesson.
    pub own_run: bool,
    /// Whether the run of a question or a challenge has begun.
    pub begun: bool,
    /// Whether the challenge is met.
    pub met: bool,
    /// What the step will do yet, the next act last.
    pub pending: Vec<TimedCommand>,
}

fields!(State { scenario, now } { digest, commands, end, lesson, tab, selected, visit });
fields!(LessonState { id, step } { choice, hint, own_run, begun, met, pending });

/// Reads what [`State::write`] has written, whichever version did.
///
/// # Errors
/// The field that is wrong; `s` if it is the text as a whole.
#[inline(never)]
pub fn read(text: &str) -> Result<State, FieldError> {
    let wrong = |why: &str| FieldError::new(super::STATE, why);
    let code = text.strip_prefix(VERSION).ok_or_else(|| match text.split_once('.') {
        Some((version, _)) if version.parse::<u32>().is_ok() => {
            wrong(&format!("the link is of version {version}, which this page does not know"))
        }
        _ => wrong("is no link: it has to begin with the number of its version"),
    })?;
    if text.len() > MAX_LINK {
        return Err(wrong(&format!("longer than {} KiB", MAX_LINK / 1024)));
    }
    let packed = base64::read(code).ok_or_else(|| wrong("the link is damaged: a letter in it can be in no link"))?;
    let bytes = decompress_to_vec_zlib_with_limit(&packed, MAX_INFLATED).map_err(|error| {
        let is_long = matches!(error.status, miniz_oxide::inflate::TINFLStatus::HasMoreOutput);
        wrong(if is_long { "the link holds more than 256 KiB" } else { "the link is damaged or cut short" })
    })?;
    let json = core::str::from_utf8(&bytes).map_err(|_| wrong("the link holds no text"))?;
    let state: State = from_text(json, super::STATE).and_then(State::checked).map_err(|error| {
        if error.field == super::STATE { error } else { FieldError::new(format!("s.{}", error.field), error.message) }
    })?;
    Ok(state)
}

impl State {
    /// The text for an address; none if it is too long to be read again.
    #[must_use]
    pub fn write(&self) -> Option<String> {
        let json = self.to_json();
        let text = VERSION.to_owned() + &base64::write(&compress_to_vec_zlib(json.as_bytes(), LEVEL));
        (json.len() <= MAX_INFLATED && text.len() <= MAX_LINK).then_some(text)
    }

    fn to_json(&self) -> String {
        // Commands are written as a part of the scenario, whose own come first: one function writes all.
        let mut whole = self.scenario.clone();
        whole.timeline.extend_from_slice(&self.commands);
        whole.timeline.extend(self.lesson.iter().flat_map(|lesson| lesson.pending.iter().cloned()));
        let (mut scenario, defaults) = (value(&whole), value(&Scenario::default()));
        let mut pending = Vec::new();
        if let Some(Value::Array(timeline)) = scenario.get_mut("timeline") {
            pending = timeline.split_off(self.scenario.timeline.len());
        }
        let rest = pending.split_off(self.commands.len().min(pending.len()));
        let commands = std::mem::replace(&mut pending, rest);
        for part in ["settings", "workload"] {
            leave_out_defaults(&mut scenario[part], &defaults[part]);
        }

        let mut state = json!({
            "scenario": scenario, "now": self.now.0, "digest": self.digest, "tab": self.tab, "commands": commands,
            "selected": self.selected, "visit": self.visit,
        });
        if self.end > self.now {
            state["end"] = self.end.0.into();
        }
        if let Some(lesson) = &self.lesson {
            state["lesson"] = json!({
                "id": lesson.id, "step": lesson.step, "choice": lesson.choice, "hint": lesson.hint,
                "own_run": lesson.own_run, "begun": lesson.begun, "met": lesson.met, "pending": pending,
            });
        }
        leave_out_nothing(&mut state);
        state.to_string()
    }

    /// Checks everything that the types do not. Names in commands are checked when these are carried out, since commands can
    /// bring new parts.
    fn checked(mut self) -> Result<Self, FieldError> {
        let scenario = |error: FieldError| FieldError::new(format!("scenario.{}", error.field), error.message);
        self.scenario.validate().map_err(scenario)?;
        if self.commands.len() > MAX_COMMANDS {
            let why = format!("at most {MAX_COMMANDS} commands, here {}", self.commands.len());
            return Err(FieldError::new("commands", why));
        }
        if let Some(at) = self.commands.windows(2).position(|pair| pair[0].at_us > pair[1].at_us) {
            return Err(FieldError::new(format!("commands[{}].at_us", at + 1), "earlier than the command before it"));
        }
        self.end = self.end.max(self.now);
        if self.end > MAX_TIME {
            return Err(FieldError::new("now", format!("later than {} s", MAX_TIME.0 / 1_000_000)));
        }
        if let Some(tab) = self.tab.as_deref().filter(|tab| Tab::find(tab).is_none()) {
            return Err(FieldError::new("tab", format!("{tab:?} is no tab")));
        }
        if let Some(lesson) = &self.lesson {
            lesson.check().map_err(|error| FieldError::new(format!("lesson.{}", error.field), error.message))?;
        }
        Ok(self)
    }
}

impl LessonState {
    fn check(&self) -> Result<(), FieldError> {
        let Some(number) = crate::lesson::find(&self.id) else {
            return Err(FieldError::new("id", format!("{:?} is no lesson", self.id)));
        };
        let steps = &crate::lesson::LESSONS[number].steps;
        let Some(step) = steps.get(self.step as usize) else {
            return Err(FieldError::new("step", format!("the last one is {}", steps.len())));
        };
        let answers = match step {
            crate::lesson::Step::Predict { answers, .. } => answers.len(),
            _ => 0,
        };
        match self.choice {
            Some(choice) if choice as usize >= answers => {
                Err(FieldError::new("choice", format!("there are {answers} answers")))
            }
            _ => Ok(()),
        }
    }
}

fn value(scenario: &Scenario) -> Value {
    serde_json::from_str(&scenario.to_json()).expect("what was written as JSON is JSON")
}

/// Takes out of an object what another has just so.
fn leave_out_defaults(value: &mut Value, defaults: &Value) {
    let (Value::Object(fields), Value::Object(defaults)) = (value, defaults) else {
        return;
    };
    let mut left = Map::new();
    for (name, mut value) in std::mem::take(fields) {
        let default = defaults.get(&name);
        if default == Some(&value) {
            continue;
        }
        default.into_iter().for_each(|default| leave_out_defaults(&mut value, default));
        left.insert(name, value);
    }
    *fields = left;
}

/// Takes what says nothing out of what is not the scenario.
fn leave_out_nothing(value: &mut Value) {
    let Value::Object(fields) = value else {
        return;
    };
    fields.retain(|_, value| match value {
        Value::Null | Value::Bool(false) => false,
        Value::Array(items) => !items.is_empty(),
        _ => true,
    });
    fields.get_mut("lesson").into_iter().for_each(leave_out_nothing);
}
