//! What is put into a course so that the explorer stands in it: a line for each system, as it takes it.

use super::parameters::{About, is_about};
use super::view::Theme;
use crate::text::snippet as words;

/// What is wished for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wish {
    /// The system that it is to stand in, by its number in [`words::systems`]: a page of one's own with `embed.js`, one with
    /// nothing but a frame, then those that take a frame each in its own way.
    pub system: usize,
    /// Width in CSS pixels; 0 for all the width there is.
    pub width: u32,
    /// Height in CSS pixels; 0 for as much as it takes, where that can be had.
    pub height: u32,
    /// The first and the last step of the lesson that may be opened, from 0; none for all.
    pub steps: Option<(usize, usize)>,
    /// Whether hints and solutions are kept back.
    pub hides_answers: bool,
    /// Its colours.
    pub theme: Theme,
}

/// The least and the most that a width or a height may be.
pub const SIZES: [u32; 2] = [200, 4_000];
/// The height where none is wished for and none can be found out.
const HEIGHT: u32 = 500;

impl Default for Wish {
    fn default() -> Self {
        Self { system: 0, width: 0, height: 0, steps: None, hides_answers: false, theme: Theme::System }
    }
}

impl Wish {
    /// What is put into the course. `page` is the address of the explorer, `place` what follows it to lead to what is
    /// embedded (`?lesson=visit&step=2`, `#s=…`), `title` the name of the frame.
    #[must_use]
    pub fn snippet(&self, page: &str, place: &str, title: &str) -> String {
        let address = self.address(page, place);
        let height = if self.height == 0 { HEIGHT } else { self.height.clamp(SIZES[0], SIZES[1]) }.to_string();
        let width = if self.width == 0 { "100%".to_owned() } else { self.width.clamp(SIZES[0], SIZES[1]).to_string() };
        let css = if self.width == 0 { width.clone() } else { format!("{width}px") };
        let fixed = if self.height == 0 { String::new() } else { format!(" height=\"{height}\"") };
        // No value has a dollar sign, so that none of them has a place for another.
        let values = [
            ("$script", escaped(&address_of(page, "embed.js"))),
            ("$src", escaped(&address)),
            ("$address", address),
            ("$title", escaped(title)),
            ("$width", width),
            ("$css", css),
            ("$height", height),
            ("$fixed", fixed),
        ];
        let text = words::system(self.system).1.replace('¶', "\n");
        values.iter().fold(text, |text, (place, value)| text.replace(place, value))
    }

    /// The address of what is embedded.
    fn address(&self, page: &str, place: &str) -> String {
        let (query, fragment) = place.split_once('#').unwrap_or((place, ""));
        let is_lesson = query.contains("lesson=");
        let (first, last) = self.steps.unwrap_or_default();
        let mut pairs = form_urlencoded::Serializer::new(String::new());
        for (name, value) in form_urlencoded::parse(query.trim_start_matches('?').as_bytes()) {
            let is_own = is_about(&name, About::Course) || name == "step" && self.steps.is_some();
            if !is_own {
                pairs.append_pair(&name, &value);
            }
        }
        if self.steps.is_some() && is_lesson {
            pairs.append_pair("step", &(first + 1).to_string());
            pairs.append_pair("steps", &format!("{}-{}", first + 1, last.max(first) + 1));
        }
        if self.hides_answers && is_lesson {
            pairs.append_pair("answers", "hidden");
        }
        if self.theme != Theme::System {
            pairs.append_pair("theme", self.theme.name());
        }
        pairs.append_pair("embed", "1");
        let hash = if fragment.is_empty() { "" } else { "#" };
        encoded(&format!("{page}?{}{hash}{fragment}", pairs.finish()))
    }
}

/// The address of a file beside the page.
fn address_of(page: &str, file: &str) -> String {
    let folder = page.rfind('/').map_or(page, |slash| &page[..=slash]);
    encoded(&format!("{folder}{file}"))
}

/// An address without anything that could end it, wherever it stands.
fn encoded(address: &str) -> String {
    let mut text = String::with_capacity(address.len());
    for byte in address.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~:/?#[]@!&()*+,;=%".contains(&byte) {
            text.push(char::from(byte));
        } else {
            text += &format!("%{byte:02X}");
        }
    }
    text
}

