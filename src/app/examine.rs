//! The examination of what is configured now: it goes on frame by frame, and its findings can be watched as runs.

use std::sync::Arc;

use super::ahead::TimeLeft;
use super::history::History;
use super::model::Model;
use super::view::Tab;
use crate::analysis::{
    Assumption, Availability, Change, Exposure, Later, MAX_PAIRS, MAX_PARTS, Survey, Vigil, changes, exposures,
    subject, without,
};
use crate::sim::{Class, Command, World};

/// Parts that are named as worth improving.
const BEST: usize = 3;

/// What can be done in the tab.
#[derive(Clone, Debug, PartialEq)]
pub enum ExamineMsg {
    /// Examines what is configured now.
    Start,
    /// Takes every pair away, too.
    Pairs,
    /// Examines the scenario without an element; with none, the comparison is closed.
    Without(Option<String>),
    /// Assumes something else about a part.
    Assume(u16, Assumption),
    /// Shows in a run what becomes of a class without these parts.
    Prove(Vec<u16>, Class),
    /// Goes back to the run from before the first such run.
    Back,
}

/// The examination, and what was asked of it.
#[derive(Clone, Debug, Default)]
pub struct Examination {
    /// What was found so far.
    pub survey: Option<Box<Survey>>,
    /// What was too many to examine, and the limit.
    pub too_many: Option<(usize, usize)>,
    /// The element that is left out, and what gets worse.
    pub element: Option<Element>,
    /// What the findings come to, by class.
    pub figures: Vec<Figures>,
    stopped: bool,
    /// Commands that had been given when it began.
    commands: usize,
    before: Option<Box<(World, History)>>,
}

/// An element that is left out for comparison.
#[derive(Clone, Debug)]
pub struct Element {
    /// Its name.
    pub name: String,
    /// What gets worse without it, once that is known; none if nothing could be visited without it.
    pub worse: Option<Vec<Change>>,
    /// What somebody outside can do that was impossible before.
    pub exposed: Vec<Exposure>,
    /// Parts whose death somebody notices later.
    pub later: Vec<Later>,
    survey: Option<Box<Survey>>,
    vigil: Option<Box<Vigil>>,
}

/// What a class can count on.
#[derive(Clone, Debug, PartialEq)]
pub struct Figures {
    /// The share of visits that are served.
    pub availability: Availability,
    /// The parts whose perfection would gain most, and how much.
    pub best: Vec<(u16, f64)>,
}

impl Element {
    /// Whether it is still being examined.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        self.survey.is_some() || self.vigil.is_some()
    }

    fn percent(&self) -> Option<usize> {
        let survey = self.survey.as_ref().map(|survey| survey.percent());
        survey.or_else(|| self.vigil.as_ref().map(|vigil| vigil.percent()))
    }
}

impl Examination {
    /// How much is done, in percent; none if nothing is under way.
    #[must_use]
    pub fn percent(&self) -> Option<usize> {
        let survey = self.survey.as_ref().filter(|_| !self.stopped)?;
        if survey.is_done() { self.element.as_ref().and_then(Element::percent) } else { Some(survey.percent()) }
    }

    /// Whether a run is shown that proves something, and another one waits.
    #[must_use]
    pub const fn can_go_back(&self) -> bool {
        self.before.is_some()
    }

    /// Stops where it is.
    pub(super) const fn stop(&mut self) {
        self.stopped = true;
    }

    /// Whether one of the commands since it began has changed what is configured.
    #[must_use]
    pub fn is_outdated(&self, history: &History) -> bool {
        history.commands().get(self.commands..).is_none_or(|since| since.iter().any(|entry| configures(&entry.command)))
    }

    fn begin(&mut self, world: &World, history: &History) {
        *self = Self { before: self.before.take(), commands: history.commands().len(), ..Self::default() };
        match Survey::new(Arc::new(subject(world))) {
            Ok(survey) => self.survey = Some(Box::new(survey)),
            Err(parts) => self.too_many = Some((parts, MAX_PARTS)),
        }
    }

