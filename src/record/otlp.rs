//! Traces in the JSON of the OpenTelemetry protocol (`ExportTraceServiceRequest`), which Jaeger reads from a file.
//!
//! Every process is a service. A call is a span of its caller (`CLIENT`) with a span of its callee (`SERVER`) in it; what was
//! decided on the way is an event. Names of attributes are those of the semantic conventions for HTTP, databases and DNS.

use serde_json::{Value, json};

use super::calls::{Call, calls};
use super::write;
use crate::sim::{Class, DbError, Decision, Method, ProcessId, Protocol, SimTime, Span, Trace, Verdict, World};
use crate::text::{explain, log};

/// `SpanKind`: SERVER.
const SERVER: u8 = 2;
/// `SpanKind`: CLIENT.
const CLIENT: u8 = 3;
/// `StatusCode`: ERROR.
const ERROR: u8 = 2;

/// The traces that a world still has, oldest first.
#[must_use]
pub fn json(world: &World) -> String {
    let wiring = world.wiring();
    let mut services: Vec<Vec<Value>> = vec![Vec::new(); wiring.processes.len()];
    let mut traces: Vec<&Trace> = world.traces().collect();
    traces.sort_by_key(|trace| trace.visit);
    for trace in traces {
        Writer { world, trace, services: &mut services }.write();
    }
    let used = services.into_iter().enumerate().filter(|(_, spans)| !spans.is_empty());
    let resources = used.map(|(process, spans)| {
        let info = wiring.process(process.into());
        let attributes = [
            text("service.name", &info.full_name),
            text("service.namespace", "hopscope"),
            text("host.name", &wiring.machines[info.machine.index()].name),
        ];
        json!({
            "resource": { "attributes": attributes },
            "scopeSpans": [{ "scope": { "name": "hopscope", "version": env!("CARGO_PKG_VERSION") }, "spans": spans }],
        })
    });
    write(&json!({ "resourceSpans": resources.collect::<Vec<Value>>() }))
}

struct Writer<'a> {
    world: &'a World,
    trace: &'a Trace,
    services: &'a mut [Vec<Value>],
}

