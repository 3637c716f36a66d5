//! Exact lines of every kind of file, and that no name changes any.

mod others;
mod web;

use super::{File, files};
use crate::sim::{PRESETS, Preset, Rng, Scenario};

fn preset(name: &str) -> Scenario {
    Preset::find(name).expect("a preset").scenario()
}

/// The lines of a file that are no comments, without their indentation.
fn lines(files: &[File], path: &str) -> Vec<String> {
    let file = files.iter().find(|file| file.path == path).unwrap_or_else(|| panic!("no {path}"));
    let lines = file.content.lines().map(str::trim);
    lines.filter(|line| !["#", ";", "--"].iter().any(|mark| line.starts_with(mark))).map(str::to_owned).collect()
}

/// The lines from the one that begins with a text on.
fn from<'a>(lines: &'a [String], start: &str) -> &'a [String] {
    let at = lines.iter().position(|line| line.starts_with(start)).unwrap_or_else(|| panic!("no {start}"));
    &lines[at..]
}

#[test]
fn every_file_lies_below_the_folder_of_the_export_and_no_two_at_one_place() {
    let mut all: Vec<Scenario> = PRESETS.iter().copied().map(Preset::scenario).collect();
    let mut strange = preset("scaled");
    for (machine, name) in strange.topology.machines.iter_mut().skip(2).zip(["..", "%", "compose.yaml", ".", "app.py"])
    {
        machine.name = name.replace('%', "-");
    }
    strange.validate().unwrap();
    all.push(strange);
    for scenario in all {
        let files = files(&scenario);
        assert!(!files.is_empty());
        for (i, file) in files.iter().enumerate() {
            let leads_out = |part: &str| part.is_empty() || part == "." || part == "..";
            assert!(!file.path.split('/').any(leads_out) && !file.path.contains('\\'), "{}", file.path);
            assert!(files[..i].iter().all(|other| other.path != file.path), "{}", file.path);
        }
    }
}

/// Whatever a scenario is called, its files have the same lines that are no comments.
#[test]
fn a_name_cannot_inject() {
    let plain = files(&preset("scaled"));
    let names = [
        "a\nserver evil 192.0.2.1:80",
        "a\r\nlisten 81;",
        "\"; } server { listen 81; }",
        "x\u{2028}y\u{85}z\0",
        "ends with a backslash \\",
        "# { } $ ' ` ! @ % --",
        "\u{202e}gnp.exe",
    ];
    let names = names.into_iter().map(str::to_owned).chain(random_names());
    for name in names {
        let named = files(&Scenario { name: name.clone(), ..preset("scaled") });
        for (plain, named) in plain.iter().zip(&named) {
            assert_eq!(plain.path, named.path);
            assert_eq!(
                lines(std::slice::from_ref(plain), &plain.path),
                lines(std::slice::from_ref(named), &named.path)
            );
            assert!(named.content.lines().count() == plain.content.lines().count(), "{name:?}");
            assert!(!named.content.contains(|c: char| c.is_control() && c != '\n'), "{name:?}");
            assert!(named.content.lines().all(|line| !line.ends_with('\\')), "{name:?}");
        }
    }
}

/// Names of characters that mean something in one format or another, and of any others.
fn random_names() -> impl Iterator<Item = String> {
    let mut random = Rng::new(5, 0);
    (0..300).map(move |_| {
        let mut any = |below: u32| random.below(below);
        let length = any(120);
        let special: Vec<char> = "\n\r\t\0\u{1b};#{}'\"\\$`!%@ =:,[]<>&|*-".chars().collect();
        let one = |_| match any(2) {
            0 => special[any(special.len() as u32) as usize],
            _ => char::from_u32(any(0x11_0000)).unwrap_or('?'),
        };
        (0..length).map(one).collect()
    })
}
