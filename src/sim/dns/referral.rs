//! The servers above `foobar.com`: they know who to ask next, and a resolver remembers what they said.

use core::net::Ipv4Addr;

use super::message::Message;
use super::record::{Record, RecordData};
use super::{ZONE_NAME, ZONE_SERVER};

/// The server of `com.` that is shown; the other twelve are left out.
pub const COM_SERVER: &str = "a.gtld-servers.net.";

/// The public address of [`COM_SERVER`].
pub const COM_ADDRESS: Ipv4Addr = Ipv4Addr::new(192, 5, 6, 30);

/// For how many seconds the root's and com's referrals may be kept: two days, as both publish.
pub const REFERRAL_TTL_S: u32 = 172_800;

/// The servers that a resolver asks, from the top down.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum NameServer {
    /// A root server; it knows the servers of `com.`.
    Root,
    /// A server of `com.`; it knows the server of `foobar.com.`.
    Com,
    /// The authoritative server of `foobar.com.`; it knows the address.
    Authoritative,
}

/// The root's answer to any question below `com.`: no answer, but whom to ask (RFC 1034 section 4.3.2).
#[must_use]
pub fn root_referral(query: &Message) -> Message {
    referral(query, "com.", COM_SERVER, COM_ADDRESS)
}

/// The answer of com's server to any question below `foobar.com.`. The address of the next server comes along as glue,
/// because its name lies in the very zone that it serves.
#[must_use]
pub fn com_referral(query: &Message, authoritative: Ipv4Addr) -> Message {
    referral(query, ZONE_NAME, ZONE_SERVER, authoritative)
}

fn referral(query: &Message, zone: &str, server: &str, address: Ipv4Addr) -> Message {
    let name = RecordData::Ns(server.to_owned());
    let glue = RecordData::A(address);
    Message {
        authority: vec![Record::new(zone, REFERRAL_TTL_S, name)],
        additional: vec![Record::new(server, REFERRAL_TTL_S, glue)],
        ..query.reply()
    }
}
