//! Databases, name service, packet filters, routers, monitoring and containers.

use super::{from, lines, preset};
use crate::export::{File, files};
use crate::sim::{Firewall, HTTPS, PRESETS, Preset, Role, Rule, Ruling, Scenario, TlsMode};

/// The text of a file with its comments.
fn text(files: &[File], path: &str) -> String {
    files.iter().find(|file| file.path == path).unwrap_or_else(|| panic!("no {path}")).content.clone()
}

#[test]
fn a_primary_and_a_replica_are_told_apart() {
    let mut scenario = preset("three-server");
    let config = &mut scenario.settings.mysql;
    (config.threads, config.max_connections, config.net_timeout_ms) = (4, 99, 1_500);
    (config.source_delay_ms, config.connect_retry_ms) = (2_000, 3_500);
    (config.semi_sync, config.semi_sync_timeout_ms) = (true, 750);
    let files = files(&scenario);
    let common = |number: u8| {
        let server_id = format!("server_id = {number}");
        let report_host = format!("report_host = web-0{number}");
        let head = ["[mysqld]".to_owned(), server_id];
        let middle = [
            "port = 3306",
            "bind_address = 0.0.0.0",
            "mysqlx = OFF",
            "log_bin = binlog",
            "gtid_mode = ON",
            "enforce_gtid_consistency = ON",
            "log_replica_updates = ON",
            "max_connections = 99",
            "innodb_thread_concurrency = 4",
            "replica_net_timeout = 2",
        ];
        head.into_iter().chain(middle.map(str::to_owned)).chain([report_host]).collect::<Vec<_>>()
    };
    let semi_sync = |end: &str| {
        let plugins = ["plugin_load_add = semisync_source.so", "plugin_load_add = semisync_replica.so"];
        let own = [format!("rpl_semi_sync_{end}_enabled = ON"), "rpl_semi_sync_source_timeout = 750".to_owned()];
        [plugins.map(str::to_owned).to_vec(), own.to_vec()].concat()
    };
    assert_eq!(lines(&files, "web-01/mysqld.my.cnf"), [common(1), semi_sync("source")].concat());
    let read_only = vec!["read_only = ON".to_owned()];
    assert_eq!(lines(&files, "web-02/mysqld.my.cnf"), [common(2), read_only, semi_sync("replica")].concat());
    assert!(text(&files, "web-02/mysqld.my.cnf").contains("replica_net_timeout is rounded up"));

    assert_eq!(lines(&files, "web-01/mysqld.sql")[0], "CREATE USER 'repl'@'%' IDENTIFIED BY 'repl';");
    assert_eq!(
        lines(&files, "web-02/mysqld.sql"),
        [
            "CHANGE REPLICATION SOURCE TO SOURCE_HOST='10.0.0.11', SOURCE_PORT=3306,",
            "SOURCE_USER='repl', SOURCE_PASSWORD='repl', GET_SOURCE_PUBLIC_KEY=1,",
            "SOURCE_CONNECT_RETRY=4, SOURCE_RETRY_COUNT=86400,",
            "SOURCE_DELAY=2, SOURCE_AUTO_POSITION=1;",
            "START REPLICA;",
        ]
    );
    assert!(text(&files, "web-02/mysqld.sql").contains("are rounded up"));
}

#[test]
fn two_servers_on_one_machine_share_nothing() {
    let files = files(&preset("one-db-server"));
    let [first, second] = ["mysqld-1", "mysqld-2"].map(|name| lines(&files, &format!("db-01/{name}.my.cnf")));
    for of in ["port", "server_id", "datadir", "socket", "pid_file"] {
        let line = |lines: &[String]| from(lines, of)[0].clone();
        assert_ne!(line(&first), line(&second));
    }
    assert!(lines(&files, "db-01/mysqld-2.sql")[0].contains("SOURCE_HOST='127.0.0.1', SOURCE_PORT=3306"));
}

