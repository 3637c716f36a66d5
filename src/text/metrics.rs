//! The words of the charts.

use crate::scene::charts::{Chart, ChartKind, Charts, LineName};
use crate::scene::metrics::{RATE_SECONDS, Totals};
use crate::sim::{Decimal, Micros};

/// What the panel says before the first visit.
pub const EMPTY: &str = "No visits yet: send one, or turn on continuous load, and the charts fill second by second.";
/// A chart in words until the first second is over.
pub const FIRST_SECOND: &str = "Nothing yet: the first simulated second is not over.";
/// Name of the panel's numbers.
pub const TOTALS: &str = "Numbers of the run so far";
/// The button that shows the charts' data as a table.
pub const AS_TABLE: &str = "As table";
/// Name of the table.
pub const TABLE: &str = "Data of the charts, newest second first";
/// Heading of the table's first column.
pub const SECOND: &str = "Second";
/// Stands where there is no value.
pub const NOTHING: &str = "–";

/// Label of the visits per second.
pub const RATE: &str = "Visits/s";
/// Label of the share of good answers.
pub const OK: &str = "Answered OK";
/// Label of the median.
pub const P50: &str = "Latency p50";
/// Label of the 95th percentile.
pub const P95: &str = "Latency p95";
/// Label of the mean.
pub const MEAN: &str = "Latency mean";
/// Label of the visits under way.
pub const UNDER_WAY: &str = "Under way";
/// What the median means.
pub const P50_NOTE: &str = "half are faster";
/// What the 95th percentile means.
pub const P95_NOTE: &str = "19 of 20 are faster";
/// What the mean is taken over.
pub const MEAN_NOTE: &str = "of all visits";

/// A rate: one decimal as long as it says something.
#[must_use]
pub fn rate(rate: f64) -> String {
    if rate < 100.0 { Decimal::tenths(rate).to_string() } else { grouped(rate.round() as u64) }
}

/// What the rate is taken over.
#[must_use]
pub fn rate_note() -> String {
    format!("over the last {RATE_SECONDS} s")
}

/// What the share of good answers is taken over.
#[must_use]
pub fn ok_note(totals: &Totals) -> String {
    format!("{} of {}", grouped(totals.ok), grouped(totals.ended))
}

/// How many visits there were.
#[must_use]
pub fn under_way_note(totals: &Totals) -> String {
    format!("{} started", grouped(totals.started))
}

/// Heading of a chart.
#[must_use]
pub const fn title(kind: ChartKind) -> &'static str {
    match kind {
        ChartKind::Qps => "QPS per server",
        ChartKind::DatabaseQps => "QPS per database",
        ChartKind::Errors => "Errors (5xx)",
        ChartKind::ResponseTime => "Response time",
        ChartKind::Lag => "Seconds_Behind_Source",
        ChartKind::Servers => "Requests per server",
        ChartKind::Outcomes => "Outcomes",
        ChartKind::Latency => "Latency",
    }
}

/// Unit of a chart's values.
#[must_use]
pub const fn unit(kind: ChartKind) -> &'static str {
    match kind {
        ChartKind::ResponseTime | ChartKind::Latency => "ms",
        ChartKind::Lag => "s",
        ChartKind::Qps | ChartKind::DatabaseQps => "",
        _ => "per second",
    }
}

/// Heading over a chart's columns in the table.
#[must_use]
pub fn column_group(kind: ChartKind) -> String {
    [title(kind), unit(kind)].join(" ").trim_end().to_owned()
}

/// Name of a line.
#[must_use]
pub fn line(name: &LineName) -> String {
    match name {
        LineName::Of(name) => name.clone(),
        LineName::OtherServers(count) => format!("{count} others"),
        LineName::Ok => "OK".to_owned(),
        LineName::HttpErrors => "HTTP errors".to_owned(),
        LineName::BrowserErrors => "browser errors".to_owned(),
        LineName::P50 => "p50".to_owned(),
        LineName::P95 => "p95".to_owned(),
    }
}

/// Lines that have no place in a chart.
#[must_use]
pub fn more_lines(count: usize) -> String {
    format!("{count} more in the table")
}