    fn frame(&mut self, time_left: TimeLeft) {
        let Some(survey) = self.survey.as_mut().filter(|_| !self.stopped) else {
            return;
        };
        if !survey.is_done() {
            if survey.slice(time_left) {
                self.sum_up();
            }
        } else if let Some(element) = &mut self.element
            && element.survey.is_none()
            && let Some(vigil) = &mut element.vigil
            && vigil.slice(time_left)
        {
            element.later = vigil.found();
            element.vigil = None;
        } else if let Some(element) = &mut self.element
            && let Some(other) = &mut element.survey
            && other.slice(time_left)
        {
            element.worse = Some(changes(survey, other));
            // Without a part, visits take other ways anyway: only the same ways can be compared.
            if survey.parts() == other.parts() {
                let before = exposures(survey.base());
                element.exposed = exposures(other.base());
                element.exposed.retain(|exposure| !before.contains(exposure));
            }
            element.survey = None;
        }
    }

    /// Works out the figures: they change with the assumptions only.
    fn sum_up(&mut self) {
        let Some(survey) = &self.survey else {
            return;
        };
        self.figures.clear();
        for class in Class::ALL {
            let mut best: Vec<(u16, f64)> = Vec::with_capacity(BEST + 1);
            for part in 0..survey.parts().len() as u16 {
                let gain = survey.gain(part, class);
                if gain > 1e-9 {
                    let place = best.iter().position(|other| other.1 < gain).unwrap_or(best.len());
                    best.insert(place, (part, gain));
                    best.truncate(BEST);
                }
            }
            self.figures.push(Figures { availability: survey.availability(class), best });
        }
    }

    fn leave_out(&mut self, name: String) {
        let Some(present) = self.survey.as_ref().map(|survey| survey.scenario()) else {
            return;
        };
        let scenario = without(present, &name);
        let vigil = scenario.as_ref().and_then(|scenario| Vigil::new(present, scenario)).map(Box::new);
        let survey = scenario.and_then(|scenario| Survey::of_singles(Arc::new(scenario)).ok()).map(Box::new);
        self.element = Some(Element { name, worse: None, exposed: Vec::new(), later: Vec::new(), survey, vigil });
    }
}

/// Whether a command changes what is configured. Whatever is broken works in an examination, and nobody is there.
const fn configures(command: &Command) -> bool {
    !matches!(
        command,
        Command::Visit { .. }
            | Command::Release { .. }
            | Command::Abort { .. }
            | Command::Load(_)
            | Command::Kill { .. }
            | Command::Freeze { .. }
            | Command::Slow { .. }
            | Command::Restore { .. }
            | Command::RestoreAll
            | Command::FlushCache
    )
}

impl Model {
    /// The examination goes on while somebody looks at it.
    pub(super) fn examine(&mut self, time_left: TimeLeft) {
        if self.view.tab == Tab::Failures {
            if self.examination.survey.is_none() && self.examination.too_many.is_none() {
                self.examination.begin(&self.world, &self.history);
            }
            self.examination.frame(time_left);
        }
    }

    pub(super) fn update_examination(&mut self, msg: ExamineMsg) {
        let examination = &mut self.examination;
        examination.stopped = false;
        match (msg, &mut examination.survey) {
            (ExamineMsg::Start, _) => examination.begin(&self.world, &self.history),
            (ExamineMsg::Back, _) => {
                if let Some(before) = examination.before.take() {
                    let kept = std::mem::take(examination);
                    let commands = before.1.commands().len();
                    self.exchange(*before);
                    self.examination = Examination { commands, ..kept };
                    self.playback.running = false;
                }
            }
            (ExamineMsg::Pairs, Some(survey)) => {
                examination.too_many = survey.examine_pairs().err().map(|pairs| (pairs, MAX_PAIRS));
            }
            (ExamineMsg::Without(Some(name)), Some(_)) => examination.leave_out(name),
            (ExamineMsg::Without(_), _) => examination.element = None,
            (ExamineMsg::Assume(part, assumption), Some(survey)) => {
                survey.assume(part, assumption);
                examination.sum_up();
            }
            (ExamineMsg::Prove(parts, class), Some(_)) => self.prove(&parts, class),
            _ => {}
        }
    }

    /// Starts a run that shows what becomes of a class without these parts, and goes to the visit that shows it.
    fn prove(&mut self, parts: &[u16], class: Class) {
        let Some(survey) = self.examination.survey.take() else {
            return;
        };
        let proof = survey.proof(parts, class);
        let first = parts.first().map(|part| survey.parts()[usize::from(*part)]);
        let kept = std::mem::take(&mut self.examination);
        let scenario = proof.scenario;
        let was = self.exchange((World::new(Arc::clone(&scenario)), History::new(scenario)));
        let before = kept.before.or_else(|| Some(Box::new(was)));
        self.examination = Examination { survey: Some(survey), before, commands: 0, ..kept };
        for entry in proof.commands {
            self.world.run_until(entry.at_us);
            self.obey(entry.command);
        }
        self.view.visit = Some(self.world.last_visit());
        self.view.selected = first;
        (self.view.tab, self.view.sheet) = (Tab::Trace, None);
        self.playback.running = true;
    }
}