#[test]
fn the_zone_has_the_addresses_with_their_ttl() {
    let mut scenario = preset("three-server");
    scenario.settings.dns.addresses = vec!["203.0.113.11".parse().unwrap(), "203.0.113.12".parse().unwrap()];
    scenario.settings.dns.ttl_s = 7;
    assert_eq!(
        lines(&files(&scenario), "ns1/foobar.com.zone"),
        [
            "foobar.com. 3600 IN SOA ns1.foobar.com. admin.foobar.com. 1 7200 900 1209600 300",
            "foobar.com. 3600 IN NS ns1.foobar.com.",
            "ns1.foobar.com. 3600 IN A 192.0.2.1",
            "www.foobar.com. 7 IN A 203.0.113.11",
            "www.foobar.com. 7 IN A 203.0.113.12",
        ]
    );
}

#[test]
fn rules_keep_their_order_and_names_become_addresses() {
    let mut scenario = preset("three-server");
    let rules = ["drop 192.0.2.77/25 22", "reject lb-01 3306", "accept inside", "reject any", "accept any 443"];
    let rules = rules.iter().map(|rule| Rule::read(rule).unwrap()).collect();
    scenario.topology.machines[4].firewall = Some(Firewall { policy: Ruling::Drop, rules });
    scenario.validate().unwrap();
    let files = files(&scenario);
    assert_eq!(
        from(&lines(&files, "web-01/nftables.conf"), "type"),
        [
            "type filter hook input priority filter; policy drop;",
            "iif lo accept",
            "ct state established,related accept",
            "ip saddr 192.0.2.0/25 meta l4proto { tcp, udp } th dport 22 drop",
            "ip saddr 10.0.0.10 tcp dport 3306 reject with tcp reset",
            "ip saddr 10.0.0.10 udp dport 3306 reject",
            "ip saddr 10.0.0.0/24 accept",
            "meta l4proto tcp reject with tcp reset",
            "reject",
            "meta l4proto { tcp, udp } th dport 443 accept",
            "}",
            "}",
        ]
    );
    assert!(files.iter().all(|file| file.path != "web-02/nftables.conf"), "it has no firewall");
}

#[test]
fn routers_of_one_address_have_one_number() {
    let mut scenario = preset("scaled");
    scenario.settings.vrrp.preempt = false;
    scenario.settings.vrrp.advert_ms = 250;
    // keepalived 2.2 takes whole seconds for scripts.
    scenario.settings.vrrp.script_interval_ms = 1_500;
    let all = files(&scenario);
    let [first, second] = ["lb-01", "lb-02"].map(|name| lines(&all, &format!("{name}/keepalived.conf")));
    assert_eq!(
        from(&first, "vrrp_version"),
        [
            "vrrp_version 3",
            "}",
            "vrrp_script entrance {",
            "script \"/usr/bin/killall -0 haproxy\"",
            "interval 2",
            "}",
            "vrrp_instance keepalived {",
            "state BACKUP",
            "interface eth0",
            "virtual_router_id 1",
            "priority 150",
            "advert_int 0.25",
            "nopreempt",
            "virtual_ipaddress {",
            "203.0.113.10/32",
            "}",
            "track_script {",
            "entrance",
            "}",
            "}",
        ]
    );
    let of = |lines: &[String], start: &str| from(lines, start)[0].clone();
    assert_eq!(of(&first, "virtual_router_id"), of(&second, "virtual_router_id"));
    assert_eq!(of(&second, "priority"), "priority 100");
    scenario.settings.vrrp.track_script = false;
    assert!(!text(&files(&scenario), "lb-01/keepalived.conf").contains("script \""));
}

