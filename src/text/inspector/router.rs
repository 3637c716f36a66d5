//! Words about keepalived.

use crate::sim::SimTime;
use crate::sim::vrrp::RouterState;
use crate::text::label;

/// What the router does now.
pub const STATE: &str = "VRRP state";
/// The address that is shared.
pub const ADDRESS: &str = "Virtual address";
/// Who has the highest wins.
pub const PRIORITY: &str = "Priority";
/// Whether the machine has the address.
pub const OWNS: &str = "Has the address";
/// Whom the network sends what is for the address.
pub const HOLDER: &str = "Visits go to";
/// When the state changed.
pub const SINCE: &str = "Last change";
/// Stops keepalived in good order.
pub const STOP: &str = "Stop in good order";
/// What the difference is.
pub const STOP_HINT: &str = "Stopped (SIGTERM), it says goodbye with priority 0: another takes over within a second. \
                             Killed (SIGKILL), it says nothing and its machine keeps the address.";

/// A state with what it means.
#[must_use]
pub const fn state(state: RouterState) -> &'static str {
    match state {
        RouterState::Init => "INIT: not running",
        RouterState::Backup => "BACKUP: listens for the master",
        RouterState::Master => "MASTER: holds the address, says so every advert_int",
        RouterState::Fault => "FAULT: its script finds no HAProxy, so it wants no address",
    }
}

/// Yes or no.
#[must_use]
pub const fn yes(yes: bool) -> &'static str {
    if yes { "yes" } else { "no" }
}

/// The moment of a change.
#[must_use]
pub fn since(at: SimTime) -> String {
    format!("at {}", label::clock(at.0))
}
