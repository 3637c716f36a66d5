//! HAProxy: its statistics page.

use super::{Detail, Fact, PartView};
use crate::sim::balancer::{AdminState, Balancer, LastCheck, Server, ServerCounters};
use crate::sim::{Check, Condition, Micros, PartId, ProcessId, World};
use crate::text::inspector::{fact, stats};

/// The servers of a backend and its totals.
#[derive(Clone, Debug, PartialEq)]
pub struct BalancerView {
    /// Whether the process runs.
    pub runs: bool,
    /// The servers in the order of the configuration.
    pub servers: Vec<ServerRow>,
    /// Totals.
    pub backend: Vec<Fact>,
}

/// A line of the statistics page.
#[derive(Clone, Debug, PartialEq)]
pub struct ServerRow {
    /// Machine name of the server.
    pub name: String,
    /// The nginx behind it.
    pub part: PartId,
    /// What the balancer believes.
    pub state: ServerState,
    /// That, with the progress towards a change: `UP 2/3`.
    pub status: String,
    /// What the operator has said.
    pub admin: AdminState,
    /// The last check.
    pub last_check: LastCheck,
    /// The weight in force.
    pub weight: u32,
    /// Whether it only stands in for others.
    pub backup: bool,
    /// Whether it gets requests now.
    pub in_use: bool,
    /// How long it has been so.
    pub since: Micros,
    /// How long it was out of service in all.
    pub downtime: Micros,
    /// Requests that wait for it.
    pub queued: usize,
    /// Requests that it works on.
    pub running: u32,
    /// Counters since the start.
    pub counters: ServerCounters,
}

/// The state of a server in the words of the statistics page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ServerState {
    /// Healthy.
    Up,
    /// Not healthy.
    Down,
    /// Out of service.
    Maint,
    /// Healthy, but the operator wants no new requests there.
    Drain,
    /// Healthy, but its weight is 0 (recording `random_1_05`).
    NoLb,
    /// Counts as alive because nobody checks.
    NoCheck,
}

impl ServerState {
    /// The word of the statistics page.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Up => "UP",
            Self::Down => "DOWN",
            Self::Maint => "MAINT",
            Self::Drain => "DRAIN",
            Self::NoLb => "NOLB",
            Self::NoCheck => "no check",
        }
    }
}

pub(super) fn balancer(world: &World, process: ProcessId, view: &mut PartView) {
    let Some(balancer) = world.balancer(process) else {
        return;
    };
    if let Some(public) = world.wiring().machine_of(process).public {
        view.fact(fact::PUBLIC_ADDRESS, public);
    }
    let servers: Vec<ServerRow> = (0..balancer.servers.len()).map(|at| ServerRow::new(world, balancer, at)).collect();
    for server in &servers {
        view.relate(world, server.part);
    }
    let count = |label, value: u64| Fact { label, value: value.to_string() };
    let in_use = servers.iter().filter(|server| server.in_use).count();
    let backend = vec![
        Fact { label: stats::USABLE, value: fact::of(in_use, servers.len()) },
        count(stats::REQUESTS, balancer.counters.requests),
        count(stats::ASSIGNED, balancer.counters.assigned),
        count(stats::QUEUED, balancer.queued() as u64),
        count(stats::MOST_QUEUED, balancer.counters.most_queued as u64),
        count(stats::NO_SERVER, balancer.counters.no_server),
        count(stats::QUEUE_TIMEOUTS, balancer.counters.queue_timeouts),
    ];
    let runs = view.status.condition != Condition::Down;
    view.detail = Detail::Balancer(BalancerView { runs, servers, backend });
    view.settings(world, &["lb.", "tls."]);
    super::log::haproxy(world, balancer, view);
}

impl ServerRow {
    fn new(world: &World, balancer: &Balancer, at: usize) -> Self {
        let (server, candidate) = (&balancer.servers[at], balancer.candidate(at));
        let state = state(world, server, candidate.weight);
        Self {
            name: world.wiring().machine_of(server.process).name.clone(),
            part: PartId::Process(server.process),
            state,
            status: status(world, server, state),
            admin: server.admin,
            // No checks are sent in maintenance, and none is shown.
            last_check: if server.admin == AdminState::Maint { LastCheck::None } else { server.last_check },
            weight: candidate.weight,
            backup: candidate.backup,
            in_use: candidate.usable && candidate.weight > 0,
            since: world.now().since(server.changed_at),
            downtime: server.downtime(world.now()),
            queued: server.queued(),
            running: candidate.running,
            counters: server.counters,
        }
    }
}

