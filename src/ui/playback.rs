//! The bar under the diagram: what the watched visit does, and how time runs.

use yew::prelude::*;

use super::input::{class_mark, on_click, value_of};
use crate::app::{Follow, Msg, Playback, Speed};
use crate::scene::narration::Narration;
use crate::sim::{Command, World};
use crate::text::label;

/// One sentence about the watched visit, if there is one, and the buttons to follow it hop by hop.
pub fn narrator(view: Option<&Narration>, follow: Option<Follow>, send: &Callback<Msg>) -> Html {
    let Some(view) = view else {
        return html! { <div class="narrator"><p class="narrator__text muted">{ label::HINT }</p></div> };
    };
    let (visit, ended) = (view.visit, view.end.is_some());
    let (following, moving) = (follow.is_some(), follow.is_some_and(|follow| follow.target.is_some()));
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
                    if following && !ended {
                        <button class="button button--primary button--small" data-testid="next-hop" disabled={moving}
                            onclick={on_click(send, Msg::NextHop)}>{ label::NEXT_HOP }</button>
                    }
                    if following {
                        <button class="button button--small" data-testid="unfollow"
                            onclick={on_click(send, Msg::Unfollow)}>{ label::GO_ON }</button>
                    }
                    if ended && !following {
                        <button class="button button--small button--quiet" data-testid="show-trace"
                            onclick={on_click(send, Msg::ShowVisit(visit))}>{ label::SHOW_TRACE }</button>
                    }
                </span>
            </div>
            <p class="narrator__text" aria-live={if ended || following { "polite" } else { "off" }}>{ &view.sentence }</p>
        </div>
    }
}

/// Pause, step, speed, the button that mends everything, and the clock.
pub fn bar(playback: &Playback, world: &World, send: &Callback<Msg>) -> Html {
    let (chosen, now_us) = (playback.speed, world.now().0);
    let speed = send.reform(|event: Event| Msg::Speed(Speed::find(&value_of(&event)).unwrap_or(Speed::Auto)));
    let following = playback.follow.is_some();
    let (mark, text) = if playback.running && !following { ("❚❚", label::PAUSE) } else { ("▶", label::RUN) };
    let effective = (chosen == Speed::Auto && !following).then(|| label::speed(&playback.effective(world).name()));
    html! {
        <div class="playback" role="group" aria-label={label::TIME}>
            <button class="button button--small playback__toggle" data-testid="toggle"
                onclick={on_click(send, if following { Msg::Unfollow } else { Msg::Toggle })}>
                <span aria-hidden="true">{ mark }</span>{ text }
            </button>
            <button class="button button--small" data-testid="step" onclick={on_click(send, Msg::Step)}>
                { label::STEP }
            </button>
            <span class="row">
                <label class="small muted" for="speed">{ label::SPEED }</label>
                <select id="speed" data-testid="speed" onchange={speed}>
                    { for Speed::ALL.iter().map(|speed| {
                        let name = speed.name();
                        html! { <option key={name.clone()} value={name.clone()} selected={*speed == chosen}>{ label::speed(&name) }</option> }
                    }) }
                </select>
                if let Some(effective) = effective { <span class="small muted playback__effective">{ effective }</span> }
            </span>
            <button class="button button--small playback__all-on" data-testid="all-on" disabled={world.all_fine()}
                onclick={on_click(send, Msg::Do(Command::RestoreAll))}>{ label::ALL_ON }</button>
            <span class="playback__clock mono" data-testid="clock" data-ms={(now_us / 1_000).to_string()}>{ label::clock(now_us) }</span>
        </div>
    }
}
