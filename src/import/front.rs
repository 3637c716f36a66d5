//! Lines of a frontend: where visits come in, and where they are sent.

use super::Fate;
use super::proxy::{RULES, only};
use super::reader::{Reader, Verdict};
use super::value::bind_ports;
use crate::sim::HTTPS;
use crate::text::config::{reason, say};

/// Statuses of a redirect.
const REDIRECTS: [&str; 5] = ["301", "302", "303", "307", "308"];

impl Reader {
    /// `bind ADDRESS [PARAMETERS]` (manual, section 5.1).
    pub(super) fn bind(&mut self, at: usize, words: &[String]) -> Result<Verdict, String> {
        let address = words.get(1).ok_or_else(|| say!("needs-value", "bind"))?;
        let ports = bind_ports(address)?;
        let (mut ssl, mut certificate, mut left_out) = (false, false, Vec::new());
        let mut rest = words[2..].iter().map(String::as_str);
        while let Some(name) = rest.next() {
            let keyword = self.keywords.find("bind", name).ok_or_else(|| say!("unknown-parameter", name))?;
            if keyword.topic == "newer" {
                return Err(say!("newer", name));
            }
            if keyword.arguments() > 0 && rest.next().is_none() {
                return Err(say!("needs-value", name));
            }
            match name {
                "ssl" => ssl = true,
                "crt" | "crt-list" => certificate = true,
                _ => left_out.push(name),
            }
        }
        if ssl && !certificate {
            return Err(say!("ssl-without-crt").to_owned());
        }
        if ssl {
            self.proxies[at].tls = Some(self.lines.len());
        }
        let usual = if ssl { HTTPS } else { 80 };
        let mut notes = Vec::new();
        if ports != [usual] {
            notes.push(say!("bind-port", usual));
        }
        if !left_out.is_empty() {
            notes.push(format!("{}: {}", left_out.join(", "), reason("connections").unwrap_or_default()));
        }
        Ok(if notes.is_empty() { (Fate::Taken, String::new()) } else { (Fate::Partly, notes.join(" ")) })
    }

    /// `use_backend NAME [if CONDITION]` and `default_backend NAME`.
    pub(super) fn use_backend(&mut self, at: usize, words: &[String]) -> Result<Verdict, String> {
        let name = words.get(1).ok_or_else(|| say!("needs-value", words[0]))?.clone();
        let line = self.lines.len();
        if words[0] == "default_backend" {
            only(words, 1)?;
            self.proxies[at].default_backend = Some((name.into(), line));
            return Ok((Fate::Taken, String::new()));
        }
        let is_conditional = self.condition(at, words)?;
        if !is_conditional && words.len() > 2 {
            return Err(say!("unexpected-word", words[0], words[2]));
        }
        // A name that is made for each request is a rule of its own.
        let is_made = name.contains('%');
        if !is_made {
            self.proxies[at].uses.push((name, line, is_conditional));
        }
        Ok(if is_conditional || is_made {
            (Fate::NotModelled, reason("conditions").unwrap_or_default().to_owned())
        } else {
            (Fate::Taken, String::new())
        })
    }

    /// `acl NAME CRITERION …`: declared names may stand in conditions after it.
    pub(super) fn acl(&mut self, at: usize, words: &[String]) -> Result<Verdict, String> {
        let name = words.get(1).ok_or_else(|| say!("needs-value", "acl"))?;
        let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | ':');
        if let Some(c) = name.chars().find(|c| !allowed(*c)) {
            return Err(say!("bad-character", c, name));
        }
        if words.len() == 2 {
            return Err(say!("needs-value", format!("acl {name}")));
        }
        self.acls.insert((at, name.clone()));
        Ok((Fate::NotModelled, reason("conditions").unwrap_or_default().to_owned()))
    }

    /// Looks at the condition of a line, if it has one: every ACL in it must have been declared before.
    pub(super) fn condition(&self, at: usize, words: &[String]) -> Result<bool, String> {
        let Some(start) = words.iter().position(|word| matches!(word.as_str(), "if" | "unless")) else {
            return Ok(false);
        };
        let name = words[0].as_str();
        if !RULES.contains(&name) && !matches!(name, "redirect" | "use_backend") {
            return Ok(true);
        }
        let mut is_anonymous = false;
        for word in &words[start + 1..] {
            let name = word.trim_start_matches('!');
            match name {
                "{" => is_anonymous = true,
                "}" => is_anonymous = false,
                "" | "or" | "||" | "OR" => {}
                _ if is_anonymous => {}
                _ if self.keywords.find("acl", name).is_some() || self.acls.contains(&(at, name.to_owned())) => {}
                _ => return Err(say!("no-acl", name)),
            }
        }
        Ok(true)
    }

    pub(super) fn http_request(&mut self, at: usize, words: &[String]) -> Result<Verdict, String> {
        match words.get(1).map(String::as_str) {
            None => Err(say!("needs-value", "http-request")),
            Some("redirect") => self.redirect(at, &words[2..]),
            Some(_) => {
                self.condition(at, words)?;
                Ok((Fate::NotModelled, reason("rules").unwrap_or_default().to_owned()))
            }
        }
    }

    /// `redirect scheme https [code CODE] [if CONDITION]`; other redirects are not modelled.
    pub(super) fn redirect(&mut self, at: usize, words: &[String]) -> Result<Verdict, String> {
        let (mut is_https, mut code) = (false, "302");
        let mut rest = words.iter().map(String::as_str);
        while let Some(word) = rest.next() {
            match word {
                "if" | "unless" => break,
                "drop-query" | "append-slash" | "ignore-empty" => {}
                "scheme" | "prefix" | "location" | "code" | "set-cookie" | "clear-cookie" => {
                    let value = rest.next().ok_or_else(|| say!("needs-value", format!("redirect {word}")))?;
                    match word {
                        "scheme" => is_https = value == "https",
                        "code" if REDIRECTS.contains(&value) => code = value,
                        "code" => return Err(say!("bad-redirect", value)),
                        _ => {}
                    }
                }
                _ => return Err(say!("unexpected-word", "redirect", word)),
            }
        }
        let mut condition = vec!["redirect".to_owned()];
        condition.extend_from_slice(words);
        self.condition(at, &condition)?;
        if !is_https {
            return Ok((Fate::NotModelled, reason("rules").unwrap_or_default().to_owned()));
        }
        self.proxies[at].redirects = true;
        Ok(if code == "301" { (Fate::Taken, String::new()) } else { (Fate::Partly, say!("redirect-code").to_owned()) })
    }
}