fn state(world: &World, server: &Server, weight: u32) -> ServerState {
    match server.admin {
        AdminState::Maint => ServerState::Maint,
        _ if !server.up => ServerState::Down,
        AdminState::Drain => ServerState::Drain,
        AdminState::Ready if weight == 0 => ServerState::NoLb,
        AdminState::Ready if world.settings().balancer.check == Check::None => ServerState::NoCheck,
        AdminState::Ready => ServerState::Up,
    }
}

/// `UP 2/3` on the way down, `DOWN 1/2` on the way up, as the statistics page counts.
fn status(world: &World, server: &Server, state: ServerState) -> String {
    let (rise, fall) = (world.settings().balancer.rise, world.settings().balancer.fall);
    let (health, name) = (server.health(), state.name());
    let is_checked = server.last_check != LastCheck::None;
    match state {
        ServerState::Up if is_checked && health < rise + fall - 1 => format!("{name} {}/{fall}", health + 1 - rise),
        ServerState::Down if health > 0 => format!("{name} {health}/{rise}"),
        _ => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::InspectorView;
    use super::*;
    use crate::sim::{Command, Preset, Setting};
    use std::sync::Arc;

    fn world() -> World {
        World::new(Arc::new(Preset::find("three-server").expect("a preset").scenario()))
    }

    fn row(world: &World, server: usize) -> ServerRow {
        let part = world.wiring().part("lb-01/haproxy").expect("a part");
        match InspectorView::new(world, Some(part)).part.expect("it exists").detail {
            Detail::Balancer(view) => view.servers[server].clone(),
            other => panic!("{other:?}"),
        }
    }

    fn act(world: &mut World, command: Command) {
        world.apply(&command).expect("a command that makes sense");
    }

    fn wait(world: &mut World, ms: u64) {
        let until = world.now() + Micros::from_millis(ms);
        world.run_until(until);
    }

    #[test]
    fn a_dead_server_goes_down_step_by_step() {
        let mut world = world();
        wait(&mut world, 4_000);
        assert_eq!((row(&world, 1).status.as_str(), row(&world, 1).last_check), ("UP", LastCheck::L4Ok));
        act(&mut world, Command::Kill { part: "web-02/nginx".into() });
        wait(&mut world, 2_100);
        assert_eq!((row(&world, 1).status.as_str(), row(&world, 1).last_check), ("UP 2/3", LastCheck::L4Con));
        wait(&mut world, 5_000);
        let dead = row(&world, 1);
        assert_eq!((dead.state, dead.in_use, dead.counters.times_down), (ServerState::Down, false, 1));
        act(&mut world, Command::Restore { part: "web-02/nginx".into() });
        wait(&mut world, 2_100);
        assert_eq!(row(&world, 1).status, "DOWN 1/2");
    }

    #[test]
    fn the_operator_and_the_weight_have_states_of_their_own() {
        let mut world = world();
        let server = || "web-01".to_owned();
        act(&mut world, Command::ServerState { server: server(), state: AdminState::Drain });
        assert_eq!(row(&world, 0).state, ServerState::Drain);
        act(&mut world, Command::ServerState { server: server(), state: AdminState::Maint });
        assert_eq!((row(&world, 0).state, row(&world, 0).in_use), (ServerState::Maint, false));
        act(&mut world, Command::ServerState { server: server(), state: AdminState::Ready });
        act(&mut world, Command::ServerWeight { server: server(), weight: 0 });
        assert_eq!(row(&world, 0).state.name(), "NOLB");
        act(&mut world, Command::ServerWeight { server: server(), weight: 7 });
        act(&mut world, Command::Set(Setting::CheckKind(Check::None)));
        assert_eq!((row(&world, 0).state.name(), row(&world, 0).weight), ("no check", 7));
    }
}
