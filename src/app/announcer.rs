//! What is said to who cannot see the page: one thing after the other, and never in a flood.

/// At least this long between two announcements, in milliseconds: somebody has to listen to them.
pub const PAUSE_MS: f64 = 2_000.0;

/// Chooses what is said of what stands on the page.
#[derive(Debug, Default)]
pub struct Announcer {
    /// What stands there.
    heard: Vec<String>,
    /// What of it has not been said yet.
    waiting: Vec<String>,
    spoke_at: Option<f64>,
}

impl Announcer {
    /// Looks at the texts that stand on the page now. What is new waits to be said; what is gone before that is not said.
    pub fn hear(&mut self, texts: Vec<String>) {
        self.waiting.retain(|text| texts.contains(text));
        let new = texts.iter().filter(|text| !text.is_empty() && !self.heard.contains(text));
        self.waiting.extend(new.cloned());
        self.heard = texts;
    }

    /// What is to be said at this moment, in milliseconds of any clock.
    pub fn speak(&mut self, now_ms: f64) -> Option<String> {
        let is_early = self.spoke_at.is_some_and(|at| now_ms - at < PAUSE_MS);
        if is_early || self.waiting.is_empty() {
            return None;
        }
        self.spoke_at = Some(now_ms);
        Some(std::mem::take(&mut self.waiting).join(" "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(texts: &[&str]) -> Vec<String> {
        texts.iter().map(|text| (*text).to_owned()).collect()
    }

    #[test]
    fn what_stands_there_is_said_once() {
        let mut announcer = Announcer::default();
        announcer.hear(texts(&["", "up"]));
        assert_eq!(announcer.speak(0.0).as_deref(), Some("up"));
        announcer.hear(texts(&["up"]));
        assert_eq!(announcer.speak(9_000.0), None);
        announcer.hear(texts(&["down", "Visit 1 failed."]));
        assert_eq!(announcer.speak(9_000.0).as_deref(), Some("down Visit 1 failed."));
        announcer.hear(texts(&["up"]));
        assert_eq!(announcer.speak(20_000.0).as_deref(), Some("up"));
    }

    #[test]
    fn a_flood_becomes_one_announcement_in_two_seconds() {
        let mut announcer = Announcer::default();
        let said: Vec<(u32, String)> = (0..600_u32)
            .filter_map(|tenth| {
                announcer.hear(texts(&[&format!("Visit {tenth} failed.")]));
                announcer.speak(f64::from(tenth) * 100.0).map(|text| (tenth, text))
            })
            .collect();
        assert_eq!(said.len(), 30);
        assert!(said.windows(2).all(|pair| pair[1].0 - pair[0].0 >= 20));
        // The newest is said, not the oldest that has waited.
        assert_eq!(said[1], (20, "Visit 20 failed.".to_owned()));
    }

    #[test]
    fn what_is_gone_is_not_said() {
        let mut announcer = Announcer::default();
        announcer.hear(texts(&["first"]));
        assert!(announcer.speak(0.0).is_some());
        announcer.hear(texts(&["second"]));
        assert_eq!(announcer.speak(1_999.0), None);
        announcer.hear(texts(&["third"]));
        assert_eq!(announcer.speak(2_000.0).as_deref(), Some("third"));
    }
}
