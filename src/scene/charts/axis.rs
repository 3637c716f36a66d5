//! Round numbers for the axes of a chart.

/// The largest value that an axis shows.
const LARGEST: u32 = 1_000_000_000;
/// Steps of the time axis, in seconds.
const TIME_STEPS_S: [u32; 13] = [5, 10, 15, 30, 60, 120, 300, 600, 1_800, 3_600, 7_200, 21_600, 86_400];

/// Round values from 0 to `peak` or just above it, in at most `most` steps (one at least).
#[must_use]
pub fn ticks(peak: u32, most: u32) -> Vec<u32> {
    let (peak, most) = (peak.clamp(1, LARGEST), most.max(1));
    let steps = (0..9).map(|power| 10_u32.pow(power)).flat_map(|power| [power, power * 2, power * 5]);
    let step = steps.chain([LARGEST]).find(|step| peak.div_ceil(*step) <= most).unwrap_or(LARGEST);
    (0..=peak.div_ceil(step)).map(|i| i * step).collect()
}

/// The marks of a time axis from `first` to `end`, at round times, at most `most` where that is possible.
#[must_use]
pub fn time_ticks(first: u32, end: u32, most: u32) -> Vec<u32> {
    let span = end.saturating_sub(first);
    let step = TIME_STEPS_S.into_iter().find(|step| span / step < most.max(1)).unwrap_or(86_400);
    (first.div_ceil(step)..=end / step).map(|i| i * step).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_cover_the_peak() {
        let check = |peak, most, expected: &[u32]| assert_eq!(ticks(peak, most), expected);
        check(0, 4, &[0, 1]);
        check(3, 4, &[0, 1, 2, 3]);
        check(7, 4, &[0, 2, 4, 6, 8]);
        check(101, 4, &[0, 50, 100, 150]);
        check(5_000, 5, &[0, 1_000, 2_000, 3_000, 4_000, 5_000]);
        check(u32::MAX, 1, &[0, 1_000_000_000]);
    }

    #[test]
    fn time_ticks_are_round() {
        assert_eq!(time_ticks(0, 30, 4), [0, 10, 20, 30]);
        assert_eq!(time_ticks(181, 300, 5), [210, 240, 270, 300]);
        assert_eq!(time_ticks(181, 300, 1), [240]);
        assert_eq!(time_ticks(0, 1_800, 5), [0, 600, 1_200, 1_800]);
    }
}
