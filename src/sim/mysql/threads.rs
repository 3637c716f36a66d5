//! What an operator does with the threads of a replica: `START REPLICA`, `STOP REPLICA`, each with or without a name.

use super::status::Io;
use super::{Position, Server};
use crate::named::named;
use crate::time::Micros;
use crate::world::World;

named! {
    /// Which threads of a replica are meant.
    #[derive(Default)]
    pub enum Thread {
        /// Both.
        #[default]
        "both" Both,
        /// `IO_THREAD`, the receiver.
        "io" Io,
        /// `SQL_THREAD`, the applier.
        "sql" Sql,
    }
}

impl Thread {
    const fn is_receiver(self) -> bool {
        !matches!(self, Self::Sql)
    }

    const fn is_applier(self) -> bool {
        !matches!(self, Self::Io)
    }
}

impl Server {
    /// With an empty relay log, the receiver asks for all after what was carried out.
    fn asks_from_position(&mut self) {
        if self.relay.is_empty() {
            self.received = match self.position {
                Position::Applied => self.applied,
                Position::Executed => self.binlog.last(),
            };
        }
    }
}

impl World {
    /// Starts or stops threads of a replica; what runs (or stands still) already stays as it is.
    pub(super) fn run_threads(&mut self, at: u16, thread: Thread, run: bool) {
        let server = &self.cluster.servers[usize::from(at)];
        let receives = matches!(server.io, Io::Running | Io::Connecting);
        if thread.is_receiver() && run != receives {
            if run { self.start_receiver(at) } else { self.stop_receiver(at) }
        }
        if thread.is_applier() && run != self.cluster.servers[usize::from(at)].sql_running {
            if run { self.start_applier(at) } else { self.stop_applier(at) }
        }
    }

    pub(super) fn start_receiver(&mut self, at: u16) {
        let server = &mut self.cluster.servers[usize::from(at)];
        (server.io_error, server.reconnects, server.attempt, server.attempts) = (None, false, None, 0);
        server.asks_from_position();
        self.set_io(at, Io::Connecting);
        self.plan_reconnect(at, Micros::ZERO);
    }

    fn stop_receiver(&mut self, at: u16) {
        let server = &mut self.cluster.servers[usize::from(at)];
        server.tickets.receive += 1;
        server.tickets.reconnect += 1;
        server.attempt = None;
        self.set_io(at, Io::Stopped);
    }

    pub(super) fn start_applier(&mut self, at: u16) {
        let server = &mut self.cluster.servers[usize::from(at)];
        (server.sql_running, server.sql_error) = (true, None);
        server.asks_from_position();
        self.start_applying(at);
    }

    fn stop_applier(&mut self, at: u16) {
        let server = &mut self.cluster.servers[usize::from(at)];
        server.sql_running = false;
        server.interrupt_applier();
    }
}
