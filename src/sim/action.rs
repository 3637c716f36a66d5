//! What can be planned: the kinds of events.

use super::call::CallKey;
use super::visit::VisitKey;

/// What an event does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// The next visit of the continuous load starts.
    Arrival,
    /// A command of the scenario's timeline is due.
    Timeline(u32),
    /// A connection attempt (or datagram) reaches the callee's machine.
    Attempt(CallKey),
    /// A request reaches the callee.
    Deliver(CallKey),
    /// The callee has finished a piece of work.
    Finished(CallKey),
    /// A reply reaches the caller.
    Return(CallKey),
    /// The caller gives up connecting.
    ConnectTimeout(CallKey),
    /// The caller gives up waiting for an answer.
    ResponseTimeout(CallKey),
    /// Time-outs of a lane are due.
    Lane(Lane),
    /// The end of a connection reaches the callee: its client has left.
    Hangup(CallKey),
    /// HAProxy tries the same server again.
    Retry(CallKey),
    /// A request has waited too long in HAProxy's queue.
    QueueTimeout(CallKey),
    /// A health check starts. The number tells it from checks that were planned before a restart.
    Check {
        /// Index of the balancer.
        balancer: u16,
        /// Index of its server.
        server: u16,
        /// Life of the balancer process that planned it.
        life: u32,
    },
    /// The visitor has waited for an address that no machine has.
    NobodyThere(VisitKey),
    /// A step of the resolver's question to other name servers.
    Upstream(u32),
    /// Transactions up to a binlog position reach a replica.
    Received {
        /// Index of the replica.
        replica: u16,
        /// Its life as a replica, to drop what was sent before a change of source.
        life: u32,
        /// End of the binlog when it was sent.
        upto: u64,
    },
    /// A replica has applied a transaction, or its delay is over.
    Apply {
        /// Index of the replica.
        replica: u16,
        /// Its life as a replica.
        life: u32,
    },
    /// A source hears how far a replica has received (semi-synchronous replication).
    SemiSyncReceipt {
        /// Index of the source.
        source: u16,
        /// All transactions before this position have arrived.
        upto: u64,
    },
    /// The oldest commit of a server that waits for a replica may have waited too long.
    SemiSyncTimeout(u16),
    /// The statement of a client other than the application reaches its server, or has waited too long for a lock.
    Session {
        /// Which one.
        session: u32,
        /// Number of the statement.
        life: u32,
    },
    /// A replica looks after the connection to its source.
    Reconnect {
        /// Index of the replica.
        replica: u16,
        /// Its life as a replica.
        life: u32,
    },
}

impl Action {
    /// The call that it is about.
    #[must_use]
    pub const fn call(&self) -> Option<CallKey> {
        match *self {
            Self::Attempt(call)
            | Self::Deliver(call)
            | Self::Finished(call)
            | Self::Return(call)
            | Self::ConnectTimeout(call)
            | Self::ResponseTimeout(call)
            | Self::Hangup(call)
            | Self::Retry(call)
            | Self::QueueTimeout(call) => Some(call),
            _ => None,
        }
    }
}

/// The lanes for response time-outs, one for each kind of caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lane {
    /// The browser.
    Browser,
    /// HAProxy's `timeout server`.
    Balancer,
    /// nginx's `proxy_read_timeout`.
    Nginx,
    /// The application's MySQL client.
    App,
}

/// Number of lanes.
pub(super) const LANES: usize = 4;
