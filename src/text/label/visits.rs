//! Labels of the trace panel and of the panel of requests.

use crate::sim::{Micros, SimTime};

labels! {
    /// Name of the trace panel.
    TRACE = "Trace of one visit";
    /// What the trace panel says before the first visit.
    TRACE_EMPTY = "Send a visit to see its hops.";
    /// The button that leads to the visit before.
    EARLIER = "Earlier visit";
    /// The button that leads to the visit after.
    LATER = "Later visit";
    /// The field in which a visit is chosen.
    CHOOSE = "Visit";
    /// The result of a visit that has none yet.
    UNDER_WAY = "under way…";
    /// The mark of a stale read.
    STALE = "stale";
    /// Total time.
    TOTAL = "total";
    /// Total time, while it grows.
    SO_FAR = "so far";
    /// The list of hops.
    HOPS = "Hops, in order";
    /// The mark of the longest hop.
    LONGEST = "longest";
    /// The sums below the waterfall.
    SUMS = "Time by layer";
    /// The web server that answered or failed last.
    SERVER = "Server";
    /// Version of the application files.
    VERSION = "Version";
    /// The database that was asked last.
    DATABASE = "Database";
    /// HAProxy's retries.
    RETRIES = "Retries";
    /// HAProxy's termination state.
    TERMINATION = "Termination";
    /// How the panel of ended visits is called.
    ENDED = "How visits ended";
    /// How the log is called.
    LOG = "Log, newest first";
    /// What the requests panel says before the first visit has ended.
    LOG_EMPTY = "No visit has ended yet. Send one, or turn on the load.";
    /// What the log says when the filter hides everything.
    LOG_FILTERED = "No visit in the log matches.";
    /// Request class.
    CLASS = "Class";
    /// The filter that lets all classes through.
    ALL_CLASSES = "all";
    /// The filter for what went wrong.
    ONLY_FAILURES = "Only failures and stale reads";
    /// Result of a visit.
    RESULT = "Result";
    /// Emitting layer.
    BY = "Layer, and why";
    /// How often.
    COUNT = "Count";
    /// Number of a visit.
    NUMBER = "Visit";
    /// Moment of a visit's start.
    STARTED_AT = "Start";
    /// Length of a visit.
    TIME = "Time";
    /// What stands where there is nothing to say.
    NONE = "–";
    /// Visits started.
    STARTED = "started";
    /// Visits ended.
    ENDED_COUNT = "ended";
    /// Visits that got what they wanted.
    OK = "OK";
    /// Stale reads among them.
    STALE_COUNT = "stale reads";
    /// Visits under way.
    UNDER_WAY_COUNT = "under way";
    /// What the sign before a number of retries says.
    REDISPATCHED = "moved to another server (redispatch)";
}

labels! {
    /// Layer of a trace: the visitor's browser.
    LAYER_BROWSER = "browser";
    /// Layer of a trace: the wires.
    LAYER_WIRE = "network";
    /// Layer of a trace: the name service.
    LAYER_RESOLVER = "resolver";
    /// Layer of a trace: the balancer.
    LAYER_HAPROXY = "HAProxy";
    /// Layer of a trace: the web servers.
    LAYER_NGINX = "nginx";
    /// Layer of a trace: the application servers.
    LAYER_APP = "application";
    /// Layer of a trace: the databases.
    LAYER_MYSQLD = "MySQL";
}

/// The heading of a trace.
#[must_use]
pub fn visit(id: u64, class: &str) -> String {
    format!("Visit {id} · {class}")
}

/// An entry in the list of visits.
#[must_use]
pub fn choice(id: u64, class: &str, result: &str) -> String {
    format!("{id} · {class} · {result}")
}

/// What the trace panel says of a visit whose trace is gone.
#[must_use]
pub fn no_trace(id: u64) -> String {
    format!("There is no trace of visit {id}: it was not recorded, or newer ones have taken its place.")
}

/// What a row of the log does.
#[must_use]
pub fn show_trace(id: u64) -> String {
    format!("Visit {id}: show its trace")
}

/// How many rows of the log are shown.
#[must_use]
pub fn shown_of(shown: usize, all: usize) -> String {
    format!("{shown} of the last {all}")
}

/// Retries as HAProxy's log has them: with a sign if the visit was moved to another server.
#[must_use]
pub fn retries(retries: u32, redispatched: bool) -> String {
    if redispatched { format!("+{retries}") } else { retries.to_string() }
}

/// A version of the application files.
#[must_use]
pub fn version(version: u32) -> String {
    format!("v{version}")
}

/// A moment of the run.
#[must_use]
pub fn moment(at: SimTime) -> String {
    format!("{} s", at.seconds(3))
}

/// A mark on a time axis whose marks are `step` apart.
#[must_use]
pub fn tick(at: Micros, step: Micros) -> String {
    match step.0 {
        _ if at == Micros::ZERO => "0".to_owned(),
        1_000_000.. => format!("{} s", at.0 / 1_000_000),
        1_000.. => format!("{} ms", at.0 / 1_000),
        _ => format!("{} µs", at.0),
    }
}

/// What the time of a visit was spent on, in per cent: wires, waiting, work; and the longest stretch.
#[must_use]
pub fn critical([network, waiting, work]: [u64; 3], place: &str, time: Micros) -> String {
    format!(
        "Network {network} %, waiting {waiting} %, work {work} %. One thing happens at a time, so every hop lies on the \
         critical path; the longest: {place}, {time}."
    )
}
