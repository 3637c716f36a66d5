//! An `haproxy.cfg` read back: what was exported says the same again, and what the real HAProxy refuses is refused at the same
//! line.
#![cfg(not(target_arch = "wasm32"))]

use std::process;
use std::sync::Arc;

use hopscope::export::files;
use hopscope::import::{Fate, Reading, read};
use hopscope::sim::balancer::Algorithm;
use hopscope::sim::{
    Balancer, Check, Class, Command, Micros, PRESETS, Rng, Scenario, SimTime, TlsMode, Verdict, World,
};

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

/// Reads a file of `tests/haproxy_cfg`, whose lines begin with what should become of them: `+` taken, `=` so anyway, `~` in
/// part, `-` not modelled, `!` wrong.
fn expect(name: &str, frontend: Option<&str>) -> Reading {
    let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/haproxy_cfg").join(name);
    let marked = std::fs::read_to_string(file).expect("the file is there");
    let marked: Vec<(&str, &str)> = marked.lines().map(|line| line.split_at_checked(2).unwrap_or((line, ""))).collect();
    let text: String = marked.iter().map(|(_, line)| format!("{line}\n")).collect();
    let reading = read(&text, frontend, None).expect("it is short");
    let fates = [
        (Fate::Wrong, "!"),
        (Fate::Partly, "~"),
        (Fate::NotModelled, "-"),
        (Fate::Anyway, "="),
        (Fate::Taken, "+"),
        (Fate::Nothing, ""),
    ];
    let mut differ = Vec::new();
    for ((number, line), (mark, _)) in (1..).zip(&reading.lines).zip(&marked) {
        let (_, letter) = fates.iter().find(|(fate, _)| *fate == line.fate).expect("all are there");
        if *letter != mark.trim() {
            differ.push(format!("{number}: {mark} expected, {letter} {}: {}", line.text, line.why));
        }
        let says_why = !line.why.is_empty() || matches!(line.fate, Fate::Taken | Fate::Nothing);
        assert!(says_why, "{name}, line {number}: {}", line.text);
    }
    assert!(differ.is_empty(), "{name}:\n{}", differ.join("\n"));
    reading
}

#[test]
fn a_shop_with_tls_rules_and_statistics() {
    let reading = expect("shop.txt", None);
    assert_eq!(reading.frontends, ["https-in"]);
    let scenario = reading.scenario.expect("a scenario");
    assert_eq!(scenario.validate(), Ok(()));
    assert_eq!(scenario.settings.tls.mode, TlsMode::Balancer);
    let lb = &scenario.settings.balancer;
    assert_eq!((lb.algorithm, lb.check, lb.inter_ms), (Algorithm::LeastConn, Check::Http, 5_000));
    assert_eq!((lb.redispatch, lb.timeout_queue_ms, lb.cookie.as_deref()), (true, Some(60_000), Some("SHOPSRV")));
    assert!(lb.servers["spare"].backup && lb.servers["app3"].weight == 5 && lb.servers.len() == 4);
    let addresses = scenario.topology.machines.iter().filter(|machine| lb.servers.contains_key(&machine.name));
    let addresses: Vec<String> = addresses.map(|machine| machine.address.to_string()).collect();
    assert_eq!(addresses, ["10.0.0.11", "10.0.0.12", "10.0.0.13", "10.0.0.14"]);
}

#[test]
fn a_file_of_a_cloud_with_named_defaults() {
    let reading = expect("cloud.txt", None);
    assert_eq!(reading.frontends, ["api"], "the other one is for TCP");
    let scenario = reading.scenario.expect("a scenario");
    let lb = &scenario.settings.balancer;
    assert_eq!(lb.servers.keys().collect::<Vec<_>>(), ["pod1", "pod2", "pod3"]);
    assert!(lb.servers.values().all(|line| line.shut_when_down) && lb.abort_on_close);
    assert_eq!((lb.timeout_connect_ms, lb.timeout_server_ms), (4_000, 8_000));
    assert_eq!((lb.inter_ms, lb.fastinter_ms, lb.redispatch_interval), (500, Some(100), 1));
    assert_eq!(scenario.settings.tls.mode, TlsMode::None);
}

