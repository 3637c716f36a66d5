//! The event-log digest: one number that tells two runs apart.

use super::queue::What;
use super::time::SimTime;

/// Folds every event that was carried out, in order. Equal digests mean equal runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Digest(u64);

impl Default for Digest {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Digest {
    /// The digest so far.
    #[must_use]
    pub const fn value(self) -> u64 {
        self.0
    }

    pub(super) fn word(&mut self, word: u64) {
        self.0 = (self.0 ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29);
    }

    #[inline(always)]
    pub(super) fn event(&mut self, at: SimTime, (head, body): What) {
        self.word(at.0.rotate_left(20) ^ body.wrapping_mul(32) ^ head);
    }
}
