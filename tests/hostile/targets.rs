//! Whatever reads what strangers write, and samples of what it expects.

use hopscope::app::{Model, parse_address};
use hopscope::record::picture::{self, Look};
use hopscope::sim::{Command, PRESETS, Scenario, World};
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
pub const TARGETS: [Target; 6] = [
    Target { name: "address", samples: addresses, run: |text| parse_address(text, text).notices.is_empty() },
    Target { name: "scenario", samples: scenarios, run: |text| Scenario::from_json(text).is_ok() },
    Target { name: "link", samples: links, run: link },
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

/// A link is also opened: its commands are done as far as they go.
fn link(text: &str) -> bool {
    let text = text.trim_start_matches(['#', '?']);
    let start = parse_address("", &format!("#s={}", text.trim_start_matches("s=")));
    let is_read = start.notices.is_empty();
    drop(Model::new(start));
    is_read
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
