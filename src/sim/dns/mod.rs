//! Names to addresses: messages, the recursive resolver and the authoritative server.
//!
//! | file | concept |
//! | --- | --- |
//! | [`message`] | a DNS message as the page shows it: header, question, answer, authority, additional |
//! | [`wire`] | the same message as the bytes that cross the network, and back |
//! | [`dig`] | the same message as `dig` prints it |
//! | [`referral`] | what the servers above `foobar.com` say, and the order in which they are asked |
//! | [`addresses`] | a few addresses in an order, without allocation |
//! | [`authoritative`] | the zone of `foobar.com` and what its server answers |
//! | [`lookup`] | what a resolver says on the spot, and what an inspector sees of its cache |
//! | [`resolver`] | the recursive resolver and its cache: Unbound's or BIND's habits |
//! | [`service`] | resolver and authoritative server in a world: who is asked when, and who waits |
//! | [`upstream`] | how long the resolver tries, when it gives up, and what it remembers of that |
//!
//! All but [`service`] are state machines that is told the time: no queue, no network. One name is modelled,
//! [`NAME`]; a further record type is a new variant of [`RecordData`] and of [`ZoneAnswer`].

pub mod addresses;
pub mod authoritative;
pub mod dig;
pub mod lookup;
pub mod message;
pub mod referral;
pub mod resolver;
pub mod service;
pub mod upstream;
pub mod wire;

pub use addresses::{Addresses, MAX_ADDRESSES};
pub use authoritative::{Negative, Zone, ZoneAnswer};
pub use dig::dig_text;
pub use lookup::{CacheEntry, CachedAnswer, Lookup, Reply, STALE_TTL_S};
pub use message::{Edns, Flags, Message, Question, Rcode, Record, RecordData, RecordType, Soa};
pub use referral::{NameServer, com_referral, root_referral};
pub use resolver::{Resolver, ResolverSettings};
pub use service::NameService;
pub use upstream::{Failure, GivesUp, ResolverKind, Upstream};
pub use wire::{decode, encode};

/// The name that visitors type.
pub const NAME: &str = "www.foobar.com.";

/// The zone that holds [`NAME`].
pub const ZONE_NAME: &str = "foobar.com.";

/// The authoritative server of [`ZONE_NAME`].
pub const ZONE_SERVER: &str = "ns1.foobar.com.";
