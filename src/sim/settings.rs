//! How every layer is configured. The defaults are those of the presets.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use serde::{Deserialize, Serialize};

use super::balancer::Algorithm;
use super::dns::ResolverKind;
use super::named::named;
use super::nginx::Upstream;

/// The configuration of a whole scenario.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// The visitor's side.
    pub client: Client,
    /// Zone and resolver.
    pub dns: Dns,
    /// Latencies of the wires.
    pub network: Network,
    /// HAProxy.
    pub balancer: Balancer,
    /// nginx.
    pub nginx: Nginx,
    /// The application server.
    pub app: App,
    /// MySQL.
    pub mysql: Mysql,
    /// How the service times of the application and of MySQL are spread around their means.
    pub service: ServiceTimes,
    /// How much of what happens is recorded for reading.
    pub record: Record,
}

/// The visitor's browser and operating system.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Client {
    /// Time until the browser gives up connecting, in ms (Windows: 21 s, Linux: 127 s).
    pub connect_timeout_ms: u32,
    /// Time until the browser gives up waiting for an answer, in ms.
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
}

impl Default for Client {
    fn default() -> Self {
        Self {
            connect_timeout_ms: 21_000,
            response_timeout_ms: 60_000,
            dns_timeout_ms: 5_000,
            dns_attempts: 2,
            addresses: 32,
            remembers_address: false,
        }
    }
}

/// The zone `foobar.com` and the resolver before it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Dns {
    /// A records of `www.foobar.com`.
    pub addresses: Vec<Ipv4Addr>,
    /// Their time to live in seconds.
    pub ttl_s: u32,
    /// The resolver's software: it decides what happens when nobody answers.
    pub resolver: ResolverKind,
}

impl Default for Dns {
    fn default() -> Self {
        Self { addresses: vec![Ipv4Addr::new(203, 0, 113, 10)], ttl_s: 60, resolver: ResolverKind::default() }
    }
}

/// One-way latencies in microseconds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
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

/// The HAProxy backend. Field names are HAProxy's keywords.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Balancer {
    /// `balance`.
    pub algorithm: Algorithm,
    /// `option allbackups`.
    pub all_backups: bool,
    /// `retries`: connection attempts after the first.
    pub retries: u32,
    /// `option redispatch`.
    pub redispatch: bool,
    /// Kind of health check on each `server` line.
    pub check: Check,
    /// `inter`: ms between checks.
    pub inter_ms: u32,
    /// `fall`: failed checks in a row until DOWN.
    pub fall: u32,
    /// `rise`: good checks in a row until UP.
    pub rise: u32,
    /// `timeout connect` in ms.
    pub timeout_connect_ms: u32,
    /// `timeout server` in ms.
    pub timeout_server_ms: u32,
    /// `timeout queue` in ms; `timeout connect` where it is not set.
    pub timeout_queue_ms: Option<u32>,
    /// Time that HAProxy itself takes for a request, in microseconds.
    pub overhead_us: u32,
    /// What differs from the default on a `server` line, by machine name.
    pub servers: BTreeMap<String, ServerLine>,
}

impl Default for Balancer {
    fn default() -> Self {
        Self {
            algorithm: Algorithm::RoundRobin,
            all_backups: false,
            retries: 3,
            redispatch: true,
            check: Check::Tcp,
            inter_ms: 2_000,
            fall: 3,
            rise: 2,
            timeout_connect_ms: 1_000,
            timeout_server_ms: 10_000,
            timeout_queue_ms: Some(5_000),
            overhead_us: 50,
            servers: BTreeMap::new(),
        }
    }
}

named! {
    /// What a health check asks.
    #[derive(Default)]
    pub enum Check {
        /// No checks: every server counts as alive.
        "none" None,
        /// A TCP connection to nginx (`check`).
        #[default]
        "tcp" Tcp,
        /// A static page of nginx (`option httpchk GET /nginx-health`).
        "http-static" HttpStatic,
        /// A page of the application, through nginx (`option httpchk GET /health`).
        "http" Http,
    }
}

/// One `server` line of the backend.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ServerLine {
    /// `weight`, 0 to 256.
    pub weight: u32,
    /// `backup`: used only when no other server is usable.
    pub backup: bool,
    /// `maxconn`: requests at a time; the rest waits in the queue.
    pub maxconn: Option<u32>,
}

impl Default for ServerLine {
    fn default() -> Self {
        Self { weight: 1, backup: false, maxconn: None }
    }
}

/// nginx before the application server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
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
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
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
    /// Read timeout of the MySQL client, in ms.
    pub read_timeout_ms: u32,
}

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
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
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
    /// `replica_net_timeout`: silence after which a replica takes its source for lost, in ms.
    pub net_timeout_ms: u32,
}

impl Default for Mysql {
    fn default() -> Self {
        Self {
            threads: 8,
            max_connections: 151,
            service_us: 2_000,
            apply_us: 500,
            source_delay_ms: 0,
            connect_retry_ms: 1_000,
            net_timeout_ms: 10_000,
        }
    }
}

/// What is kept for reading; changes nothing in the world.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Record {
    /// One visit in this many of the continuous load is traced; 0 traces none. Single visits always are.
    pub trace_one_in: u32,
}

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
