//! The receiver's connection to its source: made, lost, and tried again.

use super::Position;
use super::status::{Io, IoError, WhyRefused};
use crate::chronicle::Happening;
use crate::firewall::Ruling;
use crate::parts::Condition;
use crate::time::Micros;
use crate::world::{Action, World};

impl World {
    /// What comes of an attempt to connect to the source now: an error, and whether it takes `replica_net_timeout` to
    /// get it.
    fn attempt_fails(&self, replica: u16) -> Option<(IoError, bool)> {
        let server = &self.cluster.servers[usize::from(replica)];
        let process = self.cluster.servers[usize::from(server.source?)].process;
        let ruling = match server.io {
            // The firewall accepts what belongs to a connection that stands.
            Io::Running => Ruling::Accept,
            _ => self.ruling_between(server.process, process),
        };
        let linked = self.replication_link(replica).is_some_and(|link| self.parts.carries(link));
        match self.parts.condition(process) {
            _ if !linked || ruling == Ruling::Drop || !self.parts.has_power(process) => {
                Some((IoError::Unreachable, true))
            }
            _ if ruling == Ruling::Reject => Some((IoError::Refused, false)),
            Condition::Up => None,
            Condition::Down => Some((IoError::Refused, false)),
            // The kernel accepts; nobody says hello.
            Condition::Hung => Some((IoError::NoGreeting, true)),
        }
    }

    fn net_timeout(&self) -> Micros {
        Micros::from_millis(self.settings.mysql.net_timeout_ms.into())
    }

    /// A replica looks after its connection: gives a silent source up, tries to reach a lost one, or ends an attempt that
    /// got no answer.
    pub(crate) fn reconnect(&mut self, replica: u16, life: u32) {
        let server = &mut self.cluster.servers[usize::from(replica)];
        if life != server.tickets.reconnect || self.parts.condition(server.process) != Condition::Up {
            return;
        }
        let attempt = server.attempt.take();
        match (server.io, self.attempt_fails(replica)) {
            (Io::Running, None) => self.send_to(replica),
            (Io::Connecting, None) => self.connected(replica),
            (Io::Running | Io::Connecting, Some((error, slow))) => {
                let retry = Micros::from_millis(self.settings.mysql.connect_retry_ms.into());
                let server = &mut self.cluster.servers[usize::from(replica)];
                if slow && attempt.is_none() {
                    server.attempt = Some(error);
                    self.plan_reconnect(replica, self.net_timeout());
                } else {
                    server.io_error = Some(attempt.unwrap_or(error));
                    server.attempts = server.attempts.saturating_add(1);
                    self.plan_reconnect(replica, retry);
                }
                self.set_io(replica, Io::Connecting);
            }
            _ => {}
        }
    }

    /// The source has answered: it serves the replica, or tells why not.
    fn connected(&mut self, replica: u16) {
        if let Some(why) = self.why_refused(replica) {
            return self.refuse(replica, why);
        }
        let server = &mut self.cluster.servers[usize::from(replica)];
        (server.io_error, server.reconnects, server.attempts) = (None, true, 0);
        self.set_io(replica, Io::Running);
        self.send_to(replica);
    }

    /// Why the source cannot serve a replica.
    pub(crate) fn why_refused(&self, replica: u16) -> Option<WhyRefused> {
        let server = &self.cluster.servers[usize::from(replica)];
        let source = &self.cluster.servers[usize::from(server.source?)];
        let diverged = match server.position {
            Position::Executed => !server.executed.is_within(&source.executed),
            Position::Applied => server.applied.is_some_and(|last| !source.executed.contains(last)),
        };
        let purged = server.next_position < source.binlog.start();
        if diverged { Some(WhyRefused::Diverged) } else { purged.then_some(WhyRefused::Purged) }
    }

    /// The only place where the state of a receiver changes: the source counts its connections.
    pub(super) fn set_io(&mut self, replica: u16, io: Io) {
        let server = &mut self.cluster.servers[usize::from(replica)];
        server.lingers_at = match (server.io, io) {
            (Io::Running, Io::Stopped) => server.source,
            (_, Io::Stopped | Io::Off) => server.lingers_at,
            _ => None,
        };
        let (before, process) = (std::mem::replace(&mut server.io, io), server.process);
        self.cluster.recount_connections();
        if before != io {
            self.enter(process, Happening::Receiver(io));
        }
    }

    /// Plans the next look of a replica at its connection; a look planned before is void.
    pub(super) fn plan_reconnect(&mut self, replica: u16, delay: Micros) {
        let tickets = &mut self.cluster.servers[usize::from(replica)].tickets;
        tickets.reconnect += 1;
        let life = tickets.reconnect;
        self.plan(delay, Action::Reconnect { replica, life });
    }

    /// A source or a link has changed its condition. `noticed` tells whether replicas see it at once (a closed
    /// connection) or only by the silence.
    pub(crate) fn sources_changed(&mut self, noticed: bool) {
        for replica in 0..self.cluster.servers.len() as u16 {
            let server = &self.cluster.servers[usize::from(replica)];
            if self.parts.condition(server.process) != Condition::Up {
                continue;
            }
            match (server.io, self.attempt_fails(replica)) {
                // What was lost on a cut link is sent again (TCP), however long ago.
                (Io::Running, None) => self.send_to(replica),
                (Io::Running, Some((_, false))) if noticed => self.plan_reconnect(replica, Micros::ZERO),
                (Io::Running, Some(_)) => self.plan_reconnect(replica, self.net_timeout()),
                // An attempt that hangs ends as soon as there is an answer.
                (Io::Connecting, None | Some((_, false))) if server.attempt.is_some() => {
                    self.cluster.servers[usize::from(replica)].attempt = None;
                    self.plan_reconnect(replica, Micros::ZERO);
                }
                _ => {}
            }
        }
    }

    /// A server has been started again: its rows and logs are on disk, its connections are gone.
    pub(crate) fn mysql_restarts(&mut self, at: u16) {
        let server = &mut self.cluster.servers[usize::from(at)];
        server.counters = super::MysqlCounters::default();
        server.tickets.receive += 1;
        server.interrupt_applier();
        server.semi_sync = super::SemiSync::default();
        if server.source.is_some() {
            self.start_receiver(at);
            self.start_applier(at);
        }
    }
}
