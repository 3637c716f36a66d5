//! How every layer is configured. The defaults are those of the presets.

use std::net::Ipv4Addr;

use serde::Serialize;

use super::dns::ResolverKind;
use super::json::fields;
use super::named::named;
use super::nginx::Upstream;

mod balancer;
mod tls;

pub use balancer::{Balancer, Check, Hash, HashFunction, HashType, RetryOn, ServerLine, UriHash};
pub use tls::{HTTPS, Tls, TlsMode};

/// The configuration of a whole scenario.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Settings {
    /// The visitor's side.
    pub client: Client,
    /// Zone and resolver.
    pub dns: Dns,
    /// Latencies of the wires.
    pub network: Network,
    /// Encryption.
    pub tls: Tls,
    /// HAProxy.
    pub balancer: Balancer,
    /// nginx.
    pub nginx: Nginx,
    /// The application server.
    pub app: App,
    /// MySQL.
    pub mysql: Mysql,
    /// The routers that share virtual addresses.
    pub vrrp: Vrrp,
    /// The monitor, if there is one.
    pub monitoring: Monitoring,
    /// How the service times of the application and of MySQL are spread around their means.
    pub service: ServiceTimes,
    /// How much of what happens is recorded for reading.
    pub record: Record,
}

fields!(Settings {} { client, dns, network, tls, balancer, nginx, app, mysql, vrrp, monitoring, service, record });

/// The visitor's browser and operating system.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Client {
    /// Time until the browser gives up connecting, in ms (Windows: 21 s, Linux: 127 s).
    pub connect_timeout_ms: u32,
    /// Time until the browser gives up waiting for an answer, in ms; 0 is never.
    pub response_timeout_ms: u32,
    /// Time until the stub resolver asks again, in ms, and after the last attempt gives up (`resolv.conf`: `timeout`).
    pub dns_timeout_ms: u32,
    /// How often the stub resolver asks (`resolv.conf`: `attempts`).
    pub dns_attempts: u8,
    /// Number of addresses that visits of the continuous load come from.
    pub addresses: u16,
    /// Whether browsers remember the site's address until its TTL is over, as those of returning visitors do; otherwise
    /// each visit asks the resolver.
    pub remembers_address: bool,
    /// Of so many visitors of the continuous load who were failed one complains; 0 is nobody.
    pub complains_one_in: u32,
    /// After so many seconds, on average.
    pub complains_after_s: u32,
}

fields!(Client {} { connect_timeout_ms, response_timeout_ms, dns_timeout_ms, dns_attempts, addresses, remembers_address, complains_one_in, complains_after_s });

impl Default for Client {
    fn default() -> Self {
        Self {
            connect_timeout_ms: 21_000,
            response_timeout_ms: 60_000,
            dns_timeout_ms: 5_000,
            dns_attempts: 2,
            addresses: 32,
            remembers_address: false,
            complains_one_in: 50,
            complains_after_s: 300,
        }
    }
}

/// The zone `foobar.com` and the resolver before it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Dns {
    /// A records of `www.foobar.com`.
    pub addresses: Vec<Ipv4Addr>,
    /// Their time to live in seconds.
    pub ttl_s: u32,
    /// The resolver's software: it decides what happens when nobody answers.
    pub resolver: ResolverKind,
}

fields!(Dns {} { addresses, ttl_s, resolver });

impl Default for Dns {
    fn default() -> Self {
        Self { addresses: vec![Ipv4Addr::new(203, 0, 113, 10)], ttl_s: 60, resolver: ResolverKind::default() }
    }
}

/// One-way latencies in microseconds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Network {
    /// Visitor to data centre.
    pub client_us: u32,
    /// Visitor to resolver.
    pub resolver_us: u32,
    /// Resolver to root, `com` and authoritative servers.
    pub name_server_us: u32,
    /// Between machines of the data centre.
    pub lan_us: u32,
    /// Between processes of one machine.
    pub loopback_us: u32,
    /// Whether each connection starts with TCP's three-way handshake (one round trip); off models kept-open connections.
    pub handshake: bool,
}

fields!(Network {} { client_us, resolver_us, name_server_us, lan_us, loopback_us, handshake });

impl Default for Network {
    fn default() -> Self {
        Self {
            client_us: 20_000,
            resolver_us: 2_000,
            name_server_us: 15_000,
            lan_us: 250,
            loopback_us: 20,
            handshake: true,
        }
    }
}

/// nginx before the application server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Nginx {
    /// `proxy_connect_timeout` in ms.
    pub connect_timeout_ms: u32,
    /// `proxy_read_timeout` in ms.
    pub read_timeout_ms: u32,
    /// The `upstream` block and when the next server is asked.
    pub upstream: Upstream,
    /// Paths of the static files that there are; absent, every file that is asked for.
    pub files: Option<Vec<String>>,
    /// Time to serve a static file, in microseconds.
    pub static_us: u32,
    /// Time that nginx itself takes for a proxied request, in microseconds.
    pub overhead_us: u32,
}

fields!(Nginx {} { connect_timeout_ms, read_timeout_ms, upstream, files, static_us, overhead_us });

