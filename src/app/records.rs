//! Files that a run is taken away in, and files that are brought to the page.

use std::rc::Rc;
use std::sync::Arc;

use super::config::ConfigMsg;
use super::link::parse_address;
use super::model::Model;
use super::msg::{Msg, Opening};
use super::view::{Notice, Sheet, Tab};
use crate::lesson::LESSONS;
use crate::record::picture::{Found, Look, find, svg};
use crate::record::report::Report;
use crate::record::{csv, exposition, otlp, trace_event};

/// A file that the page can make of what it shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Record {
    /// The diagram, in light or dark colours.
    Svg {
        /// Light on dark.
        dark: bool,
    },
    /// The same as pixels.
    Png {
        /// Light on dark.
        dark: bool,
    },
    /// A report of the run.
    Report,
    /// Traces for Jaeger.
    Otlp,
    /// Traces for Perfetto.
    TraceEvents,
    /// Metrics for Prometheus.
    Exposition,
    /// The log of visits as a table.
    Visits,
    /// A table with a row for each second.
    Series,
}

/// A file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Saved {
    /// Its name.
    pub name: String,
    /// Its MIME type.
    pub kind: &'static str,
    /// Its text; of pixels, the SVG that they are drawn from.
    pub text: String,
}

impl Record {
    /// All of them, in the order of their buttons.
    pub const ALL: [Self; 10] = [
        Self::Svg { dark: false },
        Self::Png { dark: false },
        Self::Svg { dark: true },
        Self::Png { dark: true },
        Self::Report,
        Self::Otlp,
        Self::TraceEvents,
        Self::Exposition,
        Self::Visits,
        Self::Series,
    ];

    /// The end of the file's name, and its MIME type.
    #[must_use]
    pub const fn kind(self) -> (&'static str, &'static str) {
        match self {
            Self::Svg { .. } => (".svg", "image/svg+xml"),
            Self::Png { .. } => (".png", "image/png"),
            Self::Report => (".html", "text/html"),
            Self::Otlp => (".otlp.json", "application/json"),
            Self::TraceEvents => (".trace.json", "application/json"),
            Self::Exposition => (".prom", "text/plain"),
            Self::Visits => ("-visits.csv", "text/csv"),
            Self::Series => ("-seconds.csv", "text/csv"),
        }
    }
}

impl Model {
    /// Makes a file of what the page shows. `page` is its address without what is asked for in it.
    #[must_use]
    #[inline(never)]
    pub fn saved(&mut self, record: Record, page: &str) -> Saved {
        self.make_link();
        let address = self.link.as_ref().and_then(|link| link.address.as_ref());
        let link = address.map(|address| page.to_owned() + address);
        let (end, kind) = record.kind();
        let world = &self.world;
        let text = match record {
            Record::Svg { dark } | Record::Png { dark } => svg(world, Look { dark, link: link.as_deref() }),
            Record::Report => self.report(page, link).html(world),
            Record::Otlp => otlp::json(world),
            Record::TraceEvents => trace_event::json(world),
            Record::Exposition => exposition::text(world),
            Record::Visits => csv::visits(world),
            Record::Series => csv::series(world),
        };
        Saved { name: file_name(&world.scenario().name) + end, kind, text }
    }

    fn report(&self, page: &str, link: Option<String>) -> Report<'_> {
        let begun = LESSONS.iter().enumerate().map(|(at, lesson)| (lesson, self.lessons.steps_done(at)));
        let begun = begun.filter(|(_, done)| *done > 0).map(|(lesson, done)| (lesson.title, done, lesson.steps.len()));
        let answers = self.lessons.answers.iter().map(|answer| (answer.question(), answer.words(), answer.came_true));
        Report {
            commands: self.history.commands(),
            changes: &self.history.run().changes,
            lessons: begun.collect(),
            answers: answers.collect(),
            link,
            place: self.place().shortest().map(|place| page.to_owned() + &place),
        }
    }

    /// Takes over what is in a file that somebody has brought; a notice says why if there is nothing.
    #[inline(never)]
    pub(super) fn bring(&mut self, text: &str) {
        match find(text) {
            Ok(Found::Scenario(scenario)) => self.update(Msg::Load(Arc::new(*scenario))),
            Ok(Found::Link(link, scenario)) => {
                let start = parse_address("", link.split_once('#').map_or("", |(_, fragment)| fragment));
                self.update(match start.state {
                    Some(_) => Msg::Open(Opening(Rc::new(start))),
                    None => Msg::Load(Arc::new(*scenario)),
                });
            }
            Ok(Found::Config) => {
                self.update(Msg::Config(ConfigMsg::Read(text.to_owned())));
                self.update(Msg::Tab(Tab::Config));
                self.view.sheet = Some(Sheet::Tabs);
            }
            Err(error) => self.notify(Notice::error(error.field, error.message)),
        }
    }
}

