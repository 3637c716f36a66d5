//! What can be planned: the kinds of events.

use super::call::CallKey;
use super::outside::PortState;
use super::queue::What;
use super::time::SimTime;
use super::visit::VisitKey;
use super::wiring::Tier;

/// What an event does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// The next visit of the continuous load starts.
    Arrival,
    /// A command of the scenario's timeline is due.
    Timeline(u32),
    /// A step in the life of a call.
    Call(Step, CallKey),
    /// The calls are looked through for those whose callers will soon give up waiting.
    Sweep,
    /// A health check starts. The number tells it from checks that were planned before a restart.
    Check {
        /// Index of the balancer.
        balancer: u16,
        /// Index of its server.
        server: u16,
        /// Life of the balancer process that planned it.
        life: u32,
    },
    /// The visitor has waited for an address where no web server is: its port 80, if a machine has it.
    NobodyThere(VisitKey, Option<PortState>),
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
    /// A VRRP router's timer: the next advertisement of a master, or the end of a backup's patience.
    Vrrp {
        /// Index of the router.
        router: u16,
        /// Its term, to drop what was planned before it changed its state.
        term: u32,
    },
    /// A VRRP advertisement reaches a router.
    Advert {
        /// Index of the router.
        router: u16,
        /// Index of the one that sent it.
        from: u16,
        /// Its priority; 0 when it resigns.
        priority: u8,
    },
    /// The monitor asks an agent.
    Scrape {
        /// Index of the agent.
        target: u16,
        /// Which start of the monitor planned it.
        life: u32,
    },
    /// The monitor looks at its rules.
    Evaluate(u32),
    /// A visitor complains that a visit has failed, at that moment.
    Complaint(SimTime),
    /// keepalived runs its track script.
    Track {
        /// Index of the router.
        router: u16,
        /// Which start of the process planned it.
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
    /// The kind of an arrival, when packed.
    pub(super) const ARRIVAL: u8 = 0;

    /// The call that it is about.
    #[must_use]
    pub const fn call(&self) -> Option<CallKey> {
        match *self {
            Self::Call(_, call) => Some(call),
            _ => None,
        }
    }

    /// The action in two words, as the event queue keeps it and the digest reads it: its kind in the lowest byte.
    #[inline(always)]
    pub(super) fn pack(self) -> What {
        let head = |kind: u64, index: u16, life: u32| kind | u64::from(index) << 16 | u64::from(life) << 32;
        match self {
            Self::Call(step, call) => (step as u64, call.to_word()),
            Self::Arrival => (Self::ARRIVAL.into(), 0),
            Self::Timeline(index) => (1, index.into()),
            Self::Sweep => (8, 0),
            Self::Check { balancer, server, life } => (head(11, balancer, life), server.into()),
            Self::NobodyThere(visit, there) => (head(12, PortState::pack(there), 0), visit.to_word()),
            Self::Upstream(question) => (13, question.into()),
            Self::Received { replica, life, upto } => (head(14, replica, life), upto),
            Self::Apply { replica, life } => (head(15, replica, life), 0),
            Self::Reconnect { replica, life } => (head(16, replica, life), 0),
            Self::SemiSyncReceipt { source, upto } => (head(17, source, 0), upto),
            Self::SemiSyncTimeout(server) => (head(18, server, 0), 0),
            Self::Session { session, life } => (head(19, 0, life), session.into()),
            Self::Vrrp { router, term } => (head(21, router, term), 0),
            Self::Advert { router, from, priority } => (head(22, router, from.into()), priority.into()),
            Self::Track { router, life } => (head(23, router, life), 0),
            Self::Scrape { target, life } => (head(24, target, life), 0),
            Self::Evaluate(life) => (head(25, 0, life), 0),
            Self::Complaint(failed) => (head(26, 0, 0), failed.0),
        }
    }

    /// The action that was packed.
    #[inline(always)]
    pub(super) fn unpack((head, body): What) -> Self {
        let call = |step| Self::Call(step, CallKey::from_word(body));
        let (index, life) = ((head >> 16) as u16, (head >> 32) as u32);
        match head as u8 {
            Self::ARRIVAL => Self::Arrival,
            1 => Self::Timeline(body as u32),
            2 => call(Step::Attempt),
            3 => call(Step::Deliver),
            4 => call(Step::Finished),
            5 => call(Step::Return),
            6 => call(Step::ConnectTimeout),
            7 => call(Step::ResponseTimeout),
            8 => Self::Sweep,
            9 => call(Step::Retry),
            10 => call(Step::QueueTimeout),
            11 => Self::Check { balancer: index, server: body as u16, life },
            12 => Self::NobodyThere(VisitKey::from_word(body), PortState::unpack(index)),
            13 => Self::Upstream(body as u32),
            14 => Self::Received { replica: index, life, upto: body },
            15 => Self::Apply { replica: index, life },
            16 => Self::Reconnect { replica: index, life },
            17 => Self::SemiSyncReceipt { source: index, upto: body },
            18 => Self::SemiSyncTimeout(index),
            19 => Self::Session { session: body as u32, life },
            20 => call(Step::Hangup),
            21 => Self::Vrrp { router: index, term: life },
            22 => Self::Advert { router: index, from: life as u16, priority: body as u8 },
            23 => Self::Track { router: index, life },
            24 => Self::Scrape { target: index, life },
            25 => Self::Evaluate(life),
            26 => Self::Complaint(SimTime(body)),
            kind @ TURNS.. => call(Step::of_turn(kind)),
            other => unreachable!("no action has the number {other}"),
        }
    }
}

