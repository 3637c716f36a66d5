//! Counters and time series: what is shown as charts.

use std::collections::VecDeque;

use super::histogram::{Coarse, Fine};
use super::ids::ProcessId;
use super::invariants;
use super::outcome::{BrowserError, Cause, Outcome, Verdict, is_success};
use super::time::{Micros, SimTime};
use super::visit::VisitRecord;
use super::workload::Class;

/// Width of a bucket of the time series.
pub const BUCKET: Micros = Micros::from_secs(1);
/// Buckets that are kept.
pub const BUCKETS: usize = 120;

const RECENT: usize = 32;

/// Everything that is counted. The fields are in the order of the memory: what each visit adds to is close together.
#[derive(Clone, Debug)]
#[repr(C)]
pub struct Metrics {
    /// Visits started.
    pub started: u64,
    /// Visits ended.
    pub ended: u64,
    /// Of these, with 2xx or 3xx.
    pub ok: u64,
    /// Of these, reads that missed an acknowledged row.
    pub stale: u64,
    /// When the last bucket of the series ends.
    bucket_ends: SimTime,
    /// The last buckets, oldest first.
    pub series: VecDeque<Bucket>,
    /// Visits answered through each web server (by process), since the start.
    pub by_server: Vec<u64>,
    /// Ended visits by class, result and cause, in order of first appearance.
    pub outcomes: Vec<OutcomeCount>,
    /// Where the outcome before with about the same class and process is counted: nearly always the place to look first.
    recent: [u8; RECENT],
    /// Commands of the timeline that made no sense when they were due.
    pub refused_commands: u64,
    /// Latency of all ended visits.
    pub latency: Fine,
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

impl OutcomeCount {
    /// Whether a visit that ended so is counted here.
    #[inline(always)]
    fn counts(&self, record: &VisitRecord) -> bool {
        let (own, other) = (self.cause, record.outcome.cause);
        let kind = core::mem::discriminant(&own) == core::mem::discriminant(&other);
        let error = matches!((own, other), (Cause::Database(own), Cause::Database(other)) if own != other);
        let (result, by) = (record.outcome.result, record.outcome.by);
        self.class == record.class && self.result == result && self.by == by && kind && !error
    }

    #[inline(always)]
    fn add(&mut self, record: &VisitRecord) {
        self.cause = record.outcome.cause;
        self.count += 1;
    }
}

/// One stretch of the time series.
#[derive(Clone, Debug, PartialEq, Eq)]
#[repr(C)]
pub struct Bucket {
    /// When it began.
    pub start: SimTime,
    /// Visits started.
    pub started: u32,
    /// Visits ended with 2xx or 3xx.
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
            bucket_ends: SimTime::ZERO,
        }
    }

    /// The bucket of the present moment.
    #[inline(always)]
    fn bucket(&mut self, now: SimTime) -> &mut Bucket {
        if now >= self.bucket_ends {
            self.add_buckets(now);
        }
        self.series.back_mut().expect("there is one that has not ended")
    }

    /// Adds the bucket of the present moment, and empty ones for the time in between.
    #[cold]
    #[inline(never)]
    fn add_buckets(&mut self, now: SimTime) {
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
        self.bucket_ends = next;
    }

    #[inline(always)]
    pub(super) fn started(&mut self, now: SimTime) {
        self.started += 1;
        self.bucket(now).started += 1;
    }

    #[inline(always)]
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
            Verdict::Http(status) if is_success(status) => bucket.ok += 1,
            Verdict::Http(_) => bucket.http_errors += 1,
            Verdict::Browser(_) => bucket.browser_errors += 1,
        }
        bucket.latency.add(record.took);
        if let Some(server) = record.notes.server {
            bucket.by_server[server.index()] += 1;
        }
    }

    #[inline(always)]
    fn count_outcome(&mut self, record: &VisitRecord) {
        let recent = (record.outcome.by.index() * 3 + record.class as usize) % RECENT;
        match self.outcomes.get_mut(usize::from(self.recent[recent])).filter(|known| known.counts(record)) {
            Some(known) => known.add(record),
            None => self.count_other_outcome(record, recent),
        }
    }

    #[inline(never)]
    fn count_other_outcome(&mut self, record: &VisitRecord, recent: usize) {
        let known = self.outcomes.iter().position(|known| known.counts(record));
        let at = known.unwrap_or_else(|| {
            let Outcome { result, by, cause } = record.outcome;
            self.outcomes.push(OutcomeCount { class: record.class, result, by, cause, count: 0 });
            self.outcomes.len() - 1
        });
        self.outcomes[at].add(record);
        self.recent[recent] = at as u8;
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
