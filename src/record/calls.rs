//! A trace as calls: its spans follow each other without gaps, other programs want to know who has called whom.

use crate::sim::{Decision, LinkId, Place, ProcessId, Role, SimTime, Span, Trace, Wiring};

/// One process asks another, and waits. The first call of a trace is the visitor's wish, which no link has carried.
#[derive(Debug)]
pub struct Call<'a> {
    /// The call that the callee of which has made this one; none for the first.
    pub parent: Option<usize>,
    /// Over which link.
    pub link: Option<LinkId>,
    /// Who is asked.
    pub callee: ProcessId,
    /// When the caller began to connect.
    pub sent: SimTime,
    /// When the request arrived; none if it never did.
    pub arrived: Option<SimTime>,
    /// When the callee had done with it, or the caller had given up.
    pub left: SimTime,
    /// When the caller had the answer, or had given up.
    pub returned: SimTime,
    /// Why there was no answer; none if there was, or if the call is under way.
    pub failure: Option<Decision>,
    /// Whether an answer came back.
    pub answered: bool,
    /// What was decided at the callee.
    pub hops: Vec<&'a Span>,
    /// HTTP status of the answer, where it is known and the call is one of HTTP.
    pub status: Option<u16>,
}

/// The calls of a trace, each after the one that it belongs to.
pub fn calls<'a>(wiring: &Wiring, trace: &'a Trace) -> Vec<Call<'a>> {
    let browser = wiring.with_role(|role| *role == Role::Browser).first().copied().unwrap_or(ProcessId(0));
    let mut walk = Walk { wiring, calls: Vec::new(), open: Vec::new() };
    walk.begin(None, browser, trace.start);
    walk.calls[0].arrived = Some(trace.start);
    for span in &trace.spans {
        match span.place {
            Place::Process(process) => walk.at(process, span),
            Place::Link { link, back: false } => walk.forth(link, span),
            Place::Link { link, back: true } => walk.back(link, span),
        }
    }
    let end = trace.end();
    while let Some(call) = walk.open.pop() {
        (walk.calls[call].left, walk.calls[call].returned) = (end, end);
    }
    walk.calls[0].answered = trace.outcome.is_some();
    walk.calls[0].status = trace.outcome.and_then(|outcome| outcome.status());
    give_statuses(wiring, &mut walk.calls);
    walk.calls
}

struct Walk<'a, 'w> {
    wiring: &'w Wiring,
    calls: Vec<Call<'a>>,
    /// Those that nobody has ended yet, the innermost last. The first stays.
    open: Vec<usize>,
}

impl<'a> Walk<'a, '_> {
    fn begin(&mut self, link: Option<LinkId>, callee: ProcessId, sent: SimTime) {
        self.open.push(self.calls.len());
        self.calls.push(Call {
            parent: self.open.len().checked_sub(2).map(|at| self.open[at]),
            link,
            callee,
            sent,
            arrived: None,
            left: sent,
            returned: sent,
            failure: None,
            answered: false,
            hops: Vec::new(),
            status: None,
        });
    }

    fn innermost(&mut self) -> &mut Call<'a> {
        let at = *self.open.last().expect("the first call stays");
        &mut self.calls[at]
    }

    fn end(&mut self, at: SimTime, failure: Option<Decision>) {
        let call = self.innermost();
        if failure.is_some() {
            call.left = at;
        }
        (call.returned, call.failure, call.answered) = (at, failure, failure.is_none());
        self.open.pop();
    }

    /// Callers that have given up are not told so by the trace: it just goes on at them.
    fn give_up_until(&mut self, at: SimTime, is_it: impl Fn(&Call<'_>) -> bool) {
        while self.open.len() > 1 && !is_it(self.innermost()) {
            let failure = self.innermost().hops.last().map_or(Decision::NoAnswer, |hop| hop.decision);
            self.end(at, Some(failure));
        }
    }

    fn at(&mut self, process: ProcessId, span: &'a Span) {
        self.give_up_until(span.start, |call| call.callee == process);
        self.innermost().hops.push(span);
    }

    fn forth(&mut self, link: LinkId, span: &Span) {
        // What stands between a first knock and the request, such as a handshake of TLS, belongs to the same call.
        if !(self.innermost().link == Some(link) && self.innermost().arrived.is_none()) {
            let info = self.wiring.link(link);
            self.give_up_until(span.start, |call| call.callee == info.from);
            self.begin(Some(link), info.to, span.start);
        }
        match span.decision {
            Decision::Sent => self.innermost().arrived = Some(span.end),
            Decision::Connected | Decision::TlsHandshake => {}
            failure => self.end(span.end, Some(failure)),
        }
    }

    fn back(&mut self, link: LinkId, span: &Span) {
        let is_open = self.open.iter().any(|call| self.calls[*call].link == Some(link));
        if is_open {
            self.give_up_until(span.start, |call| call.link == Some(link));
        } else {
            let info = self.wiring.link(link);
            self.give_up_until(span.start, |call| call.callee == info.from);
            self.begin(Some(link), info.to, span.start);
        }
        match span.decision {
            Decision::Returned => {
                self.innermost().left = span.start;
                self.end(span.end, None);
            }
            // Between knock and request the callee speaks, too.
            Decision::Connected | Decision::TlsHandshake => {}
            failure => self.end(span.end, Some(failure)),
        }
    }
}

/// Every layer passes a status on, unless it makes one up: from the visitor's inwards.
fn give_statuses(wiring: &Wiring, calls: &mut [Call<'_>]) {
    for at in 0..calls.len() {
        let own = calls[at].hops.iter().find_map(|hop| match hop.decision {
            Decision::Failed { status } => Some(status),
            Decision::Redirected => Some(301),
            _ => None,
        });
        if at > 0 && own.is_some() && calls[at].answered {
            calls[at].status = own;
        }
        let is_http = |call: &Call<'_>| !matches!(wiring.role(call.callee), Role::Resolver | Role::Mysqld { .. });
        let is_child = |call: &Call<'_>| call.parent == Some(at) && call.answered && is_http(call);
        let last = calls.iter().rposition(is_child);
        if let Some(last) = last
            && (at == 0 || own.is_none())
        {
            calls[last].status = calls[at].status;
        }
    }
}
