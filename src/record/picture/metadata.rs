//! What a picture knows of its scenario, and how it is found again in a file that somebody brings.

use super::super::markup::{escape, unescape};
use crate::sim::{FieldError, Scenario};
use crate::text::record as words;

/// The longest file that is looked at, in bytes: a picture with the longest scenario, every character of it escaped.
pub const MAX_FILE: usize = 2 * 1024 * 1024;

const SCENARIO: [&str; 2] = ["<hopscope:scenario xmlns:hopscope=\"urn:hopscope:1\">", "</hopscope:scenario>"];
const LINK: [&str; 2] = ["<hopscope:link xmlns:hopscope=\"urn:hopscope:1\">", "</hopscope:link>"];

/// What a file has for the page.
#[derive(Clone, Debug, PartialEq)]
pub enum Found {
    /// A scenario.
    Scenario(Box<Scenario>),
    /// A picture's link, with what it says of its scenario should the link not be understood.
    Link(String, Box<Scenario>),
}

/// The element `metadata` of a picture.
pub(super) fn write(scenario: &Scenario, link: Option<&str>) -> String {
    let element = |[begin, end]: [&str; 2], content: &str| [begin, &escape(content), end, "\n"].concat();
    let link = link.map_or_else(String::new, |link| element(LINK, link));
    let json = safe(&serde_json::to_string(scenario).expect("a scenario has only string keys"));
    ["<metadata>\n", &element(SCENARIO, &json), &link, "</metadata>\n"].concat()
}

/// JSON in which characters that XML cannot hold are written as JSON's own escapes: they stand in strings only.
fn safe(json: &str) -> String {
    json.replace('\u{FFFE}', "\\uFFFE").replace('\u{FFFF}', "\\uFFFF")
}

/// What is in a file: a picture of ours, or a scenario in JSON.
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
        return Err(FieldError::new("file", words::UNKNOWN_FILE));
    }
    let json = element(text, "scenario").ok_or_else(|| FieldError::new("metadata", words::NO_SCENARIO))?;
    let scenario = Box::new(Scenario::from_json(&json)?);
    Ok(match element(text, "link") {
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
