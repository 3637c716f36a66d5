//! Alerts: a condition on what was scraped, and for how long it must hold.

use super::{Monitoring, Reading, State, Target};
use crate::chronicle::Happening;
use crate::ids::ProcessId;
use crate::settings::Monitoring as Config;
use crate::time::{Micros, SimTime};
use crate::world::{Action, World};

/// Resolved alerts that are kept.
const RESOLVED: usize = 20;
/// Error rates are taken over this time (`rate(…[1m])`), or over two samples if they are further apart.
const WINDOW: Micros = Micros::from_secs(60);

/// What is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// `up == 0`: an agent does not answer.
    InstanceDown,
    /// `haproxy_up == 0`, `mysql_up == 0`, …: an agent cannot reach a program on its own machine.
    ProcessDown,
    /// `haproxy_server_up == 0`.
    BackendDown,
    /// The share of 5xx among the responses of the last minute is too high.
    HighErrorRate,
    /// A replica is too far behind, or does not replicate at all.
    ReplicationLag,
}

impl Rule {
    /// All rules.
    pub const ALL: [Self; 5] =
        [Self::InstanceDown, Self::ProcessDown, Self::BackendDown, Self::HighErrorRate, Self::ReplicationLag];

    /// Its name, as a rule of Prometheus is written.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::InstanceDown => "InstanceDown",
            Self::ProcessDown => "ProcessDown",
            Self::BackendDown => "BackendDown",
            Self::HighErrorRate => "HighErrorRate",
            Self::ReplicationLag => "ReplicationLag",
        }
    }
}

/// How far an alert has come. Inactive ones are not kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AlertState {
    /// The condition holds, but not for long enough.
    Pending,
    /// Somebody has been called.
    Firing,
    /// It had been firing, and the condition holds no more.
    Resolved,
}

/// A rule whose condition holds for something, or has held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Alert {
    /// The rule.
    pub rule: Rule,
    /// What it is about.
    pub about: ProcessId,
    /// Who says so: a balancer of its server, otherwise the same.
    pub by: ProcessId,
    /// How far it has come.
    pub state: AlertState,
    /// When the condition was first seen to hold.
    pub since: SimTime,
    /// When it began to fire.
    pub fired: Option<SimTime>,
    /// When it ended.
    pub resolved: Option<SimTime>,
}

impl World {
    /// The monitor looks at its rules.
    pub(crate) fn evaluate(&mut self, life: u32) {
        if !self.monitor_works(life) {
            return;
        }
        let config = &self.settings.monitoring;
        let holds = conditions(&self.monitoring, self.wiring.with_role(|role| *role == self.entrance_role()), config);
        let (now, patience) = (self.now, Micros::from_millis(config.for_ms.into()));
        let alerts = &mut self.monitoring.alerts;
        let mut news = Vec::new();
        for alert in alerts.iter_mut().filter(|alert| alert.state != AlertState::Resolved) {
            if holds.contains(&(alert.rule, alert.about, alert.by)) {
                if alert.state == AlertState::Pending && now.since(alert.since) >= patience {
                    (alert.state, alert.fired) = (AlertState::Firing, Some(now));
                    news.push((alert.about, alert.rule, true));
                }
            } else {
                (alert.state, alert.resolved) = (AlertState::Resolved, Some(now));
                news.extend(alert.fired.map(|_| (alert.about, alert.rule, false)));
            }
        }
        // A pending one that comes to nothing is inactive again.
        alerts.retain(|alert| alert.state != AlertState::Resolved || alert.fired.is_some());
        for (rule, about, by) in holds {
            let is_known = |alert: &Alert| {
                alert.state != AlertState::Resolved && (alert.rule, alert.about, alert.by) == (rule, about, by)
            };
            if !alerts.iter().any(is_known) {
                let fired = (patience == Micros::ZERO).then_some(now);
                let state = if fired.is_some() { AlertState::Firing } else { AlertState::Pending };
                news.extend(fired.map(|_| (about, rule, true)));
                alerts.push(Alert { rule, about, by, state, since: now, fired, resolved: None });
            }
        }
        let resolved = alerts.iter().filter(|alert| alert.state == AlertState::Resolved).count();
        let mut too_many = resolved.saturating_sub(RESOLVED);
        alerts.retain(|alert| {
            let is_dropped = alert.state == AlertState::Resolved && too_many > 0;
            too_many -= usize::from(is_dropped);
            !is_dropped
        });
        for (about, rule, fires) in news {
            self.enter(about, Happening::Alert { rule, fires });
        }
        self.note_alerts();
        self.plan_work(self.scrape_interval(), Action::Evaluate(life));
    }

    /// The programs that answer visitors: their errors are the site's.
    fn entrance_role(&self) -> crate::topology::Role {
        if self.balancers.is_empty() { crate::topology::Role::Nginx } else { crate::topology::Role::Balancer }
    }
}

/// Whatever a rule holds for now: rule, what it is about, who says so.
fn conditions(known: &Monitoring, entrances: Vec<ProcessId>, config: &Config) -> Vec<(Rule, ProcessId, ProcessId)> {
    let mut holds = Vec::new();
    for target in &known.targets {
        let Some(last) = target.samples.back() else {
            continue;
        };
        if last.readings.is_none() {
            holds.push((Rule::InstanceDown, target.agent, target.agent));
        }
        for reading in last.readings.iter().flatten() {
            let by = reading.process;
            if !reading.up {
                holds.push((Rule::ProcessDown, by, by));
            }
            match &reading.state {
                State::Down(servers) => holds.extend(servers.iter().map(|server| (Rule::BackendDown, *server, by))),
                State::Behind(seconds) if seconds.is_none_or(|s| s * 1_000 > config.lag_ms.into()) => {
                    holds.push((Rule::ReplicationLag, by, by));
                }
                State::Behind(_) | State::Plain => {}
            }
            if entrances.contains(&by) && is_failing(target, reading, config) {
                holds.push((Rule::HighErrorRate, by, by));
            }
        }
    }
    holds
}

/// Whether too large a share of the last minute's responses were errors.
fn is_failing(target: &Target, newest: &Reading, config: &Config) -> bool {
    let Some(end) = target.samples.back().map(|sample| sample.at) else {
        return false;
    };
    let mut older = target.samples.iter().rev().skip(1);
    let Some(before) = older.next() else {
        return false;
    };
    let first = older.take_while(|sample| end.since(sample.at) <= WINDOW).last().unwrap_or(before);
    let Some(first) = first.of(newest.process) else {
        return false;
    };
    let (requests, errors) = (increase(first.requests, newest.requests), increase(first.errors, newest.errors));
    requests > 0 && errors * 100 > requests * u64::from(config.error_percent)
}

/// By how much a counter has grown; one that is smaller than before has begun anew.
#[must_use]
pub const fn increase(before: u64, now: u64) -> u64 {
    if now >= before { now - before } else { now }
}
