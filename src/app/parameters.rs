//! The parameters of the page's address: one table, by which addresses are read (`link`), documented (`examples/docs.rs`),
//! described by a JSON Schema, and put together.

use std::fmt::Write;

use super::link::Start;
use super::playback::Speed;
use super::view::{Tab, Theme};
use crate::lesson::LESSONS;
use crate::sim::{MAX_RATE, PRESETS, Preset, Scenario};
use crate::text::parameters as words;

/// No lesson has more steps.
pub const MAX_STEPS: usize = 16;

/// A parameter.
#[derive(Debug)]
pub struct Parameter {
    /// Its name.
    pub name: &'static str,
    /// What it may be.
    pub kind: Kind,
    /// A value that it may have.
    pub example: &'static str,
    /// What it is about.
    pub about: About,
    /// Takes a value over; none if it cannot be this one.
    read: fn(&mut Start, &str) -> Option<()>,
}

/// What a parameter is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum About {
    /// What is shown: an address that leads elsewhere has another value, or none.
    Place,
    /// How a course shows it: whoever embeds the page chooses it anew.
    Course,
    /// Neither: it stays as it is.
    Page,
}

/// What the value of a parameter may be.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// On if it is there, unless its value is `0` or `false`.
    Flag,
    /// One of these.
    Choice(fn() -> Vec<String>),
    /// A whole number, from … to.
    Number(u64, u64),
    /// A range of such numbers, such as `2-4`.
    Range(u64, u64),
    /// Something longer, which this describes.
    Text(&'static str),
}

/// All parameters but the settings (see [`Setting::KEYS`](crate::sim::Setting::KEYS)). They are read in this order, in whatever
/// order an address has them: what comes later goes before.
#[rustfmt::skip]
pub const PARAMETERS: &[Parameter] = &[
    Parameter { name: "preset", kind: Kind::Choice(presets), example: "dedicated-db", about: About::Place,
        read: |start, value| set(&mut start.scenario, Preset::find(value).map(Preset::scenario)) },
    Parameter { name: "scenario", kind: Kind::Text("a scenario"), example: "{\"name\":…}", about: About::Place,
        read: |start, value| start.take(Scenario::from_json(value), |start, scenario| start.scenario = scenario) },
    Parameter { name: "seed", kind: Kind::Number(0, u64::MAX), example: "7", about: About::Place,
        read: |start, value| set(&mut start.scenario.seed, value.parse().ok()) },
    Parameter { name: "load", kind: Kind::Number(0, MAX_RATE as u64), example: "50", about: About::Place,
        read: |start, value| set(&mut start.scenario.workload.rate_per_s, value.parse().ok().filter(|rate| *rate <= MAX_RATE)) },
    Parameter { name: "embed", kind: Kind::Flag, example: "", about: About::Course,
        read: |start, value| set(&mut start.embed, Some(value != "0" && value != "false")) },
    Parameter { name: "large", kind: Kind::Flag, example: "", about: About::Page,
        read: |start, value| set(&mut start.large, Some(value != "0" && value != "false")) },
    Parameter { name: "theme", kind: Kind::Choice(themes), example: "dark", about: About::Course,
        read: |start, value| set(&mut start.theme, Theme::find(value)) },
    Parameter { name: "speed", kind: Kind::Choice(speeds), example: "1/20", about: About::Page,
        read: |start, value| set(&mut start.speed, Speed::find(value)) },
    Parameter { name: "lesson", kind: Kind::Choice(lessons), example: "balance", about: About::Place,
        read: |start, value| set(&mut start.lesson, crate::lesson::find(value).map(Some)) },
    Parameter { name: "step", kind: Kind::Number(1, MAX_STEPS as u64), example: "2", about: About::Place,
        read: |start, value| set(&mut start.step, range(value).filter(|(first, last)| first == last).map(|(step, _)| step)) },
    Parameter { name: "steps", kind: Kind::Range(1, MAX_STEPS as u64), example: "2-4", about: About::Course,
        read: |start, value| set(&mut start.steps, range(value).map(Some)) },
    Parameter { name: "answers", kind: Kind::Choice(|| named(["shown", "hidden"])), example: "hidden", about: About::Course,
        read: |start, value| set(&mut start.hides_answers, ["shown", "hidden"].iter().position(|name| *name == value).map(|at| at == 1)) },
    Parameter { name: "tab", kind: Kind::Choice(tabs), example: "metrics", about: About::Place,
        read: |start, value| set(&mut start.tab, Tab::find(value).map(Some)) },
    Parameter { name: "select", kind: Kind::Text("a part"), example: "lb-01/haproxy", about: About::Place,
        read: |start, value| set(&mut start.select, Some(Some(value.to_owned()))) },
    Parameter { name: "host", kind: Kind::Text(crate::text::host::ORIGIN), example: "https://course.example", about: About::Course,
        read: |start, value| set(&mut start.host, super::host::origin(value).map(Some)) },
    // Obeyed by `ui/crash.rs` and `assets/start.js`, before anything else is there.
    Parameter { name: "crash", kind: Kind::Choice(|| named(["panic", "trap", "load"])), example: "panic", about: About::Page,
        read: |_, value| ["panic", "trap", "load"].contains(&value).then_some(()) },
    Parameter { name: "strings", kind: Kind::Choice(|| named(["once", "double"])), example: "double", about: About::Page,
        read: |start, value| set(&mut start.double_strings, ["once", "double"].iter().position(|name| *name == value).map(|at| at == 1)) },
];

