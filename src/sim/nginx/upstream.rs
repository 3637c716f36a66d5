//! What the worker process of nginx knows about its upstream block, and the requests that it passes on.

use std::net::Ipv4Addr;

use super::config::{Method, NextUpstream, Upstream, UpstreamServer};
use super::peers::{Peer, Peers, Second};
use super::{hash, ip_hash, least_conn};
use crate::ids::ProcessId;

/// So often a method that hashes may hit a server that cannot serve; then the request goes by turn.
const MAX_ROUNDS: u32 = 20;

/// One worker process. A reload starts a new one; the old one finishes its requests and ends.
#[derive(Clone, Debug)]
pub struct Worker {
    /// Tells it from earlier and later ones.
    pub(super) generation: u32,
    method: Method,
    next_upstream: Vec<NextUpstream>,
    max_tries: u32,
    /// The servers that are no backups.
    pub active: Peers,
    /// The backups.
    pub backup: Peers,
    /// Requests under way, and places that are free again.
    requests: Vec<Request>,
    free: Vec<u32>,
}

/// A request on its way through the upstream block.
#[derive(Clone, Debug, Default)]
struct Request {
    /// Whether the active servers could not serve: from then on the backups are asked.
    on_backup: bool,
    /// The server that works on it.
    at: Option<u16>,
    /// Servers that it has been passed to.
    tried: Vec<u16>,
    tries_left: u32,
    /// Of methods that hash: the sum so far, how often it was made, and how often in vain.
    hash: u32,
    round: u32,
    in_vain: u32,
}

/// What a method may look at.
pub(super) struct Key<'a> {
    /// Who is connected to nginx.
    pub address: Ipv4Addr,
    /// `$request_uri`.
    pub uri: &'a str,
}

/// The server of a request's next try.
pub(super) struct Choice {
    pub process: ProcessId,
    pub is_backup: bool,
    pub is_first: bool,
}

/// What became of a try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Try {
    /// It has been answered.
    Answered,
    /// It has not, for this reason, and nothing was sent.
    NotSent(NextUpstream),
    /// It has not, for this reason, after it had been sent.
    Sent(NextUpstream),
}

impl Worker {
    /// A worker that has just read its configuration.
    pub(super) fn new(generation: u32, config: &Upstream, lines: &[(ProcessId, UpstreamServer)]) -> Self {
        let list = |backup: bool| {
            let those = lines.iter().filter(move |(_, line)| line.backup == backup);
            those.map(|(process, line)| Peer::new(*process, line)).collect::<Vec<_>>()
        };
        Self {
            generation,
            method: config.method,
            next_upstream: config.next_upstream.clone(),
            max_tries: config.next_upstream_tries,
            active: Peers::new(list(false), lines.len() == 1),
            backup: Peers::new(list(true), false),
            requests: Vec::new(),
            free: Vec::new(),
        }
    }

    /// The method by which it chooses.
    pub(super) const fn method(&self) -> Method {
        self.method
    }

    /// Requests that it passes on at the moment.
    pub(crate) fn under_way(&self) -> usize {
        self.requests.len() - self.free.len()
    }

    /// Requests that its servers work on.
    pub(crate) fn connections(&self) -> usize {
        self.active.list.iter().chain(&self.backup.list).map(|peer| peer.conns as usize).sum()
    }

    /// A request comes in.
    pub(super) fn begin(&mut self) -> u32 {
        let place = self.free.pop().unwrap_or_else(|| {
            self.requests.push(Request::default());
            self.requests.len() as u32 - 1
        });
        let most = self.active.tries() + self.backup.tries();
        let request = &mut self.requests[place as usize];
        request.tried.clear();
        let tried = core::mem::take(&mut request.tried);
        let tries_left = if self.max_tries == 0 { most } else { most.min(self.max_tries) };
        let hash = if self.method == Method::IpHash { ip_hash::START } else { 0 };
        *request = Request { tried, tries_left, hash, ..Request::default() };
        place
    }

    /// A request has ended.
    pub(super) fn end(&mut self, request: u32) {
        assert!(self.requests[request as usize].at.is_none(), "a request that ends has left its server");
        self.free.push(request);
    }

    /// Chooses the server of a request's next try. The backups come into play once no active server can serve.
    pub(super) fn choose(&mut self, request: u32, key: &Key<'_>, now: Second) -> Option<Choice> {
        let state = &mut self.requests[request as usize];
        let is_first = state.tried.is_empty() && !state.on_backup;
        let mut at = None;
        if !state.on_backup {
            at = pick(self.method, &mut self.active, state, key, now);
            if at.is_none() && !self.backup.list.is_empty() {
                state.on_backup = true;
                state.tried.clear();
            }
        }
        if state.on_backup {
            at = pick(self.method, &mut self.backup, state, key, now);
        }
        let at = at?;
        let peers = if state.on_backup { &mut self.backup } else { &mut self.active };
        peers.take(at, now);
        state.tried.push(at as u16);
        state.at = Some(at as u16);
        Some(Choice { process: peers.list[at].process, is_backup: state.on_backup, is_first })
    }

    /// Whether an answer with this status is thrown away, because another server may do better.
    pub(super) fn may_do_better(&self, request: u32, status: u16, repeatable: bool) -> Option<NextUpstream> {
        let reason = NextUpstream::of_status(status)?;
        let another = self.requests[request as usize].tries_left > 1;
        (another && self.allows(Try::Sent(reason), repeatable)).then_some(reason)
    }

    /// A try is over. Returns whether the request goes on to another server, and whether the one that failed is left out
    /// from now on.
    pub(super) fn tried(&mut self, request: u32, result: Try, repeatable: bool, now: Second) -> (bool, bool) {
        let allowed = self.allows(result, repeatable);
        let state = &mut self.requests[request as usize];
        let at = state.at.take().expect("a try has a server");
        let peers = if state.on_backup { &mut self.backup } else { &mut self.active };
        state.tries_left = if peers.single { 0 } else { state.tries_left.saturating_sub(1) };
        let failed = match result {
            Try::Answered => false,
            Try::NotSent(reason) | Try::Sent(reason) => reason.is_failure(),
        };
        let is_out = peers.release(at.into(), failed, now);
        (allowed && state.tries_left > 0, is_out)
    }

    /// Whether `proxy_next_upstream` lets a request go on after such a try.
    fn allows(&self, result: Try, repeatable: bool) -> bool {
        let list = &self.next_upstream;
        match result {
            Try::Answered => false,
            Try::NotSent(reason) => list.contains(&reason),
            Try::Sent(reason) => list.contains(&reason) && (repeatable || list.contains(&NextUpstream::NonIdempotent)),
        }
    }

    /// Whether its only server is never left out, and failures are not counted.
    pub(super) const fn is_single(&self) -> bool {
        self.active.single
    }
}

fn pick(method: Method, peers: &mut Peers, state: &mut Request, key: &Key<'_>, now: Second) -> Option<usize> {
    match method {
        Method::LeastConn => least_conn::pick(peers, &state.tried, now),
        Method::IpHash | Method::HashUri if !peers.single => {
            while state.in_vain <= MAX_ROUNDS {
                state.hash = match method {
                    Method::IpHash => ip_hash::next(state.hash, key.address),
                    _ => hash::next(state.hash, state.round, key.uri),
                };
                state.round += 1;
                let at = peers.at_weight(state.hash % peers.total_weight);
                if peers.may_serve(at, &state.tried, now) {
                    return Some(at);
                }
                state.in_vain += 1;
            }
            peers.in_turn(&state.tried, now)
        }
        _ => peers.in_turn(&state.tried, now),
    }
}