#[test]
fn the_monitor_scrapes_every_agent_and_has_every_rule() {
    let mut scenario = preset("secured");
    let config = &mut scenario.settings.monitoring;
    (config.interval_ms, config.for_ms, config.error_percent, config.lag_ms) = (40_000, 5_000, 7, 1_234);
    let files = files(&scenario);
    assert_eq!(
        lines(&files, "mon-01/prometheus.yml"),
        [
            "global:",
            "scrape_interval: 40000ms",
            "scrape_timeout: 10000ms",
            "evaluation_interval: 40000ms",
            "rule_files: [alerts.yml]",
            "scrape_configs:",
            "- job_name: agents",
            "static_configs:",
            "- targets: [\"10.0.0.10:9100\"]",
            "labels: { machine: \"lb-01\" }",
            "- targets: [\"10.0.0.11:9100\"]",
            "labels: { machine: \"web-01\" }",
            "- targets: [\"10.0.0.12:9100\"]",
            "labels: { machine: \"web-02\" }",
        ]
    );
    let alerts = lines(&files, "mon-01/alerts.yml");
    for rule in crate::sim::monitoring::Rule::ALL {
        assert_eq!(from(&alerts, &format!("- alert: {}", rule.name()))[2], "for: 5000ms");
    }
    let errors = &from(&alerts, "- alert: HighErrorRate")[1];
    assert!(errors.contains("[80000ms]") && errors.ends_with("> 7'"), "two samples, {errors}");
    assert!(from(&alerts, "- alert: ReplicationLag")[1].contains("behind_master > 1234 or"));
}

/// Whatever a process asks for in its container is mounted there, and is among the files.
#[test]
fn containers_find_their_files_and_each_other() {
    for preset in PRESETS {
        let mut scenario = preset.scenario();
        scenario.settings.tls.mode = TlsMode::Servers;
        let files = files(&scenario);
        let compose = lines(&files, "compose.yaml");
        let mounted: Vec<&str> = compose
            .iter()
            .filter_map(|line| line.strip_prefix("- \"./")?.split_once(':'))
            .map(|(path, _)| path)
            .collect();
        for path in &mounted {
            let is_there = files.iter().any(|file| file.path == *path || file.path.starts_with(&format!("{path}/")));
            assert!(is_there, "{path} in {}", preset.name);
        }
        for file in files.iter().filter(|file| file.path != "compose.yaml" && !file.path.starts_with("www/")) {
            assert!(mounted.contains(&file.path.as_str()), "nobody reads {} in {}", file.path, preset.name);
        }
        for machine in &scenario.topology.machines {
            for process in &machine.processes {
                let service = format!("\"{}.{}\":", machine.name, process.name);
                let is_outside = matches!(process.role, Role::Browser | Role::Resolver);
                assert_eq!(compose.contains(&service), !is_outside, "{service} in {}", preset.name);
            }
        }
        let published = compose.iter().filter(|line| line.contains(&format!("8443:{HTTPS}"))).count();
        assert_eq!(published, 1, "one entrance in {}", preset.name);
    }
}

#[test]
fn containers_with_strange_names_are_told_apart() {
    let mut scenario = Scenario { name: "strange".to_owned(), ..preset("three-server") };
    for (machine, name) in scenario.topology.machines.iter_mut().skip(4).zip(["lb-01.haproxy", "certificate"]) {
        machine.name = name.to_owned();
    }
    let primary = "lb-01.haproxy/mysqld".to_owned();
    scenario.topology.machines[5].processes[2].role = Role::Mysqld { replica_of: Some(primary), port: 3306 };
    scenario.validate().unwrap();
    let compose = lines(&files(&scenario), "compose.yaml");
    for name in ["\"lb-01.haproxy\":", "\"lb-01.haproxy_\":", "\"certificate_\":", "\"certificate.nginx\":"] {
        assert_eq!(compose.iter().filter(|line| *line == name).count(), 1, "{name}");
    }
}

#[test]
fn addresses_that_fit_no_network_are_left_to_the_containers() {
    let mut scenario = preset("three-server");
    scenario.topology.machines[4].address = scenario.topology.machines[5].address;
    let compose = text(&files(&scenario), "compose.yaml");
    assert!(!compose.contains("subnet: 10.0.0.0/24") && compose.contains("fit no network"), "{compose}");
    assert!(
        text(&files(&Preset::find("three-server").unwrap().scenario()), "compose.yaml").contains("subnet: 10.0.0.0/24")
    );
}
