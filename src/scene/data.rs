//! What is shown: the rows of all databases, side by side.

use std::collections::BTreeMap;

use crate::sim::mysql::{Cluster, Gtid, GtidSet, Row, Server};
use crate::sim::{Condition, PartId, ProcessId, Wiring, World};
use crate::text::inspector::{data, fact, stats};

/// Row ids that are shown, newest first.
pub const SHOWN_ROWS: usize = 20;

/// Ready to be drawn: the rows of all databases, side by side.
#[derive(Clone, Debug, PartialEq)]
pub struct DataView {
    /// One column per MySQL server.
    pub servers: Vec<Column>,
    /// One line per row id, newest first.
    pub lines: Vec<Line>,
    /// Row ids that are older than those shown.
    pub older: u64,
}

/// A MySQL server above its rows.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    /// Its process, for selecting it.
    pub part: PartId,
    /// `machine/process`.
    pub name: String,
    /// Primary, replica or old primary.
    pub role: &'static str,
    /// Whether it is where writes go.
    pub is_primary: bool,
    /// Whether it holds transactions that the primary has not.
    pub diverged: bool,
    /// How its process is.
    pub condition: Condition,
    /// Number of its rows.
    pub rows: String,
    /// `gtid_executed`.
    pub executed: String,
    /// How far it is behind; none for a server that replicates from nobody.
    pub lag: Option<String>,
}

/// One row id on every server.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// The row id.
    pub id: u32,
    /// What each server has, in the order of the columns.
    pub cells: Vec<Cell>,
}

/// What one server has under one row id.
#[derive(Clone, Debug, PartialEq)]
pub struct Cell {
    /// How it compares to the primary.
    pub mark: Mark,
    /// That in words.
    pub note: &'static str,
    /// The row, if there is one: the visit that wrote it, and its transaction.
    pub row: Option<(u64, String)>,
}

/// How a server's row compares to the primary's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// The same row.
    Same,
    /// No row.
    Missing,
    /// Another row, or one that the primary does not have.
    Different,
    /// A row that a promotion lost.
    Lost,
}

impl Mark {
    /// The mark as test hooks and style sheets name it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::Missing => "missing",
            Self::Different => "different",
            Self::Lost => "lost",
        }
    }
}

impl DataView {
    /// Projects a world.
    #[must_use]
    pub fn new(world: &World) -> Self {
        let (cluster, wiring) = (world.cluster(), world.wiring());
        let servers = (0..).zip(&cluster.servers).map(|(at, server)| Column::new(world, at, server)).collect();
        let lost: Vec<Row> = cluster.promotions.iter().flat_map(|p| p.lost.iter().copied()).collect();
        let mut by_id: BTreeMap<u32, Vec<Option<Row>>> = BTreeMap::new();
        let empty = || vec![None; cluster.servers.len()];
        for (at, server) in cluster.servers.iter().enumerate() {
            for row in server.table.rows().rev().take(SHOWN_ROWS) {
                by_id.entry(row.id).or_insert_with(empty)[at] = Some(*row);
            }
        }
        for row in &lost {
            by_id.entry(row.id).or_insert_with(empty);
        }
        let marks = Marks { cluster, wiring, lost: &lost };
        let newest = by_id.iter().rev().take(SHOWN_ROWS);
        let lines: Vec<Line> = newest.map(|(id, rows)| Line { id: *id, cells: marks.cells(*id, rows) }).collect();
        let older = lines.last().map_or(0, |line| u64::from(line.id.saturating_sub(1)));
        Self { servers, lines, older }
    }
}

impl Column {
    fn new(world: &World, at: u16, server: &Server) -> Self {
        let (cluster, wiring) = (world.cluster(), world.wiring());
        let lag = world
            .replica_status(at)
            .map(|status| data::lag(status.not_received + status.waiting as u64, status.seconds_behind));
        Self {
            part: PartId::Process(server.process),
            name: wiring.process(server.process).full_name.clone(),
            role: role(cluster, at),
            is_primary: cluster.primary == Some(at),
            diverged: is_diverged(cluster, at),
            condition: world.parts().condition(server.process),
            rows: data::rows(server.table.count()),
            executed: or_empty(gtid_set(cluster, wiring, &server.executed)),
            lag,
        }
    }
}

