//! What HAProxy writes into its log about its servers, word for word.

use crate::sim::balancer::{LastCheck, StateChange, StateLine};

/// How a line about a server ends.
enum End {
    /// With its first sentence.
    There,
    /// With the servers that are left.
    Left,
    /// With the servers that are online.
    Online,
}

/// A line of HAProxy's log about a server of the backend `be`.
#[must_use]
pub fn state_line(line: &StateLine, server: &str, is_backup: bool) -> String {
    let (what, end) = match line.change {
        StateChange::Checked { result, took, health, of, counts } => {
            let backup = if is_backup { "backup " } else { "" };
            let verdict = if result.is_good() { "succeeded" } else { "failed" };
            let (reason, ms, state) = (reason(result), took.0 / 1_000, if counts { "UP" } else { "DOWN" });
            return format!(
                "Health check for {backup}server be/{server} {verdict}, reason: {reason}, check duration: {ms}ms, status: \
                 {health}/{of} {state}."
            );
        }
        StateChange::NoneLeft => return "backend be has no server available!".to_owned(),
        StateChange::Up { by_hand: false } => ("is UP.", End::Online),
        StateChange::Up { by_hand: true } => ("is UP, changed from CLI.", End::Online),
        StateChange::Down { by_hand: false } => ("is DOWN.", End::Left),
        StateChange::Down { by_hand: true } => ("is DOWN, changed from CLI.", End::Left),
        StateChange::Stopping => ("is stopping, changed from CLI.", End::Online),
        StateChange::Maint { was_down: true } => ("was DOWN and now enters maintenance.", End::There),
        StateChange::Maint { was_down: false } => ("is going DOWN for maintenance.", End::Left),
        StateChange::LeftMaint { drain: true } => ("is UP/DRAIN (leaving forced maintenance).", End::There),
        StateChange::LeftMaint { drain: false } => ("is UP/READY (leaving forced maintenance).", End::There),
        StateChange::Drain => ("enters drain state.", if line.up { End::Online } else { End::Left }),
        StateChange::StillDrain => ("remains in forced drain mode.", End::There),
        StateChange::LeftDrain if line.up => ("is UP (leaving forced drain).", End::There),
        StateChange::LeftDrain => ("is DOWN (leaving forced drain).", End::There),
    };
    let who = if is_backup { "Backup Server" } else { "Server" };
    let StateLine { active, backups, sessions, requeued, queued, .. } = *line;
    let on_backup = if active == 0 && backups > 0 { " Running on backup." } else { "" };
    let end = match end {
        End::There => String::new(),
        End::Left => format!(
            "{active} active and {backups} backup servers left.{on_backup} {sessions} sessions active, {requeued} requeued, \
             {queued} remaining in queue."
        ),
        End::Online => format!(
            "{active} active and {backups} backup servers online.{on_backup} {requeued} sessions requeued, {queued} total in \
             queue."
        ),
    };
    let space = if end.is_empty() { "" } else { " " };
    format!("{who} be/{server} {what}{space}{end}")
}

fn reason(result: LastCheck) -> String {
    let words = match result {
        LastCheck::None => "Unknown",
        LastCheck::L4Ok => "Layer4 check passed",
        LastCheck::L4Con => "Layer4 connection problem, info: \"Connection refused\"",
        LastCheck::L4Timeout => "Layer4 timeout",
        LastCheck::L6Ok => "Layer6 check passed",
        LastCheck::L6Timeout => "Layer6 timeout",
        LastCheck::L7Ok(code) => return format!("Layer7 check passed, code: {code}"),
        LastCheck::L7Status(code) => {
            return format!("Layer7 wrong status, code: {code}, info: \"{}\"", crate::sim::reason(code));
        }
        LastCheck::L7Timeout => "Layer7 timeout",
        LastCheck::L7Response => "Layer7 invalid response",
    };
    words.to_owned()
}
