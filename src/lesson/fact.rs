//! What can be true of a run, as data: answers to questions and goals of challenges are made of these. All of it is read off
//! the world; a part that is not there is off, and nothing was served by it.

use crate::sim::{Class, Condition, PartId, Span, Verdict, World};
use crate::sim::{Micros, Place};
use crate::text::lesson as words;

/// Something that is true of a world or not.
#[derive(Debug)]
pub enum Fact {
    /// A number is just this.
    Is(Number, u64),
    /// A number is less than this.
    Under(Number, u64),
    /// The visit with this number has ended and was in a process whose name ends so, such as `/app`.
    Met(u64, &'static str),
    /// The visit with this number has ended and was in no such process.
    Missed(u64, &'static str),
    /// Nobody can talk to a part: dead, hung, cut, or without power.
    Off(&'static str),
    /// A process is at least so many times slower than usual.
    Slow(&'static str, u64),
    /// The newest ended visit of this class ended with this status.
    Last(Class, u16),
    /// The newest visits, so many in a row, all got 200 and the newest rows, none later than after so many ms.
    InARow(u64, u64),
}

/// Something that is counted since the run began.
#[derive(Debug)]
pub enum Number {
    /// Visits that have ended.
    Ended,
    /// Visits of these that did not get what they came for.
    Failed,
    /// Visits that ended with this HTTP status.
    Status(u16),
    /// Visits that HAProxy sent last to the web server on this machine.
    ServedBy(&'static str),
}

impl Number {
    fn of(&self, world: &World) -> u64 {
        let metrics = world.metrics();
        match self {
            Self::Ended => metrics.ended,
            Self::Failed => metrics.ended - metrics.ok,
            Self::Status(status) => metrics.with_result(Verdict::Http(*status)),
            Self::ServedBy(machine) => {
                let server = world.wiring().server(machine);
                server.map_or(0, |server| metrics.by_server[server.index()])
            }
        }
    }
}

impl Fact {
    /// Whether it is true.
    #[must_use]
    pub fn holds(&self, world: &World) -> bool {
        match self {
            Self::Is(number, value) => number.of(world) == *value,
            Self::Under(number, limit) => number.of(world) < *limit,
            Self::Met(visit, ending) => has_met(world, *visit, ending) == Some(true),
            Self::Missed(visit, ending) => has_met(world, *visit, ending) == Some(false),
            Self::Off(part) => is_off(world, part),
            Self::Slow(part, factor) => match world.wiring().part(part) {
                Ok(PartId::Process(process)) => world.parts().slowdown(process) >= *factor,
                _ => false,
            },
            Self::Last(class, status) => {
                let last = world.log().newest_first().find(|record| record.class == *class);
                last.is_some_and(|record| record.outcome.status() == Some(*status))
            }
            Self::InARow(of, within_ms) => in_a_row(world, *within_ms) >= *of,
        }
    }

    /// What is missing until it is true.
    #[must_use]
    pub fn missing(&self, world: &World) -> String {
        match self {
            Self::Off(part) => words::must_be_off(part),
            Self::Slow(part, _) => words::must_be_slow(part),
            Self::Last(class, status) => words::last_must_be(*class, *status),
            Self::InARow(of, within_ms) => words::in_a_row(in_a_row(world, *within_ms), *of, Number::Failed.of(world)),
            Self::Is(..) | Self::Under(..) | Self::Met(..) | Self::Missed(..) => {
                words::too_many(Number::Failed.of(world))
            }
        }
    }
}

/// Whether an ended visit has been in a process whose name ends so; none if it has not ended.
fn has_met(world: &World, visit: u64, ending: &str) -> Option<bool> {
    let trace = world.trace(visit).filter(|trace| trace.outcome.is_some())?;
    let met = |span: &Span| match span.place {
        Place::Process(process) => world.wiring().process(process).full_name.ends_with(ending),
        Place::Link { .. } => false,
    };
    Some(trace.spans.iter().any(met))
}

fn is_off(world: &World, part: &str) -> bool {
    let Ok(part) = world.wiring().part(part) else { return true };
    match part {
        PartId::Process(process) => world.parts().condition(process) != Condition::Up,
        part => world.parts().state(part).condition != Condition::Up,
    }
}

/// How many of the newest visits in a row were as good as they should be.
fn in_a_row(world: &World, within_ms: u64) -> u64 {
    let limit = Micros::from_millis(within_ms);
    let mut row = 0;
    for record in world.log().newest_first() {
        if !record.outcome.is_ok() || record.outcome.is_stale() || record.took > limit {
            break;
        }
        row += 1;
    }
    row
}
