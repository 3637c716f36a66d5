//! The settings that can be changed while the world runs, each under its readable key.

use serde::Serialize;
use serde::de::Error;

use super::balancer::Algorithm;
use super::command::range;
use super::dns::ResolverKind;
use super::json::{Blank, Object, Problem, Scalar, Tagged, must};
use super::scenario::FieldError;
use super::script::Script;
use super::settings::{Check, ReadFrom, ServiceTimes, Settings, TlsMode};
use super::topology::Topology;

/// The most static files that can be listed: each visit looks for its own among them.
const MAX_FILES: usize = 200;

macro_rules! settings {
    ($($(#[$doc:meta])* $key:literal $variant:ident($type:ty) => $($field:ident).+ $(, $low:literal..=$high:literal)?;)*) => {
        /// A new value for one setting.
        #[derive(Clone, Debug, PartialEq, Eq, Serialize)]
        #[serde(tag = "key", content = "value")]
        pub enum Setting {
            $($(#[$doc])* #[serde(rename = $key)] $variant($type),)*
        }

        impl Setting {
            /// The readable key, such as `lb.balance`.
            #[must_use]
            pub const fn key(&self) -> &'static str {
                match self { $(Self::$variant(_) => $key,)* }
            }

            /// The field of the scenario that it is.
            #[must_use]
            pub const fn field(&self) -> &'static str {
                match self { $(Self::$variant(_) => concat!("settings", $(".", stringify!($field)),+),)* }
            }

            /// The value in a word or a number.
            #[must_use]
            pub fn value(&self) -> String {
                match self { $(Self::$variant(value) => format!("{value:?}"),)* }
            }

            /// The smallest and the largest value, where the value is a number.
            #[must_use]
            pub const fn range(&self) -> Option<(u32, u32)> {
                match self {
                    $($(Self::$variant(_) => Some(($low, $high)),)?)*
                    #[allow(unreachable_patterns, reason = "settings without a range are no numbers")]
                    _ => None,
                }
            }

            /// Writes the value into `settings`.
            pub fn write(&self, settings: &mut Settings) {
                match self { $(Self::$variant(value) => settings.$($field).+ = value.clone(),)* }
            }

            /// The present value of every setting.
            #[must_use]
            pub fn all(settings: &Settings) -> Vec<Self> {
                vec![$(Self::$variant(settings.$($field).+.clone()),)*]
            }

            /// Checks that the value is in range.
            ///
            /// # Errors
            /// The field `value`, if it is out of range.
            pub fn validate(&self) -> Result<(), FieldError> {
                match self {
                    $($(Self::$variant(value) => range("value", *value, $low, $high),)?)*
                    #[allow(unreachable_patterns, reason = "settings without a range are always valid")]
                    _ => Ok(()),
                }
            }
        }

        impl Setting {
            /// The keys of all settings.
            pub const KEYS: &[&str] = &[$($key),*];
        }

        impl Tagged for Setting {
            fn tag(&self) -> &'static str {
                "key"
            }

            fn choose(&mut self, key: &str) -> Result<Object<'_>, Problem> {
                *self = match key {
                    $($key => Self::$variant(<$type>::blank()),)*
                    _ => return Err(Problem::unknown_variant(key, Self::KEYS)),
                };
                Ok(Object::Fields(vec![must("value", match self { $(Self::$variant(value) => value,)* })]))
            }
        }
    };
}

