//! Tables as comma-separated values (RFC 4180), for a spreadsheet: one value per second, and the log of visits.

use crate::scene::charts::{Line, LineName};
use crate::scene::metrics::MetricsView;
use crate::sim::{Micros, Verdict, World};
use crate::text::{explain, label};

/// A table in the making.
struct Table(String);

impl Table {
    /// A line. Fields that a spreadsheet might take for a formula get an apostrophe in front, as OWASP advises.
    fn row(&mut self, fields: &[String]) {
        for (at, field) in fields.iter().enumerate() {
            if at > 0 {
                self.0.push(',');
            }
            let harmless = if field.starts_with(['=', '+', '-', '@', '\t', '\r']) { "'" } else { "" };
            if field.contains(['"', ',', '\n', '\r']) {
                self.0 = core::mem::take(&mut self.0) + "\"" + harmless + &field.replace('"', "\"\"") + "\"";
            } else {
                self.0 = core::mem::take(&mut self.0) + harmless + field;
            }
        }
        self.0.push_str("\r\n");
    }

    fn head(names: &str) -> Self {
        Self(names.to_owned() + "\r\n")
    }
}

/// The log of ended visits, oldest first.
#[must_use]
pub fn visits(world: &World) -> String {
    let wiring = world.wiring();
    let mut records: Vec<_> = world.log().newest_first().collect();
    records.reverse();
    let mut table = Table::head(
        "visit,start_s,class,source,took_ms,result,by,cause,server,database,version,retries,redispatched,termination,stale",
    );
    for record in records {
        let notes = &record.notes;
        let outcome = &record.outcome;
        let name = |process: Option<crate::sim::ProcessId>| {
            process.map_or_else(String::new, |p| wiring.process(p).full_name.clone())
        };
        table.row(&[
            record.id.to_string(),
            record.started.seconds(6).to_string(),
            label::class(record.class).to_owned(),
            record.source.to_string(),
            record.took.millis(3).to_string(),
            match outcome.result {
                Verdict::Http(status) => status.to_string(),
                Verdict::Browser(error) => error.code().to_owned(),
            },
            wiring.process(outcome.by).full_name.clone(),
            explain::short_cause(outcome.cause).to_owned(),
            name(notes.server),
            name(notes.database),
            notes.version.map_or_else(String::new, |version| version.to_string()),
            notes.retries.to_string(),
            notes.redispatched.to_string(),
            explain::termination(wiring, outcome, notes.server, notes.cookie).unwrap_or_default(),
            outcome.is_stale().to_string(),
        ]);
    }
    table.0
}

/// The last two minutes, second by second: what the charts of the tab Metrics show.
#[must_use]
pub fn series(world: &World) -> String {
    let charts = MetricsView::new(world).charts;
    let lines: Vec<&Line> = charts.all.iter().flat_map(|chart| &chart.lines).collect();
    let mut table = Table(String::new());
    let mut names = vec!["second".to_owned()];
    names.extend(lines.iter().map(|line| name(&line.name)));
    table.row(&names);
    for (at, (second, _)) in lines.first().map_or(&[][..], |line| &line.points).iter().enumerate() {
        let mut row = vec![second.to_string()];
        row.extend(lines.iter().map(|line| {
            let value = line.points[at].1;
            value.map_or_else(String::new, |value| match line.name {
                LineName::P50 | LineName::P95 => Micros(value.into()).millis(3).to_string(),
                _ => value.to_string(),
            })
        }));
        table.row(&row);
    }
    table.0
}

fn name(name: &LineName) -> String {
    match name {
        LineName::Ok => "ok",
        LineName::HttpErrors => "http_errors",
        LineName::BrowserErrors => "browser_errors",
        LineName::P50 => "p50_ms",
        LineName::P95 => "p95_ms",
        LineName::Of(server) => return server.clone(),
        LineName::OtherServers(_) => "other_servers",
    }
    .to_owned()
}
