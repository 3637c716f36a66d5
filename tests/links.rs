//! Links to a whole run: whoever opens one is at the same point of the same run. Links of every version are read for ever, they
//! are short, and no link, however broken, does more than give a notice.
#![cfg(not(target_arch = "wasm32"))]

#[path = "swarm/chance.rs"]
mod chance;
mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use hopscope::app::{LessonMsg, Model, Msg, Stage, Tab, parse_address};
use hopscope::lesson::LESSONS;
use hopscope::sim::{Class, Command, Micros, PRESETS, Rng, Role, Scenario, Setting, SimTime, TimedCommand, Workload};
use support::settle;

fn model(scenario: Scenario) -> Model {
    let mut start = parse_address("", "");
    start.scenario = scenario;
    Model::new(start)
}

fn run_until(model: &mut Model, at: SimTime) {
    if at > model.world.now() {
        model.update(Msg::RunAhead(at.since(model.world.now())));
        settle(model);
    }
}

/// A run in which these commands are given, each at its time, and which is left at `end`. The world may refuse some.
fn run(scenario: Scenario, commands: &[TimedCommand], end: SimTime) -> Model {
    let mut model = model(scenario);
    for next in commands {
        run_until(&mut model, next.at_us);
        model.update(Msg::Do(next.command.clone()));
    }
    run_until(&mut model, end);
    model.notices.clear();
    model
}

fn link(model: &mut Model) -> String {
    model.update(Msg::MakeLink);
    model.link.as_ref().unwrap().address.clone().expect("the run fits into a link")
}

/// Opens a link in a page of its own.
fn open(link: &str) -> Model {
    let (query, fragment) = link.split_at(link.find('#').unwrap());
    let mut model = Model::new(parse_address(query, fragment));
    settle(&mut model);
    model.frame(0, &mut || true);
    model
}

/// Both are at the same point of the same run, and what comes afterwards is the same.
fn assert_same(mut one: Model, mut other: Model, what: &str) {
    let notices: Vec<_> = other.notices.iter().map(|notice| &notice.field).collect();
    assert!(notices.is_empty(), "{what}: {notices:?}");
    assert_eq!(one.world.now(), other.world.now(), "{what}");
    assert_eq!(one.world.digest(), other.world.digest(), "{what}");
    assert_eq!(one.history.commands(), other.history.commands(), "{what}");
    assert_eq!((one.visit(), one.view.tab), (other.visit(), other.view.tab), "{what}");
    for model in [&mut one, &mut other] {
        model.update(Msg::RunAhead(Micros::from_secs(20)));
        settle(model);
    }
    assert_eq!(one.world.digest(), other.world.digest(), "{what}: 20 s later");
}

/// A dozen things that a person tries, at moments that nobody would choose.
fn dozen(scenario: &Scenario, seed: u64) -> Vec<TimedCommand> {
    let wiring = hopscope::sim::Wiring::new(&scenario.topology);
    let mut rng = Rng::new(seed, 0);
    let mut name = |role: Role| {
        let all = wiring.with_role(|other| core::mem::discriminant(other) == core::mem::discriminant(&role));
        wiring.process(all[rng.below(all.len() as u32) as usize]).full_name.clone()
    };
    let (nginx, app) = (name(Role::Nginx), name(Role::App));
    let nothing = Workload::default();
    let commands = [
        Command::Load(Workload { rate_per_s: 50, ..nothing }),
        Command::visits(Class::Read, 1),
        Command::Kill { part: nginx.clone() },
        Command::Set(Setting::Redispatch(false)),
        Command::visits(Class::Static, 1),
        Command::Restore { part: nginx },
        Command::Set(Setting::parse("lb.balance", "leastconn").unwrap()),
        Command::Slow { part: app.clone(), factor: 10 },
        Command::visits(Class::Write, 5),
        Command::Freeze { part: app },
        Command::RestoreAll,
        Command::FlushCache,
    ];
    let mut at_us = 0;
    let timed = commands.into_iter().map(|command| {
        at_us += 200_000 + u64::from(rng.below(6_000_000));
        TimedCommand { at_us: SimTime(at_us), command }
    });
    timed.collect()
}