settings! {
    /// `balance`.
    "lb.balance" Balance(Algorithm) => balancer.algorithm;
    /// `option allbackups`.
    "lb.allbackups" AllBackups(bool) => balancer.all_backups;
    /// `retries`.
    "lb.retries" Retries(u32) => balancer.retries, 0..=100;
    /// `option redispatch`.
    "lb.redispatch" Redispatch(bool) => balancer.redispatch;
    /// Kind of health check.
    "lb.check" CheckKind(Check) => balancer.check;
    /// `inter` in ms.
    "lb.inter" Inter(u32) => balancer.inter_ms, 10..=600_000;
    /// `fall`.
    "lb.fall" Fall(u32) => balancer.fall, 1..=100;
    /// `rise`.
    "lb.rise" Rise(u32) => balancer.rise, 1..=100;
    /// `timeout connect` in ms.
    "lb.timeout-connect" TimeoutConnect(u32) => balancer.timeout_connect_ms, 1..=600_000;
    /// `timeout server` in ms.
    "lb.timeout-server" TimeoutServer(u32) => balancer.timeout_server_ms, 0..=600_000;
    /// How far TLS reaches.
    "tls.mode" Tls(TlsMode) => tls.mode;
    /// Days from the start of the run until the certificate expires.
    "tls.certificate-days" CertificateDays(u32) => tls.certificate_days, 0..=3_650;
    /// `proxy_read_timeout` in ms.
    "nginx.read-timeout" NginxReadTimeout(u32) => nginx.read_timeout_ms, 1..=600_000;
    /// Workers of each application server.
    "app.workers" Workers(u32) => app.workers, 1..=1_000;
    /// Mean time of the application's own work, in microseconds.
    "app.service" AppService(u32) => app.service_us, 0..=60_000_000;
    /// Where reads go.
    "app.read-from" ReadsFrom(ReadFrom) => app.read_from;
    /// Reads go to the primary when no replica answers.
    "app.fallback" Fallback(bool) => app.fallback_to_primary;
    /// `SOURCE_DELAY` in ms.
    "mysql.source-delay" SourceDelay(u32) => mysql.source_delay_ms, 0..=600_000;
    /// Semi-synchronous replication.
    "mysql.semi-sync" SemiSync(bool) => mysql.semi_sync;
    /// Mean time of a statement, in microseconds.
    "mysql.service" MysqlService(u32) => mysql.service_us, 0..=60_000_000;
    /// Statements at a time.
    "mysql.threads" Threads(u32) => mysql.threads, 1..=1_000;
    /// `advert_int` in ms.
    "vrrp.advert" Advert(u32) => vrrp.advert_ms, 10..=255_000;
    /// keepalived watches HAProxy.
    "vrrp.track" TrackScript(bool) => vrrp.track_script;
    /// A returning router takes the address back.
    "vrrp.preempt" Preempt(bool) => vrrp.preempt;
    /// `scrape_interval` in ms.
    "monitoring.interval" ScrapeInterval(u32) => monitoring.interval_ms, 1_000..=600_000;
    /// `for` of every alert, in ms.
    "monitoring.for" AlertFor(u32) => monitoring.for_ms, 0..=3_600_000;
    /// Share of 5xx in percent.
    "monitoring.errors" AlertErrors(u32) => monitoring.error_percent, 0..=99;
    /// Replication lag in ms.
    "monitoring.lag" AlertLag(u32) => monitoring.lag_ms, 0..=3_600_000;
    /// The resolver's software.
    "dns.resolver" Resolver(ResolverKind) => dns.resolver;
    /// Visitor to data centre, one way, in microseconds.
    "net.client" ClientLatency(u32) => network.client_us, 0..=10_000_000;
    /// Spread of service times.
    "service" Service(ServiceTimes) => service;
}

impl Setting {
    /// Reads a setting as it stands in an address: a number, a name, or for a switch `on`, `off`, `1`, `0`, `true` or `false`.
    ///
    /// # Errors
    /// There is no such key, or its value cannot be this one; the field is the key.
    pub fn parse(key: &str, text: &str) -> Result<Self, FieldError> {
        let wrong = |error: &dyn core::fmt::Display| FieldError::new(key, error.to_string());
        let mut setting = Self::AllBackups(false);
        let Object::Fields(mut fields) = setting.choose(key).map_err(|error| wrong(&error))? else {
            return Err(wrong(&"is no setting"));
        };
        let value = fields[0].place();
        let scalar = match (text, text.parse()) {
            ("on" | "true" | "1", _) if value.take(Scalar::Bool(true)).is_ok() => return Ok(setting),
            ("off" | "false" | "0", _) if value.take(Scalar::Bool(false)).is_ok() => return Ok(setting),
            (_, Ok(number)) => Scalar::Number(number),
            _ => Scalar::Text(text),
        };
        value.take(scalar).map_err(|error| wrong(&error))?;
        setting.validate().map_err(|error| wrong(&error.message))?;
        Ok(setting)
    }
}

