//! `haproxy.cfg` and `nginx.conf`.

use super::{from, lines, preset};
use crate::export::files;
use crate::sim::balancer::Algorithm;
use crate::sim::nginx::{Method, NextUpstream, UpstreamServer};
use crate::sim::{Check, Hash, HashFunction, HashType, ServerLine, TlsMode};

#[test]
fn haproxy_says_what_the_preset_says() {
    let files = files(&preset("three-server"));
    assert_eq!(
        from(&lines(&files, "lb-01/haproxy.cfg"), "frontend"),
        [
            "frontend fe",
            "bind :80",
            "default_backend be",
            "backend be",
            "balance roundrobin",
            "retries 3",
            "option redispatch",
            "retry-on conn-failure",
            "timeout connect 1000ms",
            "timeout server 10000ms",
            "timeout queue 5000ms",
            "default-server inter 2000ms fall 3 rise 2",
            "server web-01 10.0.0.11:80 check weight 1",
            "server web-02 10.0.0.12:80 check weight 1",
        ]
    );
}

#[test]
fn haproxy_says_all_that_can_be_set() {
    let mut scenario = preset("dedicated-db");
    let config = &mut scenario.settings.balancer;
    config.algorithm = Algorithm::Uri;
    (config.uri.len, config.uri.depth, config.uri.whole) = (Some(9), Some(2), true);
    config.hash = Hash { kind: HashType::Consistent, function: HashFunction::Djb2, avalanche: true };
    (config.retries, config.redispatch, config.redispatch_interval) = (7, true, 2);
    config.retry_on = "503 conn-failure".parse().unwrap();
    (config.cookie, config.persist, config.all_backups) = (Some("SRV".to_owned()), true, true);
    (config.timeout_queue_ms, config.timeout_server_ms) = (None, 0);
    config.check = Check::Http;
    (config.inter_ms, config.fastinter_ms, config.downinter_ms) = (500, Some(100), Some(900));
    (config.fall, config.rise, config.abort_on_close) = (5, 4, true);
    let line = ServerLine {
        weight: 5,
        backup: true,
        maxconn: Some(8),
        cookie: Some("w2".to_owned()),
        disabled: true,
        shut_when_down: true,
    };
    config.servers.insert("web-02".to_owned(), line);
    scenario.settings.tls.mode = TlsMode::Servers;
    scenario.validate().unwrap();
    let files = files(&scenario);
    let lines = lines(&files, "lb-01/haproxy.cfg");
    assert_eq!(
        from(&lines, "option abortonclose"),
        [
            "option abortonclose",
            "frontend fe",
            "bind :80",
            "bind :443 ssl crt /etc/ssl/site/www.foobar.com.pem",
            "http-request redirect scheme https code 301 unless { ssl_fc }",
            "default_backend be",
            "backend be",
            "balance uri len 9 depth 2 whole",
            "hash-type consistent djb2 avalanche",
            "retries 7",
            "option redispatch 2",
            "retry-on conn-failure 503",
            "cookie SRV insert indirect nocache",
            "option persist",
            "option allbackups",
            "timeout connect 1000ms",
            "timeout server 0ms",
            "option httpchk GET /health",
            "default-server inter 500ms fall 5 rise 4 fastinter 100ms downinter 900ms",
            "server web-01 10.0.0.11:443 ssl verify required ca-file /etc/ssl/site/ca.pem verifyhost www.foobar.com check weight 1",
            "server web-02 10.0.0.12:443 ssl verify required ca-file /etc/ssl/site/ca.pem verifyhost www.foobar.com \
             check weight 5 maxconn 8 backup cookie w2 disabled on-marked-down shutdown-sessions",
        ]
    );
}

#[test]
fn without_checks_no_server_is_checked() {
    let mut scenario = preset("three-server");
    scenario.settings.balancer.check = Check::None;
    scenario.settings.balancer.redispatch = false;
    let lines = lines(&files(&scenario), "lb-01/haproxy.cfg");
    assert!(!lines.iter().any(|line| line.contains(" check")), "{lines:?}");
    assert!(lines.contains(&"no option redispatch".to_owned()));
}

#[test]
fn nginx_passes_requests_to_the_application_on_its_machine() {
    let files = files(&preset("three-server"));
    assert_eq!(
        from(&lines(&files, "web-02/nginx.conf"), "upstream app"),
        [
            "upstream app {",
            "server 127.0.0.1:8000 weight=1 max_fails=1 fail_timeout=10s;",
            "}",
            "server {",
            "listen 80;",
            "server_name www.foobar.com;",
            "location /static/ { root /var/www; }",
            "location = /nginx-health { return 200; }",
            "location / {",
            "proxy_pass http://app;",
            "proxy_set_header Host $host;",
            "proxy_connect_timeout 2000ms;",
            "proxy_read_timeout 5000ms;",
            "proxy_next_upstream error timeout;",
            "proxy_next_upstream_tries 0;",
            "}",
            "}",
            "}",
        ]
    );
}

#[test]
fn nginx_says_all_that_can_be_set() {
    let mut scenario = preset("scaled");
    scenario.settings.tls.mode = TlsMode::Servers;
    let upstream = &mut scenario.settings.nginx.upstream;
    upstream.method = Method::LeastConn;
    upstream.next_upstream = vec![NextUpstream::Http503, NextUpstream::NonIdempotent];
    upstream.next_upstream_tries = 2;
    let usual = UpstreamServer { name: "app-02".to_owned(), ..UpstreamServer::default() };
    let special = UpstreamServer {
        name: "app-01".to_owned(),
        weight: 3,
        max_fails: 0,
        fail_timeout_s: 7,
        max_conns: Some(9),
        backup: true,
        down: true,
    };
    upstream.servers = vec![usual, special];
    scenario.validate().unwrap();
    let lines = lines(&files(&scenario), "web-01/nginx.conf");
    let upstream = from(&lines, "upstream app");
    assert_eq!(
        upstream[..5],
        [
            "upstream app {",
            "least_conn;",
            "server 10.0.0.32:8000 weight=1 max_fails=1 fail_timeout=10s;",
            "server 10.0.0.31:8000 weight=3 max_fails=0 fail_timeout=7s max_conns=9 backup down;",
            "}",
        ]
    );
    for line in [
        "return 301 https://$host$request_uri;",
        "listen 443 ssl;",
        "proxy_next_upstream http_503 non_idempotent;",
        "proxy_next_upstream_tries 2;",
    ] {
        assert!(lines.contains(&line.to_owned()), "{line}");
    }
}
