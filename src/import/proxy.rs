//! A section `defaults`, `frontend`, `backend` or `listen`, and the lines that any of them may have.

use std::rc::Rc;

use super::Fate;
use super::reader::{Reader, Verdict, log_line};
use super::server::{Params, Server};
use super::value::time_ms;
use crate::sim::{Balancer, Check};
use crate::text::config::{reason, say};

/// A time-out that is not set never comes; this is as long as the explorer waits at most, in ms.
pub(super) const NEVER_MS: u32 = 600_000;

/// What a frontend cannot have; everything else that concerns backends alone is ignored there.
const BACKEND_ONLY: [&str; 4] = ["server", "server-template", "default-server", "retry-on"];

/// Rules of which HAProxy keeps a list.
pub(super) const RULES: [&str; 5] =
    ["http-request", "http-response", "http-after-response", "tcp-request", "tcp-response"];

/// What a section is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Defaults,
    Frontend,
    Backend,
    Listen,
}

impl Kind {
    pub fn find(word: &str) -> Option<Self> {
        Some(match word {
            "defaults" => Self::Defaults,
            "frontend" => Self::Frontend,
            "backend" => Self::Backend,
            "listen" => Self::Listen,
            _ => return None,
        })
    }

    /// Whether visits come in here.
    pub const fn front(self) -> bool {
        matches!(self, Self::Frontend | Self::Listen)
    }

    /// Whether it may have servers.
    pub const fn back(self) -> bool {
        matches!(self, Self::Backend | Self::Listen)
    }
}

/// What a section says, on top of what its `defaults` say.
#[derive(Clone, Debug)]
pub(super) struct Proxy {
    pub kind: Kind,
    pub name: String,
    /// The line that it begins with.
    pub line: usize,
    /// The `defaults` that it inherits from.
    pub defaults: Option<usize>,
    /// `mode http`; HAProxy's default is `tcp`.
    pub is_http: bool,
    pub disabled: bool,
    /// What the backend does; whether and how often servers are checked is decided at the end.
    pub balancer: Balancer,
    /// `option httpchk`: what is asked, and the line.
    pub httpchk: Option<(Check, usize)>,
    pub has_connect_timeout: bool,
    pub default_server: Params,
    pub servers: Vec<Server>,
    /// `use_backend`: the name, the line, and whether it has a condition.
    pub uses: Vec<(String, usize, bool)>,
    pub default_backend: Option<(Rc<str>, usize)>,
    /// The line of a `bind` with `ssl`.
    pub tls: Option<usize>,
    /// Whether visits without TLS are sent to HTTPS.
    pub redirects: bool,
    /// Whether it has rules for requests or answers, which not every section may inherit.
    pub has_rules: bool,
}

impl Proxy {
    /// A section without `defaults`: HAProxy's own (manual, section 4.2).
    pub fn new(kind: Kind, name: &str, line: usize) -> Self {
        let mut balancer = Balancer { redispatch: false, check: Check::None, ..Balancer::default() };
        (balancer.timeout_connect_ms, balancer.timeout_server_ms) = (NEVER_MS, 0);
        balancer.timeout_queue_ms = None;
        Self {
            kind,
            name: name.to_owned(),
            line,
            defaults: None,
            is_http: false,
            disabled: false,
            balancer,
            httpchk: None,
            has_connect_timeout: false,
            default_server: Params::default(),
            servers: Vec::new(),
            uses: Vec::new(),
            default_backend: None,
            tls: None,
            redirects: false,
            has_rules: false,
        }
    }

    pub fn from_defaults(defaults: &Self, kind: Kind, name: &str, line: usize, number: usize) -> Self {
        Self { kind, name: name.to_owned(), line, defaults: Some(number), ..defaults.clone() }
    }
}

impl Reader {
    /// A line of the section with the number `at`. `prefix` is `no`, `default` or nothing.
    pub(super) fn proxy_line(&mut self, at: usize, prefix: &str, words: &[String]) -> Result<Verdict, String> {
        let name = words[0].as_str();
        let proxy = &self.proxies[at];
        let keyword = self.keywords.find("line", name).ok_or_else(|| say!("unknown-keyword", name))?;
        of_this_version(keyword.topic, name)?;
        if !prefix.is_empty() && !matches!(name, "option" | "log") {
            return Err(say!("no-prefix", prefix, name));
        }
        if proxy.kind == Kind::Defaults {
            let in_named = keyword.places.contains('D') && !proxy.name.is_empty();
            if !keyword.places.contains('d') && !in_named {
                return Err(say!("not-in-defaults", name));
            }
        } else if proxy.kind == Kind::Frontend && BACKEND_ONLY.contains(&name) {
            return Err(say!("server-in-frontend", name));
        }
        let verdict = self.keyword(at, prefix, words, keyword.topic)?;
        // HAProxy reads what it ignores, and refuses what is wrong with it.
        if self.may_stand(at, keyword.places) {
            Ok(verdict)
        } else {
            Ok((Fate::NotModelled, say!("ignored-here", name)))
        }
    }

