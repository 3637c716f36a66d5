//! What the README says about lessons is so.
#![cfg(not(target_arch = "wasm32"))]

use hopscope::lesson::{LESSONS, find};

/// The rows of the table of statements: text, statement, where it is tried, what it turned out to be.
fn rows() -> Vec<Vec<&'static str>> {
    let readme = include_str!("../README.md");
    let (_, table) = readme.split_once("| text | statement |").expect("the table of statements");
    let lines = table.lines().skip(2).take_while(|line| line.starts_with('|'));
    lines.map(|line| line.trim_matches('|').split('|').map(str::trim).collect()).collect()
}

/// The lessons and steps that a text names, such as `dns 3`.
fn steps(text: &str) -> impl Iterator<Item = (&str, usize)> {
    let words: Vec<&str> = text.split([' ', ',', ';', '(', ')', ':']).filter(|word| !word.is_empty()).collect();
    let pairs: Vec<_> = words.windows(2).map(|pair| (pair[0], pair[1])).collect();
    pairs.into_iter().filter_map(|(name, step)| Some((name, step.parse().ok()?)))
}

#[test]
fn every_statement_of_the_texts_leads_to_a_step_that_exists() {
    let rows = rows();
    assert!(rows.len() >= 24, "{} rows", rows.len());
    for row in &rows {
        assert_eq!(row.len(), 4, "{row:?}");
        assert!(steps(row[2]).count() > 0, "{row:?} names no step");
        for (name, step) in steps(row[2]).chain(steps(row[3])) {
            let lesson = find(name).unwrap_or_else(|| panic!("{row:?}: there is no lesson {name}"));
            assert!((1..=LESSONS[lesson].steps.len()).contains(&step), "{row:?}: {name} has no step {step}");
        }
    }
}

#[test]
fn every_lesson_is_needed_by_a_statement() {
    let rows = rows();
    for lesson in LESSONS {
        let named = rows.iter().any(|row| steps(row[2]).any(|(name, _)| name == lesson.id));
        assert!(named, "no statement leads to the lesson {}", lesson.id);
    }
}
