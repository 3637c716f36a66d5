//! Two lists of what was observed, side by side.

use serde_json::Value;

/// Measured times differ from run to run, and only timed recordings have them all.
const MEASURED: [&str; 2] = ["ms", "t_ms"];

/// The first difference in words, if there is one; `left` and `right` say whose the lists are.
pub fn first_difference(left: (&str, &Value), right: (&str, &Value)) -> Option<String> {
    let empty = Vec::new();
    let list = |value: &Value| value.as_array().unwrap_or(&empty).iter().map(without_times).collect::<Vec<_>>();
    let (lefts, rights) = (list(left.1), list(right.1));
    let different = lefts.iter().zip(&rights).find(|(left, right)| left != right);
    if let Some((one, other)) = different {
        return Some(format!("  {:<10} {one}\n  {:<10} {other}", left.0, right.0));
    }
    (lefts.len() != rights.len())
        .then(|| format!("  {} has {} entries, {} has {}", left.0, lefts.len(), right.0, rights.len()))
}

fn without_times(entry: &Value) -> Value {
    let mut entry = entry.clone();
    if let Value::Object(fields) = &mut entry {
        fields.retain(|key, _| !MEASURED.contains(&key.as_str()));
    }
    entry
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn times_do_not_matter_and_all_else_does() {
        let one = json!([{"i": 0, "server": "web-01", "ms": {"Ta": 3}}, {"i": 1, "server": "web-02"}]);
        let same = json!([{"i": 0, "server": "web-01"}, {"i": 1, "server": "web-02"}]);
        let other = json!([{"i": 0, "server": "web-01"}, {"i": 1, "server": "web-03"}]);
        let more = json!([{"i": 0, "server": "web-01"}, {"i": 1, "server": "web-02", "status": 200}]);
        let difference = |right: &Value| first_difference(("real", &one), ("engine", right));
        assert_eq!(difference(&same), None);
        assert!(difference(&other).unwrap().contains("web-03"));
        assert!(difference(&more).is_some(), "a field that only one has");
        assert!(difference(&json!([])).is_some(), "a list that is shorter");
    }
}
