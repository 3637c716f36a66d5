//! The bar under the diagram: what the watched visit does, and how time runs.

use std::rc::Rc;

use yew::prelude::*;

use super::input::{class_mark, value_of};
use crate::app::{Msg, Speed};
use crate::scene::narration::Narration;
use crate::sim::Command;
use crate::text::label;

/// What the narration shows.
#[derive(Properties, PartialEq)]
pub struct NarrationProps {
    /// The watched visit, if there is one.
    pub view: Option<Rc<Narration>>,
    /// Whether it is followed hop by hop.
    pub following: bool,
    /// Whether a hop is being shown now.
    pub moving: bool,
    /// Where messages go.
    pub send: Callback<Msg>,
}

/// One sentence about the watched visit.
#[component]
pub fn Narrator(props: &NarrationProps) -> Html {
    let Some(view) = &props.view else {
        return html! { <div class="narrator"><p class="narrator__text muted">{ label::HINT }</p></div> };
    };
    let (visit, ended) = (view.visit, view.end.is_some());
    let end = view.end.as_ref().map(|end| {
        let kind = if !end.ok {
            "chip--bad"
        } else if end.stale {
            "chip--warn"
        } else {
            "chip--ok"
        };
        let mark = if !end.ok {
            "✕"
        } else if end.stale {
            "!"
        } else {
            "✓"
        };
        html! {
            <span class={classes!("chip", kind)} data-testid="narrator-result">
                <span aria-hidden="true">{ mark }</span>{ &end.result }
                if end.stale { { format!(" · {}", label::STALE) } }
            </span>
        }
    });
    html! {
        <div class="narrator" data-testid="narrator" data-visit={visit.to_string()}>
            <div class="narrator__head">
                <strong class="row">{ class_mark(view.class) }{ label::visit(visit, view.class) }</strong>
                { end }
                <span class="narrator__actions">
                    if props.following && !ended {
                        <button class="button button--primary button--small" data-testid="next-hop" disabled={props.moving}
                            onclick={props.send.reform(|_| Msg::NextHop)}>{ label::NEXT_HOP }</button>
                    }
                    if props.following {
                        <button class="button button--small" data-testid="unfollow"
                            onclick={props.send.reform(|_| Msg::Unfollow)}>{ label::GO_ON }</button>
                    }
                    if ended && !props.following {
                        <button class="button button--small button--quiet" data-testid="show-trace"
                            onclick={props.send.reform(move |_| Msg::ShowVisit(visit))}>{ label::SHOW_TRACE }</button>
                    }
                </span>
            </div>
            <p class="narrator__text" aria-live={if ended || props.following { "polite" } else { "off" }}>{ &view.sentence }</p>
        </div>
    }
}

/// What the bar shows.
#[derive(Properties, PartialEq)]
pub struct PlaybackProps {
    /// Whether time runs.
    pub running: bool,
    /// The chosen speed.
    pub speed: Speed,
    /// The speed in force.
    pub effective: Speed,
    /// Whether something is broken, hung or slow.
    pub broken: bool,
    /// Simulated time in milliseconds.
    pub now_ms: u64,
    /// Where messages go.
    pub send: Callback<Msg>,
}

/// Pause, step, speed and clock.
#[component]
pub fn PlaybackBar(props: &PlaybackProps) -> Html {
    let speed = props.send.reform(|event: Event| Msg::Speed(Speed::find(&value_of(&event)).unwrap_or(Speed::Auto)));
    let (mark, text) = if props.running { ("❚❚", label::PAUSE) } else { ("▶", label::RUN) };
    let effective = (props.speed == Speed::Auto).then(|| label::speed(&props.effective.name()));
    html! {
        <div class="playback" role="group" aria-label={label::TIME}>
            <button class="button button--small playback__toggle" data-testid="toggle" onclick={props.send.reform(|_| Msg::Toggle)}>
                <span aria-hidden="true">{ mark }</span>{ text }
            </button>
            <button class="button button--small" data-testid="step" onclick={props.send.reform(|_| Msg::Step)}>
                { label::STEP }
            </button>
            <span class="row">
                <label class="small muted" for="speed">{ label::SPEED }</label>
                <select id="speed" data-testid="speed" onchange={speed}>
                    { for Speed::ALL.iter().map(|speed| {
                        let name = speed.name();
                        html! { <option key={name.clone()} value={name.clone()} selected={*speed == props.speed}>{ label::speed(&name) }</option> }
                    }) }
                </select>
                if let Some(effective) = effective { <span class="small muted playback__effective">{ effective }</span> }
            </span>
            <button class="button button--small playback__all-on" data-testid="all-on" disabled={!props.broken}
                onclick={props.send.reform(|_| Msg::Do(Command::RestoreAll))}>{ label::ALL_ON }</button>
            <span class="playback__clock mono" data-testid="clock" data-ms={props.now_ms.to_string()}>{ label::clock(props.now_ms * 1_000) }</span>
        </div>
    }
}
