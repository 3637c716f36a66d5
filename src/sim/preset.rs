//! The scenarios that come with Hopscope: JSON files in `presets/`, one each.

use super::json::from_text;
use super::scenario::Scenario;

/// A scenario that comes with Hopscope.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Preset {
    /// Its name in addresses and menus.
    pub name: &'static str,
    text: &'static str,
}

/// Every preset; the first is the default. To add one, put its file in `presets/` and its name here.
pub const PRESETS: &[Preset] = &[
    Preset { name: "three-server", text: include_str!("presets/three-server.json") },
    Preset { name: "dedicated-db", text: include_str!("presets/dedicated-db.json") },
    Preset { name: "one-db-server", text: include_str!("presets/one-db-server.json") },
    Preset { name: "one-server", text: include_str!("presets/one-server.json") },
    Preset { name: "secured", text: include_str!("presets/secured.json") },
    Preset { name: "scaled", text: include_str!("presets/scaled.json") },
];

impl Preset {
    /// The preset with this name.
    #[must_use]
    pub fn find(name: &str) -> Option<Self> {
        PRESETS.iter().copied().find(|preset| preset.name == name)
    }

    /// Its scenario. That it is valid, a test has seen, so that no page has to look at its start.
    #[must_use]
    pub fn scenario(self) -> Scenario {
        from_text(self.text, "preset").expect("shipped presets can be read")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_preset_is_valid_and_survives_a_round_trip() {
        for preset in PRESETS {
            let scenario = preset.scenario();
            assert_eq!(scenario.name, preset.name);
            assert_eq!(scenario.validate(), Ok(()));
            assert_eq!(Scenario::from_json(&scenario.to_json()), Ok(scenario));
        }
    }
}
