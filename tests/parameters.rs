//! The parameters of the address: one table reads, documents and describes them.
#![cfg(not(target_arch = "wasm32"))]

#[path = "../examples/docs.rs"]
mod docs;

use std::fs;
use std::path::Path;

use hopscope::app::parameters::{Kind, MAX_STEPS, PARAMETERS};
use hopscope::app::{Model, Start, parse_address};
use hopscope::lesson::LESSONS;
use hopscope::scene::inspector::{Field, field};
use hopscope::sim::{PRESETS, Setting, Settings};

fn read(key: &str, value: &str) -> (Start, Vec<String>) {
    let query: String = form_urlencoded::Serializer::new(String::new()).append_pair(key, value).finish();
    let start = parse_address(&query, "");
    let fields = start.notices.iter().map(|notice| notice.field.clone()).collect();
    (start, fields)
}

#[test]
fn the_documentation_is_what_the_table_says() {
    for (name, text) in docs::files() {
        let written = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).unwrap_or_default();
        assert!(written == text, "{name} is old: `cargo run --example docs` writes it anew");
    }
}

#[test]
fn every_parameter_takes_its_example_and_all_that_it_may_be() {
    assert!(PARAMETERS.iter().all(|parameter| !parameter.meaning().is_empty()));
    for parameter in PARAMETERS.iter().filter(|parameter| parameter.name != "scenario") {
        let mut values = vec![parameter.example.to_owned()];
        match parameter.kind {
            Kind::Choice(names) => values.extend(names()),
            Kind::Number(low, high) if parameter.name != "step" => values.extend([low.to_string(), high.to_string()]),
            _ => {}
        }
        for value in values {
            assert_eq!(read(parameter.name, &value).1, [""; 0], "{}={value}", parameter.name);
        }
        if !matches!(parameter.kind, Kind::Flag | Kind::Text("a part")) {
            let (start, fields) = read(parameter.name, "no such value");
            assert_eq!(fields, [parameter.name]);
            assert_eq!(start.scenario, PRESETS[0].scenario());
        }
    }
    assert!(LESSONS.iter().all(|lesson| lesson.steps.len() <= MAX_STEPS));
}

#[test]
fn every_setting_takes_all_that_it_may_be_and_nothing_else() {
    for setting in Setting::all(&Settings::default()) {
        let (key, mut values) = (setting.key(), Vec::new());
        match field(&setting) {
            Field::Number { range: (low, high), with, .. } => {
                values.extend([low, high].map(|value| (value.to_string(), with(value))));
                assert_eq!(read(key, &(u64::from(high) + 1).to_string()).1, [key]);
            }
            Field::Switch { with, .. } => {
                values.extend(
                    [("on", true), ("1", true), ("true", true), ("off", false), ("0", false), ("false", false)]
                        .map(|(name, on)| (name.to_owned(), with(on))),
                );
            }
            Field::Choice { options, .. } => values.extend(options),
        }
        for (value, expected) in values {
            let (start, fields) = read(key, &value);
            assert_eq!(fields, [""; 0], "{key}={value}");
            assert!(Setting::all(&start.scenario.settings).contains(&expected), "{key}={value}");
        }
        for value in ["", "-1", "1e308", "NaN", "no such value", "99999999999999999999"] {
            let (start, fields) = read(key, value);
            assert_eq!(fields, [key], "{key}={value}");
            assert_eq!(start.scenario, PRESETS[0].scenario());
        }
    }
}

#[test]
fn a_setting_that_nobody_knows_is_named_and_what_is_no_setting_is_left_alone() {
    assert_eq!(read("lb.balnce", "leastconn").1, ["lb.balnce"]);
    for key in ["utm.source", "lb", "x", "services", "é.b", ".", "lb-balance"] {
        assert_eq!(read(key, "1").1, [""; 0], "{key}");
    }
}

#[test]
fn the_order_does_not_matter_and_lessons_and_links_have_settings_of_their_own() {
    let start = parse_address("?lb.balance=first&seed=9&load=50&preset=scaled", "");
    let scenario = &start.scenario;
    assert_eq!((scenario.name.as_str(), scenario.seed, scenario.workload.rate_per_s), ("scaled", 9, 50));
    assert!(Setting::all(&scenario.settings).contains(&Setting::parse("lb.balance", "first").unwrap()));
    let fields = |query: &str, hash: &str| -> Vec<String> {
        parse_address(query, hash).notices.into_iter().map(|notice| notice.field).collect()
    };
    assert_eq!(fields("?lb.balance=first&lesson=visit&seed=9", ""), ["lb.balance", "seed"]);
    let mut model = Model::new(parse_address("", ""));
    let link = format!("#s={}", model.state().unwrap().write().unwrap());
    assert_eq!(fields("?load=4&lb.fall=9", &link), ["load", "lb.fall"]);
}

#[test]
fn a_part_is_looked_into_and_one_that_is_not_there_is_named() {
    let model = Model::new(parse_address("?select=lb-01/haproxy&tab=metrics", ""));
    assert_eq!(model.view.selected, model.world.wiring().part("lb-01/haproxy").ok());
    assert_eq!(model.view.tab.id(), "metrics");
    let model = Model::new(parse_address("?select=lb-77", ""));
    assert_eq!(model.notices.iter().map(|notice| notice.field.as_str()).collect::<Vec<_>>(), ["select"]);
}