/// What a server is, in the words of operators.
#[must_use]
pub fn role(cluster: &Cluster, at: u16) -> &'static str {
    match cluster.servers[usize::from(at)].source {
        _ if cluster.primary == Some(at) => stats::PRIMARY,
        Some(_) => stats::REPLICA,
        None => stats::OLD_PRIMARY,
    }
}

/// Whether a server holds transactions that the primary has not.
#[must_use]
pub fn is_diverged(cluster: &Cluster, at: u16) -> bool {
    let primary = cluster.primary.map(|primary| &cluster.servers[usize::from(primary)].executed);
    primary.is_some_and(|primary| !cluster.servers[usize::from(at)].executed.is_within(primary))
}

/// A transaction as MySQL writes it, with the name of its server in place of the UUID.
#[must_use]
pub fn gtid(cluster: &Cluster, wiring: &Wiring, gtid: Gtid) -> String {
    format!("{}:{}", uuid(cluster, wiring, gtid), gtid.number)
}

/// A set of transactions as MySQL writes it.
#[must_use]
pub fn gtid_set(cluster: &Cluster, wiring: &Wiring, set: &GtidSet) -> String {
    ranges(cluster, wiring, set.ranges())
}

/// A set of transactions, or the word for none.
#[must_use]
pub fn or_empty(set: String) -> String {
    if set.is_empty() { fact::EMPTY.to_owned() } else { set }
}

/// Transactions from the first of each UUID to the last, which is given.
pub(super) fn ranges(cluster: &Cluster, wiring: &Wiring, last: impl Iterator<Item = Gtid>) -> String {
    let range = |last: Gtid| {
        let (uuid, number) = (uuid(cluster, wiring, last), last.number);
        if number == 1 { format!("{uuid}:1") } else { format!("{uuid}:1-{number}") }
    };
    let all: Vec<String> = last.map(range).collect();
    all.join(", ")
}

/// The shortest name that tells a server from the others: its machine, if no other server is there; with a number from
/// its second UUID on.
fn uuid(cluster: &Cluster, wiring: &Wiring, gtid: Gtid) -> String {
    let process = cluster.servers[usize::from(gtid.origin)].process;
    let on_machine = |other: ProcessId| wiring.process(other).machine == wiring.process(process).machine;
    let alone = cluster.servers.iter().filter(|server| on_machine(server.process)).count() == 1;
    let name = if alone { &wiring.machine_of(process).name } else { &wiring.process(process).full_name };
    if gtid.uuid == 0 { name.clone() } else { format!("{name}#{}", gtid.uuid + 1) }
}

/// Compares rows to the primary's.
struct Marks<'a> {
    cluster: &'a Cluster,
    wiring: &'a Wiring,
    lost: &'a [Row],
}

