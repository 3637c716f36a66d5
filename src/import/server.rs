//! `server`, `default-server` and `server-template` (manual, section 5.2).

use std::rc::Rc;

use super::backend::cookie_word;
use super::proxy::Kind;
use super::reader::{Reader, Verdict};
use super::value::{Address, number, server_address, time_ms};
use super::{Fate, MAX_SERVERS};
use crate::sim::ServerLine;
use crate::text::config::{reason, say};

/// Of the name of a server so many characters are kept.
const LONGEST_NAME: usize = 200;
/// So many servers of all sections are kept.
const MAX_IN_ALL: usize = 5_000;

/// The words after the address.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Params {
    pub line: ServerLine,
    pub check: bool,
    pub inter_ms: Option<u32>,
    pub fastinter_ms: Option<u32>,
    pub downinter_ms: Option<u32>,
    pub fall: Option<u32>,
    pub rise: Option<u32>,
    pub ssl: bool,
    /// Whether it is said what a certificate is checked against, or that it is not.
    verifies: bool,
    /// `track`: the server whose state it shares.
    pub tracks: Option<Rc<str>>,
    /// Whether checks have an address or a port of their own.
    checks_elsewhere: bool,
}

/// A server of a backend.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Server {
    pub name: String,
    /// The line of the file that it comes from.
    pub at: usize,
    pub address: Address,
    pub params: Params,
}

impl Reader {
    pub(super) fn server_line(&mut self, at: usize, words: &[String]) -> Result<Verdict, String> {
        let keyword = words[0].as_str();
        let mut params = self.proxies[at].default_server.clone();
        if keyword == "default-server" {
            let verdict = self.params(&mut params, &words[1..])?;
            self.proxies[at].default_server = params;
            return Ok(verdict);
        }
        let is_template = keyword == "server-template";
        let first_param = if is_template { 4 } else { 3 };
        if self.proxies[at].kind == Kind::Defaults || words.len() < first_param {
            return Err(say!("server-words", keyword));
        }
        let name = &words[1];
        let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | ':');
        if let Some(c) = name.chars().find(|c| !allowed(*c)) {
            return Err(say!("bad-character", c, name));
        }
        let numbers = if is_template { template_numbers(&words[2])? } else { (1, 1) };
        let address = server_address(&words[first_param - 1])?;
        let verdict = self.params(&mut params, &words[first_param..])?;
        if params.ssl && !params.verifies && !self.trusts_servers {
            return Err(say!("ssl-without-verify").to_owned());
        }
        if params.check && params.tracks.is_some() {
            return Err(say!("check-and-track").to_owned());
        }
        if params.check && address.lacks_port && !params.checks_elsewhere {
            return Err(say!("check-without-port").to_owned());
        }
        let line = self.lines.len();
        let servers = &mut self.proxies[at].servers;
        for number in numbers.0..=numbers.1 {
            let known: String = name.chars().take(LONGEST_NAME).collect();
            let name = if is_template { format!("{known}{number}") } else { known };
            if servers.len() < 2 * MAX_SERVERS
                && let Some(other) = servers.iter().find(|server| server.name == name)
            {
                return Err(say!("same-name", other.at + 1));
            }
            if servers.len() == 2 * MAX_SERVERS || self.servers == MAX_IN_ALL {
                return Ok((Fate::NotModelled, say!("too-many-servers", MAX_SERVERS)));
            }
            self.servers += 1;
            servers.push(Server { name, at: line, address: address.clone(), params: params.clone() });
        }
        Ok(verdict)
    }

    /// Reads parameters into `params`.
    fn params(&self, params: &mut Params, words: &[String]) -> Result<Verdict, String> {
        let mut left_out: Vec<(&str, Vec<&str>)> = Vec::new();
        let mut notes = Vec::new();
        let mut words = words.iter().map(String::as_str);
        while let Some(name) = words.next() {
            let keyword = self.keywords.find("server", name).ok_or_else(|| say!("unknown-parameter", name))?;
            let value = (keyword.arguments() > 0).then(|| words.next()).flatten();
            match keyword.topic {
                "newer" => return Err(say!("newer", name)),
                "taken" => notes.extend(params.take(name, value)?),
                topic => {
                    params.refuse(name, value)?;
                    if value.is_none() && keyword.arguments() > 0 {
                        return Err(say!("needs-value", name));
                    }
                    match left_out.iter_mut().find(|(other, _)| *other == topic) {
                        Some((_, names)) => names.push(name),
                        None => left_out.push((topic, vec![name])),
                    }
                }
            }
        }
        notes.extend(
            left_out
                .into_iter()
                .map(|(topic, names)| format!("{}: {}", names.join(", "), reason(topic).unwrap_or_default())),
        );
        Ok(if notes.is_empty() { (Fate::Taken, String::new()) } else { (Fate::Partly, notes.join(" ")) })
    }
}

