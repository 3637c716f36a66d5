//! Rows that sessions see, and rows that they lock.

use std::collections::BinaryHeap;

use super::session::{Session, SessionId, State};
use super::{Change, Row};
use crate::world::World;

impl World {
    /// The rows that a session sees: those of its snapshot if a transaction is open, with its own changes.
    pub(super) fn visible_rows(&mut self, session: SessionId) -> Vec<Row> {
        let known = &mut self.cluster.sessions[session as usize];
        let table = &self.cluster.servers[usize::from(known.server)].table;
        let Some(open) = &mut known.open else {
            return table.rows().copied().collect();
        };
        let mut rows = open.snapshot.get_or_insert_with(|| table.rows().copied().collect()).clone();
        for change in &open.changes {
            let place = rows.binary_search_by_key(&change.row().id, |row| row.id);
            match (change, place) {
                (Change::Insert(row) | Change::Update(row), Ok(at)) => rows[at] = *row,
                (Change::Insert(row), Err(at)) => rows.insert(at, *row),
                (Change::Delete(_), Ok(at)) => drop(rows.remove(at)),
                // Rows that others have stored since are changed, but stay unseen.
                (Change::Update(row), Err(at)) => rows.insert(at, *row),
                // TRUNCATE commits what is open: it is in no open transaction.
                (Change::Delete(_), Err(_)) | (Change::Truncate(_), _) => {}
            }
        }
        rows
    }

    /// All rows that a write of this session would find: what is committed, its own changes, and what others have stored
    /// and not yet committed.
    #[must_use]
    pub fn found_rows(&self, session: SessionId) -> Vec<Row> {
        let known = &self.cluster.sessions[session as usize];
        let table = &self.cluster.servers[usize::from(known.server)].table;
        let mut rows: Vec<Row> = table.rows().copied().collect();
        let others = self.cluster.sessions.iter().filter(|other| other.server == known.server);
        for change in others.filter_map(|other| other.open.as_ref()).flat_map(|open| &open.changes) {
            let own = known.open.as_ref().is_some_and(|open| open.changes.contains(change));
            match *change {
                Change::Insert(row) | Change::Update(row) => match rows.binary_search_by_key(&row.id, |row| row.id) {
                    Ok(at) if own => rows[at] = row,
                    Ok(_) => {}
                    Err(at) => rows.insert(at, row),
                },
                Change::Delete(gone) if own => rows.retain(|row| row.id != gone.id),
                Change::Delete(_) | Change::Truncate(_) => {}
            }
        }
        rows
    }

    /// A session of the same server that has locked one of these rows.
    pub(super) fn holder_of_any(&self, session: SessionId, ids: &[u32]) -> Option<SessionId> {
        let server = self.cluster.sessions[session as usize].server;
        let holds = |other: &Session| {
            let open = other.open.as_ref().filter(|_| other.server == server);
            open.is_some_and(|open| open.locked.iter().any(|id| ids.contains(id)))
        };
        let holder = (0..).zip(&self.cluster.sessions).find(|(id, other)| *id != session && holds(other));
        holder.map(|(id, _)| id)
    }

    /// Whom a deadlock costs its transaction: of those that wait in a ring, the one that has changed least; the one that
    /// closed the ring if all have changed as much.
    pub(super) fn deadlock(&self, closes: SessionId) -> Option<SessionId> {
        let waits_for = |id: SessionId| match self.cluster.sessions[id as usize].state {
            State::Waiting { holder, .. } => Some(holder),
            _ => None,
        };
        let mut ring = vec![closes];
        while let Some(next) = ring.last().and_then(|last| waits_for(*last)) {
            if next == closes {
                let weight = |id: &SessionId| {
                    self.cluster.sessions[*id as usize].open.as_ref().map_or(0, |open| open.changes.len())
                };
                return ring.iter().copied().min_by_key(weight);
            }
            if ring.contains(&next) {
                return None;
            }
            ring.push(next);
        }
        None
    }

    /// Undoes a session's open transaction. Ids that it has taken stay used.
    pub(super) fn roll_back(&mut self, session: SessionId) {
        if self.cluster.sessions[session as usize].open.take().is_some() {
            self.locks_freed(session);
        }
    }

    /// Whoever waited for a session tries again, in the order of waiting.
    pub(super) fn locks_freed(&mut self, freed_by: SessionId) {
        let waits = |session: &Session| match session.state {
            State::Waiting { holder, since, .. } if holder == freed_by => Some(since),
            _ => None,
        };
        let sessions = (0..).zip(&self.cluster.sessions);
        let waiting: BinaryHeap<_> = sessions.filter_map(|(id, session)| Some((waits(session)?, id))).collect();
        for (_, id) in waiting.into_sorted_vec() {
            let session = &mut self.cluster.sessions[id as usize];
            if let State::Waiting { statement, .. } = &session.state {
                let statement = statement.clone();
                session.state = State::Sent(statement.clone());
                session.life += 1;
                self.run_statement(id, statement);
            }
        }
    }
}
