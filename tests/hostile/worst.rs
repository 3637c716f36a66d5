//! The worst texts of 64 KB that anybody has thought of: long lists, deep nesting, many errors, bombs.

use hopscope::sim::PRESETS;
use serde_json::{Value, json};

use super::targets::{escaped, packed};

/// A reader, what is bad about a text, and the text.
pub struct Worst {
    pub target: &'static str,
    pub what: &'static str,
    pub text: String,
}

const LENGTH: usize = 64 * 1024;

/// A piece as often as it fits.
fn full(begin: &str, piece: &str, end: &str) -> String {
    let room = LENGTH - begin.len() - end.len();
    format!("{begin}{}{end}", piece.repeat(room / piece.len()))
}

/// Numbered pieces, as many as fit.
fn numbered(begin: &str, piece: impl Fn(usize) -> String, end: &str) -> String {
    let mut text = begin.to_owned();
    for piece in (0..).map(piece) {
        if text.len() + piece.len() + end.len() > LENGTH {
            break;
        }
        text += &piece;
    }
    text + end
}

fn three_servers() -> Value {
    serde_json::from_str(&PRESETS[0].scenario().to_json()).expect("JSON")
}

/// As many machines with these processes as may be.
pub fn crowd(machines: usize, processes: &[Value]) -> Value {
    let mut scenario = three_servers();
    let list = scenario["topology"]["machines"].as_array_mut().expect("a list");
    list.retain(|machine| {
        machine["processes"].as_array().is_some_and(|all| {
            all.iter().any(|p| ["browser", "resolver", "authoritative", "balancer"].iter().any(|r| p["role"] == *r))
        })
    });
    for at in 0..machines {
        list.push(json!({ "name": format!("m{at}"), "address": format!("10.9.{}.{}", at / 250, 1 + at % 250), "processes": processes }));
    }
    for part in ["settings", "workload"] {
        scenario.as_object_mut().expect("an object").remove(part);
    }
    scenario
}

fn process(role: &str) -> Value {
    json!({ "name": role, "role": role })
}

/// Scenarios that are bad in some way.
fn scenarios() -> Vec<(&'static str, Value)> {
    let mut half = crowd(140, &[process("nginx")]);
    let apps = crowd(150, &[process("app")]);
    let list = half["topology"]["machines"].as_array_mut().expect("a list");
    for (at, mut machine) in
        apps["topology"]["machines"].as_array().expect("a list").iter().skip(5).take(50).cloned().enumerate()
    {
        machine["name"] = json!(format!("a{at}"));
        list.push(machine);
    }
    let mut files = three_servers();
    files["settings"]["nginx"]["files"] = json!(vec![""; 20_000]);
    let mut timeline = crowd(100, &[process("nginx"), process("app")]);
    timeline["timeline"] = json!(vec![json!({"at_us":0,"command":{"do":"kill","part":"m99/nginx>m99/app"}}); 700]);
    let mut visits = three_servers();
    visits["timeline"] = json!(vec![json!({"at_us":0,"command":{"do":"visit","class":"read","count":1000}}); 900]);
    let mut name = three_servers();
    name["name"] = json!("<".repeat(58_000));
    vec![
        ("every nginx reaches every application", half),
        ("databases", {
            let many: Vec<Value> = (0..14).map(|i| json!({ "name": format!("{:040}", i), "role": "mysqld", "port": 3306 + i, "replica_of": "p/p" })).collect();
            let mut databases = crowd(20, &many);
            databases["topology"]["machines"]
                .as_array_mut()
                .expect("a list")
                .push(json!({ "name": "p", "address": "10.0.0.1", "processes": [{ "name": "p", "role": "mysqld" }] }));
            databases
        }),
        ("many small machines", crowd(190, &[process("nginx")])),
        ("many machines with an application", crowd(140, &[process("nginx"), process("app")])),
        ("many agents", crowd(90, &[process("nginx"), process("app"), process("agent")])),
        ("many files", files),
        ("many commands about the last link", timeline),
        ("many visits at once", visits),
        ("a long name", name),
    ]
}

