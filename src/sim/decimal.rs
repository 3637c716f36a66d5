//! Numbers with a point, written by whole-number arithmetic: the general formatting of floats is large, and a page is
//! downloaded.

use core::fmt;

/// A number with a fixed count of digits after the point, to be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decimal {
    negative: bool,
    /// The number in units of the last digit.
    units: u64,
    places: u32,
    /// Whether zeros at the end are left out.
    short: bool,
}

impl Decimal {
    /// `value / per_unit`, rounded to so many digits after the point.
    #[must_use]
    pub const fn of(value: u64, per_unit: u64, places: u32) -> Self {
        let per_unit = if per_unit == 0 { 1 } else { per_unit };
        // Whole and broken part apart, so that nothing overflows before the value itself is far beyond any use.
        let one = 10_u64.pow(places);
        let rest = (value % per_unit).saturating_mul(one).saturating_add(per_unit / 2) / per_unit;
        Self {
            negative: false,
            units: (value / per_unit).saturating_mul(one).saturating_add(rest),
            places,
            short: false,
        }
    }

    /// `value` rounded to one digit after the point.
    #[must_use]
    pub const fn tenths(value: f64) -> Self {
        let units = (value.abs() * 10.0 + 0.5) as u64;
        Self { negative: value < 0.0 && units > 0, units, places: 1, short: false }
    }

    /// The same without zeros at its end.
    #[must_use]
    pub const fn short(self) -> Self {
        Self { short: true, ..self }
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let one = 10_u64.pow(self.places);
        let (whole, mut rest, mut width) = (self.units / one, self.units % one, self.places as usize);
        while self.short && width > 0 && rest.is_multiple_of(10) {
            (rest, width) = (rest / 10, width - 1);
        }
        if self.negative {
            f.write_str("-")?;
        }
        write!(f, "{whole}")?;
        if width > 0 { write!(f, ".{rest:0width$}") } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_cut_to_the_places() {
        let of = |value, per_unit, places| Decimal::of(value, per_unit, places).to_string();
        assert_eq!(of(1_234_567, 1_000_000, 3), "1.235");
        assert_eq!(of(999_960, 1_000_000, 2), "1.00");
        assert_eq!(of(50, 1_000, 2), "0.05");
        assert_eq!(of(7, 1, 0), "7");
        assert_eq!(of(7, 0, 1), "7.0");
        assert_eq!(of(u64::MAX, 1_000_000, 2), "18446744073709.55");
    }

    #[test]
    fn coordinates_have_one_digit_after_the_point() {
        let written = [0.0, 12.34, 12.36, -3.5, -0.01, 1e300].map(|x| Decimal::tenths(x).to_string());
        assert_eq!(written, ["0.0", "12.3", "12.4", "-3.5", "0.0", "1844674407370955161.5"]);
    }

    #[test]
    fn short_numbers_end_with_a_digit_that_counts() {
        let short = [500, 2_000, 1_250].map(|us| Decimal::of(us, 1_000, 3).short().to_string());
        assert_eq!(short, ["0.5", "2", "1.25"]);
    }
}