impl Parameter {
    /// What it means.
    #[must_use]
    pub fn meaning(&self) -> &'static str {
        words::meaning(self.name)
    }

    /// Takes a value over, or says what it had to be.
    ///
    /// # Errors
    /// What is wrong, for a notice about this parameter.
    pub(super) fn read(&self, start: &mut Start, value: &str) -> Result<(), String> {
        (self.read)(start, value).ok_or_else(|| format!("{value:?} is not {}", self.kind.expected()))
    }
}

/// Whether there is a parameter of this name that is about that.
pub(super) fn is_about(name: &str, about: About) -> bool {
    PARAMETERS.iter().any(|parameter| parameter.name == name && parameter.about == about)
}

impl Kind {
    /// What the value has to be, in words.
    #[must_use]
    pub fn expected(&self) -> String {
        match self {
            Self::Flag => "on or off".to_owned(),
            Self::Choice(names) => {
                let mut text = "one of".to_owned();
                for name in names() {
                    let _ = write!(text, " {name}");
                }
                text
            }
            Self::Number(low, high) => format!("a whole number from {low} to {high}"),
            Self::Range(low, high) => format!("a range of whole numbers from {low} to {high}, such as 2-4"),
            Self::Text(what) => (*what).to_owned(),
        }
    }
}

fn set<T>(place: &mut T, value: Option<T>) -> Option<()> {
    *place = value?;
    Some(())
}

/// Reads `2-4`, or `2` for both ends; counted from 0 then.
fn range(text: &str) -> Option<(usize, usize)> {
    let mut ends = text.split('-').map(|end| end.parse::<u32>().unwrap_or(0) as usize);
    let first = ends.next()?;
    let last = ends.next().unwrap_or(first);
    (1 <= first && first <= last && last <= MAX_STEPS).then(|| (first - 1, last - 1))
}

fn named<const N: usize>(names: [&str; N]) -> Vec<String> {
    names.map(str::to_owned).to_vec()
}

fn presets() -> Vec<String> {
    PRESETS.iter().map(|preset| preset.name.to_owned()).collect()
}

fn themes() -> Vec<String> {
    named(Theme::ALL.map(Theme::name))
}

fn speeds() -> Vec<String> {
    Speed::ALL.into_iter().map(Speed::name).collect()
}

fn lessons() -> Vec<String> {
    LESSONS.iter().map(|lesson| lesson.id.to_owned()).collect()
}

fn tabs() -> Vec<String> {
    named(Tab::ALL.map(Tab::id))
}