/// Links that are bad in some way.
fn links() -> Vec<(&'static str, String)> {
    let state = |scenario: &Value, commands: Value, now: u64| {
        json!({ "scenario": scenario, "now": now, "digest": 0, "commands": commands }).to_string()
    };
    let many = |command: Value, count: usize| json!(vec![json!({ "at_us": 0, "command": command }); count]);
    let last = crowd(100, &[process("nginx"), process("app")]);
    let visit = json!({ "do": "visit", "class": "read", "count": 1000 });
    let mut busy = three_servers();
    busy["workload"] = json!({ "rate_per_s": 10_000 });
    vec![
        (
            "many commands about the last link",
            state(&last, many(json!({ "do": "kill", "part": "m99/nginx>m99/app" }), 2_600), 0),
        ),
        ("many visits at once", state(&three_servers(), many(visit, 3_000), 0)),
        ("a thousand hours of load", state(&busy, json!([]), 3_600_000_000_000)),
        ("many reloads", state(&last, many(json!({ "do": "reload" }), 4_000), 0)),
        ("many commands", state(&three_servers(), many(json!({ "do": "restore-all" }), 5_000), 0)),
        ("nothing but blanks", format!("{}{{}}", " ".repeat(250_000))),
        ("one text", format!("{{\"scenario\":\"{}\"}}", "<".repeat(250_000))),
        ("many lists", "[".repeat(250_000)),
        ("too much", " ".repeat(3_000_000)),
    ]
}

fn configurations() -> Vec<(&'static str, String)> {
    let defaults = "defaults\n mode http\n";
    vec![
        ("many servers", numbered(&format!("{defaults}listen l\n"), |i| format!(" server s{i} 10.0.0.1:80\n"), "")),
        (
            "servers with an address each",
            numbered(
                &format!("{defaults}listen l\n"),
                |i| format!("server s{i} 10.{}.{}.1:80 check weight 0\n", i / 250, i % 250),
                "",
            ),
        ),
        ("templates", numbered(defaults, |i| format!("listen l{i}\nserver-template s 1-999999999 1:1\n"), "")),
        (
            "long templates",
            numbered(
                defaults,
                |i| format!("listen l{i}\nserver-template {} 1-9999 1:1 cookie {}\n", "s".repeat(200), "c".repeat(64)),
                "",
            ),
        ),
        ("many sections", numbered(defaults, |i| format!("listen {i}\n"), "")),
        ("many defaults", numbered("", |i| format!("defaults {i} from {}\n", i.saturating_sub(1)), "")),
        ("sections that inherit", numbered("defaults d\n mode http\n", |i| format!("backend {i} from d\n"), "")),
        (
            "many frontends",
            numbered(
                &format!("{defaults}backend b\nserver s 1:1\n"),
                |i| format!("frontend {i}\ndefault_backend b\n"),
                "",
            ),
        ),
        ("many uses", numbered(&format!("{defaults}listen l\n"), |i| format!("use_backend b{i}\n"), "")),
        (
            "many rules",
            numbered(&format!("{defaults}frontend l\n"), |i| format!("acl a{i} x\nuse_backend b if a{i}\n"), ""),
        ),
        (
            "servers that track",
            numbered(&format!("{defaults}listen l\n"), |i| format!("server s{i} 1:1 track s{}\n", i + 1), ""),
        ),
        ("nothing but line ends", full(defaults, "\n", "")),
        ("many wrong lines", full("", "a\n", "")),
        ("many wrong lines of a backend", full("backend b\n", "x\n", "")),
        ("one line", full("listen ", "x", "")),
        ("one long word after another", full("listen l\n", "server s 1:1 cookie ", "")),
        ("many words", full("listen l\n server s 1:1 ", "check ", "")),
        ("escapes", full("listen l\n log-format ", "\\x41", "")),
        ("variables", full("listen l\n bind \"", "${A-:80,}", "\"")),
        ("many binds", full("listen l\n bind ", ":80,", ":80")),
        ("long retry-on", full("listen l\n retry-on ", "503 ", "")),
        ("nested conditions", full("", ".if x\n", "")),
        ("commas", full(&format!("{defaults}listen l\n server s 1:1 "), "weight 1 ", "")),
    ]
}

fn pictures() -> Vec<(&'static str, String)> {
    let inside = |text: &str| format!("<svg><hopscope:scenario>{text}</hopscope:scenario></svg>");
    vec![
        ("many elements without an end", full("<svg>", "<hopscope:scenario>", "")),
        ("many elements", full("<svg>", "<hopscope:scenario></hopscope:scenario>", "")),
        ("many half elements", full("<", "<hopscope:scenario", "")),
        ("ampersands", full("<svg><hopscope:scenario>", "&", "</hopscope:scenario></svg>")),
        ("entities", full("<svg><hopscope:scenario>", "&#123;", "</hopscope:scenario></svg>")),
        ("semicolons", full("<svg><hopscope:scenario>&", ";", "</hopscope:scenario></svg>")),
        ("nesting", inside(&"[".repeat(60_000))),
        ("blanks", full("", " ", "<")),
        ("no lines of ours", full("", "a b\n", "")),
        ("a link that is a bomb", {
            let plain = escaped(&PRESETS[3].scenario().to_json());
            format!(
                "<svg><hopscope:scenario>{plain}</hopscope:scenario><hopscope:link>x#s={}</hopscope:link></svg>",
                packed(&" ".repeat(3_000_000))
            )
        }),
    ]
}

