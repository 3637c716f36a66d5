//! Lessons: each drives the explorer through a few steps, asks for a prediction that a run answers, and ends in a challenge
//! that a run judges. One file per lesson, its prose in Markdown beside it.

mod act;
mod compare;
mod fact;
mod markdown;
#[cfg(test)]
mod testing;

mod active;
mod balance;
mod dns;
mod failover;
mod files;
mod monitoring;
mod replica;
mod scale;
mod security;
mod spof;
mod visit;
mod web_app;

use std::sync::Arc;

pub use act::{Act, timed};
pub use compare::{Told, told};
pub use fact::{Fact, Number};
pub use markdown::{Line, Style, lines, section, spans};

use crate::sim::{Preset, Scenario, SimTime};

/// A lesson.
#[derive(Debug)]
pub struct Lesson {
    /// Its name in addresses.
    pub id: &'static str,
    /// Its title.
    pub title: &'static str,
    /// Markdown: the title once more, then one section for each step.
    pub text: &'static str,
    /// What it starts with.
    pub start: Run,
    /// The steps, in the order of the sections.
    pub steps: &'static [Step],
}

/// What one step is.
#[derive(Debug)]
pub enum Step {
    /// Something to do and to look at.
    Show {
        /// What the button does.
        acts: &'static [Act],
        /// Where to look then.
        look: Look,
    },
    /// A question: what will come of a run. The items of the section are the answers to choose from.
    Predict {
        /// The run that answers it.
        run: Run,
        /// How long the run takes, in seconds.
        seconds: u32,
        /// What is true of the run at its end if an answer is right.
        answers: &'static [&'static [Fact]],
    },
    /// Two set-ups that are run with the same visits and the same fault, side by side.
    Compare {
        /// Their runs.
        runs: [Run; 2],
        /// How long each takes, in seconds.
        seconds: u32,
    },
    /// Something to bring about. The section's quotation is the hint.
    Challenge {
        /// The run in which it is to come about.
        run: Run,
        /// What has to be true, all at the same moment.
        goals: &'static [Fact],
        /// One way to do it.
        solution: &'static [Act],
        /// How long that way takes at most, in seconds.
        seconds: u32,
    },
}

