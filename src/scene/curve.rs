//! The curves that links are drawn along, and that packets travel on.

use crate::sim::Decimal;

/// A point of the diagram.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// From the left.
    pub x: f64,
    /// From the top.
    pub y: f64,
}

/// The curve of a link: a cubic Bézier curve.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Curve {
    /// Start, two control points, end.
    pub points: [Point; 4],
    /// Where on the curve its switch is, from 0 to 1.
    pub handle_at: f64,
    /// Where its label stands.
    pub label: LabelAt,
}

/// Where the label of a link stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LabelAt {
    /// Above its switch.
    Above,
    /// Below its switch.
    Below,
    /// To the right of its switch.
    Beside,
    /// Nowhere, as long as the link is well: there is no room.
    Hidden,
}

impl Curve {
    /// The point at `t`, from 0 at the start to 1 at the end.
    #[must_use]
    pub fn at(&self, t: f64) -> Point {
        let [a, b, c, d] = self.points;
        let u = 1.0 - t;
        let mix =
            |a: f64, b: f64, c: f64, d: f64| u * u * u * a + 3.0 * u * u * t * b + 3.0 * u * t * t * c + t * t * t * d;
        Point { x: mix(a.x, b.x, c.x, d.x), y: mix(a.y, b.y, c.y, d.y) }
    }

    /// The curve as the `d` of an SVG path.
    #[must_use]
    pub fn path(&self) -> String {
        let [a, b, c, d] = self.points;
        let at = |p: Point| format!("{} {}", Decimal::tenths(p.x), Decimal::tenths(p.y));
        format!("M{}C{} {} {}", at(a), at(b), at(c), at(d))
    }
}
