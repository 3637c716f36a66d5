//! The application core: what the page knows, what can be done on it, and what happens then. No DOM, no clock.

mod ahead;
mod announcer;
mod checkpoints;
mod compare;
mod examine;
mod history;
mod lesson_view;
mod lessons;
mod link;
mod model;
mod playback;
mod tape;
mod travel;

pub use ahead::{Ahead, AheadState, Aim};
pub use announcer::{Announcer, PAUSE_MS};
pub use checkpoints::parting;
pub use compare::Comparison;
pub use examine::{Element, Examination, ExamineMsg, Figures};
pub use history::{Forgotten, History, MAX_BRANCHES, Run};
pub use lesson_view::{Button, LessonView};
pub use lessons::{LessonMsg, Lessons, Open, Stage};
pub use link::{Start, parse_address};
pub use model::{Model, Msg, Notice, Sheet, Tab, Theme, View};
pub use playback::{Follow, Playback, Speed};
