//! What the host is told of the run when it asks.

use serde_json::{Map, Value, json};

use crate::app::model::Model;
use crate::lesson::LESSONS;
use crate::scene::parts::{PartsView, condition_name};
use crate::scene::requests::RequestsView;
use crate::text::label;

/// The most rows of outcomes: what is beyond is in the totals only.
const MAX_OUTCOMES: usize = 200;

/// The state of the run.
pub fn of(model: &Model) -> Value {
    let world = &model.world;
    let requests = RequestsView::new(world);
    let totals = requests.totals;
    let outcomes: Vec<Value> = requests
        .outcomes()
        .take(MAX_OUTCOMES)
        .map(|row| {
            json!({ "class": label::class(row.class), "result": row.result, "by": row.by, "cause": row.cause, "count": row.count })
        })
        .collect();
    json!({
        "scenario": model.history.scenario().name,
        "now_us": world.now().0,
        // A number of 64 bits is more than a script can hold.
        "digest": format!("{:016x}", world.digest()),
        "running": model.playback.running,
        "commands": model.history.run().tape.obeyed(),
        "visits": {
            "started": totals.started,
            "ended": totals.ended,
            "ok": totals.ok,
            "stale": totals.stale,
            "under_way": totals.under_way,
        },
        "outcomes": outcomes,
        "parts": parts(model),
        "lesson": lesson(model),
    })
}

/// The condition of each part by its name, and by how much it is slowed where it is.
fn parts(model: &Model) -> Value {
    let view = PartsView::new(&model.world);
    let parts = view.machines.iter().chain(&view.links).map(|row| {
        let status = &row.status;
        let mut part = Map::new();
        part.insert("condition".to_owned(), condition_name(status.condition).into());
        if status.slowdown > 1 {
            part.insert("slowdown".to_owned(), status.slowdown.into());
        }
        (status.name.clone(), Value::Object(part))
    });
    Value::Object(parts.collect())
}

/// The lesson under way: its step, and which steps are done.
fn lesson(model: &Model) -> Value {
    let Some(open) = &model.lessons.open else {
        return Value::Null;
    };
    let steps = open.lesson().steps.len();
    let done: Vec<usize> =
        (0..steps).filter(|step| model.lessons.done[open.number] & 1 << step != 0).map(|step| step + 1).collect();
    json!({ "id": LESSONS[open.number].id, "step": open.step + 1, "steps": steps, "done": done })
}
