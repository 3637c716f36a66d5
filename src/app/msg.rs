//! Everything that can be done on the page.

use std::rc::Rc;
use std::sync::Arc;

use super::config::ConfigMsg;
use super::examine::ExamineMsg;
use super::lessons::LessonMsg;
use super::link::Start;
use super::playback::Speed;
use super::records::Record;
use super::view::{Sheet, Tab, Theme};
use crate::sim::{Class, Command, Micros, PartId, Scenario, SimTime};

/// Everything that can be done on the page.
#[derive(Clone, Debug, PartialEq)]
pub enum Msg {
    /// A command for the world.
    Do(Command),
    /// Sends one visit and opens its trace.
    Send(Class),
    /// Sends one visit and follows it hop by hop.
    Follow(Class),
    /// Shows the next hop of the followed visit.
    NextHop,
    /// Lets the followed visit and everything else go on.
    Unfollow,
    /// Runs ahead by so much simulated time, as fast as it goes.
    RunAhead(Micros),
    /// Ends a run ahead, or the search for the next hop.
    Cancel,
    /// Takes back what was done last.
    Undo,
    /// Does it again.
    Redo,
    /// Goes to a moment that has been seen before.
    GoTo(SimTime),
    /// Runs ahead to the next event of the part in the inspector.
    StepPart,
    /// Compares the present run with one that was left, or with none.
    Compare(Option<u32>),
    /// Goes on with a run that was left.
    Switch(u32),
    /// Lets time run, or stops it.
    Toggle,
    /// Carries out the next event, with time standing still otherwise.
    Step,
    /// Chooses a speed.
    Speed(Speed),
    /// Starts a preset.
    Preset(&'static str),
    /// Starts a scenario that is no preset.
    Load(Arc<Scenario>),
    /// Starts the scenario anew.
    Restart,
    /// Starts what is in a file that somebody has brought.
    Bring(Rc<str>),
    /// Saves something as a file; the page does it.
    Save(Record),
    /// Looks at a part.
    Select(Option<PartId>),
    /// Looks at the trace of a visit.
    ShowVisit(u64),
    /// Chooses a tab.
    Tab(Tab),
    /// Shows what can be taken away from the page.
    Share,
    /// Makes a link to the present moment.
    MakeLink,
    /// Goes to another address.
    Open(Opening),
    /// Draws charts from what only the simulator knows, or from what was scraped.
    SimulatorCharts(bool),
    /// Opens a panel of the narrow screen, or closes it.
    Sheet(Option<Sheet>),
    /// Gives the diagram the room of the panels, or takes it back.
    Enlarge(bool),
    /// Chooses the colours.
    Theme(Theme),
    /// Takes over progress of lessons that was kept.
    Recall(String),
    /// Takes a notice away.
    Dismiss(usize),
    /// Does something with lessons.
    Lesson(LessonMsg),
    /// Examines what can fail.
    Examine(ExamineMsg),
    /// Shows or reads configuration files.
    Config(ConfigMsg),
}

/// What an address asks for; equal to itself only.
#[derive(Clone, Debug)]
pub struct Opening(pub Rc<Start>);

impl PartialEq for Opening {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl Msg {
    /// Whether it may leave the present run for another, which somebody may want to come back from.
    #[must_use]
    pub const fn may_leave(&self) -> bool {
        matches!(
            self,
            Self::Preset(_) | Self::Lesson(LessonMsg::Choose(_) | LessonMsg::Start) | Self::Open(_) | Self::Load(_)
        )
    }

    /// What it has the world do at once, if that is all.
    #[must_use]
    pub fn command(&self) -> Option<Command> {
        match self {
            Self::Do(command) => Some(command.clone()),
            Self::Send(class) | Self::Follow(class) => Some(Command::visits(*class, 1)),
            _ => None,
        }
    }

    /// Whether neither the world nor its time is touched.
    #[must_use]
    pub const fn only_looks(&self) -> bool {
        match self {
            Self::Select(_)
            | Self::ShowVisit(_)
            | Self::Tab(_)
            | Self::Share
            | Self::MakeLink
            | Self::SimulatorCharts(_)
            | Self::Sheet(_)
            | Self::Theme(_)
            | Self::Enlarge(_)
            | Self::Save(_)
            | Self::Recall(_)
            | Self::Dismiss(_)
            | Self::Config(_)
            | Self::Compare(_) => true,
            Self::Lesson(msg) => msg.only_looks(),
            _ => false,
        }
    }
}
