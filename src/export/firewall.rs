//! `nftables.conf` of a machine with a firewall (nft(8)).

use super::draft::{Draft, put};
use super::site::Site;
use crate::sim::{Firewall, Ruling};
use crate::text::export as say;

pub(super) fn write(site: &Site<'_>, machine: &str, firewall: &Firewall) -> String {
    let mut file = Draft::new("#", &say::of("nftables.conf", machine), site.scenario, say::FIREWALL);
    // Only this table is replaced: others on the machine, such as Docker's, stay.
    file.put_all("add table inet site\ndelete table inet site\ntable inet site {\n  chain input {");
    put!(file, "    type filter hook input priority filter; policy {};", firewall.policy.name());
    file.put_all("    iif lo accept\n    ct state established,related accept");
    for rule in &firewall.rules {
        let known = |name: &str| site.wiring.machines.iter().find(|info| info.name == name).map(|info| info.address);
        let (address, prefix) = rule.network(known).expect("the scenario is valid");
        let from = match prefix {
            0 => String::new(),
            32 => format!("ip saddr {address} "),
            _ => format!("ip saddr {address}/{prefix} "),
        };
        let port = |protocol: &str| rule.port.map_or_else(String::new, |port| format!("{protocol} dport {port} "));
        match rule.verdict {
            Ruling::Reject => {
                let tcp = if rule.port.is_none() { "meta l4proto tcp ".to_owned() } else { port("tcp") };
                put!(file, "    {from}{tcp}reject with tcp reset");
                put!(file, "    {from}{}reject", port("udp"));
            }
            verdict => put!(file, "    {from}{}{}", port("meta l4proto { tcp, udp } th"), verdict.name()),
        }
    }
    put!(file, "  }}\n}}");
    file.done()
}
