//! What the address of the page asks for.

use super::model::MAX_NOTICES;
use super::parameters::PARAMETERS;
use super::playback::Speed;
use super::view::{Notice, Tab, Theme};
use crate::lesson::LESSONS;
use crate::sim::{FieldError, PRESETS, Scenario, Setting};

mod base64;
mod setting;
mod state;

pub use state::{LessonState, State};

/// The longest query string or fragment that is read, in bytes.
const MAX_ADDRESS: usize = 256 * 1024;
/// The most parameters that are read of a query string or a fragment.
const MAX_PARAMETERS: usize = 200;
/// The name under which the fragment has a whole state.
pub(super) const STATE: &str = "s";

/// What the page starts with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Start {
    /// The scenario.
    pub scenario: Scenario,
    /// A run to go on with, in place of the scenario and of the lesson.
    pub state: Option<Box<State>>,
    /// Whether only the diagram is shown, for a frame in a course page.
    pub embed: bool,
    /// Whether the diagram has the room of the panels.
    pub large: bool,
    /// Light, dark, or as the system says.
    pub theme: Theme,
    /// Speed of playback.
    pub speed: Speed,
    /// The lesson that is opened.
    pub lesson: Option<usize>,
    /// Its step, from 0.
    pub step: usize,
    /// The first and the last step that may be opened.
    pub steps: Option<(usize, usize)>,
    /// Whether hints and solutions are kept back.
    pub hides_answers: bool,
    /// The tab that is opened.
    pub tab: Option<Tab>,
    /// The part that is looked into.
    pub select: Option<String>,
    /// Whether every text is shown twice, to see that there is room for a language with longer words.
    pub double_strings: bool,
    /// The origin whose page may send messages.
    pub host: Option<String>,
    /// What could not be read.
    pub notices: Vec<Notice>,
}

/// Reads the query string (`?preset=one-server&embed`) and the fragment (`#s=` with a whole run, `#scenario=` with JSON). What
/// cannot be read is left at its default, with a notice that names the field. Of a parameter that is there several times the last
/// one counts: each may hold a whole run.
#[must_use]
pub fn parse_address(query: &str, fragment: &str) -> Start {
    let mut start = Start {
        scenario: PRESETS[0].scenario(),
        state: None,
        embed: false,
        large: false,
        theme: Theme::System,
        speed: Speed::Auto,
        lesson: None,
        step: 0,
        steps: None,
        hides_answers: false,
        tab: None,
        select: None,
        double_strings: false,
        host: None,
        notices: Vec::new(),
    };
    let mut pairs = Vec::new();
    for part in [query.trim_start_matches('?'), fragment.trim_start_matches('#')] {
        if part.len() > MAX_ADDRESS {
            start.notices.push(Notice::error("address", format!("longer than {} KiB", MAX_ADDRESS / 1024)));
        } else {
            let mut all = form_urlencoded::parse(part.as_bytes());
            pairs.extend(all.by_ref().take(MAX_PARAMETERS));
            if all.next().is_some() {
                let why = format!("only its first {MAX_PARAMETERS} parameters are read");
                start.notices.push(Notice::error("address", why));
            }
        }
    }
    let last = |name: &str| pairs.iter().rfind(|(key, _)| key == name).map(|(_, value)| value);
    for parameter in PARAMETERS {
        if let Some(Err(message)) = last(parameter.name).map(|value| parameter.read(&mut start, value)) {
            start.complain(parameter.name, message);
        }
    }
    if let Some(value) = last(STATE) {
        start.take(state::read(value), |start, state| start.state = Some(Box::new(state)));
    }
    let is_brought = start.state.is_some() || start.lesson.is_some();
    let is_own = |key: &str| is_setting(key) || is_brought && (key == "seed" || key == "load");
    for (key, value) in pairs.iter().filter(|(key, _)| is_own(key)) {
        setting::read(&mut start, key, value);
    }
    start.fit_steps();
    start.cut_notices();
    start
}

/// Whether a key is that of a setting, or means to be.
fn is_setting(key: &str) -> bool {
    let group = |key: &str| key.find('.').map_or(key.len(), |dot| dot + 1);
    Setting::KEYS.iter().any(|known| group(known) == group(key) && known[..group(known)] == key[..group(key)])
}

impl Start {
    /// Takes over what could be read, or says which field it is that could not.
    pub(super) fn take<T>(&mut self, read: Result<T, FieldError>, then: impl FnOnce(&mut Self, T)) -> Option<()> {
        match read {
            Ok(value) => then(self, value),
            Err(error) => self.complain(&error.field, error.message),
        }
        Some(())
    }

    /// Checks the steps once the lesson is known, in whatever order the address has them.
    fn fit_steps(&mut self) {
        let last = self.lesson.map_or(super::parameters::MAX_STEPS, |lesson| LESSONS[lesson].steps.len()) - 1;
        let (first, end) = self.steps.unwrap_or((0, last));
        let (field, wrong) = if end > last { ("steps", true) } else { ("step", self.step > end) };
        if wrong {
            self.complain(field, format!("the last one is {}", last.min(end) + 1));
        }
        self.steps = self.steps.map(|_| (first.min(last), end.min(last)));
        self.step = self.step.clamp(first.min(last), end.min(last));
    }

    /// Says of what is more than can be shown only how much it is.
    fn cut_notices(&mut self) {
        let more = self.notices.len().saturating_sub(MAX_NOTICES - 1);
        if more > 1 {
            self.notices.truncate(MAX_NOTICES - 1);
            self.complain("address", format!("{more} more of its parameters cannot be read"));
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
    fn of_many_parameters_few_are_told() {
        let start = parse_address("?theme=pink&theme=dark&theme=x&lb.fall=9", "");
        assert_eq!((fields(&start), start.scenario.settings.balancer.fall), (vec!["theme"], 9), "the last one counts");
        let many: String = (0..1_000).map(|i| format!("lb.x{i}&")).collect();
        let start = parse_address(&many, "");
        assert_eq!(fields(&start), ["address", "lb.x0", "lb.x1", "address"]);
        assert!(start.notices[0].message.contains("first 200") && start.notices[3].message.starts_with("198 more"));
        let long = parse_address(&format!("?theme={}", "\u{202e}".repeat(20_000)), "");
        assert!(long.notices[0].message.chars().count() < 400, "{}", long.notices[0].message.len());
    }

    #[test]
    fn a_lesson_can_be_opened_at_any_step_and_locked_to_some() {
        let start = parse_address("?steps=2-3&step=3&lesson=balance&answers=hidden", "");
        assert_eq!((start.lesson, start.step, start.steps), (crate::lesson::find("balance"), 2, Some((1, 2))));
        assert!(start.hides_answers && start.notices.is_empty());
        let start = parse_address("?lesson=balance&steps=2-3", "");
        assert_eq!(start.step, 1, "the first that may be opened");
    }

    #[test]
    fn a_step_that_is_not_there_is_named() {
        assert_eq!(
            fields(&parse_address("?lesson=magic&step=0&steps=3-2&answers=no", "")),
            ["lesson", "step", "steps", "answers"]
        );
        for (address, field, step) in
            [("step=9", "step", 4), ("steps=2-9", "steps", 1), ("steps=1-2&step=3", "step", 1)]
        {
            let start = parse_address(&format!("?lesson=balance&{address}"), "");
            assert_eq!((fields(&start), start.step), (vec![field], step), "{address}");
        }
        assert_eq!(fields(&parse_address("?lesson=visit&step=-1&steps=%00", "")), ["step", "steps"]);
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
