//! Words of the inspector and of the table of parts: what a part is, how it is, what can be done to it.

pub mod data;
pub mod fact;
pub mod replica;
pub mod router;
pub mod setting;
pub mod stats;

use crate::sim::{Condition, PartId, Protocol, Role, Wiring};

/// The kinds of parts that the panels tell apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A machine with all its processes.
    Machine,
    /// The visitor's browser.
    Browser,
    /// The recursive resolver.
    Resolver,
    /// The authoritative name server.
    Authoritative,
    /// HAProxy.
    Balancer,
    /// nginx.
    Nginx,
    /// The application server.
    App,
    /// A MySQL server.
    Mysqld,
    /// keepalived.
    Keepalived,
    /// A monitoring agent.
    Agent,
    /// The monitor.
    Monitor,
    /// The connections between two processes.
    Link(Protocol),
}

impl Kind {
    /// The kind of a part.
    #[must_use]
    pub fn of(wiring: &Wiring, part: PartId) -> Self {
        match part {
            PartId::Machine(_) => Self::Machine,
            PartId::Link(link) => Self::Link(wiring.link(link).protocol),
            PartId::Process(process) => match wiring.role(process) {
                Role::Browser => Self::Browser,
                Role::Resolver => Self::Resolver,
                Role::Authoritative => Self::Authoritative,
                Role::Balancer => Self::Balancer,
                Role::Nginx => Self::Nginx,
                Role::App => Self::App,
                Role::Mysqld { .. } => Self::Mysqld,
                Role::Keepalived { .. } => Self::Keepalived,
                Role::Agent => Self::Agent,
                Role::Monitor => Self::Monitor,
            },
        }
    }

    /// Whether the part is a process, which alone can hang.
    #[must_use]
    pub const fn is_process(self) -> bool {
        !matches!(self, Self::Machine | Self::Link(_))
    }
}

/// The name of a kind.
#[must_use]
pub const fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Machine => "Machine",
        Kind::Browser => "Browser",
        Kind::Resolver => "DNS resolver",
        Kind::Authoritative => "Name server of foobar.com",
        Kind::Balancer => "Load balancer",
        Kind::Nginx => "Web server",
        Kind::App => "Application server",
        Kind::Mysqld => "Database",
        Kind::Keepalived => "Virtual address",
        Kind::Agent => "Monitoring agent",
        Kind::Monitor => "Monitor",
        Kind::Link(Protocol::Dns) => "DNS link",
        Kind::Link(Protocol::Http) => "HTTP link",
        Kind::Link(Protocol::Mysql) => "MySQL link",
        Kind::Link(Protocol::Replication) => "Replication link",
        Kind::Link(Protocol::Vrrp) => "VRRP link",
        Kind::Link(Protocol::Metrics) => "Monitoring link",
    }
}

/// One sentence on what a part does for the site.
#[must_use]
pub const fn about(kind: Kind) -> &'static str {
    match kind {
        Kind::Machine => {
            "A computer with its own power and network: when it goes dark, everything that runs on it goes dark with it."
        }
        Kind::Browser => "The visitor’s program: it looks up the site’s address, connects, and shows what comes back.",
        Kind::Resolver => {
            "Finds the address behind www.foobar.com for the browser, and remembers it for as long as the TTL allows."
        }
        Kind::Authoritative => {
            "Holds the records of foobar.com: the last word on which address the name www.foobar.com leads to."
        }
        Kind::Balancer => {
            "Takes every visit at the site’s public address and passes it to one of the web servers that seem healthy."
        }
        Kind::Nginx => "Speaks HTTP: sends static files itself and passes everything else to the application.",
        Kind::App => {
            "Runs the site’s own code: it builds pages from rows of the database and stores what visitors send."
        }
        Kind::Mysqld => {
            "Keeps the site’s data: writes go to the primary, which sends each of them on to the replicas, a little later."
        }
        Kind::Keepalived => {
            "Shares the site’s address with another balancer: one of the two holds it, and when that one falls silent, \
             the other takes it."
        }
        Kind::Agent => "Looks at the programs on its machine, and tells the monitor when it asks.",
        Kind::Monitor => {
            "Asks every agent again and again, draws charts from what they say, and calls the operator when a rule holds \
             for long enough."
        }
        Kind::Link(Protocol::Metrics) => "Carries the monitor’s questions and the agent’s numbers.",
        Kind::Link(Protocol::Vrrp) => {
            "Carries the master’s advertisements. Cut it, and both hold the address (split brain): visits go to whoever \
             said so last."
        }
        Kind::Link(Protocol::Dns) => "Carries questions for names and the answers to them, each in one UDP packet.",
        Kind::Link(Protocol::Http) => "Carries requests one way and responses the other, over a TCP connection.",
        Kind::Link(Protocol::Mysql) => "Carries the application’s SQL statements and the rows that answer them.",
        Kind::Link(Protocol::Replication) => "Carries the primary’s binary log, every committed write, to a replica.",
    }
}