#[cfg(test)]
mod tests {
    use super::super::link::parse_address;
    use super::super::msg::Msg;
    use super::*;
    use crate::sim::{PartId, Verdict};

    fn examined() -> Model {
        let mut model = Model::new(parse_address("", ""));
        model.update(Msg::Tab(Tab::Failures));
        let mut frames = 0;
        while model.examination.percent().is_none_or(|percent| percent < 100) && frames < 100_000 {
            model.frame(0, &mut || false);
            frames += 1;
            if model.examination.figures.len() == Class::ALL.len() {
                break;
            }
        }
        assert!(frames > 1_000, "it goes on slice by slice");
        assert_eq!(model.examination.percent(), None);
        model
    }

    #[test]
    fn looking_at_the_tab_examines_and_a_proof_can_be_watched_and_left() {
        let mut model = examined();
        let digest = model.world.digest();
        let part = model.world.wiring().part("web-01/mysqld").unwrap();
        let number = model.examination.survey.as_ref().unwrap().number(part).unwrap();
        model.update(Msg::Examine(ExamineMsg::Prove(vec![number], Class::Write)));
        let visit = model.visit().unwrap();
        assert_eq!((model.view.tab, model.view.selected), (Tab::Trace, Some(part)));
        assert!(model.world.trace(visit).is_some_and(|trace| trace.outcome.is_none()), "it has just begun");
        model.world.run_until(model.world.now() + crate::sim::Micros::from_secs(5));
        assert_eq!(model.world.log().of(visit).unwrap().outcome.result, Verdict::Http(500));
        // The run is one like any other: it can be had again.
        let again = model.history.replay(model.world.now());
        assert_eq!(again.digest(), model.world.digest());
        assert!(model.examination.survey.is_some() && model.examination.can_go_back());
        model.update(Msg::Examine(ExamineMsg::Back));
        assert_eq!((model.world.digest(), model.examination.can_go_back()), (digest, false));
    }

    #[test]
    fn another_infrastructure_is_examined_anew_and_cancel_stops() {
        let mut model = examined();
        model.update(Msg::Preset("one-server"));
        assert!(model.examination.survey.is_none());
        model.frame(0, &mut || false);
        assert!(model.examination.percent().is_some_and(|percent| percent < 100));
        model.update(Msg::Cancel);
        assert_eq!(model.examination.percent(), None);
        model.update(Msg::Tab(Tab::Trace));
        model.update(Msg::Examine(ExamineMsg::Start));
        model.frame(0, &mut || true);
        assert_eq!(model.examination.percent(), Some(0), "nobody looks");
    }

    #[test]
    fn assumptions_change_the_figures_at_once() {
        let mut model = examined();
        let before = model.examination.figures.clone();
        let lb = model.examination.survey.as_ref().unwrap().number(PartId::Machine(3.into())).unwrap();
        assert_eq!(before[0].best[0].0, lb);
        assert!(!model.examination.is_outdated(&model.history));
        model.update(Msg::Examine(ExamineMsg::Assume(lb, Assumption { mtbf_h: 100, mttr_min: 0 })));
        let after = &model.examination.figures[0];
        assert!(after.availability.least > before[0].availability.least && after.best[0].0 != lb);
    }

    #[test]
    fn an_element_is_left_out_in_a_copy() {
        let mut model = examined();
        model.update(Msg::Examine(ExamineMsg::Without(Some("web-02/mysqld".to_owned()))));
        while model.examination.element.as_ref().is_some_and(Element::is_open) {
            model.frame(0, &mut || true);
        }
        let worse = model.examination.element.as_ref().and_then(|element| element.worse.clone()).unwrap();
        assert!(
            worse.iter().any(|change| change.part.as_deref() == Some("web-01/mysqld") && change.class == Class::Read)
        );
        model.update(Msg::Do(Command::RestoreAll));
        assert!(model.examination.element.is_some() && !model.examination.is_outdated(&model.history));
        model.update(Msg::Do(Command::Promote { server: "web-02/mysqld".to_owned() }));
        assert!(model.examination.is_outdated(&model.history), "the examination tells of another primary");
        model.update(Msg::Examine(ExamineMsg::Start));
        assert!(!model.examination.is_outdated(&model.history));
    }
}