/// A chart in words: the stretch of time, and the newest and largest value of each line.
#[must_use]
pub fn description(charts: &Charts, Chart { kind, lines }: &Chart) -> String {
    let Some(last) = charts.last_s else {
        return FIRST_SECOND.to_owned();
    };
    let unit = if unit(*kind).is_empty() { "per second" } else { unit(*kind) };
    let mut text = format!("{unit}, {} to {}.", clock(charts.first_s), clock(last));
    for line in lines {
        let name = self::line(&line.name);
        text += &match (line.last(), line.peak()) {
            (Some(last), Some(peak)) => {
                format!(" {name}: last {}, at most {}.", value(*kind, last), value(*kind, peak))
            }
            _ => format!(" {name}: nothing measured."),
        };
    }
    text
}

/// A value of a chart, without its unit.
#[must_use]
pub fn value(kind: ChartKind, value: u32) -> String {
    match kind {
        ChartKind::Qps | ChartKind::DatabaseQps | ChartKind::Errors => rate(f64::from(value) / 1_000.0),
        ChartKind::Latency | ChartKind::ResponseTime => millis(value.into()),
        ChartKind::Servers | ChartKind::Outcomes | ChartKind::Lag => grouped(value.into()),
    }
}

/// A latency that is known to about a tenth, with its unit.
#[must_use]
pub fn about(latency: Micros) -> String {
    format!("{} ms", millis(latency.0))
}

/// Milliseconds with two digits that count: more would claim more than a histogram knows.
#[must_use]
pub fn millis(us: u64) -> String {
    let unit = 10_u64.pow(us.checked_ilog10().unwrap_or(0).saturating_sub(1));
    match (us + unit / 2) / unit * unit {
        us @ 0..1_000 => Micros(us).millis(2).to_string(),
        us @ 1_000..10_000 => Micros(us).millis(1).to_string(),
        us => grouped(us / 1_000),
    }
}

/// A label of a chart's vertical axis.
#[must_use]
pub fn tick(kind: ChartKind, value: u32) -> String {
    match kind {
        ChartKind::Servers | ChartKind::Outcomes | ChartKind::Lag => grouped(value.into()),
        _ if value.is_multiple_of(1_000) => grouped((value / 1_000).into()),
        _ => Micros(value.into()).millis(3).short().to_string(),
    }
}

/// A moment of the run: `2:05`, or `1:02:05` after an hour.
#[must_use]
pub fn clock(second: u32) -> String {
    let (hours, minutes, seconds) = (second / 3_600, second / 60 % 60, second % 60);
    if hours > 0 { format!("{hours}:{minutes:02}:{seconds:02}") } else { format!("{minutes}:{seconds:02}") }
}

/// A whole number with its thousands set apart.
#[must_use]
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scene::charts::Line;

    #[test]
    fn numbers_are_written_for_people() {
        assert_eq!([0, 999, 1_000, 1_234_567].map(grouped), ["0", "999", "1,000", "1,234,567"]);
        assert_eq!([0, 125, 3_725].map(clock), ["0:00", "2:05", "1:02:05"]);
        assert_eq!([500, 2_000, 1_500_000].map(|us| tick(ChartKind::Latency, us)), ["0.5", "2", "1,500"]);
        assert_eq!([0.0, 12.34, 2_977.4].map(rate), ["0.0", "12.3", "2,977"]);
        let latencies = [0, 454, 1_234, 9_960, 12_345, 90_112, 1_234_567].map(|us| value(ChartKind::Latency, us));
        assert_eq!(latencies, ["0.00", "0.45", "1.2", "10", "12", "90", "1,200"]);
    }

    #[test]
    fn a_chart_is_told_in_words() {
        let point = |values: &[Option<u32>]| (60..).zip(values.iter().copied()).collect();
        let lines = vec![
            Line { name: LineName::P50, points: point(&[None, Some(2_000), Some(1_000), None]) },
            Line { name: LineName::P95, points: point(&[None; 4]) },
        ];
        let charts = Charts { first_s: 60, last_s: Some(63), step_s: 1, all: Vec::new() };
        let text = description(&charts, &Chart { kind: ChartKind::Latency, lines });
        assert_eq!(text, "ms, 1:00 to 1:03. p50: last 1.0, at most 2.0. p95: nothing measured.");
    }
}
