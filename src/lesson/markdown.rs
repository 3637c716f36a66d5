//! The little of Markdown that lessons use, one paragraph, list item or heading a line: `# title`, `## heading`, `- item`,
//! `> quotation`, *emphasis* and `code`. CommonMark reads the same into it, which a test checks for every lesson.

/// A line, with what it is told by its beginning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Line {
    /// The lesson's title.
    Title,
    /// The heading of a step.
    Heading,
    /// A paragraph.
    Paragraph,
    /// An item of a list; of a question, an answer to choose.
    Item,
    /// A quotation: the hint of a challenge.
    Quote,
}

const MARKS: [(&str, Line); 4] = [("# ", Line::Title), ("## ", Line::Heading), ("- ", Line::Item), ("> ", Line::Quote)];

/// The lines of a text that are not empty, in order.
pub fn lines(text: &'static str) -> impl Iterator<Item = (Line, &'static str)> {
    let line = |line: &'static str| {
        let marked = MARKS.iter().find_map(|(mark, kind)| Some((*kind, line.strip_prefix(mark)?)));
        marked.unwrap_or((Line::Paragraph, line))
    };
    text.split('\n').filter(|line| !line.is_empty()).map(line)
}

/// The lines of a step, from its heading to the next.
#[must_use]
pub fn section(text: &'static str, step: usize) -> Vec<(Line, &'static str)> {
    let mut headings = 0;
    let is_in = |line: &(Line, &str)| {
        headings += usize::from(line.0 == Line::Heading);
        headings == step + 1
    };
    lines(text).filter(is_in).collect()
}

/// How a stretch of text is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// As usual.
    Plain,
    /// `*emphasis*`
    Emphasis,
    /// `` `code` ``
    Code,
}

/// The stretches of a line: every other mark ends what the one before began.
#[must_use]
pub fn spans(text: &str) -> Vec<(Style, &str)> {
    let (mut spans, mut style, mut start) = (Vec::new(), Style::Plain, 0);
    for (at, byte) in text.bytes().enumerate() {
        let mark = match byte {
            b'*' => Style::Emphasis,
            b'`' => Style::Code,
            _ => continue,
        };
        spans.push((style, &text[start..at]));
        start = at + 1;
        style = if style == Style::Plain { mark } else { Style::Plain };
    }
    spans.push((style, &text[start..]));
    spans
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;
    use crate::lesson::LESSONS;

    fn html_of_spans(text: &str) -> String {
        let html = |(style, part): (Style, &str)| {
            let part = part.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
            match style {
                Style::Plain => part,
                Style::Emphasis => format!("<em>{part}</em>"),
                Style::Code => format!("<code>{part}</code>"),
            }
        };
        spans(text).into_iter().map(html).collect()
    }

    fn html(text: &'static str) -> String {
        let mut html = String::new();
        for (line, text) in lines(text) {
            let (start, end) = match line {
                Line::Title => ("<h1>", "</h1>\n"),
                Line::Heading => ("<h2>", "</h2>\n"),
                Line::Paragraph => ("<p>", "</p>\n"),
                Line::Item => ("<ul>\n<li>", "</li>\n</ul>\n"),
                Line::Quote => ("<blockquote>\n<p>", "</p>\n</blockquote>\n"),
            };
            html += &format!("{start}{}{end}", html_of_spans(text));
        }
        html.replace("</ul>\n<ul>\n", "")
    }

    #[test]
    fn commonmark_reads_the_same_into_every_lesson() {
        for lesson in LESSONS {
            let mut expected = String::new();
            pulldown_cmark::html::push_html(&mut expected, pulldown_cmark::Parser::new(lesson.text));
            assert_eq!(html(lesson.text), expected, "{}", lesson.id);
        }
    }

    #[test]
    fn a_section_is_what_stands_between_two_headings() {
        let text = "# T\n\n## A\n\na\n- b\n\n## C\n\n> d\n";
        assert_eq!(section(text, 0), [(Line::Heading, "A"), (Line::Paragraph, "a"), (Line::Item, "b")]);
        assert_eq!(section(text, 1), [(Line::Heading, "C"), (Line::Quote, "d")]);
        assert_eq!(section(text, 2), []);
    }
}
