//! The balancer's count is the sum of its servers' counts; equal-weight round robin is fair to one request over any
//! stretch without a change; no new request goes to a server that is down or out of service.

use hopscope::sim::balancer::{AdminState, Algorithm, Balancer};
use hopscope::sim::{
    Command, Condition, Decision, Micros, PickReason, Place, ProcessId, Setting, SimTime, VisitRecord, Wiring, World,
};

use crate::fair::{Fair, Group};
use crate::watch::Tally;

/// What is known of each balancer.
pub struct Backends(Vec<Backend>);

struct Backend {
    process: ProcessId,
    runs: bool,
    servers: Vec<Known>,
    fair: Fair,
    /// Connection attempts that failed: what is tried elsewhere disturbs the turns.
    failures: u64,
    running: u32,
}

/// What an operator knows of a server.
struct Known {
    process: ProcessId,
    /// By the commands that were given.
    admin: AdminState,
    weight: u32,
    /// By the health checks, and by what an operator says of its health.
    up: bool,
    /// Whether an operator has changed its `maxconn`.
    resized: bool,
    sessions: u64,
    queued: usize,
    /// Since when it can be chosen, or not; newest last.
    changes: Vec<(SimTime, bool)>,
    /// Whether what waits for it may go there: always in service, even with weight 0; without `option redispatch`, and
    /// with `option persist`, also what waited when it left.
    keeps_queue: bool,
    /// Whether it was in service when last seen, and whether it was neither down nor in maintenance.
    served: bool,
    runs: bool,
}

impl Known {
    fn in_service(&self) -> bool {
        self.up && self.admin == AdminState::Ready
    }

    fn usable(&self) -> bool {
        self.in_service() && self.weight > 0
    }

    /// Whether it could be chosen at a moment: just before, during or after what happened then.
    fn was_usable(&self, at: SimTime) -> bool {
        let before = self.changes.iter().rev().find(|(since, _)| *since < at);
        before.is_none_or(|(_, usable)| *usable) || self.changes.iter().any(|(since, usable)| *since == at && *usable)
    }
}

impl Backends {
    pub fn new(world: &World) -> Self {
        Self(world.balancers().iter().map(|balancer| Backend::new(world, balancer)).collect())
    }

    /// Looks at every balancer after an event.
    pub fn after(&mut self, world: &World, command: Option<&Command>, tally: &mut Tally) {
        for (backend, balancer) in self.0.iter_mut().zip(world.balancers()) {
            let runs = world.parts().condition(balancer.process) != Condition::Down;
            if runs != backend.runs || !runs {
                // What a process knew is gone with it.
                let changes: Vec<_> = backend.servers.drain(..).map(|server| server.changes).collect();
                *backend = Backend { runs, ..Backend::new(world, balancer) };
                for (server, earlier) in backend.servers.iter_mut().zip(changes) {
                    server.changes.splice(0..0, earlier);
                }
                continue;
            }
            if let Some(command) = command {
                backend.obey(world.wiring(), balancer, command, world);
            }
            backend.after(world, balancer, tally);
        }
    }

    /// The choices in a trace were possible when they were made, and the request did go there.
    pub fn check_trace(&self, world: &World, record: &VisitRecord, tally: &mut Tally) {
        let Some(trace) = world.trace(record.id) else {
            return;
        };
        let mut last = None;
        for (at, span) in trace.spans.iter().enumerate() {
            let (Place::Process(process), Decision::Picked { server, why }) = (span.place, span.decision) else {
                continue;
            };
            let backend = self.0.iter().find(|backend| backend.process == process).expect("balancers choose");
            let known = backend.servers.iter().find(|known| known.process == server).expect("a known server");
            let again = why == PickReason::Retry && last == Some(server);
            let kept = why == PickReason::FromQueue && known.keeps_queue;
            let usable = known.was_usable(span.end);
            // Whom a cookie sends to a server that is drained may have to wait there, too.
            let has_cookies = world.settings().balancer.cookie.is_some();
            let by_cookie = why == PickReason::Cookie || (why == PickReason::FromQueue && has_cookies);
            assert!(usable || again || kept || by_cookie, "a request went to {server:?}, out of service: {trace:#?}");
            last = Some(server);
            if let Some(next) = trace.spans.get(at + 1).filter(|next| next.end > span.end)
                && let Place::Link { link, back: false } = next.place
            {
                let link = world.wiring().link(link);
                assert_eq!((link.from, link.to), (process, server), "the way of {trace:#?}");
            }
            tally.choices += 1;
            tally.choices_around_outages += u64::from(!backend.servers.iter().all(Known::usable));
        }
    }
}

impl Backend {
    fn new(world: &World, balancer: &Balancer) -> Self {
        let lines = &world.settings().balancer.servers;
        let servers = balancer.servers.iter().map(|server| Known {
            process: server.process,
            admin: server.admin,
            resized: false,
            weight: lines.get(&world.wiring().machine_of(server.process).name).map_or(1, |line| line.weight),
            up: true,
            sessions: 0,
            queued: 0,
            changes: vec![(world.now(), server.in_service())],
            keeps_queue: true,
            served: server.in_service(),
            runs: server.runs(),
        });
        Self {
            process: balancer.process,
            runs: true,
            servers: servers.collect(),
            fair: Fair::fresh(balancer.servers.len()),
            failures: 0,
            running: 0,
        }
    }

