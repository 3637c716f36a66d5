//! Hopscope: an interactive explorer of the classic three-server web stack.
//!
//! Imports run one way: `sim ← { analysis, export, import, lesson, record, replay, scene, text } ← app ← ui ← main`. Everything up to `app` is pure: no clock, no DOM, no
//! I/O. `ARCHITECTURE.md` tells where each concept lives.
#![warn(missing_docs)]

pub mod analysis;
pub mod app;
pub mod export;
pub mod import;
pub mod lesson;
pub mod record;
pub mod replay;
pub mod scene;
pub mod text;
#[cfg(target_arch = "wasm32")]
pub mod ui;

pub use hopscope_sim as sim;
