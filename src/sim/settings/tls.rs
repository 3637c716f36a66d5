//! Encryption: where it ends, and for how long its certificate is valid.

use serde::Serialize;

use crate::json::fields;
use crate::named::named;

/// The port of HTTP over TLS.
pub const HTTPS: u16 = 443;

named! {
    /// How far TLS reaches. Whoever speaks it answers on port 443, and on port 80 with a redirect.
    #[derive(Default)]
    pub enum TlsMode {
        /// No TLS: everything travels in clear.
        #[default]
        "none" None,
        /// It ends at the balancer (at nginx, where there is none); behind it everything travels in clear.
        "balancer" Balancer,
        /// It ends at the balancer, which encrypts anew what it sends to nginx (`server … :443 ssl`).
        "servers" Servers,
    }
}

/// Encryption between browser, balancer and web servers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Tls {
    /// How far it reaches.
    pub mode: TlsMode,
    /// Days after the start of the run on which the certificate for www.foobar.com expires; 0 if it has expired.
    pub certificate_days: u32,
}

fields!(Tls {} { mode, certificate_days });

impl Default for Tls {
    fn default() -> Self {
        Self { mode: TlsMode::None, certificate_days: 90 }
    }
}
