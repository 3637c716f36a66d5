//! Draws what the operator knows of the site: charts and alerts if it is monitored, complaints in any case. Behind a
//! switch: what only the simulator knows. Charts can be read as a table, too.

use std::rc::Rc;

use yew::prelude::*;

use super::element::{classes, html, if_so};
use super::input::on_click;
use super::panel::{Drawn, Place, panel};
use super::plot::{Plot, sample};
use crate::app::Msg;
use crate::scene::charts::{Chart, ChartKind, Charts, Line, MAX_LINES};
use crate::scene::metrics::{MetricsView, Totals};
use crate::scene::watch::{Row, Scraped, Watch};
use crate::sim::monitoring::AlertState;
use crate::sim::{Command, Decimal};
use crate::text::{metrics as words, monitoring};

/// What the panel shows.
#[derive(PartialEq)]
pub enum MetricsPanel {
    /// What the operator knows.
    Watched(Watch),
    /// What only the simulator knows.
    Simulator(MetricsView),
}

impl Drawn for MetricsPanel {
    /// Whether the charts are shown as a table.
    type Kept = bool;

    fn draw(&self, as_table: &bool, place: &Place<bool>) -> Html {
        let is_own = matches!(self, Self::Simulator(_));
        let content = match self {
            Self::Watched(watch @ Watch { scraped: Some(scraped), .. }) => monitored(watch, scraped, *as_table, place),
            Self::Watched(watch) => blind(watch, &place.send),
            Self::Simulator(view) => own(view, *as_table, place),
        };
        html! {
            <section class="metrics" data-testid="metrics">
                { content }
                <p class="metrics__source">
                    <button type="button" class="button button--small" aria-pressed={is_own.to_string()}
                        data-testid="simulator-charts" onclick={on_click(&place.send, Msg::SimulatorCharts(!is_own))}>
                        { monitoring::SIMULATOR }
                    </button>
                    if is_own { <span class="muted small">{ monitoring::SIMULATOR_NOTE }</span> }
                </p>
            </section>
        }
    }
}

/// Without a monitor: nothing but what visitors say.
fn blind(watch: &Watch, send: &Callback<Msg>) -> Html {
    html! {
        <div class="watch" data-testid="blind">
            <div class="watch__part">
                <h3>{ monitoring::BLIND }</h3>
                <p>{ monitoring::BLIND_NOTE }</p>
                <button type="button" class="button button--primary" data-testid="install-monitoring"
                    onclick={on_click(send, Msg::Do(Command::InstallMonitoring))}>{ monitoring::INSTALL }</button>
                <p class="muted small">{ monitoring::INSTALL_NOTE }</p>
            </div>
            { detection(watch) }
            { complaints(watch) }
        </div>
    }
}

fn monitored(watch: &Watch, scraped: &Scraped, as_table: bool, place: &Place<bool>) -> Html {
    let row = |(at, row): (usize, &Row)| {
        let (class, mark) = match row.state {
            AlertState::Pending => ("chip--warn", "… "),
            AlertState::Firing => ("chip--bad", "! "),
            AlertState::Resolved => ("chip--ok", "✓ "),
        };
        let is_firing = row.state == AlertState::Firing;
        html! {
            <li key={at} class={classes(["watch__alert", if_so(is_firing, "watch__alert--fires")])} data-testid="alert"
                data-rule={row.rule} data-state={row.said}>
                <span class="said">
                    <span class={classes(["chip", class])}><span aria-hidden="true">{ mark }</span>{ row.said }</span>
                    { " " }<b>{ row.rule }</b>{ " " }{ &row.what }
                </span>
                <span class="muted">{ &row.times }</span>
            </li>
        }
    };
    html! {
            <div class="metrics__body">
                <div>
                    { head(tiles(scraped), as_table, place) }
                    if scraped.is_blind { <p class="watch__off said" data-testid="monitor-off">{ monitoring::MONITOR_OFF }</p> }
                </div>
                <div class="watch watch--beside">
                    { detection(watch) }
                    <div class="watch__part" data-testid="alerts">
                        <h3>{ monitoring::ALERTS }</h3>
                        if scraped.alerts.is_empty() {
                            <p class="muted">{ monitoring::NO_ALERTS }</p>
                        } else {
                            <ul class="watch__list" tabindex="0" aria-label={monitoring::ALERTS}>
                                { for scraped.alerts.iter().enumerate().map(row) }
                            </ul>
                        }
                    </div>
                    { complaints(watch) }
                </div>
                { charts(&scraped.charts, as_table, &place.send) }
            </div>
    }
}