fn messages() -> Vec<(&'static str, String)> {
    let envelope = |rest: &str| format!(r#"{{"ns":"hopscope","v":1,"id":7,{rest}}}"#);
    let command = |rest: &str| envelope(&format!(r#""type":"command","command":{{{rest}}}"#));
    let room = LENGTH - 300;
    let records = format!("[{}\"10.0.0.1\"]", "\"10.0.0.1\",".repeat(room / 11));
    let servers = format!("[{}{{\"name\":\"web-01\"}}]", "{\"name\":\"web-01\"},".repeat(room / 18));
    vec![
        ("nesting", full(r#"{"ns":"#, "[", "")),
        ("many values", envelope(&format!(r#""x":[{}0]"#, "0,".repeat(room / 2)))),
        ("many keys", envelope(&(0..room / 9).map(|i| format!(r#""{i:04}":0"#)).collect::<Vec<_>>().join(","))),
        ("many lists", envelope(&format!(r#""x":[{}[]]"#, "[],".repeat(room / 3)))),
        ("a long id", format!(r#"{{"ns":"hopscope","v":1,"id":"{}"}}"#, "x".repeat(room))),
        ("a long part", command(&format!(r#""do":"kill","part":"{}""#, "x".repeat(room)))),
        ("escapes", command(&format!(r#""do":"kill","part":"{}""#, "\\u0000".repeat(room / 6)))),
        ("a thousand visits", command(r#""do":"visit","class":"read","count":1000"#)),
        ("many addresses", command(&format!(r#""do":"records","ttl_s":1,"addresses":{records}"#))),
        ("many servers", command(&format!(r#""do":"reload","upstream":{{"servers":{servers}}}"#))),
        ("an unknown command", command(&format!(r#""do":"{}""#, "x".repeat(room)))),
        ("unknown fields", command(&format!(r#"{}"do":"kill""#, r#""a":0,"#.repeat(room / 6)))),
    ]
}

fn addresses() -> Vec<(&'static str, String)> {
    let bomb = packed(&" ".repeat(250_000));
    let small: String =
        form_urlencoded::byte_serialize(serde_json::to_string(&PRESETS[3].scenario()).unwrap().as_bytes()).collect();
    vec![
        ("many themes", full("?", "theme=x&", "")),
        ("many empty pairs", full("?", "a&", "")),
        ("many settings that are none", full("?", "lb.x&", "")),
        ("many settings", full("?", "lb.fall=9&", "")),
        ("many settings of a lesson", full("?lesson=visit&", "lb.fall=9&", "")),
        ("many bombs", full("?", &format!("s={bomb}&"), "")),
        ("many scenarios", full("?", &format!("scenario={small}&"), "")),
        ("many presets", full("?", "preset=scaled&", "")),
        ("a long theme", full("?theme=", "%00", "")),
        ("a long selection", full("?select=", "x", "")),
        ("a long host", full("?host=https://", "x", "")),
    ]
}

/// All of them.
pub fn all() -> Vec<Worst> {
    let of = |target: &'static str, texts: Vec<(&'static str, String)>| {
        texts.into_iter().map(move |(what, text)| Worst { target, what, text })
    };
    let scenarios: Vec<(&'static str, String)> =
        scenarios().into_iter().map(|(what, value)| (what, value.to_string())).collect();
    let inside = |text: &String| format!("<svg><hopscope:scenario>{}</hopscope:scenario></svg>", escaped(text));
    let loads = scenarios
        .iter()
        .map(|(what, text)| (*what, format!(r#"{{"ns":"hopscope","v":1,"id":7,"type":"load","scenario":{text}}}"#)));
    of("address", addresses())
        .chain(of("message", loads.collect()))
        .chain(of("picture", scenarios.iter().map(|(what, text)| (*what, inside(text))).collect()))
        .chain(of("scenario", scenarios.clone()))
        .chain(of("link", links().into_iter().map(|(what, json)| (what, packed(&json))).collect()))
        .chain(of("haproxy", configurations()))
        .chain(of("picture", pictures()))
        .chain(of("message", messages()))
        .collect()
}
