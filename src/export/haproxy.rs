//! `haproxy.cfg` of a balancer (HAProxy 2.6 configuration manual).

use super::draft::{Draft, put, word_if, word_of};
use super::site::Site;
use crate::sim::balancer::Algorithm;
use crate::sim::{Check, HTTPS, Hash, Role, ServerLine, TlsMode};
use crate::text::export as say;

/// Where certificates lie: that of the site with its key, and that of whoever has signed those of the servers.
pub(super) const CERTIFICATES: &str = "/etc/ssl/site";

pub(super) fn write(site: &Site<'_>, machine: &str) -> String {
    let config = &site.settings.balancer;
    let what = format!("haproxy.cfg of {machine}");
    let mut file = Draft::new("#", &what, site.scenario, &say::haproxy(config.overhead_us));
    file.put_all(
        "global\n  nbthread 1\n  log /dev/log local0\n  stats socket /run/haproxy/admin.sock mode 660 level admin\n\
         defaults\n  mode http\n  log global\n  option httplog\n  option log-health-checks\n  timeout client 600s\n  timeout http-request 600s",
    );
    put!(file, "  # {}", say::HTTPCLOSE);
    file.put_all("  option httpclose");
    if config.abort_on_close {
        put!(file, "  option abortonclose");
    }
    put!(file, "frontend fe\n  bind :80");
    let balancer = site.process(machine, &Role::Balancer);
    if balancer.is_some_and(|balancer| site.speaks_tls(balancer)) {
        put!(file, "  bind :{HTTPS} ssl crt {CERTIFICATES}/www.foobar.com.pem");
        put!(file, "  http-request redirect scheme https code 301 unless {{ ssl_fc }}");
    }
    put!(file, "  default_backend be\nbackend be");
    backend(site, &mut file);
    file.done()
}

fn backend(site: &Site<'_>, file: &mut Draft) {
    let config = &site.settings.balancer;
    let uri = &config.uri;
    let uri = match config.algorithm {
        Algorithm::Uri => word_of("len ", uri.len) + &word_of("depth ", uri.depth) + &word_if(uri.whole, "whole"),
        _ => String::new(),
    };
    put!(file, "  balance {}{uri}", config.algorithm.name());
    if config.algorithm.is_hash() && config.hash != Hash::default() {
        let Hash { kind, function, avalanche } = config.hash;
        put!(file, "  hash-type {} {}{}", kind.name(), function.name(), word_if(avalanche, "avalanche"));
    }
    put!(file, "  retries {}", config.retries);
    let interval = Some(config.redispatch_interval).filter(|interval| *interval != -1);
    put!(file, "  {}option redispatch{}", if config.redispatch { "" } else { "no " }, word_of("", interval));
    put!(file, "  retry-on {}", String::from(config.retry_on));
    if let Some(name) = &config.cookie {
        put!(file, "  cookie {name} insert indirect nocache");
    }
    for (is_on, option) in [(config.persist, "persist"), (config.all_backups, "allbackups")] {
        if is_on {
            put!(file, "  option {option}");
        }
    }
    put!(file, "  timeout connect {}ms", config.timeout_connect_ms);
    put!(file, "  timeout server {}ms", config.timeout_server_ms);
    if let Some(queue) = config.timeout_queue_ms {
        put!(file, "  timeout queue {queue}ms");
    }
    match config.check {
        Check::None | Check::Tcp => {}
        Check::HttpStatic => put!(file, "  option httpchk GET /nginx-health"),
        Check::Http => put!(file, "  option httpchk GET /health"),
    }
    let (inter, fall, rise) = (config.inter_ms, config.fall, config.rise);
    let fast = config.fastinter_ms.map(|ms| format!("{ms}ms"));
    let down = config.downinter_ms.map(|ms| format!("{ms}ms"));
    let others = word_of("fastinter ", fast) + &word_of("downinter ", down);
    let is_checked = config.check != Check::None;
    if is_checked {
        put!(file, "  default-server inter {inter}ms fall {fall} rise {rise}{others}");
    }
    let usual = ServerLine::default();
    for server in site.wiring.with_role(|role| *role == site.wiring.server_role()) {
        let machine = site.wiring.machine_of(server);
        let line = config.servers.get(&machine.name).unwrap_or(&usual);
        put!(file, "  server {} {}:{}", machine.name, machine.address, port(site, server) + &words(line, is_checked));
    }
}

/// The port of a server, with what the balancer has to say to it before the first request.
fn port(site: &Site<'_>, server: crate::sim::ProcessId) -> String {
    match site.settings.tls.mode {
        TlsMode::Servers if site.speaks_tls(server) => {
            format!("{HTTPS} ssl verify required ca-file {CERTIFICATES}/ca.pem verifyhost www.foobar.com")
        }
        _ => site.wiring.process(server).port.to_string(),
    }
}

fn words(line: &ServerLine, is_checked: bool) -> String {
    word_if(is_checked, "check")
        + &format!(" weight {}", line.weight)
        + &word_of("maxconn ", line.maxconn)
        + &word_if(line.backup, "backup")
        + &word_of("cookie ", line.cookie.as_ref())
        + &word_if(line.disabled, "disabled")
        + &word_if(line.shut_when_down, "on-marked-down shutdown-sessions")
}
