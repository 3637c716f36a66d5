//! Randomness that depends on the seed alone: the same draws natively and in every browser.

use std::sync::LazyLock;

use rand_core::{Rng as _, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

use super::time::Micros;

/// One stream of random numbers. Each part of the engine that draws has a stream of its own, so that drawing more in
/// one place does not change what another place sees.
#[derive(Clone, Debug, PartialEq)]
pub struct Rng {
    bits: Xoshiro256PlusPlus,
    ziggurat: &'static Ziggurat,
}

impl Rng {
    /// The stream named `stream` of the run that was started with `seed`.
    #[must_use]
    pub fn new(seed: u64, stream: u64) -> Self {
        let bits = Xoshiro256PlusPlus::seed_from_u64(seed ^ stream.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        Self { bits, ziggurat: &ZIGGURAT }
    }

    /// Any 64 bits.
    #[inline(always)]
    pub fn bits(&mut self) -> u64 {
        self.bits.next_u64()
    }

    /// A whole number below `bound`, by multiplication and shift; 0 if `bound` is 0.
    #[inline(always)]
    pub fn below(&mut self, bound: u32) -> u32 {
        (((self.bits() >> 32) * u64::from(bound)) >> 32) as u32
    }

    /// A length of time drawn from the exponential distribution with the given mean in microseconds.
    #[inline(always)]
    pub fn exponential(&mut self, mean_us: f64) -> Micros {
        // By way of a signed number, which is what processors convert to: no draw comes near what it cannot hold.
        Micros((self.standard_exponential() * mean_us + 0.5) as i64 as u64)
    }

    /// Drawn from the exponential distribution with mean 1, by the ziggurat of Marsaglia and Tsang (2000): nearly always one
    /// multiplication and one comparison.
    #[inline(always)]
    fn standard_exponential(&mut self) -> f64 {
        let bits = self.bits();
        let layer = (bits & 0xff) as usize;
        let drawn = unit(bits) * self.ziggurat.x[layer];
        if drawn < self.ziggurat.x[layer + 1] { drawn } else { self.at_the_edge(layer, drawn) }
    }

    /// What was drawn lies at the edge of its layer: one in a hundred does.
    #[cold]
    fn at_the_edge(&mut self, layer: usize, drawn: f64) -> f64 {
        let density = &self.ziggurat.density;
        if layer == 0 {
            return TAIL - libm::log(unit_above_0(self.bits()));
        }
        let (low, high) = (density[layer], density[layer + 1]);
        let height = low + unit_above_0(self.bits()) * (high - low);
        if height < libm::exp(-drawn) { drawn } else { self.standard_exponential() }
    }
}

/// From 0 up to, but not including, 1.
fn unit(bits: u64) -> f64 {
    (bits >> 11) as f64 / (1_u64 << 53) as f64
}

fn unit_above_0(bits: u64) -> f64 {
    1.0 - unit(bits)
}

/// Where the tail of the lowest layer begins, and the area of each layer.
const TAIL: f64 = 7.697_117_470_131_05;
const AREA: f64 = 0.003_949_659_822_581_557;

/// 256 layers of equal area under the density of the exponential distribution: the width of each, widest first, and the
/// density at its end. Computed with `libm`, whose results do not depend on the platform.
#[derive(Debug, PartialEq)]
struct Ziggurat {
    x: [f64; 257],
    density: [f64; 257],
}

static ZIGGURAT: LazyLock<Ziggurat> = LazyLock::new(|| {
    let mut x = [0.0; 257];
    (x[0], x[1]) = (AREA / libm::exp(-TAIL), TAIL);
    for layer in 2..256 {
        x[layer] = -libm::log(AREA / x[layer - 1] + libm::exp(-x[layer - 1]));
    }
    Ziggurat { x, density: x.map(|x| libm::exp(-x)) }
});

#[cfg(test)]
mod tests {
    use super::*;

    /// A share of e^(-x) of all draws lies above x: to five standard deviations.
    #[test]
    fn exponential_times_are_exponential() {
        let (mut rng, draws) = (Rng::new(1, 2), 2_000_000);
        let times: Vec<f64> = (0..draws).map(|_| rng.standard_exponential()).collect();
        let mean = times.iter().sum::<f64>() / f64::from(draws);
        assert!((mean - 1.0).abs() < 5.0 / f64::from(draws).sqrt(), "{mean}");
        for x in [0.001, 0.01, 0.1, 0.5, 1.0, 2.0, 3.0, 5.0, 7.0, 7.7, 8.0, 10.0] {
            let (share, expected) = (times.iter().filter(|t| **t > x).count() as f64, f64::from(draws) * libm::exp(-x));
            assert!((share - expected).abs() < 5.0 * expected.sqrt(), "above {x}: {share}, expected {expected}");
        }
    }

    #[test]
    fn the_layers_have_equal_areas() {
        let Ziggurat { x, density } = &*ZIGGURAT;
        for layer in 1..256 {
            let area = x[layer] * (density[layer + 1] - density[layer]);
            assert!((area - AREA).abs() < 1e-12, "layer {layer}: {area}");
        }
    }
}
