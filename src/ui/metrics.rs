//! Draws the numbers of the run and the charts, or the charts' data as a table.

use std::rc::Rc;

use yew::prelude::*;

use super::element::{classes, html};
use super::panel::{Drawn, Place, panel};
use super::plot::{Plot, sample};
use crate::app::Msg;
use crate::scene::metrics::{ChartKind, MetricsView, Series, Totals};
use crate::sim::Decimal;
use crate::text::metrics as words;

/// What the panel shows.
#[derive(PartialEq)]
pub struct MetricsPanel(pub Rc<MetricsView>);

impl Drawn for MetricsPanel {
    /// Whether the charts are shown as a table.
    type Kept = bool;

    fn draw(&self, as_table: &bool, place: &Place<bool>) -> Html {
        metrics(&self.0, *as_table, place)
    }
}

fn metrics(view: &Rc<MetricsView>, as_table: bool, place: &Place<bool>) -> Html {
    let toggle = place.keep_on(|_: &MouseEvent| (), |as_table, ()| *as_table = !*as_table);
    if view.totals.started == 0 {
        return html! { <p class="metrics empty" data-testid="metrics">{ words::EMPTY }</p> };
    }
    html! {
        <section class="metrics" data-testid="metrics">
            <div class="metrics__head">
                { tiles(&view.totals) }
                <button type="button" class="button button--small" aria-pressed={as_table.to_string()} onclick={toggle}
                    data-testid="metrics-as-table">{ words::AS_TABLE }</button>
            </div>
            if as_table {
                { table(view) }
            } else {
                <div class="metrics__charts">{ for ChartKind::ALL.map(|kind| figure(view, kind, &place.send)) }</div>
            }
        </section>
    }
}

fn tiles(totals: &Totals) -> Html {
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
        ChartKind::Servers => "chart-servers",
        ChartKind::Outcomes => "chart-outcomes",
        ChartKind::Latency => "chart-latency",
    }
}

fn figure(view: &Rc<MetricsView>, kind: ChartKind, send: &Callback<Msg>) -> Html {
    let entry = |(number, line): (usize, &Series)| {
        html! {
            <li key={number} class="legend__entry">
                { sample(number) }
                <span class="legend__name">{ words::series(&line.name) }</span>
                <b class="legend__value">{ cell(kind, line.last()) }</b>
            </li>
        }
    };
    html! {
        <figure key={id(kind)} class={classes(["chart", id(kind)])} data-testid={id(kind)}>
            <figcaption class="chart__head">
                <h3>{ words::title(kind) }{ " " }<span class="chart__unit">{ words::unit(kind) }</span></h3>
                <ul class="legend">{ for view.chart(kind).iter().enumerate().map(entry) }</ul>
            </figcaption>
            { panel(id(kind), Plot { view: Rc::clone(view), kind, id: id(kind) }, send) }
        </figure>
    }
}

fn cell(kind: ChartKind, value: Option<u32>) -> String {
    value.map_or_else(|| words::NOTHING.to_owned(), |value| words::value(kind, value))
}

/// The charts' data, newest second first.
fn table(view: &MetricsView) -> Html {
    let group = |kind: ChartKind| {
        let span = view.chart(kind).len().to_string();
        html! { <th colspan={span} scope="colgroup" class="group">{ words::column_group(kind) }</th> }
    };
    let columns = || ChartKind::ALL.into_iter().flat_map(|kind| (0..view.chart(kind).len()).map(move |i| (kind, i)));
    let class = |line: usize| if line == 0 { "number group" } else { "number" };
    let heading = |(kind, line): (ChartKind, usize)| {
        html! { <th scope="col" class={class(line)}>{ words::series(&view.chart(kind)[line].name) }</th> }
    };
    let row = |i: usize| {
        let second = view.first_s + i as u32;
        let cell = |(kind, line): (ChartKind, usize)| {
            html! { <td class={class(line)}>{ cell(kind, view.chart(kind)[line].values[i]) }</td> }
        };
        html! {
            <tr key={second}>
                <th scope="row">{ words::clock(second) }</th>
                { for columns().map(cell) }
            </tr>
        }
    };
    html! {
        <div class="metrics__table" data-testid="metrics-table">
            <table class="table">
                <caption class="visually-hidden">{ words::TABLE }</caption>
                <thead>
                    <tr><td></td>{ for ChartKind::ALL.map(group) }</tr>
                    <tr><th scope="col">{ words::SECOND }</th>{ for columns().map(heading) }</tr>
                </thead>
                <tbody>{ for (0..view.len()).rev().map(row) }</tbody>
            </table>
        </div>
    }
}
