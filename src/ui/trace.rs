//! Draws the trace of one visit: its spans as a waterfall, with a sentence for each.

mod chip;
mod picker;
mod waterfall;

use std::rc::Rc;

use yew::prelude::*;

use super::element::html;
use crate::app::Msg;
use crate::scene::trace::{Fact, Shown, Tone, TraceView};
use crate::text::label::{self, visits};
use crate::ui::input::class_mark;
use crate::ui::panel::panel;
pub(super) use chip::chip;
use picker::Picker;
use waterfall::Waterfall;

/// Draws the trace of one visit: its spans as a waterfall, with a sentence for each.
pub fn trace_panel(view: &Rc<TraceView>, send: &Callback<Msg>) -> Html {
    if view.choices.is_empty() {
        return html! { <p class="empty" data-testid="trace-empty">{ visits::TRACE_EMPTY }</p> };
    }
    let picker = panel("picker", Picker(Rc::clone(view)), send);
    match &view.shown {
        Some(shown) => html! {
            <section class="trace" data-testid="trace" data-visit={shown.visit.to_string()} aria-label={visits::TRACE}>
                <div class="trace-bar">
                    { picker }
                    { head(shown) }
                </div>
                { summary(shown) }
                { panel("waterfall", Waterfall::of(shown), send) }
                { sums(shown) }
            </section>
        },
        None => html! {
            <section class="trace" aria-label={visits::TRACE}>
                <div class="trace-bar">{ picker }</div>
                <p class="empty" data-testid="trace-gone">{ visits::no_trace(view.asked.unwrap_or_default()) }</p>
            </section>
        },
    }
}

fn head(shown: &Shown) -> Html {
    html! {
        <div class="trace-head">
            <h2 class="trace-title">{ class_mark(shown.class) }{ " " }{ visits::visit(shown.visit, label::class(shown.class)) }</h2>
            <span data-testid="trace-outcome" data-stale={(shown.tone == Tone::Stale).to_string()}>{ chip(shown.tone, &shown.title) }</span>
            <span class="trace-total" data-testid="trace-total" data-us={shown.total.0.to_string()}>
                <b>{ shown.total.to_string() }</b>{ " " }<span class="muted">
                    { if shown.tone == Tone::UnderWay { visits::SO_FAR } else { visits::TOTAL } }
                </span>
            </span>
        </div>
    }
}

fn summary(shown: &Shown) -> Html {
    html! {
        <div class="trace-summary">
            if let Some(why) = &shown.why {
                <p class="trace-cause" data-testid="trace-why">{ why }</p>
            }
            if let Some(critical) = &shown.critical {
                <p class="muted small" data-testid="trace-critical">{ critical }</p>
            }
            if !shown.facts.is_empty() {
                <dl class="trace-facts">{ for shown.facts.iter().map(fact) }</dl>
            }
        </div>
    }
}

fn fact(fact: &Fact) -> Html {
    html! {
        <div key={fact.label} data-testid="trace-fact" data-fact={fact.label.to_ascii_lowercase()}>
            <dt>{ fact.label }</dt>
            <dd>
                <span class="trace-fact">{ &fact.value }</span>
                if let Some(meaning) = fact.meaning {
                    <span class="muted">{ " " }{ meaning }</span>
                }
            </dd>
        </div>
    }
}

fn sums(shown: &Shown) -> Html {
    html! {
        <footer class="trace-sums">
            <h3>{ visits::SUMS }</h3>
            <dl>
                { for shown.sums.iter().map(|sum| html! {
                    <div
                        key={sum.layer.name()}
                        data-testid="trace-sum"
                        data-layer={sum.layer.name()}
                        data-us={sum.time.0.to_string()}
                    >
                        <dt><span class={format!("trace-dot tier-{}", sum.layer.name())} aria-hidden="true" />{ sum.layer.label() }</dt>
                        <dd>{ sum.time.to_string() }</dd>
                    </div>
                }) }
                <div key="total" class="trace-sum-total">
                    <dt>{ visits::TOTAL }</dt>
                    <dd>{ shown.total.to_string() }</dd>
                </div>
            </dl>
        </footer>
    }
}
