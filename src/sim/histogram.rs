//! Latencies, counted in buckets that grow with the latency.

use super::time::Micros;

/// Powers of two of microseconds that are told apart: up to 71 minutes.
const POWERS: u32 = 32;

/// A histogram with so many buckets that quantiles are right within one in a thousand: for a whole run.
pub type Fine = Histogram<7, 3_328>;
/// A small histogram, for one second among many: quantiles are right within a tenth.
pub type Coarse = Histogram<2, 124>;

/// Counts of latencies. Each power of two is divided into 2^`BITS` buckets; `BUCKETS` must be
/// (32 - `BITS` + 1) · 2^`BITS`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[repr(C)]
pub struct Histogram<const BITS: u32, const BUCKETS: usize> {
    total: u64,
    sum_us: u64,
    counts: [u32; BUCKETS],
}

impl<const BITS: u32, const BUCKETS: usize> Default for Histogram<BITS, BUCKETS> {
    fn default() -> Self {
        const { assert!(BUCKETS == ((POWERS - BITS + 1) << BITS) as usize) };
        Self { counts: [0; BUCKETS], total: 0, sum_us: 0 }
    }
}

impl<const BITS: u32, const BUCKETS: usize> Histogram<BITS, BUCKETS> {
    /// Adds a latency.
    pub(super) fn add(&mut self, latency: Micros) {
        let count = &mut self.counts[Self::bucket(latency.0).min(BUCKETS - 1)];
        *count = count.saturating_add(1);
        self.total += 1;
        self.sum_us += latency.0;
    }

    const fn bucket(us: u64) -> usize {
        if us < 1 << BITS {
            return us as usize;
        }
        let shift = us.ilog2() - BITS;
        (((shift as u64) << BITS) + (us >> shift)) as usize
    }

    /// The least latency of a bucket.
    const fn lower_edge(bucket: usize) -> u64 {
        let bucket = bucket as u64;
        if bucket < 1 << BITS {
            return bucket;
        }
        let shift = (bucket >> BITS) - 1;
        ((1 << BITS) + (bucket & ((1 << BITS) - 1))) << shift
    }

    /// Number of latencies.
    #[must_use]
    pub const fn total(&self) -> u64 {
        self.total
    }

    /// Their sum.
    #[must_use]
    pub const fn sum(&self) -> Micros {
        Micros(self.sum_us)
    }

    /// How many of them are below `edge`. Exact where a bucket begins there: at numbers of up to `BITS` + 1 binary digits, and at
    /// these doubled any number of times.
    #[must_use]
    pub fn below(&self, edge: Micros) -> u64 {
        let buckets = Self::bucket(edge.0).min(BUCKETS);
        self.counts[..buckets].iter().map(|count| u64::from(*count)).sum()
    }

    /// Their mean; none if there are none.
    #[must_use]
    pub const fn mean(&self) -> Option<Micros> {
        match self.sum_us.checked_div(self.total) {
            Some(mean) => Some(Micros(mean)),
            None => None,
        }
    }

    /// The latency that `percent` of all stay below, as if those in a bucket were spread evenly; none if there are none.
    #[must_use]
    pub fn quantile(&self, percent: u64) -> Option<Micros> {
        let rank = (self.total * percent).div_ceil(100).max(1);
        let mut seen = 0;
        for (bucket, count) in self.counts.iter().enumerate() {
            let count = u64::from(*count);
            if seen + count >= rank {
                let (low, high) = (Self::lower_edge(bucket), Self::lower_edge(bucket + 1));
                return Some(Micros(low + (high - low) * (2 * (rank - seen) - 1) / (2 * count)));
            }
            seen += count;
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_latency_lies_between_the_edges_of_its_bucket() {
        fn check<const BITS: u32, const BUCKETS: usize>() {
            for power in 0..31 {
                for us in [1_u64 << power, (1 << power) + 1, (3_u64 << power) >> 1, (2 << power) - 1] {
                    let bucket = Histogram::<BITS, BUCKETS>::bucket(us);
                    let edges = Histogram::<BITS, BUCKETS>::lower_edge(bucket)
                        ..Histogram::<BITS, BUCKETS>::lower_edge(bucket + 1);
                    assert!(edges.contains(&us) && bucket < BUCKETS, "{us} in {bucket}: {edges:?}");
                    assert!((edges.end - edges.start) << BITS <= us.max(1 << BITS), "{us}: {edges:?}");
                }
            }
        }
        check::<7, 3_328>();
        check::<2, 124>();
    }

    #[test]
    fn as_many_are_below_an_edge_as_were_added_below_it() {
        let mut fine = Fine::default();
        (0..10_000).for_each(|us| fine.add(Micros(us)));
        for edge in [0, 1, 255, 1_000, 2_000, 4_000, 8_000] {
            assert_eq!(fine.below(Micros(edge)), edge);
        }
        assert_eq!(fine.below(Micros(u64::from(u32::MAX))), 10_000);
    }

    #[test]
    fn quantiles_are_as_right_as_the_buckets_are_small() {
        let (mut fine, mut coarse) = (Fine::default(), Coarse::default());
        for us in 0..100_000 {
            fine.add(Micros(us));
            coarse.add(Micros(us));
        }
        assert_eq!(fine.mean(), Some(Micros(49_999)));
        for percent in [1, 50, 95, 99] {
            let exact = percent * 1_000;
            assert!(fine.quantile(percent).unwrap().0.abs_diff(exact) * 1_000 <= exact, "{percent}");
            assert!(coarse.quantile(percent).unwrap().0.abs_diff(exact) * 10 <= exact, "{percent}");
        }
        assert_eq!(Fine::default().quantile(50), None);
    }
}