    fn keyword(&mut self, at: usize, prefix: &str, words: &[String], topic: &'static str) -> Result<Verdict, String> {
        let name = words[0].as_str();
        self.proxies[at].has_rules |= RULES.contains(&name);
        match name {
            "option" => self.option(at, prefix, words),
            "timeout" => self.timeout(at, words),
            "mode" => self.mode(at, words),
            "disabled" | "enabled" => {
                only(words, 0)?;
                self.proxies[at].disabled = name == "disabled";
                Ok((Fate::Taken, String::new()))
            }
            "balance" => self.balance(at, words),
            "hash-type" => self.hash_type(at, words),
            "cookie" => self.cookie(at, words),
            "retries" => self.retries(at, words),
            "retry-on" => self.retry_on(at, words),
            "http-check" => self.http_check(at, words),
            "server" | "server-template" | "default-server" => self.server_line(at, words),
            "bind" => self.bind(at, words),
            "use_backend" | "default_backend" => self.use_backend(at, words),
            "acl" => self.acl(at, words),
            "redirect" => self.redirect(at, &words[1..]),
            "http-request" => self.http_request(at, words),
            "errorfile" if words.len() < 3 => Err(say!("needs-value", name)),
            _ => {
                if prefix.is_empty() {
                    log_line(words)?;
                }
                self.condition(at, words)?;
                Ok((Fate::NotModelled, reason(topic).unwrap_or_default().to_owned()))
            }
        }
    }

    /// Whether a keyword for these places has a meaning in the section with this number.
    pub(super) fn may_stand(&self, at: usize, places: &str) -> bool {
        let kind = self.proxies[at].kind;
        kind == Kind::Defaults || (kind.front() && places.contains('f')) || (kind.back() && places.contains('b'))
    }

    fn mode(&mut self, at: usize, words: &[String]) -> Result<Verdict, String> {
        match words.get(1).map_or("", String::as_str) {
            "http" => self.proxies[at].is_http = true,
            "tcp" => {
                self.proxies[at].is_http = false;
                return Ok((Fate::NotModelled, say!("tcp").to_owned()));
            }
            other => return Err(say!("bad-mode", other)),
        }
        only(words, 1)?;
        Ok((Fate::Anyway, say!("as-is").to_owned()))
    }

    /// `timeout NAME TIME` (manual, section 4.2).
    fn timeout(&mut self, at: usize, words: &[String]) -> Result<Verdict, String> {
        let name = words.get(1).map_or("", String::as_str);
        let keyword = self.keywords.find("timeout", name).ok_or_else(|| say!("bad-timeout", name))?;
        let of = format!("timeout {name}");
        let word = words.get(2).ok_or_else(|| say!("needs-value", of))?;
        let ms = time_ms(word, &of)?;
        only(words, 2)?;
        if keyword.topic != "taken" {
            return Ok((Fate::NotModelled, reason(keyword.topic).unwrap_or_default().to_owned()));
        }
        if !self.may_stand(at, keyword.places) {
            return Ok((Fate::NotModelled, say!("ignored-here", of)));
        }
        let proxy = &mut self.proxies[at];
        let (taken, most) = match name {
            "connect" => {
                proxy.has_connect_timeout = ms > 0;
                proxy.balancer.timeout_connect_ms = if ms == 0 { NEVER_MS } else { ms.min(NEVER_MS) };
                (proxy.balancer.timeout_connect_ms, NEVER_MS)
            }
            "server" => {
                proxy.balancer.timeout_server_ms = ms.min(NEVER_MS);
                (proxy.balancer.timeout_server_ms, NEVER_MS)
            }
            _ => {
                // 0 is what is not set: then the time-out of the connection counts.
                proxy.balancer.timeout_queue_ms = Some(ms.min(6 * NEVER_MS)).filter(|ms| *ms > 0);
                (ms.min(6 * NEVER_MS), 6 * NEVER_MS)
            }
        };
        Ok(if taken == ms { (Fate::Taken, String::new()) } else { (Fate::Partly, say!("at-most", most / 1_000)) })
    }

    fn option(&mut self, at: usize, prefix: &str, words: &[String]) -> Result<Verdict, String> {
        let name = words.get(1).ok_or_else(|| say!("needs-value", "option"))?.as_str();
        let option = self.keywords.find("option", name).ok_or_else(|| say!("unknown-option", name))?;
        of_this_version(option.topic, name)?;
        let verdict = self.one_option(at, prefix, words, option.topic)?;
        if self.may_stand(at, option.places) {
            Ok(verdict)
        } else {
            Ok((Fate::NotModelled, say!("ignored-here", name)))
        }
    }

    fn one_option(
        &mut self,
        at: usize,
        prefix: &str,
        words: &[String],
        topic: &'static str,
    ) -> Result<Verdict, String> {
        let name = words[1].as_str();
        let on = prefix.is_empty();
        let balancer = &mut self.proxies[at].balancer;
        match (name, topic) {
            ("httpchk", _) if !on => return Err(say!("no-prefix", prefix, "option httpchk")),
            ("httpchk", _) => return self.httpchk(at, words),
            ("redispatch", _) => return Ok(self.redispatch(at, on, words.get(2))),
            ("persist", _) => balancer.persist = on,
            ("allbackups", _) => balancer.all_backups = on,
            ("abortonclose", _) => balancer.abort_on_close = on,
            (_, "as-is") if on => return Ok((Fate::Anyway, say!("as-is").to_owned())),
            // What is off and unknown here is as if it were not there.
            _ if !on => return Ok((Fate::Anyway, say!("as-is").to_owned())),
            (_, topic) => return Ok((Fate::NotModelled, reason(topic).unwrap_or_default().to_owned())),
        }
        only(words, 1)?;
        Ok((Fate::Taken, String::new()))
    }
}

/// HAProxy refuses what older versions knew, and what newer ones do.
fn of_this_version(topic: &str, name: &str) -> Result<(), String> {
    match topic {
        "gone" => Err(say!("gone", name)),
        "newer" => Err(say!("newer", name)),
        _ => Ok(()),
    }
}

/// A line that has more words after its name than it may.
pub(super) fn only(words: &[String], most: usize) -> Result<(), String> {
    match words.get(most + 1) {
        Some(word) => Err(say!("unexpected-word", words[..=most].join(" "), word)),
        None => Ok(()),
    }
}