#[test]
fn a_link_leads_to_the_same_point_of_the_same_run_in_every_preset() {
    for (number, preset) in PRESETS.iter().enumerate() {
        let scenario = preset.scenario();
        let commands = dozen(&scenario, number as u64);
        let end = SimTime(commands.last().unwrap().at_us.0 + 3_333_333);
        let mut model = run(scenario, &commands, end);
        model.update(Msg::ShowVisit(2));
        let link = link(&mut model);
        assert_same(model, open(&link), preset.name);
    }
}

#[test]
fn a_link_leads_to_the_same_point_of_random_runs() {
    for seed in 0..32 {
        let mut scenario = chance::scenario(seed);
        let commands = std::mem::take(&mut scenario.timeline);
        // Some scenarios have a timeline of their own.
        let (own, given) = commands.split_at(if seed % 3 == 0 { commands.len() / 2 } else { 0 });
        scenario.timeline = own.to_vec();
        let end = SimTime(commands[commands.len() / 2].at_us.0 + 1_234_567);
        let given: Vec<_> = given.iter().filter(|next| next.at_us <= end).cloned().collect();
        let mut model = run(scenario.clone(), &given, end);
        let link = link(&mut model);
        let opened = open(&link);
        assert_eq!(**opened.history.scenario(), scenario, "seed {seed}");
        assert_same(model, opened, &format!("seed {seed}"));
    }
}

#[test]
fn a_link_from_the_past_of_a_run_keeps_its_future() {
    let scenario = PRESETS[0].scenario();
    let commands = dozen(&scenario, 5);
    let end = commands.last().unwrap().at_us;
    let mut model = run(scenario, &commands, end);
    let middle = SimTime(commands[5].at_us.0 + 1);
    model.update(Msg::GoTo(middle));
    settle(&mut model);
    let link = link(&mut model);
    let opened = open(&link);
    assert_eq!((opened.world.now(), opened.history.run().end), (middle, end));
    assert!(opened.is_in_the_past());
    assert_same(model, opened, "in the past");
}

#[test]
fn a_command_that_was_given_at_this_very_moment_is_in_the_link() {
    let mut model = run(PRESETS[0].scenario(), &[], SimTime(1_000_000));
    model.update(Msg::Do(Command::visits(Class::Read, 3)));
    let link = link(&mut model);
    assert_same(model, open(&link), "visits that have only just begun");
}

#[test]
fn a_link_holds_what_is_looked_at_and_the_lesson() {
    let mut model = Model::new(parse_address("?lesson=balance&step=3&steps=2-4&answers=hidden", ""));
    settle(&mut model);
    for msg in [LessonMsg::Pick(1), LessonMsg::Begin] {
        model.update(Msg::Lesson(msg));
    }
    model.update(Msg::RunAhead(Micros::from_secs(2)));
    settle(&mut model);
    model.update(Msg::Tab(Tab::Metrics));
    let part = model.world.wiring().part("lb-01/haproxy").unwrap();
    model.update(Msg::Select(Some(part)));
    let link = link(&mut model);
    let opened = open(&link);
    let (here, there) = (model.lessons.open.as_ref().unwrap(), opened.lessons.open.as_ref().unwrap());
    assert_eq!(
        (here.number, here.step, &here.stage, here.choice),
        (there.number, there.step, &there.stage, there.choice)
    );
    assert_eq!((there.stage.clone(), there.choice), (Stage::Running, Some(1)));
    assert_eq!((opened.view.selected, opened.view.tab), (Some(part), Tab::Metrics));
    assert_eq!((opened.lessons.range, opened.lessons.hides_answers), (Some((1, 3)), true));
    assert_same(model, opened, "a lesson");
}

