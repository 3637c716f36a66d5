//! What the address of the page asks for.

use super::model::{Notice, Theme};
use super::playback::Speed;
use crate::sim::{PRESETS, Preset, Scenario};

/// The longest query string or fragment that is read, in bytes.
const MAX_ADDRESS: usize = 256 * 1024;

/// What the page starts with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Start {
    /// The scenario.
    pub scenario: Scenario,
    /// Whether only the diagram is shown, for a frame in a course page.
    pub embed: bool,
    /// Light, dark, or as the system says.
    pub theme: Theme,
    /// Speed of playback.
    pub speed: Speed,
    /// What could not be read.
    pub notices: Vec<Notice>,
}

/// Reads the query string (`?preset=one-server&embed`) and the fragment (`#scenario=` with JSON). What cannot be read is
/// left at its default, with a notice that names the field.
#[must_use]
pub fn parse_address(query: &str, fragment: &str) -> Start {
    let mut start = Start {
        scenario: PRESETS[0].scenario(),
        embed: false,
        theme: Theme::System,
        speed: Speed::Auto,
        notices: Vec::new(),
    };
    for part in [query.trim_start_matches('?'), fragment.trim_start_matches('#')] {
        if part.len() > MAX_ADDRESS {
            start.notices.push(Notice::error("address", format!("longer than {} KiB", MAX_ADDRESS / 1024)));
            continue;
        }
        for (key, value) in form_urlencoded::parse(part.as_bytes()) {
            start.read(&key, &value);
        }
    }
    start
}

impl Start {
    fn read(&mut self, key: &str, value: &str) {
        match key {
            "preset" => match Preset::find(value) {
                Some(preset) => self.scenario = preset.scenario(),
                None => {
                    let names: Vec<&str> = PRESETS.iter().map(|preset| preset.name).collect();
                    self.complain("preset", format!("no preset is named {value:?}; there are {}", names.join(", ")));
                }
            },
            "scenario" => match Scenario::from_json(value) {
                Ok(scenario) => self.scenario = scenario,
                Err(error) => self.complain(&error.field, error.message),
            },
            "embed" => self.embed = value != "0" && value != "false",
            "theme" => match Theme::find(value) {
                Some(theme) => self.theme = theme,
                None => self.complain("theme", format!("{value:?} is not light, dark or system")),
            },
            "speed" => match Speed::find(value) {
                Some(speed) => self.speed = speed,
                None => self.complain("speed", format!("{value:?} is not auto or a ratio from 1/100 to 100")),
            },
            _ => {}
        }
    }

    fn complain(&mut self, field: &str, message: String) {
        self.notices.push(Notice::error(field, message));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(start: &Start) -> Vec<&str> {
        start.notices.iter().map(|notice| notice.field.as_str()).collect()
    }

    #[test]
    fn a_good_address_is_obeyed() {
        let start = parse_address("?preset=one-server&embed&theme=dark&speed=1/20", "");
        assert_eq!(start.scenario.name, "one-server");
        assert!(start.embed && start.notices.is_empty());
        assert_eq!((start.theme, start.speed), (Theme::Dark, Speed::times(1, 20)));
    }

    #[test]
    fn what_cannot_be_read_is_named_and_left_out() {
        let start = parse_address("?preset=four-server&theme=pink&speed=NaN&utm_source=x", "");
        assert_eq!(start.scenario.name, "three-server");
        assert_eq!(fields(&start), ["preset", "theme", "speed"]);
    }

    #[test]
    fn a_broken_scenario_is_named_by_its_field() {
        let mut scenario = PRESETS[0].scenario();
        scenario.topology.machines[3].name = "<b>".to_owned();
        let encoded: String = form_urlencoded::byte_serialize(scenario.to_json().as_bytes()).collect();
        let start = parse_address("", &format!("#scenario={encoded}"));
        assert_eq!(fields(&start), ["topology.machines[3].name"]);
        assert_eq!(fields(&parse_address("", "#scenario=%7B")), ["scenario"]);
        assert_eq!(fields(&parse_address("", "#scenario=%FF%00[[[")), ["scenario"]);
    }
}
