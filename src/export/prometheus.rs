//! `prometheus.yml` and its alert rules: those that the model's monitor has.
//!
//! Metrics have the names of haproxy_exporter, nginx-vts-exporter and mysqld_exporter.

use super::draft::{Draft, put};
use super::site::Site;
use crate::sim::monitoring::Rule;
use crate::sim::{Role, Tier};
use crate::text::export as say;

pub(super) fn config(site: &Site<'_>, machine: &str) -> String {
    let interval_ms = site.settings.monitoring.interval_ms;
    let mut file = Draft::new("#", &say::of("prometheus.yml", machine), site.scenario, say::PROMETHEUS);
    put!(file, "global:\n  scrape_interval: {interval_ms}ms\n  scrape_timeout: {}ms", interval_ms.min(10_000));
    put!(file, "  evaluation_interval: {interval_ms}ms\nrule_files: [alerts.yml]");
    let agents = site.wiring.with_role(|role| *role == Role::Agent);
    put!(
        file,
        "scrape_configs:\n  - job_name: agents\n    static_configs:{}",
        if agents.is_empty() { " []" } else { "" }
    );
    for agent in agents {
        let machine = site.wiring.machine_of(agent);
        let port = site.wiring.process(agent).port;
        put!(
            file,
            "      - targets: [\"{}:{port}\"]\n        labels: {{ machine: \"{}\" }}",
            machine.address,
            machine.name
        );
    }
    file.done()
}

pub(super) fn alerts(site: &Site<'_>, machine: &str) -> String {
    let config = &site.settings.monitoring;
    let mut file = Draft::new("#", &say::of("alerts.yml", machine), site.scenario, say::ALERTS);
    put!(file, "groups:\n  - name: site\n    rules:");
    for rule in Rule::ALL {
        put!(file, "      - alert: {}\n        expr: '{}'", rule.name(), condition(site, rule));
        put!(file, "        for: {}ms", config.for_ms);
        put!(file, "        annotations: {{ summary: \"{} at {{{{ $labels.machine }}}}\" }}", rule.name());
    }
    file.done()
}

/// What a rule looks for, as PromQL.
fn condition(site: &Site<'_>, rule: Rule) -> String {
    let config = &site.settings.monitoring;
    match rule {
        Rule::InstanceDown => "up == 0".to_owned(),
        Rule::ProcessDown => "{__name__=~\"(haproxy|nginx|app|mysql|keepalived)_up\"} == 0".to_owned(),
        Rule::BackendDown => "haproxy_server_up == 0".to_owned(),
        Rule::HighErrorRate => {
            let has_balancer = site.wiring.ids().any(|id| site.wiring.seat(id).tier == Tier::Balancer);
            let metric = if has_balancer { "haproxy_frontend_http_responses_total" } else { "nginx_server_requests" };
            // The window, or two samples if they are further apart.
            let window_ms = (2 * config.interval_ms).max(60_000);
            let rate = |which: &str| format!("sum by (machine) (rate({metric}{which}[{window_ms}ms]))");
            let errors = rate("{code=\"5xx\"}");
            format!("100 * {errors} / {} > {}", rate("{code!=\"total\"}"), config.error_percent)
        }
        Rule::ReplicationLag => format!(
            "1000 * mysql_slave_status_seconds_behind_master > {} or mysql_slave_status_slave_io_running == 0 or \
             mysql_slave_status_slave_sql_running == 0",
            config.lag_ms
        ),
    }
}
