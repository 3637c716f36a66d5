//! A run as files for other programs, read by parsers that are not ours.
#![cfg(not(target_arch = "wasm32"))]

use std::collections::BTreeMap;
use std::io::Write;
use std::process::{Command, Stdio};
use std::sync::Arc;

use hopscope::record::picture::{Found, Look, find, svg};
use hopscope::record::{csv as tables, exposition, otlp, trace_event};
use hopscope::sim::{Class, Command as Act, Micros, PRESETS, Preset, Scenario, SimTime, World};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::{KeyValue, any_value::Value as AnyValue};
use opentelemetry_proto::tonic::trace::v1::Span;
use serde_json::Value;

/// Names that mean something in every one of the formats.
const NASTY: &str = "=1+1\"<script>&]]>'\\\n;,";

fn world(preset: &str) -> World {
    let mut scenario = Preset::find(preset).expect("shipped").scenario();
    scenario.workload.rate_per_s = 0;
    World::new(Arc::new(scenario))
}

fn kill(part: &str) -> Act {
    Act::Kill { part: part.to_owned() }
}

fn send(world: &mut World, class: Class, seconds: u64) {
    world.apply(&Act::visits(class, 1)).expect("a visit");
    let end = world.now() + Micros::from_secs(seconds);
    world.run_until(end);
}

/// Worlds in many kinds of trouble, each after some visits.
fn troubles() -> Vec<World> {
    let cases: [(&str, &[&str]); 8] = [
        ("three-server", &[]),
        ("three-server", &["web-01/app"]),
        ("three-server", &["web-01"]),
        ("three-server", &["lb-01"]),
        ("three-server", &["lb-01/haproxy"]),
        ("dedicated-db", &["db-01"]),
        ("secured", &["web-02/nginx"]),
        ("scaled", &["lb-01"]),
    ];
    let trouble = |(preset, parts): &(&str, &[&str])| {
        let mut world = world(preset);
        parts.iter().for_each(|part| world.apply(&kill(part)).expect("a part"));
        Class::ALL.into_iter().chain(Class::ALL).for_each(|class| send(&mut world, class, 40));
        world
    };
    cases.iter().map(trouble).collect()
}

fn text<'a>(attributes: &'a [KeyValue], key: &str) -> Option<&'a str> {
    let found = attributes.iter().find(|attribute| attribute.key == key)?;
    match found.value.as_ref()?.value.as_ref()? {
        AnyValue::StringValue(text) => Some(text),
        _ => None,
    }
}

fn number(attributes: &[KeyValue], key: &str) -> Option<i64> {
    let found = attributes.iter().find(|attribute| attribute.key == key)?;
    match found.value.as_ref()?.value.as_ref()? {
        AnyValue::IntValue(number) => Some(*number),
        _ => None,
    }
}

/// The spans of all services, each with the service's name.
fn spans(json: &str) -> Vec<(String, Span)> {
    let request: ExportTraceServiceRequest = serde_json::from_str(json).expect("OTLP");
    let of_service = |resource: opentelemetry_proto::tonic::trace::v1::ResourceSpans| {
        let attributes = resource.resource.expect("a resource").attributes;
        let name = text(&attributes, "service.name").expect("a name").to_owned();
        let spans = resource.scope_spans.into_iter().flat_map(|scope| scope.spans);
        spans.map(move |span| (name.clone(), span)).collect::<Vec<_>>()
    };
    request.resource_spans.into_iter().flat_map(of_service).collect()
}

#[test]
fn a_visit_is_a_chain_of_spans_through_the_services() {
    let mut world = world("three-server");
    send(&mut world, Class::Write, 5);
    let spans = spans(&otlp::json(&world));
    let mut by_start: Vec<&(String, Span)> = spans.iter().collect();
    by_start.sort_by_key(|(_, span)| (span.start_time_unix_nano, span.span_id.clone()));
    let told: Vec<(&str, i32, &str)> =
        by_start.iter().map(|(service, span)| (service.as_str(), span.kind, span.name.as_str())).collect();
    let (client, server) = (3, 2);
    assert_eq!(
        told,
        [
            ("client/browser", client, "POST /orders"),
            ("client/browser", client, "A www.foobar.com"),
            ("resolver/resolver", server, "A www.foobar.com"),
            ("client/browser", client, "POST /orders"),
            ("lb-01/haproxy", server, "POST /orders"),
            ("lb-01/haproxy", client, "POST /orders"),
            ("web-01/nginx", server, "POST /orders"),
            ("web-01/nginx", client, "POST /orders"),
            ("web-01/app", server, "POST /orders"),
            ("web-01/app", client, "INSERT orders"),
            ("web-01/mysqld", server, "INSERT orders"),
        ]
    );
    // The run starts at 2026-01-05T09:00:00Z.
    assert_eq!(by_start[0].1.start_time_unix_nano, 1_767_603_600_000_000_000);
    assert_eq!(number(&by_start[4].1.attributes, "http.response.status_code"), Some(200));
    assert_eq!(text(&by_start[9].1.attributes, "db.system.name"), Some("mysql"));
}

