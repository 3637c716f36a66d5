//! Lines of a backend: which server, how often, and what a check asks.

use super::Fate;
use super::proxy::only;
use super::reader::{Reader, Verdict};
use super::value::number;
use crate::sim::balancer::Algorithm;
use crate::sim::{Check, Hash, HashFunction, HashType, UriHash};
use crate::text::config::{reason, say};

const TAKEN: Verdict = (Fate::Taken, String::new());

fn not_modelled(topic: &str) -> Verdict {
    (Fate::NotModelled, reason(topic).unwrap_or_default().to_owned())
}

/// Ends of paths that nginx serves by itself.
const FILES: [&str; 8] = [".css", ".gif", ".htm", ".html", ".ico", ".js", ".png", ".txt"];

impl Reader {
    /// `balance ALGORITHM` (manual, section 4.2).
    pub(super) fn balance(&mut self, at: usize, words: &[String]) -> Result<Verdict, String> {
        let word = words.get(1).map_or("roundrobin", String::as_str);
        let (name, argument) = word.split_once('(').unwrap_or((word, ""));
        let draws = argument.strip_suffix(')').unwrap_or(argument);
        let balancer = &mut self.proxies[at].balancer;
        let known = Algorithm::ALL.into_iter().find(|known| known.name() == name);
        match (known, name) {
            (Some(Algorithm::Random), _) if !argument.is_empty() && number(draws) < 1 => {
                return Err(say!("bad-draws").to_owned());
            }
            (Some(algorithm), _) if argument.is_empty() || algorithm == Algorithm::Random => {
                balancer.algorithm = algorithm;
            }
            (_, "url_param" | "hash") if words.len() > 2 => return Ok(not_modelled("balancing")),
            (_, "hdr") if !draws.is_empty() => return Ok(not_modelled("balancing")),
            (_, "rdp-cookie") => return Ok(not_modelled("balancing")),
            _ => return Err(say!("bad-balance", word)),
        }
        match known {
            Some(Algorithm::Uri) => self.uri(at, &words[2..]),
            Some(Algorithm::Random) if !argument.is_empty() && number(draws) != 2 => {
                Ok((Fate::Partly, say!("two-draws").to_owned()))
            }
            _ => Ok(TAKEN),
        }
    }

    fn uri(&mut self, at: usize, words: &[String]) -> Result<Verdict, String> {
        let mut uri = UriHash::default();
        let mut words = words.iter();
        while let Some(word) = words.next() {
            let value = |word: Option<&String>| {
                let value = number(word.map_or("", String::as_str));
                let value = u32::try_from(value).ok().filter(|value| *value > 0);
                value.ok_or_else(|| say!("needs-value", "balance uri"))
            };
            match word.as_str() {
                "whole" => uri.whole = true,
                // A path is all that a visit has.
                "path-only" => {}
                "len" => uri.len = Some(value(words.next())?.min(10_000)),
                "depth" => uri.depth = Some(value(words.next())?.min(10_000)),
                other => return Err(say!("unexpected-word", "balance uri", other)),
            }
        }
        self.proxies[at].balancer.uri = uri;
        Ok(TAKEN)
    }

    /// `hash-type`: `consistent` alone stands for sdbm with avalanche.
    pub(super) fn hash_type(&mut self, at: usize, words: &[String]) -> Result<Verdict, String> {
        let word = |at: usize| words.get(at).map_or("", String::as_str);
        let bad = |word: &str| say!("bad-hash", word);
        let kind = HashType::ALL.into_iter().find(|kind| kind.name() == word(1)).ok_or_else(|| bad(word(1)))?;
        let mut hash = Hash { kind, function: HashFunction::Sdbm, avalanche: kind == HashType::Consistent };
        if words.len() > 2 {
            let function = HashFunction::ALL.into_iter().find(|function| function.name() == word(2));
            hash.function = function.ok_or_else(|| bad(word(2)))?;
            hash.avalanche = match word(3) {
                "" => false,
                "avalanche" => true,
                other => return Err(bad(other)),
            };
        }
        self.proxies[at].balancer.hash = hash;
        Ok(TAKEN)
    }

    pub(super) fn retries(&mut self, at: usize, words: &[String]) -> Result<Verdict, String> {
        let value = number(words.get(1).ok_or_else(|| say!("needs-value", "retries"))?);
        only(words, 1)?;
        let retries = value.clamp(0, 100) as u32;
        self.proxies[at].balancer.retries = retries;
        Ok(if i64::from(retries) == value { TAKEN } else { (Fate::Partly, say!("taken-as", retries)) })
    }

    /// `option redispatch [INTERVAL]`.
    pub(super) fn redispatch(&mut self, at: usize, on: bool, interval: Option<&String>) -> Verdict {
        let balancer = &mut self.proxies[at].balancer;
        let wanted = interval.map_or(-1, |word| number(word));
        let interval = wanted.clamp(-100, 100) as i32;
        (balancer.redispatch, balancer.redispatch_interval) = (on, if on { interval } else { -1 });
        if on && i64::from(interval) != wanted { (Fate::Partly, say!("taken-as", interval)) } else { TAKEN }
    }

