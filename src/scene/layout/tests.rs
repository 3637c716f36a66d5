//! Nothing lies on anything else, and all of it is in view.

use super::*;
use crate::sim::PRESETS;

#[test]
fn boxes_never_overlap_and_everything_is_in_view() {
    for preset in PRESETS {
        let wiring = Wiring::new(&preset.scenario().topology);
        for shape in [Shape::Wide, Shape::Tall] {
            let layout = Layout::new(&wiring, shape);
            for (i, a) in layout.boxes.iter().enumerate() {
                assert!(a.x >= 0.0 && a.x + a.w <= layout.width && a.y + a.h <= layout.height);
                for b in &layout.boxes[i + 1..] {
                    let apart = a.x + a.w <= b.x || b.x + b.w <= a.x || a.y + a.h <= b.y || b.y + b.h <= a.y;
                    assert!(apart, "{}: {a:?} and {b:?}", preset.name);
                }
            }
            // Of the links to whoever has the site's address one is drawn, and of those of the monitoring none.
            let is_drawn = |i: &usize| {
                let link = &wiring.links[*i];
                link.protocol != Protocol::Metrics && !matches!(wiring.role(link.from), Role::Browser)
            };
            let drawn = (0..wiring.links.len()).filter(is_drawn);
            let switches: Vec<_> = drawn.map(|i| layout.curves[i].at(layout.curves[i].handle_at)).collect();
            for (i, a) in switches.iter().enumerate() {
                assert!(a.x > 0.0 && a.x < layout.width, "{}: {a:?}", preset.name);
                for b in &switches[i + 1..] {
                    assert!((a.x - b.x).hypot(a.y - b.y) > 16.0, "{}, {shape:?}: {a:?} lies on {b:?}", preset.name);
                }
            }
        }
    }
}
