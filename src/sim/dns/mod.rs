//! Names to addresses: messages, the recursive resolver and the authoritative server.
//!
//! | file | concept |
//! | --- | --- |
//! | [`record`] | a record: a name, for how long it may be kept, and what it says |
//! | [`message`] | a DNS message as the page shows it: header, question, answer, authority, additional |
//! | [`wire`] | the same message as the bytes that cross the network, and back |
//! | [`dig`] | the same message as `dig` prints it |
//! | [`referral`] | what the servers above `foobar.com` say, and the order in which they are asked |
//! | [`authoritative`] | a zone, that of `foobar.com` on the page, and what its server answers |
//! | [`lookup`] | what a resolver says on the spot, and what an inspector sees of its cache |
//! | `cache` | the lines of a resolver's cache, and the search along a chain of CNAMEs |
//! | [`resolver`] | the recursive resolver: Unbound's or BIND's habits |
//! | `learning` | what it keeps of the answers it gets, and of those that do not come |
//! | `said` | what its cache says, as an address, as a message and as lines |
//! | [`service`] | resolver and authoritative server in a world: who is asked when, and who waits |
//! | [`upstream`] | how long the resolver tries, when it gives up, and what it remembers of that |
//!
//! All but [`service`] are state machines that are told the time: no queue, no network. A visit asks for one name, [`NAME`];
//! zone and resolver know others too.

pub mod authoritative;
mod cache;
pub mod dig;
mod learning;
pub mod lookup;
pub mod message;
pub mod record;
pub mod referral;
pub mod resolver;
mod said;
pub mod service;
pub mod upstream;
pub mod wire;

pub use authoritative::Zone;
pub use dig::dig_text;
pub use lookup::{Answer, CacheEntry, Lookup, MAX_ALIASES, STALE_TTL_S};
pub use message::{Edns, Flags, Message, Question, Rcode};
pub use record::{Record, RecordData, RecordType, Soa};
pub use referral::{NameServer, com_referral, root_referral};
pub use resolver::{Resolver, ResolverSettings};
pub use service::NameService;
pub use upstream::{ResolverKind, Upstream};
pub use wire::encode;

/// The name that visitors type.
pub const NAME: &str = "www.foobar.com.";

/// The zone that holds [`NAME`].
pub const ZONE_NAME: &str = "foobar.com.";

/// The authoritative server of [`ZONE_NAME`].
pub const ZONE_SERVER: &str = "ns1.foobar.com.";
