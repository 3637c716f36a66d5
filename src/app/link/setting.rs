//! Settings in an address, such as `lb.balance=leastconn`: each by the engine's own key.

use super::Start;
use crate::sim::Setting;

/// Takes a setting over into the scenario to begin with, unless something else brings a scenario along.
#[inline(never)]
pub fn read(start: &mut Start, key: &str, value: &str) {
    let brings = match (&start.state, start.lesson) {
        (Some(_), _) => "a link",
        (None, Some(_)) => "a lesson",
        _ if Setting::KEYS.contains(&key) || key.contains('.') => {
            let setting = Setting::parse(key, value);
            start.take(setting, |start, setting| setting.write(&mut start.scenario.settings));
            return;
        }
        _ => return,
    };
    start.complain(key, format!("{brings} has a {key} of its own"));
}
