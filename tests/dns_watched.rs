//! What NSD 4.6.1, Unbound 1.17.1 and BIND 9.18.49 were watched doing beyond the recordings: other records, other numbers,
//! longer outages. Each line is a question and what came of it.
#![cfg(not(target_arch = "wasm32"))]

use hopscope::replay::replay;
use serde_json::{Value, json};

const CHAIN: &[&str] = &[
    "www 20 IN CNAME a.foobar.com.",
    "a 8 IN CNAME b.foobar.com.",
    "b 3 IN A 192.0.2.1",
    "b 3 IN A 192.0.2.2",
    "b 3 IN A 192.0.2.3",
    "x 2 IN CNAME b.foobar.com.",
    "z 0 IN CNAME b.foobar.com.",
    "loop 5 IN CNAME loop2.foobar.com.",
    "loop2 5 IN CNAME loop.foobar.com.",
    "mail 33 IN A 192.0.2.9",
    "mail 34 IN AAAA 2001:db8::9",
    "@ 50 IN MX 10 mail.foobar.com.",
    "@ 50 IN MX 5 b.foobar.com.",
    "x.deep 60 IN A 192.0.2.7",
];

/// Plays the steps, `at_ms: what`, against this software and compares the lines.
fn check(software: Value, records: &[&str], minimum_s: u32, expected: &[(u64, &str, &str)]) {
    let zone = |serial: u32, records: &[&str]| {
        let soa = format!("@ 3600 IN SOA ns1.foobar.com. admin.foobar.com. {serial} 7200 900 1209600 {minimum_s}");
        let head = ["$ORIGIN foobar.com.", "$TTL 3600", &soa, "@ IN NS ns1.foobar.com.", "ns1 IN A 127.0.53.1"];
        json!(head.iter().chain(records).collect::<Vec<_>>())
    };
    let steps: Vec<Value> = expected.iter().map(|&(at_ms, what, _)| step(at_ms, what, &zone(2, records))).collect();
    let mut case = json!({ "case": "watched", "zone": zone(1, records), "steps": steps });
    case.as_object_mut().unwrap().extend(software.as_object().unwrap().clone());
    let played = replay(&case).unwrap();
    for (step, (at_ms, what, expected)) in played["steps"].as_array().unwrap().iter().zip(expected) {
        assert_eq!(line(step), *expected, "{at_ms} {what}");
    }
}

/// `name type [options]`, by default of the resolver; `@` at its beginning asks the authoritative server.
fn step(at_ms: u64, what: &str, zone: &Value) -> Value {
    let unix_s = 1_795_328_180 + (150 + at_ms) / 1000;
    match what {
        "kill" | "silence" | "start" => return json!({ "step": what, "on": "authoritative", "at_ms": at_ms }),
        "change zone" => return json!({ "step": what, "on": "authoritative", "at_ms": at_ms, "zone": zone }),
        _ => {}
    }
    let mut words = vec!["+nocookie"];
    words.extend(what.trim_start_matches('@').split(' '));
    let server = if what.starts_with('@') { "authoritative" } else { "resolver" };
    json!({ "step": "query", "server": server, "at_ms": at_ms, "unix_s": unix_s, "dig": words })
}

/// Status, answer, TTL of the SOA, additional names; then what was asked.
fn line(step: &Value) -> String {
    let response = &step["response"];
    let short = |name: &Value| name.as_str().unwrap().replace("foobar.com.", "").trim_end_matches('.').to_owned();
    let record =
        |r: &Value| format!(" {}/{}/{}", short(&r["name"]), r["ttl"], short(&r["data"]).replace("192.0.2.", ""));
    let mut line = response["status"].as_str().unwrap_or("-").to_owned();
    line.extend(response["answer"].as_array().into_iter().flatten().map(record));
    let soa = |r: &&Value| r["type"] == "SOA";
    line.extend(
        response["authority"].as_array().into_iter().flatten().filter(soa).map(|r| format!(" SOA {}", r["ttl"])),
    );
    line.extend(response["additional"].as_array().into_iter().flatten().map(|r| format!(" +{}", short(&r["name"]))));
    let asked = step["upstream"].as_array().into_iter().flatten();
    let asked: Vec<String> = asked.map(|asked| short(&asked["question"]["name"])).collect();
    if asked.is_empty() { line } else { format!("{line} | {}", asked.join(" ")) }
}

fn unbound() -> Value {
    json!({ "unbound": { "rrset-roundrobin": "no" } })
}

