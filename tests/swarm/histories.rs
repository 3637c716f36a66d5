//! A replica is always a prefix of its primary's binlog until promotion; a promotion loses exactly the transactions that
//! were acknowledged and not received, and names them.

use std::collections::BTreeSet;

use hopscope::sim::mysql::{Gtid, Io, Row, Server, Stored};
use hopscope::sim::{Cause, Command, SimTime, VisitRecord, World};

use crate::watch::Tally;

/// What has been seen of every database.
pub struct Histories {
    databases: Vec<History>,
    primary: Option<usize>,
    /// Rows that visitors have been told of, with the moment.
    acknowledged: Vec<(SimTime, Stored)>,
    /// Rows that promotions have named.
    named: BTreeSet<Gtid>,
    promotions: usize,
    /// When the last one was.
    promoted_at: SimTime,
}

/// All rows that a database has carried out since the beginning of time, a copied past included.
#[derive(Clone, Default)]
struct History {
    rows: Vec<Row>,
    /// Whom it follows: it has been connected, and has kept its source since.
    source: Option<usize>,
    /// How many of its rows have been compared with the source's.
    compared: usize,
    /// Transactions received so far, of one that follows.
    received: Option<u64>,
}

impl History {
    /// Notes whom the server follows now.
    fn look(&mut self, server: &Server) {
        let source = server.source.map(usize::from).filter(|_| !server.mixed);
        let follows = match server.io {
            Io::Running => true,
            Io::Connecting | Io::Stopped => self.source == source,
            Io::Off | Io::Refused(_) => false,
        };
        let now = source.filter(|_| follows);
        if std::mem::replace(&mut self.source, now) != now {
            self.compared = 0;
        }
    }

    fn has(&self, stored: &Stored) -> bool {
        self.rows.get(stored.position as usize) == Some(&stored.row)
    }
}

impl Histories {
    pub fn new(world: &World) -> Self {
        let databases = vec![History::default(); world.cluster().servers.len()];
        let primary = world.cluster().primary.map(usize::from);
        let (acknowledged, named, promoted_at) = (Vec::new(), BTreeSet::new(), SimTime::ZERO);
        Self { databases, primary, acknowledged, named, promotions: 0, promoted_at }
    }

    /// Reads on in every binlog.
    pub fn after(&mut self, world: &World, command: Option<&Command>, tally: &mut Tally) {
        let cluster = world.cluster();
        if let Some(Command::Reclone { server }) = command {
            self.copied(world, server);
        }
        for (history, server) in self.databases.iter_mut().zip(&cluster.servers) {
            for position in history.rows.len() as u64..server.binlog.end() {
                history.rows.push(server.binlog.get(position).expect("what is new is in the binlog").row);
            }
            assert_eq!(history.rows.len() as u64, server.binlog.end(), "a binlog has become shorter");
        }
        if let Some(Command::Promote { server }) = command {
            self.check_promotion(world, index_of(world, server), tally);
        }
        assert_eq!(cluster.primary.map(usize::from), self.primary, "only a command makes a primary");
        for (history, server) in self.databases.iter_mut().zip(&cluster.servers) {
            history.look(server);
            history.received = history.source.map(|_| server.next_position);
        }
        self.check_prefixes(world, tally);
    }

    /// A database has got the data of the primary in place of its own.
    fn copied(&mut self, world: &World, server: &str) {
        let (at, primary) = (index_of(world, server), self.primary.expect("something to copy"));
        let donor = &self.databases[primary];
        self.databases[at] = History { rows: donor.rows.clone(), ..History::default() };
    }

    fn check_prefixes(&mut self, world: &World, tally: &mut Tally) {
        for (at, replica) in world.cluster().servers.iter().enumerate() {
            let Some(source) = self.databases[at].source else {
                continue;
            };
            let (copy, original) = (&self.databases[at].rows, &self.databases[source].rows);
            assert!(copy.len() <= original.len(), "{:?} is ahead of its source", replica.process);
            let from = self.databases[at].compared;
            let first = (from..copy.len()).find(|position| copy[*position] != original[*position]);
            assert_eq!(first, None, "where {:?} is no prefix of its source", replica.process);
            tally.copies += (copy.len() - from) as u64;
            self.databases[at].compared = copy.len();
        }
    }

    /// What is received and not yet carried out is as the source has it, too, and goes on where the replica's binlog ends.
    pub fn audit(&self, world: &World) {
        for (at, replica) in world.cluster().servers.iter().enumerate() {
            if let Some(source) = self.databases[at].source {
                let from = self.databases[at].rows.len();
                let original = &self.databases[source].rows[from..from + replica.relay.len()];
                assert!(replica.relay.iter().map(|transaction| &transaction.row).eq(original), "relay log of {at}");
            }
        }
    }

