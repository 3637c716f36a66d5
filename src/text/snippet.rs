//! Words around embedding the explorer in a course.

labels! {
    /// Heading.
    EMBED = "Embed in a course";
    /// Field: the system of the course.
    SYSTEM = "For";
    /// Field: width.
    WIDTH = "Width, px (0: all)";
    /// Field: height.
    HEIGHT = "Height, px (0: as needed)";
    /// Field: first step.
    FIRST = "From step";
    /// Field: last step.
    LAST = "To step";
    /// Checkbox: no hints, no solutions.
    HIDE = "Hide hints and solutions";
    /// Field: the text to copy.
    SNIPPET = "Copy this";
    /// Name of the frame.
    TITLE = "Hopscope: ";
}

/// The systems of courses, a line for each: its name, where the text goes there, and the text. A sign `¶` begins a new line.
const SYSTEMS: &str = include_str!("snippet.txt");

/// The names of all systems.
pub fn systems() -> impl Iterator<Item = &'static str> {
    SYSTEMS.lines().map(|line| line.split('|').next().unwrap_or_default())
}

/// Where the text goes in the system of this number, and the text, with places for its values such as `$src`.
#[must_use]
pub fn system(number: usize) -> (&'static str, &'static str) {
    let rest = SYSTEMS.lines().nth(number).and_then(|line| line.split_once('|'));
    rest.and_then(|(_, rest)| rest.split_once('|')).unwrap_or_default()
}
