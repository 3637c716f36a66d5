//! Monitoring: agents on the machines, a monitor that scrapes them over the network, and what it concludes.
//!
//! As Prometheus does it: the monitor knows what it scraped, and nothing else. An agent that does not answer is `up == 0`, and
//! of its machine there is a gap until it answers again. Without a monitor only the visitors' complaints tell of trouble.

mod alerts;
mod complaints;

use std::collections::VecDeque;

pub use alerts::{Alert, AlertState, Rule, increase};
pub use complaints::{Complaint, Detection};

use super::answers::Answers;
use super::balancer::Balancer;
use super::call::{Ask, CallKey, Reply};
use super::ids::ProcessId;
use super::outcome::Cause;
use super::parts::Condition;
use super::scenario::{FieldError, Scenario};
use super::time::{Micros, SimTime};
use super::topology::Role;
use super::wiring::Wiring;
use super::world::{Action, World};

/// Samples of each agent that are kept: half an hour at the usual interval.
pub const SAMPLES: usize = 120;
/// `scrape_timeout`, or the interval if that is shorter.
const TIMEOUT: Micros = Micros::from_secs(10);

/// What a monitor knows, and what visitors have complained about.
#[derive(Clone, Debug, Default)]
pub struct Monitoring {
    /// The monitor; none if nothing is monitored.
    pub monitor: Option<ProcessId>,
    /// The agents that it scrapes.
    pub targets: Vec<Target>,
    /// Alerts that are not inactive, and those that were resolved last, in the order in which they came up.
    pub alerts: Vec<Alert>,
    /// The last complaints, oldest first.
    pub complaints: VecDeque<Complaint>,
    /// Complaints so far.
    pub complained: u64,
    /// Complaints that visitors are about to make.
    pub pending_complaints: usize,
    /// How long it took until somebody knew of the first fault.
    pub detection: Detection,
    /// How often the monitor was started.
    life: u32,
}

/// An agent with what was scraped from it.
#[derive(Clone, Debug)]
pub struct Target {
    /// The agent.
    pub agent: ProcessId,
    /// The last samples, oldest first.
    pub samples: VecDeque<Sample>,
    /// The scrape that is under way.
    scraping: Option<CallKey>,
    /// What the agent has answered to it.
    answer: Vec<Reading>,
}

/// One scrape.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sample {
    /// When it began.
    pub at: SimTime,
    /// What the agent said of the programs on its machine; none if it did not answer (`up == 0`).
    pub readings: Option<Vec<Reading>>,
}

/// What an agent says of one program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    /// The program.
    pub process: ProcessId,
    /// Whether it answered the agent (`haproxy_up`, `mysql_up`, …).
    pub up: bool,
    /// Requests, or a database's statements, since it was started.
    pub requests: u64,
    /// Of these, answered with 5xx.
    pub errors: u64,
    /// What it has answered, for a balancer or a web server.
    pub answers: Option<Answers>,
    /// What only its kind has.
    pub state: State,
}

/// What an agent says of one kind of program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// Nothing more.
    Plain,
    /// HAProxy: servers that are not UP.
    Down(Vec<ProcessId>),
    /// A replica: `Seconds_Behind_Source`; none is NULL.
    Behind(Option<u64>),
}

impl Monitoring {
    /// The monitor and the agents of a topology.
    pub(super) fn new(wiring: &Wiring) -> Self {
        let monitor = wiring.with_role(|role| *role == Role::Monitor).first().copied();
        let target = |agent| Target { agent, samples: VecDeque::new(), scraping: None, answer: Vec::new() };
        let agents = wiring.with_role(|role| *role == Role::Agent);
        let targets = agents.into_iter().filter(|_| monitor.is_some()).map(target).collect();
        Self { monitor, targets, ..Self::default() }
    }

    /// The newest reading of a program, and when it was taken; none while its agent does not answer.
    #[must_use]
    pub fn newest(&self, process: ProcessId) -> Option<&Reading> {
        self.targets.iter().find_map(|target| target.samples.back()?.of(process))
    }
}

impl Target {
    /// The monitor is gone, and waits for nothing any more.
    pub(super) fn forget(&mut self) {
        self.scraping = None;
    }
}

impl Sample {
    /// What it tells of a program.
    #[must_use]
    pub fn of(&self, process: ProcessId) -> Option<&Reading> {
        self.readings.iter().flatten().find(|reading| reading.process == process)
    }
}

impl World {
    /// What is known of the site without looking inside.
    #[must_use]
    pub const fn monitoring(&self) -> &Monitoring {
        &self.monitoring
    }

    /// Puts an agent on every machine of the site, and a machine with a monitor beside them.
    pub(super) fn install_monitoring(&mut self) -> Result<(), FieldError> {
        if self.monitoring.monitor.is_some() {
            return Err(FieldError::new("do", "everything is monitored already"));
        }
        let topology = self.scenario.topology.monitored();
        topology.validate()?;
        let scenario = Scenario { topology, ..Scenario::clone(&self.scenario) };
        // Monitors and agents come after all other parts, so that what has a number keeps it.
        let wiring = Wiring::new(&scenario.topology);
        self.parts = self.parts.grown(&wiring, &self.settings);
        let mut parked = core::mem::take(&mut self.parked).into_vec();
        parked.resize(wiring.processes.len(), Vec::new());
        self.parked = parked.into();
        let Monitoring { monitor, targets, .. } = Monitoring::new(&wiring);
        (self.monitoring.monitor, self.monitoring.targets) = (monitor, targets);
        (self.scenario, self.wiring) = (scenario.into(), wiring.into());
        self.let_monitor_in();
        self.start_monitor();
        Ok(())
    }