impl Marks<'_> {
    fn cells(&self, id: u32, rows: &[Option<Row>]) -> Vec<Cell> {
        let truth = self.cluster.primary.and_then(|primary| rows[usize::from(primary)]);
        let had = |server: &Server| {
            rows.iter().flatten().any(|row| server.executed.contains(row.gtid)) && !server.table.holds(id)
        };
        let cell = |(server, row): (&Server, &Option<Row>)| {
            let (mark, note) = match row {
                Some(row) => self.present(*row, truth),
                None if had(server) => (Mark::Missing, data::EMPTIED),
                None => self.absent(id, server, truth),
            };
            let row = row.map(|row| (row.visit, gtid(self.cluster, self.wiring, row.gtid)));
            Cell { mark, note, row }
        };
        self.cluster.servers.iter().zip(rows).map(cell).collect()
    }

    fn present(&self, row: Row, truth: Option<Row>) -> (Mark, &'static str) {
        match truth {
            Some(truth) if truth.gtid == row.gtid => (Mark::Same, data::SAME),
            truth if self.lost.iter().any(|lost| lost.gtid == row.gtid) => {
                (Mark::Lost, if truth.is_some() { data::LOST_TAKEN } else { data::LOST_HERE })
            }
            Some(_) => (Mark::Different, data::DIFFERENT),
            None if self.primary_had(row) => (Mark::Different, data::STILL_HERE),
            None => (Mark::Different, data::ONLY_HERE),
        }
    }

    /// Whether the primary has carried out the transaction that stored a row, and has the row no more.
    fn primary_had(&self, row: Row) -> bool {
        self.cluster.primary.is_some_and(|at| self.cluster.servers[usize::from(at)].executed.contains(row.gtid))
    }

    fn absent(&self, id: u32, server: &Server, truth: Option<Row>) -> (Mark, &'static str) {
        match truth {
            Some(truth) if server.relay.iter().any(|t| t.row.gtid == truth.gtid) => (Mark::Missing, data::RECEIVED),
            Some(_) => (Mark::Missing, data::NOT_RECEIVED),
            None if self.lost.iter().any(|lost| lost.id == id) => (Mark::Lost, data::LOST),
            None => (Mark::Missing, data::ELSEWHERE),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::{Class, Command, Micros, Preset, Setting, SimTime};
    use std::sync::Arc;

    const REPLICA: &str = "web-02/mysqld";

    fn world() -> World {
        World::new(Arc::new(Preset::find("three-server").expect("a preset").scenario()))
    }

    fn act(world: &mut World, command: Command) {
        world.apply(&command).expect("a command that makes sense");
    }

    fn write(world: &mut World, count: u32) {
        act(world, Command::visits(Class::Write, count));
        let until = world.now() + Micros::from_secs(2);
        world.run_until(SimTime(until.0));
    }

    fn marks(view: &DataView, server: usize) -> Vec<(u32, Mark)> {
        view.lines.iter().map(|line| (line.id, line.cells[server].mark)).collect()
    }

    #[test]
    fn rows_are_the_same_everywhere_once_replicated() {
        let mut world = world();
        assert!(DataView::new(&world).lines.is_empty());
        write(&mut world, 3);
        let view = DataView::new(&world);
        assert_eq!(marks(&view, 1), [(3, Mark::Same), (2, Mark::Same), (1, Mark::Same)]);
        assert_eq!(view.servers[0].executed, "web-01:1-3");
        assert_eq!(view.servers[1].lag.as_deref(), Some("caught up"));
        write(&mut world, 30);
        let view = DataView::new(&world);
        assert_eq!((view.lines.len(), view.older), (SHOWN_ROWS, 13));
    }

    #[test]
    fn a_delayed_replica_misses_rows_that_it_has_received() {
        let mut world = world();
        act(&mut world, Command::Set(Setting::SourceDelay(10_000)));
        write(&mut world, 1);
        let cell = DataView::new(&world).lines[0].cells[1].clone();
        assert_eq!((cell.mark, cell.note, cell.row), (Mark::Missing, data::RECEIVED, None));
        act(&mut world, Command::Kill { part: format!("web-01/mysqld>{REPLICA}") });
        write(&mut world, 1);
        assert_eq!(DataView::new(&world).lines[0].cells[1].note, data::NOT_RECEIVED);
    }

    #[test]
    fn truncated_rows_are_gone_and_said_to_be() {
        let mut world = world();
        write(&mut world, 1);
        act(&mut world, Command::Kill { part: format!("web-01/mysqld>{REPLICA}") });
        act(&mut world, Command::Truncate { server: "web-01/mysqld".into() });
        let notes =
            |world: &World| DataView::new(world).lines[0].cells.iter().map(|cell| cell.note).collect::<Vec<_>>();
        assert_eq!(notes(&world), [data::EMPTIED, data::STILL_HERE]);
        write(&mut world, 1);
        assert_eq!(notes(&world), [data::SAME, data::DIFFERENT]);
        act(&mut world, Command::RestoreAll);
        write(&mut world, 1);
        assert_eq!(marks(&DataView::new(&world), 1), [(2, Mark::Same), (1, Mark::Same)]);
    }

    #[test]
    fn a_promotion_loses_rows_and_the_old_primary_differs() {
        let mut world = world();
        act(&mut world, Command::Kill { part: format!("web-01/mysqld>{REPLICA}") });
        write(&mut world, 2);
        act(&mut world, Command::Kill { part: "web-01/mysqld".into() });
        act(&mut world, Command::Promote { server: REPLICA.into() });
        let view = DataView::new(&world);
        assert_eq!(marks(&view, 0), [(2, Mark::Lost), (1, Mark::Lost)]);
        assert_eq!(marks(&view, 1), [(2, Mark::Lost), (1, Mark::Lost)]);
        assert_eq!((view.servers[0].role, view.servers[0].diverged), (stats::OLD_PRIMARY, true));
        write(&mut world, 1);
        let view = DataView::new(&world);
        assert_eq!(marks(&view, 1), [(2, Mark::Lost), (1, Mark::Same)]);
        assert_eq!(view.lines[1].cells[0].mark, Mark::Lost);
        assert_eq!(view.servers[1].executed, "web-02:1");
    }
}
