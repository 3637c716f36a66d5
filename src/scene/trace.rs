//! What is shown: the trace of one visit: its spans as a waterfall, with a sentence for each.

use crate::sim::World;

/// Ready to be drawn: the trace of one visit: its spans as a waterfall, with a sentence for each.
#[derive(Clone, Debug, PartialEq)]
pub struct TraceView {
    /// Number of visits.
    pub visits: u64,
}

impl TraceView {
    /// Projects a world.
    #[must_use]
    pub fn new(world: &World, _visit: Option<u64>) -> Self {
        Self { visits: world.last_visit() }
    }
}