/// What only the simulator knows.
fn own(view: &MetricsView, as_table: bool, place: &Place<bool>) -> Html {
    if view.totals.started == 0 {
        return html! { <p class="empty">{ words::EMPTY }</p> };
    }
    html! {
        <>
            { head(totals(&view.totals), as_table, place) }
            { charts(&view.charts, as_table, &place.send) }
        </>
    }
}

/// Both times to detect, side by side.
fn detection(watch: &Watch) -> Html {
    let told = |(label, value): &(&'static str, String)| {
        html! { <div class="tile"><dt>{ *label }</dt><dd><b class="tile__value">{ value }</b></dd></div> }
    };
    html! {
        <div class="watch__part" data-testid="detection">
            <dl class="watch__detection" aria-label={monitoring::DETECTION}>{ for watch.detection.iter().map(told) }</dl>
            <p class="muted small">{ &watch.fault }</p>
        </div>
    }
}

fn complaints(watch: &Watch) -> Html {
    html! {
        <div class="watch__part" data-testid="complaints">
            <h3>{ monitoring::COMPLAINTS }</h3>
            <p class="small">{ &watch.complaints }</p>
            <ul class="small">{ for watch.complained.iter().map(|said| html! { <li>{ said }</li> }) }</ul>
        </div>
    }
}

/// Numbers, and the switch between charts and their table.
fn head(tiles: Html, as_table: bool, place: &Place<bool>) -> Html {
    let toggle = place.keep_on(|_: &MouseEvent| (), |as_table, ()| *as_table = !*as_table);
    html! {
        <div class="metrics__head">
            { tiles }
            <button type="button" class="button button--small" aria-pressed={as_table.to_string()} onclick={toggle}
                data-testid="metrics-as-table">{ words::AS_TABLE }</button>
        </div>
    }
}

fn tiles(scraped: &Scraped) -> Html {
    let tile = |(id, label, value, note): &(&'static str, &'static str, String, String)| {
        self::tile(id, label, Some(value.clone()), note.clone())
    };
    html! { <dl class="metrics__tiles" aria-label={monitoring::NEWEST}>{ for scraped.tiles.iter().map(tile) }</dl> }
}

fn totals(totals: &Totals) -> Html {
    html! {
        <dl class="metrics__tiles" aria-label={words::TOTALS}>
            { tile("kpi-rate", words::RATE, totals.rate.map(words::rate), words::rate_note()) }
            { tile("kpi-ok", words::OK, totals.ok_percent().map(percent), words::ok_note(totals)) }
            { tile("kpi-p50", words::P50, totals.p50.map(words::about), words::P50_NOTE.to_owned()) }
            { tile("kpi-p95", words::P95, totals.p95.map(words::about), words::P95_NOTE.to_owned()) }
            { tile("kpi-mean", words::MEAN, totals.mean.map(|mean| mean.to_string()), words::MEAN_NOTE.to_owned()) }
            { tile("kpi-under-way", words::UNDER_WAY, Some(words::grouped(totals.under_way as u64)),
                words::under_way_note(totals)) }
        </dl>
    }
}

fn tile(id: &'static str, label: &'static str, value: Option<String>, note: String) -> Html {
    html! {
        <div class="tile" data-testid={id}>
            <dt>{ label }</dt>
            <dd>
                <b class="tile__value">{ value.unwrap_or_else(|| words::NOTHING.to_owned()) }</b>
                { " " }
                <span class="tile__note">{ note }</span>
            </dd>
        </div>
    }
}

