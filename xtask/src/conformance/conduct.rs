//! Runs one case on the real program: event after event, each only when the one before has settled.

use std::collections::BTreeMap;
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use serde_json::{Map, Value, json};

use super::apps::App;
use super::board::{Answer, Board, Facts, PATIENCE, Visit};
use super::exported::{Front, read};
use super::haproxy::Haproxy;
use super::nginx::Nginx;
use super::program::Program;

/// How long the program may take to end a request that an application keeps: nothing else tells whether it will.
const REACTION: Duration = Duration::from_millis(10);

/// The machine of the program that is asked.
const BALANCER: &str = "lb-01";

/// The programs under test, where they were found.
#[derive(Clone, Default)]
pub struct Programs {
    pub haproxy: PathBuf,
    pub nginx: PathBuf,
}

struct Stage {
    board: Arc<Board>,
    apps: Vec<App>,
    /// nginx before each application, where nodes are of both.
    fronts: Vec<Front>,
    program: Box<dyn Program>,
    clients: BTreeMap<usize, TcpStream>,
}

/// Time between two events of a recording, if nothing else is said: enough for an answer, too short for a time-out.
const PAUSE: Duration = Duration::from_millis(40);
/// The same where waits are added: enough for an answer on a busy machine, too short for the time-outs of random cases.
const LONG_PAUSE: Duration = Duration::from_millis(140);
/// What a wait lasts longer than was needed, at least.
const SPARE_MS: u64 = 300;

/// Runs a case on the real program. Returns its `observed`, without times. With `add_waits`, a `wait_ms` is put into the
/// events wherever requests are still under way after the pause, since they are tried again and again: without it, what
/// comes next would depend on the speed of the machine.
///
/// With `exported`, a folder, the programs read the files that were exported there.
pub fn observe(case: &mut Value, programs: &Programs, add_waits: bool, exported: Option<&Path>) -> Result<Value> {
    let events = case["events"].as_array().context("a case has `events`")?.clone();
    let mut stage = Stage::set(case, programs, exported)?;
    let mut done = Vec::new();
    for event in events {
        let op = event["op"].as_str().unwrap_or_default().to_owned();
        let index = done.len();
        stage.board.write(|facts| facts.event = index);
        stage.perform(&op, &event).with_context(|| format!("event {index}, `{op}`"))?;
        done.push(event);
        let pause = if add_waits { LONG_PAUSE } else { PAUSE };
        if !stage.settle(pause)? && add_waits {
            stage.board.write(|facts| facts.event = index + 1);
            let started = Instant::now();
            let has_settled = stage.settle(PATIENCE)?;
            ensure!(has_settled, "after event {index}, `{op}`: {}", unsettled(&stage.board.facts()));
            let needed = started.elapsed().as_millis() as u64;
            done.push(json!({"op": "wait_ms", "ms": (needed + SPARE_MS).next_multiple_of(SPARE_MS)}));
        }
    }
    stage.wait_for_all()?;
    case["events"] = done.into();
    let facts = stage.board.facts();
    let has_fronts = !stage.fronts.is_empty();
    Ok(facts.visits.iter().enumerate().map(|(index, visit)| entry(index, visit, has_fronts)).collect())
}

impl Stage {
    fn set(case: &Value, programs: &Programs, exported: Option<&Path>) -> Result<Self> {
        let board = Arc::<Board>::default();
        let servers = case["servers"].as_array().context("a case has `servers`")?;
        let names = servers.iter().map(|server| server["name"].as_str().context("a server has a name"));
        let apps = names.map(|name| App::start(name?, &board)).collect::<Result<Vec<_>>>()?;
        let addresses: Vec<(String, SocketAddr)> = apps.iter().map(|app| (app.name.clone(), app.address)).collect();
        let find = |name: &str| addresses.iter().find(|(known, _)| known == name).map(|(_, address)| *address);
        let mut fronts = Vec::new();
        let program: Box<dyn Program> = match (case["balancer"]["kind"].as_str(), exported) {
            (Some("haproxy"), None) => Box::new(Haproxy::start(&programs.haproxy, case, &find, &board)?),
            (Some("nginx"), None) => Box::new(Nginx::start(&programs.nginx, case, addresses.clone(), &board)?),
            (Some("haproxy"), Some(folder)) => {
                if case.get("nginx_timeouts_ms").is_some() {
                    for app in &apps {
                        let text = read(folder, &app.name, "nginx.conf")?;
                        fronts.push(Front::start(&programs.nginx, &app.name, &text, &[app.address])?);
                    }
                }
                let of_apps = apps.iter().map(|app| app.address);
                let servers: Vec<SocketAddr> = if fronts.is_empty() {
                    of_apps.collect()
                } else {
                    fronts.iter().map(|front| front.address).collect()
                };
                let text = read(folder, BALANCER, "haproxy.cfg")?;
                Box::new(Haproxy::start_exported(&programs.haproxy, &text, &servers, &board)?)
            }
            (Some("nginx"), Some(folder)) => {
                let text = read(folder, BALANCER, "nginx.conf")?;
                Box::new(Nginx::start_exported(&programs.nginx, &text, addresses.clone(), &board)?)
            }
            _ => bail!("`balancer.kind` is neither `haproxy` nor `nginx`"),
        };
        Ok(Self { board, apps, fronts, program, clients: BTreeMap::new() })
    }

