//! The log of visits: newest first, by class, or only what went wrong.

use std::rc::Rc;

use yew::prelude::*;

use crate::app::Msg;
use crate::scene::requests::{Filter, RequestsView, Row};
use crate::scene::trace::Tone;
use crate::sim::Class;
use crate::text::label::{self, visits};
use crate::ui::element::html;
use crate::ui::input::{class_mark, is_ticked, on_click, value_of};
use crate::ui::panel::{Drawn, Place, panel};
use crate::ui::trace::chip;

const COLUMNS: [(&str, bool); 10] = [
    (visits::NUMBER, false),
    (visits::STARTED_AT, true),
    (visits::CLASS, false),
    (visits::RESULT, false),
    (visits::SERVER, false),
    (visits::VERSION, false),
    (visits::DATABASE, false),
    (visits::TIME, true),
    (visits::RETRIES, true),
    (visits::TERMINATION, false),
];

/// The log with its filters.
#[derive(PartialEq)]
pub struct Log {
    /// What is known of all visits.
    pub view: Rc<RequestsView>,
    /// The most rows that are drawn.
    pub rows: usize,
}

impl Drawn for Log {
    type Kept = Filter;

    fn draw(&self, filter: &Filter, place: &Place<Filter>) -> Html {
        log(self, *filter, place)
    }
}

fn log(Log { view, rows }: &Log, filter: Filter, place: &Place<Filter>) -> Html {
    let rows: Vec<Row> = view.rows(filter).take(*rows).collect();
    html! {
        <>
            <div class="requests-filter">
                <h3>{ visits::LOG }</h3>
                { filters(filter, place) }
                <span class="muted small" data-testid="log-shown">
                    { visits::shown_of(rows.len(), view.log_length()) }
                </span>
            </div>
            if rows.is_empty() {
                <p class="empty">{ visits::LOG_FILTERED }</p>
            } else {
                <div class="requests-scroll">
                    <table class="table">
                        <thead>
                            <tr>
                                { for COLUMNS.iter().map(|(name, number)| html! {
                                    <th key={*name} scope="col" class={number.then_some("number")}>{ *name }</th>
                                }) }
                            </tr>
                        </thead>
                        <tbody>
                            { for rows.into_iter().map(|row| panel(row.visit, row, &place.send)) }
                        </tbody>
                    </table>
                </div>
            }
        </>
    }
}

fn filters(filter: Filter, place: &Place<Filter>) -> Html {
    let onclass = place.keep_on(
        |event: &Event| Class::ALL.into_iter().find(|class| label::class(*class) == value_of(event)),
        |filter, class| filter.class = class,
    );
    let onfailures = place.keep_on(|event: &Event| is_ticked(event), |filter, only| filter.only_failures = only);
    html! {
        <>
            <label class="requests-field">
                { visits::CLASS }
                <select data-testid="filter-class" onchange={onclass}>
                    <option value="" selected={filter.class.is_none()}>{ visits::ALL_CLASSES }</option>
                    { for Class::ALL.into_iter().map(|class| html! {
                        <option
                            key={label::class(class)}
                            value={label::class(class)}
                            selected={filter.class == Some(class)}
                        >
                            { label::class(class) }
                        </option>
                    }) }
                </select>
            </label>
            <label class="requests-field">
                <input
                    type="checkbox"
                    data-testid="filter-failures"
                    checked={filter.only_failures}
                    onchange={onfailures}
                />
                { visits::ONLY_FAILURES }
            </label>
        </>
    }
}

impl Drawn for Row {
    type Kept = ();

    fn draw(&self, (): &(), place: &Place<()>) -> Html {
        log_row(self, &place.send)
    }
}

/// One visit. A click anywhere on it opens its trace; for the keyboard there is a button.
fn log_row(row: &Row, send: &Callback<Msg>) -> Html {
    let visit = row.visit;
    let onclick = on_click(send, Msg::ShowVisit(visit));
    let or_none = |text: &Option<String>| text.clone().unwrap_or_else(|| visits::NONE.to_owned());
    html! {
        <tr
            class="requests-row"
            data-testid="request"
            data-id={visit.to_string()}
            data-class={label::class(row.class)}
            data-result={row.result.clone()}
            data-server={row.server.clone()}
            data-version={row.version.map(|version| version.to_string())}
            data-stale={(row.tone == Tone::Stale).to_string()}
            {onclick}
        >
            <td><button type="button" class="requests-open" aria-label={visits::show_trace(visit)}>{ visit }</button></td>
            <td class="number">{ &row.started }</td>
            <td>{ class_mark(row.class) }{ " " }{ label::class(row.class) }</td>
            <td class="requests-result">{ chip(row.tone, &row.result) }</td>
            <td>{ or_none(&row.server) }</td>
            <td>{ row.version.map_or_else(|| visits::NONE.to_owned(), visits::version) }</td>
            <td>{ or_none(&row.database) }</td>
            <td class="number">{ &row.time }</td>
            <td class="number">{ or_none(&row.retries) }</td>
            <td class="mono">{ row.termination.as_deref().unwrap_or(visits::NONE) }</td>
        </tr>
    }
}
