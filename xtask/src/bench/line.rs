//! The line of JSON that a run prints.

use anyhow::{Context, Result, bail};
use serde_json::Value;
use std::process::{Command, Stdio};

/// What a run tells of itself. What a program does not tell is none.
#[derive(Clone, Debug)]
pub struct Line {
    fields: Value,
    speed: f64,
}

impl Line {
    /// Runs a program and reads the last line that it prints.
    pub fn of(command: &mut Command) -> Result<Self> {
        let name = command.get_program().to_string_lossy().into_owned();
        let output = command.stdin(Stdio::null()).output().with_context(|| format!("{name} could not be started"))?;
        let errors = String::from_utf8_lossy(&output.stderr);
        if !output.status.success() {
            bail!("{name} failed: {}", errors.trim());
        }
        let text = String::from_utf8(output.stdout)?;
        let line = text.lines().last().with_context(|| format!("{name} printed nothing"))?;
        Self::parse(line).with_context(|| format!("{name} printed {line}"))
    }

    fn parse(line: &str) -> Result<Self> {
        let fields: Value = serde_json::from_str(line)?;
        let speed = fields["requests_per_s"].as_f64().context("requests_per_s is missing")?;
        Ok(Self { fields, speed })
    }

    /// The same run, measured in processor time if it tells that: what other programs took does not count then.
    pub fn by_cpu(self) -> Self {
        let speed = self.number("requests").zip(self.number("cpu_s")).map(|(requests, cpu_s)| requests / cpu_s);
        Self { speed: speed.unwrap_or(self.speed), ..self }
    }

    /// Requests per second.
    pub fn requests_per_s(&self) -> f64 {
        self.speed
    }

    /// A number that may be there.
    pub fn number(&self, name: &str) -> Option<f64> {
        self.fields.get(name)?.as_f64()
    }

    /// The digest of the run, by which two engines are known to have done the same.
    pub fn digest(&self) -> Option<&str> {
        self.fields.get("digest")?.as_str()
    }
}

#[cfg(test)]
pub fn line(text: &str) -> Line {
    Line::parse(text).unwrap()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_tells_its_speed_at_least() {
        let known = line(r#"{"requests_per_s": 12.5, "digest": "ab", "mean_ms": null}"#);
        assert_eq!((known.requests_per_s(), known.digest(), known.number("mean_ms")), (12.5, Some("ab"), None));
        assert!(Line::parse(r#"{"mean_ms": 48}"#).is_err());
    }

    #[test]
    fn processor_time_counts_where_it_is_known() {
        assert_eq!(line(r#"{"requests_per_s": 5, "requests": 100, "cpu_s": 10}"#).by_cpu().requests_per_s(), 10.0);
        assert_eq!(line(r#"{"requests_per_s": 5, "requests": 100, "cpu_s": null}"#).by_cpu().requests_per_s(), 5.0);
    }
}
