//! Counters and time series: what is shown as charts.

use std::collections::VecDeque;

use super::histogram::{Coarse, Fine};
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

const RECENT: usize = 32;

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
    /// Where the outcome before with about the same class and process is counted: nearly always the place to look first.
    recent: [u8; RECENT],
    /// Latency of all ended visits.
    pub latency: Fine,
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
    pub latency: Coarse,
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
            recent: [0; RECENT],
            latency: Fine::default(),
            by_server: vec![0; processes],
            series: VecDeque::with_capacity(BUCKETS),
        }
    }

    /// The bucket of the present moment; empty ones are added for the time in between.
    fn bucket(&mut self, now: SimTime) -> &mut Bucket {
        if let Some(last) = self.series.back()
            && now < last.start + BUCKET
        {
            return self.series.back_mut().expect("just seen");
        }
        let start = SimTime(now.0 / BUCKET.0 * BUCKET.0);
        let oldest = SimTime(start.0.saturating_sub(BUCKET.0 * (BUCKETS as u64 - 1)));
        let mut next = self.series.back().map_or(start, |last| last.start + BUCKET).max(oldest);
        while next <= start {
            let mut recycled = if self.series.len() == BUCKETS { self.series.pop_front() } else { None };
            let mut by_server = recycled.take().map_or_else(|| vec![0; self.by_server.len()], |b| b.by_server);
            by_server.fill(0);
            let latency = Coarse::default();
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
        let recent = &mut self.recent[(outcome.by.index() * 3 + record.class as usize) % RECENT];
        let likely = usize::from(*recent);
        let at = if self.outcomes.get(likely).is_some_and(same) {
            likely
        } else {
            self.outcomes.iter().position(same).unwrap_or(self.outcomes.len())
        };
        *recent = at as u8;
        if let Some(known) = self.outcomes.get_mut(at) {
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
