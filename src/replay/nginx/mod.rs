//! Recordings of nginx before applications.

mod scenario;

use std::sync::Arc;

use serde_json::{Value, json};

use super::Problem;
use super::fields::{answer, list, number, only, text};
use crate::sim::{
    Answer, Cause, Class, Command, Condition, Decision, Method, Micros, PartId, ProcessId, Role, Scenario, Trace,
    Verdict, VisitRecord, World,
};

/// Time between two events of a recording, enough for an answer to get through.
const STEP: Micros = Micros::from_millis(1);
/// So long a recording waits for a held request to reach an application.
const PATIENCE: Micros = Micros::from_millis(1_000);

pub(super) fn replay(recording: &Value) -> Result<Value, Problem> {
    let world = World::new(Arc::new(scenario::of(recording)?));
    let mut replay = Replay { recording, world, event: 0, requests: Vec::new() };
    for (i, event) in list(recording, "events").iter().enumerate() {
        replay.event = i;
        let at = |problem: Problem| Problem(format!("events[{i}].{}", problem.0));
        replay.carry_out(event).map_err(at)?;
    }
    while replay.requests.iter().any(|request| request.end.is_none()) && replay.world.next_event_at().is_some() {
        replay.step();
    }
    let observed: Vec<Value> = replay.requests.iter().enumerate().map(|(i, request)| request.observed(i)).collect();
    Ok(json!({ "case": recording["case"], "observed": observed }))
}

/// The scenario in which a recording is replayed.
pub(super) fn scenario(recording: &Value) -> Result<Scenario, Problem> {
    scenario::of(recording)
}

/// A recording being done again.
struct Replay<'a> {
    recording: &'a Value,
    world: World,
    /// Index of the event that is carried out.
    event: usize,
    requests: Vec<Request>,
}

/// One request of the recording.
struct Request {
    visit: u64,
    /// The name under which the application holds it.
    held: Option<String>,
    /// Where it is held, and since which event.
    reached: Option<(String, usize)>,
    /// How it ended, and after which event.
    end: Option<(Value, usize)>,
}

impl Request {
    fn observed(&self, i: usize) -> Value {
        let (mut observed, after) = self.end.clone().unwrap_or_else(|| (json!({}), 0));
        observed["i"] = json!(i);
        if let (Some(id), Some(fields)) = (&self.held, observed.as_object_mut()) {
            // How long a request was held is up to whoever held it.
            fields.remove("ms");
            observed["held"] = json!(id);
            observed["done_after_event"] = json!(after);
        }
        if let Some((server, event)) = &self.reached {
            observed["reached"] = json!({ "server": server, "after_event": event });
        }
        observed
    }
}

