//! Paths and texts of an SVG. What is drawn in the same ink is one path, and the style sheet says how it looks.

use std::fmt::Write;

use yew::prelude::*;

use crate::ui::element::html;

/// Half the width of a marker.
const MARK: i32 = 3;

/// A place in the picture, in pixels.
pub type Point = (i32, i32);

/// What something is drawn with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ink {
    /// Lines behind the data.
    Grid,
    /// The axes with their ticks.
    Axis,
    /// The line with this number.
    Line(usize),
    /// The markers on the line with this number.
    Marks(usize),
}

impl Ink {
    fn classes(self) -> String {
        match self {
            Self::Grid => "plot__grid".to_owned(),
            Self::Axis => "plot__axis".to_owned(),
            Self::Line(number) => format!("plot__line series-{}", number + 1),
            Self::Marks(number) => format!("plot__marks series-{}", number + 1),
        }
    }
}

/// A drawing: one path for each ink, and the texts.
#[derive(Default)]
pub struct Drawing {
    paths: Vec<(Ink, String)>,
    texts: Vec<Text>,
}

/// A label of an axis.
pub struct Text {
    /// What it says.
    pub text: String,
    /// Where it stands.
    pub at: Point,
    /// Which of its sides stands there: `middle`, `end`.
    pub anchor: &'static str,
    /// How far it is moved down.
    pub shift: &'static str,
}

impl Drawing {
    /// The path that everything in this ink goes to.
    fn path(&mut self, ink: Ink) -> &mut String {
        let at = self.paths.iter().position(|(other, _)| *other == ink).unwrap_or_else(|| {
            self.paths.push((ink, String::new()));
            self.paths.len() - 1
        });
        &mut self.paths[at].1
    }

    /// A line through these points.
    pub fn line(&mut self, ink: Ink, points: &[Point]) {
        let path = self.path(ink);
        for (i, (x, y)) in points.iter().enumerate() {
            // Writing to a string does not fail.
            let _ = write!(path, "{}{x} {y}", if i == 0 { 'M' } else { 'L' });
        }
    }

    fn polygon(&mut self, ink: Ink, corners: &[Point]) {
        self.line(ink, corners);
        self.path(ink).push('z');
    }

    /// A label.
    pub fn text(&mut self, text: Text) {
        self.texts.push(text);
    }

    /// A marker on the line with this number: its shape tells lines apart where their colour does not.
    pub fn mark(&mut self, line: usize, (x, y): Point) {
        let ink = Ink::Marks(line);
        let (left, right, above, below) = (x - MARK, x + MARK, y - MARK, y + MARK);
        match line % 4 {
            0 => {
                let _ = write!(self.path(ink), "M{left} {y}a{MARK} {MARK} 0 1 0 6 0a{MARK} {MARK} 0 1 0 -6 0z");
            }
            1 => self.polygon(ink, &[(left, above), (right, above), (right, below), (left, below)]),
            2 => self.polygon(ink, &[(x, above - 1), (right + 1, below), (left - 1, below)]),
            _ => self.polygon(ink, &[(x, above - 1), (right + 1, y), (x, below + 1), (left - 1, y)]),
        }
    }

    /// The nodes to be put into an `<svg>`.
    pub fn into_html(self) -> Html {
        let path = |(i, (ink, d)): (usize, (Ink, String))| html! { <path key={i} class={ink.classes()} {d} /> };
        let text = |(i, text): (usize, Text)| {
            let (x, y) = (text.at.0.to_string(), text.at.1.to_string());
            html! {
                <text key={i} class="plot__label" {x} {y} dy={text.shift} text-anchor={text.anchor}>{ text.text }</text>
            }
        };
        html! {
            <>
                <g>{ for self.paths.into_iter().enumerate().map(path) }</g>
                <g aria-hidden="true">{ for self.texts.into_iter().enumerate().map(text) }</g>
            </>
        }
    }
}

/// A short piece of the line with this number, for a legend.
pub fn sample(line: usize) -> Html {
    let mut drawing = Drawing::default();
    drawing.line(Ink::Line(line), &[(1, 6), (27, 6)]);
    drawing.mark(line, (14, 6));
    html! { <svg class="plot__sample" viewBox="0 0 28 12" width="28" height="12" aria-hidden="true">{ drawing.into_html() }</svg> }
}