    fn perform(&mut self, op: &str, event: &Value) -> Result<()> {
        let id = event["id"].as_str();
        match op {
            "request" => {
                let index = self.send(event, None)?;
                // Requests are sent one after the other, even if one has to wait for its time-out.
                let has_ended = self.board.wait(PATIENCE, |facts| facts.visits[index].has_ended());
                ensure!(has_ended, "it is not answered: {}", unsettled(&self.board.facts()));
                Ok(())
            }
            "hold" => self.send(event, id).map(drop),
            "release" => {
                self.board.write(|facts| {
                    if let Some(visit) = id.and_then(|id| facts.held(id))
                        && visit.kept_by.take().is_some()
                    {
                        visit.released = true;
                    }
                });
                Ok(())
            }
            "abort" => {
                self.abort(id.unwrap_or_default())?;
                thread::sleep(REACTION);
                Ok(())
            }
            "wait_ms" => {
                thread::sleep(Duration::from_millis(event["ms"].as_u64().context("`ms` is a number")?));
                Ok(())
            }
            _ if self.program.administer(event)? => {
                thread::sleep(REACTION);
                Ok(())
            }
            _ => {
                let is_it = |name: &str| event["server"] == name;
                let front = self.fronts.iter_mut().find(|front| is_it(&front.name) && event["part"] != "app");
                if let Some(front) = front {
                    return self.program.while_stopped(&mut || front.obey(op));
                }
                let app = self.apps.iter_mut().find(|app| is_it(&app.name)).context("no such server")?;
                self.program.while_stopped(&mut || app.obey(op))
            }
        }
    }

    fn send(&mut self, event: &Value, id: Option<&str>) -> Result<usize> {
        let index = self.board.write(|facts| {
            facts.visits.push(Visit { hold: id.map(str::to_owned), ..Visit::default() });
            facts.visits.len() - 1
        });
        let client = super::client::send(event, index, self.program.address(), &self.board)?;
        self.clients.insert(index, client);
        Ok(index)
    }

    fn abort(&mut self, id: &str) -> Result<()> {
        let index = self.board.write(|facts| {
            let index = facts.visits.iter().position(|visit| visit.hold.as_deref() == Some(id))?;
            facts.visits[index].aborted = true;
            Some(index)
        });
        let client = index.and_then(|index| self.clients.remove(&index)).context("no such held request")?;
        // Fails only if the balancer has closed it before, which is as good.
        drop(client.shutdown(Shutdown::Both));
        Ok(())
    }

    /// Waits until every request has ended, is kept by an application or waits in a queue, so that the order in which
    /// things happen is that of the events; false if that takes longer than the limit.
    fn settle(&self, limit: Duration) -> Result<bool> {
        let deadline = Instant::now() + limit;
        let mut quiet = 0;
        while quiet < 2 {
            if self.board.wait(Duration::from_millis(3), |facts| facts.pending() == 0) {
                return Ok(true);
            }
            if Instant::now() > deadline {
                return Ok(false);
            }
            let before = self.board.facts().pending();
            let queued = self.program.queued()?;
            let is_quiet = queued == before && self.board.facts().pending() == before;
            quiet = if is_quiet { quiet + 1 } else { 0 };
        }
        Ok(true)
    }

    /// What nobody has released ends by a time-out.
    fn wait_for_all(&self) -> Result<()> {
        let all_ended = self.board.wait(PATIENCE, |facts| facts.visits.iter().all(Visit::has_ended));
        ensure!(all_ended, "there is no end: {}", unsettled(&self.board.facts()));
        Ok(())
    }
}

fn unsettled(facts: &Facts) -> String {
    let pending = facts.visits.iter().enumerate().filter(|(_, visit)| !visit.has_ended() && visit.kept_by.is_none());
    pending
        .map(|(index, visit)| {
            format!("visit {index} (log: {}, client: {})", visit.logged.is_some(), visit.answer.is_some())
        })
        .collect::<Vec<_>>()
        .join(", ")
}

/// Who wrote an answer, where nginx and HAProxy write some, too.
fn answered_by(answer: &Answer, said: &Map<String, Value>) -> Option<String> {
    answer.status?;
    Some(match (&answer.by, &answer.server) {
        (Some(app), _) => format!("app on {app}"),
        (None, Some(_)) => format!("nginx on {}", said.get("server").and_then(Value::as_str)?),
        (None, None) => "haproxy".to_owned(),
    })
}

/// One entry of `observed`.
fn entry(index: usize, visit: &Visit, has_fronts: bool) -> Value {
    let mut entry = Map::new();
    let mut add = |key: &str, value: Value| entry.insert(key.to_owned(), value);
    add("i", json!(index));
    if let Some(id) = &visit.hold {
        add("held", json!(id));
        if let Some((server, event)) = &visit.reached {
            add("reached", json!({"server": server, "after_event": event}));
        }
        if visit.aborted {
            add("aborted", json!(true));
        }
    }
    let answer = visit.answer.clone().unwrap_or_default();
    if let Some((said, event)) = &visit.logged {
        for (key, value) in said {
            add(key, value.clone());
        }
        add("answered_by", json!(if has_fronts { answered_by(&answer, said) } else { answer.by }));
        if visit.hold.is_some() {
            add("done_after_event", json!(event));
        }
        // HAProxy notes itself that a client has left; then there is nothing to add.
        let is_noted = said.get("termination").and_then(Value::as_str).is_some_and(|flags| flags.starts_with('C'));
        if visit.aborted && !is_noted {
            add("client_status", json!(answer.status));
        }
    }
    if let Some(cookie) = answer.set_cookie {
        add("set_cookie", json!(cookie));
    }
    Value::Object(entry)
}
