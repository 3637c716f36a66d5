//! Where plotters draws: paths and texts of an SVG. Colours become classes, so that the style sheet has the last word.

use std::convert::Infallible;
use std::fmt::Write;

use plotters::element::{Drawable, PointCollection};
use plotters::style::RGBColor;
use plotters::style::text_anchor::{HPos, VPos};
use plotters_backend::{
    BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingBackend, DrawingErrorKind, FontTransform,
};
use yew::prelude::*;

use crate::ui::element::html;

/// Size of all text, in pixels; the style sheet says the same.
pub const FONT_SIZE: u32 = 11;
/// Mean width of a digit, as a part of the font size.
const DIGIT_WIDTH: f64 = 0.58;
/// Half the width of a marker.
const MARK: i32 = 3;

type Done = Result<(), DrawingErrorKind<Infallible>>;

/// What something is drawn with. Plotters only knows colours, so each ink is one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ink {
    /// Lines behind the data.
    Grid,
    /// The axes with their ticks and labels.
    Axis,
    /// The line with this number.
    Line(usize),
    /// The markers on the line with this number.
    Marks(usize),
}

impl Ink {
    /// The colour that stands for this ink.
    pub const fn color(self) -> RGBColor {
        match self {
            Self::Grid => RGBColor(0, 0, 0),
            Self::Axis => RGBColor(1, 0, 0),
            Self::Line(number) => RGBColor(2, number as u8, 0),
            Self::Marks(number) => RGBColor(3, number as u8, 0),
        }
    }

    const fn of(color: BackendColor) -> Self {
        match color.rgb {
            (0, ..) => Self::Grid,
            (1, ..) => Self::Axis,
            (2, number, _) => Self::Line(number as usize),
            (_, number, _) => Self::Marks(number as usize),
        }
    }

    fn classes(self) -> String {
        match self {
            Self::Grid => "plot__grid".to_owned(),
            Self::Axis => "plot__axis".to_owned(),
            Self::Line(number) => format!("plot__line {}", series_class(number)),
            Self::Marks(number) => format!("plot__marks {}", series_class(number)),
        }
    }
}

/// The class of everything that belongs to the line with this number.
pub fn series_class(number: usize) -> String {
    format!("series-{}", number + 1)
}

/// A finished drawing: one path for each ink, and the texts.
#[derive(Default)]
pub struct Drawing {
    size: (u32, u32),
    paths: Vec<(Ink, String)>,
    texts: Vec<Text>,
}

struct Text {
    text: String,
    at: BackendCoord,
    anchor: &'static str,
    shift: &'static str,
}

impl Drawing {
    /// An empty drawing of this width and height.
    pub const fn new(size: (u32, u32)) -> Self {
        Self { size, paths: Vec::new(), texts: Vec::new() }
    }

    /// The path that everything in this ink goes to.
    fn path(&mut self, color: BackendColor) -> &mut String {
        let ink = Ink::of(color);
        let at = self.paths.iter().position(|(other, _)| *other == ink).unwrap_or_else(|| {
            self.paths.push((ink, String::new()));
            self.paths.len() - 1
        });
        &mut self.paths[at].1
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

/// Lends a drawing to plotters.
pub struct Backend<'a>(pub &'a mut Drawing);

impl Backend<'_> {
    fn polyline(&mut self, points: impl IntoIterator<Item = BackendCoord>, color: BackendColor, closing: &str) -> Done {
        let path = self.0.path(color);
        for (i, (x, y)) in points.into_iter().enumerate() {
            // Writing to a string does not fail.
            let _ = write!(path, "{}{x} {y}", if i == 0 { 'M' } else { 'L' });
        }
        path.push_str(closing);
        Ok(())
    }
}

