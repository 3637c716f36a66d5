//! The words of a statement.

/// A word, a number, a string without its quotes, or a sign.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Word {
    pub value: String,
    /// Whether it is a string.
    pub quoted: bool,
    /// Where it begins in the text, and where it ends.
    pub start: usize,
    pub end: usize,
}

/// Splits a statement.
pub(super) fn words(text: &str) -> Vec<Word> {
    let mut words = Vec::new();
    let mut chars = text.char_indices().peekable();
    while let Some((start, c)) = chars.next() {
        let mut value = String::new();
        let quoted = c == '\'' || c == '"';
        if c.is_whitespace() {
            continue;
        }
        if quoted {
            while let Some((_, next)) = chars.next() {
                let doubled = next == c && chars.peek().is_some_and(|(_, after)| *after == c);
                match next {
                    '\\' => value.extend(chars.next().map(|(_, escaped)| escaped)),
                    _ if doubled => value.extend(chars.next().map(|(_, quote)| quote)),
                    _ if next == c => break,
                    _ => value.push(next),
                }
            }
        } else {
            value.push(c);
            let goes_on = |next: char| match c {
                '<' | '>' | '!' => matches!(next, '=' | '>'),
                _ => is_part(c) && is_part(next),
            };
            while let Some((_, next)) = chars.next_if(|(_, next)| goes_on(*next)) {
                if next != '`' {
                    value.push(next);
                }
            }
            value = value.trim_start_matches('`').to_owned();
        }
        let end = chars.peek().map_or(text.len(), |(at, _)| *at);
        words.push(Word { value, quoted, start, end });
    }
    words
}

fn is_part(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '@' | '.' | '`')
}
