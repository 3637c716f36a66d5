use super::bucket::RATE;
use super::gate::origin;
use super::journal::{MAX_OTHERS, MAX_VISITS};
use super::*;
use crate::app::{LessonMsg, Msg, parse_address};
use crate::sim::{Class, PRESETS, SimTime};

const COURSE: &str = "https://course.example";
const OWN: &str = "https://hopscope.example";

fn page(query: &str) -> Model {
    let mut model = Model::new(parse_address(query, ""));
    model.host.gate.comes_from(OWN.to_owned());
    model
}

/// A page that states the course's origin, and has been greeted.
fn greeted(query: &str) -> Model {
    let mut model = page(&format!("?host={COURSE}&{query}"));
    say(&mut model, &json!({ "type": "hello" }));
    model
}

fn hear(model: &mut Model, origin: &str, text: &str, now_ms: f64) -> Option<(String, Value)> {
    let letter = model.hear(origin, &|| Some(text.to_owned()), now_ms)?;
    Some((letter.to, serde_json::from_str(&letter.json).expect("what is sent is JSON")))
}

/// Says something at a moment of its own, so that it is not too much.
fn say(model: &mut Model, rest: &Value) -> Value {
    let mut whole = json!({ "ns": "hopscope", "v": 1, "id": "a-1" });
    whole.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
    model.host.bucket = Bucket::default();
    let (to, answer) = hear(model, COURSE, &whole.to_string(), 0.0).expect("the course is heard");
    assert_eq!(to, COURSE);
    assert_eq!((&answer["ns"], &answer["v"], &answer["id"]), (&json!("hopscope"), &json!(1), &json!("a-1")));
    answer
}

fn command(model: &mut Model, command: Value) -> Value {
    say(model, &json!({ "type": "command", "command": command }))
}

/// Runs to a moment and returns the events since the last time, and how many were dropped.
fn events(model: &mut Model, until_ms: u64, now_ms: f64) -> (Vec<Value>, u64) {
    model.history.tape().run_bounded(&mut model.world, SimTime(until_ms * 1_000), u64::MAX);
    model.history.note(&model.world);
    let Some(letter) = model.tell(now_ms) else {
        return (Vec::new(), 0);
    };
    assert_eq!(letter.to, COURSE);
    assert!(letter.json.len() <= MAX_MESSAGE);
    let told: Value = serde_json::from_str(&letter.json).unwrap();
    assert_eq!((&told["type"], &told["id"]), (&json!("event"), &Value::Null));
    (told["events"].as_array().unwrap().clone(), told["dropped"].as_u64().unwrap())
}

#[test]
fn a_command_is_obeyed_and_answered_with_the_state() {
    let mut model = greeted("");
    let before = say(&mut model, &json!({ "type": "get" }));
    assert_eq!((&before["type"], &before["scenario"]), (&json!("state"), &json!("three-server")));
    assert_eq!(before["parts"]["web-01/nginx"], json!({ "condition": "up" }));
    assert_eq!(before["lesson"], Value::Null);
    let killed = command(&mut model, json!({ "do": "kill", "part": "web-01" }));
    assert_eq!(killed["parts"]["web-01/nginx"]["condition"], "down");
    assert_eq!(killed["commands"], 1);
    command(&mut model, json!({ "do": "slow", "part": "lb-01", "factor": 3 }));
    command(&mut model, json!({ "do": "visit", "class": "static" }));
    assert_eq!(model.visit(), Some(1), "it is watched, as if it had been sent by hand");
    model.history.tape().run_bounded(&mut model.world, SimTime(20_000_000), u64::MAX);
    let after = say(&mut model, &json!({ "type": "get" }));
    assert_eq!(after["parts"]["lb-01"], json!({ "condition": "up", "slowdown": 3 }));
    assert_eq!((&after["visits"]["ended"], &after["now_us"]), (&json!(1), &json!(20_000_000)));
    assert_eq!((&after["outcomes"][0]["result"], &after["outcomes"][0]["by"]), (&json!("200"), &json!("web-02/nginx")));
    assert_eq!(after["digest"], format!("{:016x}", model.history.replay(SimTime(20_000_000)).digest()));
}

#[test]
fn a_scenario_is_loaded() {
    let mut model = greeted("lesson=dns");
    let scenario: Value = serde_json::from_str(&PRESETS[1].scenario().to_json()).unwrap();
    let state = say(&mut model, &json!({ "type": "load", "scenario": scenario }));
    assert_eq!((&state["scenario"], &state["lesson"]), (&json!(PRESETS[1].name), &Value::Null));
    assert_eq!(events(&mut model, 0, 0.0).0, [json!({ "kind": "run", "scenario": PRESETS[1].name })]);
}

