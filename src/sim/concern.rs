//! Which parts an event has to do with.

use super::action::{Action, Step};
use super::ids::{LinkId, PartId};
use super::world::World;

impl World {
    /// The next event, if it has to do with `part`: a process does something or is reached by something, on a machine, or
    /// at the end of a link.
    #[must_use]
    pub fn next_concerns(&self, part: PartId) -> bool {
        let Some(event) = self.queue.peek() else {
            return false;
        };
        let action = Action::unpack(event.what);
        match part {
            PartId::Link(link) => self.travels_on(action) == Some(link),
            PartId::Process(process) => self.doer(action) == Some(process),
            PartId::Machine(machine) => {
                self.doer(action).is_some_and(|process| self.wiring.process(process).machine == machine)
            }
        }
    }

    /// The process that an action is done by or reaches.
    fn doer(&self, action: Action) -> Option<super::ids::ProcessId> {
        match action {
            Action::Call(Step::Attempt, call) => self.calls.get(call).map(|call| call.callee),
            Action::Arrival => Some(self.browser),
            _ => self.owner(action),
        }
    }

    /// The link at whose end something arrives, or fails to.
    fn travels_on(&self, action: Action) -> Option<LinkId> {
        match action {
            Action::Call(Step::Attempt | Step::Deliver | Step::Return | Step::ConnectTimeout, call) => {
                self.calls.get(call).map(|call| call.link)
            }
            Action::Received { replica, .. } => self.replication_link(replica),
            _ => None,
        }
    }
}