    fn check_promotion(&mut self, world: &World, new: usize, tally: &mut Tally) {
        let old = self.primary.replace(new).expect("a primary before");
        let promotion = world.cluster().promotions.back().expect("the promotion");
        self.promotions += 1;
        self.promoted_at = world.now();
        tally.promotions += 1;
        let [before, after] = [old, new].map(|at| &self.databases[at]);
        // All that the new primary had received is carried out; nothing else is there.
        if let Some(received) = after.received {
            assert_eq!(after.rows.len() as u64, received, "a promotion throws away what was received");
        }
        let told = self.acknowledged.iter().map(|(_, stored)| stored);
        let lost: BTreeSet<Gtid> =
            told.filter(|stored| before.has(stored) && !after.has(stored)).map(|stored| stored.row.gtid).collect();
        let named: BTreeSet<Gtid> = promotion.lost.iter().map(|row| row.gtid).collect();
        assert_eq!(promotion.lost_count, lost.len() as u64, "rows lost at {:?}", promotion.at);
        if promotion.lost_count == promotion.lost.len() as u64 {
            assert_eq!(named, lost, "rows lost at {:?}", promotion.at);
        } else {
            assert!(named.is_subset(&lost), "rows lost at {:?}", promotion.at);
        }
        tally.lost += lost.len() as u64;
        self.named.extend(lost);
    }

    /// A visitor who is told of a row can rely on it: it is there, or a promotion has named it by now. And nobody is told
    /// of a row that was stored for another request, or is shown fewer rows than were acknowledged before without a mark.
    pub fn check_answer(&mut self, world: &World, record: &VisitRecord, tally: &mut Tally) {
        // No event ends more than one visit that is told of a row.
        match (record.outcome.cause, world.cluster().last_acknowledged()) {
            (Cause::Stored { row }, Some(stored)) => {
                assert_eq!((stored.row.id, stored.row.visit), (row, record.id), "{record:?}");
                assert!(record.started <= stored.committed && stored.committed <= world.now(), "{record:?}");
                if !self.is_kept(&stored) {
                    assert!(self.is_named_late(world, &stored), "{stored:?} is gone without a word");
                    self.named.insert(stored.row.gtid);
                }
                self.acknowledged.push((world.now(), stored));
            }
            (Cause::Stored { .. }, None) => panic!("{record:?} confirms a row that nobody has stored"),
            // What is missed is counted by what was lost at the time; a promotion may bring it back before the answer is here.
            (Cause::Rows { missed: 0, .. }, _) if self.promoted_at < record.started => {
                let before = self.acknowledged.partition_point(|(at, _)| *at < record.started);
                let database = world.cluster().servers.iter().position(|db| Some(db.process) == record.notes.database);
                if let (Some((_, stored)), Some(database)) = (self.acknowledged[..before].last(), database) {
                    // What a promotion has named as lost is not expected, even if it comes back with the old primary.
                    let expected = self.is_kept(stored) && !self.named.contains(&stored.row.gtid);
                    let shown = self.databases[database].has(stored) || !expected;
                    assert!(shown, "{record:?} misses {stored:?} without a mark");
                    tally.reads += 1;
                }
            }
            _ => {}
        }
    }

    fn is_kept(&self, stored: &Stored) -> bool {
        self.databases[self.primary.expect("a primary")].has(stored)
    }

    /// Promotions that are forgotten, or that lost more rows than are named, may hold any.
    fn is_named_late(&self, world: &World, stored: &Stored) -> bool {
        let promotions = &world.cluster().promotions;
        let forgotten = self.promotions > promotions.len();
        let unnamed = promotions.iter().any(|promotion| promotion.lost_count > promotion.lost.len() as u64);
        forgotten || unnamed || promotions.iter().any(|promotion| promotion.lost.contains(&stored.row))
    }

    /// Whatever a visitor has been told of is there, or was named by a promotion.
    pub fn at_the_end(&self) {
        for (_, stored) in &self.acknowledged {
            let known = self.is_kept(stored) || self.named.contains(&stored.row.gtid);
            assert!(known, "{stored:?} is gone without a word");
        }
    }
}

fn index_of(world: &World, name: &str) -> usize {
    let process = world.wiring().mysqld(name).expect("a database of this name");
    let servers = &world.cluster().servers;
    servers.iter().position(|server| server.process == process).expect("every database is in the cluster")
}
