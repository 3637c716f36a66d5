//! Where the page is, as far as its readable address tells.

use super::model::Model;
use super::parameters::{About, is_about};
use super::view::Tab;
use crate::lesson::LESSONS;
use crate::sim::{PRESETS, Setting};
use crate::text::lesson;

/// The preset, or the lesson and its step, and the tab.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The preset; none for a scenario of one's own.
    preset: Option<&'static str>,
    /// The lesson and its step, from 0.
    lesson: Option<(usize, usize)>,
    tab: Tab,
}

impl Model {
    /// Where the page is.
    #[must_use]
    pub fn place(&self) -> Place {
        let name = &self.history.scenario().name;
        let preset = PRESETS.iter().find(|preset| preset.name == *name).map(|preset| preset.name);
        let lesson = self.lessons.open.as_ref().map(|open| (open.number, open.step));
        Place { preset, lesson, tab: self.view.tab }
    }
}

impl Place {
    /// Whether it is the same with another tab: nobody goes back for that.
    #[must_use]
    pub fn is_beside(&self, other: &Self) -> bool {
        (self.preset, self.lesson) == (other.preset, other.lesson)
    }

    /// The shortest query that leads here; none for a scenario of one's own.
    #[must_use]
    pub fn shortest(&self) -> Option<String> {
        match self.lesson {
            Some((number, step)) => Some(lesson::address(LESSONS[number].id, step + 1)),
            None => self.preset.map(|name| format!("?preset={name}")),
        }
    }

    /// The query that leads here, with what else the present one asks for, such as colours.
    #[must_use]
    pub fn query(&self, present: &str) -> String {
        let is_here = |key: &str| is_about(key, About::Place) || Setting::KEYS.contains(&key);
        let mut query = self.shortest().unwrap_or_default();
        if self.tab != Tab::Trace {
            query = query + "&tab=" + self.tab.id();
        }
        for pair in present.trim_start_matches('?').split('&').filter(|pair| !pair.is_empty()) {
            if !is_here(pair.split('=').next().unwrap_or_default()) {
                query = query + "&" + pair;
            }
        }
        let query = query.trim_start_matches(['?', '&']);
        if query.is_empty() { String::new() } else { format!("?{query}") }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{LessonMsg, Msg, parse_address};
    use super::*;

    #[test]
    fn the_query_follows_and_keeps_what_it_does_not_know() {
        let present = "?theme=dark&utm_source=x&preset=scaled&lb.balance=leastconn&seed=4";
        let mut model = Model::new(parse_address(present, ""));
        let begun = model.place();
        model.update(Msg::Preset("secured"));
        assert_eq!(model.place().query(present), "?preset=secured&theme=dark&utm_source=x");
        assert!(!model.place().is_beside(&begun));
        model.update(Msg::Tab(Tab::Metrics));
        assert_eq!(model.place().query(present), "?preset=secured&tab=metrics&theme=dark&utm_source=x");
        model.update(Msg::Tab(Tab::Trace));
        model.update(Msg::Lesson(LessonMsg::Choose(1)));
        model.update(Msg::Lesson(LessonMsg::Go(2)));
        let there = model.place();
        assert_eq!(there.query(present), "?lesson=dns&step=3&theme=dark&utm_source=x");
        assert_eq!(Model::new(parse_address(&there.query(present), "")).place(), there);
    }

    #[test]
    fn the_tab_alone_is_the_same_place() {
        let mut model = Model::new(parse_address("", ""));
        let begun = model.place();
        model.update(Msg::Tab(Tab::Data));
        assert!(model.place().is_beside(&begun) && model.place() != begun);
    }
}