#[test]
fn what_cannot_be_used_is_named_and_changes_nothing() {
    let mut model = greeted("");
    for (said, field) in [
        (json!({}), "type"),
        (json!({ "type": 7 }), "type"),
        (json!({ "type": "state" }), "type"),
        (json!({ "type": "get", "v": 2 }), "v"),
        (json!({ "type": "get", "v": "1" }), "v"),
        (json!({ "type": "command" }), "command"),
        (json!({ "type": "command", "command": "kill" }), "command"),
        (json!({ "type": "command", "command": { "do": "kill" } }), "command"),
        (json!({ "type": "command", "command": { "do": "explode" } }), "command.do"),
        (json!({ "type": "command", "command": { "do": "kill", "part": ["web-01"] } }), "command"),
        (json!({ "type": "command", "command": { "do": "kill", "part": "web-09" } }), "command.part"),
        (json!({ "type": "command", "command": { "do": "slow", "part": "web-01", "factor": 0 } }), "command.factor"),
        (json!({ "type": "command", "command": { "do": "visit", "class": "read", "count": 1e308 } }), "command"),
        (json!({ "type": "command", "command": { "do": "load", "rate_per_s": -1 } }), "command"),
        (json!({ "type": "load" }), "scenario"),
        (json!({ "type": "load", "scenario": [] }), "scenario"),
        (
            json!({ "type": "load", "scenario": { "name": "x", "topology": { "machines": [7] } } }),
            "scenario.topology.machines[0]",
        ),
    ] {
        let answer = say(&mut model, &said);
        assert_eq!((&answer["type"], &answer["field"]), (&json!("error"), &json!(field)), "{said}: {answer}");
        // Where the reader has forgotten which field it was, the message begins with its name.
        let within = ["part", "count", "rate_per_s"].into_iter().find(|name| said["command"].get(name).is_some());
        let message = answer["message"].as_str().unwrap();
        assert!(field != "command" || within.is_none_or(|name| message.starts_with(name)), "{said}: {answer}");
    }
    let second = SimTime(1_000_000);
    model.world.run_until(second);
    assert_eq!(model.world.digest(), page("").history.replay(second).digest());
    assert!(model.history.commands().is_empty() && model.notices.is_empty());
}

#[test]
fn hostile_messages_are_answered_with_an_error_without_a_panic() {
    let deep = "[".repeat(60_000);
    let long = format!("{{\"ns\":\"hopscope\",\"v\":1,\"type\":\"get\",\"x\":\"{}\"}}", "x".repeat(MAX_MESSAGE));
    let long_id = format!("{{\"v\":1,\"type\":\"get\",\"id\":\"{}\"}}", "x".repeat(MAX_ID + 1));
    let deep_scenario = format!("{{\"v\":1,\"type\":\"load\",\"scenario\":{}1{}}}", "[".repeat(120), "]".repeat(120));
    for (text, field) in [
        ("", "message"),
        ("null", "v"),
        ("7", "v"),
        ("[]", "v"),
        ("\"hopscope\"", "v"),
        ("{\"v\":1e999}", "message"),
        ("{\"v\":1,\"id\":{}}", "id"),
        ("{\"v\":1,\"id\":true}", "id"),
        (&*deep, "message"),
        (&*long, "message"),
        (&*long_id, "id"),
        (&*deep_scenario, "scenario[0]"),
    ] {
        let mut model = page(&format!("?host={COURSE}"));
        let (to, answer) = hear(&mut model, COURSE, text, 0.0).expect("an answer");
        let shown = &text[..text.len().min(80)];
        assert_eq!((&*to, &answer["type"], &answer["field"]), (COURSE, &json!("error"), &json!(field)), "{shown}");
    }
    let none = page(&format!("?host={COURSE}")).hear(COURSE, &|| None, 0.0).expect("an answer");
    assert!(none.json.contains("\"field\":\"message\""), "{}", none.json);
}

