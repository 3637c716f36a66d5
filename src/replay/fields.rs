//! Reading the fields of a recording, with problems that name them.

use serde_json::Value;

use super::Problem;

/// The entries of a list; none if it is absent.
pub(super) fn list<'a>(value: &'a Value, key: &str) -> impl Iterator<Item = &'a Value> + use<'a> {
    value[key].as_array().into_iter().flatten()
}

/// A text that must be there.
pub(super) fn text<'a>(value: &'a Value, key: &str) -> Result<&'a str, Problem> {
    value[key].as_str().ok_or_else(|| Problem(format!("{key}: a text, not `{}`", value[key])))
}

/// A whole number, if the field is there and not null.
pub(super) fn number(value: &Value, key: &str) -> Result<Option<u32>, Problem> {
    let field = &value[key];
    let number = field.as_u64().and_then(|number| u32::try_from(number).ok());
    if number.is_none() && !field.is_null() {
        return Err(Problem(format!("{key}: a whole number, not `{field}`")));
    }
    Ok(number)
}

/// Fails with the first field that is none of those known, unless it is null or false: then it asks for nothing.
pub(super) fn only(value: &Value, what: &str, known: &[&str]) -> Result<(), Problem> {
    let fields = value.as_object().into_iter().flatten();
    let mut asked = fields.filter(|(_, value)| !matches!(value, Value::Null | Value::Bool(false)));
    match asked.find(|(key, _)| !known.contains(&key.as_str())) {
        Some((key, value)) => Err(Problem(format!("{what}.{key}: `{value}` is not known"))),
        None => Ok(()),
    }
}
