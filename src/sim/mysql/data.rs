//! What a MySQL server stores: rows, transactions, and which of them it has carried out.

use std::collections::VecDeque;

use serde::Serialize;

use crate::sim::time::SimTime;

/// Rows of the table `orders` that a server keeps; older ones are archived and only counted.
pub const MAX_ROWS: usize = 500;
/// Transactions that a binlog or relay log keeps (`binlog_expire_logs_seconds` and `relay_log_space_limit` in the real world).
pub const MAX_TRANSACTIONS: usize = 20_000;

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

/// A committed transaction: one inserted row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Transaction {
    /// The row, with the transaction's identity.
    pub row: Row,
    /// When its origin committed it.
    pub committed: SimTime,
    /// Whether a visitor has been told that it is stored.
    pub acknowledged: bool,
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
    purged: u64,
    purged_set: GtidSet,
}

impl Binlog {
    /// An empty log that starts at `position`, after the transactions of `purged_set`.
    #[must_use]
    pub(super) fn starting_at(position: u64, purged_set: GtidSet) -> Self {
        Self { entries: VecDeque::new(), purged: position, purged_set }
    }

    /// What the server has carried out and no longer has in its log (`gtid_purged`).
    #[must_use]
    pub const fn purged(&self) -> &GtidSet {
        &self.purged_set
    }

    /// The position behind the last transaction.
    #[must_use]
    pub fn end(&self) -> u64 {
        self.purged + self.entries.len() as u64
    }

    /// The first position that has not been purged.
    #[must_use]
    pub const fn start(&self) -> u64 {
        self.purged
    }

    /// The transaction at a position, unless it is purged or not there yet.
    #[must_use]
    pub fn get(&self, position: u64) -> Option<&Transaction> {
        self.entries.get(usize::try_from(position.checked_sub(self.purged)?).ok()?)
    }

    pub(super) fn get_mut(&mut self, position: u64) -> Option<&mut Transaction> {
        self.entries.get_mut(usize::try_from(position.checked_sub(self.purged)?).ok()?)
    }

    pub(super) fn push(&mut self, transaction: Transaction) {
        if self.entries.len() == MAX_TRANSACTIONS {
            if let Some(oldest) = self.entries.pop_front() {
                self.purged_set.add(oldest.row.gtid);
            }
            self.purged += 1;
        }
        self.entries.push_back(transaction);
    }

    /// The transactions with their positions, from `position` on.
    pub fn since(&self, position: u64) -> impl Iterator<Item = (u64, &Transaction)> {
        let skip = position.saturating_sub(self.purged) as usize;
        let first = self.purged + skip as u64;
        (first..).zip(self.entries.iter().skip(skip))
    }
}

/// The table `orders`.
#[derive(Clone, Debug, Default)]
pub struct Table {
    rows: VecDeque<Row>,
    archived: u64,
    last_id: u32,
}

impl Table {
    /// The id that AUTO_INCREMENT gives to the next row.
    #[must_use]
    pub const fn next_id(&self) -> u32 {
        self.last_id + 1
    }

    /// The id of the newest row; 0 if there is none.
    #[must_use]
    pub const fn last_id(&self) -> u32 {
        self.last_id
    }

    /// Number of rows, archived ones included.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.archived + self.rows.len() as u64
    }

    /// The rows that are kept, oldest first.
    pub fn rows(&self) -> impl DoubleEndedIterator<Item = &Row> + ExactSizeIterator {
        self.rows.iter()
    }

    pub(super) fn insert(&mut self, row: Row) {
        if self.rows.len() == MAX_ROWS {
            self.rows.pop_front();
            self.archived += 1;
        }
        self.rows.push_back(row);
        self.last_id = self.last_id.max(row.id);
    }
}