impl DrawingBackend for Backend<'_> {
    type ErrorType = Infallible;

    fn get_size(&self) -> (u32, u32) {
        self.0.size
    }

    fn ensure_prepared(&mut self) -> Done {
        Ok(())
    }

    fn present(&mut self) -> Done {
        Ok(())
    }

    fn draw_pixel(&mut self, (x, y): BackendCoord, color: BackendColor) -> Done {
        self.polyline([(x, y), (x + 1, y)], color, "")
    }

    fn draw_line<S: BackendStyle>(&mut self, from: BackendCoord, to: BackendCoord, style: &S) -> Done {
        self.polyline([from, to], style.color(), "")
    }

    fn draw_rect<S: BackendStyle>(&mut self, a: BackendCoord, b: BackendCoord, style: &S, _fill: bool) -> Done {
        self.polyline([a, (b.0, a.1), b, (a.0, b.1)], style.color(), "z")
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(&mut self, path: I, style: &S) -> Done {
        self.polyline(path, style.color(), "")
    }

    fn draw_circle<S: BackendStyle>(&mut self, center: BackendCoord, radius: u32, style: &S, _fill: bool) -> Done {
        let (x, y) = (center.0 - radius as i32, center.1);
        let path = self.0.path(style.color());
        let across = radius * 2;
        let _ = write!(path, "M{x} {y}a{radius} {radius} 0 1 0 {across} 0a{radius} {radius} 0 1 0 -{across} 0z");
        Ok(())
    }

    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(&mut self, corners: I, style: &S) -> Done {
        self.polyline(corners, style.color(), "z")
    }

    fn draw_text<S: BackendTextStyle>(&mut self, text: &str, style: &S, at: BackendCoord) -> Done {
        debug_assert!(matches!(style.transform(), FontTransform::None), "no chart turns its text");
        let anchor = match style.anchor().h_pos {
            HPos::Left => "start",
            HPos::Center => "middle",
            HPos::Right => "end",
        };
        let shift = match style.anchor().v_pos {
            VPos::Top => "0.8em",
            VPos::Center => "0.35em",
            VPos::Bottom => "0",
        };
        self.0.texts.push(Text { text: text.to_owned(), at, anchor, shift });
        Ok(())
    }

    /// Estimated, because asking the page would force a layout.
    fn estimate_text_size<S: BackendTextStyle>(
        &self,
        text: &str,
        style: &S,
    ) -> Result<(u32, u32), DrawingErrorKind<Infallible>> {
        let width = text.chars().count() as f64 * style.size() * DIGIT_WIDTH;
        Ok((width as u32, style.size() as u32))
    }
}

/// The markers on a line: their shape tells lines apart where their colour does not.
pub struct Marks {
    points: Vec<(u32, u32)>,
    line: usize,
}

impl Marks {
    /// Markers of the line with this number at these points.
    pub const fn new(points: Vec<(u32, u32)>, line: usize) -> Self {
        Self { points, line }
    }
}

impl<'a> PointCollection<'a, (u32, u32)> for &'a Marks {
    type Point = &'a (u32, u32);
    type IntoIter = core::slice::Iter<'a, (u32, u32)>;

    fn point_iter(self) -> Self::IntoIter {
        self.points.iter()
    }
}

impl<DB: DrawingBackend> Drawable<DB> for Marks {
    fn draw<I: Iterator<Item = BackendCoord>>(
        &self,
        points: I,
        backend: &mut DB,
        _parent: (u32, u32),
    ) -> Result<(), DrawingErrorKind<DB::ErrorType>> {
        points.into_iter().try_for_each(|center| draw_mark(backend, self.line, center))
    }
}

/// Draws the marker of the line with this number: circle, square, triangle or diamond.
pub fn draw_mark<DB: DrawingBackend>(
    backend: &mut DB,
    line: usize,
    (x, y): BackendCoord,
) -> Result<(), DrawingErrorKind<DB::ErrorType>> {
    let ink = Ink::Marks(line).color();
    match line % 4 {
        0 => backend.draw_circle((x, y), MARK as u32, &ink, true),
        1 => backend.draw_rect((x - MARK, y - MARK), (x + MARK, y + MARK), &ink, true),
        2 => backend.fill_polygon([(x, y - MARK - 1), (x + MARK + 1, y + MARK), (x - MARK - 1, y + MARK)], &ink),
        _ => backend.fill_polygon([(x, y - MARK - 1), (x + MARK + 1, y), (x, y + MARK + 1), (x - MARK - 1, y)], &ink),
    }
}

/// A short piece of the line with this number, for a legend.
pub fn sample(line: usize) -> Html {
    let mut drawing = Drawing::new((28, 12));
    let mut backend = Backend(&mut drawing);
    let drawn = backend
        .draw_line((1, 6), (27, 6), &Ink::Line(line).color())
        .and_then(|()| draw_mark(&mut backend, line, (14, 6)));
    debug_assert!(drawn.is_ok(), "writing to memory does not fail");
    html! { <svg class="plot__sample" viewBox="0 0 28 12" width="28" height="12" aria-hidden="true">{ drawing.into_html() }</svg> }
}
