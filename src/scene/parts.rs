//! What is shown: every part with its condition and its switch, as a table.

use crate::sim::World;

/// Ready to be drawn: every part with its condition and its switch, as a table.
#[derive(Clone, Debug, PartialEq)]
pub struct PartsView {
    /// Number of visits.
    pub visits: u64,
}

impl PartsView {
    /// Projects a world.
    #[must_use]
    pub fn new(world: &World) -> Self {
        Self { visits: world.last_visit() }
    }
}
