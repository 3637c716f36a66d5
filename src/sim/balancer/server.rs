//! A server of the backend: its administrative state, its health, its counters.

use std::collections::VecDeque;

use serde::Serialize;

use super::candidate::Candidate;
use crate::call::CallKey;
use crate::ids::ProcessId;
use crate::named::named;
use crate::settings::ServerLine;
use crate::time::{Micros, SimTime};

named! {
    /// What an operator has said about a server (`set server … state`, management guide 9.3).
    #[derive(Default)]
    pub enum AdminState {
        /// In service.
        #[default]
        "ready" Ready,
        /// Gets no new visitors; health checks go on.
        "drain" Drain,
        /// Out of service; no health checks.
        "maint" Maint,
    }
}

named! {
    /// How healthy a server is, as an operator may say (`set server … health`, management guide 9.3).
    pub enum Health {
        /// UP.
        "up" Up,
        /// No new visitors, but those whose cookie names it.
        "stopping" Stopping,
        /// DOWN.
        "down" Down,
    }
}

/// A server of the backend. The fields are in the order of the memory, those that each request needs first.
#[derive(Clone, Debug)]
#[repr(C)]
pub struct Server {
    /// The nginx behind it, or the application where there is no nginx.
    pub process: ProcessId,
    /// What the operator has said.
    pub admin: AdminState,
    /// Whether the health checks (or the lack of them) let it count as alive.
    pub up: bool,
    /// Whether an operator has said that it is stopping.
    pub stopping: bool,
    /// Good or failed checks in a row: from 0 to rise + fall - 1, alive from `rise` on.
    pub(super) health: u32,
    /// Requests that it works on and that are not counted as running (see `grab_queue`).
    pub(super) uncounted: u32,
    /// Requests that have been taken from it.
    pub(super) taken: u32,
    /// Counters of the statistics page.
    pub counters: ServerCounters,
    /// The check under way.
    pub(super) checking: Option<CallKey>,
    /// The result of the last check.
    pub last_check: LastCheck,
    /// When the last check ended.
    pub checked_at: SimTime,
    /// Requests assigned to this very server that wait for one of its places.
    pub(super) queue: VecDeque<(u64, CallKey)>,
    /// When the server last took one that had waited, here or for any server.
    pub(super) took_at: Option<SimTime>,
    /// `lastchg`: when its health or what the operator says of it last changed.
    pub changed_at: SimTime,
}

/// The result of the last health check, as the statistics page's `check_status` has it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub enum LastCheck {
    /// None yet.
    #[default]
    None,
    /// `L4OK`: connected.
    L4Ok,
    /// `L4CON`: refused.
    L4Con,
    /// `L4TOUT`: no answer to the connection attempt.
    L4Timeout,
    /// `L6OK`: the TLS handshake was done (`check` of a server with `ssl`).
    L6Ok,
    /// `L6TOUT`: connected, but the TLS handshake got no answer.
    L6Timeout,
    /// `L7OK` with its status.
    L7Ok(u16),
    /// `L7STS`: a wrong status.
    L7Status(u16),
    /// `L7TOUT`: connected, but no answer.
    L7Timeout,
    /// `L7RSP`: the connection broke.
    L7Response,
}

impl LastCheck {
    /// Whether it speaks for the server.
    #[must_use]
    pub const fn is_good(self) -> bool {
        matches!(self, Self::L4Ok | Self::L6Ok | Self::L7Ok(_))
    }
}

/// Counters of a server, by the names of the statistics page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ServerCounters {
    /// `stot`: requests assigned.
    pub sessions: u64,
    /// `econ`: connection attempts that failed for good.
    pub connect_errors: u64,
    /// `eresp`: answers that broke off or never came.
    pub response_errors: u64,
    /// `wretr`: retries.
    pub retries: u64,
    /// `wredis`: requests moved away.
    pub redispatches: u64,
    /// `chkfail`: failed checks.
    pub failed_checks: u64,
    /// `chkdown`: changes from UP to DOWN.
    pub times_down: u64,
    /// `downtime`, up to the last change.
    pub downtime: Micros,
    /// `smax`: most requests at a time.
    pub most_running: u32,
    /// `qmax`: most requests that waited for it at a time.
    pub most_queued: u32,
}

impl Server {
    /// A server alive until the first check says otherwise: one failure is enough then (recording `check_dead_at_start`).
    pub(super) const fn new(process: ProcessId, line: &ServerLine, rise: u32, now: SimTime) -> Self {
        Self {
            process,
            admin: if line.disabled { AdminState::Maint } else { AdminState::Ready },
            up: true,
            stopping: false,
            health: rise,
            checking: None,
            last_check: LastCheck::None,
            checked_at: now,
            queue: VecDeque::new(),
            taken: 0,
            took_at: None,
            uncounted: 0,
            counters: ServerCounters {
                sessions: 0,
                connect_errors: 0,
                response_errors: 0,
                retries: 0,
                redispatches: 0,
                failed_checks: 0,
                times_down: 0,
                downtime: Micros::ZERO,
                most_running: 0,
                most_queued: 0,
            },
            changed_at: now,
        }
    }

    /// What the algorithms see of it before the first request.
    pub(super) const fn candidate(line: &ServerLine) -> Candidate {
        Candidate {
            weight: line.weight,
            configured_weight: line.weight,
            usable: !line.disabled,
            backup: line.backup,
            running: 0,
            queued: 0,
            maxconn: line.maxconn,
        }
    }

    /// Good or failed checks in a row: from 0 to rise + fall - 1, alive from `rise` on.
    #[must_use]
    pub const fn health(&self) -> u32 {
        self.health
    }

    /// Whether HAProxy would send a request here whose cookie says so: not DOWN, not in maintenance.
    #[must_use]
    pub const fn runs(&self) -> bool {
        self.up && !matches!(self.admin, AdminState::Maint)
    }

    /// Whether it is in service, apart from its weight.
    #[must_use]
    pub const fn in_service(&self) -> bool {
        self.up && !self.stopping && matches!(self.admin, AdminState::Ready)
    }

    /// `downtime` until now: out of service by its health or by maintenance.
    #[must_use]
    pub fn downtime(&self, now: SimTime) -> Micros {
        let goes_on = if self.runs() { Micros::ZERO } else { now.since(self.changed_at) };
        self.counters.downtime + goes_on
    }

    /// Requests that wait for this very server.
    #[must_use]
    pub fn queued(&self) -> usize {
        self.queue.len()
    }
}