#[test]
fn spans_hang_together_in_every_trouble() {
    for world in troubles() {
        let spans = spans(&otlp::json(&world));
        let name = &world.scenario().name;
        let mut known: BTreeMap<(&[u8], &[u8]), &Span> = BTreeMap::new();
        for (_, span) in &spans {
            assert_eq!((span.trace_id.len(), span.span_id.len()), (16, 8), "{name}");
            assert!(known.insert((&span.trace_id, &span.span_id), span).is_none(), "{name}: an id twice");
            assert!(span.start_time_unix_nano <= span.end_time_unix_nano, "{name}: {span:?}");
        }
        let roots: Vec<&Span> =
            spans.iter().map(|(_, span)| span).filter(|span| span.parent_span_id.is_empty()).collect();
        assert_eq!(roots.len(), world.traces().count(), "{name}");
        for (service, span) in spans.iter().filter(|(_, span)| !span.parent_span_id.is_empty()) {
            let parent = known.get(&(&span.trace_id[..], &span.parent_span_id[..]));
            let parent = parent.unwrap_or_else(|| panic!("{name}, {service}: no parent of {span:?}"));
            let within = parent.start_time_unix_nano..=parent.end_time_unix_nano;
            assert!(within.contains(&span.start_time_unix_nano), "{name}, {service}: {span:?} in {parent:?}");
            assert!(within.contains(&span.end_time_unix_nano), "{name}, {service}: {span:?} in {parent:?}");
        }
        for (trace, root) in world.traces().map(|trace| {
            let root = roots.iter().find(|root| number(&root.attributes, "hopscope.visit") == Some(trace.visit as i64));
            (trace, root.expect("one for each"))
        }) {
            let outcome = trace.outcome.expect("it has ended");
            let status = number(&root.attributes, "http.response.status_code");
            assert_eq!(status, outcome.status().map(i64::from), "{name}");
            assert_eq!(root.status.as_ref().is_some_and(|status| status.code == 2), !outcome.is_ok(), "{name}");
            assert_eq!(root.end_time_unix_nano - root.start_time_unix_nano, trace.end().since(trace.start).0 * 1_000);
        }
    }
}

#[test]
fn a_refused_database_is_an_error_of_the_call_to_it() {
    let mut world = world("three-server");
    world.apply(&kill("web-01/mysqld")).expect("a part");
    send(&mut world, Class::Write, 5);
    let spans = spans(&otlp::json(&world));
    let failed: Vec<(&str, Option<&str>)> = spans
        .iter()
        .filter(|(_, span)| span.status.as_ref().is_some_and(|status| status.code == 2))
        .map(|(service, span)| (service.as_str(), text(&span.attributes, "error.type")))
        .collect();
    assert!(failed.contains(&("web-01/app", Some("connection_refused"))), "{failed:?}");
    assert!(failed.contains(&("client/browser", Some("500"))), "{failed:?}");
    assert!(failed.contains(&("lb-01/haproxy", Some("500"))), "{failed:?}");
    assert!(!failed.iter().any(|(service, _)| service.ends_with("mysqld")), "{failed:?}");
}

