//! The page's own rules for the diagram, with the colours of one theme in place of their names: whoever else draws SVG knows no
//! variables of CSS.

const TOKENS: &str = include_str!("../../../assets/css/tokens.css");
const RULES: &str = include_str!("../../../assets/css/diagram.css");
/// What a picture has no use for.
const LEFT_OUT: [&str; 6] = [".stage", ":hover", ":focus", "[role", ".said-only", ".switch"];

/// The rules, one a line.
pub fn sheet(dark: bool) -> String {
    let mut sheet = String::new();
    for rule in RULES.split_inclusive('}') {
        let rule = rule.rsplit("*/").next().unwrap_or_default().trim();
        if !rule.is_empty() && !LEFT_OUT.iter().any(|part| rule.contains(part)) {
            sheet = sheet + &resolved(rule, dark) + "\n";
        }
    }
    sheet
}

/// A rule with the values of the tokens that it names.
fn resolved(rule: &str, dark: bool) -> String {
    let mut pieces = rule.split("var(--");
    let mut out = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let (name, rest) = piece.split_once(')').unwrap_or((piece, ""));
        out = out + token(name, dark) + rest;
    }
    out
}

/// The value of a token by its name without dashes; of two, that of the theme.
pub fn token(name: &str, dark: bool) -> &'static str {
    let value = TOKENS
        .lines()
        .find_map(|line| line.trim().strip_prefix("--")?.strip_prefix(name)?.strip_prefix(": ")?.strip_suffix(';'));
    let value = value.unwrap_or("inherit");
    match value.strip_prefix("light-dark(").and_then(|pair| pair.strip_suffix(')')?.split_once(", ")) {
        Some((light, other)) => {
            if dark {
                other
            } else {
                light
            }
        }
        None => value,
    }
}
