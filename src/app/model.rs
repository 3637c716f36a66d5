//! The page's state, and what each message does to it.

use std::rc::Rc;
use std::sync::Arc;

use super::ahead::{Ahead, TimeLeft};
use super::compare::Comparison;
use super::config::{self, Config};
use super::examine::Examination;
use super::history::History;
use super::host::Host;
use super::lessons::Lessons;
use super::link::Start;
use super::msg::Msg;
use super::playback::Playback;
use super::share::Link;
use super::view::{Notice, Sheet, Tab, View};
use crate::sim::{Class, Command, Preset, SimTime, World};
use crate::text::label;

/// The most notices that are shown at a time.
pub(super) const MAX_NOTICES: usize = 4;
/// Wall time without a frame that is worth a word, in microseconds: a hidden tab, or a computer that slept.
const LONG_US: u64 = 10 * 60 * 1_000_000;

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
    /// Configuration files.
    pub config: Config,
    /// What is looked at.
    pub view: View,
    /// The lesson under way, and how far all of them are.
    pub lessons: Lessons,
    /// The link that was made last.
    pub link: Option<Link>,
    /// The moment and the digest that a followed link is to come to.
    pub(super) arrival: Option<(SimTime, Option<u64>)>,
    /// What the user should know.
    pub notices: Vec<Notice>,
    /// The page around this one.
    pub host: Host,
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
                tab: start.tab.unwrap_or(Tab::Trace),
                simulator_charts: false,
                sheet: None,
                theme: start.theme,
                embed: start.embed,
                large: start.large,
            },
            examination: Examination::default(),
            config: Config::default(),
            lessons: Lessons::new(start.hides_answers, start.steps),
            link: None,
            arrival: None,
            notices: start.notices,
            host: Host::new(start.host),
        };
        if let Some(state) = start.state {
            model.follow_link(*state);
        } else if let Some(lesson) = start.lesson {
            model.open_lesson(lesson, start.step);
        }
        if let Some(name) = start.select {
            match model.world.wiring().part(&name) {
                Ok(part) => model.view.selected = Some(part),
                Err(error) => model.notify(Notice::error("select", error.message)),
            }
        }
        model
    }

    /// Lets wall time pass, in microseconds; `time_left` says when the frame has worked enough. A run that the present one
    /// is compared with comes along: time waits for it.
    pub fn frame(&mut self, elapsed_us: u64, time_left: TimeLeft) {
        if elapsed_us >= LONG_US && self.playback.running {
            self.notices.retain(|notice| notice.field != "time");
            self.notify(Notice::error("time", label::stood_still(elapsed_us / 60_000_000)));
        }
        if self.compare(time_left) {
            self.playback.frame(&mut self.world, self.history.tape(), elapsed_us, time_left);
            self.history.note(&self.world);
            self.compare(time_left);
        }
        if self.arrival.is_some() || self.history.tape().refused.is_some() {
            self.arrive();
        }
        self.lesson_frame();
        self.examine(time_left);
    }

    /// Does what a message says. Whatever is more than looking ends a run ahead first: a command then happens at the
    /// moment that the user sees, with time standing still, and never somewhere in the middle of a run.
    pub fn update(&mut self, msg: Msg) {
        if !msg.only_looks() {
            self.playback.stop(self.world.now());
            self.arrival = None;
        }
        let opens_config = matches!(msg, Msg::Tab(Tab::Config));
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
            Msg::Undo => self.undo(),
            Msg::Redo => self.redo(),
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
                    self.load(Arc::new(preset.scenario()));
                }
            }
            Msg::Load(scenario) => self.load(scenario),
            Msg::Bring(text) => self.bring(&text),
            Msg::Restart => self.start(Arc::clone(self.history.scenario())),
            Msg::Select(part) => {
                self.view.selected = part;
                self.view.sheet = part.map(|_| Sheet::Inspector).or_else(|| self.sheet_beneath());
            }
            Msg::ShowVisit(visit) => {
                self.view.visit = Some(visit);
                self.view.tab = Tab::Trace;
                self.view.sheet = Some(Sheet::Tabs);
            }
            Msg::Share | Msg::Tab(Tab::Share) => {
                (self.view.tab, self.view.sheet) = (Tab::Share, Some(Sheet::Tabs));
                self.make_link();
            }
            Msg::Tab(tab) => {
                self.view.tab = tab;
                if self.view.hides_panels() {
                    self.view.sheet = Some(Sheet::Tabs);
                }
            }
            Msg::MakeLink => self.make_link(),
            Msg::Open(start) => self.open(Rc::unwrap_or_clone(start.0)),
            Msg::SimulatorCharts(own) => self.view.simulator_charts = own,
            Msg::Sheet(sheet) => self.view.sheet = sheet.or_else(|| self.sheet_beneath()),
            Msg::Enlarge(large) => (self.view.large, self.view.sheet) = (large, None),
            Msg::Theme(theme) => self.view.theme = theme,
            Msg::Recall(kept) => self.recall(&kept),
            Msg::Dismiss(index) if index < self.notices.len() => drop(self.notices.remove(index)),
            Msg::Dismiss(_) | Msg::Save(_) => {}
            Msg::Lesson(msg) => self.update_lesson(msg),
            Msg::Examine(msg) => self.update_examination(msg),
            Msg::Config(msg) => config::update(self, msg),
        }
        if self.view.tab == Tab::Config {
            config::remember(self, opens_config);
        }
    }

    /// The panel that is there when the one that is open is closed: what a lesson in a frame has opened leads back to it.
    fn sheet_beneath(&self) -> Option<Sheet> {
        let covers = matches!(self.view.sheet, Some(Sheet::Tabs | Sheet::Inspector));
        (self.view.embed && covers && self.lessons.open.is_some()).then_some(Sheet::Lesson)
    }

    /// Tells whoever has progress to lose that the browser does not keep it.
    pub fn cannot_keep(&mut self) {
        if self.lessons.done.iter().any(|done| *done > 0) {
            self.notify(Notice::error("lessons", label::NOT_KEPT));
        }
    }

    /// Takes over the progress of the lessons as it was kept.
    pub fn recall(&mut self, kept: &str) {
        if !self.lessons.recall(kept) {
            self.notify(Notice::error("lessons", label::NOT_READ));
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
        (visit > before).then(|| self.show_newest_visit())
    }

    /// Watches the visit that was started last.
    pub(super) fn show_newest_visit(&mut self) -> u64 {
        let visit = self.world.last_visit();
        self.playback.running = true;
        self.view.visit = Some(visit);
        self.view.sheet = None;
        visit
    }

    fn next_hop(&mut self) {
        if self.playback.has_told_all(&self.world) {
            self.playback.follow = None;
        } else {
            self.playback.next_hop(&self.world, self.history.tape());
        }
    }
}
