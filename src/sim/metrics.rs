//! Counters and time series: what is shown as charts.

use std::collections::VecDeque;

use super::ids::ProcessId;
use super::invariants;
use super::outcome::{BrowserError, Cause, Verdict};
use super::time::{Micros, SimTime};
use super::visit::VisitRecord;
use super::workload::Class;

/// Width of a bucket of the time series.
pub const BUCKET: Micros = Micros::from_secs(1);
/// Buckets that are kept.
pub const BUCKETS: usize = 120;

/// Everything that is counted.
#[derive(Clone, Debug)]
pub struct Metrics {
    /// Visits started.
    pub started: u64,
    /// Visits ended.
    pub ended: u64,
    /// Of these, with status 200.
    pub ok: u64,
    /// Of these, reads that missed an acknowledged row.
    pub stale: u64,
    /// Commands of the timeline that made no sense when they were due.
    pub refused_commands: u64,
    /// Ended visits by class, result and cause, in order of first appearance.
    pub outcomes: Vec<OutcomeCount>,
    /// Latency of all ended visits.
    pub latency: Histogram,
    /// Visits answered through each web server (by process), since the start.
    pub by_server: Vec<u64>,
    /// The last buckets, oldest first.
    pub series: VecDeque<Bucket>,
}

/// How often an outcome occurred.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OutcomeCount {
    /// What was asked for.
    pub class: Class,
    /// What the visitor saw.
    pub result: Verdict,
    /// The process that produced it.
    pub by: ProcessId,
    /// Why (details such as row numbers are those of the last one).
    pub cause: Cause,
    /// How often.
    pub count: u64,
}

/// One stretch of the time series.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bucket {
    /// When it began.
    pub start: SimTime,
    /// Visits started.
    pub started: u32,
    /// Visits ended with 200.
    pub ok: u32,
    /// Visits ended with another HTTP status.
    pub http_errors: u32,
    /// Visits ended with an error page of the browser.
    pub browser_errors: u32,
    /// Visits ended by web server (by process).
    pub by_server: Vec<u32>,
    /// Their latency.
    pub latency: Histogram,
}

/// Latencies in buckets that grow by a quarter of a power of two: quantiles are right within a fifth.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Histogram {
    counts: [u32; 112],
    total: u64,
    sum_us: u64,
}

impl Default for Histogram {
    fn default() -> Self {
        Self { counts: [0; 112], total: 0, sum_us: 0 }
    }
}

impl Histogram {
    /// Adds a latency.
    pub(super) fn add(&mut self, latency: Micros) {
        let slot = Self::slot(latency.0).min(self.counts.len() - 1);
        self.counts[slot] = self.counts[slot].saturating_add(1);
        self.total += 1;
        self.sum_us += latency.0;
    }

    const fn slot(us: u64) -> usize {
        if us < 4 {
            return us as usize;
        }
        let power = us.ilog2();
        let quarter = (us >> (power - 2)) & 3;
        ((power as usize - 1) * 4) + quarter as usize
    }

    const fn lower_edge(slot: usize) -> u64 {
        if slot < 4 {
            return slot as u64;
        }
        let power = slot / 4 + 1;
        (1 << power) + ((slot as u64 % 4) << (power - 2))
    }

    /// Number of latencies.
    #[must_use]
    pub const fn total(&self) -> u64 {
        self.total
    }

    /// Their mean; none if there are none.
    #[must_use]
    pub const fn mean(&self) -> Option<Micros> {
        match self.sum_us.checked_div(self.total) {
            Some(mean) => Some(Micros(mean)),
            None => None,
        }
    }

    /// The latency that `percent` of all stay below, about; none if there are none.
    #[must_use]
    pub fn quantile(&self, percent: u64) -> Option<Micros> {
        let rank = (self.total * percent).div_ceil(100).max(1);
        let mut seen = 0;
        for (slot, count) in self.counts.iter().enumerate() {
            seen += u64::from(*count);
            if seen >= rank {
                return Some(Micros(u64::midpoint(Self::lower_edge(slot), Self::lower_edge(slot + 1))));
            }
        }
        None
    }
}

