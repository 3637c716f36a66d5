//! Words of the tab of single points of failure.

use super::explain;
use super::monitoring::span;
use crate::analysis::{Availability, Change, Exposure, Herald, Later, PATIENCE, Told, Verdict};
use crate::sim::{Class, Decimal, PartId, Wiring};

labels! {
    /// Tab.
    TAB = "Single points of failure";
    /// What is done here.
    INTRO = "Each part is taken away in turn in a copy of this infrastructure with everything switched on; what is broken now does not count. Health checks get time to notice, then visitors come. Click a result to watch it.";
    /// Field: how far the examination has come.
    EXAMINING = "Taking parts away";
    /// Said when the configuration is another one by now.
    OUTDATED = "Something has been changed since this was examined.";
    /// Button: examines what is configured now.
    AGAIN = "Examine again";
    /// Button: back from a proof.
    BACK = "Back to the run before";
    /// Heading of the table.
    ALONE = "What one missing part does";
    /// Column.
    PART = "Part";
    /// Heading of rows.
    OUTSIDE = "Not yours: the visitor’s side and the name server";
    /// Before the names of parts that nobody misses.
    FINE = "Nobody misses one of these alone";
    /// Said of a failure that a cache hides.
    CACHED = "noticed only when the TTL is over";
    /// Heading: pairs.
    PAIRS = "Two at once";
    /// Button: examines pairs.
    EXAMINE_PAIRS = "Take every pair away";
    /// Heading: why an element is there.
    WHY = "Why is it here?";
    /// Field: what is left out.
    ELEMENT = "Leave out";
    /// Nothing is left out.
    NOTHING = "nothing yet";
    /// Said when nothing gets worse.
    NO_CHANGE = "Left out, no visit fares worse, nothing more is exposed, and no fault is noticed later.";
    /// Said when a scenario cannot do without.
    NEEDED = "Without it there is nothing to visit, or it was not there.";
    /// Heading: assumptions.
    ASSUMED = "Assumptions: how often each part fails";
    /// Said of the assumptions.
    INDEPENDENT = "Made up, and yours to change. Parts fail independently; nobody promotes a replica meanwhile. A visitor’s own side never fails here.";
    /// Column: mean time between failures.
    MTBF = "Fails once in (hours)";
    /// Column: mean time to repair.
    MTTR = "Works again after (minutes)";
    /// Column: share of time.
    WORKS = "Works";
}

/// What a part is called.
#[must_use]
pub fn part(wiring: &Wiring, part: PartId) -> String {
    match part {
        PartId::Machine(_) => format!("the machine {}", wiring.part_name(part)),
        PartId::Process(process) => explain::process(wiring, process),
        PartId::Link(link) => {
            let link = wiring.link(link);
            format!("{} → {}", explain::process(wiring, link.from), explain::process(wiring, link.to))
        }
    }
}

/// What an element is called that is no part.
#[must_use]
pub fn element(name: &str) -> &str {
    match name {
        "health-checks" => "HAProxy’s health checks",
        "redispatch" => "HAProxy’s retries",
        "firewalls" => "all firewalls",
        "tls" => "TLS and its certificate",
        "monitoring" => "all monitoring",
        part => part,
    }
}

const fn doing(class: Class) -> &'static str {
    match class {
        Class::Static => "static files",
        Class::Read => "reading",
        Class::Write => "writing",
    }
}

/// Which parts can take a class down alone.
#[must_use]
pub fn alone(class: Class, parts: &[String], works: bool) -> String {
    let what = doing(class);
    match parts {
        _ if !works => format!("With everything in place, {what} does not work."),
        [] => format!("No single part can take {what} down."),
        [part] => format!("One part can take {what} down alone: {part}."),
        [parts @ .., last] => {
            format!("{} parts can take {what} down alone: {} and {last}.", parts.len() + 1, parts.join(", "))
        }
    }
}

/// Availability in percent.
#[must_use]
pub fn percent(share: f64) -> String {
    // Rounded down: nothing that can fail is shown as perfect.
    format!("{} %", Decimal::of((share * 1e6) as u64, 10_000, 4))
}

/// Availability in percent, or its bounds.
#[must_use]
pub fn availability(share: Availability) -> String {
    match (percent(share.least), percent(share.most)) {
        (least, most) if least == most => least,
        (least, most) => format!("{least} to {most}"),
    }
}

