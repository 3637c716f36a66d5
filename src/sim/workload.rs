//! The visits that come by themselves: how many, and of which class.

use serde::Serialize;

use super::json::{Object, Place, fields, must, readable};
use super::named::named;
use super::rng::Rng;
use super::scenario::FieldError;
use super::time::Micros;

/// The most visits per second that a workload may ask for.
pub const MAX_RATE: u32 = 10_000;

named! {
    /// What a visit asks for.
    pub enum Class {
        /// A file that nginx serves itself, such as the logo.
        "static" Static,
        /// A page that reads from the database.
        "read" Read,
        /// A form that writes a row.
        "write" Write,
    }
}

/// Continuous load.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Workload {
    /// Mean number of visits per second; 0 is none.
    pub rate_per_s: u32,
    /// Shares of the classes.
    pub mix: Mix,
    /// How visits follow one another.
    pub arrivals: Arrivals,
}

fields!(Workload {} { rate_per_s, mix, arrivals });

/// Shares of the request classes: whole numbers of any size, such as percent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Mix {
    /// Share of static files.
    #[serde(rename = "static")]
    pub static_files: u16,
    /// Share of reads.
    pub read: u16,
    /// Share of writes.
    pub write: u16,
}

impl Place for Mix {
    fn expected(&self) -> &'static str {
        "struct Mix"
    }

    fn object(&mut self) -> Option<Object<'_>> {
        let Self { static_files, read, write } = self;
        Some(Object::Fields(vec![must("static", static_files), must("read", read), must("write", write)]))
    }
}

readable!(Mix = Self::default());

impl Default for Mix {
    fn default() -> Self {
        Self { static_files: 20, read: 70, write: 10 }
    }
}

named! {
    /// The gaps between visits.
    #[derive(Default)]
    pub enum Arrivals {
        /// Independent visitors: exponential gaps.
        #[default]
        "poisson" Poisson,
        /// Equal gaps.
        "even" Even,
    }
}

impl Workload {
    /// Checks rate and mix.
    ///
    /// # Errors
    /// The field that is out of range.
    pub fn validate(&self) -> Result<(), FieldError> {
        if self.rate_per_s > MAX_RATE {
            let why = format!("at most {MAX_RATE}, here {}", self.rate_per_s);
            return Err(FieldError::new("workload.rate_per_s", why));
        }
        if self.mix.total() == 0 {
            return Err(FieldError::new("workload.mix", "at least one share must be more than 0"));
        }
        Ok(())
    }

    /// Time until the next visit, or none without load.
    pub(super) fn next_gap(&self, rng: &mut Rng) -> Option<Micros> {
        if self.rate_per_s == 0 {
            return None;
        }
        Some(match self.arrivals {
            Arrivals::Even => Micros(1_000_000 / u64::from(self.rate_per_s)),
            Arrivals::Poisson => rng.exponential(1e6 / f64::from(self.rate_per_s)),
        })
    }
}

impl Mix {
    const fn total(self) -> u32 {
        self.static_files as u32 + self.read as u32 + self.write as u32
    }

    /// Draws a class.
    pub(super) fn draw(self, rng: &mut Rng) -> Class {
        let place = rng.below(self.total());
        if place < u32::from(self.static_files) {
            Class::Static
        } else if place < u32::from(self.static_files) + u32::from(self.read) {
            Class::Read
        } else {
            Class::Write
        }
    }
}
