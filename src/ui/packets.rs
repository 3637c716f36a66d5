//! The layer of moving packets: a canvas above the diagram, outside the virtual DOM.

use wasm_bindgen::JsCast;
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement};

use crate::scene::diagram::{Packet, PacketKind};
use crate::scene::layout::{Layout, Shape};
use crate::sim::Class;

/// The most packets that are drawn.
pub const MAX_PACKETS: usize = 400;

/// The colours of packets, read from the style sheet.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Palette {
    static_file: String,
    read: String,
    write: String,
    ok: String,
    bad: String,
    quiet: String,
    ground: String,
}

impl Palette {
    /// Reads the colours that are in force now.
    pub fn read() -> Self {
        let root = gloo::utils::document_element();
        let style = gloo::utils::window().get_computed_style(&root).ok().flatten();
        let colour = |name: &str| {
            let value = style.as_ref().and_then(|style| style.get_property_value(name).ok());
            value.map(|value| value.trim().to_owned()).unwrap_or_default()
        };
        Self {
            static_file: colour("--static"),
            read: colour("--read"),
            write: colour("--write"),
            ok: colour("--ok"),
            bad: colour("--bad"),
            quiet: colour("--line-strong"),
            ground: colour("--surface"),
        }
    }

    fn of(&self, packet: &Packet) -> &str {
        if packet.failed {
            return &self.bad;
        }
        match packet.kind {
            _ if packet.back && matches!(packet.kind, PacketKind::Visit(_)) => &self.ok,
            PacketKind::Visit(Class::Static) => &self.static_file,
            PacketKind::Visit(Class::Read) => &self.read,
            PacketKind::Visit(Class::Write) => &self.write,
            PacketKind::Name | PacketKind::Check => &self.quiet,
        }
    }
}

/// Draws `packets` on a canvas that lies exactly above the diagram.
pub fn draw(canvas: &HtmlCanvasElement, layout: &Layout, palette: &Palette, packets: impl Iterator<Item = Packet>) {
    let Some(context) = context(canvas) else {
        return;
    };
    let (width, height) = (f64::from(canvas.client_width()), f64::from(canvas.client_height()));
    let ratio = gloo::utils::window().device_pixel_ratio().clamp(1.0, 3.0);
    let (w, h) = ((width * ratio) as u32, (height * ratio) as u32);
    if canvas.width() != w || canvas.height() != h {
        canvas.set_width(w);
        canvas.set_height(h);
    }
    // The same fit as the SVG's `preserveAspectRatio`: as large as possible, in the middle.
    let scale = (width / layout.width).min(height / layout.height);
    let (left, top) = ((width - layout.width * scale) / 2.0, (height - layout.height * scale) / 2.0);
    let _ = context.set_transform(1.0, 0.0, 0.0, 1.0, 0.0, 0.0);
    context.clear_rect(0.0, 0.0, w.into(), h.into());
    let zoom = scale * ratio;
    let _ = context.set_transform(zoom, 0.0, 0.0, zoom, left * ratio, top * ratio);
    let size = if layout.shape == Shape::Tall { 6.0 } else { 7.0 };
    for packet in packets {
        shape(&context, palette, &packet, size);
    }
}

fn context(canvas: &HtmlCanvasElement) -> Option<CanvasRenderingContext2d> {
    canvas.get_context("2d").ok().flatten()?.dyn_into().ok()
}

/// Square, circle or triangle by class; small and round for names and checks; a cross upon what failed.
fn shape(context: &CanvasRenderingContext2d, palette: &Palette, packet: &Packet, size: f64) {
    let Packet { x, y, .. } = *packet;
    let size = if packet.watched { size * 1.35 } else { size };
    context.set_fill_style_str(palette.of(packet));
    context.set_stroke_style_str(&palette.ground);
    context.set_line_width(1.5);
    context.begin_path();
    match packet.kind {
        PacketKind::Visit(Class::Static) => context.rect(x - size * 0.85, y - size * 0.85, size * 1.7, size * 1.7),
        PacketKind::Visit(Class::Write) => {
            context.move_to(x, y - size * 1.1);
            context.line_to(x + size * 1.1, y + size * 0.85);
            context.line_to(x - size * 1.1, y + size * 0.85);
            context.close_path();
        }
        PacketKind::Visit(Class::Read) => drop(context.arc(x, y, size, 0.0, core::f64::consts::TAU)),
        PacketKind::Name => drop(context.arc(x, y, size * 0.7, 0.0, core::f64::consts::TAU)),
        PacketKind::Check => drop(context.arc(x, y, size * 0.4, 0.0, core::f64::consts::TAU)),
    }
    context.fill();
    context.stroke();
    if packet.failed {
        let arm = size * 0.5;
        context.begin_path();
        context.move_to(x - arm, y - arm);
        context.line_to(x + arm, y + arm);
        context.move_to(x + arm, y - arm);
        context.line_to(x - arm, y + arm);
        context.stroke();
    }
}
