//! The diagram as a picture: SVG that stands alone, with the scenario in its metadata.

mod metadata;
mod style;

pub use metadata::{Found, MAX_FILE, find};

use super::markup::{escape, fill};
use crate::scene::curve::LabelAt;
use crate::scene::diagram::{DiagramView, LinkView, MachineView, ProcessView};
use crate::scene::drawn::is_too_long;
use crate::scene::layout::{BoxLayout, HEAD_HEIGHT, Layout, ROW_HEIGHT, Shape};
use crate::sim::{Condition, Decimal, Protocol, World};
use crate::text::record as words;

/// What is around the parts.
const FRAME: &str = include_str!("frame.svg");
/// Height of the line below the diagram that says what it shows.
const FOOT: f64 = 30.0;

/// How the picture is to be.
#[derive(Clone, Copy, Debug, Default)]
pub struct Look<'a> {
    /// Light text on dark ground.
    pub dark: bool,
    /// The address that restores the run, if there is one.
    pub link: Option<&'a str>,
}

/// The present moment of a world, as a file.
#[must_use]
pub fn svg(world: &World, look: Look<'_>) -> String {
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".to_owned() + &drawing(world, look)
}

/// The same as an element.
pub(super) fn drawing(world: &World, look: Look<'_>) -> String {
    let layout = Layout::new(world.wiring(), Shape::Wide);
    let scenario = world.scenario();
    let title = words::picture(&scenario.name, scenario.seed, world.now().0);
    let height = layout.height.ceil() + FOOT;
    fill(FRAME, |name| match name {
        "width" => num(layout.width.ceil()),
        "height" => num(height),
        "title" => escape(&title),
        "broken" => escape(&words::broken(&broken(world))),
        "scenario" => metadata::scenario(scenario),
        "link" => escape(look.link.unwrap_or_default()),
        "style" => style::sheet(look.dark),
        "ground" => style::token("surface", look.dark).to_owned(),
        "parts" => parts(world, &layout),
        "foot" => num(height - 12.0),
        _ => String::new(),
    })
}

fn parts(world: &World, layout: &Layout) -> String {
    let view = DiagramView::new(world, None, None, false);
    let mut out = String::new();
    for link in &view.links {
        out += &line(layout, link);
    }
    for (machine, place) in view.machines.iter().zip(&layout.boxes) {
        out += &machine_box(machine, place);
    }
    for link in &view.links {
        out += &label(layout, link);
    }
    out
}

/// The parts that are not as they should be, each with what is the matter.
pub(super) fn broken(world: &World) -> Vec<(String, String)> {
    let view = DiagramView::new(world, None, None, false);
    let mut broken = Vec::new();
    for machine in &view.machines {
        if machine.mark.name() != "up" {
            broken.push((machine.name.clone(), machine.status().1));
        }
        let processes = machine.processes.iter().filter(|process| !matches!(process.mark.name(), "up" | "dark"));
        broken.extend(processes.map(|process| (process.full_name.clone(), process.status())));
    }
    let links = view.links.iter().filter(|link| link.mark.name() != "up");
    broken.extend(links.map(|link| (link.name.clone(), link.status())));
    broken
}

fn num(value: f64) -> String {
    Decimal::tenths(value).short().to_string()
}

/// A line of text, pressed together where its letters would need more room.
fn text(class: &str, [x, y]: [f64; 2], (room, size): (f64, f64), more: &str, text: &str) -> String {
    let pressed = if is_too_long(text.chars().count(), room, size) {
        format!(" textLength=\"{}\" lengthAdjust=\"spacingAndGlyphs\"", num(room))
    } else {
        String::new()
    };
    format!("<text class=\"{class}\" x=\"{}\" y=\"{}\"{pressed}{more}>{}</text>\n", num(x), num(y), escape(text))
}

fn rect(class: &str, [x, y, w, h]: [f64; 4], round: u32) -> String {
    let (x, y, w, h) = (num(x), num(y), num(w), num(h));
    format!("<rect class=\"{class}\" x=\"{x}\" y=\"{y}\" width=\"{w}\" height=\"{h}\" rx=\"{round}\"/>\n")
}

fn machine_box(machine: &MachineView, place: &BoxLayout) -> String {
    let (tone, status) = machine.status();
    let x = place.x + 12.0;
    let mut out = format!("<g class=\"machine machine--{}\">\n", machine.mark.name());
    out += &rect("machine__box", [place.x, place.y, place.w, place.h], 10);
    out += &text("machine__name", [x, place.y + 18.0], (place.w - 24.0, 15.0), "", &machine.name);
    let class = format!("machine__address {tone}");
    out += &text(&class, [x, place.y + HEAD_HEIGHT - 6.0], (place.w - 24.0, 11.5), "", &status);
    for (process, (_, y)) in machine.processes.iter().zip(&place.rows) {
        out += &row(process, place, *y);
    }
    out + "</g>\n"
}

fn row(process: &ProcessView, place: &BoxLayout, y: f64) -> String {
    let (x, room) = (place.x + 16.0, place.w - 32.0);
    let mut out = format!("<g class=\"process process--{}\">\n", process.mark.name());
    out += &rect("process__row", [place.x + 6.0, y + 2.0, place.w - 12.0, ROW_HEIGHT - 4.0], 6);
    out += &text("process__title", [x, y + 18.0], (room, 14.0), "", process.title);
    out += &text("process__detail", [x, y + 33.0], (room, 12.0), "", &process.status());
    out + "</g>\n"
}

fn line(layout: &Layout, link: &LinkView) -> String {
    let replication = if link.protocol == Protocol::Replication { " link--replication" } else { "" };
    let path = layout.curve_of(link.link).path();
    format!("<path class=\"link link--{}{replication}\" d=\"{path}\"/>\n", link.mark.name())
}

/// The label of a link, and a cross where it is cut.
fn label(layout: &Layout, link: &LinkView) -> String {
    let curve = layout.curve_of(link.link);
    let mut out = format!("<g class=\"handle handle--{}\">\n", link.mark.name());
    let is_cut = link.mark.condition != Condition::Up;
    if is_cut {
        let at = curve.at(curve.handle_at);
        let (x, y) = (num(at.x - 3.5), num(at.y - 3.5));
        out += &format!("<circle class=\"handle__dot\" cx=\"{}\" cy=\"{}\" r=\"8\"/>\n", num(at.x), num(at.y));
        out += &format!("<path class=\"handle__mark\" d=\"M{x} {y}l7 7m0 -7l-7 7\"/>\n");
    }
    if is_cut || curve.label != LabelAt::Hidden {
        let (at, side, room) = curve.label_at();
        let anchor = format!(" text-anchor=\"{side}\"");
        out += &text("handle__label", [at.x, at.y], (room, 12.0), &anchor, &link.status());
    }
    out + "</g>\n"
}