fn bind() -> Value {
    json!({ "resolver": "bind", "bind": { "rrset-order": "{ order none; }" } })
}

#[test]
fn unbound_keeps_each_part_of_a_chain_by_itself() {
    check(
        unbound(),
        CHAIN,
        300,
        &[
            (0, "www.foobar.com A", "NOERROR www/20/a a/8/b b/3/1 b/3/2 b/3/3 | www a b"),
            (500, "b.foobar.com A", "NOERROR b/3/1 b/3/2 b/3/3"),
            (1000, "x.foobar.com A", "NOERROR x/2/b b/2/1 b/2/2 b/2/3 | x"),
            (3200, "www.foobar.com A", "NOERROR www/17/a a/5/b b/0/1 b/0/2 b/0/3"),
            (4200, "www.foobar.com A", "NOERROR www/16/a a/4/b b/3/1 b/3/2 b/3/3 | b"),
            (9300, "www.foobar.com A", "NOERROR www/11/a a/8/b b/3/1 b/3/2 b/3/3 | a b"),
            (9500, "b.foobar.com AAAA", "NOERROR SOA 300 | b"),
            (9700, "www.foobar.com AAAA", "NOERROR www/11/a a/8/b SOA 300"),
            (10000, "z.foobar.com A", "NOERROR z/0/b b/2/1 b/2/2 b/2/3 | z"),
            (10200, "z.foobar.com A", "NOERROR z/0/b b/2/1 b/2/2 b/2/3"),
            (10300, "www.foobar.com CNAME", "NOERROR www/10/a"),
            (10800, "foobar.com NS", "NOERROR /3600/ns1 +ns1 | "),
            (11000, "loop.foobar.com A", "SERVFAIL | loop loop2"),
            (12000, "mail.foobar.com A +norec", "REFUSED"),
        ],
    );
}

#[test]
fn bind_asks_again_as_soon_as_the_time_is_over_and_sorts() {
    check(
        bind(),
        CHAIN,
        300,
        &[
            (0, "www.foobar.com A", "NOERROR www/20/a a/8/b b/3/1 b/3/2 b/3/3 | www a b"),
            (2000, "www.foobar.com A", "NOERROR www/18/a a/6/b b/1/1 b/1/2 b/1/3"),
            (3200, "www.foobar.com A", "NOERROR www/17/a a/5/b b/3/1 b/3/2 b/3/3 | b"),
            (10000, "z.foobar.com A", "NOERROR z/0/b b/3/1 b/3/2 b/3/3 | z b"),
            (10200, "z.foobar.com A", "NOERROR z/0/b b/3/1 b/3/2 b/3/3 | z"),
            (10700, "foobar.com MX", "NOERROR /50/5 b /50/10 mail | "),
            (11000, "loop.foobar.com A", "SERVFAIL loop/5/loop2 loop2/5/loop | loop loop2"),
        ],
    );
}

#[test]
fn nsd_turns_all_sets_by_one_counter_and_begins_again_after_a_reload() {
    let nsd = json!({ "nsd": { "round-robin": "yes" } });
    check(
        nsd,
        CHAIN,
        300,
        &[
            (0, "@www.foobar.com A", "NOERROR www/20/a a/8/b b/3/3 b/3/1 b/3/2 +ns1"),
            (0, "@www.foobar.com AAAA", "NOERROR www/20/a a/8/b SOA 300"),
            (0, "@www.foobar.com CNAME", "NOERROR www/20/a +ns1"),
            (0, "@b.foobar.com A", "NOERROR b/3/1 b/3/2 b/3/3 +ns1"),
            (0, "@b.foobar.com A", "NOERROR b/3/2 b/3/3 b/3/1 +ns1"),
            (0, "@ns1.foobar.com A", "NOERROR ns1/3600/127.0.53.1"),
            (0, "@mail.foobar.com A", "NOERROR mail/33/9 +ns1"),
            (0, "@foobar.com MX", "NOERROR /50/10 mail /50/5 b +mail +b +b +b +ns1 +mail"),
            (0, "@loop.foobar.com A", "NOERROR loop/5/loop2 loop2/5/loop"),
            (0, "@deep.foobar.com A", "NOERROR SOA 300"),
            (0, "@y.deep.foobar.com A", "NXDOMAIN SOA 300"),
            (0, "@com A", "REFUSED"),
            (100, "change zone", "-"),
            (200, "@b.foobar.com A", "NOERROR b/3/1 b/3/2 b/3/3 +ns1"),
            (300, "kill", "-"),
            (300, "@b.foobar.com A", "-"),
            (400, "start", "-"),
            (400, "@b.foobar.com A", "NOERROR b/3/1 b/3/2 b/3/3 +ns1"),
        ],
    );
}

