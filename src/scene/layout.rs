//! Where everything stands in the diagram: boxes for machines, rows for processes, curves for links.
//!
//! Wide: one column per tier, or more where it has many machines, from the visitor on the left to the databases on the right.
//! Tall, for narrow screens: one box below the other, requests on the left of them, the database's links on the right.

mod columns;

use super::curve::{Curve, LabelAt, Point};
use crate::sim::{LinkId, MachineId, ProcessId, Protocol, Role, Wiring};

const MARGIN: f64 = 20.0;
const HEAD: f64 = 38.0;
const ROW: f64 = 42.0;
const FOOT: f64 = 8.0;
const GAP_X: f64 = 66.0;
/// Room between columns whose links cross: every application asks every database.
const GAP_CROSSED: f64 = 124.0;
const GAP_Y: f64 = 66.0;
/// Distance of a switch from its box where a link passes below others.
const NEAR: f64 = 24.0;
/// Room beside a column for links between its boxes, at least.
const LANE: f64 = 24.0;
/// Distance of a link inside a box from the box's right edge.
const INSIDE: f64 = 64.0;
/// Room for the label of such a link.
const LANE_LABEL: f64 = 74.0;

/// How the diagram is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Columns.
    Wide,
    /// One column.
    Tall,
}

/// The box of a machine.
#[derive(Clone, Debug, PartialEq)]
pub struct BoxLayout {
    /// The machine.
    pub machine: MachineId,
    /// Left edge.
    pub x: f64,
    /// Top edge.
    pub y: f64,
    /// Width.
    pub w: f64,
    /// Height.
    pub h: f64,
    /// Its processes with the top edges of their rows.
    pub rows: Vec<(ProcessId, f64)>,
}

/// A laid-out diagram.
#[derive(Clone, Debug, PartialEq)]
pub struct Layout {
    /// How it is laid out.
    pub shape: Shape,
    /// Width of the drawing.
    pub width: f64,
    /// Height of the drawing.
    pub height: f64,
    /// Machines, in the topology's order.
    pub boxes: Vec<BoxLayout>,
    /// Links, by number.
    pub curves: Vec<Curve>,
}

#[derive(Clone, Copy, PartialEq)]
enum Side {
    Left,
    Right,
    Top,
    Bottom,
}

impl Layout {
    /// Lays a topology out.
    #[must_use]
    pub fn new(wiring: &Wiring, shape: Shape) -> Self {
        let mut layout = Self { shape, width: 0.0, height: 0.0, boxes: Vec::new(), curves: Vec::new() };
        layout.boxes = (0..wiring.machines.len()).map(|i| empty_box(wiring, i.into())).collect();
        let is_crowded = match shape {
            Shape::Wide => layout.place_wide(wiring),
            Shape::Tall => {
                layout.place_tall(wiring);
                false
            }
        };
        layout.fill_rows(wiring);
        layout.curves =
            wiring.links.iter().map(|link| layout.curve(wiring, link.from, link.to, link.protocol)).collect();
        if is_crowded {
            layout.curves.iter_mut().for_each(|curve| curve.label = LabelAt::Hidden);
        }
        layout.fit();
        layout
    }

    /// The curve of a link.
    #[must_use]
    pub fn curve_of(&self, link: LinkId) -> &Curve {
        &self.curves[link.index()]
    }

    fn place_tall(&mut self, wiring: &Wiring) {
        let names = |role: &Role| matches!(role, Role::Resolver | Role::Authoritative);
        let of_tier = |t| (0..self.boxes.len()).filter(move |i| tier(wiring, (*i).into()) == t);
        let order: Vec<usize> = (0..TIERS).flat_map(of_tier).collect();
        let (mut x, mut y) = (MARGIN, MARGIN);
        for i in &order {
            if has(wiring, self.boxes[*i].machine, names) {
                (self.boxes[*i].x, self.boxes[*i].y) = (x, y);
                x += self.boxes[*i].w + 20.0;
            }
        }
        y += HEAD + ROW + FOOT + 46.0;
        for i in order {
            if !has(wiring, self.boxes[i].machine, names) {
                (self.boxes[i].x, self.boxes[i].y) = (MARGIN + 34.0, y);
                y += self.boxes[i].h + 40.0;
            }
        }
    }

    fn fill_rows(&mut self, wiring: &Wiring) {
        for b in &mut self.boxes {
            let rows = wiring.processes_of(b.machine).enumerate();
            b.rows = rows.map(|(n, process)| (process, b.y + HEAD + ROW * n as f64)).collect();
        }
    }

