//! dig, the resolver and the authoritative server over time. Messages take no time, as over loopback; waiting does.

use super::super::Problem;
use super::dig::{Dig, Run};
use super::shown::Asked;
use crate::sim::dns::{Lookup, Message, Question, Record, Resolver, ResolverSettings, Zone};
use crate::sim::{Micros, SimTime};

/// How a server's process is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Server {
    Up,
    /// Its port is closed.
    Dead,
    /// Its packets are dropped.
    Silent,
}

pub(super) struct Network {
    now: SimTime,
    zone_name: String,
    zone: Zone,
    authoritative: Server,
    resolver: Resolver,
    resolver_is: Server,
    /// Whether the recorder still sees what the resolver asks: it watches the first process only (`resolver_killed`).
    is_watched: bool,
    asking: Vec<Asking>,
    /// What the resolver asked since dig was started.
    upstream: Vec<Asked>,
}

/// A question that the resolver asks for its clients, and the try that waits for an answer.
struct Asking {
    question: Question,
    attempt: u32,
    until: SimTime,
}

/// How a try to ask went.
enum Told {
    Nothing,
    Learned,
    GaveUp,
}

impl Network {
    pub fn new(zone_name: &str, zone: Zone, settings: ResolverSettings, epoch_us: u64) -> Self {
        Self {
            now: SimTime::ZERO,
            zone_name: zone_name.to_owned(),
            zone,
            authoritative: Server::Up,
            resolver: Resolver::new(settings, epoch_us),
            resolver_is: Server::Up,
            is_watched: true,
            asking: Vec::new(),
            upstream: Vec::new(),
        }
    }

    pub fn change_zone(&mut self, records: Vec<Record>) {
        self.zone.reload(records);
    }

    pub fn set_authoritative(&mut self, server: Server) {
        if server == Server::Up && self.authoritative == Server::Dead {
            self.zone.restart();
        }
        self.authoritative = server;
    }

    pub fn set_resolver(&mut self, server: Server) {
        if server == Server::Dead {
            self.asking.clear();
            self.resolver.reset();
            self.is_watched = false;
        }
        self.resolver_is = server;
    }

    /// Lets time go on to `until`, if it lies ahead. What the resolver began to ask goes on.
    pub fn advance(&mut self, until: SimTime) {
        while let Some(at) = self.next_deadline(until) {
            self.goes_on(at);
        }
        self.now = self.now.max(until);
    }

    pub fn ask_authoritative(&mut self, dig: &Dig) -> Run {
        let mut run = self.run(self.authoritative, dig);
        if self.authoritative == Server::Up {
            run.reply = Some(self.zone.answer(&dig.query));
        }
        run
    }

    pub fn ask_resolver(&mut self, dig: &Dig) -> Result<Run, Problem> {
        self.upstream.clear();
        let mut run = self.run(self.resolver_is, dig);
        if self.resolver_is != Server::Up {
            return Ok(run);
        }
        self.is_below_zone(&dig.query.question.name)?;
        while run.reply.is_none() && run.sent < dig.tries {
            run.sent += 1;
            run.reply = self.try_resolver(dig)?;
            run.failed += u32::from(run.reply.is_none());
        }
        let seen = std::mem::take(&mut self.upstream);
        run.upstream = if self.is_watched { seen } else { Vec::new() };
        Ok(run)
    }

    /// A call of dig to a server: no tries yet if it is up, else all in vain.
    fn run(&mut self, server: Server, dig: &Dig) -> Run {
        let tries = if server == Server::Up { 0 } else { dig.tries };
        if server == Server::Silent {
            self.advance(self.now + dig.wait.times(u64::from(tries)));
        }
        let refused = server == Server::Dead;
        Run { reply: None, sent: if refused { 0 } else { tries }, failed: tries, refused, upstream: Vec::new() }
    }

    fn is_below_zone(&self, name: &str) -> Result<(), Problem> {
        let below = name.to_ascii_lowercase();
        match below.strip_suffix(&self.zone_name).is_some_and(|rest| rest.is_empty() || rest.ends_with('.')) {
            true => Ok(()),
            false => Err(Problem(format!("`{name}` lies outside the zone, so the resolver's answer is not known"))),
        }
    }

