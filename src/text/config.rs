//! Words of the tab Config and of reading an `haproxy.cfg`. They are in `config.txt`, one sentence a line after its key, so that
//! the page can load them when they are needed; `say!` looks its key up when this is compiled.

use std::collections::BTreeMap;
use std::sync::LazyLock;

static TEXT: &str = include_str!("config.txt");

/// The sentence with a key, as a text: `say!("file")`. With values for each `{}`: `say!("server-port", port)`.
macro_rules! say {
    ($key:literal) => {
        $crate::text::config::at(const { $crate::text::config::find($key) })
    };
    ($key:literal, $($value:expr),+) => {
        $crate::text::config::fill($crate::text::config::say!($key), &[$(&$value),+])
    };
}
pub(crate) use say;

/// Where the sentence with this key lies.
///
/// # Panics
/// If there is none: when the sources are compiled, since nobody calls this later.
#[must_use]
pub(crate) const fn find(key: &str) -> (u16, u16) {
    let (text, key) = (TEXT.as_bytes(), key.as_bytes());
    let mut line = 0;
    while line < text.len() {
        let mut same = 0;
        while same < key.len() && text[line + same] == key[same] {
            same += 1;
        }
        let mut end = line + same;
        while text[end] != b'\n' {
            end += 1;
        }
        if same == key.len() && text[line + same] == b':' {
            return ((line + same + 2) as u16, end as u16);
        }
        line = end + 1;
    }
    panic!("no sentence has this key")
}

/// The sentence that [`find`] has found.
#[must_use]
pub(crate) fn at(place: (u16, u16)) -> &'static str {
    TEXT.get(usize::from(place.0)..usize::from(place.1)).unwrap_or_default()
}

/// Puts values in the places of `{}`, in their order.
#[must_use]
pub(crate) fn fill(sentence: &str, values: &[&dyn core::fmt::Display]) -> String {
    let mut pieces = sentence.split("{}");
    let mut text = pieces.next().unwrap_or_default().to_owned();
    for (piece, value) in pieces.zip(values) {
        text += &value.to_string();
        text += piece;
    }
    text
}

/// Why what this topic is about is not modelled; the topics are those of `src/import/keywords.txt`.
#[must_use]
pub fn reason(topic: &str) -> Option<&'static str> {
    // A file may ask for each of its lines.
    static REASONS: LazyLock<BTreeMap<&str, &str>> =
        LazyLock::new(|| TEXT.lines().filter_map(|line| line.strip_prefix("topic ")?.split_once(": ")).collect());
    REASONS.get(topic).copied()
}

/// What a configuration file is, which program reads it, and where it lies; by the end of its path.
#[must_use]
pub fn about(path: &str) -> &'static str {
    let of = |line: &'static str| line.strip_prefix("about ")?.split_once(": ").filter(|(end, _)| path.ends_with(end));
    TEXT.lines().find_map(of).map_or("", |(_, text)| text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_is_found_by_its_key_and_filled() {
        assert_eq!(at(find("file")), "File");
        assert_eq!(fill("{} of {}", &[&1, &"two"]), "1 of two");
        assert!(reason("logs").is_some() && reason("log").is_none());
        assert!(
            TEXT.lines()
                .all(|line| line.split_once(": ").is_some_and(|(key, text)| !key.is_empty() && !text.is_empty()))
        );
        assert!(TEXT.len() < usize::from(u16::MAX));
    }
}
