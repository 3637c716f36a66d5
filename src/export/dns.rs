//! The zone file of the site (RFC 1035, section 5), and the configuration of NSD, its server in the model.

use super::draft::{Draft, put};
use super::site::Site;
use crate::sim::dns::{ZONE_NAME, Zone};
use crate::text::export as say;

/// The zone's file.
pub(super) const FILE: &str = "foobar.com.zone";

pub(super) fn zone(site: &Site<'_>, machine: &str) -> String {
    let dns = &site.settings.dns;
    let address = site.machine(machine).address;
    let mut file = Draft::new(";", &say::of("zone", machine), site.scenario, say::ZONE);
    for record in Zone::of_site(&dns.addresses, dns.ttl_s, address).records() {
        put!(file, "{} {} IN {} {}", record.name, record.ttl_s, record.data.kind(), record.data);
    }
    file.done()
}

pub(super) fn nsd(site: &Site<'_>, machine: &str) -> String {
    let mut file = Draft::new("#", &say::of("nsd.conf", machine), site.scenario, "");
    put!(file, "server:\n  ip-address: 0.0.0.0\n  round-robin: no");
    put!(file, "zone:\n  name: {}\n  zonefile: /etc/nsd/{FILE}", ZONE_NAME.trim_end_matches('.'));
    file.done()
}