impl Metrics {
    /// Everything at zero, for a world with this many processes.
    #[must_use]
    pub fn new(processes: usize) -> Self {
        Self {
            started: 0,
            ended: 0,
            ok: 0,
            stale: 0,
            refused_commands: 0,
            outcomes: Vec::new(),
            latency: Histogram::default(),
            by_server: vec![0; processes],
            series: VecDeque::with_capacity(BUCKETS),
        }
    }

    /// The bucket of the present moment; empty ones are added for the time in between.
    fn bucket(&mut self, now: SimTime) -> &mut Bucket {
        let start = SimTime(now.0 / BUCKET.0 * BUCKET.0);
        let oldest = SimTime(start.0.saturating_sub(BUCKET.0 * (BUCKETS as u64 - 1)));
        let mut next = self.series.back().map_or(start, |last| last.start + BUCKET).max(oldest);
        while next <= start {
            let mut recycled = if self.series.len() == BUCKETS { self.series.pop_front() } else { None };
            let mut by_server = recycled.take().map_or_else(|| vec![0; self.by_server.len()], |b| b.by_server);
            by_server.fill(0);
            let latency = Histogram::default();
            let (started, ok, http_errors, browser_errors) = (0, 0, 0, 0);
            self.series.push_back(Bucket { start: next, started, ok, http_errors, browser_errors, by_server, latency });
            invariants::within(self.series.len(), BUCKETS);
            next += BUCKET;
        }
        self.series.back_mut().expect("just filled")
    }

    pub(super) fn started(&mut self, now: SimTime) {
        self.started += 1;
        self.bucket(now).started += 1;
    }

    pub(super) fn ended(&mut self, now: SimTime, record: &VisitRecord) {
        self.ended += 1;
        self.ok += u64::from(record.outcome.is_ok());
        self.stale += u64::from(record.outcome.is_stale());
        self.latency.add(record.took);
        self.count_outcome(record);
        if let Some(server) = record.notes.server {
            self.by_server[server.index()] += 1;
        }
        let bucket = self.bucket(now);
        match record.outcome.result {
            Verdict::Http(200) => bucket.ok += 1,
            Verdict::Http(_) => bucket.http_errors += 1,
            Verdict::Browser(_) => bucket.browser_errors += 1,
        }
        bucket.latency.add(record.took);
        if let Some(server) = record.notes.server {
            bucket.by_server[server.index()] += 1;
        }
    }

    fn count_outcome(&mut self, record: &VisitRecord) {
        let outcome = record.outcome;
        let same = |c: &OutcomeCount| {
            let kind = core::mem::discriminant(&c.cause) == core::mem::discriminant(&outcome.cause);
            let error = matches!((c.cause, outcome.cause), (Cause::Database(a), Cause::Database(b)) if a != b);
            c.class == record.class && c.result == outcome.result && c.by == outcome.by && kind && !error
        };
        if let Some(known) = self.outcomes.iter_mut().find(|count| same(count)) {
            known.cause = outcome.cause;
            known.count += 1;
        } else {
            let (result, by, cause) = (outcome.result, outcome.by, outcome.cause);
            self.outcomes.push(OutcomeCount { class: record.class, result, by, cause, count: 1 });
        }
    }

    /// Ended visits with this result.
    #[must_use]
    pub fn with_result(&self, result: Verdict) -> u64 {
        self.outcomes.iter().filter(|count| count.result == result).map(|count| count.count).sum()
    }

    /// Ended visits with this error page of the browser.
    #[must_use]
    pub fn with_browser_error(&self, error: BrowserError) -> u64 {
        self.with_result(Verdict::Browser(error))
    }
}
