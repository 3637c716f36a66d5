//! What is compared of two runs: how visits ended since the runs parted.

use crate::sim::{Micros, SimTime, Verdict, World};
use crate::text::{explain, timeline as words};

/// What has been counted in a run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sums {
    ended: u64,
    ok: u64,
    stale: u64,
    lost_rows: u64,
    took: Micros,
    results: Vec<(Verdict, u64)>,
}

/// One line of a comparison.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// What is compared.
    pub name: String,
    /// In the present run.
    pub here: String,
    /// In the other.
    pub there: String,
}

/// Ready to be drawn: two runs side by side, since they parted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CompareView {
    /// What it comes to.
    pub sentence: String,
    /// The numbers.
    pub lines: Vec<Line>,
}

impl CompareView {
    /// Compares two worlds at the same moment; `before` is what both had counted when they parted.
    #[must_use]
    pub fn new(parted: SimTime, before: &Sums, here: &World, there: &World) -> Self {
        let (here, there) = (Sums::of(here).since(before), Sums::of(there).since(before));
        let mut lines = Vec::new();
        let mut line = |name: &str, value: &dyn Fn(&Sums) -> String| {
            lines.push(Line { name: name.to_owned(), here: value(&here), there: value(&there) });
        };
        line(words::ENDED, &|sums| sums.ended.to_string());
        let only_there = there.results.iter().filter(|(result, _)| !here.results.iter().any(|(own, _)| own == result));
        for (result, _) in here.results.iter().chain(only_there) {
            if here.count(*result) + there.count(*result) > 0 {
                line(&explain::title(*result), &|sums| sums.count(*result).to_string());
            }
        }
        line(words::LOST, &|sums| sums.lost().to_string());
        line(words::STALE, &|sums| sums.stale.to_string());
        line(words::LOST_ROWS, &|sums| sums.lost_rows.to_string());
        line(words::MEAN, &Sums::mean);
        let sentence = words::verdict(parted.0, (here.lost(), here.ended), (there.lost(), there.ended));
        Self { sentence, lines }
    }
}

impl Sums {
    /// What has been counted in a world since its start.
    #[must_use]
    pub fn of(world: &World) -> Self {
        let metrics = world.metrics();
        let mut results: Vec<(Verdict, u64)> = Vec::new();
        for outcome in &metrics.outcomes {
            match results.iter_mut().find(|(result, _)| *result == outcome.result) {
                Some((_, count)) => *count += outcome.count,
                None => results.push((outcome.result, outcome.count)),
            }
        }
        Self {
            ended: metrics.ended,
            ok: metrics.ok,
            stale: metrics.stale,
            lost_rows: world.cluster().lost,
            took: metrics.latency.sum(),
            results,
        }
    }

    /// What has been counted since `before`.
    #[must_use]
    fn since(mut self, before: &Self) -> Self {
        self.ended -= before.ended;
        self.ok -= before.ok;
        self.stale -= before.stale;
        self.lost_rows -= before.lost_rows;
        self.took = Micros(self.took.0 - before.took.0);
        for (result, count) in &mut self.results {
            *count -= before.count(*result);
        }
        self
    }

    fn count(&self, result: Verdict) -> u64 {
        self.results.iter().find(|(other, _)| *other == result).map_or(0, |(_, count)| *count)
    }

    /// Visits that did not get what they came for.
    const fn lost(&self) -> u64 {
        self.ended - self.ok
    }

    fn mean(&self) -> String {
        self.took.0.checked_div(self.ended).map_or(words::NONE.to_owned(), |mean| Micros(mean).to_string())
    }
}