impl Params {
    /// Takes a parameter over, and says what had to be changed for that.
    fn take(&mut self, name: &str, value: Option<&str>) -> Result<Option<String>, String> {
        let word = || value.ok_or_else(|| say!("needs-value", name));
        let count = |most: i64| word().map(|word| number(word).clamp(0, most) as u32);
        let time = |low: u32, high: u32| {
            let ms = time_ms(word()?, name)?;
            if ms == 0 { Err(say!("not-zero", name)) } else { Ok((ms.clamp(low, high), ms)) }
        };
        let said = |(taken, ms): (u32, u32)| (taken != ms).then(|| say!("taken-as", format!("{name} {taken}ms")));
        let half_hour_ms = 600_000;
        match name {
            "check" => self.check = true,
            "no-check" => self.check = false,
            "backup" => self.line.backup = true,
            "no-backup" => self.line.backup = false,
            "disabled" => self.line.disabled = true,
            "enabled" => self.line.disabled = false,
            "ssl" => self.ssl = true,
            "no-ssl" => self.ssl = false,
            "weight" => match number(value.unwrap_or_default()) {
                weight @ 0..=256 => self.line.weight = weight as u32,
                weight => return Err(say!("bad-weight", weight)),
            },
            "maxconn" => {
                let most = number(value.unwrap_or_default()).clamp(0, 1_000_000) as u32;
                self.line.maxconn = Some(most).filter(|most| *most > 0);
            }
            "cookie" => {
                let (cookie, same) = cookie_word(word()?);
                self.line.cookie = Some(cookie.clone());
                return Ok((!same).then(|| say!("taken-as", format!("cookie {cookie}"))));
            }
            "on-marked-down" => match value.unwrap_or_default() {
                "shutdown-sessions" => self.line.shut_when_down = true,
                other => return Err(say!("unexpected-word", name, other)),
            },
            "fall" | "rise" => {
                let count = Some(count(100)?).filter(|count| *count > 0);
                let count = Some(count.ok_or_else(|| say!("not-zero", name))?);
                *(if name == "fall" { &mut self.fall } else { &mut self.rise }) = count;
            }
            "inter" => {
                let ms = time(10, half_hour_ms)?;
                self.inter_ms = Some(ms.0);
                return Ok(said(ms));
            }
            _ => {
                let ms = time(1, half_hour_ms)?;
                *(if name == "fastinter" { &mut self.fastinter_ms } else { &mut self.downinter_ms }) = Some(ms.0);
                return Ok(said(ms));
            }
        }
        Ok(None)
    }

    /// Looks at a parameter that is not modelled: some values are wrong all the same.
    fn refuse(&mut self, name: &str, value: Option<&str>) -> Result<(), String> {
        match (name, value) {
            ("verify", Some("none")) | ("ca-file", Some(_)) => self.verifies = true,
            ("verify", Some("required")) => {}
            ("verify", Some(other)) => return Err(say!("unexpected-word", name, other)),
            ("track", Some(other)) => self.tracks = Some(other.into()),
            ("port" | "addr", Some(_)) => self.checks_elsewhere = true,
            ("slowstart", Some(word)) => drop(time_ms(word, name)?),
            _ => {}
        }
        Ok(())
    }
}

/// `3` or `2-5`.
fn template_numbers(word: &str) -> Result<(u32, u32), String> {
    let (low, high) = word.split_once('-').unwrap_or(("1", word));
    match (low.parse(), high.parse()) {
        (Ok(low), Ok(high)) if 0 < low && low <= high => Ok((low, high)),
        _ => Err(say!("bad-template", word)),
    }
}