#[test]
fn the_stated_origin_is_heard_and_no_other() {
    let hello = json!({ "ns": "hopscope", "v": 1, "id": 1, "type": "hello" }).to_string();
    let mut model = page(&format!("?host={COURSE}"));
    for other in
        [OWN, "null", "", "*", "https://evil.example", "https://course.example.evil.example", "http://course.example"]
    {
        assert_eq!(hear(&mut model, other, &hello, 0.0), None, "{other}");
    }
    assert!(!model.host.listens());
    let (to, answer) = hear(&mut model, COURSE, &hello, 0.0).unwrap();
    assert_eq!((&*to, &answer["type"], &answer["hears"]), (COURSE, &json!("ready"), &json!(COURSE)));
    assert!(model.host.listens());
    assert_eq!((model.host.ready("null").to, model.host.resize(500).to), (COURSE.to_owned(), COURSE.to_owned()));
}

#[test]
fn without_a_stated_origin_only_the_explorers_own_is_heard() {
    let hello = json!({ "ns": "hopscope", "v": 1, "id": 1, "type": "hello" }).to_string();
    let get = json!({ "ns": "hopscope", "v": 1, "id": 2, "type": "get" }).to_string();
    let mut model = page("");
    for (other, to) in [(COURSE, COURSE), ("null", "*")] {
        for text in [&hello, &get] {
            let (told, answer) = hear(&mut model, other, text, 0.0).unwrap();
            assert_eq!((&*told, &answer["type"], &answer["field"]), (to, &json!("error"), &json!("host")));
            assert_eq!(answer.as_object().unwrap().len(), 6, "nothing of the run: {answer}");
        }
    }
    assert!(!model.host.listens());
    assert_eq!(hear(&mut model, OWN, &get, 0.0).unwrap().1["type"], "state");
    // What holds nothing of the run may be read by everybody, or else no page could give the frame its height.
    assert_eq!((model.host.ready("null").to, model.host.resize(500).to), ("*".to_owned(), "*".to_owned()));

    // A page from a file, or in a sandbox, does not take another such page for itself.
    let mut opaque = Model::new(parse_address("", ""));
    opaque.host.gate.comes_from("null".to_owned());
    assert_eq!(hear(&mut opaque, "null", &get, 0.0).unwrap().1["field"], "host");
    assert_eq!(opaque.host.gate.private(), "https://nobody.invalid");
}

#[test]
fn the_address_states_an_origin_and_nothing_else() {
    for (text, read) in [
        (COURSE, COURSE),
        ("HTTPS://Course.Example/", COURSE),
        ("https://course.example:443", COURSE),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("http://[::1]:8080", "http://[::1]:8080"),
        ("http://[::1]", "http://[::1]"),
        ("http://localhost:80", "http://localhost"),
        ("https://localhost:80", "https://localhost:80"),
    ] {
        assert_eq!(origin(text).as_deref(), Some(read), "{text}");
    }
    let long = format!("https://{}", "a".repeat(300));
    for text in [
        "",
        "*",
        "null",
        "course.example",
        "file://",
        "javascript://x",
        "https://",
        "https://:80",
        "https://a:",
        "https://a:0x50",
        "https://a:99999",
        "https://a:080",
        "https://u@a",
        "https://a/b",
        "https://a?b",
        "https://a#b",
        "https://a b",
        "https://ä.example",
        "https://[::1",
        "https://[]",
        &long,
    ] {
        assert_eq!(origin(text), None, "{text}");
        let query: String = form_urlencoded::Serializer::new(String::new()).append_pair("host", text).finish();
        assert_eq!(parse_address(&query, "").notices[0].field, "host", "{text}");
    }
}

#[test]
fn more_than_20_messages_a_second_are_not_even_read() {
    let mut model = greeted("");
    model.host.bucket = Bucket::default();
    let get = json!({ "ns": "hopscope", "v": 1, "id": 5, "type": "get" }).to_string();
    let mut types = Vec::new();
    for millisecond in 0..3_000_u32 {
        types.extend(hear(&mut model, COURSE, &get, f64::from(millisecond)).map(|(_, answer)| {
            let what = if answer["type"] == "error" { &answer["field"] } else { &answer["type"] };
            what.as_str().unwrap().to_owned()
        }));
    }
    let count = |what: &str| types.iter().filter(|kind| *kind == what).count();
    assert_eq!((types.len(), count("state"), count("rate")), (82, 79, 3));
    assert!(types[..RATE as usize].iter().all(|kind| kind == "state") && types[RATE as usize] == "rate");
    model.hear(COURSE, &|| panic!("this is one too many"), 2_999.5);
}

