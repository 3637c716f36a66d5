//! Turns, down to where a returning server joins in.

use super::super::select::{Algorithm, Pick};
use super::super::testing::{Bench, servers};

fn bench(weights: &[u32]) -> Bench {
    Bench::new(Algorithm::RoundRobin, servers(weights))
}

fn check(weights: &[u32], expected: &str) {
    let twice = expected.repeat(2);
    assert_eq!(bench(weights).sequence(twice.len()), twice, "{weights:?}");
}

#[test]
fn the_order_is_haproxys() {
    check(&[1, 1], "12");
    check(&[1, 1, 1, 1, 1], "12345");
    check(&[3, 1], "1112");
    check(&[2, 4], "221");
    check(&[5, 1, 1], "1112113");
    check(&[4, 3, 2, 1], "1213214123");
    check(&[7, 2, 5], "13131213131132");
    check(&[0, 1, 2], "332");
    check(&[0, 0], "..");
    check(&[1, 256], &("2".repeat(256) + "1"));
}

#[test]
fn a_returning_server_joins_in_further_on() {
    let mut bench = bench(&[1, 1, 1]);
    assert_eq!(bench.sequence(4), "1231");
    bench.set_usable(1, false);
    assert_eq!(bench.sequence(5), "31313");
    bench.set_usable(1, true);
    assert_eq!(bench.sequence(6), "132132");
}

#[test]
fn all_may_be_out_at_the_start() {
    let mut bench = bench(&[0, 0]);
    bench.set_weight(1, 1);
    assert_eq!(bench.sequence(2), "22");
    bench.set_weight(0, 1);
    assert_eq!(bench.sequence(4), "2121");
}

#[test]
fn the_turns_go_on_when_nobody_was_left_for_a_while() {
    let mut bench = bench(&[1, 1]);
    assert_eq!(bench.sequence(1), "1");
    bench.set_usable(0, false);
    bench.set_usable(1, false);
    assert_eq!(bench.sequence(2), "..");
    bench.set_weight(0, 3);
    bench.set_usable(0, true);
    bench.set_usable(1, true);
    let counts = bench.sequence(400).matches('1').count();
    assert!((299..=301).contains(&counts), "{counts}");
}

#[test]
fn full_servers_are_passed_over() {
    let mut bench = bench(&[1, 1, 1]);
    (bench.servers[1].maxconn, bench.servers[1].running) = (Some(1), 1);
    assert_eq!(bench.sequence(6), "131313");
    (bench.servers[0].queued, bench.servers[0].maxconn) = (1, Some(9));
    assert_eq!(bench.sequence(3), "333");
    (bench.servers[2].maxconn, bench.servers[2].running) = (Some(5), 5);
    assert_eq!(bench.pick(), Pick::AllFull);
    bench.servers[1].running = 0;
    assert_eq!(bench.pick(), Pick::Server(1));
}

#[test]
fn a_redispatched_request_uses_up_the_turn_of_the_server_that_helps() {
    let mut bench = bench(&[1, 1]);
    for _ in 0..10 {
        assert_eq!(bench.pick(), Pick::Server(0));
        assert_eq!(bench.pick_avoiding(0), Pick::Server(1));
    }
    bench.set_usable(1, false);
    assert_eq!(bench.pick_avoiding(0), Pick::Server(0));
}