    fn anchor(&self, wiring: &Wiring, process: ProcessId, side: Side) -> Point {
        let b = &self.boxes[wiring.process(process).machine.index()];
        let row = b.rows.iter().find(|(p, _)| *p == process).map_or(b.y, |(_, y)| *y);
        match side {
            Side::Left => Point { x: b.x, y: row + ROW / 2.0 },
            Side::Right => Point { x: b.x + b.w, y: row + ROW / 2.0 },
            Side::Top => Point { x: b.x + b.w / 2.0, y: b.y },
            Side::Bottom => Point { x: b.x + b.w / 2.0, y: b.y + b.h },
        }
    }

    fn curve(&self, wiring: &Wiring, from: ProcessId, to: ProcessId, protocol: Protocol) -> Curve {
        let (a, b) = (self.box_of(wiring, from), self.box_of(wiring, to));
        if a.machine == b.machine && protocol == Protocol::Http {
            return self.inside(wiring, from, to);
        }
        let same_column = (a.x - b.x).abs() < 1.0;
        if !same_column && (self.shape == Shape::Wide || protocol == Protocol::Dns) {
            let steep = (a.y - b.y).abs() > 200.0 && protocol == Protocol::Dns;
            return if steep || self.overlaps_in_x(a, b) {
                self.vertical(wiring, from, to)
            } else {
                self.across(wiring, from, to, protocol)
            };
        }
        match (wiring.role(from), wiring.role(to)) {
            (Role::Browser, Role::Resolver) => self.vertical(wiring, from, to),
            (Role::Browser, _) if self.are_neighbours(a, b) => self.vertical(wiring, from, to),
            (Role::Browser | Role::Balancer, _) => self.beside(wiring, from, to, Side::Left),
            // What the balancers send to the web servers is on their right, what they get in the middle of their left.
            (Role::Keepalived { .. }, _) if self.shape == Shape::Wide => {
                Curve { label: LabelAt::Below, handle_at: 0.6, ..self.beside(wiring, from, to, Side::Left) }
            }
            _ => self.beside(wiring, from, to, Side::Right),
        }
    }

    fn box_of(&self, wiring: &Wiring, process: ProcessId) -> &BoxLayout {
        &self.boxes[wiring.process(process).machine.index()]
    }

    fn overlaps_in_x(&self, a: &BoxLayout, b: &BoxLayout) -> bool {
        a.x < b.x + b.w && b.x < a.x + a.w
    }

    /// Whether no other box stands between two of the same column.
    fn are_neighbours(&self, a: &BoxLayout, b: &BoxLayout) -> bool {
        let (low, high) = (a.y.min(b.y), a.y.max(b.y));
        !self.boxes.iter().any(|other| (other.x - a.x).abs() < 1.0 && other.y > low && other.y < high)
    }

    fn across(&self, wiring: &Wiring, from: ProcessId, to: ProcessId, protocol: Protocol) -> Curve {
        let forward = self.box_of(wiring, from).x < self.box_of(wiring, to).x;
        let (out, into) = if forward { (Side::Right, Side::Left) } else { (Side::Left, Side::Right) };
        let (a, d) = (self.anchor(wiring, from, out), self.anchor(wiring, to, into));
        let half = (d.x - a.x) / 2.0;
        let points = [a, Point { x: a.x + half, y: a.y }, Point { x: d.x - half, y: d.y }, d];
        // Links from several parts to several others cross in the middle: their switches stand before that, one behind the other.
        let crosses = protocol == Protocol::Mysql || alike(wiring, from).min(alike(wiring, to)) > 1;
        // What passes below other boxes has its switch where it comes out.
        let is_long = half.abs() > GAP_CROSSED;
        let near = NEAR / (3.0 * half.abs());
        let (handle_at, label) = match (crosses, is_odd(wiring, to)) {
            (true, is_odd) if is_long => (if is_odd { 2.0 * near } else { near }, LabelAt::Hidden),
            (false, _) if is_long => (1.0 - near, LabelAt::Hidden),
            (true, false) => (0.25, LabelAt::Above),
            // One label says of all requests from a part where they go.
            (true, true) if protocol == Protocol::Http => (0.45, LabelAt::Hidden),
            (true, true) => (0.45, if d.y < a.y { LabelAt::Above } else { LabelAt::Below }),
            (false, _) => (0.5, LabelAt::Above),
        };
        let label = if self.shape == Shape::Tall { LabelAt::Hidden } else { label };
        Curve { points, handle_at, label }
    }

    fn vertical(&self, wiring: &Wiring, from: ProcessId, to: ProcessId) -> Curve {
        let down = self.box_of(wiring, from).y < self.box_of(wiring, to).y;
        let (out, into) = if down { (Side::Bottom, Side::Top) } else { (Side::Top, Side::Bottom) };
        let (a, mut d) = (self.anchor(wiring, from, out), self.anchor(wiring, to, into));
        d.x = a.x;
        let half = (d.y - a.y) / 2.0;
        let points = [a, Point { x: a.x, y: a.y + half }, Point { x: d.x, y: d.y - half }, d];
        Curve { points, handle_at: 0.5, label: LabelAt::Beside }
    }

