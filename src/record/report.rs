//! A report of a run, for a student to hand in: one HTML file without scripts, to be read and printed anywhere. The picture in it
//! has the scenario in its metadata, so that the report can be dropped on the page, too.

use super::markup::{escape, fill};
use super::picture::{Look, broken, drawing};
use crate::scene::requests::RequestsView;
use crate::sim::chronicle::Entry;
use crate::sim::{TimedCommand, World};
use crate::text::report as words;
use crate::text::{label, record, timeline};

/// What the world itself does not know of its run.
#[derive(Clone, Debug, Default)]
pub struct Report<'a> {
    /// What was done by hand, oldest first.
    pub commands: &'a [TimedCommand],
    /// What changed by itself.
    pub changes: &'a [Entry],
    /// Lessons that were begun: title, steps done, steps in all.
    pub lessons: Vec<(&'static str, usize, usize)>,
    /// First answers to questions: lesson and step, the answer, and whether it came true.
    pub answers: Vec<(String, &'static str, bool)>,
    /// The address that restores this moment.
    pub link: Option<String>,
    /// The readable address of where the run began.
    pub place: Option<String>,
}

impl Report<'_> {
    /// The report of a run up to the present moment of its world.
    #[must_use]
    pub fn html(&self, world: &World) -> String {
        fill(words::PAGE, |name| {
            let (name, columns) = name.split_once(' ').unwrap_or((name, ""));
            self.part(name, columns, world)
        })
    }

    /// What stands in a place of the template; of a table, the template says the columns.
    fn part(&self, name: &str, columns: &str, world: &World) -> String {
        let scenario = world.scenario();
        match name {
            "title" => escape(&scenario.name),
            "about" => escape(&words::about(&scenario.name, scenario.seed, env!("CARGO_PKG_VERSION"), world.digest())),
            "moment" => words::at(world.now()),
            "picture" => drawing(world, Look { dark: false, link: self.link.as_deref() }),
            "broken" => escape(&record::broken(&broken(world))),
            "commands" => self.commands(columns, world),
            "totals" => {
                let metrics = world.metrics();
                words::totals(metrics.started, metrics.ended, metrics.ok, metrics.stale)
            }
            "outcomes" => {
                let view = RequestsView::new(world);
                let row = |row: crate::scene::requests::OutcomeRow| {
                    let class = label::class(row.class).to_owned();
                    [class, row.result, row.by_label, row.cause.to_owned(), row.count.to_string()]
                };
                table(columns, view.outcomes().map(row))
            }
            "lost" => {
                let promotions = world.cluster().promotions.iter().filter(|promotion| promotion.lost_count > 0);
                let row = |promotion: &crate::sim::mysql::Promotion| {
                    let [server, count, rows] = words::lost(world.wiring(), promotion);
                    [words::at(promotion.at), server, count, rows]
                };
                table(columns, promotions.map(row))
            }
            "changes" => {
                let until = self.changes.iter().filter(|entry| entry.at <= world.now());
                table(columns, until.map(|entry| [words::at(entry.at), timeline::change(world.wiring(), entry)]))
            }
            "lessons" => {
                let row =
                    |(title, done, all): &(&str, usize, usize)| [(*title).to_owned(), words::done_of(*done, *all)];
                table(columns, self.lessons.iter().map(row))
            }
            "answers" if self.answers.is_empty() => String::new(),
            "answers" => {
                let row = |(question, answer, right): &(String, &str, bool)| {
                    let came_true = if *right { words::YES } else { words::NO };
                    [question.clone(), (*answer).to_owned(), came_true.to_owned()]
                };
                table(columns, self.answers.iter().map(row))
            }
            "links" => self.links(columns),
            _ => String::new(),
        }
    }

    /// What was done so far: by the scenario's own timeline and by hand, in the order in which it happened.
    fn commands(&self, columns: &str, world: &World) -> String {
        let own = world.scenario().timeline.iter().map(|timed| (timed, words::BY_TIMELINE));
        let by_hand = self.commands.iter().map(|timed| (timed, words::BY_HAND));
        let mut all: Vec<_> = own.chain(by_hand).filter(|(timed, _)| timed.at_us <= world.now()).collect();
        all.sort_by_key(|(timed, _)| timed.at_us);
        table(
            columns,
            all.into_iter()
                .map(|(timed, by)| [words::at(timed.at_us), timeline::command(&timed.command), by.to_owned()]),
        )
    }

    fn links(&self, columns: &str) -> String {
        let links = [(words::THIS_MOMENT, &self.link), (words::THIS_PLACE, &self.place)];
        let rows: String = links
            .iter()
            .filter_map(|(to, link)| {
                let link = escape(link.as_deref()?);
                Some(format!("<tr><td>{to}</td><td><a href=\"{link}\">{link}</a></td></tr>\n"))
            })
            .collect();
        framed(columns, &rows)
    }
}

/// A table of texts. Columns of numbers have a `#` before their name.
fn table<const N: usize>(columns: &str, rows: impl Iterator<Item = [String; N]>) -> String {
    let class = |at: usize| {
        if columns.split('|').nth(at).is_some_and(|name| name.starts_with('#')) { " class=\"n\"" } else { "" }
    };
    let cell = |(at, text): (usize, &String)| format!("<td{}>{}</td>", class(at), escape(text));
    let rows: String =
        rows.map(|row| format!("<tr>{}</tr>\n", row.iter().enumerate().map(cell).collect::<String>())).collect();
    framed(columns, &rows)
}

fn framed(columns: &str, rows: &str) -> String {
    if rows.is_empty() {
        return format!("<p>{}</p>", words::NOTHING);
    }
    let head = |name: &str| match name.strip_prefix('#') {
        Some(name) => format!("<th scope=\"col\" class=\"n\">{name}</th>"),
        None => format!("<th scope=\"col\">{name}</th>"),
    };
    let heads: String = columns.split('|').map(head).collect();
    format!("<table>\n<thead><tr>{heads}</tr></thead>\n<tbody>\n{rows}</tbody>\n</table>")
}
