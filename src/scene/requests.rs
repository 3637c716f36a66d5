//! What is shown: the log of visits, and how many ended how.

use std::sync::Arc;

use super::trace::Tone;
use crate::sim::metrics::OutcomeCount;
use crate::sim::{Class, Outcome, VisitRecord, Wiring, World};
use crate::text::{explain, label};

/// The most rows of the log that are shown at a time.
pub const MAX_ROWS: usize = 40;

/// Ready to be drawn: the log of visits, and how many ended how. The log itself is copied as it is; words are made for
/// the rows that are shown only, see [`RequestsView::rows`].
#[derive(Clone, Debug)]
pub struct RequestsView {
    /// Counters.
    pub totals: Totals,
    wiring: Arc<Wiring>,
    outcomes: Vec<OutcomeCount>,
    log: Vec<VisitRecord>,
}

/// Counters of all visits since the start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Totals {
    /// Started.
    pub started: u64,
    /// Ended.
    pub ended: u64,
    /// Of these, with 2xx or 3xx.
    pub ok: u64,
    /// Of these, stale.
    pub stale: u64,
    /// Not ended.
    pub under_way: u64,
}

/// Which rows of the log are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Only this class.
    pub class: Option<Class>,
    /// Only failures and stale reads.
    pub only_failures: bool,
}

/// One way in which visits ended, and how often.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutcomeRow {
    /// What was asked for.
    pub class: Class,
    /// How well that went.
    pub tone: Tone,
    /// `200`, `ERR_CONNECTION_REFUSED`.
    pub result: String,
    /// The emitting process as commands write it.
    pub by: String,
    /// The emitting process as people call it.
    pub by_label: String,
    /// Why.
    pub cause: &'static str,
    /// How often.
    pub count: u64,
}

/// One visit of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Its number.
    pub visit: u64,
    /// When it started.
    pub started: String,
    /// What it asked for.
    pub class: Class,
    /// How well it went.
    pub tone: Tone,
    /// `200`, `ERR_CONNECTION_REFUSED`.
    pub result: String,
    /// The machine of the web server that HAProxy chose last.
    pub server: Option<String>,
    /// Version of the application files.
    pub version: Option<u32>,
    /// The database that was asked last.
    pub database: Option<String>,
    /// How long it took.
    pub time: String,
    /// Retries as HAProxy's log has them; none if HAProxy chose no server.
    pub retries: Option<String>,
    /// Termination state as HAProxy's log has it.
    pub termination: Option<String>,
}

impl PartialEq for RequestsView {
    fn eq(&self, other: &Self) -> bool {
        self.totals == other.totals
            && Arc::ptr_eq(&self.wiring, &other.wiring)
            && self.outcomes == other.outcomes
            && self.log.first() == other.log.first()
            && self.log.len() == other.log.len()
    }
}

impl RequestsView {
    /// Projects a world.
    #[must_use]
    pub fn new(world: &World) -> Self {
        let metrics = world.metrics();
        let groups = Class::ALL.into_iter().flat_map(|class| [(class, false), (class, true)]);
        let of_group = |group| {
            let counts = metrics.outcomes.iter().copied();
            counts.filter(move |count| (count.class, outcome(count).is_ok()) == group)
        };
        let outcomes = groups.flat_map(of_group).collect();
        Self {
            totals: Totals {
                started: metrics.started,
                ended: metrics.ended,
                ok: metrics.ok,
                stale: metrics.stale,
                under_way: world.under_way() as u64,
            },
            wiring: Arc::clone(world.wiring()),
            outcomes,
            log: world.log().newest_first().copied().collect(),
        }
    }

    /// How many visits the log holds.
    #[must_use]
    pub fn log_length(&self) -> usize {
        self.log.len()
    }

