//! Whatever is pasted as an `haproxy.cfg` is read without a panic, and takes at most 16 MiB. How long it takes is printed.
#![cfg(not(target_arch = "wasm32"))]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use hopscope::import::{MAX_LINES, read};
use hopscope::sim::Rng;

/// The system's allocator, which notes how much the present thread has at a time.
struct Peak;

thread_local! {
    static LIVE: Cell<usize> = const { Cell::new(0) };
    static PEAK: Cell<usize> = const { Cell::new(0) };
}

// SAFETY: everything is passed on to the system's allocator unchanged.
unsafe impl GlobalAlloc for Peak {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        LIVE.set(LIVE.get() + layout.size());
        PEAK.set(PEAK.get().max(LIVE.get()));
        // SAFETY: the caller keeps the contract of `alloc`.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        LIVE.set(LIVE.get().saturating_sub(layout.size()));
        // SAFETY: the caller keeps the contract of `dealloc`.
        unsafe { System.dealloc(memory, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Peak = Peak;

#[test]
fn whatever_is_pasted_is_read_in_bounded_time_and_space() {
    let full = |piece: &str| piece.repeat(64 * 1024 / piece.len());
    let texts = [
        full("\n"),
        full("a\n"),
        full("backend x\n"),
        full("listen a\n server b c\n"),
        "backend b\n".to_owned() + &full(" server-template s 1-100000 h:80\n"),
        "defaults\n".to_owned() + &full(" default-server cookie "),
        full("\"\\\"'${"),
        full("\0\u{fffd}\u{10ffff}"),
        full(".if\n"),
        full("frontend \u{e9}\n acl\u{a0}"),
        "defaults\n default_backend ".to_owned() + &"b".repeat(32_000) + "\n" + &"frontend f\n".repeat(2_900),
        "defaults d\n".to_owned()
            + &(0..2_000).map(|i| format!(" acl a{i} path x\n")).collect::<String>()
            + &full("backend b from d\n"),
        (0..1_600).map(|i| format!("listen l{i}\n server-template s 200 h:1\n")).collect(),
        "listen l\n mode http\n server-template ".to_owned() + &"s".repeat(64_000) + " 200 h:1\n",
        "listen l\n mode http\n default-server track ".to_owned()
            + &"s".repeat(50_000)
            + "\n server-template s 200 h:1\n",
        "frontend f\n use_backend b if ".to_owned() + &full("!x "),
        (0..3_000).map(|i| format!("frontend f{i}\n bind :80\n use_backend b{i}\n")).collect(),
        (0..2_000).map(|i| format!("listen l{i}\n mode http\n server s h:1\n")).collect(),
        "listen l\n mode http\n".to_owned()
            + &(0..2_500).map(|i| format!(" server s{i} 10.0.0.1:1\n")).collect::<String>(),
        full("retries 99999999999999999999999999\n timeout connect 99999999999999999999d\n"),
    ];
    for text in texts {
        let (start, before) = (std::time::Instant::now(), LIVE.get());
        PEAK.set(before);
        let Ok(reading) = read(&text, Some("l"), None) else {
            assert!(text.lines().count() > MAX_LINES, "{:.40}", text);
            continue;
        };
        assert_eq!(reading.lines.len(), text.lines().count());
        if let Some(scenario) = reading.scenario {
            assert_eq!(scenario.validate(), Ok(()), "{:.40}", text);
        }
        let (ms, peak) = (start.elapsed().as_millis(), PEAK.get() - before);
        println!("{ms} ms, {peak} bytes for {:?}", text.chars().take(30).collect::<String>());
        assert!(peak <= 16 << 20, "{peak} bytes for {:?}", text.chars().take(30).collect::<String>());
    }
    assert!(read(&"\n".repeat(256 * 1024 + 1), None, None).is_err());
}

#[test]
fn a_file_with_random_damage_has_a_valid_scenario_or_none() {
    let whole = include_str!("haproxy_cfg/shop.txt").to_owned() + include_str!("haproxy_cfg/cloud.txt");
    let whole: Vec<char> = whole.lines().flat_map(|line| line.chars().skip(2).chain(['\n'])).collect();
    let pieces = [
        "\"",
        "'",
        "\\",
        "$",
        "{",
        "}",
        "#",
        "\n",
        "\0",
        "0",
        "-1",
        "99999999999",
        "1e308",
        " from ",
        " if ",
        "no ",
        "é",
        "\u{fffd}",
        "%[",
        "server ",
    ];
    let mut rng = Rng::new(9, 1);
    let mut shown = 0;
    for _ in 0..400 {
        let mut text = whole.clone();
        for _ in 0..rng.below(6) {
            let at = rng.below(text.len() as u32) as usize;
            let end = (at + rng.below(30) as usize).min(text.len());
            match rng.below(3) {
                0 => drop(text.drain(at..end)),
                1 => drop(text.splice(at..at, pieces[rng.below(pieces.len() as u32) as usize].chars())),
                _ => drop(text.splice(at..at, text[at..end].to_vec())),
            }
        }
        let text: String = text.into_iter().collect();
        let reading = read(&text, None, None).expect("not too long");
        assert_eq!(reading.lines.len(), text.lines().count());
        if let Some(scenario) = reading.scenario {
            assert_eq!(scenario.validate(), Ok(()), "{text}");
            shown += 1;
        }
    }
    assert!((20..390).contains(&shown), "{shown} of 400 were whole enough");
}
