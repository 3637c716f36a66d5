//! What a hung process is to do is kept for it until it goes on.

use super::action::{Action, Step};
use super::ids::ProcessId;
use super::parts::Condition;
use super::world::World;

impl World {
    /// Keeps an action for later if the process that carries it out hangs.
    #[cold]
    pub(super) fn has_parked(&mut self, action: Action) -> bool {
        let hung = self.owner(action).filter(|owner| self.parts.condition(*owner) == Condition::Hung);
        if let Some(owner) = hung {
            self.parked[owner.index()].push(action);
            self.while_parked(action);
        }
        hung.is_some()
    }

    /// The process that carries an action out, if it is one: a hung process does nothing until it goes on.
    pub(super) fn owner(&self, action: Action) -> Option<ProcessId> {
        match action {
            Action::Call(step, call) => {
                let call = self.calls.get(call)?;
                match step {
                    Step::Attempt => None,
                    Step::Deliver | Step::Finished | Step::Hangup | Step::Retry | Step::QueueTimeout => {
                        Some(call.callee)
                    }
                    Step::Return | Step::ConnectTimeout | Step::ResponseTimeout => {
                        Some(self.wiring.link(call.link).from)
                    }
                }
            }
            Action::Check { balancer, .. } => Some(self.balancers[usize::from(balancer)].process),
            Action::NobodyThere(..) => Some(self.browser),
            Action::Upstream(_) => Some(self.names.resolver),
            Action::Received { replica, .. } | Action::Apply { replica, .. } | Action::Reconnect { replica, .. } => {
                Some(self.cluster.servers[usize::from(replica)].process)
            }
            Action::SemiSyncReceipt { source: server, .. } | Action::SemiSyncTimeout(server) => {
                Some(self.cluster.servers[usize::from(server)].process)
            }
            Action::Session { session, .. } => Some(self.cluster.server_of(session)),
            Action::Vrrp { router, .. } | Action::Track { router, .. } => {
                Some(self.vrrp.routers[usize::from(router)].process)
            }
            Action::Scrape { .. } | Action::Evaluate(_) => self.monitoring.monitor,
            Action::Arrival | Action::Timeline(_) | Action::Sweep | Action::Advert { .. } | Action::Complaint(_) => {
                None
            }
        }
    }
}
