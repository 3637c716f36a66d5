//! A line as HAProxy takes it apart: words, quotes, escapes, comments (manual, section 2.2).

use core::iter::Peekable;
use core::str::Chars;

use crate::text::config::say;

/// HAProxy takes no more words of a line.
const MOST_WORDS: usize = 64;

/// The words of a line.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Words {
    /// The words, without quotes and escapes, up to the first that is empty: there HAProxy stops reading.
    pub list: Vec<String>,
    /// Whether an environment variable stands among them, which is not known here.
    pub has_variables: bool,
}

/// Takes a line apart. The error says what HAProxy says.
pub(super) fn split(line: &str) -> Result<Words, String> {
    if line.contains('\0') {
        return Err(say!("nul").to_owned());
    }
    let mut words = Words::default();
    let mut text = line.chars().peekable();
    loop {
        while text.next_if(char::is_ascii_whitespace).is_some() {}
        if matches!(text.peek(), None | Some('#')) {
            break;
        }
        if words.list.len() == MOST_WORDS {
            return Err(say!("too-many-words", MOST_WORDS));
        }
        let word = word(&mut text, &mut words.has_variables)?;
        words.list.push(word);
    }
    let end = words.list.iter().position(String::is_empty).unwrap_or(words.list.len());
    words.list.truncate(end);
    Ok(words)
}

/// One word, which ends before a space or a comment.
fn word(text: &mut Peekable<Chars<'_>>, has_variables: &mut bool) -> Result<String, String> {
    let mut word = String::new();
    let mut quote = None;
    while let Some(&c) = text.peek() {
        if quote.is_none() && (c == '#' || c.is_ascii_whitespace()) {
            break;
        }
        text.next();
        match (c, quote) {
            ('"' | '\'', None) => quote = Some(c),
            (c, Some(open)) if c == open => quote = None,
            ('\\', None | Some('"')) => word.push(escaped(text, quote.is_some())?),
            ('$', Some('"')) => {
                *has_variables = true;
                word += &variable(text)?;
            }
            (c, _) => word.push(c),
        }
    }
    match quote {
        Some(quote) => Err(say!("unmatched-quote", quote)),
        None => Ok(word),
    }
}

/// The character that a backslash stands for; the backslash itself where it stands for nothing.
fn escaped(text: &mut Peekable<Chars<'_>>, in_quotes: bool) -> Result<char, String> {
    let plain = match text.peek() {
        Some(&c @ (' ' | '\\' | '#' | '"')) => c,
        Some('\'') if !in_quotes => '\'',
        Some('$') if in_quotes => '$',
        Some('n') => '\n',
        Some('r') => '\r',
        Some('t') => '\t',
        Some('x') => {
            text.next();
            let mut digit = || text.next().and_then(|c| c.to_digit(16));
            return match (digit(), digit()) {
                (Some(high), Some(low)) => Ok(char::from((high * 16 + low) as u8)),
                _ => Err(say!("bad-hex").to_owned()),
            };
        }
        _ => return Ok('\\'),
    };
    text.next();
    Ok(plain)
}

/// The value of an environment variable, as far as it is known here: the default that is given with it, or nothing, as where it
/// is not set.
fn variable(text: &mut Peekable<Chars<'_>>) -> Result<String, String> {
    let braced = text.next_if_eq(&'{').is_some();
    if !text.peek().is_some_and(|c| c.is_ascii_alphabetic() || matches!(c, '_' | '.')) {
        return Err(say!("bad-variable").to_owned());
    }
    text.next();
    while text.next_if(|c| c.is_ascii_alphanumeric() || *c == '_').is_some() {}
    let mut value = String::new();
    if braced {
        if text.next_if_eq(&'[').is_some() {
            while text.next_if(|c| matches!(c, '*' | ']')).is_some() {}
        }
        if text.next_if_eq(&'-').is_some() {
            while let Some(c) = text.next_if(|c| *c != '}') {
                value.push(c);
            }
        }
        if text.next_if_eq(&'}').is_none() {
            return Err(say!("unmatched-brace").to_owned());
        }
    }
    Ok(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(line: &str) -> Vec<String> {
        split(line).expect("a line that HAProxy takes").list
    }

    #[test]
    fn quotes_escapes_and_comments_are_those_of_the_manual() {
        assert_eq!(words("  server web-01\t10.0.0.1:80  # comment"), ["server", "web-01", "10.0.0.1:80"]);
        assert_eq!(words("a b#c d"), ["a", "b"]);
        assert_eq!(
            words(r#"log-format "%ci \"%r\"" 'it''s #1' x\ y \#"#),
            ["log-format", "%ci \"%r\"", "its #1", "x y", "#"]
        );
        assert_eq!(words(r#"a '\n $X' "\n" \x41 \q"#), ["a", r"\n $X", "\n", "A", r"\q"]);
        assert_eq!(words("a \"\" b"), ["a"], "an empty word ends the line");
        assert_eq!(words("retries 3\r"), ["retries", "3"]);
        assert_eq!(words(""), Vec::<String>::new());
    }

    #[test]
    fn variables_are_read_in_double_quotes_only() {
        let line = split(r#"bind "$HOST:${PORT-80}" $X "\$X""#).unwrap();
        assert_eq!(
            (&line.list[1..], line.has_variables),
            (&[":80".to_owned(), "$X".to_owned(), "$X".to_owned()][..], true)
        );
        assert!(!split("bind $X").unwrap().has_variables);
    }

    #[test]
    fn what_haproxy_refuses_is_refused() {
        for line in ["a \"b", "a 'b", r"a \x4", "a \"${X\"", "a \"$1\"", "a \0b", &"w ".repeat(65)] {
            assert!(split(line).is_err(), "{line:?}");
        }
        assert_eq!(words(&"w ".repeat(64)).len(), 64);
    }
}
