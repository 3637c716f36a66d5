//! Turns, failures and hashes of one worker, without a world around it.

use super::config::{Method, NextUpstream, Upstream, UpstreamServer};
use super::peers::Second;
use super::upstream::{Key, Try, Worker};
use crate::ids::ProcessId;
use crate::time::SimTime;
use std::net::Ipv4Addr;

/// A worker with servers that differ from the usual line in these ways.
fn worker(method: Method, changes: &[fn(&mut UpstreamServer)]) -> Worker {
    let line = |change: &fn(&mut UpstreamServer)| {
        let mut line = UpstreamServer::default();
        change(&mut line);
        line
    };
    let lines: Vec<_> = changes.iter().enumerate().map(|(i, change)| (ProcessId::from(i), line(change))).collect();
    Worker::new(1, &Upstream { method, ..Upstream::default() }, &lines)
}

fn weighted(method: Method, weights: &[u32]) -> Worker {
    let line = |weight: &u32| UpstreamServer { weight: *weight, ..UpstreamServer::default() };
    let lines: Vec<_> = weights.iter().enumerate().map(|(i, weight)| (ProcessId::from(i), line(weight))).collect();
    Worker::new(1, &Upstream { method, ..Upstream::default() }, &lines)
}

const fn at(second: u64) -> Second {
    Second::of(SimTime(second * 1_000_000))
}

/// One request while the servers with these numbers (from 1) are dead: the servers tried, `-` where none was left.
fn request(worker: &mut Worker, dead: &str, second: u64) -> String {
    let key = Key { address: Ipv4Addr::LOCALHOST, uri: "/" };
    let request = worker.begin();
    let mut tried = String::new();
    loop {
        let Some(choice) = worker.choose(request, &key, at(second)) else {
            tried.push('-');
            break;
        };
        let number = char::from(b'1' + choice.process.0 as u8);
        tried.push(number);
        let result = if dead.contains(number) { Try::NotSent(NextUpstream::Error) } else { Try::Answered };
        if !worker.tried(request, result, true, at(second)).0 {
            break;
        }
    }
    worker.end(request);
    tried
}

/// The servers tried by requests one after another.
fn requests(worker: &mut Worker, dead: &str, second: u64, count: usize) -> Vec<String> {
    (0..count).map(|_| request(worker, dead, second)).collect()
}

fn turns(worker: &mut Worker, count: usize) -> String {
    requests(worker, "", 0, count).concat()
}

/// The recordings `wrr_5_1_1`, `wrr_4_3_2_1` and `wrr_7_2_5`.
#[test]
fn smooth_round_robin_spreads_the_turns_of_the_heavy() {
    let order = |weights: &[u32], count| turns(&mut weighted(Method::RoundRobin, weights), count);
    assert_eq!(order(&[5, 1, 1], 14), "11213111121311");
    assert_eq!(order(&[4, 3, 2, 1], 10), "1231241321");
    assert_eq!(order(&[7, 2, 5], 14), "13123113132131");
    assert_eq!(order(&[1, 1], 5), "12121");
}

/// The recording `dead_weighted`: a failure takes weight / max_fails from the effective weight.
#[test]
fn a_failure_costs_weight_and_the_last_one_the_place() {
    let heavy: fn(&mut UpstreamServer) = |line| (line.weight, line.max_fails) = (5, 2);
    let light: fn(&mut UpstreamServer) = |line| line.max_fails = 2;
    let mut worker = worker(Method::RoundRobin, &[heavy, light, light]);
    assert_eq!(turns(&mut worker, 4), "1121");
    assert_eq!(requests(&mut worker, "1", 0, 5), ["3", "12", "13", "2", "3"]);
}

/// The recordings `dead_and_back` and `dead_all_back`: more than `fail_timeout`, in whole seconds.
#[test]
fn whoever_failed_is_tried_again_when_its_time_is_over() {
    let one_second: fn(&mut UpstreamServer) = |line| line.fail_timeout_s = 1;
    let mut one = worker(Method::RoundRobin, &[one_second, one_second]);
    assert_eq!(requests(&mut one, "", 100, 3).concat(), "121");
    assert_eq!(requests(&mut one, "1", 100, 3), ["2", "12", "2"]);
    assert_eq!(requests(&mut one, "1", 101, 1), ["2"]);
    assert_eq!(requests(&mut one, "1", 103, 4), ["2", "2", "12", "2"]);
    assert_eq!(requests(&mut one, "", 106, 6).concat(), "221212");
    let mut all = worker(Method::RoundRobin, &[one_second, one_second]);
    assert_eq!(requests(&mut all, "", 100, 2), ["1", "2"]);
    assert_eq!(requests(&mut all, "12", 100, 3), ["12", "-", "-"]);
    assert_eq!(requests(&mut all, "", 101, 1), ["-"]);
    assert_eq!(requests(&mut all, "", 103, 6).concat(), "221212");
}

/// The recordings `backup_two` and `dead_single`.
#[test]
fn backups_wait_for_the_last_active_server_and_a_single_one_is_never_left_out() {
    let backup: fn(&mut UpstreamServer) = |line| line.backup = true;
    let heavy: fn(&mut UpstreamServer) = |line| (line.backup, line.weight) = (true, 2);
    let mut two = worker(Method::RoundRobin, &[|_| {}, |_| {}, heavy, backup]);
    assert_eq!(requests(&mut two, "1", 0, 3), ["12", "2", "2"]);
    assert_eq!(requests(&mut two, "12", 0, 4), ["23", "4", "3", "3"]);
    let mut single = worker(Method::RoundRobin, &[|_| {}]);
    assert_eq!(requests(&mut single, "1", 0, 3), ["1", "1", "1"]);
    // With a backup it is no longer the only one.
    let mut with_backup = worker(Method::RoundRobin, &[|_| {}, backup]);
    assert_eq!(requests(&mut with_backup, "12", 0, 2), ["12", "-"]);
}

/// The recording `max_conns`: nobody waits.
#[test]
fn full_servers_are_passed_over() {
    let one: fn(&mut UpstreamServer) = |line| line.max_conns = Some(1);
    let mut worker = worker(Method::LeastConn, &[one, one]);
    let key = Key { address: Ipv4Addr::LOCALHOST, uri: "/" };
    let held = worker.begin();
    assert_eq!(worker.choose(held, &key, at(0)).map(|choice| choice.process), Some(ProcessId(0)));
    let other = worker.begin();
    assert_eq!(worker.choose(other, &key, at(0)).map(|choice| choice.process), Some(ProcessId(1)));
    assert_eq!(request(&mut worker, "", 0), "-");
    worker.tried(held, Try::Answered, true, at(0));
    worker.end(held);
    assert_eq!(request(&mut worker, "", 0), "1");
    assert_eq!((worker.connections(), worker.under_way()), (1, 1));
}

/// A POST that was sent is not sent again, a refused one is (`frozen_post`, `dead_post`).
#[test]
fn what_may_be_sent_twice() {
    let goes_on = |result, repeatable| {
        let mut worker = weighted(Method::RoundRobin, &[1, 1]);
        let request = worker.begin();
        worker.choose(request, &Key { address: Ipv4Addr::LOCALHOST, uri: "/" }, at(0));
        worker.tried(request, result, repeatable, at(0)).0
    };
    assert!(goes_on(Try::NotSent(NextUpstream::Error), false));
    assert!(goes_on(Try::Sent(NextUpstream::Timeout), true));
    assert!(!goes_on(Try::Sent(NextUpstream::Timeout), false));
    assert!(!goes_on(Try::Sent(NextUpstream::Http503), true));
}
