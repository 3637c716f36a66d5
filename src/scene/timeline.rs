//! What is shown: the timeline, with a mark for each command and each change of state.

use crate::sim::balancer::StateChange;
use crate::sim::chronicle::{Entry, Happening};
use crate::sim::mysql::Io;
use crate::sim::vrrp::RouterState;
use crate::sim::{Command, SimTime, TimedCommand, World};
use crate::text::timeline as words;

/// Places for marks along the timeline; what falls on the same one is one mark.
const PLACES: u64 = 80;
/// The least step of the slider: a millisecond, in microseconds.
const LEAST_STEP: u64 = 1_000;
/// Steps of the slider from one end to the other, at most.
const STEPS: u64 = 1_000;

/// How a mark looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tone {
    /// Somebody has done something.
    Done,
    /// Something works again.
    Better,
    /// Something works no more.
    Worse,
}

impl Tone {
    /// The name in the page's classes.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Better => "better",
            Self::Worse => "worse",
        }
    }
}

/// Something that was done or has changed.
#[derive(Clone, Copy, Debug)]
pub struct Mark<'a> {
    /// When.
    pub at: SimTime,
    /// How it looks.
    pub tone: Tone,
    source: Source<'a>,
}

#[derive(Clone, Copy, Debug)]
enum Source<'a> {
    Command(&'a Command),
    Change(&'a Entry),
}

/// The marks of a run until `end`, oldest first: the commands of its scenario, its own, and its changes of state. Of what
/// happens at the same moment, what was done comes first.
#[must_use]
pub fn marks<'a>(world: &'a World, end: SimTime, commands: &'a [TimedCommand], changes: &'a [Entry]) -> Vec<Mark<'a>> {
    let timeline = &world.scenario().timeline;
    let mut marks = Vec::with_capacity(timeline.len() + commands.len() + changes.len());
    let mut taken = [0; 3];
    loop {
        let command = |list: &'a [TimedCommand], at: usize| {
            list.get(at).map(|timed| (timed.at_us, Tone::Done, Source::Command(&timed.command)))
        };
        let change = |entry: &'a Entry| (entry.at, tone(entry.what), Source::Change(entry));
        let next = [command(timeline, taken[0]), command(commands, taken[1]), changes.get(taken[2]).map(change)];
        let Some((at, list)) = (0..3).filter_map(|list| Some((next[list]?.0, list))).min() else {
            return marks;
        };
        taken[list] += 1;
        if let Some((_, tone, source)) = next[list].filter(|_| at <= end) {
            marks.push(Mark { at, tone, source });
        }
    }
}

impl Mark<'_> {
    /// What it says.
    #[must_use]
    pub fn words(&self, world: &World) -> String {
        match self.source {
            Source::Command(command) => words::command(command),
            Source::Change(entry) => words::change(world.wiring(), entry),
        }
    }
}

const fn tone(what: Happening) -> Tone {
    match what {
        Happening::Server(
            StateChange::Up { .. } | StateChange::LeftMaint { drain: false } | StateChange::LeftDrain,
        )
        | Happening::Receiver(Io::Running)
        | Happening::Router(RouterState::Master | RouterState::Backup)
        | Happening::SemiSync(true)
        | Happening::Alert { fires: false, .. }
        | Happening::Promoted { lost: 0 } => Tone::Better,
        _ => Tone::Worse,
    }
}

/// Ready to be drawn: the timeline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimelineView {
    /// From when, in microseconds.
    pub begins: u64,
    /// The moment that is shown or gone to.
    pub at: u64,
    /// How far the run has been seen.
    pub end: u64,
    /// A step of the slider.
    pub step: u64,
    /// The moment in words, with what happened last.
    pub said: String,
    /// The last mark before the moment, and the first after it.
    pub neighbours: [Option<SimTime>; 2],
    /// Marks that can be told apart.
    pub places: Vec<Place>,
}

/// A place on the timeline with one mark or more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Where, in thousandths of the length.
    pub x: u64,
    /// The first mark's moment.
    pub at: SimTime,
    /// How it looks: as the worst of its marks.
    pub tone: Tone,
    /// What it says.
    pub words: String,
}

impl TimelineView {
    /// The timeline of a run from `begins` to `end`, at the moment `at`.
    #[must_use]
    pub fn new(world: &World, marks: &[Mark], [begins, at, end]: [SimTime; 3]) -> Self {
        let length = end.since(begins).0.max(1);
        let place = |mark: &Mark| mark.at.since(begins).0 * PLACES / length;
        let places = marks.chunk_by(|one, other| place(one) == place(other)).map(|together| Place {
            x: together[0].at.since(begins).0 * 1_000 / length,
            at: together[0].at,
            tone: together.iter().map(|mark| mark.tone).max().unwrap_or(Tone::Done),
            words: words::marks(together[0].at.0, &together[0].words(world), together.len() - 1),
        });
        let last = marks.iter().rev().find(|mark| mark.at <= at);
        let earlier = marks.iter().rev().find(|mark| mark.at < at);
        let later = marks.iter().find(|mark| mark.at > at && mark.at <= end);
        Self {
            begins: begins.0,
            at: at.0,
            end: end.0,
            step: step(length),
            said: words::moment(at.0, last.map(|last| last.words(world)).as_deref()),
            neighbours: [earlier, later].map(|mark| mark.map(|mark| mark.at)),
            places: places.collect(),
        }
    }
}

/// A step of 1, 2 or 5 times a power of ten, so that there are not too many.
const fn step(length: u64) -> u64 {
    let mut step = LEAST_STEP;
    loop {
        let mut at = 0;
        while at < 3 {
            let wide = step * [1, 2, 5][at];
            if wide * STEPS >= length {
                return wide;
            }
            at += 1;
        }
        step *= 10;
    }
}
