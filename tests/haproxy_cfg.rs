//! An `haproxy.cfg` read back: what was exported says the same again, and what the real HAProxy refuses is refused at the same
//! line.
#![cfg(not(target_arch = "wasm32"))]

use hopscope::export::files;
use hopscope::import::{Fate, Reading, read};
use hopscope::sim::{Balancer, PRESETS, Scenario};

fn exported(scenario: &Scenario) -> Option<String> {
    files(scenario).into_iter().find(|file| file.path.ends_with("/haproxy.cfg")).map(|file| file.content)
}

/// The balancer with a line for each server, whether it says something or not.
fn spelt_out(mut balancer: Balancer, reading: &Scenario) -> Balancer {
    for name in reading.settings.balancer.servers.keys() {
        balancer.servers.entry(name.clone()).or_default();
    }
    balancer
}

fn wrong(reading: &Reading) -> Vec<usize> {
    (1..).zip(&reading.lines).filter(|(_, line)| line.fate == Fate::Wrong).map(|(number, _)| number).collect()
}

#[test]
fn every_shipped_scenario_comes_back() {
    let mut count = 0;
    for preset in PRESETS {
        let scenario = preset.scenario();
        let Some(text) = exported(&scenario) else {
            continue;
        };
        count += 1;
        for present in [None, Some(&scenario)] {
            let reading = read(&text, None, present).expect("not too long");
            assert_eq!(wrong(&reading), Vec::<usize>::new(), "{}", preset.name);
            let back = reading.scenario.expect("a scenario");
            assert_eq!(back.validate(), Ok(()));
            assert_eq!(back.settings.balancer, spelt_out(scenario.settings.balancer.clone(), &back), "{}", preset.name);
            assert_eq!(back.settings.tls.mode, scenario.settings.tls.mode);
            if present.is_some() {
                assert_eq!(back.topology, scenario.topology);
                assert_eq!(exported(&back), Some(text.clone()), "the same file again");
            }
        }
    }
    assert_eq!(count, 5, "one-server alone has no balancer");
}

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
        "frontend f\n use_backend b if ".to_owned() + &full("!x "),
        (0..3_000).map(|i| format!("frontend f{i}\n bind :80\n use_backend b{i}\n")).collect(),
        (0..2_000).map(|i| format!("listen l{i}\n mode http\n server s h:1\n")).collect(),
        "listen l\n mode http\n".to_owned()
            + &(0..2_500).map(|i| format!(" server s{i} 10.0.0.1:1\n")).collect::<String>(),
        full("retries 99999999999999999999999999\n timeout connect 99999999999999999999d\n"),
    ];
    for text in texts {
        let start = std::time::Instant::now();
        let reading = read(&text, Some("l"), None).expect("not too long");
        assert_eq!(reading.lines.len(), text.lines().count());
        if let Some(scenario) = reading.scenario {
            assert_eq!(scenario.validate(), Ok(()), "{:.40}", text);
        }
        println!("{:?} for {:?}", start.elapsed(), text.chars().take(30).collect::<String>());
    }
    assert!(read(&"\n".repeat(256 * 1024 + 1), None, None).is_err());
}
