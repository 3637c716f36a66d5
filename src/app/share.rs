//! Links to what is seen: made here, and followed.

use std::sync::Arc;

use super::ahead::{Ahead, AheadState};
use super::lessons::Open;
use super::link::{Start, State};
use super::model::Model;
use super::view::{Notice, Tab};
use crate::sim::SimTime;
use crate::text::share as words;

/// A link that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// What follows the address of the page; none if the run is too long for one.
    pub address: Option<String>,
    /// The moment that it leads to.
    pub at: SimTime,
    /// How many commands it holds.
    pub commands: usize,
}

impl Model {
    /// Makes a link to the present moment.
    #[inline(never)]
    pub(super) fn make_link(&mut self) {
        let now = self.world.now();
        let address = self.state().and_then(|state| state.write()).map(|state| self.restrictions() + "#s=" + &state);
        self.link = Some(Link { address, at: now, commands: self.history.commands().len() });
    }

    /// The run, its present moment and what is looked at; none if its beginning is forgotten. What else happens at this moment
    /// happens first, so that whoever goes on from here is at the very same point of the run.
    #[inline(never)]
    #[must_use]
    pub fn state(&mut self) -> Option<State> {
        let now = self.world.now();
        while !self.history.tape().run_bounded(&mut self.world, now, u64::MAX) {}
        self.history.note(&self.world);
        (self.history.begins() == SimTime::ZERO).then(|| State {
            scenario: (**self.history.scenario()).clone(),
            commands: self.history.commands().to_vec(),
            now: self.world.now(),
            end: self.history.run().end,
            digest: Some(self.world.digest()),
            lesson: self.lessons.open.as_ref().map(Open::state),
            tab: Some(self.view.tab).filter(|tab| *tab != Tab::Trace).map(|tab| tab.id().to_owned()),
            selected: self.view.selected.map(|part| self.world.wiring().part_name(part).to_owned()),
            visit: self.view.visit,
        })
    }

    /// What a teacher's link allows is handed on.
    fn restrictions(&self) -> String {
        let steps = self.lessons.range.map(|(first, last)| format!("steps={}-{}", first + 1, last + 1));
        let answers = self.lessons.hides_answers.then(|| "answers=hidden".to_owned());
        let all: Vec<String> = [steps, answers].into_iter().flatten().collect();
        if all.is_empty() { String::new() } else { format!("?{}", all.join("&")) }
    }

    /// Goes on with the run that a link holds: it is run again up to the link's moment, frame by frame.
    #[inline(never)]
    pub(super) fn follow_link(&mut self, state: State) {
        self.start(Arc::new(state.scenario));
        self.history.foresee(state.commands, state.end);
        self.lessons.asked = None;
        self.lessons.open = state.lesson.and_then(Open::of_state);
        self.view.tab = state.tab.and_then(|tab| Tab::find(&tab)).unwrap_or(Tab::Trace);
        self.view.selected = state.selected.and_then(|name| self.world.wiring().part(&name).ok());
        self.view.visit = state.visit;
        self.arrival = Some((state.now, state.digest));
        self.playback.run(Ahead::to(SimTime::ZERO, state.now));
    }

    /// Says so when a run from a link has not become what it was where the link was made.
    #[inline(never)]
    pub(super) fn arrive(&mut self) {
        if let Some((at, error)) = self.history.tape().refused.take() {
            self.arrival = None;
            self.notify(Notice::error(format!("s.commands[{at}].command.{}", error.field), error.message));
        }
        let is_there = self.playback.ahead.is_some_and(|ahead| ahead.state == AheadState::Reached);
        if let Some((at, digest)) = self.arrival.filter(|_| is_there) {
            self.arrival = None;
            if self.world.now() == at && digest.is_some_and(|digest| digest != self.world.digest()) {
                self.notify(Notice::error("s.digest", words::OTHER_ENGINE));
            }
        }
    }

    /// The page goes to another address.
    #[inline(never)]
    pub(super) fn open(&mut self, start: Start) {
        start.notices.into_iter().for_each(|notice| self.notify(notice));
        if let Some(state) = start.state {
            self.follow_link(*state);
        } else if let Some(lesson) = start.lesson {
            let open = self.lessons.open.as_ref().map(|open| open.number);
            match open == Some(lesson) {
                true => self.update(super::Msg::Lesson(super::LessonMsg::Go(start.step))),
                false => self.open_lesson(lesson, start.step),
            }
        } else {
            self.lessons.open = None;
            self.start(Arc::new(start.scenario));
            self.view.tab = start.tab.unwrap_or(Tab::Trace);
        }
    }
}
