//! The scenarios whose files are checked: the presets as they are shipped, and with everything set that can be.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use super::engine;
use crate::run::root;

/// Exports every scenario; returns the folder of each.
pub fn export(to: &Path) -> Result<Vec<PathBuf>> {
    drop(fs::remove_dir_all(to));
    fs::create_dir_all(to)?;
    let presets = crate::site::sorted_entries(&root().join("src/sim/presets"))?;
    let mut places: Vec<(PathBuf, PathBuf)> = Vec::new();
    for file in presets {
        let name = file.file_stem().context("a preset has a name")?.to_owned();
        places.push((file, to.join(name)));
    }
    for (name, preset, changes) in variants() {
        let file = root().join(format!("src/sim/presets/{preset}.json"));
        let mut scenario: Value = serde_json::from_str(&fs::read_to_string(file)?)?;
        merge(&mut scenario, changes);
        let file = to.join(format!("{name}.json"));
        fs::write(&file, scenario.to_string())?;
        places.push((file, to.join(name)));
    }
    engine::export(&places)?;
    Ok(places.into_iter().map(|(_, folder)| folder).collect())
}

/// A scenario that is wrong is refused by the field that is, and a symbolic link does not lead the export out of its folder.
pub fn refuse(below: &Path) -> Result<()> {
    let folder = below.join("refused");
    let (inside, outside) = (folder.join("inside"), folder.join("outside"));
    for new in [&inside, &outside] {
        fs::create_dir_all(new)?;
    }
    let wrong = folder.join("wrong.json");
    fs::write(&wrong, r#"{"name": "x", "topology": {"machines": [{"name": "a b"}]}}"#)?;
    let said = engine::refusal_to_export(&wrong, &inside)?;
    ensure!(said.contains("topology.machines[0]"), "a wrong scenario is refused with {said:?}");
    std::os::unix::fs::symlink(&outside, inside.join("lb-01"))?;
    let said = engine::refusal_to_export(&root().join("src/sim/presets/three-server.json"), &inside)?;
    ensure!(said.contains("symbolic link"), "a link that leads out is refused with {said:?}");
    ensure!(fs::read_dir(&outside)?.next().is_none(), "something was written through the link");
    Ok(fs::remove_dir_all(folder)?)
}

/// Name, preset, and what differs from it.
fn variants() -> Vec<(&'static str, &'static str, Value)> {
    let hostile = "a\n}server evil 192.0.2.1:80\r\n\"; ' # { } $(reboot) `x` \\";
    vec![
        (
            "everything",
            "secured",
            json!({
                "name": hostile,
                "settings": {
                    "dns": {"addresses": ["203.0.113.10", "203.0.113.11"], "ttl_s": 7},
                    "tls": {"mode": "servers"},
                    "balancer": {
                        "algorithm": "uri", "hash": {"kind": "consistent", "function": "wt6", "avalanche": true},
                        "uri": {"whole": true, "len": 20, "depth": 3}, "all_backups": true, "retries": 2,
                        "redispatch_interval": 2, "retry_on": "conn-failure 503", "abort_on_close": true, "cookie": "SRV",
                        "persist": true, "check": "http", "fastinter_ms": 100, "downinter_ms": 700,
                        "timeout_server_ms": 0, "timeout_queue_ms": null,
                        "servers": {"web-02": {
                            "weight": 3, "backup": true, "maxconn": 4, "cookie": "w2", "disabled": true, "shut_when_down": true
                        }},
                    },
                    "nginx": {"upstream": {"next_upstream": [], "next_upstream_tries": 2, "servers": [
                        {"name": "web-01", "weight": 2, "max_fails": 3, "fail_timeout_s": 4, "max_conns": 5},
                        {"name": "web-02", "weight": 2, "max_conns": 5},
                    ]}},
                    "mysql": {"semi_sync": true, "semi_sync_timeout_ms": 500, "source_delay_ms": 1_000, "connect_retry_ms": 1_500, "net_timeout_ms": 4_500},
                    "monitoring": {"interval_ms": 5_000, "for_ms": 0},
                },
            }),
        ),
        (
            "finely-timed",
            "scaled",
            json!({"settings": {
                "tls": {"mode": "balancer", "certificate_days": 0},
                "balancer": {"algorithm": "leastconn", "check": "http-static", "redispatch": false, "retry_on": "none"},
                "nginx": {"upstream": {
                    "method": "least_conn", "next_upstream": ["error", "http_503", "non_idempotent"],
                    "servers": [{"name": "app-01"}, {"name": "app-02", "backup": true}],
                }},
                "mysql": {"semi_sync": true, "semi_sync_timeout_ms": 500},
                "vrrp": {"advert_ms": 250, "preempt": false, "script_interval_ms": 500},
            }}),
        ),
        ("open", "one-server", json!({"settings": {"tls": {"mode": "balancer"}}, "topology": {"machines": []}})),
        ("none-checked", "three-server", json!({"settings": {"balancer": {"check": "none", "algorithm": "random"}}})),
    ]
}

/// Puts the fields of one object into another; a list that is empty changes nothing.
fn merge(into: &mut Value, from: Value) {
    match (into, from) {
        (Value::Object(into), Value::Object(from)) => {
            for (key, value) in from {
                merge(into.entry(key).or_insert(Value::Null), value);
            }
        }
        (_, Value::Array(list)) if list.is_empty() => {}
        (into, from) => *into = from,
    }
}
