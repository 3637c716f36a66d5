//! A simulator that is fast and wrong is no match: what every model of the reference workload must find.

use super::line::Line;

/// The bounds at one rate.
pub struct Gate {
    /// Requests per simulated second.
    pub rate: u32,
    bounds: &'static [(&'static str, f64, f64)],
}

/// Six independent engines agree on these. Utilisations are exact to the second digit.
pub const GATES: [Gate; 2] = [
    Gate { rate: 1_000, bounds: &[("mean_ms", 47.9, 48.1), ("p99_ms", 63.1, 63.4)] },
    Gate {
        rate: 3_500,
        bounds: &[
            ("mean_ms", 48.65, 48.75),
            ("p99_ms", 64.0, 64.3),
            ("worker_utilisation", 0.795, 0.805),
            ("replica_utilisation", 0.785, 0.795),
        ],
    },
];

impl Gate {
    /// What is out of bounds in a run.
    pub fn fault(&self, line: &Line) -> Option<String> {
        self.bounds.iter().find_map(|(field, low, high)| {
            let value = line.number(field);
            if value.is_some_and(|value| (*low..=*high).contains(&value)) {
                return None;
            }
            let value = value.map_or("missing".to_owned(), |value| value.to_string());
            Some(format!("{field} at {} requests/s is {value}, not within {low} and {high}", self.rate))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::line::line;
    use super::*;

    #[test]
    fn what_is_wrong_or_missing_does_not_pass() {
        let fault = |text: &str| GATES[0].fault(&line(text));
        assert_eq!(fault(r#"{"requests_per_s": 1, "mean_ms": 48.0, "p99_ms": 63.2}"#), None);
        assert!(fault(r#"{"requests_per_s": 1, "mean_ms": 48.2, "p99_ms": 63.2}"#).is_some());
        assert!(fault(r#"{"requests_per_s": 1, "mean_ms": 48.0}"#).is_some());
    }
}
