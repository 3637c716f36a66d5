//! Whatever reads what strangers write, and samples of what it expects.

use hopscope::app::{Model, parse_address};
use hopscope::record::picture::{self, Look};
use hopscope::sim::{Class, Command, PRESETS, Scenario, SimTime, TimedCommand, World};
use serde_json::json;
use std::sync::Arc;

/// A reader of texts.
pub struct Target {
    /// Its name.
    pub name: &'static str,
    /// Texts that it understands.
    pub samples: fn() -> Vec<String>,
    /// Has it read a text, and says whether it was understood.
    pub run: fn(&str) -> bool,
}

/// All of them.
pub const TARGETS: [Target; 7] = [
    Target { name: "address", samples: addresses, run: |text| parse_address(text, text).notices.is_empty() },
    Target { name: "scenario", samples: scenarios, run: |text| Scenario::from_json(text).is_ok() },
    Target { name: "link", samples: links, run: link },
    Target { name: "run", samples: runs, run: |text| link(&packed(text)) },
    Target { name: "haproxy", samples: configurations, run: haproxy },
    Target { name: "picture", samples: pictures, run: |text| picture::find(text).is_ok() },
    Target { name: "message", samples: messages, run: message },
];

fn addresses() -> Vec<String> {
    let texts = [
        "?preset=one-server&embed&theme=dark&speed=1/20&seed=7&load=50",
        "?lesson=balance&step=2&steps=2-3&answers=hidden",
        "?lb.balance=leastconn&lb.redispatch=off&lb.inter=500&tab=metrics&select=lb-01/haproxy&host=https://a.example",
    ];
    texts.map(str::to_owned).to_vec()
}

fn scenarios() -> Vec<String> {
    PRESETS.iter().map(|preset| preset.scenario().to_json()).collect()
}

fn links() -> Vec<String> {
    [include_str!("../links/1.lesson.link"), include_str!("../links/1.three-server.link")]
        .map(|text| text.trim().to_owned())
        .to_vec()
}

/// A link is also opened, and its run followed for the shortest slice that there is.
fn link(text: &str) -> bool {
    let text = text.trim_start_matches(['#', '?']);
    let start = parse_address("", &format!("#s={}", text.trim_start_matches("s=")));
    let is_read = start.notices.is_empty();
    Model::new(start).frame(16_667, &mut || false);
    is_read
}

/// What a link holds, as JSON: in a link nearly every change at random damages the stream.
fn runs() -> Vec<String> {
    let commands = [
        Command::InstallMonitoring,
        Command::Kill { part: "web-01/nginx".to_owned() },
        Command::visits(Class::Write, 9),
        Command::Promote { server: "web-02/mysqld".to_owned() },
        Command::Firewall { machine: "lb-01".to_owned(), firewall: None },
        Command::Reload { upstream: None },
    ];
    let commands: Vec<TimedCommand> =
        (0..).zip(commands).map(|(at, command)| TimedCommand { at_us: SimTime(at * 1_000_000), command }).collect();
    let run = |scenario: Scenario| {
        json!({ "scenario": scenario, "now": 9_000_000, "digest": 0, "commands": commands, "tab": "parts" }).to_string()
    };
    PRESETS.iter().map(|preset| run(preset.scenario())).collect()
}

fn configurations() -> Vec<String> {
    let files = PRESETS.iter().flat_map(|preset| hopscope::export::files(&preset.scenario()));
    files.filter(|file| file.path.ends_with("haproxy.cfg")).map(|file| file.content).collect()
}

fn haproxy(text: &str) -> bool {
    let scenario = PRESETS[0].scenario();
    drop(hopscope::import::read(text, Some("www"), None));
    hopscope::import::read(text, None, Some(&scenario)).is_ok_and(|reading| reading.scenario.is_some())
}

fn pictures() -> Vec<String> {
    let world = World::new(Arc::new(PRESETS[0].scenario()));
    let plain = picture::svg(&world, Look::default());
    vec![picture::svg(&world, Look { dark: true, link: Some("https://a.example/#s=1.x&y") }), plain]
}

fn messages() -> Vec<String> {
    let commands = [Command::Kill { part: "web-01/nginx".to_owned() }, Command::Reload { upstream: None }];
    let commands = commands.iter().map(|command| {
        format!(
            r#"{{"ns":"hopscope","v":1,"id":7,"type":"command","command":{}}}"#,
            serde_json::to_string(command).unwrap()
        )
    });
    let load =
        format!(r#"{{"ns":"hopscope","v":1,"id":"x","type":"load","scenario":{}}}"#, PRESETS[3].scenario().to_json());
    commands.chain([load, r#"{"ns":"hopscope","v":1,"type":"hello"}"#.to_owned()]).collect()
}

fn message(text: &str) -> bool {
    let mut model = Model::new(parse_address("?host=https://a.example&embed", ""));
    let answer = model.hear("https://a.example", &|| Some(text.to_owned()), 1_000.0);
    answer.is_some_and(|letter| !letter.json.contains(r#""type":"error""#))
}

/// A JSON text as a link holds it.
pub fn packed(json: &str) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut link = "1.".to_owned();
    for chunk in miniz_oxide::deflate::compress_to_vec_zlib(json.as_bytes(), 6).chunks(3) {
        let bits = chunk.iter().enumerate().fold(0, |bits, (at, byte)| bits | u32::from(*byte) << (16 - 8 * at));
        link.extend((0..=chunk.len()).map(|at| char::from(LETTERS[(bits >> (18 - 6 * at)) as usize & 63])));
    }
    link
}

/// A text between tags.
pub fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;")
}
