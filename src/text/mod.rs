//! Every word that a user reads, in one place: sentences made from what happened, and labels.
//!
//! Another language is another module with the same functions; the compiler finds what is missing.

pub mod diagram;
pub mod dns;
pub mod explain;
pub mod haproxy;
pub mod host;
pub mod inspector;
#[macro_use]
pub mod label;
pub mod config;
pub mod download;
pub mod export;
pub mod failures;
pub mod lesson;
pub mod log;
pub mod metrics;
pub mod monitoring;
pub mod parameters;
pub mod record;
pub mod report;
pub mod security;
pub mod share;
pub mod snippet;
pub mod timeline;
