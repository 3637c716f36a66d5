//! The engine: a deterministic discrete-event simulation of the whole stack.

pub mod balancer;
pub mod dns;
pub mod rng;
pub mod time;

pub use rng::Rng;
pub use time::{Micros, SimTime};
