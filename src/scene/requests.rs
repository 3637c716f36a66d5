//! What is shown: the log of visits, and how many ended how.

use crate::sim::World;

/// Ready to be drawn: the log of visits, and how many ended how.
#[derive(Clone, Debug, PartialEq)]
pub struct RequestsView {
    /// Number of visits.
    pub visits: u64,
}

impl RequestsView {
    /// Projects a world.
    #[must_use]
    pub fn new(world: &World) -> Self {
        Self { visits: world.last_visit() }
    }
}
