//! What the address of the page asks for.

use super::playback::Speed;
use super::view::{Notice, Theme};
use crate::lesson::LESSONS;
use crate::sim::{PRESETS, Preset, Scenario};

/// The longest query string or fragment that is read, in bytes.
const MAX_ADDRESS: usize = 256 * 1024;
/// No lesson has more steps.
const MAX_STEPS: usize = 16;

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
    /// The lesson that is opened.
    pub lesson: Option<usize>,
    /// Its step, from 0.
    pub step: usize,
    /// The first and the last step that may be opened.
    pub steps: Option<(usize, usize)>,
    /// Whether hints and solutions are kept back.
    pub hides_answers: bool,
    /// Whether every text is shown twice, to see that there is room for a language with longer words.
    pub double_strings: bool,
    /// The origin whose page may send messages.
    pub host: Option<String>,
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
        lesson: None,
        step: 0,
        steps: None,
        hides_answers: false,
        double_strings: false,
        host: None,
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
    start.fit_steps();
    start
}

impl Start {
    fn read(&mut self, key: &str, value: &str) {
        let expected = match key {
            "preset" => match Preset::find(value) {
                Some(preset) => return self.scenario = preset.scenario(),
                None => PRESETS.iter().fold("a preset:".to_owned(), |names, preset| names + " " + preset.name),
            },
            "scenario" => match Scenario::from_json(value) {
                Ok(scenario) => return self.scenario = scenario,
                Err(error) => return self.complain(&error.field, error.message),
            },
            "embed" => return self.embed = value != "0" && value != "false",
            "theme" => match Theme::find(value) {
                Some(theme) => return self.theme = theme,
                None => "light, dark or system".to_owned(),
            },
            "speed" => match Speed::find(value) {
                Some(speed) => return self.speed = speed,
                None => "auto or a ratio from 1/100 to 100".to_owned(),
            },
            "lesson" => match crate::lesson::find(value) {
                Some(lesson) => return self.lesson = Some(lesson),
                None => LESSONS.iter().fold("a lesson:".to_owned(), |names, lesson| names + " " + lesson.id),
            },
            "step" => match range(value) {
                Some((step, _)) => return self.step = step,
                None => "the number of a step".to_owned(),
            },
            "steps" => match range(value) {
                Some(steps) => return self.steps = Some(steps),
                None => "a range of steps such as 2-4".to_owned(),
            },
            "answers" if value == "hidden" || value == "shown" => return self.hides_answers = value == "hidden",
            "answers" => "hidden or shown".to_owned(),
            "host" => match super::host::origin(value) {
                Some(origin) => return self.host = Some(origin),
                None => crate::text::host::ORIGIN.to_owned(),
            },
            "strings" if value == "double" => return self.double_strings = true,
            _ => return,
        };
        self.complain(key, format!("{value:?} is not {expected}"));
    }

    /// Checks the steps once the lesson is known, in whatever order the address has them.
    fn fit_steps(&mut self) {
        let last = self.lesson.map_or(MAX_STEPS, |lesson| LESSONS[lesson].steps.len()) - 1;
        let (first, end) = self.steps.unwrap_or((0, last));
        let (field, wrong) = if end > last { ("steps", true) } else { ("step", self.step > end) };
        if wrong {
            self.complain(field, format!("the last one is {}", last.min(end) + 1));
        }
        self.steps = self.steps.map(|_| (first.min(last), end.min(last)));
        self.step = self.step.clamp(first.min(last), end.min(last));
    }

    fn complain(&mut self, field: &str, message: String) {
        self.notices.push(Notice::error(field, message));
    }
}

/// Reads `2-4`, or `2` for both ends; counted from 0 then.
fn range(text: &str) -> Option<(usize, usize)> {
    let mut ends = text.split('-').map(|end| end.parse::<u32>().unwrap_or(0) as usize);
    let first = ends.next()?;
    let last = ends.next().unwrap_or(first);
    (1 <= first && first <= last && last <= MAX_STEPS).then(|| (first - 1, last - 1))
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
