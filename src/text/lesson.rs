//! Words around lessons, and what is still missing in a challenge. The lessons' own prose is in `src/lesson`.

use super::label::class;
use crate::sim::Class;

/// Heading: lessons.
pub const LESSONS: &str = "Lessons";
/// What lessons are, above the one to take next.
pub const STEP_BY_STEP: &str = "Step by step, by trying it. Next:";
/// The list of all lessons.
pub const ALL: &str = "All lessons";
/// Button: starts the lesson in spite of the present run.
pub const START: &str = "Start the lesson";
/// Button: leaves the present run alone.
pub const KEEP: &str = "Keep my run";
/// Said before a lesson throws a run away.
pub const THROWS_AWAY: &str = "A lesson starts a run of its own. Yours, with all that you did in it, will be gone.";
/// Button: closes the lesson.
pub const LEAVE: &str = "Leave the lesson";
/// Button: carries out what the step is about.
pub const DO_IT: &str = "Do it";
/// The same once more.
pub const DO_AGAIN: &str = "Do it again";
/// Said once it is under way.
pub const WATCH: &str = "Watch what happens, then go on.";
/// Button: the step before.
pub const BACK: &str = "Back";
/// Button: the next step.
pub const NEXT: &str = "Next";
/// Button: the next lesson.
pub const NEXT_LESSON: &str = "Next lesson";
/// Button: the run that answers a prediction.
pub const RUN_IT: &str = "Run it and see";
/// Said until an answer is chosen.
pub const CHOOSE_FIRST: &str = "Choose first. Then a run will tell.";
/// Button: to the end of the run, as fast as it goes.
pub const TO_THE_END: &str = "To the end";
/// Said of the chosen answer if it came true.
pub const RIGHT: &str = "✓ You have foreseen it.";
/// Said of the chosen answer if it did not.
pub const SURPRISE: &str = "It went otherwise. That is what a prediction is for.";
/// Said of a run that somebody has meddled with.
pub const NONE_CAME_TRUE: &str = "None of these: this run went differently from the one in question.";
/// Mark of an answer that came true.
pub const CAME_TRUE: &str = " ✓ came true";
/// Button: begins the challenge.
pub const BEGIN: &str = "Begin";
/// Button: begins the challenge anew.
pub const BEGIN_AGAIN: &str = "Begin again";
/// Said beside it.
pub const NEW_RUN: &str = "This starts a new run.";
/// The challenge is met.
pub const MET: &str = "✓ Done!";
/// Button: shows the hint.
pub const HINT: &str = "Hint";
/// Button: does what the lesson's own solution does.
pub const SOLUTION: &str = "Solve it for me";
/// Link to the present step.
pub const LINK: &str = "Link to this step";

/// How many steps of a lesson are done.
#[must_use]
pub fn done_of(done: usize, all: usize) -> String {
    if done < all { format!(" {done}/{all}") } else { " ✓".to_owned() }
}

/// The title of the lesson with the number of the step.
#[must_use]
pub fn step_of(title: &str, step: usize, all: usize) -> String {
    format!("{title} · {step}/{all}")
}

/// The address of a step.
#[must_use]
pub fn address(id: &str, step: usize) -> String {
    format!("?lesson={id}&step={step}")
}

/// How far the run of a prediction is.
#[must_use]
pub fn running(second: u64, of: u64) -> String {
    format!("Running: second {second} of {of}")
}

/// What is still missing in a challenge.
#[must_use]
pub fn not_yet(missing: &str) -> String {
    format!("Not yet: {missing}.")
}

/// So many visits in a row are good; this many have failed since the run began.
#[must_use]
pub fn in_a_row(row: u64, of: u64, failed: u64) -> String {
    format!("{row} of {of} in a row; {failed} failed so far")
}

/// More visits have failed than may.
#[must_use]
pub fn too_many(failed: u64) -> String {
    format!("{failed} have failed, which is too many: begin again")
}

/// A part that has to be off.
#[must_use]
pub fn must_be_off(part: &str) -> String {
    format!("{part} has to be off")
}

/// A part that has to be slow.
#[must_use]
pub fn must_be_slow(part: &str) -> String {
    format!("{part} has to stay slow")
}

/// How the newest visit of a class has to end.
#[must_use]
pub fn last_must_be(kind: Class, status: u16) -> String {
    format!("the newest {} visit has to end with {status}", class(kind))
}

/// A version that has to be on every server.
#[must_use]
pub fn must_be_deployed(version: u32) -> String {
    format!("version {version} is not on both servers")
}

/// Somebody got an older version after somebody had got a newer one.
pub const WENT_BACK: &str = "somebody got version 1 after somebody had got 2";
/// The replica has to be late.
pub const MUST_LAG: &str = "the replica has to stay behind";

/// A server that has to be the primary.
#[must_use]
pub fn must_be_primary(server: &str) -> String {
    format!("{server} has to be the primary")
}

/// A server that has to follow the primary.
#[must_use]
pub fn must_follow(server: &str) -> String {
    format!("{server} has to follow as a replica")
}

/// A port that somebody outside must not find open.
#[must_use]
pub fn must_be_closed(machine: &str, port: u16) -> String {
    format!("port {port} of {machine} is open from outside")
}

/// A link on which nothing may be readable.
#[must_use]
pub fn must_be_secret(link: &str) -> String {
    format!("what travels on {} can be read", link.replace('>', " → "))
}

/// No alert has told of the fault in time.
#[must_use]
pub fn must_be_told(is_broken: bool) -> String {
    let said = if is_broken { "no alert has told of the fault, or too late" } else { "nothing is broken yet" };
    said.to_owned()
}

/// The fault is not mended, or was not in time.
pub const MUST_BE_MENDED: &str = "what is broken has to be mended in time";

/// Two set-ups side by side.
pub const BOTH: &str = "Run both";
/// The set-ups that are compared.
pub const SET_UPS: [&str; 3] = ["", "active-active", "active-passive"];

/// The rows of a comparison: what is compared, and what a set-up has come to.
#[must_use]
pub fn compared(
    lost: u64,
    ended: u64,
    noticed_ms: Option<u64>,
    at_work: usize,
    servers: usize,
) -> [(&'static str, String); 3] {
    let noticed = noticed_ms.map_or("–".to_owned(), |ms| format!("{}.{} s", ms / 1_000, ms % 1_000 / 100));
    [
        ("Visits lost", format!("{lost} of {ended}")),
        ("Death noticed after", noticed),
        ("Servers idle before", format!("{} of {servers}", servers - at_work)),
    ]
}
