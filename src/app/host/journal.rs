//! What the host is told of what happens: found by comparing the model with what was seen of it before, gathered, and told
//! a few times a second. Both the number and the length of what waits are limited; the rest is counted.

use std::sync::Arc;

use serde_json::{Value, json};

use super::MAX_MESSAGE;
use crate::app::model::Model;
use crate::lesson::LESSONS;
use crate::sim::{Scenario, SimTime, VisitRecord, World};
use crate::text::{explain, label, timeline};

/// Between two messages, in milliseconds.
const PAUSE_MS: f64 = 250.0;
/// The most visits in a message.
pub const MAX_VISITS: usize = 32;
/// The most other events in a message, so that a flood of visits leaves room for them.
pub const MAX_OTHERS: usize = 32;
/// What a message has beside its events, in bytes.
const ENVELOPE: usize = 128;

/// What has been seen, and what waits to be told.
#[derive(Clone, Debug)]
pub struct Journal {
    seen: Seen,
    visits: usize,
    others: usize,
    events: Vec<Value>,
    bytes: usize,
    dropped: u64,
    told_ms: Option<f64>,
}

/// What has been seen of a model.
#[derive(Clone, Debug)]
struct Seen {
    scenario: Arc<Scenario>,
    now: SimTime,
    steps: u64,
    ended: u64,
    commands: usize,
    changes: u64,
    lesson: Option<(usize, usize)>,
    done: [u32; LESSONS.len()],
}

impl Seen {
    fn new(model: &Model) -> Self {
        let (world, history) = (&model.world, &model.history);
        Self {
            scenario: Arc::clone(history.scenario()),
            now: world.now(),
            steps: world.events(),
            ended: world.metrics().ended,
            commands: history.run().tape.obeyed(),
            changes: world.chronicle().written(),
            lesson: model.lessons.open.as_ref().map(|open| (open.number, open.step)),
            done: model.lessons.done,
        }
    }
}

impl Journal {
    /// Begins with what is so now.
    #[must_use]
    pub fn new(model: &Model) -> Self {
        Self { seen: Seen::new(model), visits: 0, others: 0, events: Vec::new(), bytes: 0, dropped: 0, told_ms: None }
    }

    /// Notes what has happened since the last time.
    pub fn note(&mut self, model: &Model) {
        let now = Seen::new(model);
        let before = std::mem::replace(&mut self.seen, now.clone());
        if !Arc::ptr_eq(&before.scenario, &now.scenario) {
            self.add(json!({ "kind": "run", "scenario": now.scenario.name }));
        } else if now.now < before.now || now.steps < before.steps {
            self.add(json!({ "kind": "time", "now_us": now.now.0 }));
        } else {
            self.note_run(model, &before, &now);
        }
        self.note_lessons(&before, &now);
    }

    /// What has happened in a run that has only gone on.
    fn note_run(&mut self, model: &Model, before: &Seen, now: &Seen) {
        let world = &model.world;
        for timed in model.history.commands().get(before.commands..now.commands).unwrap_or_default() {
            let command = serde_json::to_value(&timed.command).unwrap_or_default();
            self.add(json!({ "kind": "command", "at_us": timed.at_us.0, "command": command }));
        }
        if now.changes > before.changes {
            for entry in world.chronicle().since(before.changes) {
                let (part, says) =
                    (&world.wiring().process(entry.process).full_name, timeline::change(world.wiring(), entry));
                self.add(json!({ "kind": "change", "at_us": entry.at.0, "part": part, "says": says }));
            }
        }
        let ended = usize::try_from(now.ended.saturating_sub(before.ended)).unwrap_or(usize::MAX);
        let room = ended.min(MAX_VISITS - self.visits);
        self.dropped += (ended - room) as u64;
        let newest: Vec<&VisitRecord> = world.log().newest_first().take(room).collect();
        self.visits += newest.len();
        newest.into_iter().rev().for_each(|record| self.keep(visit(world, record)));
    }

    fn note_lessons(&mut self, before: &Seen, now: &Seen) {
        if let Some((lesson, step)) = now.lesson.filter(|_| now.lesson != before.lesson) {
            self.add(json!({ "kind": "step", "lesson": LESSONS[lesson].id, "step": step + 1 }));
        }
        for (at, lesson) in LESSONS.iter().enumerate() {
            let new = now.done[at] & !before.done[at];
            for step in (0..lesson.steps.len()).filter(|step| new & 1 << step != 0) {
                let (done, of) = (now.done[at].count_ones(), lesson.steps.len());
                self.add(json!({ "kind": "step-done", "lesson": lesson.id, "step": step + 1, "done": done, "of": of }));
            }
        }
    }

    /// Notes an event that is not the end of a visit.
    fn add(&mut self, event: Value) {
        if self.others == MAX_OTHERS {
            self.dropped += 1;
        } else {
            self.others += 1;
            self.keep(event);
        }
    }

    /// Keeps an event until the next message, if there is room for its text.
    fn keep(&mut self, event: Value) {
        let length = event.to_string().len() + 1;
        if self.bytes + length > MAX_MESSAGE - ENVELOPE {
            self.dropped += 1;
        } else {
            self.bytes += length;
            self.events.push(event);
        }
    }

    /// What is told now, if anything is and the last time is long enough ago.
    pub fn tell(&mut self, now_ms: f64) -> Option<Value> {
        let is_early = self.told_ms.is_some_and(|at| now_ms - at < PAUSE_MS);
        if is_early || self.events.is_empty() && self.dropped == 0 {
            return None;
        }
        self.told_ms = Some(now_ms);
        (self.visits, self.others, self.bytes) = (0, 0, 0);
        let (events, dropped) = (std::mem::take(&mut self.events), std::mem::take(&mut self.dropped));
        Some(json!({ "events": events, "dropped": dropped }))
    }
}

/// A visit that has ended.
fn visit(world: &World, record: &VisitRecord) -> Value {
    let outcome = &record.outcome;
    json!({
        "kind": "visit",
        "at_us": (record.started + record.took).0,
        "visit": record.id,
        "class": label::class(record.class),
        "result": explain::result(outcome),
        "by": world.wiring().process(outcome.by).full_name,
        "took_us": record.took.0,
        "stale": outcome.is_stale(),
    })
}
