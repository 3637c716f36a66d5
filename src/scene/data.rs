//! What is shown: the rows of all databases, side by side.

use crate::sim::World;

/// Ready to be drawn: the rows of all databases, side by side.
#[derive(Clone, Debug, PartialEq)]
pub struct DataView {
    /// Number of visits.
    pub visits: u64,
}

impl DataView {
    /// Projects a world.
    #[must_use]
    pub fn new(world: &World) -> Self {
        Self { visits: world.last_visit() }
    }
}
