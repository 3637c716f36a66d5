//! Rules of the repository that no compiler knows. Each broken one is named with its file and line.
#![cfg(not(target_arch = "wasm32"))]

use std::fs;
use std::path::{Path, PathBuf};

const MAX_LINES: usize = 350;

/// What the files of some folders may not mention. Imports run one way:
/// `sim ← { analysis, scene, export, import, lesson, record, replay, text } ← app ← ui ← main`. `sim` is a package of its own, so that the
/// compiler sees to the first arrow.
struct Arrow {
    folders: &'static [&'static str],
    forbidden: &'static [&'static str],
}

/// What lies between the engine and the application.
const MIDDLE: &[&str] =
    &["src/analysis", "src/scene", "src/export", "src/import", "src/lesson", "src/record", "src/replay", "src/text"];

/// What knows of the page: everything but the user interface is pure.
const PAGE: &[&str] = &["yew", "web_sys", "js_sys", "gloo", "wasm_bindgen"];

const ARROWS: [Arrow; 5] = [
    // A run is a function of the scenario and the seed: no clock, and no map whose order changes from run to run.
    Arrow { folders: &["src/sim"], forbidden: &["HashMap", "HashSet", "Instant", "SystemTime"] },
    Arrow { folders: MIDDLE, forbidden: &["crate::app", "crate::ui"] },
    Arrow { folders: &["src/app"], forbidden: &["crate::ui"] },
    Arrow { folders: MIDDLE, forbidden: PAGE },
    Arrow { folders: &["src/sim", "src/app"], forbidden: PAGE },
];

#[test]
fn source_files_are_short() {
    check(&["src", "xtask"], &["rs"], |text| {
        let lines = text.lines().count();
        (lines > MAX_LINES).then(|| (lines, format!("the file is longer than {MAX_LINES} lines"))).into_iter().collect()
    });
}

#[test]
fn imports_run_one_way() {
    for arrow in &ARROWS {
        check(arrow.folders, &["rs"], |text| forbidden_mentions(text, arrow.forbidden));
    }
}

/// A strict content security policy drops style attributes without a word.
#[test]
fn the_page_has_no_style_attributes() {
    check(&["src/ui", "index.html"], &["rs", "html"], |text| {
        lines_where(text, |line| has_word(line, "style=")).map(|line| (line, "a style attribute".to_owned())).collect()
    });
}

#[test]
fn no_file_names_a_path_of_one_machine() {
    // Put together here, lest this file breaks its own rule.
    let mut homes = ["home", "root", "Users"].map(|folder| format!("/{folder}/")).to_vec();
    homes.push([r"C:\", "Users"].concat());
    homes.push(root().to_string_lossy().into_owned());
    let everything = ["src", "xtask", "tests", "assets", "benches", ".cargo", ".ci"];
    let at_the_top = ["Cargo.toml", "Trunk.toml", "index.html", "README.md", "ARCHITECTURE.md", "CHANGELOG.md"];
    let kinds = ["rs", "toml", "md", "html", "css", "js", "mjs", "json", "sh", "run"];
    check(&[&everything[..], &at_the_top].concat(), &kinds, |text| {
        lines_where(text, |line| homes.iter().any(|home| has_word(line, home)))
            .map(|line| (line, "a path of one machine".to_owned()))
            .collect()
    });
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Fails with all that `find_faults` finds in the files of these kinds below these places.
fn check(places: &[&str], kinds: &[&str], find_faults: impl Fn(&str) -> Vec<(usize, String)>) {
    let mut report = String::new();
    for path in places.iter().flat_map(|place| files_below(&root().join(place))) {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let Ok(text) = fs::read_to_string(&path) else {
            continue;
        };
        if kinds.contains(&name.rsplit('.').next().unwrap_or_default()) {
            for (line, fault) in find_faults(&text) {
                let path = path.strip_prefix(root()).unwrap_or(&path).display();
                report += &format!("\n{path}:{line}: {fault}");
            }
        }
    }
    assert!(report.is_empty(), "{report}\n");
}

fn files_below(place: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(place) else {
        return vec![place.to_owned()];
    };
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.retain(|path| !path.ends_with("node_modules"));
    paths.sort();
    paths.iter().flat_map(|path| files_below(path)).collect()
}

fn forbidden_mentions(text: &str, forbidden: &[&str]) -> Vec<(usize, String)> {
    let code: Vec<&str> = text.lines().map(|line| line.split("//").next().unwrap_or_default()).collect();
    let code = code.join("\n");
    let mut faults = Vec::new();
    for word in forbidden {
        faults.extend(lines_where(&code, |line| has_word(line, word)).map(|line| (line, format!("mentions {word}"))));
        if let Some(module) = word.strip_prefix("crate::") {
            let lines = grouped_imports(&code).into_iter().filter(|(_, name)| name == module);
            faults.extend(lines.map(|(line, _)| (line, format!("mentions {word}"))));
        }
    }
    faults
}

fn lines_where(text: &str, is_faulty: impl Fn(&str) -> bool) -> impl Iterator<Item = usize> {
    text.lines().enumerate().filter(move |(_, line)| is_faulty(line)).map(|(index, _)| index + 1)
}

/// Whether the line holds the word, and not only as a part of a longer word or, for a path, of an address.
fn has_word(line: &str, word: &str) -> bool {
    let is_inner = |character: char| character.is_alphanumeric() || character == '_' || character == '-';
    line.match_indices(word).any(|(start, _)| {
        let goes_on_before =
            line[..start].ends_with(is_inner) && word.starts_with(|first| is_inner(first) || first == '/');
        let goes_on_after = line[start + word.len()..].starts_with(is_inner) && word.ends_with(is_inner);
        !goes_on_before && !goes_on_after
    })
}

/// The modules named first in the entries of each `crate::{…}`, with their lines.
fn grouped_imports(code: &str) -> Vec<(usize, String)> {
    let mut modules = Vec::new();
    for (start, opening) in code.match_indices("crate::{") {
        let mut line = 1 + code[..start].matches('\n').count();
        let (mut depth, mut is_first, mut name) = (1, true, String::new());
        for character in code[start + opening.len()..].chars() {
            if character.is_alphanumeric() || character == '_' {
                name.push(character);
                continue;
            }
            if !name.is_empty() {
                let module = std::mem::take(&mut name);
                if depth == 1 && is_first {
                    modules.push((line, module));
                }
                is_first = false;
            }
            match character {
                '{' => depth += 1,
                '}' => depth -= 1,
                ',' => is_first = true,
                '\n' => line += 1,
                _ => {}
            }
            if depth == 0 {
                break;
            }
        }
    }
    modules
}

#[test]
fn the_rules_find_what_they_forbid() {
    let code = "use crate::ui::App;
use crate::{
    sim::{Time, ui},
    text::ui, // ui
    ui,
};
use yew::Html;
use crate::ui_text;
// yew
";
    let mut lines: Vec<usize> =
        forbidden_mentions(code, &["crate::ui", "yew"]).into_iter().map(|(line, _)| line).collect();
    lines.sort();
    assert_eq!(lines, [1, 5, 7]);
    assert!(has_word("<p style=\"x\">", "style="));
    assert!(!has_word("<text font-style=\"italic\">", "style="));
}
