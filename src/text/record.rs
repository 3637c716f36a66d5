//! Words in pictures and reports, and about files that are brought to the page.

use super::label;

/// What the tab Share has for files, a paragraph for each section: heading, what it is for, what its buttons say. The last one has
/// a field in place of buttons.
pub const SECTIONS: &str = include_str!("records.txt");

labels! {
    /// Said while a file is held over the page.
    DROP = "Drop it here to open it";
    /// Said of a file that is neither a picture nor a scenario.
    UNKNOWN_FILE = "no scenario in JSON, no picture that this page has saved, and no haproxy.cfg";
    /// Said of a picture without a scenario.
    NO_SCENARIO = "this SVG has no scenario in it: only pictures that this page has saved do";
}

/// Said of a file that is too long to be looked at.
#[must_use]
pub fn too_long(limit: usize) -> String {
    format!("longer than {} KiB", limit / 1024)
}

/// What a picture shows.
#[must_use]
pub fn picture(scenario: &str, seed: u64, at_us: u64) -> String {
    format!("{scenario}, seed {seed}, at {} · {}", label::clock(at_us), label::PRODUCT)
}

/// What is the matter with which parts.
#[must_use]
pub fn broken(parts: &[(String, String)]) -> String {
    let list: Vec<String> = parts.iter().map(|(name, what)| format!("{name}: {what}")).collect();
    if list.is_empty() { "Everything works.".to_owned() } else { list.join("; ") }
}
