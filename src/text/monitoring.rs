//! The words of monitoring: what is known of a site whose inside nobody sees.

use super::metrics::{NOTHING, grouped, millis, rate};
use crate::sim::monitoring::{Alert, AlertState, Complaint, Detection, Rule, Sample};
use crate::sim::{Decimal, Micros, Settings, SimTime};

labels! {
    /// Heading where there is no monitor.
    BLIND = "Nobody watches this site";
    /// What that means.
    BLIND_NOTE = "No agent measures anything, so there is no chart and no alert to show. When something fails, visitors are the first to know, and few of them write.";
    /// Button: installs agents and a monitor.
    INSTALL = "Install monitoring";
    /// What the button does.
    INSTALL_NOTE = "An agent on every machine, and a machine mon-01 that asks each of them again and again.";
    /// Switch: the charts that are drawn from the simulator's own numbers.
    SIMULATOR = "What only the simulator knows";
    /// Said beside those charts.
    SIMULATOR_NOTE = "Exact and without delay, since these are the simulator’s own numbers. No operator has them.";
    /// Said if the monitor itself does not run.
    MONITOR_OFF = "The monitor does not run: nothing is scraped, and no alert can fire. Nobody watches the watcher.";
    /// Heading of the list of alerts.
    ALERTS = "Alerts";
    /// No alert.
    NO_ALERTS = "None. A condition must be seen by the monitor, and must hold, before an alert fires.";
    /// Heading of the list of complaints.
    COMPLAINTS = "Complaints";
    /// Said when a visitor is the first to complain about a fault.
    COMPLAINS = "A visitor complains, the first about this fault";
    /// Name of the times to detect.
    DETECTION = "Time to detect";
    /// Label of a time to detect.
    FIRST_COMPLAINT = "First complaint";
    /// Label of a time to detect.
    FIRST_ALERT = "First alert";
    /// Name of the newest numbers.
    NEWEST = "Numbers of the last scrapes";
    /// When an agent was asked last.
    LAST_SCRAPE = "Last scrape";
    /// Agents that answer.
    AGENTS_UP = "Agents up";
    /// Alerts that fire.
    FIRING = "Alerts firing";
    /// Queries per second.
    QPS = "QPS";
    /// What it counts.
    QPS_NOTE = "queries/s";
    /// Answers with 5xx.
    ERRORS = "Errors";
    /// Mean time to an answer.
    RESPONSE_TIME = "Response time";
    /// What it is of all answers.
    RESPONSE_NOTE = "mean";
}

/// The last scrape of an agent.
#[must_use]
pub fn scrape(sample: &Sample) -> String {
    let said = if sample.readings.is_some() { "up == 1" } else { "up == 0: no answer" };
    format!("{}, {said}", at(sample.at))
}

fn at(moment: SimTime) -> String {
    super::metrics::clock(u32::try_from(moment.0 / 1_000_000).unwrap_or(u32::MAX))
}

/// A time to detect, such as `42 s` or `7 min 5 s`.
#[must_use]
pub fn span(took: Micros) -> String {
    match took.0 / 1_000_000 {
        seconds @ 0..60 => format!("{seconds} s"),
        seconds => format!("{} min {} s", grouped(seconds / 60), seconds % 60),
    }
}

/// Since when something is broken.
#[must_use]
pub fn fault(known: &Detection) -> String {
    match (known.fault, known.mended) {
        (None, _) => "Nothing has been broken so far.".to_owned(),
        (Some(fault), None) => format!("Something has been broken since {}.", at(fault)),
        (Some(fault), Some(mended)) => format!("Something was broken from {} to {}.", at(fault), at(mended)),
    }
}

