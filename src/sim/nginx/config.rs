//! The `upstream` block of nginx, and what `proxy_next_upstream` says about it.

use serde::Serialize;

use crate::command::range;
use crate::ids::ProcessId;
use crate::json::fields;
use crate::named::named;
use crate::scenario::FieldError;
use crate::topology::Role;
use crate::wiring::Wiring;

/// The `upstream` block and `proxy_next_upstream`. Names are nginx's directives.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Upstream {
    /// How a server is chosen.
    pub method: Method,
    /// `proxy_next_upstream`: what lets a request go to the next server; empty is `off`.
    pub next_upstream: Vec<NextUpstream>,
    /// `proxy_next_upstream_tries`: servers that one request may be passed to; 0 is no limit.
    pub next_upstream_tries: u32,
    /// The `server` lines in order; empty is one for each application that nginx reaches. Each nginx uses those among them
    /// that it reaches.
    pub servers: Vec<UpstreamServer>,
}

fields!(Upstream {} { method, next_upstream, next_upstream_tries, servers });

impl Default for Upstream {
    fn default() -> Self {
        Self {
            method: Method::default(),
            next_upstream: vec![NextUpstream::Error, NextUpstream::Timeout],
            next_upstream_tries: 0,
            servers: Vec::new(),
        }
    }
}

named! {
    /// How nginx chooses a server of the upstream block (`ngx_http_upstream_module`).
    #[derive(Default)]
    pub enum Method {
        /// Smooth weighted round robin; no directive.
        #[default]
        "round-robin" RoundRobin,
        /// `least_conn`.
        "least_conn" LeastConn,
        /// `ip_hash`: the first three bytes of the client's address.
        "ip_hash" IpHash,
        /// `hash $request_uri`.
        "hash" HashUri,
    }
}

named! {
    /// What lets a request go to the next server (`proxy_next_upstream`).
    pub enum NextUpstream {
        /// The connection was refused or broke before the answer.
        "error" Error,
        /// The server did not accept the connection, or did not answer, in time.
        "timeout" Timeout,
        /// It answered 500.
        "http_500" Http500,
        /// It answered 502.
        "http_502" Http502,
        /// It answered 503.
        "http_503" Http503,
        /// It answered 504.
        "http_504" Http504,
        /// It answered 403.
        "http_403" Http403,
        /// It answered 404.
        "http_404" Http404,
        /// It answered 429.
        "http_429" Http429,
        /// A POST that has been sent may be sent again.
        "non_idempotent" NonIdempotent,
    }
}

impl NextUpstream {
    /// The condition that a status of the application can fulfil.
    pub(super) const fn of_status(status: u16) -> Option<Self> {
        Some(match status {
            500 => Self::Http500,
            502 => Self::Http502,
            503 => Self::Http503,
            504 => Self::Http504,
            403 => Self::Http403,
            404 => Self::Http404,
            429 => Self::Http429,
            _ => return None,
        })
    }

    /// Whether the server is to blame: what it forbids or does not have says nothing about its health.
    pub(super) const fn is_failure(self) -> bool {
        !matches!(self, Self::Http403 | Self::Http404)
    }
}

/// One `server` line of the upstream block.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct UpstreamServer {
    /// Machine name of the application.
    pub name: String,
    /// `weight`, 1 to 65,535.
    pub weight: u32,
    /// `max_fails`: failures within `fail_timeout` after which it is left out; 0 never leaves it out.
    pub max_fails: u32,
    /// `fail_timeout` in seconds: the time for `max_fails`, and for which it is left out then.
    pub fail_timeout_s: u32,
    /// `max_conns`: requests at a time; more look elsewhere, nobody waits.
    pub max_conns: Option<u32>,
    /// `backup`: used only when none of the others can be.
    pub backup: bool,
    /// `down`: out of service.
    pub down: bool,
}

fields!(UpstreamServer {} { name, weight, max_fails, fail_timeout_s, max_conns, backup, down });

impl Default for UpstreamServer {
    fn default() -> Self {
        Self {
            name: String::new(),
            weight: 1,
            max_fails: 1,
            fail_timeout_s: 10,
            max_conns: None,
            backup: false,
            down: false,
        }
    }
}

impl Upstream {
    /// The applications that an nginx passes requests to, in the order of the block, each with its line.
    #[must_use]
    pub fn peers(&self, nginx: ProcessId, wiring: &Wiring) -> Vec<(ProcessId, UpstreamServer)> {
        let mut apps = wiring.with_role(|role| *role == Role::App);
        apps.retain(|app| wiring.link_between(nginx, *app).is_some());
        let name = |app: ProcessId| &wiring.machine_of(app).name;
        if self.servers.is_empty() {
            let line = |app| UpstreamServer { name: name(app).clone(), ..UpstreamServer::default() };
            return apps.into_iter().map(|app| (app, line(app))).collect();
        }
        let app_of = |line: &UpstreamServer| apps.iter().copied().find(|app| *name(*app) == line.name);
        self.servers.iter().filter_map(|line| Some((app_of(line)?, line.clone()))).collect()
    }

    /// Checks every number, that named servers exist, and that every nginx finds a server that is no backup.
    ///
    /// # Errors
    /// The first field that cannot be, below `at`.
    pub(crate) fn validate(&self, at: &str, wiring: &Wiring) -> Result<(), FieldError> {
        range(&format!("{at}.next_upstream_tries"), self.next_upstream_tries, 0, 1_000)?;
        for (i, line) in self.servers.iter().enumerate() {
            let at = format!("{at}.servers[{i}]");
            let error = |field: &str, why: &str| Err(FieldError::new(format!("{at}.{field}"), why));
            if !wiring.ids().any(|id| *wiring.role(id) == Role::App && wiring.machine_of(id).name == line.name) {
                return error("name", "no application runs on a machine of this name");
            }
            if self.servers[..i].iter().any(|earlier| earlier.name == line.name) {
                return error("name", "another line names this machine");
            }
            if line.backup && matches!(self.method, Method::IpHash | Method::HashUri) {
                return error("backup", "a method that hashes knows no backup servers");
            }
            range(&format!("{at}.weight"), line.weight, 1, 65_535)?;
            range(&format!("{at}.max_fails"), line.max_fails, 0, 1_000)?;
            range(&format!("{at}.fail_timeout_s"), line.fail_timeout_s, 0, 86_400)?;
            range(&format!("{at}.max_conns"), line.max_conns.unwrap_or(1), 1, 1_000_000)?;
        }
        for nginx in wiring.with_role(|role| *role == Role::Nginx) {
            let reaches_any = wiring.links.iter().any(|link| link.from == nginx);
            if !self.servers.is_empty() && reaches_any && self.peers(nginx, wiring).iter().all(|(_, line)| line.backup)
            {
                let why = format!("no server that is no backup for {}", wiring.process(nginx).full_name);
                return Err(FieldError::new(format!("{at}.servers"), why));
            }
        }
        Ok(())
    }
}