/// The first number of a turn: of a step together with the tier that takes it.
const TURNS: u8 = 32;
/// As many tiers as there are.
const TIERS: u8 = Tier::Monitor as u8 + 1;

/// A step in the life of a call, with its number among the actions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// A connection attempt (or datagram) reaches the callee's machine.
    Attempt = 2,
    /// A request reaches the callee.
    Deliver = 3,
    /// The callee has finished a piece of work.
    Finished = 4,
    /// A reply reaches the caller.
    Return = 5,
    /// The caller gives up connecting.
    ConnectTimeout = 6,
    /// The caller gives up waiting for an answer.
    ResponseTimeout = 7,
    /// HAProxy tries the same server again.
    Retry = 9,
    /// A request has waited too long in HAProxy's queue.
    QueueTimeout = 10,
    /// The end of a connection reaches the callee: its client has left.
    Hangup = 20,
}

impl Step {
    const USUAL: [Self; 4] = [Self::Attempt, Self::Deliver, Self::Finished, Self::Return];

    /// The number of an action that is one of the first four steps, taken by a process of this tier. One look at it tells what
    /// is to be done: of two looks, at the step and then at the call, each would be guessed wrong.
    #[inline(always)]
    pub(super) const fn turn(self, tier: Tier) -> u8 {
        TURNS + (self as u8 - Self::Attempt as u8) * TIERS + tier as u8
    }

    /// The action in two words, as [`Action::pack`] has it, if it is known who takes the step.
    #[inline(always)]
    pub(super) const fn by(self, tier: Tier, call: CallKey) -> What {
        (self.turn(tier) as u64, call.to_word())
    }

    const fn of_turn(turn: u8) -> Self {
        Self::USUAL[((turn - TURNS) / TIERS) as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_action_survives_packing() {
        let call = CallKey::from_word(7 << 32 | 5);
        let (replica, life, upto) = (3, 0x89ab_cdef, u64::MAX - 1);
        let steps = [
            Step::Attempt,
            Step::Deliver,
            Step::Finished,
            Step::Return,
            Step::ConnectTimeout,
            Step::ResponseTimeout,
            Step::Retry,
            Step::QueueTimeout,
            Step::Hangup,
        ];
        let others = [
            Action::Arrival,
            Action::Timeline(u32::MAX),
            Action::Sweep,
            Action::Check { balancer: 1, server: u16::MAX, life },
            Action::NobodyThere(VisitKey::from_word(9 << 32 | 4), Some(PortState::Filtered)),
            Action::Upstream(11),
            Action::Received { replica, life, upto },
            Action::Apply { replica, life },
            Action::Reconnect { replica, life },
            Action::SemiSyncReceipt { source: replica, upto },
            Action::SemiSyncTimeout(u16::MAX),
            Action::Session { session: u32::MAX, life },
            Action::Vrrp { router: u16::MAX, term: life },
            Action::Advert { router: 3, from: u16::MAX, priority: 150 },
            Action::Track { router: 1, life },
            Action::Scrape { target: u16::MAX, life },
            Action::Evaluate(life),
            Action::Complaint(SimTime(upto)),
        ];
        let all = steps.map(|step| Action::Call(step, call)).into_iter().chain(others);
        let mut kinds: Vec<u8> = all
            .map(|action| {
                assert_eq!(Action::unpack(action.pack()), action);
                action.pack().0 as u8
            })
            .collect();
        kinds.sort_unstable();
        assert_eq!(kinds, (0..=26).collect::<Vec<u8>>());
    }

    #[test]
    fn a_turn_is_the_step_whoever_takes_it() {
        let call = CallKey::from_word(7 << 32 | 5);
        let tiers = [Tier::Browser, Tier::Balancer, Tier::Nginx, Tier::App, Tier::Mysqld, Tier::Monitor];
        for step in Step::USUAL {
            for tier in tiers {
                assert_eq!(Action::unpack(step.by(tier, call)), Action::Call(step, call), "{step:?} by {tier:?}");
            }
        }
    }
}
