//! `keepalived.conf` of a machine that shares virtual addresses (keepalived.conf(5)).

use std::net::Ipv4Addr;

use super::draft::{Draft, put};
use super::site::Site;
use crate::sim::{Decimal, Machine, Role};
use crate::text::export as say;

/// The longest interval that VRRP version 3 has room for: 12 bits of hundredths of a second.
const LONGEST_V3_MS: u32 = 40_950;

pub(super) fn write(site: &Site<'_>, machine: &Machine) -> String {
    let config = &site.settings.vrrp;
    let is_whole = config.advert_ms.is_multiple_of(1_000);
    let is_v3 = !is_whole && config.advert_ms <= LONGEST_V3_MS;
    let advert_ms = match (is_whole, is_v3) {
        (true, _) => config.advert_ms,
        (false, true) => config.advert_ms.next_multiple_of(10),
        (false, false) => config.advert_ms.next_multiple_of(1_000),
    };
    let left_out =
        say::keepalived(is_v3, advert_ms != config.advert_ms, !config.script_interval_ms.is_multiple_of(1_000));
    let mut file = Draft::new("#", &say::of("keepalived.conf", &machine.name), site.scenario, &left_out);
    put!(file, "global_defs {{\n  router_id {}\n  enable_script_security\n  script_user root", machine.name);
    put!(file, "  vrrp_version {}\n}}", if is_v3 { 3 } else { 2 });
    let entrance = machine.processes.iter().find_map(|process| match process.role {
        Role::Balancer => Some("haproxy"),
        Role::Nginx => Some("nginx"),
        _ => None,
    });
    let script = entrance.filter(|_| config.track_script);
    if let Some(program) = script {
        put!(file, "vrrp_script entrance {{\n  script \"/usr/bin/killall -0 {program}\"");
        put!(file, "  interval {}\n}}", config.script_interval_ms.div_ceil(1_000));
    }
    for process in &machine.processes {
        let Role::Keepalived { address, priority } = process.role else {
            continue;
        };
        put!(file, "vrrp_instance {} {{\n  state BACKUP\n  interface eth0", process.name);
        put!(file, "  virtual_router_id {}\n  priority {priority}", router_id(site, address));
        put!(file, "  advert_int {}", seconds(advert_ms));
        if !config.preempt {
            put!(file, "  nopreempt");
        }
        put!(file, "  virtual_ipaddress {{\n    {address}/32\n  }}");
        if script.is_some() {
            put!(file, "  track_script {{\n    entrance\n  }}");
        }
        put!(file, "}}");
    }
    file.done()
}

/// Routers of one address have one number, 1 to 255, and those of another a different one.
fn router_id(site: &Site<'_>, address: Ipv4Addr) -> usize {
    let processes = site.wiring.ids();
    let mut addresses: Vec<Ipv4Addr> = processes.filter_map(|id| site.wiring.virtual_address(id)).collect();
    addresses.sort_unstable();
    addresses.dedup();
    addresses.iter().position(|known| *known == address).unwrap_or(0) % 255 + 1
}

/// Milliseconds, as seconds with as many digits as it takes.
pub(super) const fn seconds(ms: u32) -> Decimal {
    Decimal::of(ms as u64, 1_000, 3).short()
}
