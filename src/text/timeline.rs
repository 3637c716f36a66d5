//! What the marks of the timeline say, and how runs are compared.

use std::fmt::Display;

use super::explain;
use super::inspector::setting;
use super::monitoring;
use crate::sim::balancer::StateChange;
use crate::sim::chronicle::{Entry, Happening};
use crate::sim::mysql::{Io, Thread};
use crate::sim::vrrp::RouterState;
use crate::sim::{Command, Setting, Wiring};
use crate::text::label;

labels! {
    /// Region and slider.
    TIMELINE = "Timeline";
    /// Button: the last mark before the present moment.
    EARLIER = "To the mark before";
    /// Button: the next mark.
    LATER = "To the next mark";
    /// Button: the newest moment that has been seen.
    TO_THE_END = "Back to the end";
    /// Button: takes back what was done last.
    UNDO = "Undo";
    /// Button: does it again.
    REDO = "Redo";
    /// Tab.
    TAB_RUNS = "Timeline";
    /// Heading: two runs side by side.
    COMPARISON = "What the change did";
    /// Heading: runs that were left.
    LEFT = "Runs that are kept";
    /// Heading: marks.
    MARKS = "What happened in this run";
    /// What the list of runs says when there is none.
    NO_RUNS = "Go back on the timeline and change something there: the run so far is kept and compared with what comes of the change.";
    /// What the list of marks says when there is none.
    NO_MARKS = "Nothing has been done yet, and nothing has changed.";
    /// The present run, as a column.
    THIS_RUN = "This run";
    /// The other run, as a column.
    OTHER_RUN = "The other run";
    /// Button: compares.
    COMPARE = "Compare";
    /// Button: goes on with another run.
    GO_THERE = "Go back to it";
    /// What a run is called in which nothing was done.
    UNTOUCHED = "Nothing was changed";
    /// What is compared.
    ENDED = "Visits ended";
    /// What is compared.
    LOST = "Without success";
    /// What is compared.
    STALE = "Stale reads";
    /// What is compared.
    LOST_ROWS = "Lost rows";
    /// What is compared.
    MEAN = "Mean response time";
    /// What stands where there is nothing to say.
    NONE = "–";
    /// Said while the other run is being calculated.
    CATCHING_UP = "The other run is being calculated up to the same moment …";
    /// Button: the next event of the part in the inspector.
    NEXT_HERE = "Next event here";
    /// Said while the next event of a part is searched for.
    SEARCHING = "Searching for the next event";
    /// Said when the oldest branch had to go.
    FORGOT_BRANCH = "the oldest of the runs that were kept has been dropped to make room";
    /// Said when the past had to go.
    FORGOT_PAST = "so much has been done that what came before can be gone back to no more";
}

/// What a button does, and with what.
#[must_use]
pub fn with(button: &str, what: &Command) -> String {
    format!("{button}: {}", command(what))
}

