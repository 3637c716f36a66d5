//! The settings of the HAProxy backend.

use core::str::FromStr;
use std::collections::BTreeMap;

use serde::Serialize;
use serde::de::Error;

use crate::balancer::Algorithm;
use crate::json::{Place, Problem, Scalar, fields, readable};
use crate::named::named;

/// The HAProxy backend. Field names are HAProxy's keywords.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Balancer {
    /// `balance`.
    pub algorithm: Algorithm,
    /// `hash-type`, for the algorithms that hash.
    pub hash: Hash,
    /// Parameters of `balance uri`.
    pub uri: UriHash,
    /// `option allbackups`.
    pub all_backups: bool,
    /// `retries`: connection attempts after the first.
    pub retries: u32,
    /// `option redispatch`.
    pub redispatch: bool,
    /// The number after `option redispatch`: redispatch at every so manieth retry; from the last one back if negative.
    pub redispatch_interval: i32,
    /// `retry-on`: what is worth a retry.
    pub retry_on: RetryOn,
    /// `option abortonclose`: a request whose client has left is dropped.
    pub abort_on_close: bool,
    /// Name of the cookie that keeps a visitor on a server (`cookie NAME insert indirect nocache`); none for no cookie.
    pub cookie: Option<String>,
    /// `option persist`: a cookie leads to its server even if that is down.
    pub persist: bool,
    /// Kind of health check on each `server` line.
    pub check: Check,
    /// `inter`: ms between checks.
    pub inter_ms: u32,
    /// `fastinter`: the same while the state is about to change; `inter` if not set.
    pub fastinter_ms: Option<u32>,
    /// `downinter`: the same while the server is DOWN; `inter` if not set.
    pub downinter_ms: Option<u32>,
    /// `fall`: failed checks in a row until DOWN.
    pub fall: u32,
    /// `rise`: good checks in a row until UP.
    pub rise: u32,
    /// `timeout connect` in ms.
    pub timeout_connect_ms: u32,
    /// `timeout server` in ms; 0 is never.
    pub timeout_server_ms: u32,
    /// `timeout queue` in ms; `timeout connect` where it is not set.
    pub timeout_queue_ms: Option<u32>,
    /// Time that HAProxy itself takes for a request, in microseconds.
    pub overhead_us: u32,
    /// What differs from the default on a `server` line, by machine name.
    pub servers: BTreeMap<String, ServerLine>,
}

fields!(Balancer {} { algorithm, hash, uri, all_backups, retries, redispatch, redispatch_interval, retry_on, abort_on_close, cookie, persist, check, inter_ms, fastinter_ms, downinter_ms, fall, rise, timeout_connect_ms, timeout_server_ms, timeout_queue_ms, overhead_us, servers });