/// A text inside an attribute, in HTML and in JSX. Braces would begin something in mdBook (`{{#include …}}`), line breaks would end
/// the markup in Markdown.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' | '<' | '>' | '"' | '\'' | '`' | '{' | '}' | '$' => escaped += &format!("&#{};", u32::from(character)),
            _ if character.is_control() => escaped.push(' '),
            _ => escaped.push(character),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "https://example.org/hopscope/";

    fn wish(name: &str) -> Wish {
        let system = words::systems().position(|system| system == name).expect(name);
        Wish { system, ..Wish::default() }
    }

    #[test]
    fn each_system_gets_what_it_takes() {
        let made =
            |system| Wish { width: 640, height: 480, ..wish(system) }.snippet(PAGE, "?preset=one-server", "One & only");
        let frame = "<iframe src=\"https://example.org/hopscope/?preset=one-server&#38;embed=1\" width=\"640\" height=\"480\" \
                     title=\"One &#38; only\" loading=\"lazy\" ";
        for system in ["HTML", "Moodle", "Canvas", "Open edX", "mdBook"] {
            assert_eq!(made(system), format!("{frame}style=\"border: 0; max-width: 100%\"></iframe>"));
        }
        assert_eq!(made("Docusaurus"), frame.to_owned() + "style={{border: 0, maxWidth: '100%'}} />");
        assert_eq!(
            made("Jupyter Book"),
            ":::{iframe} https://example.org/hopscope/?preset=one-server&embed=1\n:width: 640px\n:::"
        );
        assert_eq!(made("Notion"), "https://example.org/hopscope/?preset=one-server&embed=1");
        assert_eq!(
            made("HTML with embed.js"),
            "<script src=\"https://example.org/hopscope/embed.js\" async></script>\n\
             <hopscope-embed src=\"https://example.org/hopscope/?preset=one-server&#38;embed=1\" title=\"One &#38; only\" \
             height=\"480\"></hopscope-embed>"
        );
        let plain = wish("HTML").snippet(PAGE, "", "Hopscope");
        assert!(plain.contains("width=\"100%\" height=\"500\""), "{plain}");
        assert!(
            !wish("HTML with embed.js").snippet(PAGE, "", "Hopscope").contains("height"),
            "it finds its height itself"
        );
    }

    #[test]
    fn a_part_of_a_lesson_without_answers_in_the_dark() {
        let wish = Wish { steps: Some((1, 3)), hides_answers: true, theme: Theme::Dark, ..wish("Notion") };
        let address =
            wish.snippet(PAGE, "?lesson=balance&step=5&embed&theme=light&host=https%3A%2F%2Fother.example", "");
        assert_eq!(address, format!("{PAGE}?lesson=balance&step=2&steps=2-4&answers=hidden&theme=dark&embed=1"));
        let query = &address[PAGE.len()..];
        let start = crate::app::parse_address(query, "");
        assert_eq!((start.step, start.steps, start.hides_answers, start.embed), (1, Some((1, 3)), true, true));
        assert!(start.notices.is_empty());
        // Steps and answers belong to a lesson.
        assert_eq!(wish.snippet(PAGE, "?preset=scaled", ""), format!("{PAGE}?preset=scaled&theme=dark&embed=1"));
        assert_eq!(wish.snippet(PAGE, "#s=1.abc_-", ""), format!("{PAGE}?theme=dark&embed=1#s=1.abc_-"));
    }

    #[test]
    fn hostile_names_and_places_stay_inside() {
        let names = [
            "\"></iframe><script>alert(1)</script>",
            "' onload='alert(1)",
            "{{#include /etc/passwd}} {alert(1)} `x` $src$title$height$fixed",
            "a\n\n# Heading\r\n:::\n:::{raw} html",
            "</hopscope-embed>\u{0}\u{1b}\u{85}",
        ];
        for system in words::systems() {
            for hostile in names {
                let text = wish(system).snippet(PAGE, &format!("?preset={hostile}#s={hostile}"), hostile);
                let lines = match system {
                    "HTML with embed.js" => 2,
                    "Jupyter Book" => 3,
                    _ => 1,
                };
                assert_eq!(text.lines().count(), lines, "{text}");
                let tags = text.matches('<').count();
                let expected = match system {
                    "HTML with embed.js" => 4,
                    "Docusaurus" => 1,
                    "Jupyter Book" | "Notion" => 0,
                    _ => 2,
                };
                assert_eq!((tags, text.matches('>').count()), (expected, expected), "{text}");
                let quotes = match system {
                    "HTML with embed.js" => 6,
                    "Jupyter Book" | "Notion" => 0,
                    "Docusaurus" => 10,
                    _ => 12,
                };
                assert_eq!(text.matches('"').count(), quotes, "{text}");
                let own_braces = match system {
                    "Docusaurus" => 2,
                    "Jupyter Book" => 1,
                    _ => 0,
                };
                assert_eq!(text.matches('{').count(), own_braces, "{text}");
                assert!(
                    !text.contains(['`', '$', '¶']) && !text.contains(|c: char| c.is_control() && c != '\n'),
                    "{text}"
                );
            }
        }
    }
}
