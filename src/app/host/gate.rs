//! Whose messages are heard, and who may read the answers.

/// What an origin without a name is called: that of a sandboxed frame, or of a file on disk. Any two of them look alike,
/// so nobody is known by it.
const OPAQUE: &str = "null";
/// The longest origin that is read, in bytes: a host name has at most 253.
const MAX_ORIGIN: usize = 280;

/// Whose messages are heard: those of the stated origin; if none was stated, those of the explorer's own. Nothing that
/// comes later changes that.
#[derive(Clone, Debug, Default)]
pub struct Gate {
    own: String,
    stated: Option<String>,
}

impl Gate {
    /// The gate of a page whose address states the origin of the host, or does not.
    #[must_use]
    pub const fn new(stated: Option<String>) -> Self {
        Self { own: String::new(), stated }
    }

    /// The page itself comes from there. Until this is known, nobody is heard who was not stated.
    pub fn comes_from(&mut self, own: String) {
        self.own = own;
    }

    /// Who is heard; none if that is nobody.
    #[must_use]
    pub fn hears(&self) -> Option<&str> {
        let heard = self.stated.as_ref().unwrap_or(&self.own);
        (!heard.is_empty() && heard != OPAQUE).then_some(heard)
    }

    /// Whether messages from there are heard.
    #[must_use]
    pub fn is_heard(&self, origin: &str) -> bool {
        self.hears() == Some(origin)
    }

    /// Where an answer to a message from there goes; none if it gets no answer at all. An origin that nobody has stated is
    /// told that, and nothing else.
    #[must_use]
    pub fn reply<'a>(&self, origin: &'a str) -> Option<&'a str> {
        let answers = self.is_heard(origin) || self.stated.is_none();
        answers.then_some(if origin == OPAQUE { "*" } else { origin })
    }

    /// Who may read what holds nothing of the run.
    #[must_use]
    pub fn public(&self) -> &str {
        self.stated.as_deref().unwrap_or("*")
    }

    /// Who may read the rest. Where nobody is heard this is never asked; the name then is one that no window has.
    #[must_use]
    pub fn private(&self) -> &str {
        self.hears().unwrap_or("https://nobody.invalid")
    }
}

/// Reads an origin as browsers write it: `https://course.example`, with a port if it is not the usual one. A slash at the
/// end, capital letters and the usual port are taken off.
#[must_use]
pub fn origin(text: &str) -> Option<String> {
    if text.len() > MAX_ORIGIN {
        return None;
    }
    let text = text.to_ascii_lowercase();
    let text = text.strip_suffix('/').unwrap_or(&text);
    let (scheme, place) = text.split_once("://")?;
    let usual = match scheme {
        "http" => ":80",
        "https" => ":443",
        _ => return None,
    };
    let place = place.strip_suffix(usual).unwrap_or(place);
    let (name, port) = match place.rsplit_once(':') {
        Some((name, port)) if !port.ends_with(']') => (name, Some(port)),
        _ => (place, None),
    };
    let is_port = port.is_none_or(|port| port.parse::<u16>().is_ok_and(|number| number.to_string() == port));
    let name_is = |allowed: fn(u8) -> bool, name: &str| !name.is_empty() && name.bytes().all(allowed);
    let is_name = match name.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        Some(address) => name_is(|byte| byte.is_ascii_hexdigit() || byte == b':', address),
        None => name_is(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte), name),
    };
    (is_port && is_name).then(|| format!("{scheme}://{place}"))
}
