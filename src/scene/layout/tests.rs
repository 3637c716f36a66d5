//! Nothing lies on anything else, and all of it is in view.

use std::net::Ipv4Addr;

use super::*;
use crate::sim::{PRESETS, Preset, Topology};

/// As many web servers as there may be.
fn large() -> Topology {
    let mut topology = Preset::find("three-server").expect("a preset").scenario().topology;
    for at in 7..150 {
        let mut machine = topology.machines[4].clone();
        machine.name = format!("web-{at}");
        (machine.address, machine.public) = (Ipv4Addr::new(10, 0, 1, at), None);
        machine.processes.truncate(2);
        topology.machines.push(machine);
    }
    topology
}

#[test]
fn a_large_picture_is_about_twice_as_wide_as_it_is_high_and_its_boxes_lie_on_no_other() {
    let topology = large();
    topology.validate().expect("a topology");
    let layout = Layout::new(&Wiring::new(&topology), Shape::Wide);
    assert!((1.8..3.0).contains(&(layout.width / layout.height)), "{} × {}", layout.width, layout.height);
    are_apart(&layout, "large");
}

fn are_apart(layout: &Layout, name: &str) {
    for (i, a) in layout.boxes.iter().enumerate() {
        assert!(a.x >= 0.0 && a.x + a.w <= layout.width && a.y + a.h <= layout.height);
        for b in &layout.boxes[i + 1..] {
            let apart = a.x + a.w <= b.x || b.x + b.w <= a.x || a.y + a.h <= b.y || b.y + b.h <= a.y;
            assert!(apart, "{name}: {a:?} and {b:?}");
        }
    }
}

#[test]
fn boxes_never_overlap_and_everything_is_in_view() {
    for preset in PRESETS {
        let wiring = Wiring::new(&preset.scenario().topology);
        for shape in [Shape::Wide, Shape::Tall] {
            let layout = Layout::new(&wiring, shape);
            are_apart(&layout, preset.name);
            // Past a balancer no visitor's link is drawn, nor is one of the monitoring.
            let is_drawn = |i: &usize| {
                let link = &wiring.links[*i];
                link.protocol != Protocol::Metrics
                    && (wiring.role(link.from), wiring.role(link.to)) != (&Role::Browser, &Role::Nginx)
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
