//! The waterfall of visits through sound and broken worlds.

use std::sync::Arc;

use super::*;
use crate::sim::{Command, Micros, PRESETS, ServiceTimes, SimTime};

const SECOND_US: u64 = 1_000_000;

fn world(preset: usize) -> World {
    World::new(Arc::new(PRESETS[preset].scenario()))
}

fn visit(world: &mut World, class: Class) -> u64 {
    world.apply(&Command::visits(class, 1)).expect("the browser is open");
    world.last_visit()
}

/// The trace adds up, stands on the axis without gaps, and speaks in sentences.
#[track_caller]
fn check(world: &World, visit: u64) {
    let shown = TraceView::new(world, Some(visit)).shown.expect("single visits are traced");
    let sum = |times: &mut dyn Iterator<Item = Micros>| times.fold(Micros::ZERO, |sum, time| sum + time);
    assert_eq!(sum(&mut shown.hops.iter().map(|hop| hop.time)), shown.total);
    assert_eq!(sum(&mut shown.sums.iter().map(|sum| sum.time)), shown.total);
    for hop in &shown.hops {
        assert!(hop.sentence.ends_with('.') || hop.goes_on && hop.sentence.ends_with('…'), "{}", hop.sentence);
    }
    let record = world.log().of(visit).expect("ended within a minute or two");
    assert_eq!(shown.total, record.took);
    assert!(shown.why.is_some_and(|why| why.ends_with('.')));
}

#[test]
fn traces_add_up_whatever_is_broken() {
    for preset in 0..PRESETS.len() {
        let mut sound = world(preset);
        visit(&mut sound, Class::Static);
        sound.run_until(SimTime(SECOND_US));
        let parts: Vec<String> = sound.parts().all().map(|part| sound.wiring().part_name(part).to_owned()).collect();
        for part in parts {
            for command in [Command::Kill { part: part.clone() }, Command::Freeze { part: part.clone() }] {
                let mut world = sound.clone();
                if world.apply(&command).is_ok() {
                    send_one_of_each(&mut world);
                }
            }
        }
    }
}

fn send_one_of_each(world: &mut World) {
    let before = world.last_visit();
    for class in Class::ALL {
        // With the browser closed there are no visits.
        let _ = world.apply(&Command::visits(class, 1));
    }
    world.run_until(SimTime(200 * SECOND_US));
    let hung = world.under_way() > 0;
    for visit in before + 1..=world.last_visit() {
        assert!(hung || world.log().of(visit).is_some(), "only a hung browser never ends");
        if !hung {
            check(world, visit);
        }
    }
}

#[test]
fn a_trace_names_every_layer_of_a_read() {
    let mut world = world(0);
    let visit = visit(&mut world, Class::Read);
    world.run_until(SimTime(SECOND_US));
    check(&world, visit);
    let shown = TraceView::new(&world, None).shown.expect("there is a visit");
    let longest: Vec<&Hop> = shown.hops.iter().filter(|hop| hop.longest).collect();
    assert_eq!((longest.len(), longest[0].time), (1, shown.hops.iter().map(|hop| hop.time).max().expect("hops")));
    let layers: Vec<&str> = shown.sums.iter().map(|sum| sum.layer.name()).collect();
    assert_eq!(layers, ["wire", "resolver", "haproxy", "nginx", "app", "mysqld"]);
    assert_eq!((shown.tone, shown.title.as_str()), (Tone::Fine, "200 OK"));
}

#[test]
fn a_visit_under_way_has_a_row_that_grows() {
    let mut world = world(0);
    assert_eq!(TraceView::new(&world, None).choices, []);
    let visit = visit(&mut world, Class::Read);
    let mut places = Vec::new();
    while world.trace(visit).is_some_and(|trace| trace.outcome.is_none()) {
        let shown = TraceView::new(&world, Some(visit)).shown.expect("the visit is traced");
        let last = shown.hops.last().expect("it is somewhere");
        assert!(last.goes_on && last.sentence.ends_with('…'));
        if places.last() != Some(&last.place) {
            places.push(last.place.clone());
        }
        assert!(world.step());
    }
    assert_eq!(
        places,
        [
            "wire → Resolver",
            "Resolver",
            "wire ← Resolver",
            "wire → HAProxy on lb-01",
            "wire → nginx on web-01",
            "wire → Application on web-01",
            "Application on web-01",
            "wire → MySQL on web-02",
            "MySQL on web-02",
            "wire ← MySQL on web-02",
            "wire ← Application on web-01",
            "wire ← nginx on web-01",
            "wire ← HAProxy on lb-01",
        ]
    );
}

#[test]
fn the_visits_before_and_after_are_found() {
    let mut world = world(0);
    let visits: Vec<u64> = (0..80).map(|_| visit(&mut world, Class::Static)).collect();
    world.run_until(SimTime(SECOND_US));
    let view = TraceView::new(&world, Some(visits[3]));
    assert_eq!((view.earlier, view.later), (Some(visits[2]), Some(visits[4])));
    assert_eq!(view.choices.len(), MAX_CHOICES + 1);
    let newest = TraceView::new(&world, None);
    assert_eq!((newest.shown.map(|shown| shown.visit), newest.later), (Some(visits[79]), None));
    let gone = TraceView::new(&world, Some(1_000));
    assert_eq!((gone.shown, gone.earlier), (None, Some(visits[79])));
}

#[test]
fn an_axis_has_a_handful_of_round_marks() {
    let labels =
        |us| -> Vec<String> { Axis::new(Micros(us)).ticks.into_iter().filter_map(|tick| tick.label).collect() };
    assert_eq!(labels(182_700), ["0", "50 ms", "100 ms", "150 ms"]);
    assert_eq!(labels(2_400), ["0", "500 µs", "1000 µs", "1500 µs", "2000 µs"]);
    assert_eq!(labels(21_044_000), ["0", "5 s", "10 s", "15 s"]);
    assert_eq!(labels(0), ["0"]);
}

#[test]
fn the_critical_path_tells_queues_from_wires_and_work() {
    let mut scenario = PRESETS[0].scenario();
    scenario.settings.service = ServiceTimes::Fixed;
    (scenario.settings.app.workers, scenario.settings.app.service_us) = (1, 200_000);
    let mut world = World::new(Arc::new(scenario));
    world.apply(&Command::visits(Class::Read, 4)).expect("the browser is open");
    world.run_until(SimTime(5 * SECOND_US));
    let sentence = |visit| {
        let shown = TraceView::new(&world, Some(visit)).shown.expect("traced");
        shown.critical.expect("it has ended")
    };
    let end = "One thing happens at a time, so every hop lies on the critical path; the longest: Application on web-0";
    assert_eq!(sentence(1), format!("Network 47 %, waiting 0 %, work 53 %. {end}1, 200.0 ms."));
    assert_eq!(sentence(4), format!("Network 30 %, waiting 35 %, work 35 %. {end}2, 202.1 ms."));
}
