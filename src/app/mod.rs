//! The application core: what the page knows, what can be done on it, and what happens then. No DOM, no clock.

mod ahead;
mod history;
mod link;
mod model;
mod playback;

pub use ahead::{Ahead, AheadState};
pub use history::History;
pub use link::{Start, parse_address};
pub use model::{Model, Msg, Notice, Sheet, Tab, Theme, View};
pub use playback::{Follow, Playback, Speed};