impl Replay<'_> {
    fn carry_out(&mut self, event: &Value) -> Result<(), Problem> {
        match text(event, "op")? {
            "request" => {
                self.visit(event, answer(event)?, None)?;
                while self.requests.last().is_some_and(|request| request.end.is_none()) {
                    self.step();
                }
            }
            "hold" => {
                self.visit(event, Answer::Held, Some(text(event, "id")?.to_owned()))?;
                let until = self.world.now() + PATIENCE;
                let on_its_way = |request: &Request| request.end.is_none() && request.reached.is_none();
                while self.requests.last().is_some_and(on_its_way)
                    && self.world.next_event_at().is_some_and(|at| at <= until)
                {
                    self.step();
                }
            }
            "release" => self.end_held(event, |visit| Command::Release { visit })?,
            "abort" => self.end_held(event, |visit| Command::Abort { visit })?,
            "wait_ms" => {
                let ms = number(event, "ms")?;
                self.run(Micros::from_millis(ms.into()));
            }
            "reload" => {
                only(event, "reload", &["op", "servers"])?;
                let servers = if event["servers"].is_null() { self.recording } else { event };
                let upstream = scenario::upstream(&self.recording["balancer"], servers)?;
                self.tell(&Command::Reload { upstream: Some(upstream) })?;
            }
            op => self.break_or_mend(op, event)?,
        }
        self.run(STEP);
        Ok(())
    }

    /// Starts a visit.
    fn visit(&mut self, event: &Value, answer: Answer, held: Option<String>) -> Result<(), Problem> {
        only(event, "request", &["op", "method", "path", "src", "app", "id", "cookie"])?;
        let method = match text(event, "method")? {
            "GET" => Method::Get,
            "POST" => Method::Post,
            other => return Err(Problem(format!("method: `{other}` is not known"))),
        };
        let path = text(event, "path")?;
        let is_file = path.starts_with("/static/");
        let source = text(event, "src")?;
        let source = source.parse().map_err(|_| Problem(format!("src: `{source}` is no address")))?;
        self.tell(&Command::Visit {
            class: if is_file { Class::Static } else { Class::Read },
            count: 1,
            source: Some(source),
            answer: (!is_file).then_some(answer),
            method: Some(method),
            path: Some(path.to_owned()),
            cookie: None,
        })?;
        let visit = self.world.last_visit();
        self.requests.push(Request { visit, held, reached: None, end: None });
        Ok(())
    }

    /// Lets go, or gives up, the newest request that is held under a name.
    fn end_held(&mut self, event: &Value, command: fn(u64) -> Command) -> Result<(), Problem> {
        let id = text(event, "id")?;
        let found = self.requests.iter().rev().find(|request| request.held.as_deref() == Some(id));
        let visit = found.ok_or_else(|| Problem(format!("id: no request is held as `{id}`")))?.visit;
        self.tell(&command(visit))
    }

    /// Operations on an application. What is already so, or cannot be, does nothing, like a signal to no process.
    fn break_or_mend(&mut self, op: &str, event: &Value) -> Result<(), Problem> {
        if !["kill", "start", "freeze", "thaw", "blackhole", "unblackhole"].contains(&op) {
            return Err(Problem(format!("op: `{op}` is not known")));
        }
        let name = text(event, "server")?;
        let (part, way) = (format!("{name}/app"), format!("{}>{name}/app", scenario::NGINX));
        let id = self.world.wiring().part(&part).map_err(|_| Problem(format!("server: `{name}` is not known")))?;
        let PartId::Process(process) = id else { unreachable!("the name of a process has a slash") };
        match (op, self.world.parts().condition(process)) {
            ("kill", _) => self.tell(&Command::Kill { part }),
            ("start", Condition::Down) | ("thaw", Condition::Hung) => self.tell(&Command::Restore { part }),
            ("freeze", Condition::Up) => self.tell(&Command::Freeze { part }),
            ("blackhole", _) => self.tell(&Command::Kill { part: way }),
            ("unblackhole", _) => self.tell(&Command::Restore { part: way }),
            _ => Ok(()),
        }
    }

    fn tell(&mut self, command: &Command) -> Result<(), Problem> {
        self.world.apply(command).map_err(|error| Problem(error.to_string()))?;
        self.look();
        Ok(())
    }

    fn run(&mut self, time: Micros) {
        let until = self.world.now() + time;
        while self.world.next_event_at().is_some_and(|at| at <= until) {
            self.step();
        }
        self.world.run_until(until);
    }

    fn step(&mut self) {
        self.world.step();
        self.look();
    }

    /// Notes which requests have reached an application that holds them, and which have ended.
    fn look(&mut self) {
        for request in self.requests.iter_mut().filter(|request| request.end.is_none()) {
            if request.held.is_some()
                && request.reached.is_none()
                && let Some(app) = self.world.holder(request.visit)
            {
                request.reached = Some((self.world.wiring().machine_of(app).name.clone(), self.event));
            }
            if let Some(record) = self.world.log().of(request.visit) {
                let trace = self.world.trace(request.visit).expect("visits by hand are traced");
                request.end = Some((end(&self.world, record, trace), self.event));
            }
        }
    }
}

/// What nginx's log has about a visit.
fn end(world: &World, record: &VisitRecord, trace: &Trace) -> Value {
    let name = |process: ProcessId| world.wiring().machine_of(process).name.clone();
    let status = match record.outcome.result {
        Verdict::Http(status) => status,
        Verdict::Browser(_) => CLIENT_LEFT,
    };
    let (mut tried, mut statuses) = (Vec::new(), Vec::new());
    let mut server = None;
    let nginx = world.wiring().server("lb-01").ok().and_then(|nginx| world.nginx(nginx)).expect("it is there");
    for span in &trace.spans {
        match span.decision {
            Decision::TriesPeer { server: app, .. } => {
                server = Some(name(app));
                tried.extend(server.clone());
            }
            Decision::Proxied => {
                server = nginx.upstream.first().map(|app| name(*app));
                tried.extend(server.clone());
            }
            Decision::PeerFailed { status, .. } => statuses.push(status.to_string()),
            Decision::NoServer => {
                server = None;
                tried.push("no live upstream".to_owned());
            }
            _ => {}
        }
    }
    if statuses.len() < tried.len() {
        statuses.push(match record.outcome.cause {
            // What is not HTTP counts as 200 until nginx has looked at it.
            Cause::NotHttp => "200".to_owned(),
            Cause::Stopped => "-".to_owned(),
            _ => status.to_string(),
        });
    }
    let by = record.outcome.by;
    let readable = record.outcome.cause != Cause::NotHttp;
    let answered_by = (*world.wiring().role(by) == Role::App && readable).then(|| name(by));
    let total = (record.took.0 + 500) / 1_000;
    json!({
        "server": server, "status": status, "answered_by": answered_by, "tried": tried, "upstream_status": statuses,
        "ms": { "total": total },
    })
}

/// nginx's status for a request whose client has left.
const CLIENT_LEFT: u16 = 499;
