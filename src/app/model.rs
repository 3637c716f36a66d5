//! The page's state, and what each message does to it.

use std::sync::Arc;

use super::ahead::{Ahead, TimeLeft};
use super::compare::Comparison;
use super::examine::{Examination, ExamineMsg};
use super::history::History;
use super::lessons::{LessonMsg, Lessons};
use super::link::Start;
use super::playback::{Playback, Speed};
use crate::sim::{Class, Command, Micros, PartId, Preset, SimTime, World};

/// The most notices that are shown at a time.
const MAX_NOTICES: usize = 4;

/// Everything that the page knows.
#[derive(Clone, Debug)]
pub struct Model {
    /// The world as it is now.
    pub world: World,
    /// How it came to be so.
    pub history: History,
    /// How its time runs.
    pub playback: Playback,
    /// What the present run is compared with.
    pub comparison: Option<Comparison>,
    /// What is known of what can fail.
    pub examination: Examination,
    /// What is looked at.
    pub view: View,
    /// The lesson under way, and how far all of them are.
    pub lessons: Lessons,
    /// What the user should know.
    pub notices: Vec<Notice>,
}

/// What is looked at. Changes nothing in the world.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct View {
    /// The part in the inspector.
    pub selected: Option<PartId>,
    /// The visit whose trace is shown; the newest by hand if none.
    pub visit: Option<u64>,
    /// The tab at the bottom.
    pub tab: Tab,
    /// Whether the charts are drawn from what only the simulator knows.
    pub simulator_charts: bool,
    /// The panel that covers the diagram on a narrow screen.
    pub sheet: Option<Sheet>,
    /// Light, dark, or as the system says.
    pub theme: Theme,
    /// Whether only the diagram is shown.
    pub embed: bool,
}

/// The tabs at the bottom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tab {
    /// The trace of one visit.
    Trace,
    /// The log of visits, and how many ended how.
    Requests,
    /// Charts.
    Metrics,
    /// The rows of all databases, side by side.
    Data,
    /// What happened, runs that were left, and how they compare.
    Runs,
    /// What one missing part does, and what that comes to.
    Failures,
    /// What somebody outside finds and hears.
    Security,
    /// The same state and switches as the diagram, as a table.
    Parts,
}

impl Tab {
    /// All tabs, in order.
    #[rustfmt::skip]
    pub const ALL: [Self; 8] =
        [Self::Trace, Self::Requests, Self::Metrics, Self::Data, Self::Runs, Self::Failures, Self::Security, Self::Parts];
}

/// The panels of a narrow screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sheet {
    /// The lesson, or the list of lessons.
    Lesson,
    /// Visits and load.
    Traffic,
    /// The inspector.
    Inspector,
    /// The tabs.
    Tabs,
}

/// Colours of the page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    /// As the system says.
    #[default]
    System,
    /// Dark text on light ground.
    Light,
    /// Light text on dark ground.
    Dark,
}

impl Theme {
    /// All themes.
    pub const ALL: [Self; 3] = [Self::System, Self::Light, Self::Dark];

    /// The name in addresses and in the page's `data-theme`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    /// The theme with this name.
    #[must_use]
    pub fn find(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|theme| theme.name() == name)
    }
}

/// Something that the user should know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// The field that it is about.
    pub field: String,
    /// What is the matter.
    pub message: String,
}

impl Notice {
    /// A notice about an input that could not be used.
    #[must_use]
    pub fn error(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self { field: field.into(), message: message.into() }
    }
}

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
    /// Starts the scenario anew.
    Restart,
    /// Looks at a part.
    Select(Option<PartId>),
    /// Looks at the trace of a visit.
    ShowVisit(u64),
    /// Chooses a tab.
    Tab(Tab),
    /// Draws charts from what only the simulator knows, or from what was scraped.
    SimulatorCharts(bool),
    /// Opens a panel of the narrow screen, or closes it.
    Sheet(Option<Sheet>),
    /// Chooses the colours.
    Theme(Theme),
    /// Takes a notice away.
    Dismiss(usize),
    /// Does something with lessons.
    Lesson(LessonMsg),
    /// Examines what can fail.
    Examine(ExamineMsg),
}

impl Msg {
    /// Whether neither the world nor its time is touched.
    const fn only_looks(&self) -> bool {
        match self {
            Self::Select(_)
            | Self::ShowVisit(_)
            | Self::Tab(_)
            | Self::SimulatorCharts(_)
            | Self::Sheet(_)
            | Self::Theme(_)
            | Self::Dismiss(_)
            | Self::Compare(_) => true,
            Self::Lesson(msg) => msg.only_looks(),
            _ => false,
        }
    }
}