/// The 95th percentile of the shipped scenarios, each as it begins and with a dozen commands, is what a chat message takes.
#[test]
fn links_are_short() {
    let mut lengths = Vec::new();
    for preset in PRESETS {
        let plain = link(&mut model(preset.scenario())).len();
        lengths.push(plain);
        let mut worked = Vec::new();
        for seed in 0..10 {
            let commands = dozen(&preset.scenario(), seed);
            let end = SimTime(commands.last().unwrap().at_us.0 + 987_654);
            worked.push(link(&mut run(preset.scenario(), &commands, end)).len());
        }
        println!(
            "{:>14}: {plain} characters, with 12 commands {} to {}",
            preset.name,
            worked.iter().min().unwrap(),
            worked.iter().max().unwrap()
        );
        lengths.extend(worked);
    }
    for (number, lesson) in LESSONS.iter().enumerate() {
        let mut model = model(PRESETS[0].scenario());
        model.update(Msg::Lesson(LessonMsg::Choose(number)));
        lengths.push(link(&mut model).len());
        println!("{:>14}: {} characters", lesson.id, lengths.last().unwrap());
    }
    lengths.sort_unstable();
    let percentile = |percent: usize| lengths[(lengths.len() * percent).div_ceil(100) - 1];
    println!("{} links: p50 {}, p95 {}, p100 {}", lengths.len(), percentile(50), percentile(95), percentile(100));
    assert!(percentile(95) <= 1_500);
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join("links")
}

/// A link of each version, and what it held: neither file is ever changed, whatever else is.
#[test]
fn links_of_every_version_are_read() {
    let mut links: Vec<PathBuf> = fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path()).collect();
    links.retain(|path| path.extension().is_some_and(|extension| extension == "link"));
    links.sort();
    assert!(links.len() >= 2);
    for path in links {
        let held: serde_json::Value =
            serde_json::from_str(&fs::read_to_string(path.with_extension("json")).unwrap()).unwrap();
        let start = parse_address("", fs::read_to_string(&path).unwrap().trim());
        assert_eq!(start.notices, [], "{}", path.display());
        let state = start.state.unwrap();
        let scenario = Scenario::from_json(&held["scenario"].to_string()).unwrap();
        assert_eq!(state.scenario, scenario, "{}", path.display());
        assert_eq!(serde_json::to_value(&state.commands).unwrap(), held["commands"], "{}", path.display());
        assert_eq!(serde_json::json!(state.now.0), held["now"]);
        assert_eq!(serde_json::json!(state.selected), held["selected"]);
        assert_eq!(serde_json::json!(state.lesson.map(|lesson| lesson.id)), held["lesson"]);
        let mut model = open(fs::read_to_string(&path).unwrap().trim());
        assert_eq!(model.world.now(), state.now);
        assert!(model.notices.iter().all(|notice| notice.field == "s.digest"), "{:?}", model.notices);
        model.update(Msg::MakeLink);
    }
}

/// Version 1 leaves out what is as it is by default.
#[test]
fn the_defaults_of_version_1_are_what_they_were() {
    let path = folder().join("1.defaults.json");
    let then: serde_json::Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    let now = serde_json::from_str(&Scenario::default().to_json()).unwrap();
    let mut changed = Vec::new();
    for part in ["settings", "workload"] {
        compare(&then[part], &now, &[part], &mut changed);
    }
    assert!(
        changed.is_empty(),
        "these defaults have changed: {changed:?}. Links of version 1 that leave them out mean the old ones: let `app::link::state` \
         put those in when it reads such a link, and name them here."
    );
}

fn compare(then: &serde_json::Value, now: &serde_json::Value, path: &[&str], changed: &mut Vec<String>) {
    let present = path.iter().fold(now, |value, name| &value[name]);
    match then {
        serde_json::Value::Object(fields) if !fields.is_empty() => {
            for (name, value) in fields {
                compare(value, now, &[path, &[name]].concat(), changed);
            }
        }
        _ if then != present => changed.push(path.join(".")),
        _ => {}
    }
}

fn fields(link: &str) -> Vec<String> {
    let start = parse_address("", &format!("#s={link}"));
    assert_eq!(start.state, None, "{link}");
    assert_eq!(start.scenario, PRESETS[0].scenario(), "{link}");
    start.notices.into_iter().map(|notice| notice.field).collect()
}

fn packed(json: &str) -> String {
    let bytes = miniz_oxide::deflate::compress_to_vec_zlib(json.as_bytes(), 9);
    let letters = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let bits: Vec<bool> = bytes.iter().flat_map(|byte| (0..8).rev().map(move |at| byte >> at & 1 == 1)).collect();
    let letter =
        |bits: &[bool]| letters[(0..6).fold(0, |value, at| value * 2 + usize::from(bits.get(at) == Some(&true)))];
    "1.".to_owned() + &bits.chunks(6).map(|bits| char::from(letter(bits))).collect::<String>()
}

