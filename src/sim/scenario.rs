//! A scenario: everything that a run depends on.

use core::fmt;

use serde::Serialize;

use super::command::{Command, TimedCommand};
use super::json::{fields, from_text};
use super::settings::Settings;
use super::time::SimTime;
use super::topology::Topology;
use super::wiring::Wiring;
use super::workload::Workload;

/// The longest scenario text that is read, in bytes.
pub const MAX_TEXT: usize = 256 * 1024;
/// The longest name, in characters.
pub const MAX_TITLE: usize = 100;
/// The most links that a topology may make: a diagram has to show them.
pub const MAX_LINKS: usize = 1_000;
/// The most commands in a timeline.
pub const MAX_TIMELINE: usize = 10_000;

/// Topology, settings, workload, seed and timeline: the same scenario always gives the same run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Scenario {
    /// Short name, such as `three-server`.
    pub name: String,
    /// What stands where.
    pub topology: Topology,
    /// How it is configured.
    pub settings: Settings,
    /// The visits that come by themselves.
    pub workload: Workload,
    /// Where all randomness starts.
    pub seed: u64,
    /// Commands at fixed times.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub timeline: Vec<TimedCommand>,
}

fields!(Scenario { name, topology } { settings, workload, seed, timeline });

/// What is wrong with an input, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldError {
    /// Path of the field, such as `topology.machines[2].name`.
    pub field: String,
    /// What is wrong with it.
    pub message: String,
}

impl FieldError {
    /// An error at `field`.
    #[must_use]
    pub fn new(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self { field: field.into(), message: message.into() }
    }
}

impl fmt::Display for FieldError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.field, self.message)
    }
}

impl core::error::Error for FieldError {}

impl Scenario {
    /// Reads and validates a scenario.
    ///
    /// # Errors
    /// The first field that is missing, unknown, of the wrong type or out of range.
    pub fn from_json(text: &str) -> Result<Self, FieldError> {
        if text.len() > MAX_TEXT {
            let why = format!("longer than {} KiB", MAX_TEXT / 1024);
            return Err(FieldError::new("scenario", why));
        }
        let scenario: Self = from_text(text, "scenario")?;
        scenario.validate()?;
        Ok(scenario)
    }

    /// The scenario as JSON that [`Scenario::from_json`] reads.
    #[must_use]
    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).expect("a scenario has only string keys")
    }

    /// Checks everything that the types do not.
    ///
    /// # Errors
    /// The first field that is out of range or names something that does not exist.
    pub fn validate(&self) -> Result<(), FieldError> {
        if self.name.chars().nth(MAX_TITLE).is_some() {
            return Err(FieldError::new("name", format!("at most {MAX_TITLE} characters")));
        }
        self.topology.validate()?;
        self.settings.validate(&self.topology)?;
        self.workload.validate()?;
        if self.timeline.len() > MAX_TIMELINE {
            let limit = format!("at most {MAX_TIMELINE} commands, here {}", self.timeline.len());
            return Err(FieldError::new("timeline", limit));
        }
        let wiring = Wiring::new(&self.topology);
        if wiring.links.len() > MAX_LINKS {
            let limit = format!("at most {MAX_LINKS} links between their processes, here {}", wiring.links.len());
            return Err(FieldError::new("topology.machines", limit));
        }
        self.settings.nginx.upstream.validate("settings.nginx.upstream", &wiring)?;
        for (i, entry) in self.timeline.iter().enumerate() {
            let at = format!("timeline[{i}].command");
            entry.command.validate(&wiring).map_err(|e| FieldError::new(format!("{at}.{}", e.field), e.message))?;
        }
        Ok(())
    }

    /// Adds a command to the timeline, for building scenarios in code.
    #[must_use]
    pub fn with(mut self, at: SimTime, command: Command) -> Self {
        self.timeline.push(TimedCommand { at_us: at, command });
        self
    }
}
