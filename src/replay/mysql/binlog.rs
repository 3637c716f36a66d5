//! Where in the binlog files of a source a transaction ends: errors of MariaDB's applier name the place.
//!
//! Sizes of events (MariaDB's internals manual, checked against `SHOW BINLOG EVENTS` of 10.11, with checksums).

use std::collections::BTreeMap;

use super::lab::Lab;
use crate::sim::mysql::Change;

/// Head of a file: magic number and format description, list of transactions (empty), checkpoint.
const HEAD: u64 = 256 + 29 + 37;
/// The list of transactions with one entry instead of none, and each further entry.
const FIRST_KNOWN: u64 = 14;
const NEXT_KNOWN: u64 = 16;
const GTID: u64 = 42;
const XID: u64 = 31;
/// Without the text.
const ANNOTATION: u64 = 23;
/// Of `shop.orders` with its two columns.
const TABLE_MAP: u64 = 52;
/// Without rows; an update has a second bitmap.
const ROWS: u64 = 33;
/// A row without its text.
const ROW: u64 = 6;

impl Lab {
    /// Number of the file, and end in it, of the event that the applier of a replica fails at.
    pub(super) fn place_of_next(&self, replica: u16) -> (usize, u64) {
        let servers = &self.world.cluster().servers;
        let (server, source) = (&servers[usize::from(replica)], usize::from(1 - replica));
        let failed = server.relay.front().map(|transaction| transaction.row.gtid);
        let (mut file, mut end) = (1, HEAD + self.setup_bytes);
        let mut texts: BTreeMap<u32, u64> = BTreeMap::new();
        let mut origins: Vec<u16> = if self.logged > 0 { vec![0] } else { Vec::new() };
        for (position, transaction) in servers[source].binlog.since(0) {
            while self.restarts[source].get(file - 1).is_some_and(|first| *first <= position) {
                file += 1;
                end = HEAD + FIRST_KNOWN + NEXT_KNOWN * (origins.len() as u64).saturating_sub(1);
            }
            let gtid = transaction.row.gtid;
            if !origins.contains(&gtid.origin) {
                origins.push(gtid.origin);
            }
            end += GTID;
            let changes: Vec<Change> = transaction.changes().collect();
            for statement in changes.chunk_by(|a, b| self.statement(a) == self.statement(b)) {
                end += ANNOTATION + self.statement(&statement[0]).len() as u64 + TABLE_MAP + ROWS;
                end += u64::from(matches!(statement[0], Change::Update(_)));
                let mut conflict = false;
                for change in statement {
                    let (id, new) = (change.row().id, self.text_of(change).len() as u64);
                    let old = texts.get(&id).copied().unwrap_or_default();
                    end += match change {
                        Change::Insert(_) => ROW + new,
                        Change::Update(_) => ROW + old + ROW + new,
                        Change::Delete(_) => ROW + old,
                        Change::Truncate(_) => 0,
                    };
                    conflict |= server.table.holds(id) == matches!(change, Change::Insert(_));
                    match change {
                        Change::Delete(_) | Change::Truncate(_) => texts.remove(&id),
                        Change::Insert(_) | Change::Update(_) => texts.insert(id, new),
                    };
                }
                if conflict && failed == Some(gtid) {
                    return (file, end);
                }
            }
            end += XID;
        }
        (file, end)
    }
}
