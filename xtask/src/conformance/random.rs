//! Numbers that look random and are the same for the same seed: SplitMix64, which every language can do in four lines.

pub struct Random(u64);

impl Random {
    /// The numbers of one case. Each case has its own, so that a run of 10 cases begins like a run of 200.
    pub fn of_case(seed: u64, kind: &str, number: usize) -> Self {
        let name = format!("{seed} {kind} {number}");
        // FNV-1a: names that differ in one digit give seeds that differ everywhere.
        Self(
            name.bytes()
                .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)),
        )
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// From `least` to `most`, both included.
    pub fn between(&mut self, least: u64, most: u64) -> u64 {
        least + self.next() % (most - least + 1)
    }

    pub fn chance(&mut self, percent: u64) -> bool {
        self.next() % 100 < percent
    }

    pub fn pick<T: Copy>(&mut self, choices: &[T]) -> T {
        let last = choices.len() as u64 - 1;
        choices[self.between(0, last) as usize]
    }

    /// One of several, each as often as its number says.
    pub fn weighted<T: Copy>(&mut self, choices: &[(u64, T)]) -> T {
        let mut left = self.between(1, choices.iter().map(|(share, _)| share).sum());
        for (share, choice) in choices {
            if left <= *share {
                return *choice;
            }
            left -= share;
        }
        unreachable!("the shares add up to their sum")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_numbers_and_another_gives_others() {
        let numbers = |seed| {
            let mut random = Random::of_case(seed, "haproxy", 0);
            [(); 8].map(|()| random.between(0, 999))
        };
        assert_eq!(numbers(1), numbers(1));
        assert_ne!(numbers(1), numbers(2));
    }

    #[test]
    fn shares_are_kept() {
        let mut random = Random::of_case(7, "nginx", 3);
        let often = (0..1000).filter(|_| random.weighted(&[(9, true), (1, false)])).count();
        assert!((850..950).contains(&often), "{often} of 1000, where 900 are due");
    }
}