/// Where to look.
#[derive(Clone, Copy, Debug)]
pub enum Look {
    /// The trace of the newest visit.
    Trace,
    /// The log of visits.
    Requests,
    /// The charts.
    Metrics,
    /// The rows of all databases.
    Data,
    /// What somebody outside finds.
    Security,
    /// What a wiretap on a link hears, by the link's name.
    Wire(&'static str),
    /// A part, by name.
    Part(&'static str),
}

/// The start of a run: a preset, what is different, and what happens by itself.
#[derive(Debug)]
pub struct Run {
    /// Name of the preset.
    pub preset: &'static str,
    /// What is different from the beginning.
    pub change: fn(&mut Scenario),
    /// What happens by itself, each at so many ms.
    pub timeline: &'static [(u32, Act)],
}

impl Run {
    /// The default preset as it is.
    pub const USUAL: Self = Self { preset: "three-server", change: |_| {}, timeline: &[] };

    /// The scenario of the run.
    ///
    /// # Panics
    /// If the preset does not exist; a test starts every run of every lesson.
    #[must_use]
    pub fn scenario(&self) -> Arc<Scenario> {
        let mut scenario = Preset::find(self.preset).expect("lessons name presets that exist").scenario();
        (self.change)(&mut scenario);
        scenario.timeline.extend(self.timeline.iter().filter_map(|(ms, act)| act.at(*ms)));
        Arc::new(scenario)
    }

    /// The scenario of the run in which these acts happen as well, from its start.
    #[must_use]
    pub fn solved(&self, solution: &[Act]) -> Arc<Scenario> {
        let mut scenario = Scenario::clone(&self.scenario());
        for entry in timed(solution, SimTime::ZERO) {
            let at = scenario.timeline.partition_point(|other| other.at_us <= entry.at_us);
            scenario.timeline.insert(at, entry);
        }
        Arc::new(scenario)
    }
}

/// Every lesson, in the order in which they build on each other.
pub const LESSONS: [&Lesson; 12] = [
    &visit::LESSON,
    &dns::LESSON,
    &balance::LESSON,
    &active::LESSON,
    &web_app::LESSON,
    &files::LESSON,
    &replica::LESSON,
    &spof::LESSON,
    &failover::LESSON,
    &security::LESSON,
    &monitoring::LESSON,
    &scale::LESSON,
];

/// The number of the lesson with this name.
#[must_use]
pub fn find(id: &str) -> Option<usize> {
    LESSONS.iter().position(|lesson| lesson.id == id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::{Micros, TimedCommand, World};

    /// The world of a run after so many seconds.
    fn after(run: &Run, seconds: u32) -> World {
        let mut world = World::new(run.scenario());
        world.run_until(SimTime::ZERO + Micros::from_secs(seconds.into()));
        world
    }

    #[test]
    fn names_are_unique_and_lead_back() {
        for (at, lesson) in LESSONS.iter().enumerate() {
            assert_eq!(find(lesson.id), Some(at));
        }
        assert_eq!(find("nothing"), None);
    }

    #[test]
    fn every_step_has_its_section_and_what_the_section_must_have() {
        for lesson in LESSONS {
            assert_eq!(lines(lesson.text).next(), Some((Line::Title, lesson.title)), "{}", lesson.id);
            assert_eq!(section(lesson.text, lesson.steps.len()), [], "{} has more sections than steps", lesson.id);
            let (mut predictions, mut challenges) = (0, 0);
            for (at, step) in lesson.steps.iter().enumerate() {
                let section = section(lesson.text, at);
                let at = format!("{}: {section:?}", lesson.id);
                assert!(section.iter().any(|line| line.0 == Line::Paragraph), "{at}");
                let items = section.iter().filter(|line| line.0 == Line::Item).count();
                let has_hint = section.iter().any(|line| line.0 == Line::Quote);
                match step {
                    Step::Show { .. } | Step::Compare { .. } => assert!(!has_hint, "{at}"),
                    Step::Predict { answers, .. } => {
                        predictions += 1;
                        assert_eq!(items, answers.len(), "{at}");
                    }
                    Step::Challenge { .. } => {
                        challenges += 1;
                        assert!(has_hint, "{at}");
                    }
                }
            }
            assert!(predictions > 0 && challenges > 0, "{}", lesson.id);
        }
    }

    /// A step is reached by link, too: it can be done at the start of the lesson, and whoever goes on from step to step can
    /// do it after all those before it, up to the last one with a run of its own.
    #[test]
    fn every_step_can_be_done_alone_and_after_those_before_it() {
        for lesson in LESSONS {
            let fresh = || World::new(lesson.start.scenario());
            let mut in_order = fresh();
            for (at, step) in lesson.steps.iter().enumerate() {
                let Step::Show { acts, look } = step else {
                    in_order = fresh();
                    continue;
                };
                for world in [&mut fresh(), &mut in_order] {
                    world.run_until(world.now() + Micros::from_secs(2));
                    let start = world.now();
                    for TimedCommand { at_us, command } in timed(acts, start) {
                        world.run_until(at_us);
                        let place = format!("{}, step {}: {command:?}", lesson.id, at + 1);
                        world.apply(&command).unwrap_or_else(|error| panic!("{place}: {error}"));
                    }
                    if let Look::Part(name) | Look::Wire(name) = look {
                        assert!(world.wiring().part(name).is_ok(), "{}: {name}", lesson.id);
                    }
                }
            }
        }
    }

    #[test]
    fn every_question_is_answered_by_its_run_with_one_answer_and_not_before() {
        for lesson in LESSONS {
            for step in lesson.steps {
                let Step::Predict { run, seconds, answers } = step else { continue };
                let is_true = |answer: &&&[Fact], world: &World| answer.iter().all(|fact| fact.holds(world));
                let came_true = |world: &World| answers.iter().filter(|answer| is_true(answer, world)).count();
                assert_eq!(came_true(&after(run, *seconds)), 1, "{}", lesson.id);
                assert_eq!(came_true(&after(run, 0)), 0, "{}: known before it has run", lesson.id);
            }
        }
    }
}