    /// One try of dig: the resolver's answer if it comes in time.
    fn try_resolver(&mut self, dig: &Dig) -> Result<Option<Message>, Problem> {
        let (query, asked_at) = (&dig.query, self.now);
        if !query.flags.rd {
            return Ok(Some(Resolver::refusal(query)));
        }
        let question = &query.question;
        let found = self.resolver.lookup(self.now, &question.name, question.kind, query.id);
        let may_ask = self.resolver.may_ask(self.now, &question.name, question.kind);
        let under_way = self.asking.iter().any(|asking| asking.question == *question);
        // What is in the cache is said before anything new is learned.
        let said = self.resolver.message(query, &found);
        if matches!(found, Lookup::Miss | Lookup::Stale(_)) && !under_way {
            if may_ask {
                self.resolver.begin(self.now);
                self.send(question.clone(), 0)?;
            } else if said.is_none() {
                return Ok(self.resolver.message(query, &self.resolver.servfail(self.now)));
            }
        }
        if said.is_some() {
            return Ok(said);
        }
        let until = self.now + dig.wait;
        while self.asking.iter().any(|asking| asking.question == *question) {
            let Some(at) = self.next_deadline(until) else {
                self.now = until;
                return Ok(None);
            };
            self.goes_on(at);
        }
        let waited = self.now.since(asked_at);
        if self.resolver.settings().kind.discards_after().is_some_and(|limit| waited > limit) {
            self.advance(until);
            return Ok(None);
        }
        let found = self.resolver.answer_waiting(self.now, &question.name, question.kind, query.id);
        let found = if found == Lookup::Miss { self.resolver.servfail(self.now) } else { found };
        Ok(self.resolver.message(query, &found))
    }

    /// The question whose try ends first, if that is not after `until`; it becomes that time.
    fn next_deadline(&mut self, until: SimTime) -> Option<usize> {
        let first = (0..self.asking.len()).min_by_key(|&at| self.asking[at].until)?;
        let due = self.asking[first].until;
        (due <= until).then(|| {
            self.now = self.now.max(due);
            first
        })
    }

    /// The try of that question has waited in vain: the next one, or the end.
    fn goes_on(&mut self, at: usize) {
        let asking = self.asking.remove(at);
        // The chain was found to stay in the zone when the first try was sent.
        let _ = self.send(asking.question, asking.attempt + 1);
    }

    /// Sends try number `attempt` for a client's question, and on through a chain of CNAMEs.
    fn send(&mut self, question: Question, mut attempt: u32) -> Result<(), Problem> {
        loop {
            match self.tell(&question, attempt)? {
                Told::Learned if self.is_missing(&question) => attempt = 0,
                Told::Learned => return Ok(()),
                Told::Nothing => {
                    let wait = self.resolver.wait(attempt).unwrap_or(Micros::ZERO);
                    self.asking.push(Asking { question, attempt, until: self.now + wait });
                    return Ok(());
                }
                Told::GaveUp => {
                    self.resolver.failed(self.now, &question.name, question.kind);
                    return Ok(());
                }
            }
        }
    }

    /// Whether a CNAME was learned and its target is not known.
    fn is_missing(&self, question: &Question) -> bool {
        self.resolver.next_name(self.now, &question.name, question.kind) != question.name
    }

    fn tell(&mut self, question: &Question, attempt: u32) -> Result<Told, Problem> {
        if self.resolver.wait(attempt).is_none() {
            return Ok(Told::GaveUp);
        }
        let name = self.resolver.next_name(self.now, &question.name, question.kind).to_owned();
        self.is_below_zone(&name)?;
        self.resolver.sent(self.now, attempt);
        // The query's number is random; the recordings vary in it too.
        let mut query = Message::upstream_query(0, &name, question.kind);
        if let Some(edns) = &mut query.edns {
            edns.udp_size = self.resolver.settings().kind.udp_size(attempt);
        }
        let reply = match self.authoritative {
            Server::Up => Some(self.zone.answer(&query)),
            Server::Silent => None,
            Server::Dead if self.resolver.settings().kind.notices_refusal() => return Ok(Told::GaveUp),
            Server::Dead => return Ok(Told::Nothing),
        };
        if let Some(reply) = &reply {
            self.resolver.learned(self.now, reply, Micros::ZERO);
        }
        let told = if reply.is_some() { Told::Learned } else { Told::Nothing };
        self.upstream.push(Asked { query, reply });
        Ok(told)
    }
}
