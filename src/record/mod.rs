//! A run as files that other programs open: traces, metrics, a picture of the diagram, a report to hand in.
//!
//! `export` is about the scenario, as the real programs' configuration; this is about what has happened.

mod calls;
pub mod csv;
pub mod exposition;
mod markup;
pub mod otlp;
pub mod picture;
pub mod trace_event;
