//! Doing the events of a recording, one after the other, in a world of its own.

use std::sync::Arc;

use serde_json::Value;

use super::config::{BALANCER, scenario_of};
use crate::replay::Problem;
use crate::replay::fields::{answer, list, number, optional_number, text};
use crate::sim::balancer::{AdminState, Health, StateLine};
use crate::sim::{Answer, Class, Command, Condition, Method, Micros, PartId, Scenario, SimTime, VisitRecord, World};

/// Time that HAProxy takes to start, before its first check, where a recording begins with its start.
const START_MS: u64 = 95;
/// So many checks have been made before a timed recording begins.
const CHECKS_BEFORE: usize = 10;
/// Time between two events of a recording without times, in ms: enough for an answer to get through.
const STEP_MS: u64 = 20;
/// The same after a request that the application holds, as the recorded times of waiting requests show.
const HOLD_MS: u64 = 41;
/// The longest time that a request can stay after the last event, in ms.
const PATIENCE_MS: u64 = 3_600_000;

/// A recording under way.
pub(super) struct Run<'a> {
    pub(super) case: &'a Value,
    pub(super) world: World,
    pub(super) is_stack: bool,
    pub(super) is_timed: bool,
    /// The recording's time 0, and how much later than that the world began.
    zero: SimTime,
    lead_ms: u64,
    /// Index of the event that is carried out.
    event: usize,
    pub(super) requests: Vec<Request>,
    /// Lines of HAProxy's log, each with the event after which it was written.
    pub(super) lines: Vec<(usize, StateLine)>,
    lines_seen: u64,
    ended_seen: u64,
}

/// A request of the recording.
#[derive(Clone, Debug)]
pub(super) struct Request {
    pub visit: u64,
    /// The name of a request that the application holds.
    pub held: Option<String>,
    /// The server that it has reached, and after which event.
    pub reached: Option<(String, usize)>,
    /// Whether its client has left.
    pub aborted: bool,
    /// How it ended for its client.
    pub record: Option<VisitRecord>,
    /// The event after which HAProxy was done with it.
    pub done_after: Option<usize>,
    pub t_ms: u64,
}

/// Whether a recording is of HAProxy before nodes of nginx and application.
pub(super) fn is_stack(case: &Value) -> Result<bool, Problem> {
    Ok(list(case, "events").iter().any(|event| event.get("part").is_some())
        || case.get("nginx_timeouts_ms").is_some()
        || text(case, "case")?.starts_with("stack_"))
}

impl<'a> Run<'a> {
    /// The world of a recording at its time 0.
    pub(super) fn new(case: &'a Value) -> Result<Self, Problem> {
        let is_stack = is_stack(case)?;
        let scenario: Scenario = scenario_of(case, is_stack)?;
        let with_haproxy = !scenario.timeline.is_empty();
        let is_timed = case.get("phase_ms").is_some();
        let world = World::new(Arc::new(scenario));
        let lead_ms = if with_haproxy { START_MS } else { 0 };
        let mut run = Self {
            case,
            world,
            is_stack,
            is_timed,
            zero: SimTime::ZERO,
            lead_ms,
            event: 0,
            requests: Vec::new(),
            lines: Vec::new(),
            lines_seen: 0,
            ended_seen: 0,
        };
        if is_timed && !with_haproxy {
            run.find_phase()?;
            run.lines_seen = run.world.balancers()[0].lines_written;
        }
        run.zero = run.world.now();
        Ok(run)
    }

    /// Time 0 lies some ms after a check of a server. Where the recorder could not see checks, a quarter of their interval
    /// after one of the first server is as good as any.
    fn find_phase(&mut self) -> Result<(), Problem> {
        let settings = &self.world.settings().balancer;
        if settings.check == crate::sim::Check::None {
            return Ok(());
        }
        let quarter_ms = u64::from(settings.inter_ms) / 4;
        let wanted = self.case["phase_of"].as_str();
        let server = match wanted {
            None => 0,
            Some(name) => {
                let mut servers = list(self.case, "servers").iter();
                let at = servers.position(|server| server["name"] == name);
                at.ok_or_else(|| Problem(format!("phase_of: no server is named `{name}`")))?
            }
        };
        let phase_ms = if wanted.is_some() { u64::from(number(self.case, "phase_ms")?) } else { quarter_ms };
        for _ in 0..CHECKS_BEFORE {
            let before = self.world.balancers()[0].servers[server].checked_at;
            while self.world.balancers()[0].servers[server].checked_at == before && self.world.step() {}
        }
        self.world.run_until(self.world.now() + Micros::from_millis(phase_ms));
        Ok(())
    }

