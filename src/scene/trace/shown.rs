//! One trace, ready to be drawn.

use super::{Axis, Layer, Tone, critical};
use crate::sim::{Class, CookieNote, Decision, Micros, PickReason, Place, ProcessId, Trace, Wiring, World};
use crate::text::{explain, label};

/// One trace, ready to be drawn.
#[derive(Clone, Debug, PartialEq)]
pub struct Shown {
    /// The visit's number.
    pub visit: u64,
    /// What it asked for.
    pub class: Class,
    /// How well it went.
    pub tone: Tone,
    /// `502 Bad Gateway`, or that it is under way.
    pub title: String,
    /// Who produced the result, and why; none while it is under way.
    pub why: Option<String>,
    /// What its time was spent on, and where most of it; none while it is under way.
    pub critical: Option<String>,
    /// What an operator wants to know.
    pub facts: Vec<Fact>,
    /// The time axis.
    pub axis: Axis,
    /// One row for each span, and one more while the visit is under way.
    pub hops: Vec<Hop>,
    /// Time spent in each layer; layers that took none are left out.
    pub sums: Vec<Sum>,
    /// Time from the start to the end, or to now.
    pub total: Micros,
}

/// Something that is known of the whole visit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    /// What it is.
    pub label: &'static str,
    /// What it says.
    pub value: String,
    /// What that means, if it is not plain.
    pub meaning: Option<&'static str>,
}

/// One row of the waterfall.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hop {
    /// The layer.
    pub layer: Layer,
    /// The name of the place.
    pub place: String,
    /// What happened there, and why.
    pub sentence: String,
    /// How long it took.
    pub time: Micros,
    /// Where its bar begins, as an SVG length in per cent.
    pub from: String,
    /// How long its bar is, as an SVG length in per cent.
    pub length: String,
    /// Whether it goes on.
    pub goes_on: bool,
    /// Whether something failed there.
    pub failed: bool,
    /// Whether no other stretch of the visit took longer.
    pub longest: bool,
}

/// Time spent in one layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sum {
    /// The layer.
    pub layer: Layer,
    /// How long.
    pub time: Micros,
}

impl Shown {
    pub(super) fn new(world: &World, trace: &Trace) -> Self {
        let wiring = world.wiring();
        let end = if trace.outcome.is_some() { trace.end() } else { trace.end().max(world.now()) };
        let total = end.since(trace.start);
        let axis = Axis::new(total);
        let handshake = world.settings().network.handshake;
        let mut hops: Vec<Hop> = trace
            .spans
            .iter()
            .enumerate()
            .map(|(index, span)| Hop {
                layer: Layer::of(wiring, span.place),
                place: explain::place(wiring, span.place),
                sentence: explain::hop(wiring, trace, index, handshake),
                time: span.end.since(span.start),
                from: axis.per_cent(span.start.since(trace.start)),
                length: axis.bar(span.end.since(span.start)),
                goes_on: false,
                failed: is_failure(span.decision),
                longest: false,
            })
            .collect();
        if trace.outcome.is_none() {
            let place = whereabouts(world, trace);
            hops.push(Hop {
                layer: Layer::of(wiring, place),
                place: explain::place(wiring, place),
                sentence: explain::on_its_way(wiring, place),
                time: end.since(trace.end()),
                from: axis.per_cent(trace.end().since(trace.start)),
                length: axis.bar(end.since(trace.end())),
                goes_on: true,
                failed: false,
                longest: false,
            });
        }
        let outcome = trace.outcome.as_ref();
        let critical = outcome.and_then(|_| critical::path(&trace.spans, &mut hops, total));
        let database = Known::of(world, trace).database;
        Self {
            visit: trace.visit,
            class: trace.class,
            tone: outcome.map_or(Tone::UnderWay, Tone::of),
            title: outcome.map_or_else(|| label::visits::UNDER_WAY.to_owned(), |o| explain::title(o.result)),
            why: outcome.map(|outcome| explain::outcome_with(wiring, outcome, database)),
            critical,
            facts: facts(world, trace),
            sums: sums(&hops),
            axis,
            hops,
            total,
        }
    }
}