/// What Perfetto's importer asks of JSON, as its source tells: slices of a thread lie in each other, and both ends of an arrow
/// lie in a slice.
#[test]
fn slices_of_a_thread_lie_in_each_other_and_arrows_begin_and_end_in_slices() {
    for mut world in troubles() {
        world.apply(&Act::visits(Class::Read, 40)).expect("visits");
        world.run_until(world.now() + Micros::from_secs(30));
        let trace: Value = serde_json::from_str(&trace_event::json(&world)).expect("JSON");
        let events = trace["traceEvents"].as_array().expect("a list");
        let mut threads: BTreeMap<(u64, u64), Vec<(u64, u64)>> = BTreeMap::new();
        let mut named = BTreeMap::new();
        let seat = |event: &Value| (event["pid"].as_u64().expect("a number"), event["tid"].as_u64().expect("a number"));
        for event in events {
            match event["ph"].as_str().expect("a phase") {
                "M" => drop(named.insert((seat(event), event["name"].to_string()), event["args"].clone())),
                "X" => {
                    let start = event["ts"].as_u64().expect("a time");
                    threads
                        .entry(seat(event))
                        .or_default()
                        .push((start, start + event["dur"].as_u64().expect("a length")));
                }
                "s" | "f" | "i" => {}
                other => panic!("an event of kind {other}"),
            }
        }
        for (seat, slices) in &mut threads {
            assert!(named.contains_key(&(*seat, "\"thread_name\"".to_owned())), "{seat:?} has no name");
            // As they are imported: by start, the longer first.
            slices.sort_by_key(|(start, end)| (*start, core::cmp::Reverse(*end)));
            let mut open: Vec<u64> = Vec::new();
            for (start, end) in slices {
                open.retain(|outer| *outer > *start || *start == *end && *outer == *start);
                assert!(open.iter().all(|outer| *end <= *outer), "{}: {seat:?} at {start}", world.scenario().name);
                open.push(*end);
            }
        }
        let arrows = |end: &str| -> BTreeMap<u64, (u64, u64)> {
            let of_kind = events.iter().filter(|event| event["ph"] == end);
            of_kind
                .map(|event| {
                    let at = event["ts"].as_u64().expect("a time");
                    let within = threads[&seat(event)].iter().any(|(start, end)| (*start..=*end).contains(&at));
                    assert!(within, "an arrow hangs in the air");
                    (event["id"].as_u64().expect("a number"), seat(event))
                })
                .collect()
        };
        let (from, to) = (arrows("s"), arrows("f"));
        assert!(from.keys().eq(to.keys()) && !from.is_empty());
        assert!(from.iter().all(|(id, seat)| to[id] != *seat), "an arrow from a thread to itself");
    }
}

fn rows(text: &str) -> (Vec<String>, Vec<Vec<String>>) {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let names = reader.headers().expect("a head").iter().map(str::to_owned).collect();
    let rows = reader.records().map(|row| row.expect("as many fields as names").iter().map(str::to_owned).collect());
    (names, rows.collect())
}

#[test]
fn the_log_of_visits_is_a_table() {
    for world in troubles() {
        let (names, rows) = rows(&tables::visits(&world));
        let at = |name: &str| names.iter().position(|other| other == name).expect("a column");
        assert_eq!(rows.len() as u64, world.metrics().ended);
        for (row, record) in rows.iter().rev().zip(world.log().newest_first()) {
            assert_eq!(row[at("visit")], record.id.to_string());
            assert_eq!(row[at("took_ms")], record.took.millis(3).to_string());
            assert_eq!(row[at("by")], world.wiring().process(record.outcome.by).full_name);
            assert!(row.iter().all(|field| !field.starts_with(['=', '+', '-', '@'])), "{row:?} might be a formula");
        }
    }
}

#[test]
fn the_series_has_a_row_for_each_second() {
    let mut scenario = Preset::find("three-server").expect("shipped").scenario();
    scenario.workload.rate_per_s = 20;
    let mut world = World::new(Arc::new(scenario));
    world.run_until(SimTime(7_500_000));
    let (names, rows) = rows(&tables::series(&world));
    assert_eq!(names, ["second", "web-01", "web-02", "ok", "http_errors", "browser_errors", "p50_ms", "p95_ms"]);
    assert_eq!(rows.iter().map(|row| row[0].as_str()).collect::<Vec<_>>(), ["0", "1", "2", "3", "4", "5", "6"]);
    let ended: u32 = rows.iter().map(|row| row[3].parse::<u32>().expect("a count")).sum();
    assert!(ended > 100 && ended <= 140, "{ended}");
}

#[test]
fn a_picture_is_xml_and_gives_its_scenario_back() {
    for preset in PRESETS {
        for (name, dark) in [(preset.name, false), (NASTY, true)] {
            let scenario = Scenario { name: name.to_owned(), ..preset.scenario() };
            let mut world = World::new(Arc::new(scenario.clone()));
            world.run_until(SimTime(3_000_000));
            let part = world.wiring().links[1].name.clone();
            world.apply(&kill(&part)).expect("a link");
            let picture = svg(&world, Look { dark, link: None });
            let read = roxmltree::Document::parse(&picture).unwrap_or_else(|error| panic!("{}: {error}", preset.name));
            assert_eq!(read.root_element().tag_name().namespace(), Some("http://www.w3.org/2000/svg"));
            let texts: String = read
                .descendants()
                .filter(|node| node.has_tag_name(("http://www.w3.org/2000/svg", "text")))
                .filter_map(|node| node.text())
                .collect();
            for machine in &world.wiring().machines {
                assert!(texts.contains(&machine.name), "{} has no {}", preset.name, machine.name);
            }
            let sheet = read
                .descendants()
                .find(|node| node.tag_name().name() == "style")
                .and_then(|node| node.text())
                .expect("rules");
            assert!(
                !sheet.contains("var(")
                    && !sheet.contains("inherit")
                    && sheet.contains(if dark { "#171d27" } else { "#ffffff" }),
                "{sheet}"
            );
            assert!(!picture.contains("<script") && !picture.contains("style="));
            assert_eq!(find(&picture), Ok(Found::Scenario(Box::new(scenario))), "{}", preset.name);
        }
    }
}

