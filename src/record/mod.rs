//! A run as files that other programs open: traces, metrics, a picture of the diagram, a report to hand in.
//!
//! `export` is about the scenario, as the real programs' configuration; this is about what has happened.

mod calls;
pub mod csv;
pub mod exposition;
mod markup;
pub mod otlp;
pub mod picture;
pub mod report;
pub mod trace_event;

/// JSON as text. (`Value::to_string` does the same through `fmt`, whose functions cannot be loaded later.)
fn write(value: &serde_json::Value) -> String {
    serde_json::to_string(value).unwrap_or_default()
}
