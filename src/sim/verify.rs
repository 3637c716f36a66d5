//! What holds at every moment of every run. Tests ask for it after each event; nothing here changes anything.

use super::balancer::Balancer;
use super::call::{CallKey, CallState, Parent, Work};
use super::mysql::{Io, Server};
use super::nginx::{Nginx, Worker};
use super::world::{Action, World};

/// Transactions at the end of a replica's binlog that are compared with its source's.
const COMPARED: u64 = 64;

impl World {
    /// Checks the books of every layer against one another.
    ///
    /// # Errors
    /// What does not agree, in words for the author of the engine.
    pub fn verify(&self) -> Result<(), String> {
        let (started, ended) = (self.metrics.started, self.metrics.ended);
        same("visits started, and ended or under way", started, ended + self.visits.len() as u64)?;
        self.calls.keys().try_for_each(|key| self.verify_call(key))?;
        (0..self.balancers.len()).try_for_each(|at| self.verify_balancer(at))?;
        self.verify_workers()?;
        self.cluster.verify_acknowledged()?;
        self.nginx.iter().try_for_each(|nginx| self.verify_nginx(nginx))?;
        (0..self.cluster.servers.len()).try_for_each(|at| self.verify_database(at))
    }

    fn verify_call(&self, key: CallKey) -> Result<(), String> {
        let call = &self.calls[key];
        if call.until < call.since || call.since < call.started {
            return Err(format!("{call:?} ends before it begins"));
        }
        let waited_for = match call.parent {
            Parent::Visit => call.visit.and_then(|visit| self.visits.get(visit)).map(|visit| visit.child),
            Parent::Call(parent) => self.calls.get(parent).map(|parent| parent.child),
            Parent::Check { .. } | Parent::Scrape(_) => Some((!call.abandoned).then_some(key)),
        };
        same("whether a call has been abandoned", call.abandoned, waited_for.flatten() != Some(key))?;
        let on_wire = matches!(call.state, CallState::Connecting | CallState::Sending | CallState::Returning(_));
        let waits = |list: &Vec<Action>| list.iter().any(|action| action.call() == Some(key));
        // A process that goes on carries out at once what it has missed.
        let settled = self.queue.next_at() != Some(self.now);
        if on_wire && call.until < self.now && settled && !self.parked.iter().any(waits) {
            return Err(format!("{call:?} should have arrived"));
        }
        Ok(())
    }

    fn verify_balancer(&self, at: usize) -> Result<(), String> {
        let balancer: &Balancer = &self.balancers[at];
        let sessions: u64 = balancer.servers.iter().map(|server| server.counters.sessions).sum();
        same("requests assigned, and sessions of the servers", balancer.counters.assigned, sessions)?;
        let mine = self.calls.values().filter(|call| call.callee == balancer.process);
        let mut running = vec![0_u32; balancer.servers.len()];
        let mut waiting = 0;
        for call in mine.filter(|call| call.state == CallState::Working) {
            if let Work::Session(session) = call.work {
                waiting += usize::from(session.is_queued());
                if session.running {
                    running[usize::from(session.server.ok_or("a running request has no server")?)] += 1;
                }
            }
        }
        let queued: usize = balancer.servers.iter().map(|server| server.queued()).sum();
        same("requests that wait, and the queues", waiting, queued + balancer.queued())?;
        for (i, server) in balancer.servers.iter().enumerate() {
            let candidate = balancer.candidate(i);
            same("requests on a server", candidate.running, running[i])?;
            same("requests that wait for a server", candidate.queued as usize, server.queued())?;
            same("whether a server is usable", candidate.usable, server.in_service())?;
        }
        Ok(())
    }

    fn verify_nginx(&self, nginx: &Nginx) -> Result<(), String> {
        let mine = self.calls.values().filter(|call| call.callee == nginx.process && is_at_work(call.state));
        let proxied = mine.filter(|call| matches!(call.work, Work::Proxied { .. })).count();
        let connections = nginx.workers.iter().map(Worker::connections).sum();
        same("requests that nginx passes on, and connections to its upstream servers", proxied, connections)?;
        let under_way = nginx.workers.iter().map(Worker::under_way).sum();
        same("requests that nginx passes on, and those of its workers", proxied, under_way)
    }

    fn verify_workers(&self) -> Result<(), String> {
        for app in &self.apps {
            let mine = self.calls.values().filter(|call| call.callee == app.process);
            let busy = mine.filter(|c| matches!(c.work, Work::Request { has_worker: true, .. }) && is_at_work(c.state));
            same("busy workers", app.busy as usize, busy.count())?;
        }
        for server in &self.cluster.servers {
            let mine = self.calls.values().filter(|call| call.callee == server.process);
            let running = mine.filter(|c| c.work == (Work::Statement { has_thread: true }) && is_at_work(c.state));
            same("busy threads", server.running as usize, running.count())?;
        }
        for call in self.calls.values() {
            if let Parent::Check { balancer, server } = call.parent
                && usize::from(server) >= self.balancers[usize::from(balancer)].servers.len()
            {
                return Err(format!("{call:?} checks a server that does not exist"));
            }
        }
        Ok(())
    }

    /// What a replica has is the start of what its source has, as long as it follows.
    fn verify_database(&self, at: usize) -> Result<(), String> {
        let replica: &Server = &self.cluster.servers[at];
        // Whom its source would refuse does not follow it, only does not know yet.
        let connects = matches!(replica.io, Io::Connecting | Io::Stopped) && self.why_refused(at as u16).is_none();
        let follows = (connects || replica.io == Io::Running) && !replica.mixed;
        let Some(source) = replica.source.filter(|_| follows) else {
            return Ok(());
        };
        let source = &self.cluster.servers[usize::from(source)];
        if !replica.executed.is_within(&source.executed) {
            return Err(format!("server {at} has {:?}, its source {:?}", replica.executed, source.executed));
        }
        let end = replica.binlog.end();
        same("the end of a replica's logs", end + replica.relay.len() as u64, replica.next_position)?;
        for position in end.saturating_sub(COMPARED)..end {
            let (copy, original) = (replica.binlog.get(position), source.binlog.get(position));
            if let (Some(copy), Some(original)) = (copy, original) {
                same("a transaction and its copy", copy.row, original.row)?;
            }
        }
        Ok(())
    }
}

const fn is_at_work(state: CallState) -> bool {
    matches!(state, CallState::Working)
}

fn same<T: PartialEq + core::fmt::Debug>(what: &str, left: T, right: T) -> Result<(), String> {
    if left == right { Ok(()) } else { Err(format!("{what}: {left:?} and {right:?}")) }
}
