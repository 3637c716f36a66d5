//! What is shown: what an operator would see of one part.

use crate::sim::{PartId, World};

/// Ready to be drawn: what an operator would see of one part.
#[derive(Clone, Debug, PartialEq)]
pub struct InspectorView {
    /// Number of visits.
    pub visits: u64,
}

impl InspectorView {
    /// Projects a world.
    #[must_use]
    pub fn new(world: &World, _part: Option<PartId>) -> Self {
        Self { visits: world.last_visit() }
    }
}
