//! Recordings of NSD, Unbound, BIND and dig.
//!
//! | file | concept |
//! | --- | --- |
//! | [`zone`] | the lines of a zone file as records |
//! | [`dig`] | dig's arguments, its tries and what it prints |
//! | [`network`] | dig, the resolver and the authoritative server over time |
//! | [`shown`] | messages in the format of the recordings |

mod dig;
mod network;
mod shown;
mod zone;

use serde_json::{Map, Value, json};

use super::Problem;
use super::fields::text;
use crate::sim::SimTime;
use crate::sim::dns::{ResolverKind, ResolverSettings, Zone, encode};
use dig::Dig;
use network::{Network, Server};

/// Where in its second every timed recording begins.
const START_WITHIN_SECOND_US: u64 = 150_000;

/// The fields of a step that say what was seen. They are never read.
const SEEN: [&str; 9] =
    ["response", "response_hex", "query_hex", "upstream", "text", "exit", "ms", "tries", "observed"];

pub(super) fn replay(recording: &Value) -> Result<Value, Problem> {
    let mut replay = Replay::new(recording)?;
    let steps = recording["steps"].as_array().ok_or_else(|| problem("steps: a list is expected"))?;
    let played: Result<Vec<Value>, Problem> = steps
        .iter()
        .enumerate()
        .map(|(at, step)| replay.step(step).map_err(|Problem(what)| problem(&format!("steps[{at}].{what}"))))
        .collect();
    Ok(json!({ "case": recording["case"], "steps": played? }))
}

fn problem(what: &str) -> Problem {
    Problem(what.to_owned())
}

struct Replay {
    network: Network,
    /// The version of dig that the recording names.
    dig: String,
    /// The full second (since 1970) from which times are counted.
    start_s: u64,
}

impl Replay {
    fn new(recording: &Value) -> Result<Self, Problem> {
        let (name, records) = zone::parse(&recording["zone"])?;
        let start_s = start_s(&recording["steps"]);
        let zone = Zone::new(&name, records, zone_rotates(&recording["nsd"])?);
        let network = Network::new(&name, zone, resolver(recording)?, start_s * 1_000_000);
        let software = recording["software"].as_str().unwrap_or_default();
        let dig = software.split(", ").find(|part| part.starts_with("DiG ")).unwrap_or("DiG").to_owned();
        Ok(Self { network, dig, start_s })
    }

    /// Does one step and returns it with what the engine makes of it.
    fn step(&mut self, step: &Value) -> Result<Value, Problem> {
        let fields = step.as_object().ok_or_else(|| problem("step: an object is expected"))?;
        let mut played: Map<String, Value> = fields
            .iter()
            .filter(|(key, _)| !SEEN.contains(&key.as_str()))
            .map(|(k, v)| (k.clone(), v.clone()))
            .collect();
        self.network.advance(self.at(step));
        let operation = text(step, "step")?;
        match (operation, step["on"].as_str().or(step["server"].as_str())) {
            ("query", Some(server)) => self.query(step, server, &mut played)?,
            ("change zone", Some("authoritative")) => {
                let (_, records) = zone::parse(&step["zone"])?;
                self.network.change_zone(records);
            }
            ("kill", Some("authoritative")) => self.network.set_authoritative(Server::Dead),
            ("silence", Some("authoritative")) => self.network.set_authoritative(Server::Silent),
            ("start", Some("authoritative")) => self.network.set_authoritative(Server::Up),
            ("kill", Some("resolver")) => self.network.set_resolver(Server::Dead),
            ("silence", Some("resolver")) => self.network.set_resolver(Server::Silent),
            ("start", Some("resolver")) => self.network.set_resolver(Server::Up),
            ("query" | "change zone" | "kill" | "silence" | "start", on) => {
                return Err(Problem(format!("on: `{operation}` on `{}` is not known", on.unwrap_or_default())));
            }
            _ => return Err(Problem(format!("step: `{operation}` is not known"))),
        }
        Ok(Value::Object(played))
    }

