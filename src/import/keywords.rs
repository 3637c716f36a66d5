//! What HAProxy 2.6 knows: its keywords, where each may stand, and the topic under which the ones that are not modelled are
//! explained. The table is `keywords.txt`; `tests/haproxy_cfg.rs` asks the real program whether it is right.

use std::collections::BTreeMap;

static TABLE: &str = include_str!("keywords.txt");

/// One keyword.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Keyword {
    /// `taken` if the explorer does what it says; otherwise why not, see [`crate::text::config::reason`].
    pub topic: &'static str,
    /// For a line: the sections, `g`lobal, `d`efaults (`D`: with a name only), `f`rontend, `b`ackend. For a parameter: how many
    /// words follow.
    pub places: &'static str,
}

impl Keyword {
    /// How many words follow a parameter.
    pub fn arguments(self) -> usize {
        usize::from(self.places == "1")
    }
}

/// All keywords: by kind (`line`, `option`, `timeout`, `server`, `bind`, `section`, `expect`, `acl`) and name, those of `global` by `global`.
pub(super) struct Keywords(BTreeMap<(&'static str, &'static str), Keyword>);

impl Keywords {
    pub fn new() -> Self {
        let mut all = BTreeMap::new();
        for (head, words) in TABLE.lines().filter_map(|line| line.split_once(": ")) {
            let mut head = head.split(' ');
            let (Some(kind), Some(topic), Some(places)) = (head.next(), head.next(), head.next()) else {
                continue;
            };
            for word in words.split(' ') {
                if kind == "line" && places.contains('g') {
                    all.insert(("global", word), Keyword { topic, places });
                }
                if places != "g" {
                    all.insert((kind, word), Keyword { topic, places });
                }
            }
        }
        Self(all)
    }

    pub fn find(&self, kind: &str, word: &str) -> Option<Keyword> {
        self.0.get(&(kind, word)).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::config::reason;

    #[test]
    fn every_topic_is_explained() {
        let ours = ["taken", "as-is", "gone", "newer"];
        for ((kind, word), keyword) in Keywords::new().0 {
            assert!(
                ours.contains(&keyword.topic) || reason(keyword.topic).is_some(),
                "{kind} {word}: {}",
                keyword.topic
            );
            assert!(!word.is_empty() && !keyword.places.is_empty(), "{kind} {word}");
        }
    }

    #[test]
    fn a_keyword_is_found_where_it_stands() {
        let keywords = Keywords::new();
        let topic = |kind, word| keywords.find(kind, word).map(|keyword| keyword.topic);
        assert_eq!(topic("line", "balance"), Some("taken"));
        assert_eq!(topic("global", "balance"), None);
        assert_eq!(topic("global", "maxconn"), Some("connections"));
        assert_eq!(topic("line", "daemon"), None);
        assert_eq!(topic("server", "slowstart"), Some("slow"));
    }
}