/// The state of a part in a word or two.
#[must_use]
pub const fn condition(kind: Kind, condition: Condition, without_power: bool) -> &'static str {
    match (condition, kind) {
        (Condition::Up, _) => "up",
        (Condition::Hung, _) => "hung",
        (Condition::Down, _) if without_power => "down: no power",
        (Condition::Down, Kind::Machine) => "down: power cut",
        (Condition::Down, Kind::Link(_)) => "down: cut",
        (Condition::Down, Kind::Browser) => "down: closed",
        (Condition::Down, _) => "down: killed",
    }
}

/// What the state means for everybody who needs the part; none if all is well.
#[must_use]
pub const fn consequence(kind: Kind, condition: Condition, without_power: bool) -> Option<&'static str> {
    match (condition, kind) {
        (Condition::Up, _) => None,
        (Condition::Hung | Condition::Down, Kind::Keepalived) if !without_power => Some(
            "It says nothing, so the other takes the address over. Its own machine still has it, too, until it runs again.",
        ),
        (Condition::Hung, _) => {
            Some("It still accepts connections but never answers: whoever asks it waits until a timeout ends the wait.")
        }
        (Condition::Down, Kind::Machine) => {
            Some("Packets sent to it vanish: nobody is told “refused”, so everybody waits for a timeout.")
        }
        (Condition::Down, Kind::Link(_)) => {
            Some("Packets vanish on the way: both ends are alive, and each waits for the other until a timeout.")
        }
        (Condition::Down, Kind::Browser) => Some("No visits start until it is open again."),
        (Condition::Down, _) if without_power => {
            Some("Its machine has no power: packets to it vanish, and whoever asks it waits for a timeout.")
        }
        (Condition::Down, Kind::Resolver | Kind::Authoritative) => {
            Some("Its machine is alive and says at once that nobody listens on port 53.")
        }
        (Condition::Down, _) => Some("Its machine is alive and answers every connection attempt at once: refused."),
    }
}

/// `slowed ×10`.
#[must_use]
pub fn slowed(factor: u32) -> String {
    format!("slowed ×{factor}")
}

/// The button that takes a part down. `name` is the name of the process on its machine.
#[must_use]
pub fn kill(kind: Kind, name: &str) -> String {
    match kind {
        Kind::Machine => "Cut the power".to_owned(),
        Kind::Link(_) => "Cut the link".to_owned(),
        Kind::Browser => "Close the browser".to_owned(),
        _ => format!("Kill {name}"),
    }
}

/// The button that brings a part back from `condition`.
#[must_use]
pub const fn restore(kind: Kind, condition: Condition) -> &'static str {
    match (condition, kind) {
        (Condition::Hung, _) => "Let it go on",
        (Condition::Up, _) => "Back to full speed",
        (Condition::Down, Kind::Machine) => "Switch the power on",
        (Condition::Down, Kind::Link(_)) => "Mend the link",
        (Condition::Down, Kind::Browser) => "Open it again",
        (Condition::Down, _) => "Start again",
    }
}

/// The button that hangs a process.
#[must_use]
pub fn hang(name: &str) -> String {
    format!("Hang {name}")
}

/// The label of a speed in the list of speeds.
#[must_use]
pub fn speed(factor: u32) -> String {
    match factor {
        1 => "Normal speed".to_owned(),
        _ => format!("×{factor} slower"),
    }
}

/// The label of the list of speeds.
pub const SPEED: &str = "Speed";
/// What can be done to a part.
pub const ACTIONS: &str = "Break it, mend it";
/// Heading of the settings.
pub const SETTINGS: &str = "Settings";
/// Under the settings: when they take effect.
pub const SETTINGS_HINT: &str = "A change takes effect at once.";
/// Heading of the parts that belong to this one.
pub const RELATED: &str = "Connected to";
/// Closes the inspector.
pub const CLOSE: &str = "Show nothing";

/// Heading of the help that is shown while nothing is selected.
pub const HELP_TITLE: &str = "Select a part";
/// What can be clicked, as paragraphs.
pub const HELP: [&str; 3] = [
    "Click a machine, a process inside it, or a link between two of them. Here you then see what an operator would see, \
     and you can change it while visits travel.",
    "Every part has a switch: kill a process, cut the power of a machine, cut a link. Then send a visit and watch where \
     it gets stuck, and who says so.",
    "“Switch everything back on” gives every part its power, process and link back. What operators have set, and rows \
     that a promotion lost, stay as they are; “Start again” begins anew.",
];
/// Heading of the marks.
pub const HELP_MARKS: &str = "What the marks mean";
/// The states of a part and what they mean.
pub const HELP_STATES: [(Condition, &str, &str); 3] = [
    (Condition::Up, "up", "works"),
    (Condition::Down, "down", "killed, cut, or without power"),
    (Condition::Hung, "hung", "accepts connections, never answers"),
];
/// What the mark of a slow part means.
pub const HELP_SLOW: (&str, &str) = ("slowed ×10", "works, but ten times slower");