impl Model {
    /// The page as the address asks for it.
    #[must_use]
    pub fn new(start: Start) -> Self {
        let scenario = Arc::new(start.scenario);
        let mut model = Self {
            world: World::new(Arc::clone(&scenario)),
            history: History::new(scenario),
            playback: Playback::new(start.speed),
            comparison: None,
            view: View {
                selected: None,
                visit: None,
                tab: Tab::Trace,
                simulator_charts: false,
                sheet: None,
                theme: start.theme,
                embed: start.embed,
            },
            examination: Examination::default(),
            lessons: Lessons::new(start.hides_answers, start.steps),
            notices: start.notices,
        };
        if let Some(lesson) = start.lesson {
            model.open_lesson(lesson, start.step);
        }
        model
    }

    /// Lets wall time pass, in microseconds; `time_left` says when the frame has worked enough. A run that the present one
    /// is compared with comes along: time waits for it.
    pub fn frame(&mut self, elapsed_us: u64, time_left: TimeLeft) {
        if self.compare(time_left) {
            self.playback.frame(&mut self.world, self.history.tape(), elapsed_us, time_left);
            self.history.note(&self.world);
            self.compare(time_left);
        }
        self.lesson_frame();
        self.examine(time_left);
    }

    /// Does what a message says. Whatever is more than looking ends a run ahead first: a command then happens at the
    /// moment that the user sees, with time standing still, and never somewhere in the middle of a run.
    pub fn update(&mut self, msg: Msg) {
        if !msg.only_looks() {
            self.playback.stop(self.world.now());
        }
        match msg {
            Msg::Do(command) => self.obey(command),
            Msg::Send(class) => drop(self.send(class)),
            Msg::Follow(class) => {
                if let Some(visit) = self.send(class) {
                    self.playback.follow(visit);
                    self.playback.next_hop(&self.world, self.history.tape());
                }
            }
            Msg::NextHop => self.next_hop(),
            Msg::Unfollow => self.playback.follow = None,
            Msg::RunAhead(length) => self.playback.run(Ahead::new(self.world.now(), length)),
            Msg::Cancel => self.examination.stop(),
            Msg::Toggle => self.playback.running = !self.playback.running,
            Msg::Step => {
                self.playback.running = false;
                self.history.tape().step(&mut self.world);
                self.history.note(&self.world);
            }
            Msg::GoTo(at) => self.go_to(at),
            Msg::StepPart => {
                if let Some(part) = self.view.selected {
                    self.playback.run(Ahead::to_part(self.world.now(), part));
                }
            }
            Msg::Compare(with) => self.comparison = with.and_then(|id| Comparison::new(&self.history, id)),
            Msg::Switch(id) => self.switch(id),
            Msg::Speed(speed) => self.playback.speed = speed,
            Msg::Preset(name) => {
                if let Some(preset) = Preset::find(name) {
                    self.lessons.open = None;
                    self.start(Arc::new(preset.scenario()));
                }
            }
            Msg::Restart => self.start(Arc::clone(self.history.scenario())),
            Msg::Select(part) => {
                self.view.selected = part;
                self.view.sheet = part.map(|_| Sheet::Inspector);
            }
            Msg::ShowVisit(visit) => {
                self.view.visit = Some(visit);
                self.view.tab = Tab::Trace;
            }
            Msg::Tab(tab) => self.view.tab = tab,
            Msg::SimulatorCharts(own) => self.view.simulator_charts = own,
            Msg::Sheet(sheet) => self.view.sheet = sheet,
            Msg::Theme(theme) => self.view.theme = theme,
            Msg::Dismiss(index) if index < self.notices.len() => drop(self.notices.remove(index)),
            Msg::Dismiss(_) => {}
            Msg::Lesson(msg) => self.update_lesson(msg),
            Msg::Examine(msg) => self.update_examination(msg),
        }
    }

    pub(super) fn notify(&mut self, notice: Notice) {
        self.notices.retain(|other| *other != notice);
        if self.notices.len() == MAX_NOTICES {
            self.notices.remove(0);
        }
        self.notices.push(notice);
    }

    fn send(&mut self, class: Class) -> Option<u64> {
        let before = self.world.last_visit();
        self.obey(Command::visits(class, 1));
        let visit = self.world.last_visit();
        (visit > before).then(|| {
            self.playback.running = true;
            self.view.visit = Some(visit);
            self.view.sheet = None;
            visit
        })
    }

    fn next_hop(&mut self) {
        if self.playback.has_told_all(&self.world) {
            self.playback.follow = None;
        } else {
            self.playback.next_hop(&self.world, self.history.tape());
        }
    }
}
