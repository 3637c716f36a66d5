//! Simulated time: whole microseconds since the start of the run.

use core::fmt;
use core::ops::{Add, AddAssign, Sub};

use serde::{Deserialize, Serialize};

use super::decimal::Decimal;
use super::json::{Blank, Place, Problem, Scalar};

/// A moment of a run, in microseconds since its start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SimTime(pub u64);

/// A length of time in microseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Micros(pub u64);

impl Place for SimTime {
    fn expected(&self) -> &'static str {
        self.0.expected()
    }

    fn take(&mut self, scalar: Scalar<'_>) -> Result<(), Problem> {
        self.0.take(scalar)
    }
}

impl Blank for SimTime {
    fn blank() -> Self {
        Self::ZERO
    }
}

impl SimTime {
    /// The start of a run.
    pub const ZERO: Self = Self(0);
    /// Later than anything that happens.
    pub const NEVER: Self = Self(u64::MAX);

    /// The time that has passed since `earlier`; zero if `earlier` lies ahead.
    #[must_use]
    pub const fn since(self, earlier: Self) -> Micros {
        Micros(self.0.saturating_sub(earlier.0))
    }

    /// Seconds since the start of the run with so many digits after the point.
    #[must_use]
    pub const fn seconds(self, places: u32) -> Decimal {
        Decimal::of(self.0, 1_000_000, places)
    }
}

impl Micros {
    /// No time at all.
    pub const ZERO: Self = Self(0);

    /// A length of `ms` milliseconds.
    #[must_use]
    pub const fn from_millis(ms: u64) -> Self {
        Self(ms * 1_000)
    }

    /// A length of `s` seconds.
    #[must_use]
    pub const fn from_secs(s: u64) -> Self {
        Self(s * 1_000_000)
    }

    /// Milliseconds with so many digits after the point.
    #[must_use]
    pub const fn millis(self, places: u32) -> Decimal {
        Decimal::of(self.0, 1_000, places)
    }

    /// This length, `n` times over.
    #[inline(always)]
    #[must_use]
    pub const fn times(self, n: u64) -> Self {
        // Two halves of a word can be multiplied without a look at an overflow, which WebAssembly has no instruction for.
        if (self.0 | n) >> 32 == 0 { Self(self.0 * n) } else { self.times_many(n) }
    }

    #[cold]
    const fn times_many(self, n: u64) -> Self {
        Self(self.0.saturating_mul(n))
    }
}

impl Add<Micros> for SimTime {
    type Output = Self;

    fn add(self, length: Micros) -> Self {
        Self(self.0.saturating_add(length.0))
    }
}

impl AddAssign<Micros> for SimTime {
    fn add_assign(&mut self, length: Micros) {
        *self = *self + length;
    }
}

impl AddAssign for Micros {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl Add for Micros {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl Sub for Micros {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

impl fmt::Display for Micros {
    /// Microseconds below 1 ms, milliseconds below 1 s, seconds above.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            us @ 0..1_000 => write!(f, "{us} µs"),
            1_000..10_000 => write!(f, "{} ms", self.millis(2)),
            10_000..1_000_000 => write!(f, "{} ms", self.millis(1)),
            us => write!(f, "{} s", Decimal::of(us, 1_000_000, 2)),
        }
    }
}