/// What was done by a command.
#[must_use]
pub fn command(command: &Command) -> String {
    let (words, first, second): (&str, &dyn Display, &dyn Display) = match command {
        Command::Visit { class, count: 1, .. } => ("{}", &label::send(*class), &""),
        Command::Visit { class, count, .. } => ("{} ({}×)", &label::send(*class), count),
        Command::Release { visit } => ("Visit {} is answered", visit, &""),
        Command::Abort { visit } => ("Visit {}: the visitor presses Stop", visit, &""),
        Command::Load(load) => ("Load: {} visits per second", &load.rate_per_s, &""),
        Command::Kill { part } if part.contains('>') => ("Cut {}", part, &""),
        Command::Kill { part } if part.contains('/') => ("Kill {}", part, &""),
        Command::Kill { part } => ("Cut the power of {}", part, &""),
        Command::InstallMonitoring => ("Install monitoring", &"", &""),
        Command::Stop { part } => ("Stop {}", part, &""),
        Command::Freeze { part } => ("Hang {}", part, &""),
        Command::Slow { part, factor: 1 } => ("{} has its usual speed", part, &""),
        Command::Slow { part, factor } => ("Slow {} down {}×", part, factor),
        Command::Restore { part } => ("{} back on", part, &""),
        Command::RestoreAll => (label::ALL_ON, &"", &""),
        Command::ServerState { server, state } => ("set server be/{} state {}", server, &state.name()),
        Command::ServerWeight { server, weight } => ("set server be/{} weight {}", server, weight),
        Command::ServerHealth { server, health } => ("set server be/{} health {}", server, &health.name()),
        Command::ServerMaxconn { server, maxconn } => ("set maxconn server be/{} {}", server, maxconn),
        Command::AppHealth { machine, healthy } => {
            ("Health page of {}: {}", machine, if *healthy { &200 } else { &503 })
        }
        Command::Set(setting) => ("{}", &set(setting), &""),
        Command::Reload { .. } => ("nginx -s reload", &"", &""),
        Command::Firewall { machine, .. } => ("New firewall on {}", machine, &""),
        Command::Records { addresses, ttl_s } => match &addresses[..] {
            [] => ("No A record", &"", &""),
            [one] => ("A record: {}, TTL {} s", one, ttl_s),
            _ => ("{} A records, TTL {} s", &addresses.len(), ttl_s),
        },
        Command::FlushCache => ("Empty the resolver’s cache", &"", &""),
        Command::Promote { server } => ("Promote {}", server, &""),
        Command::Follow { server } => ("CHANGE REPLICATION SOURCE on {}", server, &""),
        Command::Replication { server, thread, run: true } => ("START REPLICA{} on {}", &thread_name(*thread), server),
        Command::Replication { server, thread, run: false } => ("STOP REPLICA{} on {}", &thread_name(*thread), server),
        Command::Truncate { server } => ("TRUNCATE TABLE orders on {}", server, &""),
        Command::Reclone { server } => ("Copy the primary to {}", server, &""),
        Command::Deploy { machine, version } => ("Deploy version {} on {}", version, machine),
    };
    fill(words, first, second)
}

/// Puts two values where the words have a place for them.
fn fill(words: &str, first: &dyn Display, second: &dyn Display) -> String {
    let mut pieces = words.split("{}");
    let mut filled = pieces.next().unwrap_or_default().to_owned();
    for (value, piece) in [first, second].into_iter().zip(pieces) {
        filled = filled + &value.to_string() + piece;
    }
    filled.replace('>', " → ")
}

const fn thread_name(thread: Thread) -> &'static str {
    match thread {
        Thread::Both => "",
        Thread::Io => " IO_THREAD",
        Thread::Sql => " SQL_THREAD",
    }
}

fn set(to: &Setting) -> String {
    let choice = setting::choice(to);
    let value = if choice.is_empty() { to.value() } else { choice };
    let unit = match setting::unit(to) {
        ("ms", 1_000) => " µs",
        ("ms", _) if !matches!(to, Setting::SourceDelay(_)) => " ms",
        _ => "",
    };
    format!("{}: {value}{unit}", setting::label(to))
}

