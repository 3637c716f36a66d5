//! Pure projections of a world to what is drawn. No DOM.

pub mod charts;
pub mod compare;
pub mod curve;
pub mod data;
pub mod diagram;
pub mod drawn;
pub mod failures;
pub mod inspector;
pub mod layout;
pub mod metrics;
pub mod narration;
pub mod parts;
pub mod requests;
pub mod security;
pub mod timeline;
pub mod trace;
pub mod watch;
