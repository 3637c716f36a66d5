//! How many messages are heard: a token bucket.

/// Messages a second, and the most that may come at once.
pub const RATE: f64 = 20.0;
/// Between two complaints, in milliseconds.
const COMPLAINT_MS: f64 = 1_000.0;

/// A token for each message; it is refilled as time goes by.
#[derive(Clone, Debug)]
pub struct Bucket {
    tokens: f64,
    at_ms: f64,
    complained_ms: Option<f64>,
}

impl Default for Bucket {
    fn default() -> Self {
        Self { tokens: RATE, at_ms: 0.0, complained_ms: None }
    }
}

impl Bucket {
    /// Takes a token; false if there is none.
    pub fn take(&mut self, now_ms: f64) -> bool {
        let elapsed_ms = (now_ms - self.at_ms).max(0.0);
        self.at_ms = now_ms;
        self.tokens = (self.tokens + elapsed_ms * RATE / 1_000.0).min(RATE);
        let has_one = self.tokens >= 1.0;
        if has_one {
            self.tokens -= 1.0;
        }
        has_one
    }

    /// Whether it may be said that there was none: once a second.
    pub fn may_complain(&mut self, now_ms: f64) -> bool {
        let may = self.complained_ms.is_none_or(|at| now_ms - at >= COMPLAINT_MS);
        if may {
            self.complained_ms = Some(now_ms);
        }
        may
    }
}