#[test]
fn quotes_variables_and_conditions() {
    let reading = expect("quotes.txt", None);
    assert_eq!(reading.scenario, None, "nothing has servers");
    assert_eq!(reading.frontends, Vec::<String>::new());
}

#[test]
fn a_broken_file_has_no_scenario() {
    let reading = expect("broken.txt", None);
    assert_eq!(reading.scenario, None);
    assert!(reading.notices[0].contains("would not start"), "{:?}", reading.notices);
}

/// Where a file says nothing, HAProxy's own defaults hold: with these lines, and nobody behind the first server, HAProxy 2.6.12
/// was watched answering 503, 200, 503, 200. The presets' defaults would have sent all four to the other server.
#[test]
fn a_dead_server_costs_every_other_visit_where_the_file_does_not_say_redispatch() {
    let file = "defaults\n mode http\n timeout connect 300ms\n timeout client 5s\n timeout server 5s\nfrontend f\n bind :80\n \
                default_backend b\nbackend b\n server dead 10.0.0.1:80\n server alive 10.0.0.2:80\n";
    let scenario = read(file, None, None).expect("short").scenario.expect("nothing is wrong");
    let kill = Command::Kill { part: "dead/nginx".to_owned() };
    let mut world = World::new(Arc::new(scenario.with(SimTime::ZERO, kill)));
    for _ in 0..4 {
        world.apply(&Command::visits(Class::Static, 1)).expect("a visit");
        world.run_until(world.now() + Micros::from_secs(10));
    }
    let mut results: Vec<Verdict> = world.log().newest_first().map(|visit| visit.outcome.result).collect();
    results.reverse();
    assert_eq!(results, [503, 200, 503, 200].map(Verdict::Http));
}

/// What the real HAProxy says of a file, if one of version 2.6 is installed: each alert that names a line.
fn alerts(text: &str) -> Option<Vec<(usize, String)>> {
    let program = ["haproxy", "/usr/sbin/haproxy"]
        .into_iter()
        .find(|name| process::Command::new(name).arg("-v").output().is_ok())?;
    let version = process::Command::new(program).arg("-v").output().ok()?;
    if !String::from_utf8_lossy(&version.stdout).contains(" version 2.6.") {
        return None;
    }
    let file = std::env::temp_dir().join(format!("hopscope-{}-{:?}.cfg", process::id(), std::thread::current().id()));
    std::fs::write(&file, text).expect("a temporary file");
    let said = process::Command::new(program).arg("-c").arg("-f").arg(&file).output().expect("it starts");
    std::fs::remove_file(&file).expect("it was there");
    let mark = format!("[{}:", file.display());
    let said = String::from_utf8_lossy(&said.stderr).into_owned();
    let alert = |line: &str| {
        let (_, rest) = line.strip_prefix("[ALERT]")?.split_once(&mark)?;
        let (number, message) = rest.split_once(']')?;
        Some((number.parse().ok()?, message.to_owned()))
    };
    Some(said.lines().filter_map(alert).collect())
}

