//! The time axis of a waterfall.

use crate::sim::{Decimal, Micros};
use crate::text::label;

/// About this many marks are on the axis.
const MARKS: u64 = 5;

/// A time axis from the start of a visit to its end, or to now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Axis {
    /// Its length.
    pub length: Micros,
    /// Its marks.
    pub ticks: Vec<Tick>,
}

/// A mark on the axis.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tick {
    /// Where, as an SVG length in per cent.
    pub at: String,
    /// What is written there; nothing near the end, where there is no room.
    pub label: Option<String>,
}

impl Axis {
    /// An axis of this length.
    #[must_use]
    pub fn new(length: Micros) -> Self {
        let step = step(length);
        let mut axis = Self { length, ticks: Vec::new() };
        axis.ticks = (0..)
            .map(|n| Micros(n * step.0))
            .take_while(|at| *at <= length)
            .map(|at| Tick {
                at: axis.per_cent(at),
                label: (at.0 * 100 <= length.0 * 88).then(|| label::visits::tick(at, step)),
            })
            .collect();
        axis
    }

    /// The length of a bar: never nothing, because SVG does not draw a bar without any length.
    #[must_use]
    pub fn bar(&self, time: Micros) -> String {
        if time.0 * 10_000 < self.length.0 { "0.01%".to_owned() } else { self.per_cent(time) }
    }

    /// A length of time as an SVG length in per cent.
    #[must_use]
    pub fn per_cent(&self, time: Micros) -> String {
        format!("{}%", Decimal::of(time.0.saturating_mul(100), self.length.0, 3))
    }
}

/// The smallest of 1, 2, 5, 10, 20, … microseconds that makes no more than [`MARKS`] marks.
fn step(length: Micros) -> Micros {
    let mut power = 1;
    loop {
        for factor in [1, 2, 5] {
            if length.0 / (factor * power) <= MARKS {
                return Micros(factor * power);
            }
        }
        power *= 10;
    }
}
