//! What the infrastructure as it is set up now can bear: single points of failure, availability, and what each element is
//! there for. Everything is found by running the router on copies of the scenario in which parts are missing.
//!
//! A [`Survey`] does one [`Probe`] after another; each probe is one state (these parts are missing) and one request class.

mod availability;
mod probe;
mod relevance;
mod subject;
mod survey;
mod vigil;
mod without;

pub use availability::{Assumption, Availability, States, Structure};
pub use probe::{Finding, Probe, Proof, Why};
pub use subject::{is_visitors, subject};
pub use survey::{MAX_PAIRS, MAX_PARTS, MAX_RUNS, Pair, Survey, Verdict};
pub use vigil::{Herald, Later, PATIENCE, Told, Vigil};
pub use without::{Change, Exposure, FEATURES, Remove, changes, exposures, without};
