//! The application core: what the page knows, what can be done on it, and what happens then. No DOM, no clock.

mod ahead;
mod announcer;
mod checkpoints;
mod compare;
mod config;
mod examine;
mod history;
mod host;
mod lesson_view;
mod lessons;
mod link;
mod model;
mod msg;
mod playback;
mod share;
mod tape;
mod travel;
mod view;

pub use ahead::{Ahead, AheadState, Aim};
pub use announcer::{Announcer, PAUSE_MS};
pub use checkpoints::parting;
pub use compare::Comparison;
pub use config::{Config, ConfigMsg, ConfigView, Pasted, archive, config_files};
pub use examine::{Element, Examination, ExamineMsg, Figures};
pub use history::{Forgotten, History, MAX_BRANCHES, Run};
pub use host::{Host, Letter};
pub use lesson_view::{Button, LessonView};
pub use lessons::{LessonMsg, Lessons, Open, Stage};
pub use link::{Start, parse_address};
pub use model::Model;
pub use msg::Msg;
pub use playback::{Follow, Playback, Speed};
pub use view::{Notice, Sheet, Tab, Theme, View};
