//! Retries: a connection that failed is tried again, here or elsewhere (`killed_*`, `blackhole_*`), and with `retry-on` so
//! is an answer that is no answer (`retry_on_*`).
//!
//! A refused connection is tried again on the same server after a second (or `timeout connect`, if shorter). With `option
//! redispatch` the last retry goes to another server; with an algorithm that is free to choose and more than one active
//! server, every retry does, and at once; so does any retry once the server is known to be down.

use super::AdminState;
use crate::call::{CallKey, CallState};
use crate::outcome::Cause;
use crate::time::Micros;
use crate::trace::{Decision, PickReason, Place};
use crate::world::{Action, Step, World};

/// HAProxy waits at most this long before it tries the same server again, in ms.
const RETRY_DELAY_MS: u32 = 1_000;

impl World {
    /// A connection attempt has failed: another try, elsewhere or here, or the end.
    pub(super) fn connection_failed(&mut self, key: CallKey, refused: bool) {
        let at = self.seat_of(key);
        let session = *self.session(key);
        let server = usize::from(session.server.expect("a connected request has a server"));
        let config = &self.settings.balancer;
        let first_refused = session.refused.unwrap_or(refused);
        if session.retries >= config.retries || !config.retry_on.connection_failure() {
            self.balancers[at].servers[server].counters.connect_errors += 1;
            let cause = if first_refused { Cause::ServerRefused } else { Cause::ServerConnectTimeout };
            return self.session_fails(key, 503, cause);
        }
        let delay = Micros::from_millis(config.timeout_connect_ms.min(RETRY_DELAY_MS).into());
        self.change_session(key, |session| session.refused = Some(first_refused));
        let moves = self.next_try(key, server);
        let stays = !moves || self.balancers[at].active_servers() <= 1;
        if refused && stays { self.plan(delay, Action::Call(Step::Retry, key)) } else { self.retry(key) }
    }

    /// An answer is worth another try (`retry-on`), if one is left.
    pub(super) fn try_again(&mut self, key: CallKey) -> bool {
        let at = self.seat_of(key);
        let session = *self.session(key);
        let server = usize::from(session.server.expect("a connected request has a server"));
        if session.retries >= self.settings.balancer.retries {
            return false;
        }
        self.balancers[at].servers[server].counters.retries += 1;
        self.change_session(key, |session| session.refused = None);
        self.next_try(key, server);
        self.retry(key);
        true
    }

    /// Counts a retry, and says whether it leaves the server to which the request was assigned.
    fn next_try(&mut self, key: CallKey, server: usize) -> bool {
        let at = self.seat_of(key);
        let config = &self.settings.balancer;
        let session = *self.session(key);
        let retries = session.retries + 1;
        let balancer = &self.balancers[at];
        let state = &balancer.servers[server];
        let known_down = !state.up || state.admin == AdminState::Maint;
        let has_choice = !session.direct && !config.algorithm.is_hash() && balancer.active_servers() > 1;
        let interval = i64::from(config.redispatch_interval);
        let every = if interval > 0 { interval } else { i64::from(config.retries) + 1 + interval };
        let is_due = interval != 0 && i64::from(retries).checked_rem(every) == Some(0);
        let moves = config.redispatch && (known_down || is_due || has_choice);
        self.change_session(key, |session| session.retries = retries);
        if moves {
            self.release(key);
            self.change_session(key, |session| {
                (session.server, session.avoid, session.direct) = (None, Some(server as u16), false);
            });
        } else {
            self.balancers[at].servers[server].counters.retries += 1;
        }
        moves
    }

    /// The next try is due.
    pub(crate) fn retry(&mut self, key: CallKey) {
        let Some(call) = self.calls.get(key).filter(|call| call.state == CallState::Working) else {
            return;
        };
        let process = call.callee;
        let at = self.tier(process);
        let session = *self.session(key);
        let tried = session.server.or(session.avoid).map(usize::from);
        let since_try = self.last_mark_is_now(key);
        if let Some(server) = tried.filter(|_| !since_try) {
            let server = self.balancers[at].servers[server].process;
            self.mark(key, Place::Process(process), Decision::WaitToRetry { server, retry: session.retries });
        }
        match session.server {
            Some(server) => self.connect(key, usize::from(server), PickReason::Retry),
            None => self.assign(key),
        }
    }

    /// Whether the trace of a call's visit has no gap before the present moment.
    fn last_mark_is_now(&self, key: CallKey) -> bool {
        let visit = self.calls[key].visit.and_then(|visit| self.visits.get(visit));
        visit.and_then(|visit| self.traces.of(visit.id)).is_none_or(|trace| trace.end() == self.now)
    }
}
