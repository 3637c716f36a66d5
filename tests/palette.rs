//! The colours of the page (`assets/css/tokens.css`), light and dark: contrast by WCAG 2.2 (4.5:1 for text, 3:1 for the
//! rest), and colours that mean different things told apart by people who see fewer of them.
#![cfg(not(target_arch = "wasm32"))]

use std::collections::BTreeMap;

const TOKENS: &str = include_str!("../assets/css/tokens.css");
/// What lies behind text.
const GROUNDS: [&str; 3] = ["ground", "surface", "sunken"];
/// What text, and marks with a meaning, are written in.
const INKS: [&str; 9] = ["text", "muted", "accent", "ok", "warn", "bad", "static", "read", "write"];
/// Colours beside each other that mean different things.
const TOLD_APART: [&[&str]; 2] = [&["ok", "warn", "bad", "muted"], &["static", "read", "write"]];
/// Distance in CIELAB: five times what a practised eye can just tell.
const FAR_ENOUGH: f64 = 12.0;

/// How colours are seen with one kind of cone missing, on linear RGB: Machado, Oliveira and Fernandes, "A
/// Physiologically-based Model for Simulation of Color Vision Deficiency" (2009), severity 1.0. The first is normal sight.
const SIGHTS: [(&str, [[f64; 3]; 3]); 4] = [
    ("normal", [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]),
    (
        "protanopia",
        [[0.152_286, 1.052_583, -0.204_868], [0.114_503, 0.786_281, 0.099_216], [-0.003_882, -0.048_116, 1.051_998]],
    ),
    (
        "deuteranopia",
        [[0.367_322, 0.860_646, -0.227_968], [0.280_085, 0.672_501, 0.047_413], [-0.011_820, 0.042_940, 0.968_881]],
    ),
    (
        "tritanopia",
        [[1.255_528, -0.076_749, -0.178_779], [-0.078_411, 0.930_809, 0.147_602], [0.004_733, 0.691_367, 0.303_900]],
    ),
];

/// The tokens that are colours: red, green and blue as linear light.
type Palette = BTreeMap<String, [f64; 3]>;

fn palettes() -> [(&'static str, Palette); 2] {
    let [mut light, mut dark] = [Palette::new(), Palette::new()];
    for line in TOKENS.lines() {
        let Some((name, values)) = line.trim().strip_prefix("--").and_then(|line| line.split_once(": light-dark(#"))
        else {
            continue;
        };
        let (first, second) = values.split_once(", #").expect("two colours");
        light.insert(name.to_owned(), linear(first));
        dark.insert(name.to_owned(), linear(&second[..6]));
    }
    [("light", light), ("dark", dark)]
}

fn linear(hex: &str) -> [f64; 3] {
    [0, 2, 4].map(|at| {
        let value = f64::from(u8::from_str_radix(&hex[at..at + 2], 16).expect("a colour")) / 255.0;
        if value <= 0.040_45 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    })
}

fn times(matrix: &[[f64; 3]; 3], [x, y, z]: [f64; 3]) -> [f64; 3] {
    matrix.map(|[a, b, c]| a * x + b * y + c * z)
}

/// WCAG 2.2, "contrast ratio".
fn contrast(a: [f64; 3], b: [f64; 3]) -> f64 {
    let luminance = |[r, g, b]: [f64; 3]| 0.2126 * r + 0.7152 * g + 0.0722 * b + 0.05;
    let (a, b) = (luminance(a), luminance(b));
    a.max(b) / a.min(b)
}

fn lab(rgb: [f64; 3]) -> [f64; 3] {
    let to_xyz = [
        [0.412_456_4, 0.357_576_1, 0.180_437_5],
        [0.212_672_9, 0.715_152_2, 0.072_175],
        [0.019_333_9, 0.119_192, 0.950_304_1],
    ];
    let [x, y, z] = times(&to_xyz, rgb);
    let f = |t: f64| if t > 0.008_856 { t.cbrt() } else { 7.787 * t + 16.0 / 116.0 };
    let (x, y, z) = (f(x / 0.950_47), f(y), f(z / 1.088_83));
    [116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)]
}

