//! The table `orders`, and what becomes of it when a transaction is carried out.

use std::collections::VecDeque;

use super::data::{Change, Row, Transaction};
use super::status::ApplyError;
use crate::invariants;

/// Rows of the table `orders` that a server keeps; those with the smallest ids are archived and only counted.
pub const MAX_ROWS: usize = 500;

/// The table `orders`, ordered by id.
#[derive(Clone, Debug, Default)]
pub struct Table {
    rows: VecDeque<Row>,
    archived: u64,
    /// The largest id given to anybody so far, rows that were rolled back or deleted included.
    counter: u32,
}

impl Table {
    /// The id that AUTO_INCREMENT gives to the next row.
    #[must_use]
    pub const fn next_id(&self) -> u32 {
        self.counter + 1
    }

    /// The largest id that there is; 0 if there is none.
    #[must_use]
    pub fn last_id(&self) -> u32 {
        self.rows.back().map_or(0, |row| row.id)
    }

    /// Number of rows, archived ones included.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.archived + self.rows.len() as u64
    }

    /// The rows that are kept, in order of their ids.
    pub fn rows(&self) -> impl DoubleEndedIterator<Item = &Row> + ExactSizeIterator {
        self.rows.iter()
    }

    /// Whether a row has this id. Of archived rows all are taken to be there.
    #[must_use]
    pub fn holds(&self, id: u32) -> bool {
        self.place(id).is_ok() || self.is_archived(id)
    }

    /// Takes the next id of AUTO_INCREMENT: no other row gets it, whatever becomes of this one.
    pub(super) fn take_id(&mut self) -> u32 {
        self.counter += 1;
        self.counter
    }

    /// Takes the counter back to what was written to the disk, but never below the rows that there are.
    pub(super) fn recover_counter(&mut self, counter: u32) {
        self.counter = counter.max(self.last_id());
    }

    /// What keeps a transaction from being carried out here.
    pub(super) fn conflict(&self, transaction: &Transaction) -> Option<ApplyError> {
        if transaction.changes.is_none() && transaction.row.id > self.last_id() {
            return None;
        }
        transaction.changes().find_map(|change| match change {
            Change::Insert(row) => self.holds(row.id).then_some(ApplyError::Duplicate(row.id)),
            Change::Update(row) => (!self.holds(row.id)).then_some(ApplyError::NotFound { update: true }),
            Change::Delete(row) => (!self.holds(row.id)).then_some(ApplyError::NotFound { update: false }),
            Change::Truncate(_) => None,
        })
    }

    pub(super) fn carry_out(&mut self, change: Change) {
        match change {
            Change::Insert(row) => self.insert(row),
            Change::Update(row) => {
                if let Ok(at) = self.place(row.id) {
                    self.rows[at] = row;
                }
            }
            Change::Delete(row) => match self.place(row.id) {
                Ok(at) => drop(self.rows.remove(at)),
                Err(_) => self.archived -= u64::from(self.is_archived(row.id)),
            },
            Change::Truncate(_) => *self = Self::default(),
        }
    }

    fn insert(&mut self, row: Row) {
        if self.rows.len() == MAX_ROWS {
            self.rows.pop_front();
            self.archived += 1;
        }
        match self.place(row.id) {
            Ok(at) => self.rows[at] = row,
            Err(at) => self.rows.insert(at, row),
        }
        invariants::within(self.rows.len(), MAX_ROWS);
        self.counter = self.counter.max(row.id);
    }

    fn is_archived(&self, id: u32) -> bool {
        self.archived > 0 && self.rows.front().is_none_or(|oldest| id < oldest.id)
    }

    /// Where the row of an id is, or belongs. New rows nearly always belong at the end.
    fn place(&self, id: u32) -> Result<usize, usize> {
        if id > self.last_id() {
            return Err(self.rows.len());
        }
        self.rows.binary_search_by_key(&id, |row| row.id)
    }
}
