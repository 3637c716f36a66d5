//! What HAProxy and nginx count of the answers that they give.

use super::call::CallKey;
use super::time::Micros;
use super::world::World;

/// How many answers a process has given since it was started, and how long they took: as of a histogram, `_count` and `_sum`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Answers {
    /// All answers, error pages of its own included.
    pub count: u64,
    /// How long all of these took together, from the arrival of the request on (HAProxy's `ttime`, summed up; nginx's
    /// `$request_time`).
    pub time: Micros,
    /// Those with 5xx (HAProxy's `hrsp_5xx`).
    pub server_errors: u64,
}

impl Answers {
    /// Counts an answer.
    #[inline(always)]
    pub(super) fn note(&mut self, took: Micros, status: u16) {
        self.count += 1;
        self.time += took;
        self.server_errors += u64::from(status >= 500);
    }
}

impl World {
    /// How long ago a request arrived at the process that answers it now.
    #[inline(always)]
    pub(super) fn since_arrival(&self, key: CallKey) -> Micros {
        self.now.since(self.calls[key].since)
    }
}
