//! What HAProxy writes into its log about its servers, word for word.

use crate::sim::balancer::{LastCheck, StateChange, StateLine};

/// A line of HAProxy's log about a server of the backend `be`.
#[must_use]
pub fn state_line(line: &StateLine, server: &str, is_backup: bool) -> String {
    let who = format!("{}erver be/{server}", if is_backup { "Backup S" } else { "S" });
    let by = |by_hand| if by_hand { ", changed from CLI" } else { "" };
    let running_on_backup = if line.active == 0 && line.backups > 0 { " Running on backup." } else { "" };
    let servers = format!("{} active and {} backup servers", line.active, line.backups);
    let (requeued, queued) = (line.requeued, line.queued);
    let left = format!(
        "{servers} left.{running_on_backup} {} sessions active, {requeued} requeued, {queued} remaining in queue.",
        line.sessions
    );
    let online = format!("{servers} online.{running_on_backup} {requeued} sessions requeued, {queued} total in queue.");
    let up = if line.up { "UP" } else { "DOWN" };
    match line.change {
        StateChange::Checked { result, took, health, of, counts } => {
            let backup = if is_backup { "backup " } else { "" };
            let verdict = if result.is_good() { "succeeded" } else { "failed" };
            let state = if counts { "UP" } else { "DOWN" };
            format!(
                "Health check for {backup}server be/{server} {verdict}, reason: {}, check duration: {}ms, status: {health}/{of} \
                 {state}.",
                reason(result),
                took.0 / 1_000
            )
        }
        StateChange::Up { by_hand } => format!("{who} is UP{}. {online}", by(by_hand)),
        StateChange::Down { by_hand } => format!("{who} is DOWN{}. {left}", by(by_hand)),
        StateChange::Stopping => format!("{who} is stopping, changed from CLI. {online}"),
        StateChange::Maint { was_down: true } => format!("{who} was DOWN and now enters maintenance."),
        StateChange::Maint { was_down: false } => format!("{who} is going DOWN for maintenance. {left}"),
        StateChange::LeftMaint { drain } => {
            let mode = if drain { "DRAIN" } else { "READY" };
            format!("{who} is UP/{mode} (leaving forced maintenance).")
        }
        StateChange::Drain => format!("{who} enters drain state. {}", if line.up { online } else { left }),
        StateChange::StillDrain => format!("{who} remains in forced drain mode."),
        StateChange::LeftDrain => format!("{who} is {up} (leaving forced drain)."),
        StateChange::NoneLeft => "backend be has no server available!".to_owned(),
    }
}

fn reason(result: LastCheck) -> String {
    let words = match result {
        LastCheck::None => "Unknown",
        LastCheck::L4Ok => "Layer4 check passed",
        LastCheck::L4Con => "Layer4 connection problem, info: \"Connection refused\"",
        LastCheck::L4Timeout => "Layer4 timeout",
        LastCheck::L7Ok(code) => return format!("Layer7 check passed, code: {code}"),
        LastCheck::L7Status(code) => {
            return format!("Layer7 wrong status, code: {code}, info: \"{}\"", phrase(code));
        }
        LastCheck::L7Timeout => "Layer7 timeout",
        LastCheck::L7Response => "Layer7 invalid response",
    };
    words.to_owned()
}

const fn phrase(status: u16) -> &'static str {
    match status {
        404 => "Not Found",
        500 => "Internal Server Error",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        504 => "Gateway Time-out",
        _ => "",
    }
}