/// A name that every file system takes.
fn file_name(scenario: &str) -> String {
    const LONGEST: usize = 40;
    let plain = |letter: char| if letter.is_ascii_alphanumeric() || letter == '-' { letter } else { '-' };
    let name: String = scenario.chars().take(LONGEST).map(plain).collect();
    let name = name.trim_matches('-');
    if name.is_empty() { "hopscope".to_owned() } else { name.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::LessonMsg;
    use crate::sim::{Class, Command, Micros, Scenario};

    fn model(address: &str) -> Model {
        Model::new(parse_address(address, ""))
    }

    #[test]
    fn every_file_has_a_name_of_its_own_and_something_in_it() {
        let mut model = model("?preset=secured");
        model.update(Msg::Send(Class::Read));
        model.world.run_until(model.world.now() + Micros::from_secs(5));
        let files = Record::ALL.map(|record| model.saved(record, "https://a.example/"));
        for (at, file) in files.iter().enumerate() {
            assert!(file.name.starts_with("secured") && file.text.len() > 60, "{file:?}");
            assert!(
                files[..at].iter().all(|other| other.name != file.name || other.text != file.text),
                "{}",
                file.name
            );
        }
    }

    #[test]
    fn every_file_has_a_button() {
        let buttons = crate::text::record::SECTIONS.split("\n\n").filter_map(|section| section.lines().nth(2));
        assert_eq!(buttons.map(|names| names.split('|').count()).sum::<usize>(), Record::ALL.len());
    }

    #[test]
    fn names_of_files_are_plain() {
        assert_eq!(file_name("../../etc/pass wd\n"), "etc-pass-wd");
        assert_eq!((file_name("…"), file_name(&"a".repeat(99)).len()), ("hopscope".to_owned(), 40));
    }

    #[test]
    fn a_report_tells_what_was_done_answered_and_what_came_of_it() {
        let mut model = model("?lesson=visit&step=3");
        for msg in [LessonMsg::Pick(0), LessonMsg::Begin, LessonMsg::ToTheEnd] {
            model.update(Msg::Lesson(msg));
        }
        model.frame(16_667, &mut || true);
        // A second answer does not count.
        for msg in [LessonMsg::Go(2), LessonMsg::Pick(1), LessonMsg::Begin, LessonMsg::ToTheEnd] {
            model.update(Msg::Lesson(msg));
        }
        model.frame(16_667, &mut || true);
        model.update(Msg::Lesson(LessonMsg::Leave));
        model.update(Msg::Preset("three-server"));
        model.update(Msg::Do(Command::Kill { part: "web-01/nginx>web-01/app".to_owned() }));
        (0..2).for_each(|_| model.update(Msg::Send(Class::Read)));
        model.world.run_until(model.world.now() + Micros::from_secs(20));
        let report = model.saved(Record::Report, "https://a.example/").text;
        for wanted in [
            "Cut web-01/nginx → web-01/app",
            "<td>Read a page</td>",
            "504",
            "<td>no</td>",
            "1 of 4",
            "https://a.example/?preset=three-server",
            "2 visits started, 2 ended: 1 with success, 1 without",
        ] {
            assert!(report.contains(wanted), "no {wanted} in {report}");
        }
        assert!(!report.contains("<td>yes</td>") && !report.contains("{{") && !report.contains("<script"));
        // The report brings the run's scenario back, like a picture.
        let mut other = Model::new(parse_address("?preset=scaled", ""));
        other.update(Msg::Bring(report.into()));
        assert_eq!((other.history.scenario().name.as_str(), &other.notices[..]), ("three-server", &[][..]));
    }

    #[test]
    fn a_picture_brings_the_whole_run_back() {
        let mut model = model("?preset=dedicated-db");
        for command in [Command::Kill { part: "web-01/app".to_owned() }, Command::visits(Class::Read, 3)] {
            model.update(Msg::Do(command));
            (0..20).for_each(|_| model.frame(100_000, &mut || true));
        }
        let (picture, report) =
            (model.saved(Record::Svg { dark: true }, "x").text, model.saved(Record::Report, "x").text);
        for text in [picture.clone(), report] {
            let mut other = Model::new(parse_address("?preset=scaled", ""));
            other.update(Msg::Bring(text.into()));
            (0..20).for_each(|_| other.frame(16_667, &mut || true));
            assert_eq!((other.world.now(), other.world.digest()), (model.world.now(), model.world.digest()));
            assert_eq!((other.history.commands().len(), &other.notices[..]), (2, &[][..]));
        }
        // A link that is damaged leaves the scenario.
        let mut other = Model::new(parse_address("?preset=scaled", ""));
        other.update(Msg::Bring(picture.replace("#s=1.", "#s=1.!").into()));
        assert_eq!(other.history.scenario().name, "dedicated-db");
    }

    #[test]
    fn answers_are_kept_with_the_progress() {
        let mut model = model("");
        let kept = "visit=7 visit:2=1+ balance=0 visit:2=0- visit:0=0+ visit:2=9+ nothing:2=1+ visit:x=1+ visit:2= ";
        model.lessons.recall(kept);
        assert_eq!(model.lessons.answers.len(), 1);
        let answer = model.lessons.answers[0];
        assert_eq!((answer.lesson, answer.step, answer.choice, answer.came_true), (0, 2, 1, true));
        let progress = model.lessons.progress();
        assert!(progress.starts_with("visit=7/") && progress.ends_with("visit:2=1+ "), "{progress}");
    }

    #[test]
    fn a_file_that_is_brought_starts_its_scenario_or_says_why_not() {
        let mut model = model("?preset=scaled");
        let nasty = Scenario { name: "<b>&\"".to_owned(), ..model.world.scenario().clone() };
        model.update(Msg::Bring(nasty.to_json().into()));
        assert_eq!(model.history.scenario().name, "<b>&\"");
        let report = model.saved(Record::Report, "").text;
        assert!(report.contains("&lt;b&gt;&amp;&quot;") && !report.contains("<b>"));
        model.update(Msg::Bring("GIF89a".into()));
        assert_eq!(model.notices.last().map(|notice| notice.field.as_str()), Some("file"));
        assert_eq!(model.history.scenario().name, "<b>&\"", "what was there stays");
        model.update(Msg::Bring("# mine\nfrontend web\n  bind :80\n".into()));
        assert_eq!(model.view.tab, Tab::Config);
        assert!(model.config.pasted.as_ref().is_some_and(|pasted| pasted.text.starts_with("# mine")));
    }
}