fn sums(hops: &[Hop]) -> Vec<Sum> {
    let time = |layer| hops.iter().filter(|hop| hop.layer == layer).fold(Micros::ZERO, |sum, hop| sum + hop.time);
    let sums = Layer::ALL.into_iter().map(|layer| Sum { layer, time: time(layer) });
    sums.filter(|sum| sum.time > Micros::ZERO).collect()
}

const fn is_failure(decision: Decision) -> bool {
    matches!(
        decision,
        Decision::Refused
            | Decision::Reset
            | Decision::NoAnswer
            | Decision::Dropped
            | Decision::Rejected
            | Decision::BadCertificate
            | Decision::AuthoritySilent
            | Decision::ServFail
            | Decision::NoAddress
            | Decision::NoServer
            | Decision::PeerFailed { .. }
            | Decision::Failed { .. }
            | Decision::DatabaseFailed(_)
            | Decision::Denied(_)
            | Decision::ReadRows { missed: 1.., .. }
    )
}

/// Where a visit under way is now.
fn whereabouts(world: &World, trace: &Trace) -> Place {
    let wiring = world.wiring();
    if let Some(flight) = world.flights(usize::MAX).find(|flight| flight.visit == Some(trace.visit)) {
        return Place::Link { link: flight.link, back: flight.back };
    }
    let toward = |from, to| match wiring.link_between(from, to) {
        Some(link) => Place::Link { link, back: false },
        None => Place::Process(from),
    };
    let Some(last) = trace.spans.last() else {
        return toward(wiring.links[0].from, world.names().resolver);
    };
    match (last.place, last.decision) {
        (
            Place::Process(from),
            Decision::Picked { server: to, .. }
            | Decision::TriesPeer { server: to, .. }
            | Decision::AsksDatabase { server: to, .. },
        ) => toward(from, to),
        (Place::Link { link, back: false }, Decision::Sent) => Place::Process(wiring.link(link).to),
        (Place::Link { link, .. }, _) => Place::Process(wiring.link(link).from),
        (place, _) => place,
    }
}

/// What is known of a visit: from the log if it has ended and is still there, else from its spans.
struct Known {
    server: Option<ProcessId>,
    database: Option<ProcessId>,
    version: Option<u32>,
    retries: u32,
    redispatched: bool,
}

impl Known {
    fn of(world: &World, trace: &Trace) -> Self {
        let mut known = Self { server: None, database: None, version: None, retries: 0, redispatched: false };
        for span in &trace.spans {
            match span.decision {
                Decision::Picked { server, why } => {
                    known.server = Some(server);
                    known.retries += u32::from(matches!(why, PickReason::Retry | PickReason::Redispatched { .. }));
                    known.redispatched |= matches!(why, PickReason::Redispatched { .. });
                }
                Decision::AsksDatabase { server, .. } => known.database = Some(server),
                Decision::Answered { version } => known.version = Some(version),
                _ => {}
            }
        }
        if let Some(record) = trace.outcome.and_then(|_| world.log().of(trace.visit)) {
            known.version = record.notes.version;
            (known.retries, known.redispatched) = (record.notes.retries, record.notes.redispatched);
        }
        known
    }
}

fn facts(world: &World, trace: &Trace) -> Vec<Fact> {
    let (wiring, known): (&Wiring, _) = (world.wiring(), Known::of(world, trace));
    let plain = |label, value| Fact { label, value, meaning: None };
    let mut facts = Vec::new();
    if let Some(server) = known.server {
        facts.push(plain(label::visits::SERVER, explain::server(wiring, server).to_owned()));
    }
    if let Some(database) = known.database {
        facts.push(plain(label::visits::DATABASE, explain::process(wiring, database)));
    }
    if let Some(version) = known.version {
        facts.push(plain(label::visits::VERSION, label::visits::version(version)));
    }
    if known.server.is_some() {
        let value = label::visits::retries(known.retries, known.redispatched);
        let meaning = known.redispatched.then_some(label::visits::REDISPATCHED);
        facts.push(Fact { label: label::visits::RETRIES, value, meaning });
    }
    if let Some(outcome) = &trace.outcome
        && let Some(state) = explain::termination(wiring, outcome, known.server, CookieNote::default())
    {
        let meaning = Some(explain::termination_meaning(outcome.cause));
        facts.push(Fact { label: label::visits::TERMINATION, value: state, meaning });
    }
    facts
}