    /// Does all events, then waits until every request has ended.
    pub(super) fn do_events(&mut self) -> Result<(), Problem> {
        let case = self.case;
        for (i, event) in list(case, "events").iter().enumerate() {
            let at_ms = optional_number(event, "at_ms")?.map(u64::from);
            if let Some(at_ms) = at_ms {
                self.run_until(self.zero + Micros::from_millis(at_ms.saturating_sub(self.lead_ms)));
            }
            self.event = i;
            self.carry_out(event)?;
            if at_ms.is_none() {
                self.settle(text(event, "op")?);
            }
        }
        let (lines, until) = (self.lines.len(), self.world.now() + Micros::from_millis(PATIENCE_MS));
        while self.requests.iter().any(|request| request.done_after.is_none()) && self.world.now() < until {
            self.step();
        }
        self.lines.truncate(lines);
        Ok(())
    }

    /// Requests are sent one after the other: each has ended before the next event.
    fn settle(&mut self, op: &str) {
        let until = self.world.now() + Micros::from_millis(PATIENCE_MS);
        while op == "request"
            && self.requests.last().is_some_and(|request| request.done_after.is_none())
            && self.world.now() < until
        {
            self.step();
        }
        let pause_ms = match op {
            "request" | "wait_ms" => 0,
            "hold" => HOLD_MS,
            _ => STEP_MS,
        };
        self.run_until(self.world.now() + Micros::from_millis(pause_ms));
    }

    fn run_until(&mut self, until: SimTime) {
        while self.world.next_event_at().is_some_and(|at| at <= until) {
            self.step();
        }
        self.world.run_until(until);
    }

    /// Lets the world do one step, and notes what it has changed.
    fn step(&mut self) {
        self.world.step();
        self.look();
    }

    fn look(&mut self) {
        let Self { world, requests, event, .. } = self;
        let new = world.metrics().ended - self.ended_seen;
        self.ended_seen += new;
        for record in world.log().newest_first().take(new as usize) {
            if let Some(request) = requests.iter_mut().find(|request| request.visit == record.id) {
                request.record = Some(*record);
                request.done_after = Some(*event).filter(|_| !request.aborted);
            }
        }
        for request in requests.iter_mut().filter(|request| request.aborted && request.done_after.is_none()) {
            let left = world.left().find(|left| left.visit.id == request.visit);
            request.done_after = left.and_then(|left| left.logged).map(|_| *event);
        }
        let held = |request: &&mut Request| request.held.is_some() && request.reached.is_none();
        for request in requests.iter_mut().filter(held) {
            let app = world.holder(request.visit);
            request.reached = app.map(|app| (world.wiring().machine_of(app).name.clone(), *event));
        }
        let balancer = &world.balancers()[0];
        let new = (balancer.lines_written - self.lines_seen) as usize;
        self.lines_seen += new as u64;
        let skipped = balancer.journal().count().saturating_sub(new);
        self.lines.extend(balancer.journal().skip(skipped).map(|line| (*event, *line)));
    }

    /// A moment of the world on the recording's clock.
    pub(super) fn ms_of(&self, at: SimTime) -> u64 {
        at.since(self.zero).0 / 1_000 + self.lead_ms
    }

    fn carry_out(&mut self, event: &Value) -> Result<(), Problem> {
        match text(event, "op")? {
            "request" => self.visit(event, None),
            "hold" => self.visit(event, Some(text(event, "id")?.to_owned())),
            "release" => {
                if let Some(request) = self.request_of(event)? {
                    let visit = self.requests[request].visit;
                    self.tell(&Command::Release { visit })?;
                }
                Ok(())
            }
            "abort" => {
                if let Some(request) = self.request_of(event)? {
                    let request = &mut self.requests[request];
                    request.aborted |= request.done_after.is_none();
                    let visit = request.visit;
                    self.tell(&Command::Abort { visit })?;
                }
                Ok(())
            }
            "wait_ms" => {
                self.run_until(self.world.now() + Micros::from_millis(number(event, "ms")?.into()));
                Ok(())
            }
            "end" => Ok(()),
            op => self.operate(op, event),
        }
    }