impl Settings {
    /// Checks every number, and that named servers exist.
    ///
    /// # Errors
    /// The first field out of range.
    pub fn validate(&self, topology: &Topology) -> Result<(), FieldError> {
        for setting in Setting::all(self) {
            let at = |e: FieldError| FieldError::new(setting.field(), e.message);
            setting.validate().map_err(at)?;
        }
        let hour_ms = 3_600_000;
        let numbers = [
            ("client.connect_timeout_ms", self.client.connect_timeout_ms, 1, hour_ms),
            ("client.response_timeout_ms", self.client.response_timeout_ms, 0, hour_ms),
            ("client.dns_timeout_ms", self.client.dns_timeout_ms, 1, hour_ms),
            ("client.dns_attempts", self.client.dns_attempts.into(), 1, 10),
            ("client.addresses", self.client.addresses.into(), 1, 65_535),
            ("client.complains_after_s", self.client.complains_after_s, 0, 86_400),
            ("dns.ttl_s", self.dns.ttl_s, 0, 604_800),
            ("network.resolver_us", self.network.resolver_us, 0, 10_000_000),
            ("network.name_server_us", self.network.name_server_us, 0, 10_000_000),
            ("network.lan_us", self.network.lan_us, 0, 10_000_000),
            ("network.loopback_us", self.network.loopback_us, 0, 10_000_000),
            ("balancer.timeout_queue_ms", self.balancer.timeout_queue_ms.unwrap_or(1), 1, hour_ms),
            ("balancer.fastinter_ms", self.balancer.fastinter_ms.unwrap_or(1), 1, hour_ms),
            ("balancer.downinter_ms", self.balancer.downinter_ms.unwrap_or(1), 1, hour_ms),
            ("balancer.redispatch_interval", self.balancer.redispatch_interval.unsigned_abs(), 0, 100),
            ("balancer.uri.len", self.balancer.uri.len.unwrap_or(0), 0, 10_000),
            ("balancer.uri.depth", self.balancer.uri.depth.unwrap_or(0), 0, 10_000),
            ("balancer.overhead_us", self.balancer.overhead_us, 0, 1_000_000),
            ("nginx.connect_timeout_ms", self.nginx.connect_timeout_ms, 1, hour_ms),
            ("nginx.static_us", self.nginx.static_us, 0, 60_000_000),
            ("nginx.overhead_us", self.nginx.overhead_us, 0, 1_000_000),
            ("app.backlog", self.app.backlog, 0, 65_535),
            ("app.connect_timeout_ms", self.app.connect_timeout_ms, 1, hour_ms),
            ("app.read_timeout_ms", self.app.read_timeout_ms, 0, hour_ms),
            ("mysql.max_connections", self.mysql.max_connections, 1, 100_000),
            ("mysql.apply_us", self.mysql.apply_us, 0, 60_000_000),
            ("mysql.connect_retry_ms", self.mysql.connect_retry_ms, 1, hour_ms),
            ("mysql.semi_sync_timeout_ms", self.mysql.semi_sync_timeout_ms, 1, hour_ms),
            ("vrrp.script_interval_ms", self.vrrp.script_interval_ms, 10, hour_ms),
            ("mysql.net_timeout_ms", self.mysql.net_timeout_ms, 1, hour_ms),
        ];
        for (field, value, low, high) in numbers {
            range(&format!("settings.{field}"), value, low, high)?;
        }
        if self.dns.addresses.len() > 8 {
            return Err(FieldError::new("settings.dns.addresses", "at most 8 addresses"));
        }
        for (i, path) in self.nginx.files.iter().flatten().enumerate() {
            if i == MAX_FILES {
                return Err(FieldError::new("settings.nginx.files", format!("at most {MAX_FILES} paths")));
            }
            Script::validate(None, Some(path), None)
                .map_err(|error| FieldError::new(format!("settings.nginx.files[{i}]"), error.message))?;
        }
        word("settings.balancer.cookie", self.balancer.cookie.as_deref())?;
        for (name, line) in &self.balancer.servers {
            let at = format!("settings.balancer.servers.{name}");
            if !topology.machines.iter().any(|m| &m.name == name) {
                return Err(FieldError::new(at, "no machine has this name"));
            }
            range(&format!("{at}.weight"), line.weight, 0, 256)?;
            range(&format!("{at}.maxconn"), line.maxconn.unwrap_or(1), 1, 1_000_000)?;
            word(&format!("{at}.cookie"), line.cookie.as_deref())?;
        }
        Ok(())
    }
}

/// Checks that a name of a cookie, or its value, is one that travels in a header unharmed.
fn word(field: &str, text: Option<&str>) -> Result<(), FieldError> {
    let travels = |text: &str| {
        (1..=64).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-.".contains(&b))
    };
    if text.is_none_or(travels) {
        return Ok(());
    }
    Err(FieldError::new(field, "1 to 64 letters, digits, _, - and ."))
}
