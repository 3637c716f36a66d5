//! Labels of buttons, fields and headings.

use crate::sim::Class;

/// The name of a request class.
#[must_use]
pub const fn class(class: Class) -> &'static str {
    match class {
        Class::Static => "static",
        Class::Read => "read",
        Class::Write => "write",
    }
}

/// What a button that sends a visit says.
#[must_use]
pub const fn send(class: Class) -> &'static str {
    match class {
        Class::Static => "Static file",
        Class::Read => "Read a page",
        Class::Write => "Write a row",
    }
}

macro_rules! labels {
    ($($(#[$doc:meta])* $name:ident = $text:literal;)*) => {
        $($(#[$doc])* pub const $name: &str = $text;)*
    };
}

labels! {
    /// The product.
    PRODUCT = "Hopscope";
    /// The product in three words.
    CLAIM = "See every hop";
    /// The site that is visited.
    SITE = "www.foobar.com";
    /// Field: choice of preset.
    PRESET = "Infrastructure";
    /// Button: the diagram gets the room of the panels.
    LARGE = "Large diagram";
    /// Button: start anew.
    RESTART = "Start again";
    /// Field: colours.
    THEME = "Colours";
    /// Region: visits and load.
    TRAFFIC = "Traffic";
    /// Heading: single visits.
    SEND = "Send one visit";
    /// Button on a narrow screen: opens the panel to send visits.
    SEND_SHORT = "Send visits";
    /// Checkbox: hop by hop.
    FOLLOW = "Stop at every hop and explain it";
    /// Heading: continuous load.
    LOAD = "Continuous load";
    /// Field: visits per second.
    RATE = "Visits per second";
    /// Field: shares of the classes.
    MIX = "Shares";
    /// Heading: experiments.
    TRY = "Try this";
    /// Button: everything on.
    ALL_ON = "Switch everything back on";
    /// The same where there is little room.
    ALL_ON_SHORT = "All back on";
    /// Region: the diagram.
    DIAGRAM = "Diagram of the infrastructure";
    /// Region: the tabs.
    DETAILS = "Details";
    /// Region: the inspector.
    INSPECTOR = "Inspector";
    /// Region: buttons that open the panels of a narrow screen.
    PANELS = "Panels";
    /// Region: time.
    TIME = "Time";
    /// Button: stop time.
    PAUSE = "Pause";
    /// Button: let time run.
    RUN = "Run";
    /// Button: next event.
    STEP = "Next event";
    /// Field: speed.
    SPEED = "Speed";
    /// Buttons: run ahead by a length.
    AHEAD = "Run ahead";
    /// Button: end what takes long.
    CANCEL = "Cancel";
    /// The automatic speed.
    SPEED_AUTO = "automatic";
    /// Button: next hop.
    NEXT_HOP = "Next hop";
    /// Button: finish following.
    GO_ON = "Let it run";
    /// Button: the trace of the watched visit.
    SHOW_TRACE = "Show its trace";
    /// Button: take a notice away.
    DISMISS = "Dismiss";
    /// What the page has to say about an input.
    NOTICES = "Notices";
    /// Button: close a panel.
    CLOSE = "Close";
    /// Said of a stale answer.
    STALE = "stale read";
    /// The first sentence under the diagram.
    HINT = "Send a visit and watch it travel. Click any part to look inside; flip a switch to break it.";
    /// Tab.
    TAB_TRACE = "Trace";
    /// Tab.
    TAB_REQUESTS = "Requests";
    /// Tab.
    TAB_METRICS = "Metrics";
    /// Tab.
    TAB_DATA = "Data";
    /// Tab.
    TAB_PARTS = "All parts";
    /// Tab.
    TAB_CONFIG = "Config";
    /// Theme.
    THEME_SYSTEM = "System";
    /// Theme.
    THEME_LIGHT = "Light";
    /// Theme.
    THEME_DARK = "Dark";
}

/// A preset's name in words.
#[must_use]
pub fn preset(name: &str) -> &str {
    match name {
        "three-server" => "Three servers",
        "dedicated-db" => "Databases on machines of their own",
        "one-db-server" => "One database machine",
        "one-server" => "One server, no balancer",
        "secured" => "Three servers, secured and monitored",
        "scaled" => "Two balancers, split tiers",
        other => other,
    }
}

/// An experiment to try.
#[must_use]
pub fn experiment(name: &str, part: &str) -> String {
    match name {
        "kill" => format!("Kill {part}"),
        "power" => format!("Cut the power of {part}"),
        other => other.to_owned(),
    }
}

/// What a switch in the diagram is called for a screen reader.
#[must_use]
pub fn switch(part: &str) -> String {
    format!("{part} works")
}

/// The full name of a part, said after the short one that is seen.
#[must_use]
pub fn of(part: &str) -> String {
    format!(" ({part})")
}

/// A speed in a menu.
#[must_use]
pub fn speed(name: &str) -> String {
    if name == "auto" { SPEED_AUTO.to_owned() } else { format!("{name}×") }
}

/// Minutes, seconds and milliseconds of simulated time.
#[must_use]
pub fn clock(us: u64) -> String {
    let (minutes, seconds, ms) = (us / 60_000_000, us / 1_000_000 % 60, us / 1_000 % 1_000);
    format!("{minutes}:{seconds:02}.{ms:03}")
}

/// A length to run ahead by.
#[must_use]
pub fn minutes(minutes: u64) -> String {
    if minutes.is_multiple_of(60) { format!("{} h", minutes / 60) } else { format!("{minutes} min") }
}

/// Button: lists more of what is too long to be listed at once.
#[must_use]
pub fn more(left: usize) -> String {
    format!("Show more: {left} are left")
}

/// Said while time runs ahead.
#[must_use]
pub fn ahead_to(until_us: u64) -> String {
    format!("Running ahead to {}", clock(until_us))
}

/// Said when time stands still after a run ahead; `reached` tells whether it came to its end.
#[must_use]
pub fn ahead_over(now_us: u64, reached: bool) -> String {
    format!("{} at {}", if reached { "Paused" } else { "Cancelled" }, clock(now_us))
}

/// How much is done.
#[must_use]
pub fn percent(percent: u64) -> String {
    format!("{percent} %")
}

/// A visit in a few words.
#[must_use]
pub fn visit(id: u64, kind: Class) -> String {
    format!("Visit {id} ({})", class(kind))
}

/// What is said after a long stretch of wall time in which the page was not drawn.
#[must_use]
pub fn stood_still(minutes: u64) -> String {
    let (hours, minutes) = (minutes / 60, minutes % 60);
    format!("the page was hidden or the computer asleep for {hours} h {minutes} min; simulated time has stood still")
}

/// Progress could not be stored.
pub const NOT_KEPT: &str = "progress lasts as long as this page: the browser has no room or no permission to keep it";
/// Stored progress could not be understood.
pub const NOT_READ: &str = "the progress that was kept is damaged; what could be read of it counts";

/// A notice about a field.
#[must_use]
pub fn notice(field: &str, message: &str) -> String {
    format!("{field}: {message}")
}

/// So many characters are shown of a text that may be of any length.
const LONGEST: usize = 300;

/// The beginning of a text that would fill the page.
#[must_use]
pub fn cut(mut text: String) -> String {
    if let Some((end, _)) = text.char_indices().nth(LONGEST) {
        text.truncate(end);
        text.push('…');
    }
    text
}

pub mod visits;

/// The shares of the classes in a few words.
#[must_use]
pub fn mix(read: u16, write: u16, static_files: u16) -> String {
    format!("{read} read · {write} write · {static_files} static")
}
