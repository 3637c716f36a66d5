//! Recordings of HAProxy, alone and before nginx and the application.

mod config;
mod observed;
mod run;

use serde_json::{Value, json};

use super::Problem;
use super::fields::text;
use crate::sim::Scenario;

/// Replays a recording: what became of each request, and what HAProxy's log says of its servers.
pub(super) fn replay(recording: &Value) -> Result<Value, Problem> {
    let case = text(recording, "case")?;
    let mut run = run::Run::new(recording)?;
    run.do_events()?;
    Ok(json!({ "case": case, "observed": run.observed(), "state_log": run.state_log() }))
}

/// The scenario in which a recording is replayed.
pub(super) fn scenario(recording: &Value) -> Result<Scenario, Problem> {
    config::scenario_of(recording, run::is_stack(recording)?)
}
