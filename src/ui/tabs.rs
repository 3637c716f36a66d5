//! The tabs at the bottom.

use std::rc::Rc;

use yew::prelude::*;

use super::config::config_panel;
use super::data::data_panel;
use super::element::html;
use super::failures::failures_panel;
use super::input::on_click;
use super::metrics::MetricsPanel;
use super::panel::panel;
use super::requests::Requests;
use super::runs::runs_panel;
use super::security::security_panel;
use super::share::share_panel;
use super::sheet::close_sheet;
use super::trace::trace_panel;
use crate::app::{Model, Msg, Tab};
use crate::scene::data::DataView;
use crate::scene::metrics::MetricsView;
use crate::scene::parts::PartsView;
use crate::scene::security::SecurityView;
use crate::scene::trace::TraceView;
use crate::scene::watch::Watch;
use crate::text::{failures, label, security, share, timeline};

/// The tabs with the panel of the chosen one.
pub fn tabs(model: &Model, requests: &Requests, send: &Callback<Msg>) -> Html {
    let chosen = model.view.tab;
    let place = Tab::ALL.iter().position(|tab| *tab == chosen).unwrap_or(0);
    let arrow = send.clone();
    let onkeydown = Callback::from(move |event: KeyboardEvent| {
        let to = match event.key().as_str() {
            "ArrowRight" => (place + 1) % Tab::ALL.len(),
            "ArrowLeft" => (place + Tab::ALL.len() - 1) % Tab::ALL.len(),
            _ => return,
        };
        arrow.emit(Msg::Tab(Tab::ALL[to]));
        super::input::focus(&format!("tab-{}", Tab::ALL[to].id()));
    });
    let tab = |tab: Tab| {
        let is_chosen = tab == chosen;
        html! {
            <button key={tab.id()} id={format!("tab-{}", tab.id())} class="tab" role="tab" aria-selected={is_chosen.to_string()}
                tabindex={if is_chosen { "0" } else { "-1" }} aria-controls="tab-panel" data-testid={format!("tab-{}", tab.id())}
                onclick={on_click(send, Msg::Tab(tab))}>{ name(tab) }</button>
        }
    };
    html! {
        <section class="panel tabs" aria-label={label::DETAILS}>
            { close_sheet(send) }
            <h2 class="visually-hidden">{ name(chosen) }</h2>
            <div class="tabs__list" role="tablist" aria-label={label::DETAILS} {onkeydown}>{ for Tab::ALL.map(tab) }</div>
            <div class="tabs__panel" id="tab-panel" role="tabpanel" tabindex="0" aria-labelledby={format!("tab-{}", chosen.id())}>
                <key={chosen.id()}>{ content(model, requests, send) }</>
            </div>
        </section>
    }
}

/// The panel of the chosen tab; the others are not even projected.
fn content(model: &Model, requests: &Requests, send: &Callback<Msg>) -> Html {
    match model.view.tab {
        Tab::Trace => trace_panel(&Rc::new(TraceView::new(&model.world, model.visit())), send),
        tab => further(tab, model, requests, send),
    }
}

/// The panel of a tab that a first visit does not show.
#[inline(never)]
fn further(tab: Tab, model: &Model, requests: &Requests, send: &Callback<Msg>) -> Html {
    let world = &model.world;
    match tab {
        Tab::Trace => Html::default(),
        Tab::Requests => requests.draw(send),
        Tab::Metrics if model.view.simulator_charts => {
            panel("metrics", MetricsPanel::Simulator(MetricsView::new(world)), send)
        }
        Tab::Metrics => panel("metrics", MetricsPanel::Watched(Watch::new(world)), send),
        Tab::Data => data_panel(&DataView::new(world), send),
        Tab::Runs => runs_panel(model, send),
        Tab::Failures => failures_panel(model, send),
        Tab::Security => security_panel(&SecurityView::new(world, model.view.selected), send),
        Tab::Parts => panel("parts", PartsView::new(world), send),
        Tab::Config => config_panel(model, send),
        Tab::Share => share_panel(model, send),
    }
}

const fn name(tab: Tab) -> &'static str {
    match tab {
        Tab::Trace => label::TAB_TRACE,
        Tab::Requests => label::TAB_REQUESTS,
        Tab::Metrics => label::TAB_METRICS,
        Tab::Data => label::TAB_DATA,
        Tab::Runs => timeline::TAB_RUNS,
        Tab::Failures => failures::TAB,
        Tab::Security => security::TAB,
        Tab::Parts => label::TAB_PARTS,
        Tab::Config => label::TAB_CONFIG,
        Tab::Share => share::SHARE,
    }
}
