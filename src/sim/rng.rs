//! Randomness that depends on the seed alone: the same draws natively and in every browser.

use rand_core::{Rng as _, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

use super::time::Micros;

/// One stream of random numbers. Each part of the engine that draws has a stream of its own, so that drawing more in
/// one place does not change what another place sees.
#[derive(Clone, Debug, PartialEq)]
pub struct Rng(Xoshiro256PlusPlus);

impl Rng {
    /// The stream named `stream` of the run that was started with `seed`.
    #[must_use]
    pub fn new(seed: u64, stream: u64) -> Self {
        Self(Xoshiro256PlusPlus::seed_from_u64(seed ^ stream.wrapping_mul(0x9e37_79b9_7f4a_7c15)))
    }

    /// Any 64 bits.
    pub fn bits(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// A whole number below `bound`, by multiplication and shift; 0 if `bound` is 0.
    pub fn below(&mut self, bound: u32) -> u32 {
        (((self.bits() >> 32) * u64::from(bound)) >> 32) as u32
    }

    /// A length of time drawn from the exponential distribution with the given mean in microseconds.
    ///
    /// The logarithm comes from `libm`, whose result does not depend on the platform.
    pub fn exponential(&mut self, mean_us: f64) -> Micros {
        let unit = ((self.bits() >> 11) as f64 + 0.5) / (1_u64 << 53) as f64;
        Micros((-libm::log(unit) * mean_us + 0.5) as u64)
    }
}