/// What has changed.
#[must_use]
pub fn change(wiring: &Wiring, entry: &Entry) -> String {
    let what = match entry.what {
        Happening::Server(StateChange::NoneLeft) => return "backend be has no server available!".to_owned(),
        Happening::Server(change) => {
            let server = explain::server(wiring, entry.process);
            return format!("HAProxy: be/{server} {}", server_is(change));
        }
        Happening::Alert { rule, fires } => {
            return monitoring::alert(rule, &wiring.process(entry.process).full_name, fires);
        }
        Happening::Complaint => return monitoring::COMPLAINS.to_owned(),
        Happening::Promoted { lost: 0 } => "is the primary; no acknowledged row is lost".to_owned(),
        Happening::Promoted { lost: 1 } => "is the primary; 1 acknowledged row is lost".to_owned(),
        Happening::Promoted { lost } => format!("is the primary; {lost} acknowledged rows are lost"),
        Happening::ApplierStopped(error) => format!("stops to apply: error {}", error.code()),
        Happening::Router(RouterState::Init) => "routes no more".to_owned(),
        Happening::Router(state) => format!("enters {} state", state.name()),
        Happening::Receiver(Io::Running) => "receives from its source".to_owned(),
        Happening::Receiver(Io::Connecting) => "tries to reach its source".to_owned(),
        Happening::Receiver(Io::Refused(_)) => "cannot be served by its source: error 1236".to_owned(),
        Happening::Receiver(Io::Stopped | Io::Off) => "receives no more".to_owned(),
        Happening::SemiSync(true) => "waits for a replica at each commit again".to_owned(),
        Happening::SemiSync(false) => "waits for no replica any more".to_owned(),
    };
    format!("{} {what}", explain::process(wiring, entry.process))
}

const fn server_is(change: StateChange) -> &'static str {
    match change {
        StateChange::Up { .. } => "is UP",
        StateChange::Down { .. } => "is DOWN",
        StateChange::Stopping => "is stopping",
        StateChange::Maint { .. } => "is in maintenance",
        StateChange::LeftMaint { drain: false } => "leaves maintenance",
        StateChange::LeftMaint { drain: true } => "leaves maintenance, drained",
        StateChange::Drain | StateChange::StillDrain => "is drained",
        StateChange::LeftDrain => "is drained no more",
        StateChange::Checked { .. } | StateChange::NoneLeft => "",
    }
}

/// A mark, or several that are close together, with the moment of the first.
#[must_use]
pub fn marks(at_us: u64, words: &str, others: usize) -> String {
    let more = if others == 0 { String::new() } else { format!(" … and {others} more") };
    format!("{} · {words}{more}", label::clock(at_us))
}

/// A moment of the run, and what happened last before it.
#[must_use]
pub fn moment(at_us: u64, last: Option<&str>) -> String {
    let at = label::clock(at_us);
    last.map_or_else(|| at.clone(), |last| format!("{at}, after: {last}"))
}

/// A run by the first thing that was done in it and not in another.
#[must_use]
pub fn run(first: Option<(u64, &Command)>) -> String {
    first.map_or_else(|| UNTOUCHED.to_owned(), |(at_us, first)| marks(at_us, &command(first), 0))
}

/// How far a run has been seen.
#[must_use]
pub fn seen_until(at_us: u64) -> String {
    format!("seen until {}", label::clock(at_us))
}

/// What is counted from when.
#[must_use]
pub fn since(at_us: u64) -> String {
    format!("Since {}", label::clock(at_us))
}

/// What the page says of a moment of the past.
#[must_use]
pub fn past(said: &str) -> String {
    format!("{said}. This is the past: let it run to watch it again, or change something, and both runs are compared.")
}

/// What a comparison comes to: visits without success, and all that ended, in the present run and in the other.
#[must_use]
pub fn verdict(parted_us: u64, (lost, ended): (u64, u64), (other_lost, other_ended): (u64, u64)) -> String {
    let since = since(parted_us);
    format!(
        "{since}, {lost} of {ended} visits ended without success in this run, {other_lost} of {other_ended} in the \
         other."
    )
}

/// Said until two runs have parted.
#[must_use]
pub fn same_until(parted_us: u64) -> String {
    format!("Both runs are the same until {}. Let time run on to see what becomes of them.", label::clock(parted_us))
}

/// Said when the search for the next event of a part has found none.
#[must_use]
pub fn no_event(at_us: u64) -> String {
    format!("Nothing happened there until {}", label::clock(at_us))
}

/// Said while time goes to a moment of the past.
#[must_use]
pub fn going_to(at_us: u64) -> String {
    format!("Going to {}", label::clock(at_us))
}
