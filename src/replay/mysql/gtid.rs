//! MariaDB's names of transactions: domain, server, and a number that goes on through the whole history of a log.

use std::collections::BTreeMap;

use crate::sim::World;
use crate::sim::mysql::Gtid;

/// MariaDB's number of each transaction, given how many were logged before the first.
pub(super) fn numbers(world: &World, before: u64) -> BTreeMap<Gtid, u64> {
    let mut numbers = BTreeMap::new();
    let servers = &world.cluster().servers;
    // The log of a server may hold transactions of another whose number only that one's log tells.
    loop {
        let known = numbers.len();
        for (at, server) in (0_u16..).zip(servers) {
            let mut last = before;
            for (_, transaction) in server.binlog.since(0) {
                let gtid = transaction.row.gtid;
                match numbers.get(&gtid) {
                    Some(number) => last = last.max(*number),
                    None if gtid.origin == at => {
                        last += 1;
                        numbers.insert(gtid, last);
                    }
                    None => break,
                }
            }
        }
        if numbers.len() == known {
            return numbers;
        }
    }
}

/// A transaction as MariaDB writes it.
pub(super) fn name(numbers: &BTreeMap<Gtid, u64>, gtid: Gtid) -> String {
    format!("0-{}-{}", gtid.origin + 1, numbers.get(&gtid).copied().unwrap_or_default())
}
