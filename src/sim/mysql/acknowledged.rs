//! Writes that visitors have been told of, and how many of them a server does not show: what a stale read is.
//!
//! Every server counts the acknowledged transactions that it has carried out, so that a read costs a subtraction, and a
//! look at the few writes that were acknowledged since its visit began.

use std::collections::VecDeque;

use super::{Cluster, Gtid, Stored};

/// Acknowledged writes that are remembered one by one; a visit that lasts longer than so many is given the benefit of the
/// doubt.
const MAX_ACKNOWLEDGED: usize = 4_096;

/// Transactions of acknowledged writes.
#[derive(Clone, Debug, Default)]
pub(super) struct Acknowledged {
    /// The last ones, oldest first; none where it has been lost since.
    recent: VecDeque<Option<Gtid>>,
    /// Number of those before.
    forgotten: u64,
    /// Number of all that no promotion has lost.
    kept: u64,
    /// The last one.
    last: Option<Stored>,
}

impl Cluster {
    /// Number of writes that visitors have been told of.
    #[must_use]
    pub fn acknowledged(&self) -> u64 {
        self.acknowledged.forgotten + self.acknowledged.recent.len() as u64
    }

    /// The row that a visitor was told of last.
    #[must_use]
    pub const fn last_acknowledged(&self) -> Option<Stored> {
        self.acknowledged.last
    }

    /// How many acknowledged writes that no promotion has lost `server` does not show.
    #[inline(always)]
    pub(super) fn lacking(&self, server: u16) -> u64 {
        self.acknowledged.kept.saturating_sub(self.servers[usize::from(server)].shown)
    }

    /// How many of the first `before` acknowledged writes `server` does not show.
    pub(super) fn missed(&self, server: u16, before: u64) -> u32 {
        let (list, asked) = (&self.acknowledged, &self.servers[usize::from(server)]);
        let hidden = self.lacking(server);
        if hidden == 0 {
            return 0;
        }
        // Those acknowledged since the visit began do not count: it may well be older than they are.
        let known = usize::try_from(before.saturating_sub(list.forgotten)).unwrap_or(usize::MAX);
        let since = list.recent.iter().skip(known).flatten();
        let later = since.filter(|gtid| !asked.executed.contains(**gtid)).count() as u64;
        let missed = hidden.saturating_sub(later + list.forgotten.saturating_sub(before)) as u32;
        debug_assert!(list.forgotten > 0 || missed == self.missed_one_by_one(server, before), "the counts agree");
        missed
    }

    /// The same, counted one by one, as long as all are remembered.
    fn missed_one_by_one(&self, server: u16, before: u64) -> u32 {
        let executed = &self.servers[usize::from(server)].executed;
        let known = self.acknowledged.recent.iter().take(before as usize).flatten();
        known.filter(|gtid| !executed.contains(**gtid)).count() as u32
    }

    /// A visitor has been told that a row is stored.
    pub(crate) fn acknowledge(&mut self, stored: Stored) {
        let gtid = stored.row.gtid;
        // The answer may come after a promotion that has lost the row.
        let primary = self.primary.map(|primary| &self.servers[usize::from(primary)].executed);
        let kept = primary.is_none_or(|executed| executed.contains(gtid));
        for server in &mut self.servers {
            server.shown += u64::from(kept && server.executed.contains(gtid));
            // Servers that have the transaction have it at the same position: each one's history is the start of another's.
            let received = server.next_position.saturating_sub(server.relay.len() as u64);
            let position = if server.mixed { server.binlog.position_of(gtid) } else { Some(stored.position) };
            let in_log = position.and_then(|position| server.binlog.remembered_mut(position));
            let in_relay = stored.position.checked_sub(received).and_then(|at| server.relay.get_mut(at as usize));
            for copy in in_log.into_iter().chain(in_relay).filter(|copy| copy.row.gtid == gtid) {
                (copy.acknowledged, copy.written_off) = (true, !kept);
            }
        }
        let list = &mut self.acknowledged;
        list.last = Some(stored);
        list.kept += u64::from(kept);
        if list.recent.len() == MAX_ACKNOWLEDGED {
            list.recent.pop_front();
            list.forgotten += 1;
        }
        list.recent.push_back(Some(gtid).filter(|_| kept));
        if !kept {
            self.lost_before_told(stored);
        }
    }

    /// Takes what the new primary has not off the list of what reads should show, and returns how much that is.
    pub(super) fn write_off(&mut self, primary: u16) -> u64 {
        let expected = self.acknowledged.recent.iter().flatten().count();
        let executed = self.servers[usize::from(primary)].executed.clone();
        for gtid in &mut self.acknowledged.recent {
            *gtid = gtid.filter(|gtid| executed.contains(*gtid));
        }
        for server in &mut self.servers {
            for copy in &mut server.relay {
                copy.written_off |= copy.acknowledged && !executed.contains(copy.row.gtid);
            }
            for copy in server.binlog.all_remembered_mut() {
                if copy.counts() && !executed.contains(copy.row.gtid) {
                    copy.written_off = true;
                    server.shown -= 1;
                }
            }
        }
        let kept = self.servers[usize::from(primary)].shown;
        self.acknowledged.kept = kept;
        // Whoever has what is lost and too old for its log is given the benefit of the doubt.
        for server in &mut self.servers {
            server.shown = server.shown.min(kept);
        }
        (expected - self.acknowledged.recent.iter().flatten().count()) as u64
    }

    /// Counts anew what is counted as it happens.
    pub(crate) fn verify_acknowledged(&self) -> Result<(), String> {
        let list = &self.acknowledged;
        for (at, server) in self.servers.iter().enumerate() {
            let hidden = list.recent.iter().flatten().filter(|gtid| !server.executed.contains(**gtid)).count() as u64;
            let counted = list.kept.checked_sub(server.shown);
            // Of those that are forgotten, a server may miss any.
            if counted.is_none_or(|counted| counted < hidden || (list.forgotten == 0 && counted != hidden)) {
                return Err(format!("server {at} lacks {hidden} acknowledged writes, {counted:?} by its count"));
            }
        }
        Ok(())
    }
}
