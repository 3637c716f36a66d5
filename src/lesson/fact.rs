//! What can be true of a run, as data: answers to questions and goals of challenges are made of these. All of it is read off
//! the world; a part that is not there is off, and nothing was served by it.

use crate::sim::metrics::OutcomeCount;
use crate::sim::monitoring::Detection;
use crate::sim::mysql::Io;
use crate::sim::{Class, Condition, Heard, PartId, Port, PortState, Span, Verdict, World};
use crate::sim::{Micros, Place};
use crate::text::lesson as words;

/// Something that is true of a world or not.
#[derive(Debug)]
pub enum Fact {
    /// A number is just this.
    Is(Number, u64),
    /// A number is less than this.
    Under(Number, u64),
    /// A number is more than this.
    Over(Number, u64),
    /// The visit with this number has ended and was in a process whose name ends so, such as `/app`.
    Met(u64, &'static str),
    /// The visit with this number has ended and was in no such process.
    Missed(u64, &'static str),
    /// Nobody can talk to a part: dead, hung, cut, or without power.
    Off(&'static str),
    /// A process is at least so many times slower than usual.
    Slow(&'static str, u64),
    /// The newest ended visit of this class ended with this status.
    Last(Class, u16),
    /// Every application has at least this version of its files.
    Deployed(u32),
    /// Nobody got an older version after somebody had got a newer one, as far back as the log goes.
    NeverBack,
    /// Replicas apply what they receive at least so many ms late.
    Lags(u32),
    /// This is the primary.
    Primary(&'static str),
    /// This server is a replica, both of its threads run, and it has all that its source has.
    Follows(&'static str),
    /// Of all machines only this one has open ports for somebody outside, and only these.
    OpenAtMost(&'static str, &'static [u16]),
    /// On this link a password, or a session cookie that is as good, could be read in the newest messages.
    Overheard(&'static str),
    /// There were messages on this link, and the newest could not be read.
    Secret(&'static str),
    /// An alert has told of the fault: so many seconds after it at least, and at most.
    Alerted(u32, u32),
    /// A visitor has complained about the fault: so many seconds after it at least, and at most.
    Complained(u32, u32),
    /// Something has been broken for so many seconds, and nobody has told of it.
    Unheard(u32),
    /// Everything worked again at most so many seconds after the fault.
    Mended(u32),
    /// The newest visits, so many in a row, all got 200 and the newest rows, none later than after so many ms.
    InARow(u64, u64),
}

/// Something that is counted since the run began.
#[derive(Debug)]
pub enum Number {
    /// Visits that have ended.
    Ended,
    /// Visits of these that did not get what they came for.
    Failed,
    /// Visits that ended with this HTTP status.
    Status(u16),
    /// Visits of this class that got what they came for.
    Answered(Class),
    /// Reads that missed an acknowledged row.
    Stale,
    /// Acknowledged rows that promotions have lost.
    Lost,
    /// Visits of the log that this version of the application's files answered.
    Version(u32),
    /// Visits that HAProxy sent last to the web server on this machine.
    ServedBy(&'static str),
}

impl Number {
    fn of(&self, world: &World) -> u64 {
        let metrics = world.metrics();
        match self {
            Self::Ended => metrics.ended,
            Self::Failed => metrics.ended - metrics.ok,
            Self::Status(status) => metrics.with_result(Verdict::Http(*status)),
            Self::Answered(class) => {
                let ok = |count: &&OutcomeCount| count.class == *class && count.result == Verdict::Http(200);
                metrics.outcomes.iter().filter(ok).map(|count| count.count).sum()
            }
            Self::Stale => metrics.stale,
            Self::Lost => world.cluster().promotions.iter().map(|promotion| promotion.lost_count).sum(),
            Self::Version(version) => versions(world).filter(|answered| answered == version).count() as u64,
            Self::ServedBy(machine) => {
                let server = world.wiring().server(machine);
                server.map_or(0, |server| metrics.by_server[server.index()])
            }
        }
    }
}

impl Fact {
    /// Whether it is true.
    #[must_use]
    pub fn holds(&self, world: &World) -> bool {
        match self {
            Self::Is(number, value) => number.of(world) == *value,
            Self::Under(number, limit) => number.of(world) < *limit,
            Self::Over(number, limit) => number.of(world) > *limit,
            Self::Met(visit, ending) => has_met(world, *visit, ending) == Some(true),
            Self::Missed(visit, ending) => has_met(world, *visit, ending) == Some(false),
            Self::Off(part) => is_off(world, part),
            Self::Slow(part, factor) => match world.wiring().part(part) {
                Ok(PartId::Process(process)) => world.parts().slowdown(process) >= *factor,
                _ => false,
            },
            Self::Last(class, status) => {
                let last = world.log().newest_first().find(|record| record.class == *class);
                last.is_some_and(|record| record.outcome.status() == Some(*status))
            }
            Self::Deployed(version) => world.apps().iter().all(|app| app.version >= *version),
            Self::NeverBack => versions(world).zip(versions(world).skip(1)).all(|(newer, older)| newer >= older),
            Self::Lags(ms) => world.settings().mysql.source_delay_ms >= *ms,
            Self::Primary(name) => {
                let primary = world.cluster().primary.map(|at| world.cluster().servers[usize::from(at)].process);
                primary.is_some_and(|primary| world.wiring().process(primary).full_name == *name)
            }
            Self::Follows(name) => follows(world, name),
            Self::OpenAtMost(machine, ports) => open_but(world, machine, ports).is_none(),
            Self::Overheard(link) => overheard(world, link) == Some(true),
            Self::Secret(link) => overheard(world, link) == Some(false),
            Self::Alerted(least, most) => within(detection(world).took()[0], *least, *most),
            Self::Complained(least, most) => within(detection(world).took()[1], *least, *most),
            Self::Unheard(seconds) => {
                let fault = detection(world).fault;
                let is_old =
                    fault.is_some_and(|fault| world.now().since(fault) >= Micros::from_secs((*seconds).into()));
                is_old && detection(world).took() == [None; 2]
            }
            Self::Mended(most) => {
                let known = detection(world);
                within(known.mended.and_then(|mended| Some(mended.since(known.fault?))), 0, *most)
            }
            Self::InARow(of, within_ms) => in_a_row(world, *within_ms) >= *of,
        }
    }

    /// What is missing until it is true.
    #[must_use]
    pub fn missing(&self, world: &World) -> String {
        match self {
            Self::Off(part) => words::must_be_off(part),
            Self::Slow(part, _) => words::must_be_slow(part),
            Self::Last(class, status) => words::last_must_be(*class, *status),
            Self::InARow(of, within_ms) => words::in_a_row(in_a_row(world, *within_ms), *of, Number::Failed.of(world)),
            Self::Deployed(version) => words::must_be_deployed(*version),
            Self::NeverBack => words::WENT_BACK.to_owned(),
            Self::Lags(_) => words::MUST_LAG.to_owned(),
            Self::Primary(name) => words::must_be_primary(name),
            Self::Follows(name) => words::must_follow(name),
            Self::Alerted(..) => words::must_be_told(detection(world).fault.is_some()),
            Self::Mended(_) => words::MUST_BE_MENDED.to_owned(),
            Self::OpenAtMost(machine, ports) => {
                open_but(world, machine, ports).map_or_else(String::new, |(at, port)| words::must_be_closed(&at, port))
            }
            Self::Overheard(link) | Self::Secret(link) => words::must_be_secret(link),
            Self::Is(..)
            | Self::Under(..)
            | Self::Over(..)
            | Self::Met(..)
            | Self::Missed(..)
            | Self::Complained(..)
            | Self::Unheard(_) => words::too_many(Number::Failed.of(world)),
        }
    }
}

/// Whether an ended visit has been in a process whose name ends so; none if it has not ended.
fn has_met(world: &World, visit: u64, ending: &str) -> Option<bool> {
    let trace = world.trace(visit).filter(|trace| trace.outcome.is_some())?;
    let met = |span: &Span| match span.place {
        Place::Process(process) => world.wiring().process(process).full_name.ends_with(ending),
        Place::Link { .. } => false,
    };
    Some(trace.spans.iter().any(met))
}

/// The versions that answered, newest first.
fn versions(world: &World) -> impl Iterator<Item = u32> {
    world.log().newest_first().filter_map(|record| record.notes.version)
}

fn follows(world: &World, name: &str) -> bool {
    let servers = &world.cluster().servers;
    let at = servers.iter().position(|server| world.wiring().process(server.process).full_name == name);
    let status = at.and_then(|at| world.replica_status(at as u16));
    status.is_some_and(|status| {
        status.io == Io::Running && status.sql_running && status.waiting == 0 && status.not_received == 0
    })
}

fn is_off(world: &World, part: &str) -> bool {
    let Ok(part) = world.wiring().part(part) else { return true };
    match part {
        PartId::Process(process) => world.parts().condition(process) != Condition::Up,
        part => world.parts().state(part).condition != Condition::Up,
    }
}

const fn detection(world: &World) -> &Detection {
    &world.monitoring().detection
}

fn within(took: Option<Micros>, least: u32, most: u32) -> bool {
    let [least, most] = [least, most].map(|seconds| Micros::from_secs(seconds.into()));
    took.is_some_and(|took| (least..=most).contains(&took))
}

/// The first port that is open from outside and is not one of these of this machine.
fn open_but(world: &World, machine: &str, ports: &[u16]) -> Option<(String, u16)> {
    let name = |port: &Port| world.wiring().machines[port.machine.index()].name.clone();
    let open = world.scan().into_iter().filter(|port| port.state == PortState::Open);
    open.map(|port| (name(&port), port.port)).find(|(at, port)| at != machine || !ports.contains(port))
}

/// Whether what was sent last on a link could be read there; none if nothing was.
fn overheard(world: &World, link: &str) -> Option<bool> {
    let Ok(PartId::Link(link)) = world.wiring().part(link) else { return None };
    let heard = world.wiretap(link);
    let readable = |heard: &Heard| heard.shows("session=") || heard.shows("password=");
    (!heard.is_empty()).then(|| heard.iter().any(readable))
}

/// How many of the newest visits in a row were as good as they should be.
fn in_a_row(world: &World, within_ms: u64) -> u64 {
    let limit = Micros::from_millis(within_ms);
    let mut row = 0;
    for record in world.log().newest_first() {
        if !record.outcome.is_ok() || record.outcome.is_stale() || record.took > limit {
            break;
        }
        row += 1;
    }
    row
}
