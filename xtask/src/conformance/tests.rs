//! Tests without the real programs.

use serde_json::Value;

use super::options::Source;
use super::{haproxy, haproxy_cases, is_repeatable, nginx, nginx_cases};

#[test]
fn the_same_seed_gives_the_same_cases_and_another_gives_others() {
    for generate in [haproxy_cases::generate, nginx_cases::generate] {
        for number in 0..20 {
            assert_eq!(generate(1, number), generate(1, number));
            assert_ne!(generate(1, number)["events"], generate(2, number)["events"], "number {number}");
        }
    }
}

#[test]
fn a_random_case_lets_go_of_all_that_it_holds() {
    for generate in [haproxy_cases::generate, nginx_cases::generate] {
        for number in 0..50 {
            let case = generate(3, number);
            let events = case["events"].as_array().unwrap();
            assert!(events.len() >= 10, "{case}");
            for (at, hold) in events.iter().enumerate().filter(|(_, event)| event["op"] == "hold") {
                let is_its_release = |event: &&Value| event["op"] == "release" && event["id"] == hold["id"];
                assert!(events[at..].iter().any(|event| is_its_release(&event)), "{hold} in {}", case["case"]);
            }
        }
    }
}

/// The configuration that the real programs get is that of the recordings, line by line.
#[test]
fn configurations_are_those_of_the_recordings() {
    let recordings = super::cases(&Source::Recordings).unwrap();
    for case in &recordings {
        let (balancer, servers) = (&case.inputs["balancer"], &case.inputs["servers"]);
        let lines = if balancer["kind"] == "nginx" { nginx::lines } else { haproxy::lines };
        let config: Vec<&str> = case.inputs["config"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
        assert_eq!(lines(balancer, servers), config, "{}", case.name());
        assert!(is_repeatable(case));
    }
    assert!(recordings.len() > 190, "{} recordings", recordings.len());
}

#[test]
fn every_request_of_a_case_for_exported_files_says_its_number() {
    for number in 0..30 {
        let case = super::exported_cases::generate(1, number);
        assert!(super::exported_cases::is_one(case["case"].as_str().unwrap()), "{}", case["case"]);
        let events = case["events"].as_array().unwrap();
        let visits = events.iter().filter(|event| event["op"] == "request" || event["op"] == "hold");
        for (visit, event) in visits.enumerate() {
            let path = event["path"].as_str().unwrap();
            assert!(path.ends_with(&format!("visit={visit}")), "{path}");
        }
    }
    assert!(!super::exported_cases::is_one("haproxy_1_001"));
}