    /// How visits ended: by class, failures first.
    pub fn outcomes(&self) -> impl Iterator<Item = OutcomeRow> + '_ {
        self.outcomes.iter().map(|count| {
            let outcome = outcome(count);
            OutcomeRow {
                class: count.class,
                tone: if outcome.is_ok() { Tone::Fine } else { Tone::Failed },
                result: explain::result(&outcome),
                by: self.wiring.process(count.by).full_name.clone(),
                by_label: explain::process(&self.wiring, count.by),
                cause: explain::short_cause(count.cause),
                count: count.count,
            }
        })
    }

    /// The newest [`MAX_ROWS`] visits that a filter lets through, newest first.
    pub fn rows(&self, filter: Filter) -> impl Iterator<Item = Row> + '_ {
        let passes = move |record: &&VisitRecord| {
            let failed = !record.outcome.is_ok() || record.outcome.is_stale();
            filter.class.is_none_or(|class| class == record.class) && (failed || !filter.only_failures)
        };
        self.log.iter().filter(passes).take(MAX_ROWS).map(|record| self.row(record))
    }

    fn row(&self, record: &VisitRecord) -> Row {
        let (notes, wiring) = (&record.notes, &self.wiring);
        Row {
            visit: record.id,
            started: label::visits::moment(record.started),
            class: record.class,
            tone: Tone::of(&record.outcome),
            result: explain::result(&record.outcome),
            server: notes.server.map(|server| explain::server(wiring, server).to_owned()),
            version: notes.version,
            database: notes.database.map(|database| explain::database(wiring, database)),
            time: record.took.to_string(),
            retries: notes.server.map(|_| label::visits::retries(notes.retries, notes.redispatched)),
            termination: explain::termination(wiring, &record.outcome, notes.server, notes.cookie),
        }
    }
}

const fn outcome(count: &OutcomeCount) -> Outcome {
    Outcome { result: count.result, by: count.by, cause: count.cause }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::{Command, PRESETS, SimTime};

    fn world(commands: &[Command]) -> World {
        let mut world = World::new(Arc::new(PRESETS[0].scenario()));
        for (second, command) in (1..).zip(commands) {
            world.apply(command).expect("the preset has these parts");
            world.run_until(SimTime(second * 1_000_000));
        }
        world
    }

    const fn visit(class: Class, count: u32) -> Command {
        Command::visits(class, count)
    }

    fn kill(part: &str) -> Command {
        Command::Kill { part: part.to_owned() }
    }

    #[test]
    fn visits_are_counted_by_class_result_layer_and_cause() {
        let view = RequestsView::new(&world(&[visit(Class::Read, 2), kill("web-02/app"), visit(Class::Read, 2)]));
        let rows: Vec<(String, String, &str, u64)> =
            view.outcomes().map(|row| (row.result, row.by, row.cause, row.count)).collect();
        let row = |result: &str, by: &str, cause, count| (result.to_owned(), by.to_owned(), cause, count);
        assert_eq!(
            rows,
            [
                row("502", "web-02/nginx", "application refused the connection", 1),
                row("200", "web-01/app", "rows read", 2),
                row("200", "web-02/app", "rows read", 1),
            ]
        );
        assert_eq!(view.totals, Totals { started: 4, ended: 4, ok: 3, stale: 0, under_way: 0 });
    }

    #[test]
    fn the_log_is_filtered_and_bounded() {
        let commands = [visit(Class::Static, 150), kill("web-01/mysqld"), visit(Class::Write, 3)];
        let view = RequestsView::new(&world(&commands));
        let shown = |class, only_failures| -> Vec<Row> { view.rows(Filter { class, only_failures }).collect() };
        assert_eq!(shown(None, false).len(), MAX_ROWS);
        assert_eq!(shown(Some(Class::Static), true), []);
        let failures = shown(None, true);
        // In the order in which they ended, which is a matter of chance.
        let mut failed: Vec<u64> = failures.iter().map(|row| row.visit).collect();
        failed.sort_unstable();
        assert_eq!(failed, [151, 152, 153]);
        assert!(failures.iter().all(|row| row.result == "500" && row.database.as_deref() == Some("web-01")));
    }

    #[test]
    fn a_view_is_new_only_if_something_has_ended_or_started() {
        let mut world = world(&[visit(Class::Read, 1)]);
        let before = RequestsView::new(&world);
        world.run_until(SimTime(2_000_000));
        assert_eq!(RequestsView::new(&world), before);
        world.apply(&visit(Class::Read, 1)).expect("the browser is open");
        assert_ne!(RequestsView::new(&world), before);
    }
}