    /// Notes what the operator says.
    fn obey(&mut self, wiring: &Wiring, balancer: &Balancer, command: &Command, world: &World) {
        match command {
            Command::ServerState { server, state } => self.named(wiring, server).admin = *state,
            Command::ServerWeight { server, weight } => {
                self.named(wiring, server).weight = *weight;
                self.fair.change(self.group(balancer, world));
            }
            Command::ServerMaxconn { server, .. } => {
                self.named(wiring, server).resized = true;
                self.fair.change(self.group(balancer, world));
            }
            Command::Set(Setting::Balance(_) | Setting::AllBackups(_)) => {
                self.fair = Fair::fresh(self.servers.len());
                self.fair.change(self.group(balancer, world));
            }
            _ => {}
        }
    }

    fn named(&mut self, wiring: &Wiring, name: &str) -> &mut Known {
        let process = wiring.server(name).expect("a server of this name");
        self.servers.iter_mut().find(|server| server.process == process).expect("every server is in every backend")
    }

    fn after(&mut self, world: &World, balancer: &Balancer, tally: &mut Tally) {
        let mut changed = false;
        let mut new = 0;
        for (at, (known, server)) in self.servers.iter_mut().zip(&balancer.servers).enumerate() {
            assert_eq!(server.admin, known.admin, "the state of {:?} is not what an operator said", server.process);
            known.up = server.up && !server.stopping;
            let runs = std::mem::replace(&mut known.runs, server.runs());
            let (candidate, was) = (balancer.candidate(at), known.changes.last().is_none_or(|(_, usable)| *usable));
            assert_eq!(
                candidate.weight, known.weight,
                "the weight of {:?} is not what an operator said",
                server.process
            );
            let usable = known.usable();
            if usable != was {
                known.changes.push((world.now(), usable));
                changed = true;
            }
            let serves = known.in_service();
            if std::mem::replace(&mut known.served, serves) != serves {
                let config = &world.settings().balancer;
                known.keeps_queue = serves || !config.redispatch || config.persist;
            }
            let most = candidate.maxconn.filter(|most| *most > 0 && !known.resized).unwrap_or(u32::MAX);
            assert!(candidate.running <= most, "{} requests on {:?}", candidate.running, server.process);
            let sessions = server.counters.sessions - known.sessions;
            if sessions > 0 {
                let from_queue = known.keeps_queue && server.queued() < known.queued;
                // A cookie leads to a server that is drained, and with `option persist` to any.
                let config = &world.settings().balancer;
                let by_cookie = config.cookie.is_some() && (runs || server.runs() || config.persist);
                assert!(
                    was || usable || from_queue || by_cookie,
                    "a request went to {:?}, out of service",
                    server.process
                );
                assert!(
                    sent(world, balancer, server.process) >= sessions,
                    "requests of {:?} count twice",
                    server.process
                );
                self.fair.counts[at] += sessions as i64;
                new += sessions;
            }
            (known.sessions, known.queued) = (server.counters.sessions, server.queued());
        }
        self.check_sums(balancer, new);
        let failures = balancer.servers.iter().map(|s| s.counters.retries + s.counters.redispatches).sum();
        let disturbed = std::mem::replace(&mut self.failures, failures) != failures;
        if changed || disturbed || self.fair.is_unset() {
            self.fair.change(self.group(balancer, world));
        }
        if new > 0 {
            tally.fair_turns += u64::from(self.fair.check(new));
        }
    }

    /// What the backend counts is what its servers count, and what is running has been counted.
    fn check_sums(&mut self, balancer: &Balancer, new: u64) {
        let sessions: u64 = self.servers.iter().map(|server| server.sessions).sum();
        assert_eq!(balancer.counters.assigned, sessions, "the balancer's count, and the sum of its servers'");
        let running = (0..self.servers.len()).map(|at| balancer.candidate(at).running).sum::<u32>();
        assert!(u64::from(running) <= u64::from(self.running) + new, "a request runs and is not counted");
        self.running = running;
    }

    /// The servers that share the requests now.
    fn group(&self, balancer: &Balancer, world: &World) -> Group {
        let config = &world.settings().balancer;
        let usable = |backup: bool| {
            let servers = self.servers.iter().enumerate();
            let usable = servers.filter(|(at, server)| server.usable() && balancer.candidate(*at).backup == backup);
            usable.map(|(at, _)| at).collect::<Vec<usize>>()
        };
        let mut members = usable(false);
        if members.is_empty() && config.all_backups {
            members = usable(true);
        }
        let weights: Vec<u32> = members.iter().map(|at| self.servers[*at].weight).collect();
        // A server that may be full may be passed over.
        let unlimited = members.iter().all(|at| balancer.candidate(*at).maxconn.is_none());
        let equal = weights.iter().all(|weight| *weight == weights[0]);
        // What a cookie decides is nobody's turn.
        let takes_turns = config.algorithm == Algorithm::RoundRobin && config.cookie.is_none() && unlimited && equal;
        Group { members, weights: weights.into_iter().map(u64::from).sum(), takes_turns }
    }
}

/// Messages that leave a balancer for a server at this moment. Without latency they are there before they can be seen.
fn sent(world: &World, balancer: &Balancer, server: ProcessId) -> u64 {
    let link = world.wiring().link_between(balancer.process, server);
    if link.is_some_and(|link| world.parts().latency(link) == Micros::ZERO) {
        return u64::MAX;
    }
    let leaving =
        |flight: &hopscope::sim::Flight| Some(flight.link) == link && flight.sent == world.now() && !flight.back;
    world.flights(usize::MAX).filter(leaving).count() as u64
}