impl Default for Nginx {
    fn default() -> Self {
        Self {
            connect_timeout_ms: 2_000,
            read_timeout_ms: 5_000,
            upstream: Upstream::default(),
            files: None,
            static_us: 300,
            overhead_us: 100,
        }
    }
}

/// The application server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct App {
    /// Requests that it works on at a time.
    pub workers: u32,
    /// Connections that may wait for a worker; more are not accepted.
    pub backlog: u32,
    /// Mean time of its own work on a request, in microseconds.
    pub service_us: u32,
    /// Which database reads go to.
    pub read_from: ReadFrom,
    /// Whether reads go to the primary when no replica answers.
    pub fallback_to_primary: bool,
    /// Connect timeout of the MySQL client, in ms.
    pub connect_timeout_ms: u32,
    /// Read timeout of the MySQL client, in ms; 0 is never.
    pub read_timeout_ms: u32,
}

fields!(App {} { workers, backlog, service_us, read_from, fallback_to_primary, connect_timeout_ms, read_timeout_ms });

impl Default for App {
    fn default() -> Self {
        Self {
            workers: 16,
            backlog: 128,
            service_us: 4_000,
            read_from: ReadFrom::Replica,
            fallback_to_primary: false,
            connect_timeout_ms: 1_000,
            read_timeout_ms: 3_000,
        }
    }
}

named! {
    /// Where the application reads.
    #[derive(Default)]
    pub enum ReadFrom {
        /// The replicas in turn (the primary if there is no replica).
        #[default]
        "replica" Replica,
        /// The primary.
        "primary" Primary,
    }
}

/// MySQL, primary and replicas alike.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Mysql {
    /// Statements that it works on at a time.
    pub threads: u32,
    /// `max_connections`: more get error 1040.
    pub max_connections: u32,
    /// Mean time of a statement, in microseconds.
    pub service_us: u32,
    /// Time that a replica takes to apply a transaction, in microseconds.
    pub apply_us: u32,
    /// `SOURCE_DELAY`: a replica applies transactions at least this long after their commit, in ms.
    pub source_delay_ms: u32,
    /// `SOURCE_CONNECT_RETRY`: ms between attempts of a replica to reach its source.
    pub connect_retry_ms: u32,
    /// `rpl_semi_sync_source_enabled`, and on every replica: a commit is answered when a replica has received it.
    pub semi_sync: bool,
    /// `rpl_semi_sync_source_timeout`: after so many ms without a replica's word commits are answered all the same.
    pub semi_sync_timeout_ms: u32,
    /// `replica_net_timeout`: silence after which a replica takes its source for lost, in ms.
    pub net_timeout_ms: u32,
}

fields!(Mysql {} { threads, max_connections, service_us, apply_us, source_delay_ms, connect_retry_ms, semi_sync, semi_sync_timeout_ms, net_timeout_ms });

impl Default for Mysql {
    fn default() -> Self {
        Self {
            threads: 8,
            max_connections: 151,
            service_us: 2_000,
            apply_us: 500,
            source_delay_ms: 0,
            connect_retry_ms: 1_000,
            semi_sync: false,
            semi_sync_timeout_ms: 10_000,
            net_timeout_ms: 10_000,
        }
    }
}

/// keepalived, on every balancer alike.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Vrrp {
    /// `advert_int`: time between a master's advertisements, in ms.
    pub advert_ms: u32,
    /// Whether a track script looks for the process that serves the address (`killall -0 haproxy`): without it, FAULT.
    pub track_script: bool,
    /// `interval` of the script, in ms.
    pub script_interval_ms: u32,
    /// Whether a router of higher priority takes the address back when it returns; off is `nopreempt`.
    pub preempt: bool,
}

fields!(Vrrp {} { advert_ms, track_script, script_interval_ms, preempt });

impl Default for Vrrp {
    fn default() -> Self {
        Self { advert_ms: 1_000, track_script: true, script_interval_ms: 2_000, preempt: true }
    }
}

/// The monitor: Prometheus, with its rules.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Monitoring {
    /// `scrape_interval` and `evaluation_interval` in ms.
    pub interval_ms: u32,
    /// `for`: a condition must hold so long until its alert fires, in ms.
    pub for_ms: u32,
    /// More 5xx than this among the responses of a minute are an alert, in percent.
    pub error_percent: u32,
    /// A replica further behind than this is an alert, in ms.
    pub lag_ms: u32,
}

fields!(Monitoring {} { interval_ms, for_ms, error_percent, lag_ms });

impl Default for Monitoring {
    fn default() -> Self {
        Self { interval_ms: 15_000, for_ms: 30_000, error_percent: 5, lag_ms: 10_000 }
    }
}

/// What is kept for reading; changes nothing in the world.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Record {
    /// One visit in this many of the continuous load is traced; 0 traces none. Single visits always are.
    pub trace_one_in: u32,
}

fields!(Record {} { trace_one_in });

impl Default for Record {
    fn default() -> Self {
        Self { trace_one_in: 1 }
    }
}

named! {
    /// The distribution of service times.
    #[derive(Default)]
    pub enum ServiceTimes {
        /// Exponential: many short ones, a few long ones.
        #[default]
        "exponential" Exponential,
        /// Always the mean.
        "fixed" Fixed,
    }
}