#[test]
fn absences_share_one_soa_in_unbound_and_have_their_own_in_bind() {
    let records = ["www 20 IN CNAME a.foobar.com.", "a 8 IN CNAME gone.foobar.com.", "b 60 IN A 192.0.2.1"];
    check(
        unbound(),
        &records,
        30,
        &[
            (0, "gone.foobar.com A", "NXDOMAIN SOA 30 | gone"),
            (200, "gone.foobar.com AAAA", "NXDOMAIN SOA 30 | gone"),
            (2000, "www.foobar.com A", "NXDOMAIN www/20/a a/8/gone SOA 28 | www a"),
            (3000, "no.foobar.com A", "NXDOMAIN SOA 27 | no"),
            (3200, "b.foobar.com AAAA", "NOERROR SOA 27 | b"),
            (4000, "change zone", "-"),
            (5000, "no2.foobar.com A", "NXDOMAIN SOA 30 | no2"),
            (5200, "no.foobar.com A", "NXDOMAIN SOA 30"),
            (5300, "www.foobar.com A", "NXDOMAIN www/17/a a/5/gone SOA 30"),
        ],
    );
    check(
        bind(),
        &records,
        30,
        &[
            (0, "gone.foobar.com A", "NXDOMAIN SOA 30 | gone"),
            (200, "gone.foobar.com AAAA", "NXDOMAIN SOA 30"),
            (2000, "www.foobar.com A", "NXDOMAIN www/20/a a/8/gone SOA 28 | www a"),
            (3000, "no.foobar.com A", "NXDOMAIN SOA 30 | no"),
            (3200, "b.foobar.com AAAA", "NOERROR SOA 30 | b"),
        ],
    );
}

#[test]
fn unbound_fails_after_seventeen_seconds_for_who_asked_last_and_remembers_it_for_five() {
    let www = ["www 3 IN A 192.0.2.1"];
    let tries = ["www"; 10].join(" ");
    check(
        unbound(),
        &www,
        300,
        &[
            (0, "www.foobar.com A", "NOERROR www/3/1 | www"),
            (500, "silence", "-"),
            (5000, "www.foobar.com A", &format!("- | {tries}")),
            // The first try waits in vain, the second meets the failure.
            (20500, "www.foobar.com A", "SERVFAIL"),
            (27000, "www.foobar.com A", "SERVFAIL"),
            (29000, "www.foobar.com A +tries=1 +time=2", "- | www"),
            (31500, "start", "-"),
            (32000, "www.foobar.com A +tries=1 +time=5", "-"),
            (39500, "www.foobar.com A", "NOERROR www/2/1"),
        ],
    );
}

#[test]
fn unbound_serves_old_data_and_asks_beside() {
    let software = json!({ "unbound": { "serve-expired": "yes", "rrset-roundrobin": "no" } });
    check(
        software,
        &["www 3 IN A 192.0.2.1"],
        300,
        &[
            (0, "www.foobar.com A", "NOERROR www/3/1 | www"),
            (500, "kill", "-"),
            (2000, "www.foobar.com A", "NOERROR www/1/1"),
            (4500, "www.foobar.com A", "NOERROR www/30/1"),
            (27000, "www.foobar.com A", "NOERROR www/30/1"),
            (29000, "start", "-"),
            (31000, "www.foobar.com A", "NOERROR www/30/1"),
            (36500, "www.foobar.com A", "NOERROR www/3/1"),
        ],
    );
}

#[test]
fn bind_fails_after_ten_seconds_for_all() {
    let tries = ["www"; 6].join(" ");
    check(
        bind(),
        &["www 3 IN A 192.0.2.1"],
        300,
        &[
            (0, "www.foobar.com A", "NOERROR www/3/1 | www"),
            (500, "silence", "-"),
            (5000, "www.foobar.com A", &format!("SERVFAIL | {tries}")),
            (15500, "www.foobar.com A", "SERVFAIL"),
            (16500, "start", "-"),
            (16600, "www.foobar.com A", "NOERROR www/3/1 | www"),
        ],
    );
}
