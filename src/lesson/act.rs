//! What a lesson does to the world, as data.

use crate::sim::balancer::AdminState;
use crate::sim::{Class, Command, Micros, Mix, Preset, Role, Setting, SimTime, TimedCommand, Workload};

/// One act. Parts are named as in commands.
#[derive(Debug)]
pub enum Act {
    /// The visitor sends so many visits.
    Send(Class, u32),
    /// The visitor sends one visit that is followed hop by hop (on the page; elsewhere it is like any other).
    Follow(Class),
    /// Continuous load in the usual mix, in visits per second.
    Load(u32),
    /// Continuous load of pages that read, in visits per second.
    Readers(u32),
    /// Kills a process, cuts a machine's power or a link.
    Kill(&'static str),
    /// Hangs a process.
    Freeze(&'static str),
    /// Makes a part slower by a factor.
    Slow(&'static str, u32),
    /// Restores a part.
    Restore(&'static str),
    /// Restores every part.
    RestoreAll,
    /// Puts a version of the application files on a machine.
    Deploy(&'static str, u32),
    /// Changes a setting.
    Set(Setting),
    /// Gives a machine the firewall that it has in the preset `secured`, but for the monitor.
    Guard(&'static str),
    /// HAProxy: the weight of a server.
    Weight(&'static str, u32),
    /// HAProxy: what an operator says of a server.
    State(&'static str, AdminState),
    /// Any other command.
    Do(fn() -> Command),
    /// So many seconds go by before the next act.
    Wait(u32),
}

impl Act {
    /// The command for a timeline, at so many ms.
    #[must_use]
    pub fn at(&self, ms: u32) -> Option<TimedCommand> {
        let at_us = SimTime(u64::from(ms) * 1_000);
        self.command().map(|command| TimedCommand { at_us, command })
    }

    /// The command that it gives; none if time only goes by.
    #[must_use]
    pub fn command(&self) -> Option<Command> {
        let load = |rate_per_s, mix| Command::Load(Workload { rate_per_s, mix, ..Workload::default() });
        Some(match self {
            Self::Send(class, count) => Command::visits(*class, *count),
            Self::Follow(class) => Command::visits(*class, 1),
            Self::Load(rate) => load(*rate, Mix::default()),
            Self::Readers(rate) => load(*rate, Mix { static_files: 0, read: 1, write: 0 }),
            Self::Kill(part) => Command::Kill { part: (*part).to_owned() },
            Self::Freeze(part) => Command::Freeze { part: (*part).to_owned() },
            Self::Slow(part, factor) => Command::Slow { part: (*part).to_owned(), factor: *factor },
            Self::Restore(part) => Command::Restore { part: (*part).to_owned() },
            Self::RestoreAll => Command::RestoreAll,
            Self::Deploy(machine, version) => Command::Deploy { machine: (*machine).to_owned(), version: *version },
            Self::Set(setting) => Command::Set(setting.clone()),
            Self::Guard(machine) => guard(machine),
            Self::Weight(server, weight) => Command::ServerWeight { server: (*server).to_owned(), weight: *weight },
            Self::State(server, state) => Command::ServerState { server: (*server).to_owned(), state: *state },
            Self::Do(command) => command(),
            Self::Wait(_) => return None,
        })
    }
}

/// The commands of acts that begin at `at`, each with its moment, in order.
#[must_use]
pub fn timed(acts: &[Act], mut at: SimTime) -> Vec<TimedCommand> {
    let mut all = Vec::new();
    for act in acts {
        if let Act::Wait(seconds) = act {
            at += Micros::from_secs(u64::from(*seconds));
        }
        all.extend(act.command().map(|command| TimedCommand { at_us: at, command }));
    }
    all
}

fn guard(machine: &str) -> Command {
    let secured = Preset::find("secured").map(|preset| preset.scenario().topology.machines);
    let guarded = secured.into_iter().flatten().find(|guarded| guarded.name == machine);
    let mut firewall = guarded.and_then(|guarded| guarded.firewall);
    if let Some(firewall) = &mut firewall {
        // There the monitor is let in to the agent; the sites of lessons that guard a machine have none.
        firewall.rules.retain(|rule| rule.port != Some(Role::Agent.port()));
    }
    Command::Firewall { machine: machine.to_owned(), firewall }
}