/// What an availability comes to: its nines, and what it would be as a downtime.
#[must_use]
pub fn downtime(share: f64) -> String {
    let (mut left, mut nines) = (1.0 - share, 0);
    while left <= 0.1 && nines < 9 {
        (left, nines) = (left * 10.0, nines + 1);
    }
    let plural = if nines == 1 { "" } else { "s" };
    format!("{nines} nine{plural} · as if down {} a year", a_year(1.0 - share))
}

/// What would be gained if a part never failed.
#[must_use]
pub fn gain(part: &str, share: f64) -> String {
    format!("{part}: {} less", a_year(share))
}

/// Before the parts whose perfection would gain most.
pub const GAINS: &str = "If it never failed: ";

fn a_year(share: f64) -> String {
    let seconds = (share.max(0.0) * 365.25 * 86_400.0) as u64;
    match (seconds / 3_600, seconds / 60 % 60) {
        (0, 0) => format!("{seconds} s"),
        (0, minutes) => format!("{minutes} min"),
        (hours, minutes) => format!("{hours} h {minutes} min"),
    }
}

/// A verdict in a word or two.
#[must_use]
pub fn verdict(verdict: Verdict) -> String {
    match verdict {
        Verdict::Works => "works".to_owned(),
        Verdict::Stale => "old rows".to_owned(),
        Verdict::Slow => "slower".to_owned(),
        Verdict::Partly(permille) => format!("{} % fail", (permille + 5) / 10),
        Verdict::Lost => "lost".to_owned(),
    }
}

/// What a button that shows a verdict says to a screen reader.
#[must_use]
pub fn show(parts: &str, class: Class, said: &str) -> String {
    format!("Without {parts}, {}: {said}. Show it", doing(class))
}

/// The pairs of a class.
#[must_use]
pub fn pairs(class: Class, count: usize) -> String {
    let (what, plural) = (doing(class), if count == 1 { "" } else { "s" });
    format!("{count} pair{plural} can take {what} down where neither part can alone")
}

/// Pairs that are not listed.
#[must_use]
pub fn more(count: usize) -> String {
    format!("and {count} more")
}

/// Something that gets worse, with or without another part missing.
#[must_use]
pub fn worse(change: &Change, part: Option<String>) -> String {
    let (before, after) = (verdict(change.with), verdict(change.without));
    let when = part.map_or_else(|| "With all else in place".to_owned(), |part| format!("Without {part}"));
    format!("{when}, {}: {before} before, {after} now", doing(change.class))
}

/// What somebody outside can do without an element.
#[must_use]
pub fn exposed(exposure: &Exposure, wiring: &Wiring) -> String {
    match exposure {
        Exposure::Port(machine, port) => format!("Port {port} of {machine} is open to everybody"),
        Exposure::Password(link) => format!("A password can be read on {}", part(wiring, PartId::Link(*link))),
    }
}

/// A part whose death is noticed later, or never, without an element.
#[must_use]
pub fn later(later: &Later) -> String {
    let told = |told: Told| match told {
        Some((Herald::Alert, after)) => format!("an alert tells after {}", span(after)),
        Some((Herald::Visitor, after)) => format!("a visitor complains after {}", span(after)),
        None => format!("nobody knows within {}", span(PATIENCE)),
    };
    format!("{} dies: {} before, {} now", later.part, told(later.with), told(later.without))
}

/// Said of an infrastructure with too many parts or pairs.
#[must_use]
pub fn too_many(count: usize, limit: usize) -> String {
    format!("Too many to take away one by one: {count}, and the limit is {limit}.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn availability_reads_as_operators_say_it() {
        assert_eq!(percent(0.998_502_744), "99.8502 %");
        assert_eq!(downtime(0.998_502_744), "2 nines · as if down 13 h 7 min a year");
        assert_eq!(downtime(0.999_99), "5 nines · as if down 5 min a year");
        assert_eq!(downtime(0.5), "0 nines · as if down 4383 h 0 min a year");
        assert_eq!(percent(0.999_999_999_9), "99.9999 %");
        assert_eq!(availability(Availability { least: 0.99, most: 0.991 }), "99.0000 % to 99.1000 %");
    }

    #[test]
    fn sentences_count_their_parts() {
        let parts = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        assert_eq!(alone(Class::Read, &[], true), "No single part can take reading down.");
        assert_eq!(alone(Class::Static, &parts(&["A"]), true), "One part can take static files down alone: A.");
        assert_eq!(
            alone(Class::Write, &parts(&["A", "B", "C"]), true),
            "3 parts can take writing down alone: A, B and C."
        );
        assert_eq!(alone(Class::Write, &[], false), "With everything in place, writing does not work.");
    }
}
