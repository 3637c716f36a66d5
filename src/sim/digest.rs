//! The event-log digest: one number that tells two runs apart.

use slotmap::Key;

use super::time::SimTime;
use super::world::Action;

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

    pub(super) fn event(&mut self, at: SimTime, action: &Action) {
        let (kind, detail) = match *action {
            Action::Arrival => (0, 0),
            Action::Timeline(index) => (1, u64::from(index)),
            Action::Attempt(call) => (2, call.data().as_ffi()),
            Action::Deliver(call) => (3, call.data().as_ffi()),
            Action::Finished(call) => (4, call.data().as_ffi()),
            Action::Return(call) => (5, call.data().as_ffi()),
            Action::ConnectTimeout(call) => (6, call.data().as_ffi()),
            Action::ResponseTimeout(call) => (7, call.data().as_ffi()),
            Action::Lane(lane) => (8, lane as u64),
            Action::Retry(call) => (9, call.data().as_ffi()),
            Action::QueueTimeout(call) => (10, call.data().as_ffi()),
            Action::Check { balancer, server, life } => {
                (11, u64::from(balancer) << 48 | u64::from(server) << 32 | u64::from(life))
            }
            Action::NobodyThere(visit) => (12, visit.data().as_ffi()),
            Action::Upstream(question) => (13, u64::from(question)),
            Action::Received { replica, life, upto } => {
                (14, (u64::from(replica) << 32 | u64::from(life)) ^ upto.rotate_left(20))
            }
            Action::Apply { replica, life } => (15, u64::from(replica) << 32 | u64::from(life)),
            Action::SemiSyncReceipt { source, upto } => (17, u64::from(source) << 48 ^ upto),
            Action::SemiSyncTimeout(server) => (18, u64::from(server)),
            Action::Session { session, life } => (19, u64::from(session) << 32 | u64::from(life)),
            Action::Hangup(call) => (20, call.data().as_ffi()),
            Action::Reconnect { replica, life } => (16, u64::from(replica) << 32 | u64::from(life)),
        };
        self.word(at.0.rotate_left(20) ^ detail.wrapping_mul(32) ^ kind);
    }
}