/// One decimal, cut off instead of rounded: 99.96 % are not all.
fn percent(percent: f64) -> String {
    format!("{} %", Decimal::tenths((percent * 10.0).floor() / 10.0))
}

const fn id(kind: ChartKind) -> &'static str {
    match kind {
        ChartKind::Qps => "chart-qps",
        ChartKind::DatabaseQps => "chart-database-qps",
        ChartKind::Errors => "chart-errors",
        ChartKind::ResponseTime => "chart-response-time",
        ChartKind::Lag => "chart-lag",
        ChartKind::Servers => "chart-servers",
        ChartKind::Outcomes => "chart-outcomes",
        ChartKind::Latency => "chart-latency",
    }
}

fn charts(charts: &Rc<Charts>, as_table: bool, send: &Callback<Msg>) -> Html {
    if as_table {
        return table(charts);
    }
    html! { <div class="metrics__charts">{ for (0..charts.all.len()).map(|at| figure(charts, at, send)) }</div> }
}

fn figure(charts: &Rc<Charts>, at: usize, send: &Callback<Msg>) -> Html {
    let Chart { kind, ref lines } = charts.all[at];
    let entry = |(number, line): (usize, &Line)| {
        html! {
            <li key={number} class="legend__entry">
                { sample(number) }
                <span class="legend__name">{ words::line(&line.name) }</span>
                <b class="legend__value">{ cell(kind, line.points.last().and_then(|point| point.1)) }</b>
            </li>
        }
    };
    html! {
        <figure key={id(kind)} class={classes(["chart", id(kind)])} data-testid={id(kind)}>
            <figcaption class="chart__head">
                <h3>{ words::title(kind) }{ " " }<span class="chart__unit">{ words::unit(kind) }</span></h3>
                <ul class="legend">
                    { for lines.iter().take(MAX_LINES).enumerate().map(entry) }
                    if lines.len() > MAX_LINES { <li class="muted">{ words::more_lines(lines.len() - MAX_LINES) }</li> }
                </ul>
            </figcaption>
            { panel(id(kind), Plot { charts: Rc::clone(charts), at, id: id(kind) }, send) }
        </figure>
    }
}

fn cell(kind: ChartKind, value: Option<u32>) -> String {
    value.map_or_else(|| words::NOTHING.to_owned(), |value| words::value(kind, value))
}

/// The charts' data, newest second first.
fn table(charts: &Charts) -> Html {
    let group = |chart: &Chart| {
        let span = chart.lines.len().to_string();
        html! { <th colspan={span} scope="colgroup" class="group">{ words::column_group(chart.kind) }</th> }
    };
    let class = |line: usize| if line == 0 { "number group" } else { "number" };
    let columns =
        || charts.all.iter().flat_map(|chart| chart.lines.iter().enumerate().map(|(at, line)| (chart.kind, at, line)));
    let heading = |(_, at, line): (ChartKind, usize, &Line)| {
        html! { <th scope="col" class={class(at)}>{ words::line(&line.name) }</th> }
    };
    let row = |second: u32| {
        let cell = |(kind, at, line): (ChartKind, usize, &Line)| {
            html! { <td class={class(at)}>{ cell(kind, line.at(second, charts.step_s)) }</td> }
        };
        html! {
            <tr key={second}>
                <th scope="row">{ words::clock(second) }</th>
                { for columns().map(cell) }
            </tr>
        }
    };
    html! {
        <div class="metrics__table" data-testid="metrics-table" tabindex="0">
            <table class="table">
                <caption class="visually-hidden">{ words::TABLE }</caption>
                <thead>
                    <tr><td></td>{ for charts.all.iter().map(group) }</tr>
                    <tr><th scope="col">{ words::SECOND }</th>{ for columns().map(heading) }</tr>
                </thead>
                <tbody>{ for charts.rows().map(row) }</tbody>
            </table>
        </div>
    }
}