    /// A link between two rows of one box: straight from row to row.
    fn inside(&self, wiring: &Wiring, from: ProcessId, to: ProcessId) -> Curve {
        let (mut a, mut d) = (self.anchor(wiring, from, Side::Right), self.anchor(wiring, to, Side::Right));
        (a.x, d.x) = (a.x - INSIDE, d.x - INSIDE);
        Curve { points: [a, a, d, d], handle_at: 0.5, label: LabelAt::Hidden }
    }

    /// A link between boxes of one column, round the side. The further apart, the wider the turn, so that turns nest.
    fn beside(&self, wiring: &Wiring, from: ProcessId, to: ProcessId, side: Side) -> Curve {
        let (a, d) = (self.anchor(wiring, from, side), self.anchor(wiring, to, side));
        let distance = (d.y - a.y).abs();
        let reach = if side == Side::Right {
            LANE + 0.42 * distance.min(320.0) + 0.05 * distance.max(320.0)
        } else {
            16.0 + 0.09 * distance.min(400.0)
        };
        let x = if side == Side::Right { a.x.max(d.x) + reach } else { a.x.min(d.x) - reach };
        let replicates = matches!((wiring.role(from), wiring.role(to)), (Role::Mysqld { .. }, Role::Mysqld { .. }));
        let handle_at = if replicates || distance < 100.0 || side == Side::Left {
            0.5
        } else if is_odd(wiring, to) {
            0.4
        } else {
            0.3
        };
        let points = [a, Point { x, y: a.y }, Point { x, y: d.y }, d];
        let label = if side == Side::Right { LabelAt::Beside } else { LabelAt::Hidden };
        Curve { points, handle_at, label }
    }

    /// Shifts everything into view and measures it.
    fn fit(&mut self) {
        let turns = self.curves.iter().map(|c| {
            let middle = c.at(0.5);
            let label = if c.label == LabelAt::Beside { LANE_LABEL } else { 0.0 };
            (middle.x - 12.0, middle.x + label)
        });
        let boxes = self.boxes.iter().map(|b| (b.x, b.x + b.w));
        let (left, right) = turns.chain(boxes).fold((f64::MAX, 0.0_f64), |(l, r), (a, b)| (l.min(a), r.max(b)));
        let shift = MARGIN - left;
        if shift > 0.0 {
            self.boxes.iter_mut().for_each(|b| b.x += shift);
            self.curves.iter_mut().flat_map(|c| &mut c.points).for_each(|p| p.x += shift);
        }
        self.width = right + shift.max(0.0) + MARGIN;
        self.height = self.boxes.iter().map(|b| b.y + b.h).fold(0.0, f64::max) + MARGIN;
    }
}

fn empty_box(wiring: &Wiring, machine: MachineId) -> BoxLayout {
    let rows = wiring.processes_of(machine).count();
    let w = match tier(wiring, machine) {
        0 | 1 => 160.0,
        _ => 214.0,
    };
    BoxLayout { machine, x: 0.0, y: 0.0, w, h: HEAD + ROW * rows as f64 + FOOT, rows: Vec::new() }
}

/// Columns of the wide picture, from the visitor to the databases.
const TIERS: u8 = 5;

/// The column of a machine: that of its foremost process.
fn tier(wiring: &Wiring, machine: MachineId) -> u8 {
    let of = |role: &Role| match role {
        Role::Browser | Role::Resolver | Role::Monitor => 0,
        Role::Authoritative | Role::Balancer | Role::Keepalived { .. } => 1,
        Role::Nginx => 2,
        Role::App => 3,
        Role::Mysqld { .. } | Role::Agent => 4,
    };
    wiring.processes_of(machine).map(|p| of(wiring.role(p))).min().unwrap_or(4)
}

/// How many processes there are of the kind of this one.
fn alike(wiring: &Wiring, process: ProcessId) -> usize {
    wiring.ids().filter(|other| wiring.seat(*other).tier == wiring.seat(process).tier).count()
}

/// Whether a process is the second, fourth, … of its kind: the switches of links to two of them stand side by side.
fn is_odd(wiring: &Wiring, process: ProcessId) -> bool {
    wiring.seat(process).at % 2 == 1
}

fn has(wiring: &Wiring, machine: MachineId, wanted: impl Fn(&Role) -> bool) -> bool {
    wiring.processes_of(machine).any(|p| wanted(wiring.role(p)))
}

/// Height of a process row, for drawing.
pub const ROW_HEIGHT: f64 = ROW;
/// Height of a box's head, for drawing.
pub const HEAD_HEIGHT: f64 = HEAD;

#[cfg(test)]
mod tests;
