//! The tabs at the bottom.

use std::rc::Rc;

use yew::prelude::*;

use super::data::DataPanel;
use super::metrics::MetricsPanel;
use super::page::close_sheet;
use super::parts::PartsPanel;
use super::requests::RequestsPanel;
use super::trace::TracePanel;
use crate::app::{Msg, Tab, View};
use crate::scene::data::DataView;
use crate::scene::metrics::MetricsView;
use crate::scene::parts::PartsView;
use crate::scene::requests::RequestsView;
use crate::scene::trace::TraceView;
use crate::sim::World;
use crate::text::label;

/// What the tabs show.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// The chosen tab.
    pub tab: Tab,
    /// Its panel.
    pub content: Html,
    /// Where messages go.
    pub send: Callback<Msg>,
}

/// The tabs with the panel of the chosen one.
#[component]
pub fn Tabs(props: &Props) -> Html {
    let chosen = props.tab;
    let place = Tab::ALL.iter().position(|tab| *tab == chosen).unwrap_or(0);
    let arrow = props.send.clone();
    let onkeydown = Callback::from(move |event: KeyboardEvent| {
        let to = match event.key().as_str() {
            "ArrowRight" => (place + 1) % Tab::ALL.len(),
            "ArrowLeft" => (place + Tab::ALL.len() - 1) % Tab::ALL.len(),
            _ => return,
        };
        arrow.emit(Msg::Tab(Tab::ALL[to]));
        super::input::focus(&format!("tab-{}", id(Tab::ALL[to])));
    });
    let tab = |tab: Tab| {
        let is_chosen = tab == chosen;
        html! {
            <button key={id(tab)} id={format!("tab-{}", id(tab))} class="tab" role="tab" aria-selected={is_chosen.to_string()}
                tabindex={if is_chosen { "0" } else { "-1" }} aria-controls="tab-panel" data-testid={format!("tab-{}", id(tab))}
                onclick={props.send.reform(move |_| Msg::Tab(tab))}>{ name(tab) }</button>
        }
    };
    html! {
        <section class="panel tabs" aria-label={label::DETAILS}>
            { close_sheet(&props.send) }
            <div class="tabs__list" role="tablist" aria-label={label::DETAILS} {onkeydown}>{ for Tab::ALL.map(tab) }</div>
            <div class="tabs__panel" id="tab-panel" role="tabpanel" tabindex="0" aria-labelledby={format!("tab-{}", id(chosen))}>
                { props.content.clone() }
            </div>
        </section>
    }
}

/// The panel of the chosen tab; the others are not even projected.
pub fn content(world: &World, view: &View, send: &Callback<Msg>) -> Html {
    let send = send.clone();
    match view.tab {
        Tab::Trace => html! { <TracePanel view={Rc::new(TraceView::new(world, view.visit))} {send} /> },
        Tab::Requests => html! { <RequestsPanel view={Rc::new(RequestsView::new(world))} {send} /> },
        Tab::Metrics => html! { <MetricsPanel view={Rc::new(MetricsView::new(world))} {send} /> },
        Tab::Data => html! { <DataPanel view={Rc::new(DataView::new(world))} {send} /> },
        Tab::Parts => html! { <PartsPanel view={Rc::new(PartsView::new(world))} {send} /> },
    }
}

const fn id(tab: Tab) -> &'static str {
    match tab {
        Tab::Trace => "trace",
        Tab::Requests => "requests",
        Tab::Metrics => "metrics",
        Tab::Data => "data",
        Tab::Parts => "parts",
    }
}

const fn name(tab: Tab) -> &'static str {
    match tab {
        Tab::Trace => label::TAB_TRACE,
        Tab::Requests => label::TAB_REQUESTS,
        Tab::Metrics => label::TAB_METRICS,
        Tab::Data => label::TAB_DATA,
        Tab::Parts => label::TAB_PARTS,
    }
}
