//! Going back in time, changing something there, and going on with a run that was left.

use std::sync::Arc;

use super::ahead::{Ahead, Aim, TimeLeft};
use super::compare::Comparison;
use super::examine::Examination;
use super::history::{Forgotten, History};
use super::model::Model;
use super::playback::Playback;
use super::view::{Notice, Tab};
use crate::sim::{Command, FieldError, Scenario, SimTime, World};
use crate::text::timeline as words;

impl Model {
    /// Lets the run that the present one is compared with come to the present moment. True if it is there, or is not to
    /// come along now.
    pub(super) fn compare(&mut self, time_left: TimeLeft) -> bool {
        let is_on_the_way = self.playback.ahead.is_some_and(|ahead| ahead.is_running() && ahead.aim == Aim::Moment);
        let comparison = self.comparison.as_mut().filter(|_| !is_on_the_way);
        comparison.is_none_or(|comparison| comparison.follow(&self.history, self.world.now(), time_left))
    }

    /// The visit whose trace is shown, unless it has not begun yet at the moment that time has gone back to.
    #[must_use]
    pub fn visit(&self) -> Option<u64> {
        self.view.visit.filter(|visit| *visit <= self.world.last_visit())
    }

    /// Whether an earlier moment is shown than the last one that has been seen.
    #[must_use]
    pub fn is_in_the_past(&self) -> bool {
        self.history.goes_on_after(self.world.now())
    }

    /// Gives the world a command; one that cannot be obeyed becomes a notice.
    pub(super) fn obey(&mut self, command: Command) {
        if let Err(error) = self.carry_out(command) {
            self.notify(Notice::error(error.field, error.message));
        }
    }

    /// Gives the world a command and notes it. In the past, what followed is kept as a run of its own, and compared with
    /// what follows now.
    pub(super) fn carry_out(&mut self, command: Command) -> Result<(), FieldError> {
        let before = self.is_in_the_past().then(|| self.world.clone());
        self.world.apply(&command)?;
        let left = self.history.run().id;
        let forgotten = self.history.change(before.as_ref(), &self.world, command);
        self.forget(forgotten);
        if before.is_some() {
            if self.comparison.is_none() {
                self.view.tab = Tab::Runs;
            }
            self.comparison = Comparison::new(&self.history, left);
        }
        self.history.note(&self.world);
        Ok(())
    }

    /// Says what cannot be kept any longer.
    fn forget(&mut self, forgotten: Option<Forgotten>) {
        let Some(forgotten) = forgotten else {
            return;
        };
        let message = match forgotten {
            Forgotten::Branch => words::FORGOT_BRANCH,
            Forgotten::Past => words::FORGOT_PAST,
        };
        self.comparison = self.comparison.take().filter(|with| self.history.branch(with.id).is_some());
        self.notify(Notice::error(words::TIMELINE, message));
    }

    /// Time stands still at a moment that has been seen.
    pub(super) fn go_to(&mut self, at: SimTime) {
        let at = at.max(self.history.begins()).min(self.history.run().end);
        self.history.rewind(&mut self.world, at);
        self.playback.run(Ahead::to(self.world.now(), at));
    }

    /// Takes back what was done last: time stands still just before it.
    #[inline(never)]
    pub(super) fn undo(&mut self) {
        if let Some(at) = self.history.undo(&mut self.world) {
            self.comparison = None;
            self.playback.run(Ahead::to(self.world.now(), at));
        }
    }

    /// Does again what was taken back: time stands still where it was then.
    #[inline(never)]
    pub(super) fn redo(&mut self) {
        if let Some(at) = self.history.redo(&mut self.world) {
            self.comparison = None;
            self.playback.run(Ahead::to(self.world.now().min(at), at));
        }
    }

    /// Starts a scenario that came from elsewhere; the lesson that is open is closed.
    pub(super) fn load(&mut self, scenario: Arc<Scenario>) {
        self.lessons.open = None;
        self.start(scenario);
    }

    /// Starts a scenario anew.
    pub(super) fn start(&mut self, scenario: Arc<Scenario>) {
        self.exchange((World::new(Arc::clone(&scenario)), History::new(scenario)));
    }

    /// Goes on with another run; the one so far.
    pub(super) fn exchange(&mut self, run: (World, History)) -> (World, History) {
        let world = std::mem::replace(&mut self.world, run.0);
        let history = std::mem::replace(&mut self.history, run.1);
        self.playback = Playback::new(self.playback.speed);
        (self.comparison, self.examination) = (None, Examination::default());
        (self.view.selected, self.view.visit) = (None, None);
        (world, history)
    }

    /// Another run becomes the present one, and is compared with the one so far.
    pub(super) fn switch(&mut self, id: u32) {
        let left = self.history.run().id;
        if let Some(at) = self.history.switch(id, &mut self.world) {
            self.playback.run(Ahead::to(self.world.now(), at));
            self.comparison = Comparison::new(&self.history, left);
        }
    }
}
