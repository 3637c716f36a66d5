//! Writes what is documented from the table of the address's parameters: `docs/links.md` and `docs/links.schema.json`.
//!
//!     cargo run --example docs

use std::fs;
use std::path::Path;

use hopscope::app::parameters::{Kind, PARAMETERS};
use hopscope::scene::inspector::{Field, field};
use hopscope::sim::{Setting, Settings};
use hopscope::text::inspector::setting as words;
use serde_json::{Map, Value, json};

/// The files of the documentation and what they have to say, relative to the repository.
#[must_use]
pub fn files() -> [(&'static str, String); 2] {
    let schema = serde_json::to_string_pretty(&schema()).expect("a value can be written");
    [("docs/links.md", page()), ("docs/links.schema.json", schema + "\n")]
}

const HEAD: &str = "# The address of the explorer

This page is written by `cargo run --example docs` from the table by which the explorer reads its address
(`src/app/parameters.rs`), and [`links.schema.json`](links.schema.json) says the same as a JSON Schema.

Parameters stand in the query (`?preset=secured&load=50`) or, alike, in the fragment behind `#`, which no server gets to see. The
order does not matter. What cannot be read is left at its default, with a notice that names the parameter; a parameter that
nobody knows is left alone. Of one that is there several times the last counts, and no more than 200 are read.

## Parameters

| parameter | value | meaning | example |
| --- | --- | --- | --- |
";

const SETTINGS: &str = "
## Settings

Every setting that the inspector can change, by the engine's own key. They change the preset or the scenario before it begins;
a lesson, and a link that holds a run, have settings of their own and leave these out with a notice. A switch is `on` or `off`.

| setting | value | usually | meaning |
| --- | --- | --- | --- |
";

const RUNS: &str = "
## Links that hold a run

`#s=1.…` is what the tab *Share* makes: the scenario, everything that was done and when, the moment, the lesson and its step, and
what is looked at. Whoever opens it sees the same run at the same point: the explorer runs it again up to there, and says so
if it should come out otherwise. Links of every version are read for ever.

After the number of the version and a dot follows, in base64url without padding (RFC 4648, section 5), a zlib stream (RFC 1950) of a
JSON text of at most 256 KiB:

| field | what it holds |
| --- | --- |
| `scenario` | a scenario as in `#scenario=`; settings and load may lack what is as it was by default in this version |
| `commands` | what was done, each `{\"at_us\": …, \"command\": {…}}`, oldest first; at most 10,000 |
| `now`, `end` | the moment, and how far the run has been seen, in microseconds |
| `digest` | the digest of the run at the moment; lacks in the link of a page that stopped there |
| `lesson` | `id`, `step` (from 0), `choice`, `hint`, `own_run`, `begun`, `met`, `pending` |
| `tab`, `selected`, `visit` | what is looked at |

A link that is damaged, cut short, too long, or of a version that is not known is refused with a notice, and the page begins as usual.
";

fn page() -> String {
    let mut text = HEAD.to_owned();
    for parameter in PARAMETERS {
        let value = match parameter.kind {
            Kind::Choice(names) => names().iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", "),
            kind => kind.expected(),
        };
        let example = if parameter.example.is_empty() { String::new() } else { format!("={}", parameter.example) };
        text += &format!("| `{0}` | {value} | {1} | `{0}{example}` |\n", parameter.name, parameter.meaning());
    }
    text += SETTINGS;
    for setting in Setting::all(&Settings::default()) {
        let (key, label) = (setting.key(), words::label(&setting));
        let mut help = words::help(&setting).to_owned();
        let (value, usually) = match field(&setting) {
            Field::Number { value, range: (low, high), .. } => {
                (format!("{low} to {high}{}", unit(&setting)), value.to_string())
            }
            Field::Switch { on, .. } => ("`on`, `off`".to_owned(), if on { "on" } else { "off" }.to_owned()),
            Field::Choice { options, present } => {
                let names: Vec<String> = options.iter().map(|(name, _)| format!("`{name}`")).collect();
                let value = match setting.range() {
                    Some((low, high)) => format!("{low} to {high}{}", unit(&setting)),
                    None => {
                        let means = |(name, setting): &(String, Setting)| format!("`{name}`: {}", words::help(setting));
                        help = options.iter().map(means).collect::<Vec<_>>().join("; ");
                        names.join(", ")
                    }
                };
                (value, options[present].0.clone())
            }
        };
        text += &format!("| `{key}` | {value} | {usually} | *{label}*: {help} |\n");
    }
    text + RUNS
}

/// The unit of a number as addresses have it: the smallest step that a setting takes.
fn unit(setting: &Setting) -> &'static str {
    match words::unit(setting) {
        ("ms", 1) | ("s", 1_000) => " ms",
        ("ms", 1_000) => " µs",
        ("%", _) => " %",
        ("days", _) => " days",
        _ => "",
    }
}

/// Addresses as objects, a property for each parameter.
fn schema() -> Value {
    let mut properties = Map::new();
    for parameter in PARAMETERS {
        let mut about = match parameter.kind {
            Kind::Flag => json!({ "type": "boolean" }),
            Kind::Choice(names) => json!({ "enum": names() }),
            Kind::Number(low, high) => json!({ "type": "integer", "minimum": low, "maximum": high }),
            Kind::Range(..) => json!({ "type": "string", "pattern": "^[0-9]+(-[0-9]+)?$" }),
            Kind::Text(_) => json!({ "type": "string" }),
        };
        about["description"] = parameter.meaning().into();
        properties.insert(parameter.name.to_owned(), about);
    }
    for setting in Setting::all(&Settings::default()) {
        let mut about = match (setting.range(), field(&setting)) {
            (Some((low, high)), _) => json!({ "type": "integer", "minimum": low, "maximum": high }),
            (None, Field::Choice { options, .. }) => {
                json!({ "enum": options.into_iter().map(|(name, _)| name).collect::<Vec<_>>() })
            }
            _ => json!({ "enum": ["on", "off", "1", "0", "true", "false"] }),
        };
        about["description"] = words::label(&setting).into();
        properties.insert(setting.key().to_owned(), about);
    }
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "links.schema.json",
        "title": "What the address of the explorer may ask for",
        "type": "object",
        "properties": properties,
    })
}

#[allow(dead_code, reason = "the test that compares has no main")]
fn main() {
    for (name, text) in files() {
        fs::write(Path::new(env!("CARGO_MANIFEST_DIR")).join(name), text).expect("the folder docs can be written to");
        println!("{name}");
    }
}
