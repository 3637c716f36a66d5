//! Texts that are nearly right: samples with changes at random, from a seed.

/// What the formats are made of, and what has broken readers before.
const WORDS: [&str; 36] = [
    "null",
    "true",
    "-1",
    "0",
    "1e308",
    "1e999",
    "-0.0",
    "NaN",
    "18446744073709551615",
    "99999999999999999999",
    "\"",
    "\\u0000",
    "\\ud800",
    "{",
    "}",
    "[",
    "]",
    ":",
    ",",
    "&",
    "=",
    "#",
    "%00",
    "%ff",
    "<",
    ">",
    "<![CDATA[",
    "]]>",
    "&amp;",
    "\n",
    "\r\n",
    "\t",
    "\u{feff}",
    "💥",
    "server x 1.2.3.4:80 weight 0",
    "timeline",
];

pub struct Mutator {
    state: u64,
    longest: usize,
}

impl Mutator {
    pub fn new(seed: u64, longest: usize) -> Self {
        Self { state: seed, longest }
    }

    /// A number below `bound`, by SplitMix64.
    fn below(&mut self, bound: usize) -> usize {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.state;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((bits ^ (bits >> 31)) % bound.max(1) as u64) as usize
    }

    /// A sample with one to eight changes; seldom none, seldom only a word again and again.
    pub fn next(&mut self, samples: &[String]) -> String {
        if self.below(50) == 0 {
            let word = WORDS[self.below(WORDS.len())];
            return word.repeat(self.longest / word.len());
        }
        let mut text = samples[self.below(samples.len())].clone().into_bytes();
        for _ in 0..self.below(8) {
            self.change(&mut text, samples);
        }
        text.truncate(self.longest);
        String::from_utf8_lossy(&text).into_owned()
    }

    /// One change.
    pub fn change(&mut self, text: &mut Vec<u8>, samples: &[String]) {
        let at = self.below(text.len() + 1);
        let end = (at + self.below(40)).min(text.len());
        match self.below(7) {
            0 => drop(text.drain(at..end)),
            1 => drop(text.splice(at..at, WORDS[self.below(WORDS.len())].bytes())),
            2 => drop(text.splice(at..end, WORDS[self.below(WORDS.len())].bytes())),
            3 => {
                if let Some(byte) = text.get_mut(at) {
                    *byte ^= 1 << self.below(8);
                }
            }
            4 => {
                // A stretch again, perhaps many times.
                let stretch = text[at..end].repeat(1 + self.below(100));
                drop(text.splice(at..at, stretch));
                text.truncate(self.longest);
            }
            5 => {
                // A number becomes another.
                if let Some(digit) = text[at..].iter().position(u8::is_ascii_digit) {
                    let word = ["0", "-1", "1e308", "4294967296", "65536"][self.below(5)];
                    drop(text.splice(at + digit..=at + digit, word.bytes()));
                }
            }
            _ => {
                let other = samples[self.below(samples.len())].as_bytes();
                let from = self.below(other.len());
                let upto = (from + self.below(400)).min(other.len());
                drop(text.splice(at..end, other[from..upto].iter().copied()));
            }
        }
    }
}