/// The table says what HAProxy knows, and what came later.
#[test]
fn the_real_program_knows_the_keywords_of_the_table() {
    let table = include_str!("../src/import/keywords.txt");
    let mut lines = Vec::new();
    for (head, words) in table.lines().filter_map(|line| line.split_once(": ")) {
        let head: Vec<&str> = head.split(' ').collect();
        for word in words.split(' ') {
            let (section, line) = match head[0] {
                "line" if head[2] == "g" => ("global", word.to_owned()),
                "line" => ("listen l", word.to_owned()),
                "option" | "timeout" => ("listen l", format!("{} {word}", head[0])),
                "server" => ("listen l", format!("server s{} 10.0.0.1:80 {word} 1", lines.len())),
                "bind" => ("listen l", format!("bind :80 {word} 1")),
                _ => continue,
            };
            lines.push((section, line, head[1] == "newer"));
        }
    }
    assert!(lines.len() > 500);
    let mut wrong = Vec::new();
    // HAProxy stops after 20 errors.
    for some in lines.chunks(10) {
        let section = |(at, (section, line, _)): (usize, &(&str, String, bool))| match *section {
            "global" => format!("global\n {line}\n"),
            _ => format!("{section}{at}\n {line}\n"),
        };
        let text: String = some.iter().enumerate().map(section).collect();
        let Some(alerts) = alerts(&text) else {
            println!("HAProxy 2.6 is not here: the table is not compared with it.");
            return;
        };
        for (at, (_, line, is_newer)) in some.iter().enumerate() {
            let word = line.split(' ').rfind(|word| *word != "1").expect("a word");
            let words =
                [format!("unknown keyword '{word}'"), format!("unknown option '{word}'"), format!("(got '{word}')")];
            let unknown = |(number, message): &(usize, String)| {
                *number == 2 * at + 2 && words.iter().any(|words| message.contains(words))
            };
            if alerts.iter().any(unknown) != *is_newer {
                wrong.push(line.clone());
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

/// Lines of proxies, right and wrong ones; `#` stands for a number of its own.
const LINES: &str = r#"
mode http|mode tcp|mode foo|mode|mode http x|balance|balance roundrobin|balance leastconn x|balance foo|balance random(3)|balance random(0)
balance uri whole len 20|balance uri len|balance uri depth 0|balance uri foo|balance url_param x|balance hdr(Host)|balance hdr|balance hash src
hash-type consistent|hash-type foo|hash-type map-based djb2|hash-type map-based foo|hash-type consistent sdbm avalanche|hash-type consistent wt6 x
retries 3|retries|retries x|retries 3 4|retry-on 503 conn-failure|retry-on foo|retry-on|retry-on none 503|retry-on all-retryable-errors 0rtt-rejected
option redispatch|option redispatch 1|no option redispatch|no retries 3|option foo|option|option persist x|option allbackups|no option httpchk
option httpchk|option httpchk GET /x|option httpchk GET /x HTTP/1.1 x|option forceclose|option httplog|option http-server-close
http-check expect status 200|http-check expect foo x|http-check foo|http-check disable-on-404|http-check
cookie SRV insert indirect nocache|cookie|cookie A foo|cookie A insert prefix|cookie A rewrite|cookie A insert domain|cookie A insert domain x maxidle 1h
timeout connect 5s|timeout connect|timeout foo 5s|timeout client 1x|timeout server 5s 3|timeout queue 999d|timeout http-request -1|timeout tunnel 1h
server s# 10.0.0.1:80|server|server s#|server s# 10.0.0.1:80 foo|server s# 10.0.0.1:99999|server s# 10.0.0.1:80-90|server s/# 10.0.0.1:80
server s# 10.0.0.1:80 weight 300|server s# 10.0.0.1:80 weight 256 check|server s# 10.0.0.1:80 check inter 0|server s# 10.0.0.1:80 inter 2x
server s# 10.0.0.1:80 check fall 0|server s# 10.0.0.1:80 rise|server s# 10.0.0.1:80 cookie|server s# 10.0.0.1:80 on-marked-down foo
server s# 10.0.0.1:80 on-marked-down shutdown-sessions backup|server s# 10.0.0.1:80 maxconn 5 slowstart 10s|server s# 10.0.0.1:80 slowstart x
server s# 10.0.0.1:80 disabled|server same 10.0.0.1:80|server s# [::1]:80|server s# 10.0.0.1:x|server s# 10.0.0.1:80 track|server s# 10.0.0.1 backup x
server-template t# 3 10.0.0.1:80|server-template t# 3-1 10.0.0.1:80|server-template t# 0 10.0.0.1:80|server-template t# 3
default-server check inter 2s|default-server foo|default-server weight 999|default-server 10.0.0.1:80|default-server
bind :80#|bind 80|bind|bind :80 foo|bind :99999|bind :8001-8005|bind /run/x.sock mode 600|bind :80 name|bind 127.0.0.1:8080,127.0.0.1:8081
acl a# path /x|acl a#|acl a/b path /x|use_backend|default_backend|default_backend a b|use_backend x foo|redirect scheme https|redirect scheme
redirect foo bar|redirect scheme https code 305|redirect scheme https foo|redirect location /x code 301 if { path /y }|redirect prefix /x if nobody
http-request deny if { path /x }|http-request deny if nobody|http-request|http-request redirect scheme https code 301 unless { ssl_fc }|http-request deny if TRUE
stats enable|log global|log 127.0.0.1|log|maxconn 100|fullconn 10|option forwardfor|compression algo gzip|stick-table type ip size 1m|foo|foo bar
disabled x|enabled|description some text|http-reuse safe|reqadd X|block if TRUE|contimeout 5|redispatch|grace 3|daemon|tune.bufsize 16384|monitor-uri /x
log-format "%ci|log-format '%ci'|log-format "%ci" # "comment|errorfile|"mode" http|mode "http|mode\ http|balance roundrobin "${X-}"|retries "${Y"|retries \x4
capture request header Host len 10|option httpchk "GET" '/a b'|no log|no foo|no|appsession x|option http-tunnel
"#;

/// What the real HAProxy refuses, and only that, is refused at the same lines.
#[test]
fn the_real_program_refuses_the_same_lines() {
    let all: Vec<&str> = LINES.split(['|', '\n']).filter(|line| !line.is_empty()).collect();
    let mut rng = Rng::new(5, 1);
    let (mut refused, mut differ) = (0, Vec::new());
    for file in 0..80 {
        let mut text = "global\n nbthread 1\n".to_owned();
        for part in 0..4 {
            let kind = ["defaults", "frontend", "backend", "listen"][rng.below(4) as usize];
            text += &format!("{kind} p{part}\n");
            for _ in 0..5 {
                let line = all[rng.below(all.len() as u32) as usize];
                text += &format!(" {}\n", line.replace('#', &text.len().to_string()));
            }
        }
        let Some(alerts) = alerts(&text) else {
            println!("HAProxy 2.6 is not here: nothing is compared with it.");
            return;
        };
        let mut theirs: Vec<usize> = alerts.iter().map(|(line, _)| *line).collect();
        let ours = wrong(&read(&text, None, None).expect("it is short"));
        // Some errors end the reading: what comes after them is tried alone.
        let last = theirs.last().copied().unwrap_or_default();
        for line in ours.iter().filter(|line| **line > last) {
            let lines: Vec<&str> = text.lines().take(*line).collect();
            let section = lines.iter().rfind(|line| !line.starts_with(' ')).expect("a section");
            let same = lines
                .iter()
                .filter(|other| other.starts_with(" server same") && lines.ends_with(&[" server same 10.0.0.1:80"]))
                .map(|line| format!("{line}\n"));
            let alone = format!("{section}\n{}{}\n", same.take(1).collect::<String>(), lines[line - 1]);
            theirs.extend(self::alerts(&alone).is_some_and(|alerts| !alerts.is_empty()).then_some(*line));
        }
        theirs.dedup();
        refused += theirs.len();
        for line in ours.iter().chain(&theirs).filter(|line| ours.contains(line) != theirs.contains(line)) {
            let message = alerts.iter().find(|(at, _)| at == line).map_or("nothing", |(_, message)| message);
            let section = text.lines().take(*line).filter(|line| !line.starts_with(' ')).last().unwrap_or_default();
            differ.push(format!("{file}: {section}: {:?}: HAProxy says {message}", text.lines().nth(line - 1)));
        }
    }
    assert!(refused > 400, "{refused}");
    assert!(differ.is_empty(), "{} of {refused}:\n{}", differ.len(), differ.join("\n"));
}
