//! Labels of buttons, fields and headings.

use crate::sim::Class;

/// The name of a request class.
#[must_use]
pub const fn class(class: Class) -> &'static str {
    match class {
        Class::Static => "static",
        Class::Read => "read",
        Class::Write => "write",
    }
}