fn a_link() -> String {
    let scenario = PRESETS[0].scenario();
    let commands = dozen(&scenario, 3);
    let link = link(&mut run(scenario, &commands, SimTime(60_000_000)));
    link.strip_prefix("#s=").unwrap().to_owned()
}

#[test]
fn what_is_no_link_is_named_and_the_page_begins_as_usual() {
    let bomb = format!("{{\"scenario\":\"{}\"}}", "x".repeat(300_000));
    for text in
        ["", "1", "1.", "1.AAAA", "1.eA", "2.AAAA", "99999999999999.AA", "x.y", "1.é", "1.%00", "-1.AA", &packed(&bomb)]
    {
        assert_eq!(fields(text), ["s"], "{text}");
    }
    assert_eq!(fields(&("1.".to_owned() + &"A".repeat(200_000))), ["s"]);
    assert_eq!(fields(&packed("{}")), ["s"]);
    assert_eq!(fields(&packed("[]")), ["s"]);
    assert_eq!(fields(&packed("\u{0}")), ["s"]);
}

#[test]
fn a_field_of_a_link_that_cannot_be_is_named() {
    let scenario = PRESETS[0].scenario().to_json();
    let with = |rest: &str| packed(&format!("{{\"scenario\":{scenario},\"digest\":1,{rest}}}"));
    let many = vec![r#"{"at_us":0,"command":{"do":"flush-cache"}}"#; 10_001];
    for (rest, field) in [
        ("\"now\":-1", "s.now"),
        ("\"now\":1e308", "s.now"),
        ("\"now\":18446744073709551615", "s.now"),
        ("\"now\":0,\"tab\":\"x\"", "s.tab"),
        ("\"now\":0,\"lesson\":{\"id\":\"magic\",\"step\":0}", "s.lesson.id"),
        ("\"now\":0,\"lesson\":{\"id\":\"visit\",\"step\":99}", "s.lesson.step"),
        ("\"now\":0,\"lesson\":{\"id\":\"visit\",\"step\":0,\"choice\":7}", "s.lesson.choice"),
        ("\"now\":0,\"commands\":[{\"at_us\":0,\"command\":{\"do\":\"dance\"}}]", "s.commands[0].command.do"),
        (
            "\"now\":9,\"commands\":[{\"at_us\":5,\"command\":{\"do\":\"flush-cache\"}},{\"at_us\":4,\"command\":{\"do\":\"flush-cache\"}}]",
            "s.commands[1].at_us",
        ),
    ] {
        assert_eq!(fields(&with(rest)), [field], "{rest}");
    }
    let many = with(&format!("\"now\":0,\"commands\":[{}]", many.join(",")));
    assert_eq!(fields(&many), ["s"], "more than 256 KiB");
    assert_eq!(
        fields(&packed("{\"scenario\":{\"name\":\"x\",\"topology\":{\"machines\":[]}},\"now\":0,\"digest\":0}")).len(),
        1
    );
}

#[test]
fn a_command_that_the_world_refuses_is_named_when_it_is_due_and_time_stands_still_at_the_end() {
    let scenario = PRESETS[0].scenario().to_json();
    let commands = r#"[{"at_us":1,"command":{"do":"flush-cache"}},{"at_us":2,"command":{"do":"kill","part":"web-77"}},{"at_us":3,"command":{"do":"flush-cache"}}]"#;
    let link = packed(&format!("{{\"scenario\":{scenario},\"digest\":1,\"now\":1000,\"commands\":{commands}}}"));
    let model = open(&format!("#s={link}"));
    let notices: Vec<_> = model.notices.iter().map(|notice| notice.field.as_str()).collect();
    assert_eq!(notices, ["s.commands[1].command.part"]);
    assert_eq!((model.history.commands().len(), model.world.now(), model.playback.running), (1, SimTime(1_000), false));
}

#[test]
fn a_run_that_comes_out_otherwise_is_said_to() {
    let scenario = PRESETS[0].scenario().to_json();
    let model = open(&format!("#s={}", packed(&format!("{{\"scenario\":{scenario},\"digest\":1,\"now\":1000}}"))));
    assert_eq!(model.notices.iter().map(|notice| notice.field.as_str()).collect::<Vec<_>>(), ["s.digest"]);
}

/// Thousands of visits at one moment do not hold a frame up.
#[test]
fn many_commands_at_one_moment_are_carried_out_piece_by_piece() {
    let scenario = PRESETS[0].scenario().to_json();
    let visits = vec![r#"{"at_us":0,"command":{"do":"visit","class":"read","count":1000}}"#; 1_000].join(",");
    let link = packed(&format!("{{\"scenario\":{scenario},\"digest\":1,\"now\":1,\"commands\":[{visits}]}}"));
    let mut model = Model::new(parse_address("", &format!("#s={link}")));
    model.frame(16_667, &mut || false);
    assert!(model.playback.ahead.unwrap().is_running());
    assert!(model.world.last_visit() <= 8_000, "{} visits in the first slice", model.world.last_visit());
    settle(&mut model);
    assert_eq!(model.world.last_visit(), 1_000_000);
}

#[test]
fn no_damage_to_a_link_goes_unseen() {
    let link = a_link();
    for length in 0..link.len() {
        assert_eq!(fields(&link[..length]), ["s"], "cut to {length}");
    }
    let mut rng = Rng::new(1, 1);
    for _ in 0..2_000 {
        let mut bytes = link.clone().into_bytes();
        let at = 2 + rng.below(bytes.len() as u32 - 2) as usize;
        bytes[at] ^= 1 << rng.below(7);
        let damaged = String::from_utf8(bytes).unwrap();
        if damaged.contains(['&', '#', '+', '%', '=']) {
            continue;
        }
        // The last letter of a link has bits that mean nothing.
        let start = parse_address("", &format!("#s={damaged}"));
        assert!(!start.notices.is_empty() || at + 1 == link.len(), "letter {at} of {damaged}");
    }
}

/// The bound in a test is ten times the one that holds (50 ms, measured in a release build): test machines are busy.
#[test]
fn noise_of_64_kilobytes_is_refused_quickly() {
    let mut rng = Rng::new(2, 2);
    for round in 0..200 {
        let length = [10, 1_000, 65_536][round % 3];
        let letters = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        let noise: String = match round % 2 {
            0 => (0..length).map(|_| char::from(letters[rng.below(64) as usize])).collect(),
            _ => (0..length).map(|_| char::from_u32(rng.below(0x3000)).unwrap_or('x')).collect(),
        };
        // The first bytes of a zlib stream let some of the noise get further.
        let text = ["1.", "1.eNp", "1.eJz", ""][round % 4].to_owned() + &noise;
        let started = Instant::now();
        let start = parse_address("", &format!("#s={text}"));
        assert!(started.elapsed().as_millis() < 500, "{:?} for {length} characters", started.elapsed());
        assert_eq!(start.state, None);
    }
}

/// Writes the fixtures of a new version: `cargo test --test links -- --ignored freeze`.
#[test]
#[ignore = "writes files that are to be changed no more"]
fn freeze() {
    fs::write(folder().join("1.defaults.json"), Scenario::default().to_json() + "\n").unwrap();
    for (name, mut model) in [
        ("1.three-server", {
            let scenario = PRESETS[0].scenario();
            let commands = dozen(&scenario, 0);
            run(scenario, &commands, SimTime(50_000_000))
        }),
        ("1.lesson", {
            let mut model = Model::new(parse_address("?lesson=security&step=2", ""));
            model.update(Msg::Lesson(LessonMsg::DoIt));
            model.update(Msg::Do(Command::InstallMonitoring));
            run_until(&mut model, SimTime(5_000_000));
            let part = model.world.wiring().part("lb-01/haproxy").unwrap();
            model.update(Msg::Select(Some(part)));
            model
        }),
    ] {
        let path = folder().join(name.to_owned() + ".link");
        assert!(!path.exists(), "{} is frozen", path.display());
        fs::write(&path, link(&mut model) + "\n").unwrap();
        let state = model.state().unwrap();
        let held = serde_json::json!({
            "scenario": state.scenario, "commands": state.commands, "now": state.now, "selected": state.selected,
            "lesson": state.lesson.map(|lesson| lesson.id),
        });
        fs::write(path.with_extension("json"), serde_json::to_string_pretty(&held).unwrap() + "\n").unwrap();
    }
}
