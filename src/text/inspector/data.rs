//! Words of the panels of the rows and of the parts.

/// The name of the table of rows for screen readers.
pub const DATA: &str = "Rows of the table orders on every MySQL server, newest first";
/// Heading of the row ids.
pub const ID: &str = "Row";
/// Shown while there are no rows.
pub const EMPTY: &str = "No rows. Send a write visit: the primary stores a row and sends it to the replicas.";
/// The button that writes the first row.
pub const WRITE: &str = "Write a row";
/// Shown where there is no database at all.
pub const NO_DATABASE: &str = "This site has no database.";
/// A row that is here as on the primary.
pub const SAME: &str = "stored";
/// A row that the replica has received and not yet applied.
pub const RECEIVED: &str = "not yet: received, not applied";
/// A row that the replica has not received.
pub const NOT_RECEIVED: &str = "not yet: not received";
/// A row that exists on a server that is no longer in charge.
pub const ELSEWHERE: &str = "never arrived";
/// A row that was here until somebody emptied the table.
pub const EMPTIED: &str = "gone: TRUNCATE";
/// A row that the primary had until somebody emptied its table.
pub const STILL_HERE: &str = "still here: TRUNCATE not applied";
/// A row that a promotion lost.
pub const LOST: &str = "lost by the promotion";
/// A row that a promotion lost and that lives on only here.
pub const LOST_HERE: &str = "lost: only here";
/// A row that a promotion lost, and whose id was given to another row since.
pub const LOST_TAKEN: &str = "lost: only here, its id went to another row";
/// A row with the same id and another transaction.
pub const DIFFERENT: &str = "same id, other transaction";
/// A row that the primary does not have.
pub const ONLY_HERE: &str = "only here";
/// What the marks mean.
pub const LEGEND: &str = "Each line is one row id. The primary’s column is the truth that the site goes by.";

/// The visit that wrote a row.
#[must_use]
pub fn visit(visit: u64) -> String {
    format!("visit {visit}")
}

/// Number of rows.
#[must_use]
pub fn rows(count: u64) -> String {
    match count {
        1 => "1 row".to_owned(),
        _ => format!("{count} rows"),
    }
}

/// How far a replica is behind.
#[must_use]
pub fn lag(rows: u64, seconds: Option<u64>) -> String {
    match (rows, seconds) {
        (0, Some(_)) => "caught up".to_owned(),
        (_, None) => format!("not connected, {rows} behind"),
        (1, Some(s)) => format!("1 row behind, {s} s"),
        (rows, Some(s)) => format!("{rows} rows behind, {s} s"),
    }
}

/// Rows older than those shown.
#[must_use]
pub fn older(count: u64) -> String {
    format!("Older rows: {count}.")
}

/// The name of the table of parts for screen readers.
pub const PARTS: &str = "Every part with its state and its switch";
/// Columns of the table of parts.
pub const PART_COLUMNS: [&str; 6] = ["Part", "On", "State", KIND, "Speed", "More"];
/// The column of kinds, which a narrow screen leaves out.
pub const KIND: &str = "Kind";
/// Heading of machines and processes.
pub const MACHINES: &str = "Machines and their processes";
/// Heading of links.
pub const LINKS: &str = "Links";
/// Shown where nothing is broken.
pub const ALL_FINE: &str = "Everything is up, at normal speed.";
/// Opens a part in the inspector.
pub const INSPECT: &str = "Inspect";
/// Hangs a process.
pub const HANG: &str = "Hang";
/// Lets a hung process go on.
pub const GO_ON: &str = "Go on";

/// How many parts are not as they should be.
#[must_use]
pub fn broken(count: usize) -> String {
    match count {
        1 => "1 part is not as it should be.".to_owned(),
        _ => format!("{count} parts are not as they should be."),
    }
}

/// The name of a part's switch for screen readers.
#[must_use]
pub fn switch(part: &str) -> String {
    format!("{part} on")
}

/// The name of a part's list of speeds for screen readers.
#[must_use]
pub fn speed_of(part: &str) -> String {
    format!("Speed of {part}")
}

/// A link between two parts.
#[must_use]
pub fn link(from: &str, to: &str) -> String {
    format!("{from} → {to}")
}
