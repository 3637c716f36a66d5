//! What is shown: series for the charts.

use crate::sim::World;

/// Ready to be drawn: series for the charts.
#[derive(Clone, Debug, PartialEq)]
pub struct MetricsView {
    /// Number of visits.
    pub visits: u64,
}

impl MetricsView {
    /// Projects a world.
    #[must_use]
    pub fn new(world: &World) -> Self {
        Self { visits: world.last_visit() }
    }
}
