//! Recordings of a primary and its replica.
//!
//! The engine decides which rows are where and what a client gets; here its words become MariaDB's, and the texts of rows
//! are kept, which the engine does not have: each statement has a number, and rows carry the number of theirs.

mod binlog;
mod errors;
mod gtid;
mod lab;
mod read;
mod run;
mod setup;
mod sql;
mod status;
mod steps;
mod words;

use serde_json::{Value, json};

use super::Problem;
use lab::Lab;

pub(super) fn replay(recording: &Value) -> Result<Value, Problem> {
    let mut lab = Lab::new(&recording["setup"])?;
    let steps = recording["steps"].as_array().ok_or_else(|| Problem("steps: not a list".to_owned()))?;
    let mut done = Vec::new();
    for (number, step) in steps.iter().enumerate() {
        let in_step = |problem: Problem| Problem(format!("steps[{number}]: {problem}"));
        done.push(lab.step(step).map_err(in_step)?);
    }
    Ok(json!({ "case": recording["case"], "steps": done }))
}