    /// When a step happens: as planned by `at_ms`, if the recorded clock `unix_s` agrees; else at the start of the second
    /// that the clock shows, or at once.
    fn at(&self, step: &Value) -> SimTime {
        let planned = step["at_ms"].as_u64().map(|ms| START_WITHIN_SECOND_US.saturating_add(ms.saturating_mul(1000)));
        let clock_s = step["unix_s"].as_u64().map(|s| s.saturating_sub(self.start_s));
        match (planned, clock_s) {
            (Some(us), Some(s)) if us / 1_000_000 == s => SimTime(us),
            (_, Some(s)) => SimTime(s.saturating_mul(1_000_000)),
            (Some(us), None) => SimTime(us),
            (None, None) => SimTime::ZERO,
        }
    }

    fn query(&mut self, step: &Value, server: &str, played: &mut Map<String, Value>) -> Result<(), Problem> {
        let dig = Dig::new(step, server)?;
        let run = match server {
            "resolver" => self.network.ask_resolver(&dig)?,
            "authoritative" => self.network.ask_authoritative(&dig),
            other => return Err(Problem(format!("server: `{other}` is not known"))),
        };
        let mut put = |key: &str, value: Value| played.insert(key.to_owned(), value);
        put("exit", json!(if run.reply.is_some() { 0 } else { 9 }));
        if let Some(text) = dig.text(&self.dig, &run) {
            put("text", json!(text));
        }
        if !run.refused {
            put("query_hex", json!(shown::hex(&encode(&dig.query))));
            put("response_hex", run.reply.as_ref().map_or(Value::Null, |reply| json!(shown::hex(&encode(reply)))));
        }
        if run.sent > 1 {
            put("tries", json!(run.sent));
        }
        if let Some(reply) = &run.reply {
            put("response", shown::message(reply));
        }
        if server == "resolver" {
            put("upstream", run.upstream.iter().map(shown::upstream).collect());
        }
        Ok(())
    }
}

/// The full second at which the recording's time begins.
fn start_s(steps: &Value) -> u64 {
    let first = steps.as_array().into_iter().flatten().find(|step| step["unix_s"].is_u64());
    let Some(step) = first else { return 0 };
    let planned_us = START_WITHIN_SECOND_US.saturating_add(step["at_ms"].as_u64().unwrap_or(0).saturating_mul(1000));
    step["unix_s"].as_u64().unwrap_or(0).saturating_sub(planned_us / 1_000_000).min(u64::from(u32::MAX))
}

/// The resolver of the recording. Settings that change an answer and are not modelled are problems.
fn resolver(recording: &Value) -> Result<ResolverSettings, Problem> {
    let (kind, options) = match recording["resolver"].as_str() {
        None | Some("unbound") => (ResolverKind::Unbound, "unbound"),
        Some("bind") => (ResolverKind::Bind, "bind"),
        Some(other) => return Err(Problem(format!("resolver: `{other}` is not known"))),
    };
    let mut settings = ResolverSettings { kind, ..ResolverSettings::default() };
    for (key, value) in recording[options].as_object().into_iter().flatten() {
        match (key.as_str(), value.as_str().unwrap_or_default()) {
            ("rrset-roundrobin", "yes") | ("rrset-order", "{ order cyclic; }") => settings.rotate = true,
            ("rrset-roundrobin", "no") | ("rrset-order", "{ order none; }") => settings.rotate = false,
            ("serve-expired", "yes") => settings.serve_expired = true,
            ("serve-expired" | "prefetch" | "qname-minimisation" | "send-cookie", "no") => {}
            ("minimal-responses", "yes") | ("qname-minimization", "off") => {}
            _ => return Err(Problem(format!("{options}.{key}: {value} is not modelled"))),
        }
    }
    Ok(settings)
}

fn zone_rotates(nsd: &Value) -> Result<bool, Problem> {
    let mut rotates = false;
    for (key, value) in nsd.as_object().into_iter().flatten() {
        rotates = match (key.as_str(), value.as_str()) {
            ("round-robin", Some("yes")) => true,
            ("round-robin", Some("no")) => false,
            _ => return Err(Problem(format!("nsd.{key}: {value} is not modelled"))),
        };
    }
    Ok(rotates)
}
