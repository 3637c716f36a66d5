//! What scenarios and commands may say, and what is said about those that may not be read.

use hopscope::sim::{Command, PRESETS, Scenario, Setting, Settings, TimedCommand};

/// Every command, as short as it may be.
const COMMANDS: [&str; 27] = [
    r#"{"do":"visit","class":"read","count":1}"#,
    r#"{"do":"visit","class":"write","count":2,"source":"203.0.113.9","answer":{"status":503},"method":"post","path":"/a","cookie":"b"}"#,
    r#"{"do":"visit","class":"static","count":1,"answer":"short-body"}"#,
    r#"{"do":"release","visit":3}"#,
    r#"{"do":"abort","visit":18446744073709551615}"#,
    r#"{"do":"load","rate_per_s":7,"mix":{"static":1,"read":2,"write":3},"arrivals":"even"}"#,
    r#"{"do":"kill","part":"web-01"}"#,
    r#"{"do":"freeze","part":"web-01/nginx"}"#,
    r#"{"do":"slow","part":"web-01","factor":10}"#,
    r#"{"do":"restore","part":"web-01"}"#,
    r#"{"do":"restore-all"}"#,
    r#"{"do":"server-state","server":"web-01","state":"drain"}"#,
    r#"{"do":"server-weight","server":"web-01","weight":0}"#,
    r#"{"do":"server-health","server":"web-01","health":"stopping"}"#,
    r#"{"do":"server-maxconn","server":"web-01","maxconn":3}"#,
    r#"{"do":"app-health","machine":"web-01","healthy":false}"#,
    r#"{"do":"reload"}"#,
    r#"{"do":"reload","upstream":{"method":"ip_hash","next_upstream":["error"],"next_upstream_tries":2,"servers":[{"name":"web-01","weight":2,"max_fails":3,"fail_timeout_s":4,"max_conns":null,"backup":false,"down":true}]}}"#,
    r#"{"do":"records","addresses":["203.0.113.10"],"ttl_s":5}"#,
    r#"{"do":"flush-cache"}"#,
    r#"{"do":"promote","server":"db-01/mysqld"}"#,
    r#"{"do":"follow","server":"db-01/mysqld"}"#,
    r#"{"do":"replication","server":"db-01/mysqld","thread":"both","run":true}"#,
    r#"{"do":"reclone","server":"db-01/mysqld"}"#,
    r#"{"do":"deploy","machine":"web-01","version":2}"#,
    r#"{"do":"set","key":"lb.fall","value":4}"#,
    r#"{"do":"truncate","server":"db-01/mysqld"}"#,
];

fn command_error(text: &str) -> String {
    serde_json::from_str::<Command>(text).expect_err(text).to_string()
}

#[test]
fn commands_and_settings_are_read_as_they_are_written() {
    for text in COMMANDS {
        let command: Command = serde_json::from_str(text).expect(text);
        assert_eq!(serde_json::to_string(&command).unwrap(), text);
    }
    for setting in Setting::all(&Settings::default()) {
        let timed = TimedCommand { at_us: hopscope::sim::SimTime(5), command: Command::Set(setting) };
        let text = serde_json::to_string(&timed).unwrap();
        assert_eq!(serde_json::from_str::<TimedCommand>(&text).unwrap(), timed, "{text}");
    }
}