impl Default for Balancer {
    fn default() -> Self {
        Self {
            algorithm: Algorithm::RoundRobin,
            hash: Hash::default(),
            uri: UriHash::default(),
            all_backups: false,
            retries: 3,
            redispatch: true,
            redispatch_interval: -1,
            retry_on: RetryOn::default(),
            abort_on_close: false,
            cookie: None,
            persist: false,
            check: Check::Tcp,
            inter_ms: 2_000,
            fastinter_ms: None,
            downinter_ms: None,
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
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ServerLine {
    /// `weight`, 0 to 256.
    pub weight: u32,
    /// `backup`: used only when no other server is usable.
    pub backup: bool,
    /// `maxconn`: requests at a time; the rest waits in the queue.
    pub maxconn: Option<u32>,
    /// `cookie`: the value that leads to this server.
    pub cookie: Option<String>,
    /// `disabled`: in maintenance from the start.
    pub disabled: bool,
    /// `on-marked-down shutdown-sessions`: what runs on it ends when it goes DOWN.
    pub shut_when_down: bool,
}

fields!(ServerLine {} { weight, backup, maxconn, cookie, disabled, shut_when_down });

impl Default for ServerLine {
    fn default() -> Self {
        Self { weight: 1, backup: false, maxconn: None, cookie: None, disabled: false, shut_when_down: false }
    }
}

/// `hash-type`: how a hash leads to a server (manual, section 4.2). Only `uri` lets the function choose; `source` takes the
/// address as it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Hash {
    /// Table or ring.
    pub kind: HashType,
    /// The function.
    pub function: HashFunction,
    /// `avalanche`: whether the number is stirred once more, as HAProxy does by itself where `consistent` stands alone.
    pub avalanche: bool,
}

fields!(Hash {} { kind, function, avalanche });

named! {
    /// How a hash leads to a server.
    #[derive(Default)]
    pub enum HashType {
        /// A table, which is another one as soon as a server comes or goes.
        #[default]
        "map-based" MapBased,
        /// A ring on which each server has many places: when one leaves, only its own visitors move.
        "consistent" Consistent,
    }
}

named! {
    /// Hash functions.
    #[derive(Default)]
    pub enum HashFunction {
        /// sdbm.
        #[default]
        "sdbm" Sdbm,
        /// djb2.
        "djb2" Djb2,
        /// wt6.
        "wt6" Wt6,
        /// CRC-32 as in Ethernet.
        "crc32" Crc32,
    }
}

/// Parameters of `balance uri` (manual, section 4.2, `balance`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct UriHash {
    /// `whole`: with the query.
    pub whole: bool,
    /// `len`: only so many characters.
    pub len: Option<u32>,
    /// `depth`: only so many directories.
    pub depth: Option<u32>,
}

fields!(UriHash {} { whole, len, depth });

/// `retry-on` (manual, section 4.2): a list of words and statuses, such as `503 conn-failure`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(into = "String")]
pub struct RetryOn(u16);

/// The words of `retry-on`, each with its bit.
const RETRY_WORDS: [&str; 14] = [
    "conn-failure",
    "empty-response",
    "junk-response",
    "response-timeout",
    "401",
    "403",
    "404",
    "408",
    "425",
    "500",
    "501",
    "502",
    "503",
    "504",
];
/// What `all-retryable-errors` stands for: all that shows that the server did not do its work.
const ALL_RETRYABLE: [&str; 8] =
    ["conn-failure", "empty-response", "junk-response", "response-timeout", "500", "502", "503", "504"];

impl Default for RetryOn {
    fn default() -> Self {
        Self(1)
    }
}

impl RetryOn {
    /// Whether a word is on the list.
    fn has(self, word: &str) -> bool {
        RETRY_WORDS.iter().position(|known| *known == word).is_some_and(|bit| self.0 & 1 << bit != 0)
    }

    /// A connection that could not be made.
    #[must_use]
    pub const fn connection_failure(self) -> bool {
        self.0 & 1 != 0
    }

    /// A server that closes without an answer.
    #[must_use]
    pub const fn empty_response(self) -> bool {
        self.0 & 2 != 0
    }

    /// An answer that is not HTTP.
    #[must_use]
    pub const fn junk_response(self) -> bool {
        self.0 & 4 != 0
    }

    /// No answer in time.
    #[must_use]
    pub const fn response_timeout(self) -> bool {
        self.0 & 8 != 0
    }

    /// An answer with this status.
    #[must_use]
    pub fn status(self, status: u16) -> bool {
        self.0 >> 4 != 0 && self.has(&status.to_string())
    }
}

impl Place for RetryOn {
    fn expected(&self) -> &'static str {
        "a string"
    }

    fn take(&mut self, scalar: Scalar<'_>) -> Result<(), Problem> {
        let Scalar::Text(text) = scalar else {
            return Err(scalar.of_wrong_type(self.expected()));
        };
        *self = text.parse().map_err(Problem::custom)?;
        Ok(())
    }
}

readable!(RetryOn = Self::default());

impl FromStr for RetryOn {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut set = 0;
        for word in text.split_whitespace().filter(|word| *word != "none") {
            let all = if word == "all-retryable-errors" { &ALL_RETRYABLE[..] } else { &[word] };
            for word in all {
                let bit = RETRY_WORDS.iter().position(|known| known == word);
                set |= 1 << bit.ok_or_else(|| format!("`retry-on` has no word {word:?}"))?;
            }
        }
        Ok(Self(set))
    }
}

impl From<RetryOn> for String {
    fn from(set: RetryOn) -> Self {
        let words: Vec<&str> = RETRY_WORDS.into_iter().filter(|word| set.has(word)).collect();
        if words.is_empty() { "none".to_owned() } else { words.join(" ") }
    }
}
