//! What the marks of the timeline say, and how runs are compared.

use super::explain;
use super::inspector::setting;
use crate::sim::balancer::StateChange;
use crate::sim::chronicle::{Entry, Happening};
use crate::sim::mysql::{Io, Thread};
use crate::sim::vrrp::RouterState;
use crate::sim::{Command, PartId, Setting, Wiring};
use crate::text::label;

labels! {
    /// Region and slider.
    TIMELINE = "Timeline";
    /// Button: the last mark before the present moment.
    EARLIER = "To the mark before";
    /// Button: the next mark.
    LATER = "To the next mark";
    /// Said while an earlier moment is shown.
    PAST = "in the past";
    /// Button: the newest moment that has been seen.
    TO_THE_END = "Back to the end";
    /// Tab.
    RUNS = "Runs";
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
    LOST_ROWS = "Acknowledged rows lost";
    /// What is compared.
    MEAN = "Mean response time";
    /// What stands where there is nothing to say.
    NONE = "–";
    /// Said while the other run is being calculated.
    CATCHING_UP = "The other run is being calculated up to the same moment …";
    /// Said while the next event of a part is searched for.
    SEARCHING = "Searching for the next event";
    /// Said when the oldest branch had to go.
    FORGOT_BRANCH = "the oldest of the runs that were kept has been dropped to make room";
    /// Said when the past had to go.
    FORGOT_PAST = "so much has been done that what came before can be gone back to no more";
}

/// What was done by a command.
#[must_use]
pub fn command(command: &Command) -> String {
    match command {
        Command::Visit { class, count: 1, .. } => label::send(*class).to_owned(),
        Command::Visit { class, count, .. } => format!("{} ({count}×)", label::send(*class)),
        Command::Release { visit } => format!("Visit {visit} is answered"),
        Command::Abort { visit } => format!("Visit {visit}: the visitor presses Stop"),
        Command::Load(load) => format!("Load: {} visits per second", load.rate_per_s),
        Command::Kill { part } if part.contains('>') => format!("Cut {}", link(part)),
        Command::Kill { part } if part.contains('/') => format!("Kill {part}"),
        Command::Kill { part } => format!("Cut the power of {part}"),
        Command::Stop { part } => format!("Stop {part}"),
        Command::Freeze { part } => format!("Hang {part}"),
        Command::Slow { part, factor: 1 } => format!("{} has its usual speed", link(part)),
        Command::Slow { part, factor } => format!("Slow {} down {factor}×", link(part)),
        Command::Restore { part } => format!("{} back on", link(part)),
        Command::RestoreAll => label::ALL_ON.to_owned(),
        Command::ServerState { server, state } => format!("set server be/{server} state {}", state.name()),
        Command::ServerWeight { server, weight } => format!("set server be/{server} weight {weight}"),
        Command::ServerHealth { server, health } => format!("set server be/{server} health {}", health.name()),
        Command::ServerMaxconn { server, maxconn } => format!("set maxconn server be/{server} {maxconn}"),
        Command::AppHealth { machine, healthy } => {
            format!("The health page on {machine} says {}", if *healthy { 200 } else { 503 })
        }
        Command::Set(setting) => set(setting),
        Command::Reload { .. } => "nginx -s reload".to_owned(),
        Command::Records { addresses, ttl_s } => format!("New A records: {addresses:?}, TTL {ttl_s} s"),
        Command::FlushCache => "Empty the resolver’s cache".to_owned(),
        Command::Promote { server } => format!("Promote {server}"),
        Command::Follow { server } => format!("{server}: CHANGE REPLICATION SOURCE"),
        Command::Replication { server, thread, run } => {
            let thread = match thread {
                Thread::Both => "",
                Thread::Io => " IO_THREAD",
                Thread::Sql => " SQL_THREAD",
            };
            format!("{server}: {} REPLICA{thread}", if *run { "START" } else { "STOP" })
        }
        Command::Reclone { server } => format!("Copy the primary to {server}"),
        Command::Deploy { machine, version } => format!("Deploy version {version} on {machine}"),
    }
}

/// A part whose name may be that of a link.
fn link(part: &str) -> String {
    part.replace('>', " → ")
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

/// A run by what was done in it.
#[must_use]
pub fn run(at_us: u64, first: Option<&Command>) -> String {
    first.map_or_else(|| UNTOUCHED.to_owned(), |first| marks(at_us, &command(first), 0))
}

/// What a comparison comes to: visits without success, and all that ended, in the present run and in the other.
#[must_use]
pub fn verdict(parted_us: u64, (lost, ended): (u64, u64), (other_lost, other_ended): (u64, u64)) -> String {
    let since = label::clock(parted_us);
    format!(
        "Since {since}, {lost} of {ended} visits ended without success in this run, {other_lost} of {other_ended} in the \
         other."
    )
}

/// Said before two runs have parted.
#[must_use]
pub fn same_until(parted_us: u64) -> String {
    format!("Both runs are the same until {}.", label::clock(parted_us))
}

/// Button: the next event of a part.
#[must_use]
pub fn next_event_of(part: &str) -> String {
    format!("Next event of {part}")
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

/// A part by its short name.
#[must_use]
pub fn part(wiring: &Wiring, part: PartId) -> String {
    match part {
        PartId::Process(process) => explain::process(wiring, process),
        PartId::Machine(machine) => wiring.machines[machine.index()].name.clone(),
        PartId::Link(_) => "this link".to_owned(),
    }
}
