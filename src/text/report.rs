//! Words in a report of a run. Its headings are in `report.html`.

use super::explain;
use crate::sim::mysql::Promotion;
use crate::sim::{SimTime, Wiring};

/// The report, with `{{names}}` where something has to be filled in; those of tables have their columns beside them, a `#`
/// before those of numbers.
pub const PAGE: &str = include_str!("report.html");

labels! {
    /// Said where a list has nothing in it.
    NOTHING = "Nothing.";
    /// Somebody did it.
    BY_HAND = "hand";
    /// The scenario did it.
    BY_TIMELINE = "the scenario's timeline";
    /// It came true.
    YES = "yes";
    /// It did not.
    NO = "no";
    /// Where a link leads.
    THIS_MOMENT = "this moment of the run";
    /// Where a link leads.
    THIS_PLACE = "the beginning of this run";
}

/// What the report is about.
#[must_use]
pub fn about(preset: &str, seed: u64, version: &str, digest: u64) -> String {
    format!("Scenario {preset}, seed {seed}. Hopscope {version}. Digest of the run at this moment: {digest:016x}.")
}

/// All visits in a sentence.
#[must_use]
pub fn totals(started: u64, ended: u64, ok: u64, stale: u64) -> String {
    format!("{started} visits started, {ended} ended: {ok} with success, {} without; {stale} stale reads.", ended - ok)
}

/// How many are done of how many.
#[must_use]
pub fn done_of(done: usize, all: usize) -> String {
    format!("{done} of {all}")
}

/// What a promotion lost: the server, how many rows, and the first of them.
#[must_use]
pub fn lost(wiring: &Wiring, promotion: &Promotion) -> [String; 3] {
    const NAMED: usize = 20;
    let named = promotion.lost.iter().take(NAMED).map(|row| format!("{} ({})", row.id, row.visit));
    let mut rows: Vec<String> = named.collect();
    if promotion.lost_count > rows.len() as u64 {
        rows.push("…".to_owned());
    }
    [explain::process(wiring, promotion.server), promotion.lost_count.to_string(), rows.join(", ")]
}

/// A moment.
#[must_use]
pub fn at(moment: SimTime) -> String {
    super::label::clock(moment.0)
}
