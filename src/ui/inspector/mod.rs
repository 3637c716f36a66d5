//! Draws what an operator would see of one part. One file per kind of part.

mod balancer;
pub mod chip;
pub mod fields;
mod firewall;
mod head;
mod mysql;
mod names;
mod web;

use yew::prelude::*;

use self::fields::setting_field;
use crate::app::Msg;
use crate::scene::inspector::{Detail, InspectorView, PartView, Terminal};
use crate::sim::Command;
use crate::text::inspector as words;
use crate::text::log;
use crate::ui::element::html;
use crate::ui::input::on_click;

/// Draws what an operator would see of one part.
pub fn inspector(view: &InspectorView, send: &Callback<Msg>) -> Html {
    let content = match &view.part {
        // The key lets no half-typed value of one part reach the next.
        Some(part) => {
            html! { <div key={part.status.name.clone()} class="stack">{ part_html(part, send) }</div> }
        }
        None => html! { <div key="help">{ help() }</div> },
    };
    html! {
        <div class="inspector" data-testid="inspector">{ content }</div>
    }
}

fn part_html(part: &PartView, send: &Callback<Msg>) -> Html {
    let facts_first = matches!(part.detail, Detail::App(_) | Detail::Mysql(_));
    html! {
        <>
            { head::head(part, send) }
            if let Detail::Mysql(view) = &part.detail { { mysql::promotion(view) } }
            if facts_first { { facts(part) } }
            { detail(part, send) }
            if let Some(view) = &part.firewall { { firewall::firewall(view, send) } }
            { for part.terminals.iter().map(terminal) }
            if !facts_first { { facts(part) } }
            { settings(part, send) }
            { related(part, send) }
        </>
    }
}

fn detail(part: &PartView, send: &Callback<Msg>) -> Html {
    match &part.detail {
        Detail::Plain => Html::default(),
        Detail::Balancer(view) => balancer::backend(view, send),
        Detail::App(view) => web::files(view, send),
        Detail::Mysql(view) => mysql::panel(view, send),
        Detail::Resolver(view) => names::resolver(view, send),
        Detail::Router(runs) => router(&part.status.name, *runs, send),
        Detail::Zone(view) => names::zone(view, send),
    }
}

/// keepalived can be stopped in good order.
fn router(part: &str, runs: bool, send: &Callback<Msg>) -> Html {
    let stop = Command::Stop { part: part.to_owned() };
    html! {
        <div class="stack">
            if runs { { head::act("act-stop", words::router::STOP, stop, send) } }
            <p class="muted small">{ words::router::STOP_HINT }</p>
        </div>
    }
}

fn terminal(view: &Terminal) -> Html {
    let Terminal { id, title, text } = view;
    let class = if id.ends_with("-log") { "terminal terminal--log" } else { "terminal" };
    let line = |line: &str| html! { <span>{ line }{ "\n" }</span> };
    html! {
        <section key={*id} class="inspector-block">
            <h3 id={format!("{id}-title")}>{ *title }</h3>
            if matches!(*id, "access-log" | "http-log") { <p class="muted small">{ log::ABOUT }</p> }
            if *id == "error-log" { <p class="muted small">{ log::ABOUT_ERRORS }</p> }
            <pre {class} tabindex="0" role="region" aria-labelledby={format!("{id}-title")} data-testid={*id}>
                { for text.lines().map(line) }
            </pre>
        </section>
    }
}

fn facts(part: &PartView) -> Html {
    let fact = |fact: &crate::scene::inspector::Fact| {
        html! { <><dt>{ fact.label }</dt><dd>{ &fact.value }</dd></> }
    };
    html! { <dl class="facts inspector-facts">{ for part.facts.iter().map(fact) }</dl> }
}

fn settings(part: &PartView, send: &Callback<Msg>) -> Html {
    if part.settings.is_empty() {
        return Html::default();
    }
    let field = |setting| setting_field(setting, send);
    html! {
        <section class="inspector-block">
            <h3>{ words::SETTINGS }</h3>
            <p class="muted small">{ words::SETTINGS_HINT }</p>
            <div class="inspector-settings">{ for part.settings.iter().map(field) }</div>
        </section>
    }
}

fn related(part: &PartView, send: &Callback<Msg>) -> Html {
    if part.related.is_empty() {
        return Html::default();
    }
    let item = |other: &crate::scene::inspector::Related| {
        let onclick = on_click(send, Msg::Select(Some(other.part)));
        let dot = if other.is_fine { "inspector-dot" } else { "inspector-dot inspector-dot--bad" };
        html! {
            <li key={other.name.clone()}>
                <button type="button" class="button button--small inspector-link" {onclick}>
                    <span class={dot} aria-hidden="true" />{ &other.name }
                </button>
            </li>
        }
    };
    html! {
        <section class="inspector-block">
            <h3>{ words::RELATED }</h3>
            <ul class="row">{ for part.related.iter().map(item) }</ul>
        </section>
    }
}

/// What can be clicked, and what the marks mean.
fn help() -> Html {
    let state = |(condition, name, means): &(crate::sim::Condition, &'static str, &'static str)| {
        html! { <><dt>{ chip::chip(*condition, name) }</dt><dd>{ *means }</dd></> }
    };
    let (slow, slow_means) = words::HELP_SLOW;
    html! {
        <div class="stack">
            <h2 data-testid="inspector-title">{ words::HELP_TITLE }</h2>
            { for words::HELP.iter().map(|text| html! { <p>{ *text }</p> }) }
            <h3>{ words::HELP_MARKS }</h3>
            <dl class="facts inspector-marks">
                { for words::HELP_STATES.iter().map(state) }
                <dt>{ chip::slow(slow) }</dt><dd>{ slow_means }</dd>
            </dl>
        </div>
    }
}