impl Writer<'_> {
    fn write(&mut self) {
        let all = calls(self.world.wiring(), self.trace);
        for (at, call) in all.iter().enumerate() {
            let parent = call.parent.map(|parent| 2 * parent + 1);
            match (call.link, parent) {
                (Some(link), Some(parent)) => {
                    let caller = self.world.wiring().link(link).from;
                    self.client(caller, 2 * at, Some(parent), call);
                    if let Some(arrived) = call.arrived {
                        self.server(2 * at + 1, 2 * at, arrived, call);
                    }
                }
                // What the visitor wants: the browser's own span, around all others.
                _ => self.client(call.callee, 1, None, call),
            }
        }
    }

    fn client(&mut self, caller: ProcessId, id: usize, parent: Option<usize>, call: &Call<'_>) {
        let mut attributes = self.attributes(call);
        if let Some(link) = call.link {
            let (wiring, link) = (self.world.wiring(), self.world.wiring().link(link));
            let machine = wiring.machine_of(link.to);
            attributes.push(text("server.address", &machine.name));
            attributes.push(number("server.port", wiring.process(link.to).port.into()));
            let address = machine.public.unwrap_or(machine.address);
            attributes.push(text("network.peer.address", &address.to_string()));
        } else {
            attributes.push(text("server.address", "www.foobar.com"));
            attributes.push(text("client.address", &self.trace.source.to_string()));
            attributes.push(number("hopscope.visit", self.trace.visit));
            attributes.push(text("hopscope.class", crate::text::label::class(self.trace.class)));
        }
        let error = self.error(call);
        attributes.extend(error.as_deref().map(|error| text("error.type", error)));
        let status = error.map_or_else(|| json!({}), |error| json!({ "code": ERROR, "message": error }));
        let own: &[&Span] = if parent.is_none() { &call.hops } else { &[] };
        self.span(caller, (id, parent, CLIENT), [call.sent, call.returned], (attributes, own, status), call);
    }

    fn server(&mut self, id: usize, parent: usize, arrived: SimTime, call: &Call<'_>) {
        let mut attributes = self.attributes(call);
        let error = call.status.filter(|status| *status >= 500).map(|status| status.to_string());
        attributes.extend(error.as_deref().map(|error| text("error.type", error)));
        let status = error.map_or_else(|| json!({}), |error| json!({ "code": ERROR, "message": error }));
        let times = [arrived, call.left.max(arrived)];
        self.span(call.callee, (id, Some(parent), SERVER), times, (attributes, &call.hops, status), call);
    }

    fn span(
        &mut self,
        service: ProcessId,
        (id, parent, kind): (usize, Option<usize>, u8),
        [start, end]: [SimTime; 2],
        (attributes, hops, status): (Vec<Value>, &[&Span], Value),
        call: &Call<'_>,
    ) {
        let wiring = self.world.wiring();
        let event = |hop: &&Span| json!({ "timeUnixNano": nanos(hop.end), "name": explain::decision(wiring, hop) });
        let mut span = json!({
            "traceId": format!("{:016x}{:016x}", self.world.scenario().seed, self.trace.visit),
            "spanId": self.span_id(id),
            "name": self.name(call),
            "kind": kind,
            "startTimeUnixNano": nanos(start),
            "endTimeUnixNano": nanos(end),
            "attributes": attributes,
            "events": hops.iter().map(event).collect::<Vec<Value>>(),
            "status": status,
        });
        if let Some(parent) = parent {
            span["parentSpanId"] = self.span_id(parent).into();
        }
        self.services[service.index()].push(span);
    }

    /// Told apart within a trace by the last four digits.
    fn span_id(&self, id: usize) -> String {
        format!("{:016x}", (self.trace.visit << 16) | (id as u64 + 1))
    }

    fn protocol(&self, call: &Call<'_>) -> Protocol {
        call.link.map_or(Protocol::Http, |link| self.world.wiring().link(link).protocol)
    }

    /// `{method} {target}`, as the semantic conventions want it.
    fn name(&self, call: &Call<'_>) -> String {
        match self.protocol(call) {
            Protocol::Dns => "A www.foobar.com".to_owned(),
            Protocol::Mysql => format!("{} orders", self.statement()),
            _ => format!("{} {}", method(self.trace), self.trace.path().split('?').next().unwrap_or_default()),
        }
    }

    const fn statement(&self) -> &'static str {
        if matches!(self.trace.class, Class::Write) { "INSERT" } else { "SELECT" }
    }

    fn attributes(&self, call: &Call<'_>) -> Vec<Value> {
        match self.protocol(call) {
            Protocol::Dns => vec![text("dns.question.name", "www.foobar.com")],
            Protocol::Mysql => {
                let mut all = vec![
                    text("db.system.name", "mysql"),
                    text("db.collection.name", "orders"),
                    text("db.operation.name", self.statement()),
                ];
                all.extend(database_error(call).map(|code| text("db.response.status_code", &code.to_string())));
                all
            }
            _ => {
                let (path, query) = self.trace.path().split_once('?').unwrap_or((self.trace.path(), ""));
                let mut all = vec![text("http.request.method", method(self.trace)), text("url.path", path)];
                all.extend((!query.is_empty()).then(|| text("url.query", query)));
                all.extend(call.status.map(|status| number("http.response.status_code", status.into())));
                all
            }
        }
    }

    /// `error.type` of a client's span: the status, MySQL's error number, the browser's code, or what became of the call.
    fn error(&self, call: &Call<'_>) -> Option<String> {
        if let (None, Some(outcome)) = (call.parent, &self.trace.outcome)
            && let Verdict::Browser(error) = outcome.result
        {
            return Some(error.code().to_owned());
        }
        let status = call.status.filter(|status| *status >= 400).map(|status| status.to_string());
        let code = database_error(call).map(|code| code.to_string());
        status.or(code).or_else(|| call.failure.map(|failure| failure_name(failure).to_owned()))
    }
}

/// The number of the error with which a database has answered.
fn database_error(call: &Call<'_>) -> Option<u16> {
    call.hops.iter().find_map(|hop| match hop.decision {
        Decision::Denied(error) | Decision::DatabaseFailed(error) if error != DbError::NoServer => Some(error.code()),
        _ => None,
    })
}

const fn failure_name(failure: Decision) -> &'static str {
    match failure {
        Decision::Refused | Decision::Rejected => "connection_refused",
        Decision::Reset => "connection_reset",
        Decision::BadCertificate => "certificate_expired",
        _ => "timeout",
    }
}

fn method(trace: &Trace) -> &'static str {
    match trace.method() {
        Method::Get => "GET",
        Method::Post => "POST",
    }
}

/// A moment of the run in nanoseconds since 1970: runs start as their log files do. 64-bit integers are strings in this JSON.
fn nanos(at: SimTime) -> String {
    (log::STARTS_AT_S * 1_000_000_000 + at.0 * 1_000).to_string()
}

fn text(key: &str, value: &str) -> Value {
    json!({ "key": key, "value": { "stringValue": value } })
}

fn number(key: &str, value: u64) -> Value {
    json!({ "key": key, "value": { "intValue": value.to_string() } })
}