/// How far two colours are apart for an eye of this kind.
fn distance(sight: &[[f64; 3]; 3], a: [f64; 3], b: [f64; 3]) -> f64 {
    let seen = |colour| lab(times(sight, colour).map(|value| value.clamp(0.0, 1.0)));
    let (a, b) = (seen(a), seen(b));
    a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum::<f64>().sqrt()
}

/// Fails with every pair of the palettes whose contrast is less.
#[track_caller]
fn check(at_least: f64, pairs: &[(String, String)]) {
    let mut faults = Vec::new();
    for (theme, palette) in palettes() {
        for (ink, ground) in pairs {
            let ratio = contrast(palette[ink], palette[ground]);
            if ratio < at_least {
                faults.push(format!("{theme}: {ink} on {ground} has {ratio:.2}:1"));
            }
        }
    }
    assert_eq!(faults, Vec::<String>::new());
}

fn pairs(inks: &[&str], grounds: &[&str]) -> Vec<(String, String)> {
    inks.iter().flat_map(|ink| grounds.iter().map(|ground| ((*ink).to_owned(), (*ground).to_owned()))).collect()
}

#[test]
fn text_can_be_read_on_every_ground() {
    check(4.5, &pairs(&INKS, &GROUNDS));
    for name in ["ok", "warn", "bad", "accent"] {
        check(4.5, &pairs(&[name, "text", "muted"], &[&format!("{name}-soft")]));
    }
    check(4.5, &pairs(&["on-accent"], &["accent"]));
}

#[test]
fn controls_and_focus_can_be_seen() {
    check(3.0, &pairs(&["line-strong", "accent"], &GROUNDS));
    check(3.0, &pairs(&["accent", "line-strong"], &["accent-soft"]));
}

#[test]
fn colours_with_different_meanings_are_told_apart_by_everybody() {
    let mut faults = Vec::new();
    for (theme, palette) in palettes() {
        for (sight, matrix) in &SIGHTS {
            for group in TOLD_APART {
                for (at, a) in group.iter().enumerate() {
                    for b in &group[at + 1..] {
                        let far = distance(matrix, palette[*a], palette[*b]);
                        if far < FAR_ENOUGH {
                            faults.push(format!("{theme}, {sight}: {a} and {b} are {far:.1} apart"));
                        }
                    }
                }
            }
        }
    }
    assert_eq!(faults, Vec::<String>::new());
}

#[test]
fn every_colour_is_looked_at() {
    let known =
        [&INKS[..], &GROUNDS, &["on-accent", "line", "line-strong", "ok-soft", "warn-soft", "bad-soft", "accent-soft"]];
    for (_, palette) in palettes() {
        let unknown: Vec<_> = palette.keys().filter(|name| !known.concat().contains(&name.as_str())).collect();
        assert_eq!(unknown, Vec::<&String>::new(), "a token without a test");
        assert_eq!(palette.len(), known.concat().len());
    }
}

/// Figures that others have worked out: black on white, WebAIM's #767676, and red against green without the cones for red.
#[test]
fn the_measures_are_right() {
    let ratio = contrast(linear("767676"), linear("ffffff"));
    assert!(
        (contrast(linear("000000"), linear("ffffff")) - 21.0).abs() < 1e-9 && (ratio - 4.54).abs() < 0.005,
        "{ratio}"
    );
    let [l, a, b] = lab(linear("ff0000"));
    assert!((l - 53.24).abs() < 0.01 && (a - 80.09).abs() < 0.02 && (b - 67.20).abs() < 0.02, "{l} {a} {b}");
    let [normal, without_red] = [0, 1].map(|at| distance(&SIGHTS[at].1, linear("b92c36"), linear("14713f")));
    assert!(normal > 80.0 && without_red < normal / 4.0, "{normal} {without_red}");
}