    /// The held request with the name that an event has; none if nothing has this name.
    fn request_of(&self, event: &Value) -> Result<Option<usize>, Problem> {
        let id = text(event, "id")?;
        Ok(self.requests.iter().rposition(|request| request.held.as_deref() == Some(id)))
    }

    fn visit(&mut self, event: &Value, held: Option<String>) -> Result<(), Problem> {
        let method = match text(event, "method")? {
            "GET" => Method::Get,
            "POST" => Method::Post,
            other => return Err(Problem(format!("method: `{other}` is neither `GET` nor `POST`"))),
        };
        let path = text(event, "path")?.to_owned();
        let source = text(event, "src")?;
        let source = source.parse().map_err(|_| Problem(format!("src: `{source}` is no IPv4 address")))?;
        // In a node the files are nginx's own; without a node the application has all pages.
        let is_file = self.is_stack && path.starts_with("/static");
        let answer = if held.is_some() { Answer::Held } else { answer(event)? };
        let command = Command::Visit {
            class: if is_file { Class::Static } else { Class::Read },
            count: 1,
            source: Some(source),
            answer: (!is_file).then_some(answer),
            method: Some(method),
            path: Some(path),
            cookie: event["cookie"].as_str().map(str::to_owned),
        };
        self.tell(&command)?;
        let t_ms = self.ms_of(self.world.now());
        let visit = self.world.last_visit();
        let request = Request { visit, held, reached: None, aborted: false, record: None, done_after: None, t_ms };
        self.requests.push(request);
        Ok(())
    }

    /// Does what an operator or an accident does to a server.
    fn operate(&mut self, op: &str, event: &Value) -> Result<(), Problem> {
        let server = text(event, "server")?.to_owned();
        let front = if self.is_stack { "nginx" } else { "app" };
        let part = format!("{server}/{}", event["part"].as_str().unwrap_or(front));
        let way = format!("{BALANCER}/haproxy>{server}/{front}");
        let state = |name: &str| AdminState::ALL.into_iter().find(|state| state.name() == name);
        let health = |name: &str| Health::ALL.into_iter().find(|health| health.name() == name);
        let unknown = |key: &str| Problem(format!("{op}: {key} {} is unknown", event[key]));
        let command = match op {
            "kill" => Command::Kill { part },
            "start" if self.condition(&part)? == Condition::Down => Command::Restore { part },
            "freeze" if self.condition(&part)? == Condition::Up => Command::Freeze { part },
            "thaw" if self.condition(&part)? == Condition::Hung => Command::Restore { part },
            // What runs cannot start, and so on.
            "start" | "freeze" | "thaw" => return Ok(()),
            "blackhole" => Command::Kill { part: way },
            "unblackhole" => Command::Restore { part: way },
            "app_health" => {
                let healthy = match text(event, "health")? {
                    "up" => true,
                    "down" => false,
                    _ => return Err(unknown("health")),
                };
                Command::AppHealth { machine: server, healthy }
            }
            "set_state" => {
                Command::ServerState { server, state: state(text(event, "state")?).ok_or_else(|| unknown("state"))? }
            }
            "health" => {
                let health = health(text(event, "health")?).ok_or_else(|| unknown("health"))?;
                Command::ServerHealth { server, health }
            }
            "set_maxconn" => Command::ServerMaxconn { server, maxconn: number(event, "maxconn")? },
            "set_weight" => {
                let command = Command::ServerWeight { server, weight: number(event, "weight")? };
                // Some algorithms refuse, as the real one does.
                return match self.world.apply(&command) {
                    Err(error) if error.field != "weight" => Err(Problem(format!("{op}: {error}"))),
                    _ => {
                        self.look();
                        Ok(())
                    }
                };
            }
            other => return Err(Problem(format!("events: `{other}` is unknown"))),
        };
        self.tell(&command)
    }

    fn condition(&self, part: &str) -> Result<Condition, Problem> {
        match self.world.wiring().part(part) {
            Ok(PartId::Process(process)) => Ok(self.world.parts().condition(process)),
            _ => Err(Problem(format!("no process is named `{part}`"))),
        }
    }

    fn tell(&mut self, command: &Command) -> Result<(), Problem> {
        self.world.apply(command).map_err(|error| Problem(format!("{command:?}: {error}")))?;
        self.look();
        Ok(())
    }
}
