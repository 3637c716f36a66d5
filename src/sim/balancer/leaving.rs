//! Sessions that end before their time: the client has left (`error_client_gone*`, `queue_client_gone*`), or the server has
//! gone down (`down_shuts_sessions`).

use crate::call::{Call, CallKey, CallState, Work};
use crate::outcome::Cause;
use crate::script::Logged;
use crate::world::{Action, Step, World};

impl World {
    /// The end of a client's connection reaches the callee. nginx minds, and HAProxy with `option abortonclose`; without, the
    /// request takes its course and its answer has nowhere to go.
    pub(crate) fn client_left(&mut self, key: CallKey) {
        let Some(call) = self.calls.get(key) else {
            return;
        };
        let (state, until) = (call.state, call.until);
        match state {
            CallState::Connecting | CallState::Sending if until > self.now => {
                self.plan_at(until, Action::Call(Step::Hangup, key));
            }
            CallState::Working => match self.calls[key].work {
                Work::Session(_) if self.settings.balancer.abort_on_close => self.drop_session(key),
                Work::Proxied { .. } => self.nginx_loses_client(key),
                _ => {}
            },
            _ => {}
        }
    }

    /// Ends a session for which no client waits.
    fn drop_session(&mut self, key: CallKey) {
        let at = self.seat_of(key);
        let session = *self.session(key);
        let child = self.calls[key].child;
        let at_work =
            child.and_then(|child| self.calls.get(child)).is_some_and(|child| child.state == CallState::Working);
        let (status, termination) = match session.is_queued() {
            true => (None, "CQ"),
            false if at_work => (Some(400), "CH"),
            false => (None, "CC"),
        };
        if session.is_queued() {
            self.leave_queue(at, key);
        }
        self.abandon_child(key);
        self.release(key);
        self.log_if_left(key, status, termination);
        self.log_request(key, status, (self.calls[key].callee, Cause::Stopped), Some(termination));
        self.calls.remove(key);
    }

    /// HAProxy writes its log for a visit whose client has left.
    #[inline(always)]
    pub(super) fn log_of_left(&mut self, key: CallKey, status: Option<u16>, cause: Cause) {
        if !self.left.is_empty() {
            self.log_if_left(key, status, cause.termination());
        }
    }

    #[cold]
    fn log_if_left(&mut self, key: CallKey, status: Option<u16>, termination: &'static str) {
        let (at, visit) = (self.now, self.calls[key].visit);
        if let Some(left) = self.left.iter_mut().find(|left| Some(left.key) == visit && left.logged.is_none()) {
            left.logged = Some(Logged { at, status, termination });
        }
    }

    /// `on-marked-down shutdown-sessions`: ends all requests that a server works on.
    pub(super) fn shut_sessions(&mut self, at: usize, server: usize) {
        let balancer = self.balancers[at].process;
        let runs =
            |work| matches!(work, Work::Session(session) if session.running && session.server == Some(server as u16));
        let is_mine = |call: &Call| call.callee == balancer && call.state == CallState::Working && runs(call.work);
        for key in self.oldest_first(&is_mine) {
            self.abandon_child(key);
            self.session_fails(key, 502, Cause::ServerWentDown);
        }
    }
}
