//! The servers of an upstream block as one worker process of nginx knows them, and smooth weighted round robin.
//!
//! As recorded in `nginx/wrr_*` and `nginx/dead_*`, after `ngx_http_upstream_round_robin`.

use super::config::UpstreamServer;
use crate::ids::ProcessId;
use crate::time::SimTime;

/// nginx's clock for failures: whole seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Second(i64);

impl Second {
    /// Longer ago than any `fail_timeout`.
    const NEVER: Self = Self(-1_000_000);

    /// The second that a moment lies in.
    pub(super) const fn of(now: SimTime) -> Self {
        Self((now.0 / 1_000_000) as i64)
    }
}

/// One server of the block.
#[derive(Clone, Debug)]
pub struct Peer {
    /// The application.
    pub process: ProcessId,
    /// `weight`.
    weight: i64,
    max_fails: u32,
    fail_timeout_s: i64,
    max_conns: Option<u32>,
    down: bool,
    /// Its weight less what failures have taken; comes back by one at each choice.
    effective_weight: i64,
    /// Grows by the effective weight at each choice; the largest is taken and pays for all.
    current_weight: i64,
    /// Requests that it works on for this worker.
    pub conns: u32,
    /// Failures that count.
    pub fails: u32,
    /// When it failed last.
    accessed: Second,
    /// When it failed last, or was tried again after that.
    checked: Second,
}

impl Peer {
    pub(super) const fn new(process: ProcessId, line: &UpstreamServer) -> Self {
        Self {
            process,
            weight: line.weight as i64,
            max_fails: line.max_fails,
            fail_timeout_s: line.fail_timeout_s as i64,
            max_conns: line.max_conns,
            down: line.down,
            effective_weight: line.weight as i64,
            current_weight: 0,
            conns: 0,
            fails: 0,
            accessed: Second::NEVER,
            checked: Second::NEVER,
        }
    }

    /// Its configured weight.
    pub(super) const fn weight(&self) -> u64 {
        self.weight as u64
    }

    /// Whether its failures leave it out.
    pub(super) const fn is_left_out(&self, now: Second) -> bool {
        self.max_fails > 0 && self.fails >= self.max_fails && now.0 - self.checked.0 <= self.fail_timeout_s
    }

    const fn has_place(&self) -> bool {
        match self.max_conns {
            Some(most) => self.conns < most,
            None => true,
        }
    }
}

/// The active servers of a block, or its backups.
#[derive(Clone, Debug, Default)]
pub struct Peers {
    /// In the order of the block.
    pub list: Vec<Peer>,
    /// Sum of all weights, those of servers that are down included.
    pub(super) total_weight: u32,
    /// The only server of a block is never left out (`dead_single`).
    pub(super) single: bool,
}

impl Peers {
    pub(super) fn new(list: Vec<Peer>, single: bool) -> Self {
        let total_weight = list.iter().map(|peer| peer.weight as u32).sum();
        Self { list, total_weight, single }
    }

    /// Servers that are not down: so many tries a request has.
    pub(super) fn tries(&self) -> u32 {
        self.list.iter().filter(|peer| !peer.down).count() as u32
    }

    /// Whether a request that has been tried at `tried` may go to a server.
    pub(super) fn may_serve(&self, at: usize, tried: &[u16], now: Second) -> bool {
        let peer = &self.list[at];
        let fit = !peer.down && peer.has_place();
        if self.single { fit } else { fit && !peer.is_left_out(now) && !tried.contains(&(at as u16)) }
    }

    /// The server at a place on the scale of all weights.
    pub(super) fn at_weight(&self, place: u32) -> usize {
        let mut left = i64::from(place);
        let covers = |peer: &Peer| {
            left -= peer.weight;
            left < 0
        };
        self.list.iter().position(covers).expect("the place is below the sum of weights")
    }

    /// A server takes part in a choice: returns what it adds to the sum.
    pub(super) fn advance(&mut self, at: usize) -> i64 {
        let peer = &mut self.list[at];
        let adds = peer.effective_weight;
        peer.current_weight += adds;
        peer.effective_weight = peer.weight.min(adds + 1);
        adds
    }

    /// Whether a server is ahead of another in the turn.
    pub(super) fn is_ahead(&self, at: usize, of: usize) -> bool {
        self.list[at].current_weight > self.list[of].current_weight
    }

    /// The chosen server pays for all that took part.
    pub(super) fn pay(&mut self, at: usize, total: i64) {
        self.list[at].current_weight -= total;
    }

    /// Smooth weighted round robin: everybody gains its weight, the richest is taken and pays the sum; the first on ties.
    pub(super) fn in_turn(&mut self, tried: &[u16], now: Second) -> Option<usize> {
        let (mut best, mut total) = (None, 0);
        for at in 0..self.list.len() {
            if self.may_serve(at, tried, now) {
                total += self.advance(at);
                if best.is_none_or(|best| self.is_ahead(at, best)) {
                    best = Some(at);
                }
            }
        }
        best.inspect(|best| self.pay(*best, total))
    }

    /// A request goes to a server.
    pub(super) fn take(&mut self, at: usize, now: Second) {
        let peer = &mut self.list[at];
        peer.conns += 1;
        if now.0 - peer.checked.0 > peer.fail_timeout_s {
            peer.checked = now;
        }
    }

    /// A request has left a server. Returns whether the server is left out from now on.
    pub(super) fn release(&mut self, at: usize, failed: bool, now: Second) -> bool {
        let single = self.single;
        let peer = &mut self.list[at];
        peer.conns = peer.conns.checked_sub(1).expect("each request is released once");
        if single {
            return false;
        }
        if !failed {
            // It has been tried again since its last failure, and it works.
            if peer.accessed < peer.checked {
                peer.fails = 0;
            }
            return false;
        }
        peer.fails += 1;
        (peer.accessed, peer.checked) = (now, now);
        if let Some(loss) = peer.weight.checked_div(peer.max_fails.into()) {
            peer.effective_weight = (peer.effective_weight - loss).max(0);
        }
        peer.is_left_out(now)
    }
}
