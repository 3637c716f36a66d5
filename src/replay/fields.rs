//! Reading the fields of a recording. What is missing, or of another kind than expected, is a [`Problem`] that names it.

use serde_json::Value;

use super::Problem;
use crate::sim::Answer;

/// The entries of a list; none if it is absent.
pub(super) fn list<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value[key].as_array().map_or(&[], Vec::as_slice)
}

/// A text that must be there.
pub(super) fn text<'a>(value: &'a Value, key: &str) -> Result<&'a str, Problem> {
    value[key].as_str().ok_or_else(|| wrong(value, key, "a text"))
}

/// A whole number that must be there.
pub(super) fn number(value: &Value, key: &str) -> Result<u32, Problem> {
    optional_number(value, key)?.ok_or_else(|| wrong(value, key, "a number"))
}

/// A whole number, if it is there and not null.
pub(super) fn optional_number(value: &Value, key: &str) -> Result<Option<u32>, Problem> {
    match &value[key] {
        Value::Null => Ok(None),
        other => match other.as_u64().and_then(|number| u32::try_from(number).ok()) {
            Some(number) => Ok(Some(number)),
            None => Err(wrong(value, key, "a whole number that is not negative")),
        },
    }
}

/// A truth value; false if it is absent or null.
pub(super) fn flag(value: &Value, key: &str) -> Result<bool, Problem> {
    match &value[key] {
        Value::Null => Ok(false),
        Value::Bool(flag) => Ok(*flag),
        _ => Err(wrong(value, key, "true or false")),
    }
}

/// Every field of an object must be one of these, or null: then it asks for nothing.
pub(super) fn only(value: &Value, at: &str, known: &[&str]) -> Result<(), Problem> {
    let fields = value.as_object().ok_or_else(|| Problem(format!("{at}: {value} is no object")))?;
    match fields.into_iter().find(|(key, value)| !value.is_null() && !known.contains(&key.as_str())) {
        Some((unknown, _)) => Err(Problem(format!("{at}: unknown field `{unknown}`"))),
        None => Ok(()),
    }
}

/// What the application does with a request (`app`); without a word it answers 200.
pub(super) fn answer(event: &Value) -> Result<Answer, Problem> {
    if event["app"].is_null() {
        return Ok(Answer::Status(200));
    }
    let words = text(event, "app")?;
    let unknown = || Problem(format!("app: `{}` is not known", event["app"]));
    Ok(match words.split_once(':') {
        Some(("status", status)) => Answer::Status(status.parse().map_err(|_| unknown())?),
        Some(("delay", ms)) => Answer::Delay(ms.parse().map_err(|_| unknown())?),
        Some(_) => return Err(unknown()),
        None => match words {
            "close" => Answer::Close,
            "reset" => Answer::Reset,
            "partial" => Answer::Partial,
            "garbage" => Answer::Garbage,
            "short_body" => Answer::ShortBody,
            _ => return Err(unknown()),
        },
    })
}

fn wrong(value: &Value, key: &str, expected: &str) -> Problem {
    Problem(format!("`{key}`: {expected} is expected, here {} in {value}", value[key]))
}
