//! Charts: lines over the same stretch of time, whoever measured them.

mod axis;

pub use axis::{ticks, time_ticks};

/// The most lines of one chart.
pub const MAX_LINES: usize = 8;
/// Seconds that the time axis covers at least.
const MIN_SPAN_S: u32 = 30;

/// Ready to be drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Charts {
    /// The first second.
    pub first_s: u32,
    /// The last second that is known.
    pub last_s: Option<u32>,
    /// Seconds between two points of a line.
    pub step_s: u32,
    /// The charts.
    pub all: Vec<Chart>,
}

/// One chart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chart {
    /// What it shows.
    pub kind: ChartKind,
    /// Its lines; what goes beyond [`MAX_LINES`] is in the table only.
    pub lines: Vec<Line>,
}

/// What a chart shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChartKind {
    /// Scraped: requests per second of balancers and web servers, in thousandths.
    Qps,
    /// Scraped: statements per second of databases, in thousandths.
    DatabaseQps,
    /// Scraped: answers with 5xx per second, in thousandths.
    Errors,
    /// Scraped: mean time to an answer, in microseconds.
    ResponseTime,
    /// Scraped: seconds that replicas are behind.
    Lag,
    /// Simulator: visits ended per web server and second.
    Servers,
    /// Simulator: visits ended per result and second.
    Outcomes,
    /// Simulator: latency of the visits that ended in a second, in microseconds.
    Latency,
}

/// A line of a chart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// What it stands for.
    pub name: LineName,
    /// Seconds and values, in order; none where nothing was measured: the line has a gap there.
    pub points: Vec<(u32, Option<u32>)>,
}

/// What a line stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LineName {
    /// A process or a machine.
    Of(String),
    /// This many further web servers.
    OtherServers(usize),
    /// Visits that ended with 2xx or 3xx.
    Ok,
    /// Visits that ended with another status.
    HttpErrors,
    /// Visits that ended with an error page of the browser.
    BrowserErrors,
    /// Latency that half of the visits stay below.
    P50,
    /// Latency that 95 % of the visits stay below.
    P95,
}

impl Charts {
    /// The last second of the time axis: the last that is known, or later while the run is young.
    #[must_use]
    pub fn end_s(&self) -> u32 {
        self.last_s.unwrap_or(0).max(self.first_s + MIN_SPAN_S)
    }

    /// The moments of the table's rows, newest first.
    pub fn rows(&self) -> impl Iterator<Item = u32> + use<> {
        let (first, step) = (self.first_s, self.step_s);
        let last = self.last_s.map(|last| last / step * step);
        core::iter::successors(last, move |at| at.checked_sub(step)).take_while(move |at| *at >= first)
    }
}

impl Line {
    /// What was known newest at a moment; none if that is older than a step.
    #[must_use]
    pub fn at(&self, second: u32, step_s: u32) -> Option<u32> {
        let newest = self.points.iter().rev().find(|(at, _)| *at <= second);
        newest.filter(|(at, _)| at + step_s > second)?.1
    }

    /// The newest value.
    #[must_use]
    pub fn last(&self) -> Option<u32> {
        self.points.iter().rev().find_map(|point| point.1)
    }

    /// The largest value.
    #[must_use]
    pub fn peak(&self) -> Option<u32> {
        self.points.iter().filter_map(|point| point.1).max()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_of_the_table_has_what_was_newest_then() {
        let line = Line { name: LineName::Ok, points: vec![(7, Some(1)), (22, None), (37, Some(3))] };
        let charts = Charts { first_s: 5, last_s: Some(52), step_s: 15, all: Vec::new() };
        assert_eq!(charts.rows().collect::<Vec<_>>(), [45, 30, 15]);
        assert_eq!([45, 30, 15].map(|at| line.at(at, 15)), [Some(3), None, Some(1)]);
        assert_eq!(line.at(52, 15), None, "too old");
        assert_eq!((line.last(), line.peak(), charts.end_s()), (Some(3), Some(3), 52));
        assert_eq!(Charts { last_s: None, ..charts }.rows().count(), 0);
    }
}
