//! What a MySQL server logs: transactions, and which of them it has carried out.

use std::collections::VecDeque;
use std::sync::Arc;

use serde::Serialize;

use crate::invariants;
use crate::time::SimTime;

/// Transactions that a binlog or relay log keeps (`binlog_expire_logs_seconds` and `relay_log_space_limit` in the real world).
pub const MAX_TRANSACTIONS: usize = 4_096;

/// Identity of a transaction: the server that committed it first, and its number there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Gtid {
    /// Index of the server.
    pub origin: u16,
    /// Which of the server's UUIDs, from 0: it gets a new one with the copy of another server's data, lest the numbers of
    /// transactions that were thrown away are given to others.
    pub uuid: u16,
    /// From 1.
    pub number: u64,
}

/// A row of the table `orders`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Row {
    /// AUTO_INCREMENT id.
    pub id: u32,
    /// The visit that stored it.
    pub visit: u64,
    /// The transaction that stored it.
    pub gtid: Gtid,
}

/// What a transaction does to one row, or to all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// A new row.
    Insert(Row),
    /// Another text under the same id.
    Update(Row),
    /// The row of this id is gone; the visit is the one that deleted it.
    Delete(Row),
    /// `TRUNCATE TABLE orders`: every row is gone, and ids begin again with 1. It is logged as a statement, whatever
    /// `binlog_format` says, and so does not ask what it finds (MySQL 8.0 manual, 15.1.37). The row is none: its id is 0.
    Truncate(Row),
}

impl Change {
    /// The row as it is afterwards, or was: its id is the one that changes.
    #[must_use]
    pub const fn row(&self) -> &Row {
        let (Self::Insert(row) | Self::Update(row) | Self::Delete(row) | Self::Truncate(row)) = self;
        row
    }
}

/// A committed transaction: nearly always one inserted row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transaction {
    /// The row that it inserted, with the transaction's identity; the first that it wrote if there are more.
    pub row: Row,
    /// All that it changed, in order, unless that is one inserted row.
    pub changes: Option<Arc<[Change]>>,
    /// When its origin committed it.
    pub committed: SimTime,
    /// Whether a visitor has been told that it is stored.
    pub acknowledged: bool,
    /// Whether a promotion has lost it since.
    pub written_off: bool,
}

impl Transaction {
    /// All that it changed, in order.
    pub fn changes(&self) -> impl Iterator<Item = Change> {
        let alone = self.changes.is_none().then_some(Change::Insert(self.row));
        alone.into_iter().chain(self.changes.iter().flat_map(|changes| changes.iter().copied()))
    }

    /// Whether reads are expected to show it.
    pub(super) const fn counts(&self) -> bool {
        self.acknowledged && !self.written_off
    }
}

/// The set of transactions that a server has carried out. Transactions of one UUID are carried out in order, so the last
/// of each says it all (MySQL writes it as `uuid:1-17`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GtidSet(Vec<Gtid>);

impl GtidSet {
    /// Whether the transaction is in the set.
    #[must_use]
    pub fn contains(&self, gtid: Gtid) -> bool {
        self.last_of(gtid.origin, gtid.uuid) >= gtid.number
    }

    /// The last number of a server's UUID; 0 if there is none.
    #[must_use]
    pub fn last_of(&self, origin: u16, uuid: u16) -> u64 {
        let last = self.0.iter().find(|last| (last.origin, last.uuid) == (origin, uuid));
        last.map_or(0, |last| last.number)
    }

    /// Adds the next transaction of its UUID.
    pub(super) fn add(&mut self, gtid: Gtid) {
        let place = self.0.binary_search_by_key(&(gtid.origin, gtid.uuid), |last| (last.origin, last.uuid));
        let at = place.unwrap_or_else(|at| {
            self.0.insert(at, Gtid { number: 0, ..gtid });
            at
        });
        assert_eq!(self.0[at].number + 1, gtid.number, "transactions of a server are carried out in order");
        self.0[at] = gtid;
    }

    /// Whether every transaction of this set is in `other`.
    #[must_use]
    pub fn is_within(&self, other: &Self) -> bool {
        self.0.iter().all(|last| other.contains(*last))
    }

    /// The last transaction of each UUID, in order.
    pub fn ranges(&self) -> impl Iterator<Item = Gtid> {
        self.0.iter().copied()
    }
}

/// The transactions that a server has carried out, in order. Positions count from 0 and never change their meaning.
#[derive(Clone, Debug, Default)]
pub struct Binlog {
    entries: VecDeque<Transaction>,
    /// Position of the first entry.
    first: u64,
    /// Position of the first entry that is in the log. A copied server has none of those before; they are remembered here
    /// only to name what a later promotion loses.
    start: u64,
    purged_set: GtidSet,
}

impl Binlog {
    /// The log of a server that has just got a copy of another's data: empty, after all that is in `donor`.
    #[must_use]
    pub(super) fn of_copy(donor: &Self, executed: &GtidSet) -> Self {
        Self { start: donor.end(), purged_set: executed.clone(), ..donor.clone() }
    }

    /// What the server has carried out and no longer has in its log (`gtid_purged`).
    #[must_use]
    pub const fn purged(&self) -> &GtidSet {
        &self.purged_set
    }

    /// The position behind the last transaction.
    #[must_use]
    pub fn end(&self) -> u64 {
        self.first + self.entries.len() as u64
    }

    /// The transaction carried out last, as long as it is remembered.
    #[must_use]
    pub fn last(&self) -> Option<Gtid> {
        self.entries.back().map(|transaction| transaction.row.gtid)
    }

    /// The first position that has not been purged.
    #[must_use]
    pub const fn start(&self) -> u64 {
        self.start
    }

    /// The transaction at a position, unless it is purged or not there yet.
    #[must_use]
    pub fn get(&self, position: u64) -> Option<&Transaction> {
        let place = position.checked_sub(self.first).filter(|_| position >= self.start)?;
        self.entries.get(usize::try_from(place).ok()?)
    }

    /// The transaction at a position, as long as it is remembered.
    pub(super) fn remembered_mut(&mut self, position: u64) -> Option<&mut Transaction> {
        self.entries.get_mut(usize::try_from(position.checked_sub(self.first)?).ok()?)
    }

    /// All transactions that are remembered, oldest first.
    pub(super) fn remembered(&self) -> impl Iterator<Item = &Transaction> {
        self.entries.iter()
    }

    /// All transactions that are remembered, oldest first.
    pub(super) fn all_remembered_mut(&mut self) -> impl Iterator<Item = &mut Transaction> {
        self.entries.iter_mut()
    }

    /// Where a transaction is, as long as it is remembered: as far back as it takes.
    pub(super) fn position_of(&self, gtid: Gtid) -> Option<u64> {
        let place = self.entries.iter().rposition(|transaction| transaction.row.gtid == gtid)?;
        Some(self.first + place as u64)
    }

    pub(super) fn push(&mut self, transaction: Transaction) {
        if self.entries.len() == MAX_TRANSACTIONS {
            let oldest = self.entries.pop_front().filter(|_| self.first >= self.start);
            if let Some(oldest) = oldest {
                self.purged_set.add(oldest.row.gtid);
            }
            self.first += 1;
            self.start = self.start.max(self.first);
        }
        self.entries.push_back(transaction);
        invariants::within(self.entries.len(), MAX_TRANSACTIONS);
    }

    /// The transactions with their positions, from `position` on.
    pub fn since(&self, position: u64) -> impl Iterator<Item = (u64, &Transaction)> {
        let first = position.max(self.start);
        let skip = (first - self.first) as usize;
        (first..).zip(self.entries.iter().skip(skip))
    }
}
