//! Which way through the file is shown.

use std::collections::BTreeSet;

use super::proxy::Kind;
use super::reader::Reader;
use super::{Fate, MAX_SERVERS};
use crate::text::config::say;

/// The way that is shown, and those that could be.
pub(super) struct Way {
    /// The frontends that lead to servers by HTTP.
    pub names: Vec<String>,
    pub shown: Option<usize>,
    /// The numbers of the frontend and of the backend.
    pub ends: Option<(usize, usize)>,
    pub notices: Vec<String>,
}

/// The frontend with this name, or else the first one that leads to servers.
pub(super) fn choose(reader: &mut Reader, wanted: Option<&str>) -> Way {
    let ways = ways(reader);
    let names: Vec<String> = ways.iter().map(|(front, _)| reader.proxies[*front].name.clone()).collect();
    let shown = match wanted.and_then(|wanted| names.iter().position(|name| name == wanted)) {
        None if ways.is_empty() => None,
        found => Some(found.unwrap_or(0)),
    };
    let ends = shown.map(|shown| ways[shown]);
    let mut notices = Vec::new();
    match ends {
        None if reader.proxies.iter().any(|proxy| !proxy.servers.is_empty() && !proxy.is_http) => {
            notices.push(say!("only-tcp").to_owned());
        }
        None => notices.push(say!("no-way").to_owned()),
        Some((front, back)) => {
            let (front, back) = (&reader.proxies[front], &reader.proxies[back]);
            notices.push(match front.kind {
                Kind::Backend => say!("shown-backend", back.name),
                _ => say!("shown", front.name, back.name),
            });
            if names.len() > 1 {
                notices.push(say!("others", names.len() - 1));
            }
            if !back.has_connect_timeout {
                notices.push(say!("no-timeout").to_owned());
            }
        }
    }
    Way { names, shown, ends, notices }
}

/// All ways by HTTP from a frontend to servers. In a file without frontends every backend is one.
fn ways(reader: &mut Reader) -> Vec<(usize, usize)> {
    let mut ways = Vec::new();
    let names: Vec<Option<String>> = (0..reader.proxies.len()).map(|at| reader.goal(at)).collect();
    for (front, goal) in names.into_iter().enumerate() {
        let proxy = &reader.proxies[front];
        if !proxy.kind.front() {
            continue;
        }
        let back = match goal {
            None if proxy.kind == Kind::Listen => Some(front),
            None => None,
            Some(name) => reader.backs.get(&name).copied(),
        };
        if let Some(back) = back.filter(|back| reader.leads(front, *back)) {
            ways.push((front, back));
        }
    }
    if !reader.proxies.iter().any(|proxy| proxy.kind.front()) {
        ways.extend((0..reader.proxies.len()).filter(|at| reader.leads(*at, *at)).map(|at| (at, at)));
    }
    reader.check_names();
    ways
}

impl Reader {
    /// The backend that most visits of a frontend go to: the first without a condition, else the default, else the first with
    /// a condition.
    fn goal(&self, at: usize) -> Option<String> {
        let proxy = &self.proxies[at];
        let certain = proxy.uses.iter().find(|used| !used.2).map(|used| &used.0);
        let first = proxy.uses.first().filter(|_| proxy.servers.is_empty()).map(|used| &used.0);
        let certain = certain.map(String::as_str);
        let default = proxy.default_backend.as_ref().map(|(name, _)| &**name);
        certain.or(default).or(first.map(String::as_str)).map(str::to_owned)
    }

    fn leads(&self, front: usize, back: usize) -> bool {
        let (front, back) = (&self.proxies[front], &self.proxies[back]);
        front.is_http && back.is_http && !front.disabled && !back.disabled && !back.servers.is_empty()
    }

    /// Every backend that a frontend names must be there and speak HTTP if it does, and every server that another one tracks.
    fn check_names(&mut self) {
        let mut servers = BTreeSet::new();
        for proxy in self.proxies.iter().filter(|proxy| proxy.kind.back()) {
            servers.extend(proxy.servers.iter().map(|server| format!("{}/{}", proxy.name, server.name)));
        }
        let mut wrong = Vec::new();
        for proxy in self.proxies.iter().filter(|proxy| !proxy.disabled && proxy.kind != Kind::Defaults) {
            let uses = proxy.uses.iter().map(|(name, line, _)| (name.as_str(), *line));
            let named = uses.chain(proxy.default_backend.iter().map(|(name, line)| (&**name, *line)));
            for (name, line) in named.filter(|_| proxy.kind.front()) {
                match self.backs.get(name).map(|at| self.proxies[*at].is_http) {
                    None => wrong.push((line, say!("no-backend", name))),
                    Some(false) if proxy.is_http => wrong.push((line, say!("bad-modes", name))),
                    Some(_) => {}
                }
            }
            for server in &proxy.servers {
                let said = wrong.last().is_some_and(|(line, _)| *line == server.at);
                let tracked = server.params.tracks.as_ref().filter(|tracked| {
                    let whole =
                        if tracked.contains('/') { tracked.to_string() } else { format!("{}/{tracked}", proxy.name) };
                    !said && !servers.contains(&whole)
                });
                wrong.extend(tracked.map(|tracked| (server.at, say!("no-server", tracked))));
            }
        }
        for (line, why) in wrong {
            self.change(line, Fate::Wrong, why);
        }
    }
}

/// Says of every line of a section that is not on the way that it is left out.
pub(super) fn leave_out(reader: &mut Reader, front: usize, back: usize) {
    let mut on_the_way = vec![false; reader.proxies.len()];
    let is_tls = reader.proxies[front].tls.is_some();
    let sends_to_https = |at: usize| {
        let proxy = &reader.proxies[at];
        is_tls && proxy.kind.front() && proxy.redirects && proxy.servers.is_empty() && proxy.default_backend.is_none()
    };
    let ends = [front, back].into_iter().chain((0..reader.proxies.len()).filter(|at| sends_to_https(*at)));
    for end in ends.collect::<Vec<_>>() {
        let mut at = Some(end);
        while let Some(proxy) = at.filter(|at| !on_the_way[*at]) {
            on_the_way[proxy] = true;
            at = reader.proxies[proxy].defaults;
        }
    }
    for line in 0..reader.lines.len() {
        if reader.owners[line].is_some_and(|owner| !on_the_way[owner]) && reader.lines[line].fate != Fate::Nothing {
            reader.change(line, Fate::NotModelled, say!("left-out").to_owned());
        }
    }
    let (kept, left) = reader.proxies[back].servers.split_at(reader.proxies[back].servers.len().min(MAX_SERVERS));
    let (kept, left): (Vec<usize>, Vec<usize>) =
        (kept.iter().map(|server| server.at).collect(), left.iter().map(|server| server.at).collect());
    for line in left {
        if kept.contains(&line) {
            reader.add(line, say!("too-many-servers", MAX_SERVERS).as_str());
        } else {
            reader.change(line, Fate::NotModelled, say!("too-many-servers", MAX_SERVERS));
        }
    }
}