#[test]
fn what_happens_is_told() {
    let mut model = greeted("preset=three-server");
    assert_eq!(events(&mut model, 10, 0.0), (Vec::new(), 0));
    model.update(Msg::Send(Class::Static));
    let (told, dropped) = events(&mut model, 5_000, 1_000.0);
    assert_eq!(
        told[0],
        json!({ "kind": "command", "at_us": 10_000, "command": { "do": "visit", "class": "static", "count": 1 } })
    );
    assert_eq!((told[1]["kind"].as_str(), told[1]["visit"].as_u64(), dropped), (Some("visit"), Some(1), 0));
    assert_eq!(
        (&told[1]["result"], &told[1]["by"], &told[1]["stale"]),
        (&json!("200"), &json!("web-01/nginx"), &json!(false))
    );
    assert_eq!(told[1]["at_us"].as_u64().unwrap() - told[1]["took_us"].as_u64().unwrap(), 10_000);

    // Killed nginx is found out by HAProxy, and what was known before is not told again.
    command(&mut model, json!({ "do": "kill", "part": "web-01/nginx" }));
    assert_eq!(model.tell(1_100.0), None, "that is too early");
    let (told, _) = events(&mut model, 20_000, 2_000.0);
    let kinds: Vec<&str> = told.iter().map(|event| event["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["command", "change"]);
    assert_eq!((&told[1]["part"], &told[1]["says"]), (&json!("web-01/nginx"), &json!("HAProxy: be/web-01 is DOWN")));
    assert_eq!(events(&mut model, 20_000, 3_000.0), (Vec::new(), 0));

    model.update(Msg::Restart);
    assert_eq!(events(&mut model, 0, 4_000.0), (vec![json!({ "kind": "time", "now_us": 0 })], 0));
}

#[test]
fn a_flood_is_cut_and_counted() {
    let mut model = greeted("");
    command(&mut model, json!({ "do": "visit", "class": "static", "count": 500 }));
    for _ in 0..40 {
        model.obey(Command::FlushCache);
    }
    let (told, dropped) = events(&mut model, 60_000, 0.0);
    let visits: Vec<u64> = told.iter().filter_map(|event| event["visit"].as_u64()).collect();
    assert_eq!((visits.len(), told.len() - visits.len()), (MAX_VISITS, MAX_OTHERS));
    assert_eq!(dropped, (500 - MAX_VISITS as u64) + (41 - MAX_OTHERS as u64));
    let newest: Vec<u64> = model.world.log().newest_first().take(MAX_VISITS).map(|record| record.id).collect();
    assert!(visits.iter().rev().eq(&newest), "the newest are told, oldest first");

    // Long commands fill a message before they are many.
    let path = format!("/{}", "x".repeat(3_000));
    for _ in 0..MAX_OTHERS {
        model.obey(Command::Visit {
            class: Class::Static,
            count: 1,
            source: None,
            answer: None,
            method: None,
            path: Some(path.clone()),
            cookie: None,
        });
    }
    let sent = model.history.run().tape.obeyed() - 41;
    let (told, dropped) = events(&mut model, 60_000, 1_000.0);
    assert!(sent == 0 || (told.len() < sent && told.len() + dropped as usize == sent), "{sent} {}", told.len());
}

#[test]
fn steps_of_lessons_are_told() {
    let mut model = greeted("lesson=visit");
    model.update(Msg::Lesson(LessonMsg::DoIt));
    model.update(Msg::Lesson(LessonMsg::Go(1)));
    let (told, _) = events(&mut model, 0, 0.0);
    let told: Vec<&Value> = told.iter().filter(|event| event["kind"] != "command").collect();
    let steps = crate::lesson::LESSONS[0].steps.len();
    assert_eq!(
        told,
        [
            &json!({ "kind": "step", "lesson": "visit", "step": 2 }),
            &json!({ "kind": "step-done", "lesson": "visit", "step": 1, "done": 1, "of": steps }),
        ]
    );
    let state = say(&mut model, &json!({ "type": "get" }));
    assert_eq!(state["lesson"], json!({ "id": "visit", "step": 2, "steps": steps, "done": [1] }));
}

#[test]
fn the_schema_has_every_command() {
    let schema: Value = serde_json::from_str(include_str!("../../../docs/host.schema.json")).unwrap();
    let names = schema["$defs"]["command"]["properties"]["do"]["enum"].as_array().unwrap();
    let problem = |name: &Value| {
        Command::from_json(&json!({ "do": name }).to_string()).err().map_or(String::new(), |error| error.message)
    };
    for name in names {
        assert!(!problem(name).contains("unknown variant"), "{name}");
    }
    let all = problem(&json!("x")).matches('`').count() / 2 - 1;
    assert_eq!(names.len(), all, "{}", problem(&json!("x")));
}