#[test]
fn a_picture_can_have_a_link() {
    let world = world("three-server");
    let picture = svg(&world, Look { dark: false, link: Some("https://a.example/?x&y#s=1.<>") });
    let Ok(Found::Link(link, scenario)) = find(&picture) else { panic!("there is a link in {picture}") };
    assert_eq!((link.as_str(), scenario.name.as_str()), ("https://a.example/?x&y#s=1.<>", "three-server"));
}

#[test]
fn what_is_no_picture_of_ours_is_refused_with_the_field() {
    let field = |text: &str| find(text).map_err(|error| error.field);
    let world = world("three-server");
    let picture = svg(&world, Look::default());
    for (text, wanted) in [
        (String::new(), "file"),
        ("GIF89a".to_owned(), "file"),
        ("<svg xmlns=\"http://www.w3.org/2000/svg\"/>".to_owned(), "metadata"),
        ("<hopscope:scenario".repeat(4_000), "metadata"),
        ("<hopscope:scenario/>".to_owned(), "metadata"),
        ("<!DOCTYPE a [<!ENTITY b \"b\"><!ENTITY c \"&b;&b;&b;&b;\">]><svg>&c;</svg>".to_owned(), "metadata"),
        ("<hopscope:scenario>&lol;</hopscope:scenario>".to_owned(), "scenario"),
        (format!("<hopscope:scenario>{}</hopscope:scenario>", "[".repeat(60_000)), "[0]"),
        (picture.replace("three-server", &"x".repeat(300_000)), "scenario"),
        (picture.replace("&quot;lb-01&quot;", "7"), "topology.machines[3].name"),
        ("{\"name\":1}".to_owned(), "name"),
        (format!("{{\"name\":\"{}\"}}", "é".repeat(2 << 20)), "file"),
    ] {
        let start: String = text.chars().take(60).collect();
        assert_eq!(field(&text), Err(wanted.to_owned()), "{start}");
    }
    // Cut anywhere, it is an error and no panic.
    for end in (0..picture.len()).step_by(97).filter(|end| picture.is_char_boundary(*end)) {
        let _ = find(&picture[..end]);
    }
}

#[test]
fn the_exposition_says_what_the_world_counts() {
    for world in troubles() {
        let text = exposition::text(&world);
        let sum: f64 = text
            .lines()
            .filter(|line| line.starts_with("hopscope_visits_total{"))
            .map(|line| line.rsplit(' ').next().and_then(|value| value.parse::<f64>().ok()).expect("a number"))
            .sum();
        assert_eq!(sum, world.metrics().ended as f64);
        assert!(text.contains(&format!("hopscope_visit_duration_seconds_count {}\n", world.metrics().ended)));
        for server in world.cluster().servers.iter() {
            let up = u8::from(world.parts().condition(server.process) == hopscope::sim::Condition::Up);
            let instance = &world.wiring().machine_of(server.process).name;
            assert!(text.contains(&format!("mysql_up{{instance=\"{instance}:3306\"}} {up}\n")), "{text}");
        }
    }
}

/// Prometheus' own parser and linter.
#[test]
#[ignore = "needs promtool, which `cargo xtask test export` installs"]
fn promtool_finds_nothing_wrong_with_the_exposition() {
    let check = |text: &str| {
        let piped =
            || Command::new("promtool").args(["check", "metrics"]).stdin(Stdio::piped()).stderr(Stdio::piped()).spawn();
        let mut promtool = piped().expect("promtool is installed");
        promtool.stdin.take().expect("piped").write_all(text.as_bytes()).expect("promtool reads");
        promtool.wait_with_output().expect("promtool ends")
    };
    for world in troubles() {
        let text = exposition::text(&world);
        let output = check(&text);
        assert!(output.status.success(), "{}\n{text}", String::from_utf8_lossy(&output.stderr));
        assert!(!check(&text.replace("# TYPE", "# TIPE\n#")).status.success(), "it would notice");
    }
}