/// Both times to detect, side by side.
#[must_use]
pub fn detection(known: &Detection, is_monitored: bool) -> [(&'static str, String); 2] {
    let [alert, complaint] = known.took();
    let told = |took: Option<Micros>, without: &str| match (known.fault, took) {
        (None, _) => NOTHING.to_owned(),
        (_, Some(took)) => format!("after {}", span(took)),
        (_, None) => without.to_owned(),
    };
    let no_alert = if is_monitored { "none yet" } else { "never: nobody watches" };
    [(FIRST_COMPLAINT, told(complaint, "none yet")), (FIRST_ALERT, told(alert, no_alert))]
}

/// How many complaints there were.
#[must_use]
pub fn complaints(count: u64) -> String {
    match count {
        0 => "No visitor has written. Of the visitors of the continuous load who were failed, few ever do; what becomes of \
              visits that you send by hand, you see yourself."
            .to_owned(),
        1 => "1 visitor has written.".to_owned(),
        count => format!("{} visitors have written.", grouped(count)),
    }
}

/// A complaint.
#[must_use]
pub fn complaint(complaint: &Complaint) -> String {
    format!("{}: “Your site failed at {}.”", at(complaint.at), at(complaint.failed))
}

/// How far an alert has come.
#[must_use]
pub const fn state(state: AlertState) -> &'static str {
    match state {
        AlertState::Pending => "pending",
        AlertState::Firing => "FIRING",
        AlertState::Resolved => "resolved",
    }
}

/// What an alert is about.
#[must_use]
pub fn what(rule: Rule, about: &str, by: &str) -> String {
    match rule {
        Rule::InstanceDown => format!("{about} does not answer the monitor (up == 0)"),
        Rule::ProcessDown => format!("{about} does not answer the agent on its machine"),
        Rule::BackendDown => format!("{by} holds {about} for DOWN"),
        Rule::HighErrorRate => format!("{about} answers too many visits with 5xx"),
        Rule::ReplicationLag => format!("{about} is too far behind its source, or does not replicate"),
    }
}

/// The moments of an alert.
#[must_use]
pub fn times(alert: &Alert) -> String {
    let mut text = format!("seen {}", at(alert.since));
    for (word, moment) in [("fired", alert.fired), ("resolved", alert.resolved)] {
        if let Some(moment) = moment {
            text = text + " · " + word + " " + &at(moment);
        }
    }
    text
}

/// An alert that begins to fire, or is resolved, as the timeline has it.
#[must_use]
pub fn alert(rule: Rule, about: &str, fires: bool) -> String {
    format!("{} {about}: {}", rule.name(), state(if fires { AlertState::Firing } else { AlertState::Resolved }))
}

/// The newest numbers: id, label, value and note of each.
#[must_use]
pub fn tiles(
    [qps, errors, took]: [Option<u32>; 3],
    [answering, agents, firing]: [usize; 3],
    last: Option<SimTime>,
    settings: &Settings,
) -> Vec<(&'static str, &'static str, String, String)> {
    let per_s = |value: Option<u32>| value.map_or(NOTHING.to_owned(), |value| rate(f64::from(value) / 1_000.0));
    let percent = qps.zip(errors).filter(|(qps, _)| *qps > 0).map(|(qps, errors)| {
        let tenths = u64::from(errors) * 1_000 / u64::from(qps);
        format!("{} %", Decimal::of(tenths, 10, 1))
    });
    let interval = Decimal::of(settings.monitoring.interval_ms.into(), 1_000, 3).short();
    vec![
        ("kpi-qps", QPS, per_s(qps), QPS_NOTE.to_owned()),
        ("kpi-errors", ERRORS, per_s(errors), percent.unwrap_or_else(|| "5xx/s".to_owned())),
        (
            "kpi-took",
            RESPONSE_TIME,
            took.map_or(NOTHING.to_owned(), |us| format!("{} ms", millis(us.into()))),
            RESPONSE_NOTE.to_owned(),
        ),
        ("kpi-agents", AGENTS_UP, format!("{answering} of {agents}"), String::new()),
        ("kpi-firing", FIRING, firing.to_string(), String::new()),
        ("kpi-scrape", LAST_SCRAPE, last.map_or(NOTHING.to_owned(), at), format!("every {interval} s")),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_to_detect_stand_side_by_side() {
        let s = |seconds: u64| Some(SimTime(seconds * 1_000_000));
        let known = Detection { fault: s(100), mended: None, alert: s(145), complaint: s(525) };
        assert_eq!(detection(&known, true).map(|told| told.1), ["after 7 min 5 s", "after 45 s"]);
        assert_eq!(fault(&known), "Something has been broken since 1:40.");
        let blind = Detection { alert: None, complaint: None, mended: s(160), ..known };
        assert_eq!(detection(&blind, false).map(|told| told.1), ["none yet", "never: nobody watches"]);
        assert_eq!(fault(&blind), "Something was broken from 1:40 to 2:40.");
        assert_eq!(detection(&Detection::default(), true).map(|told| told.1), ["–", "–"]);
    }
}
