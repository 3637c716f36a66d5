//! A file in the making.

use core::fmt;

use crate::sim::Scenario;
use crate::text;

/// A text that grows line by line.
pub(super) struct Draft(String);

impl Draft {
    /// A file that says what it is, which scenario it comes from, and what it leaves out. Every comment begins with `mark`.
    pub fn new(mark: &str, what: &str, scenario: &Scenario, left_out: &str) -> Self {
        let mut draft = Self(String::new());
        draft.put(format_args!("{mark} {}", text::export::origin(what, &quoted(&scenario.name))));
        left_out.lines().for_each(|line| draft.put(format_args!("{mark} {line}")));
        draft
    }

    /// Adds a line.
    pub fn put(&mut self, line: fmt::Arguments<'_>) {
        fmt::write(&mut self.0, line).expect("a text takes everything");
        self.0.push('\n');
    }

    /// Adds lines as they are.
    pub fn put_all(&mut self, lines: &str) {
        lines.lines().for_each(|line| self.put(format_args!("{line}")));
    }

    pub fn done(self) -> String {
        self.0
    }
}

/// The longest free text that is copied, in characters.
const MAX_QUOTED: usize = 80;

/// A free text in quotation marks that stays on its line whatever is in it. It is for comments, which in every format of these
/// files end with the line; and since it ends with a quotation mark, the line ends with no backslash.
pub(super) fn quoted(text: &str) -> String {
    let short: String = text.chars().take(MAX_QUOTED).collect();
    format!("{short:?}")
}

/// Adds a line to a [`Draft`], as `println!` would.
macro_rules! put {
    ($draft:expr, $($line:tt)*) => { $draft.put(format_args!($($line)*)) };
}

/// A word if something is so, with a blank before it.
pub(super) fn word_if(is_so: bool, word: &str) -> String {
    if is_so { format!(" {word}") } else { String::new() }
}

/// A word and its number, if there is one, with blanks before them.
pub(super) fn word_of(word: &str, value: Option<impl fmt::Display>) -> String {
    value.map_or_else(String::new, |value| format!(" {word}{value}"))
}

pub(super) use put;
