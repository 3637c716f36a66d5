//! What a picture knows of its scenario, and how it is found again in a file that somebody brings.

use super::super::markup::{escape, unescape};
use crate::sim::{FieldError, Scenario};
use crate::text::record as words;

/// The longest file that is looked at, in bytes: a picture with the longest scenario, every character of it escaped.
pub const MAX_FILE: usize = 2 * 1024 * 1024;

/// What a file has for the page.
#[derive(Clone, Debug, PartialEq)]
pub enum Found {
    /// A scenario.
    Scenario(Box<Scenario>),
    /// A picture's link, with what it says of its scenario should the link not be understood.
    Link(String, Box<Scenario>),
    /// An `haproxy.cfg`, to be read by `import`.
    Config,
}

/// The sections that an `haproxy.cfg` is made of (configuration manual, 4).
const SECTIONS: [&str; 5] = ["global", "defaults", "frontend", "backend", "listen"];

/// The scenario as it stands in a picture: JSON in which characters that XML cannot hold are written as JSON's own escapes, since
/// they stand in strings only.
pub(super) fn scenario(scenario: &Scenario) -> String {
    let json = serde_json::to_string(scenario).unwrap_or_default();
    escape(&json.replace('\u{FFFE}', "\\uFFFE").replace('\u{FFFF}', "\\uFFFF"))
}

/// What is in a file: a picture of ours, a scenario in JSON, or an `haproxy.cfg`.
///
/// # Errors
/// The field that is wrong: `file`, `metadata`, or one of the scenario.
pub fn find(text: &str) -> Result<Found, FieldError> {
    if text.len() > MAX_FILE {
        return Err(FieldError::new("file", words::too_long(MAX_FILE)));
    }
    let text = text.trim_start_matches('\u{FEFF}').trim_start();
    if text.starts_with('{') {
        return Scenario::from_json(text).map(|scenario| Found::Scenario(Box::new(scenario)));
    }
    if !text.starts_with('<') {
        let begins_section = |line: &str| line.split_whitespace().next().is_some_and(|word| SECTIONS.contains(&word));
        if text.lines().any(begins_section) {
            return Ok(Found::Config);
        }
        return Err(FieldError::new("file", words::UNKNOWN_FILE));
    }
    let json = element(text, "scenario").ok_or_else(|| FieldError::new("metadata", words::NO_SCENARIO))?;
    let scenario = Box::new(Scenario::from_json(&json)?);
    Ok(match element(text, "link").filter(|link| !link.is_empty()) {
        Some(link) => Found::Link(link, scenario),
        None => Found::Scenario(scenario),
    })
}

/// The text of the first element with this name in our namespace. Programs that write a picture anew keep the prefix, but move
/// its declaration.
fn element(text: &str, name: &str) -> Option<String> {
    let (_, rest) = text.split_once(&format!("<hopscope:{name}"))?;
    let (attributes, rest) = rest.split_once('>')?;
    let (content, _) = rest.split_once(&format!("</hopscope:{name}"))?;
    (!attributes.ends_with('/')).then(|| unescape(content))
}
