//! Words about files that the page gives to the browser.

/// Said where a frame may have forbidden a download: the content stands below.
#[must_use]
pub fn instead(name: &str) -> String {
    format!("If {name} was not saved, the frame around this page forbids downloads: copy it from here.")
}