#[test]
fn the_order_of_fields_does_not_matter_and_some_may_be_left_out() {
    let same = [
        (r#"{"class":"read","do":"visit"}"#, COMMANDS[0]),
        (r#"{"value":4,"key":"lb.fall","do":"set"}"#, COMMANDS[25]),
        (r#"{"run":true,"server":"db-01/mysqld","do":"replication"}"#, COMMANDS[22]),
        (
            r#"{"do":"load","rate_per_s":7}"#,
            r#"{"do":"load","rate_per_s":7,"mix":{"static":20,"read":70,"write":10},"arrivals":"poisson"}"#,
        ),
        (r#"{"do":"reload","upstream":{}}"#, r#"{"do":"reload","upstream":{"next_upstream":["error","timeout"]}}"#),
        (r#"{"do":"visit","class":"read","path":null,"answer":null}"#, COMMANDS[0]),
    ];
    for (short, long) in same {
        let read = |text| serde_json::from_str::<Command>(text).expect(text);
        assert_eq!(read(short), read(long));
    }
}

#[test]
fn commands_that_cannot_be_read_are_refused_with_the_reason() {
    let cases = [
        (r#"{"part":"web-01"}"#, "missing field `do`"),
        (r#"{"do":"slow","part":"web-01"}"#, "missing field `factor`"),
        (r#"{"do":"slow","part":"web-01","factor":-1}"#, "factor: invalid value: integer `-1`, expected u32"),
        (
            r#"{"do":"slow","part":"web-01","factor":5000000000}"#,
            "factor: invalid value: integer `5000000000`, expected u32",
        ),
        (r#"{"do":"slow","part":"web-01","factor":1.5}"#, "factor: invalid type: floating point `1.5`, expected u32"),
        (r#"{"do":"slow","part":"web-01","factor":"2"}"#, "factor: invalid type: string \"2\", expected u32"),
        (r#"{"do":"slow","part":5,"factor":2}"#, "part: invalid type: integer `5`, expected a string"),
        (r#"{"do":"kill","part":"web-01","factor":2}"#, "unknown field `factor`, expected `part`"),
        (r#"{"do":"kil","part":"web-01"}"#, "unknown variant `kil`, expected one of `visit`, `release`, "),
        (r#"{"do":"set","key":"lb.blance","value":1}"#, "unknown variant `lb.blance`, expected one of `lb.balance`, "),
        (r#"{"do":"set","key":"lb.fall","value":"x"}"#, "value: invalid type: string \"x\", expected u32"),
        (
            r#"{"do":"set","key":"lb.balance","value":"x"}"#,
            "value: unknown variant `x`, expected one of `roundrobin`, ",
        ),
        (r#"{"do":"set","key":"lb.fall"}"#, "missing field `value`"),
        (r#"{"do":"set","value":1}"#, "missing field `key`"),
        (r#"{"do":"records","addresses":["203.0.113"],"ttl_s":5}"#, "addresses: invalid IPv4 address syntax"),
        (
            r#"{"do":"records","addresses":"203.0.113.1","ttl_s":5}"#,
            "addresses: invalid type: string \"203.0.113.1\", expected a sequence",
        ),
        (
            r#"{"do":"visit","class":"read","answer":{"status":"x"}}"#,
            "answer: status: invalid type: string \"x\", expected u16",
        ),
        (
            r#"{"do":"visit","class":"read","answer":"sing"}"#,
            "answer: unknown variant `sing`, expected one of `page`, ",
        ),
        (r#"{"do":"load","mix":{"static":1,"read":2}}"#, "mix: missing field `write`"),
        (
            r#"{"do":"reload","upstream":{"servers":[{"wight":2}]}}"#,
            "upstream: servers: unknown field `wight`, expected one of `name`, ",
        ),
        (r#"{"do":"reload","upstream":5}"#, "upstream: invalid type: integer `5`, expected struct Upstream"),
    ];
    for (text, expected) in cases {
        let error = command_error(text);
        assert!(error.starts_with(expected), "{text}: {error}");
    }
    for text in [
        "{}",
        "5",
        "[]",
        "null",
        r#""kill""#,
        r#"{"do":5}"#,
        r#"{"do":"visit","class":"read","answer":{}}"#,
        r#"{"do":"visit","class":"read","answer":"status"}"#,
        r#"{"do":"visit","class":"read","answer":{"status":1,"delay":1}}"#,
        r#"{"do":"kill","part":"a","part":"b"}"#,
        r#"{"do":"kill","do":"kill","part":"b"}"#,
    ] {
        command_error(text);
    }
}

#[test]
fn scenarios_that_cannot_be_read_are_refused_with_the_field() {
    let text = PRESETS[0].scenario().to_json();
    let cases = [
        (
            "\"name\":",
            "\"nam\":",
            "nam",
            "unknown field `nam`, expected one of `name`, `topology`, `settings`, `workload`, `seed`, `timeline` at line 2 column",
        ),
        ("\"topology\":", "\"topologi\":", "topologi", "unknown field `topologi`"),
    ];
    for (from, to, field, message) in cases {
        let error = Scenario::from_json(&text.replacen(from, to, 1)).expect_err(to);
        assert_eq!(error.field, field);
        assert!(error.message.starts_with(message), "{}", error.message);
    }
    let with = |more: &str| {
        let machines = r#"{"name":"a","address":"10.0.0.1","processes":[{"name":"b","role":"browser"},{"name":"r","role":"resolver"}]},{"name":"z","address":"10.0.0.3","processes":[{"name":"z","role":"authoritative"}]}"#;
        Scenario::from_json(
            &more
                .replace("MACHINE", machines)
                .replace("TOPOLOGY", &format!(r#""topology":{{"machines":[{machines}]}}"#)),
        )
    };
    let errors = [
        (r#"{"name":"x"}"#, "scenario", "missing field `topology` at line 1 column 12"),
        (r#"{"name":"x","name":"y",TOPOLOGY}"#, "name", "duplicate field `name` at line 1 column 18"),
        (r#"{"name":5,TOPOLOGY}"#, "name", "invalid type: integer `5`, expected a string at line 1 column 9"),
        (
            r#"{"name":"x","topology":{"machines":[{"name":"a"}]}}"#,
            "topology.machines[0]",
            "missing field `address` at line 1 column 48",
        ),
        (
            r#"{"name":"x","topology":{"machines":[MACHINE,{"name":"c","address":"10.0.0.2","processes":[{"name":"n","role":"ngin"}]}]}}"#,
            "topology.machines[2].processes[0].role",
            "unknown variant `ngin`, expected one of `browser`, ",
        ),
        (
            r#"{"name":"x","topology":{"machines":[{"name":"c","address":"10.0.0.2","processes":[{"name":"n","role":"nginx","port":5}]}]}}"#,
            "topology.machines[0].processes[0]",
            "unknown field `port`",
        ),
        (
            r#"{"name":"x","topology":{"machines":[{"name":"c","address":"10.0.0.2","processes":[{"role":"nginx"}]}]}}"#,
            "topology.machines[0].processes[0]",
            "missing field `name`",
        ),
        (
            r#"{"name":"x",TOPOLOGY,"settings":{"client":{"dns_attempts":256}}}"#,
            "settings.client.dns_attempts",
            "invalid value: integer `256`, expected u8",
        ),
        (
            r#"{"name":"x",TOPOLOGY,"settings":{"client":{"dns_atempts":2}}}"#,
            "settings.client.dns_atempts",
            "unknown field `dns_atempts`, expected one of `connect_timeout_ms`",
        ),
        (
            r#"{"name":"x",TOPOLOGY,"settings":{"balancer":{"servers":{"web-01":{"weigth":2}}}}}"#,
            "settings.balancer.servers.web-01.weigth",
            "unknown field `weigth`",
        ),
        (
            r#"{"name":"x",TOPOLOGY,"settings":{"balancer":{"check":"udp"}}}"#,
            "settings.balancer.check",
            "unknown variant `udp`, expected one of `none`, `tcp`",
        ),
        (r#"{"name":"x",TOPOLOGY,"timeline":[{"at_us":1}]}"#, "timeline[0]", "missing field `command`"),
        (
            r#"{"name":"x",TOPOLOGY,"timeline":[{"at_us":1,"command":{"do":"kil"}}]}"#,
            "timeline[0].command.do",
            "unknown variant `kil`",
        ),
        (r#"{"name":"x",TOPOLOGY,"seed":true}"#, "seed", "invalid type: boolean `true`, expected u64"),
        (r#"{"name":"x",TOPOLOGY,"workload":[]}"#, "workload", "invalid"),
        (r#"{"name":"x",TOPOLOGY,}"#, "scenario", "trailing comma"),
        (r#"{"name":"x",TOPOLOGY} x"#, "scenario", "trailing characters"),
    ];
    for (text, field, message) in errors {
        let error = with(text).expect_err(text);
        assert!(error.field == field && error.message.starts_with(message), "{text}: {error}");
    }
    assert_eq!(with(r#"{"name":"x",TOPOLOGY}"#).expect("a scenario").settings, Settings::default());
}
