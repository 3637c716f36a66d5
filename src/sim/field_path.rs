//! Which field of a JSON text lies at a line and column, so that an error can name it.

/// A list or an object that is open at the place in question.
enum Open<'a> {
    List { index: usize },
    Object { key: Option<&'a str> },
}

/// The path of the field at `line` and `column` (both from 1, in bytes, as `serde_json` counts them), such as
/// `topology.machines[2].name`; empty at the top. Never fails: what is not JSON has a path as far as it looks like it.
#[must_use]
pub fn field_at(text: &str, line: usize, column: usize) -> String {
    let before: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    let end = before.saturating_add(column).min(text.len());
    let mut open = Vec::new();
    let mut word_since = None;
    let mut escaped = false;
    let mut expects_key = false;
    for (at, byte) in text.bytes().enumerate().take(end) {
        if let Some(since) = word_since {
            match byte {
                _ if escaped => escaped = false,
                b'\\' => escaped = true,
                b'"' => {
                    if let (true, Some(Open::Object { key })) = (expects_key, open.last_mut()) {
                        *key = text.get(since..at);
                        expects_key = false;
                    }
                    word_since = None;
                }
                _ => {}
            }
            continue;
        }
        match byte {
            b'"' => word_since = Some(at + 1),
            b'{' => open.push(Open::Object { key: None }),
            b'[' => open.push(Open::List { index: 0 }),
            b'}' | b']' => drop(open.pop()),
            b',' => match open.last_mut() {
                Some(Open::List { index }) => *index += 1,
                Some(Open::Object { key }) => *key = None,
                None => {}
            },
            _ => {}
        }
        if matches!(byte, b'{' | b'[' | b',') {
            expects_key = matches!(open.last(), Some(Open::Object { .. }));
        }
    }
    path(&open)
}

fn path(open: &[Open<'_>]) -> String {
    let mut path = String::new();
    for level in open {
        match level {
            Open::List { index } => path.push_str(&format!("[{index}]")),
            Open::Object { key: Some(key) } => {
                if !path.is_empty() {
                    path.push('.');
                }
                path.push_str(key);
            }
            Open::Object { key: None } => {}
        }
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_field_before_the_place_is_named() {
        let text = "{\"a\": 1,\n \"list\": [{\"x\": \"},\\\"\"}, {\"name\": 7}]}";
        let paths = ["{", "a", "list[0].x", "list[0]", "list[1].name", "list[1]", "list", ""];
        let places = ["{", "1", "\"\"", "}", "7", "}", "]", "}"];
        let mut from = 0;
        for (place, expected) in places.into_iter().zip(paths) {
            from += text[from..].find(place).unwrap() + place.len();
            let line = text[..from].matches('\n').count() + 1;
            let column = from - text[..from].rfind('\n').map_or(0, |at| at + 1);
            let expected = if expected == "{" { "" } else { expected };
            assert_eq!(field_at(text, line, column), expected, "after {:?}", &text[..from]);
        }
    }

    #[test]
    fn no_text_and_no_place_is_too_strange() {
        for text in ["", "\"", "]]]]", "{{{{", "[,,,", "\\\\\"\\", "ä{\"ö\": é", "{\"a\":{\"b\":[1,{\"c\":"] {
            for line in [0, 1, 2, usize::MAX] {
                for column in [0, 1, 2, 3, 50, usize::MAX] {
                    let _ = field_at(text, line, column);
                }
            }
        }
        assert_eq!(field_at("{\"a\":{\"b\":[1,{\"c\":", 1, 99), "a.b[1].c");
    }
}