    /// The monitor starts: it spreads its scrapes over an interval, and looks at its rules at the end of each.
    pub(super) fn start_monitor(&mut self) {
        if self.monitoring.monitor.is_none() {
            return;
        }
        self.monitoring.life += 1;
        let (life, interval) = (self.monitoring.life, self.scrape_interval());
        let targets = self.monitoring.targets.len() as u64;
        for target in 0..targets {
            self.monitoring.targets[target as usize].scraping = None;
            let offset = Micros(interval.0 * target / targets);
            self.plan_work(offset, Action::Scrape { target: target as u16, life });
        }
        self.plan_work(interval, Action::Evaluate(life));
    }

    fn scrape_interval(&self) -> Micros {
        Micros::from_millis(self.settings.monitoring.interval_ms.into())
    }

    /// How long the monitor waits for an agent.
    pub(super) fn scrape_timeout(&self) -> Micros {
        TIMEOUT.min(self.scrape_interval())
    }

    fn monitor_works(&self, life: u32) -> bool {
        let monitor = self.monitoring.monitor.filter(|_| self.monitoring.life == life);
        monitor.is_some_and(|monitor| self.parts.condition(monitor) == Condition::Up)
    }

    /// The monitor asks an agent.
    pub(super) fn scrape(&mut self, target: u16, life: u32) {
        if !self.monitor_works(life) {
            return;
        }
        let at = usize::from(target);
        if self.monitoring.targets[at].scraping.is_some() {
            self.scrape_ends(target, Reply::Timeout);
        }
        let agent = self.monitoring.targets[at].agent;
        self.monitoring.targets[at].scraping = Some(self.call_to_scrape(target, agent, Ask::Metrics));
        self.plan_work(self.scrape_interval(), Action::Scrape { target, life });
    }

    /// Whether the monitor waits for this very call.
    pub(super) fn scrape_waits_for(&self, target: u16, call: CallKey) -> bool {
        self.monitoring.targets[usize::from(target)].scraping == Some(call)
    }

    /// An agent is asked: it looks at the programs on its machine.
    pub(super) fn agent_gets(&mut self, key: CallKey, at: usize) {
        let agent = self.calls[key].callee;
        let machine = self.wiring.process(agent).machine;
        let readings = self.wiring.processes_of(machine).filter_map(|process| self.reading(process)).collect();
        if let Some(target) = self.monitoring.targets.get_mut(at) {
            target.answer = readings;
        }
        self.answer(key, Reply::Http { status: 200, by: agent, cause: Cause::Page });
    }

    /// What a program says of itself.
    fn reading(&self, process: ProcessId) -> Option<Reading> {
        let at = self.tier(process);
        let mut answers = None;
        let (requests, errors, state) = match self.wiring.role(process) {
            Role::Balancer => {
                let Balancer { servers, counters, .. } = &self.balancers[at];
                let down = servers.iter().filter(|server| !server.up).map(|server| server.process);
                answers = Some(counters.answers);
                (counters.requests, counters.answers.server_errors, State::Down(down.collect()))
            }
            Role::Nginx => {
                let counters = &self.nginx[at].counters;
                answers = Some(counters.answers);
                (counters.requests, counters.answers.server_errors, State::Plain)
            }
            Role::App => {
                let counters = &self.apps[at].counters;
                (counters.answered + counters.failed, counters.failed, State::Plain)
            }
            Role::Mysqld { .. } => {
                let counters = &self.cluster.servers[at].counters;
                let state = match self.replica_status(at as u16) {
                    Some(status) => State::Behind(status.seconds_behind),
                    None => State::Plain,
                };
                (counters.reads + counters.writes, counters.errors, state)
            }
            Role::Keepalived { .. } => (0, 0, State::Plain),
            _ => return None,
        };
        let up = self.parts.condition(process) == Condition::Up;
        Some(if up {
            Reading { process, up, requests, errors, answers, state }
        } else {
            Reading { process, up, requests: 0, errors: 0, answers: None, state: State::Plain }
        })
    }

    /// A scrape has been answered, or not.
    pub(super) fn scrape_ends(&mut self, target: u16, reply: Reply) {
        let target = &mut self.monitoring.targets[usize::from(target)];
        let call = target.scraping.take().and_then(|call| self.calls.get(call));
        let at = call.map_or(self.now, |call| call.started);
        let answered = matches!(reply, Reply::Http { .. });
        let readings = answered.then(|| core::mem::take(&mut target.answer));
        if target.samples.len() == SAMPLES {
            target.samples.pop_front();
        }
        target.samples.push_back(Sample { at, readings });
    }
}

/// Whether a machine with such a program gets an agent.
pub(super) fn is_watched(role: &Role) -> bool {
    !matches!(role, Role::Browser | Role::Resolver | Role::Authoritative | Role::Agent | Role::Monitor)
}
