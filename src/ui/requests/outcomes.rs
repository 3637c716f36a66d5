//! How visits ended: totals, and a table by class, result and cause.

use yew::prelude::*;

use crate::scene::requests::{OutcomeRow, RequestsView, Totals};
use crate::text::label::{self, visits};
use crate::ui::element::html;
use crate::ui::input::class_mark;
use crate::ui::trace::chip;

/// The counters of all visits.
pub fn totals(totals: Totals) -> Html {
    let counters = [
        ("total-started", visits::STARTED, totals.started),
        ("total-ended", visits::ENDED_COUNT, totals.ended),
        ("total-ok", visits::OK, totals.ok),
        ("total-stale", visits::STALE_COUNT, totals.stale),
        ("total-under-way", visits::UNDER_WAY_COUNT, totals.under_way),
    ];
    html! {
        <dl class="requests-totals">
            { for counters.into_iter().map(|(testid, name, count)| html! {
                <div key={testid} data-testid={testid} data-count={count.to_string()}>
                    <dt>{ name }</dt>
                    <dd>{ count }</dd>
                </div>
            }) }
        </dl>
    }
}

/// How often visits of a class ended with a result for a cause.
pub fn table(view: &RequestsView) -> Html {
    let mut rows = view.outcomes().peekable();
    if rows.peek().is_none() {
        return Html::default();
    }
    html! {
        <table class="table">
            <thead>
                <tr>
                    <th scope="col">{ visits::CLASS }</th>
                    <th scope="col">{ visits::RESULT }</th>
                    <th scope="col">{ visits::BY }</th>
                    <th scope="col" class="number">{ visits::COUNT }</th>
                </tr>
            </thead>
            <tbody>{ for rows.map(row) }</tbody>
        </table>
    }
}

fn row(row: OutcomeRow) -> Html {
    let class = label::class(row.class);
    html! {
        <tr
            key={format!("{class} {} {} {}", row.result, row.by, row.cause)}
            data-testid="outcome-row"
            data-class={class}
            data-result={row.result.clone()}
            data-by={row.by}
            data-count={row.count.to_string()}
        >
            <td class="requests-class">{ class_mark(row.class) }{ " " }{ class }</td>
            <td class="requests-result">{ chip(row.tone, &row.result) }</td>
            <td>{ row.by_label }<div class="muted">{ row.cause }</div></td>
            <td class="number">{ row.count }</td>
        </tr>
    }
}
