//! Every request ends exactly once, and no response is older than its request.

use hopscope::sim::{MAX_SPANS, VisitRecord, World};

use crate::support::check_trace;

/// Which visits have been seen to end.
#[derive(Default)]
pub struct Endings {
    /// By number.
    seen: Vec<bool>,
    count: u64,
    /// Ends of which the log kept no record: a closed browser ends more visits at once than there is room for.
    unseen: u64,
}

impl Endings {
    /// The visits that have just ended, in order.
    pub fn after(&mut self, world: &World) -> Vec<VisitRecord> {
        let new = world.metrics().ended - self.count;
        if new == 0 {
            return Vec::new();
        }
        self.count += new;
        let mut records: Vec<VisitRecord> = world.log().newest_first().take(new as usize).copied().collect();
        self.unseen += new - records.len() as u64;
        records.reverse();
        for record in &records {
            self.ends(world, record);
        }
        records
    }

    fn ends(&mut self, world: &World, record: &VisitRecord) {
        let id = record.id as usize;
        assert!(0 < id && record.id <= world.last_visit(), "{record:?} has never started");
        if self.seen.len() <= id {
            self.seen.resize(id + 1, false);
        }
        assert!(!std::mem::replace(&mut self.seen[id], true), "{record:?} has ended before");
        assert!(record.started <= world.now(), "{record:?} is older than its request");
        assert_eq!(record.started + record.took, world.now(), "{record:?}");
        if let Some(trace) = world.trace(record.id).filter(|trace| trace.spans.len() < MAX_SPANS) {
            check_trace(trace, record);
        }
    }

    /// Each visit that has started has ended.
    pub fn at_the_end(&self, world: &World) {
        let seen = self.seen.iter().filter(|seen| **seen).count() as u64;
        assert_eq!(seen + self.unseen, world.last_visit(), "visits have ended, of all that have started");
    }
}