    pub(super) fn retry_on(&mut self, at: usize, words: &[String]) -> Result<Verdict, String> {
        let words = &words[1..];
        if words.is_empty() {
            return Err(say!("needs-value", "retry-on"));
        }
        if words.len() > 1 && words.iter().any(|word| word == "none") {
            return Err(say!("none-alone").to_owned());
        }
        let known: Vec<&str> = words.iter().map(String::as_str).filter(|word| *word != "0rtt-rejected").collect();
        let list = known.join(" ");
        self.proxies[at].balancer.retry_on = list.parse().map_err(|_| say!("bad-retry-on", list))?;
        Ok(if known.len() == words.len() { TAKEN } else { (Fate::Partly, say!("without-words", "0rtt-rejected")) })
    }

    /// `cookie NAME insert indirect nocache`: HAProxy itself gives a cookie, and takes it out of what servers see.
    pub(super) fn cookie(&mut self, at: usize, words: &[String]) -> Result<Verdict, String> {
        let name = words.get(1).ok_or_else(|| say!("needs-value", "cookie"))?;
        let (mut modes, mut others) = (Vec::new(), Vec::new());
        let mut rest = words[2..].iter().map(String::as_str);
        while let Some(word) = rest.next() {
            match word {
                "rewrite" | "insert" | "prefix" => modes.push(word),
                "indirect" | "nocache" => {}
                "postonly" | "preserve" | "httponly" | "secure" | "dynamic" => others.push(word),
                "domain" | "maxidle" | "maxlife" | "attr" => {
                    others.push(word);
                    rest.next().ok_or_else(|| say!("needs-value", word))?;
                }
                _ => return Err(say!("unexpected-word", "cookie", word)),
            }
        }
        match modes[..] {
            ["insert"] => {}
            [] | [_] => {
                self.proxies[at].balancer.cookie = None;
                return Ok((Fate::NotModelled, say!("cookie-mode").to_owned()));
            }
            _ => return Err(say!("cookie-modes").to_owned()),
        }
        let (name, same) = cookie_word(name);
        self.proxies[at].balancer.cookie = Some(name.clone());
        let has = |word: &str| words[2..].iter().any(|other| other == word);
        Ok(match (same, others.is_empty()) {
            (false, _) => (Fate::Partly, say!("taken-as", name)),
            (_, false) => (Fate::Partly, say!("without-words", others.join(", "))),
            _ if has("indirect") => TAKEN,
            _ => (Fate::Partly, say!("cookie-indirect").to_owned()),
        })
    }

    /// `option httpchk [METHOD] [URI [VERSION]]`.
    pub(super) fn httpchk(&mut self, at: usize, words: &[String]) -> Result<Verdict, String> {
        only(words, 4)?;
        let uri = match &words[2..] {
            [] => "/",
            [uri] | [_, uri, ..] => uri,
        };
        let line = self.lines.len();
        self.proxies[at].httpchk = Some((asked(uri), line));
        Ok(said_of_check(uri))
    }

    /// `http-check` (manual, section 4.2): only what is asked is taken.
    pub(super) fn http_check(&mut self, at: usize, words: &[String]) -> Result<Verdict, String> {
        let word = |at: usize| words.get(at).map_or("", String::as_str);
        match word(1) {
            "expect" if (word(2), word(3)) == ("status", "200") && words.len() == 4 => {
                Ok((Fate::Anyway, say!("expect-200").to_owned()))
            }
            "expect" => {
                let what = word(2).trim_start_matches('!');
                let known = self.keywords.find("expect", what).is_some();
                if known { Ok(not_modelled("checks")) } else { Err(say!("unexpected-word", "http-check expect", what)) }
            }
            "send" => {
                let uri = words.iter().position(|word| word == "uri").and_then(|at| words.get(at + 1));
                match (uri, self.proxies[at].httpchk) {
                    (Some(uri), Some((_, line))) => {
                        self.proxies[at].httpchk = Some((asked(uri), line));
                        Ok(said_of_check(uri))
                    }
                    _ => Ok(not_modelled("checks")),
                }
            }
            "disable-on-404" | "send-state" | "comment" | "connect" => Ok(not_modelled("checks")),
            word if word.starts_with("set-var") || word.starts_with("unset-var") => Ok(not_modelled("checks")),
            word => Err(say!("unexpected-word", "http-check", word)),
        }
    }
}

/// Who answers for a path: nginx for a file, the application for everything else.
fn asked(uri: &str) -> Check {
    let path = uri.split(['?', '#']).next().unwrap_or_default();
    let is_file =
        path == "/nginx-health" || path.starts_with("/static/") || FILES.iter().any(|end| path.ends_with(end));
    if is_file { Check::HttpStatic } else { Check::Http }
}

fn said_of_check(uri: &str) -> Verdict {
    match asked(uri) {
        Check::HttpStatic if uri == "/nginx-health" => TAKEN,
        Check::Http if uri == "/health" => TAKEN,
        Check::HttpStatic => (Fate::Partly, say!("check-as", "/nginx-health")),
        _ => (Fate::Partly, say!("check-as", "/health")),
    }
}

/// A name or a value of a cookie as the explorer can have it, and whether it is the same.
pub(super) fn cookie_word(word: &str) -> (String, bool) {
    let fitting: String =
        word.chars().take(64).map(|c| if c.is_ascii_alphanumeric() || "-_.".contains(c) { c } else { '_' }).collect();
    let same = fitting == word;
    (fitting, same)
}
