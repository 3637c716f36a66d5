//! The bar under the diagram: what the watched visit does, and how time runs.

use yew::prelude::*;

use super::element::{classes, html, if_so};
use super::input::{class_mark, on_click, value_of};
use super::timeline::past;
use crate::app::{Ahead, AheadState, Aim, Model, Msg, Playback, Speed};
use crate::scene::narration::Narration;
use crate::sim::{Micros, World};
use crate::text::{label, timeline};

/// What is told of the watched visit.
fn narration(model: &Model) -> Option<Narration> {
    let visit = model.visit()?;
    let follow = model.playback.follow.filter(|follow| follow.visit == visit);
    let narration = Narration::new(&model.world, visit, follow.map(|follow| follow.told))?;
    // Whoever looks at the past looks at a moment, not at a visit that is long over.
    let is_over = narration.end.is_some() && model.is_in_the_past() && !model.playback.running;
    (!is_over).then_some(narration)
}

/// One sentence about the watched visit, if there is one, and the buttons to follow it hop by hop; else about the moment
/// of the past that is shown.
pub fn narrator(model: &Model, send: &Callback<Msg>) -> Html {
    let playback = &model.playback;
    let Some(view) = narration(model) else {
        let text = past(model).unwrap_or_else(|| label::HINT.to_owned());
        return html! { <div class="narrator"><p class="narrator__text muted" data-testid="hint">{ text }</p></div> };
    };
    let (visit, ended) = (view.visit, view.end.is_some());
    let (following, moving) = (playback.follow.is_some(), playback.is_on_a_hop());
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
            <span class={classes(["chip", kind])} data-testid="narrator-result">
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
            <p class={classes(["narrator__text", if_so(ended || following, "said")])}>{ &view.sentence }</p>
        </div>
    }
}

/// How time runs: the controls or, while it runs ahead, how far it has come in their place; and the clock. The hidden
/// controls keep their room, lest the diagram changes its size for a second.
pub fn bar(playback: &Playback, world: &World, send: &Callback<Msg>) -> Html {
    let now_us = world.now().0;
    let status = playback.ahead.map(|ahead| match ahead.state {
        AheadState::Running => aim(&ahead),
        AheadState::Reached => label::ahead_over(now_us, true),
        AheadState::Missed => timeline::no_event(now_us),
        AheadState::Stopped(at) => label::ahead_over(at.0, false),
    });
    let running = playback.ahead.filter(Ahead::is_long);
    html! {
        <div class={classes(["playback", if_so(running.is_some(), "playback--ahead")])} role="group" aria-label={label::TIME}>
            { controls(playback, world, send) }
            if let Some(ahead) = running { { progress(&ahead, world, send) } }
            <span class="playback__clock mono" data-testid="clock" data-ms={(now_us / 1_000).to_string()}>{ label::clock(now_us) }</span>
            <span class="visually-hidden said" data-testid="ahead-status">{ status }</span>
        </div>
    }
}

/// Said while a run is under way.
fn aim(ahead: &Ahead) -> String {
    match ahead.aim {
        Aim::Ahead => label::ahead_to(ahead.until.0),
        Aim::Moment => timeline::going_to(ahead.until.0),
        Aim::Part(_) => timeline::SEARCHING.to_owned(),
    }
}

/// Id of the button that runs ahead by so many minutes.
pub fn ahead_id(minutes: u64) -> String {
    format!("ahead-{minutes}")
}

/// Id of where a run ahead by so many minutes was begun: at its button, or in a lesson.
pub fn begun_at(minutes: u64) -> String {
    if Ahead::MINUTES.contains(&minutes) { ahead_id(minutes) } else { super::lesson::HEADING_ID.to_owned() }
}

/// Id of the button that cancels a run ahead.
pub const CANCEL_ID: &str = "ahead-cancel";

/// How far a run ahead has come, and the button that cancels it.
fn progress(ahead: &Ahead, world: &World, send: &Callback<Msg>) -> Html {
    let percent = ahead.percent(world.now());
    html! {
        <span class="row playback__ahead">
            <label class="small" for="ahead-progress">{ aim(ahead) }</label>
            <progress id="ahead-progress" data-testid="ahead-progress" max="100" value={percent.to_string()} />
            <span class="small mono playback__percent">{ label::percent(percent) }</span>
            <button id={CANCEL_ID} class="button button--small" data-testid="ahead-cancel"
                onclick={on_click(send, Msg::Cancel)}>{ label::CANCEL }</button>
        </span>
    }
}

/// Pause, step, speed, running ahead.
fn controls(playback: &Playback, world: &World, send: &Callback<Msg>) -> Html {
    let chosen = playback.speed;
    let speed = send.reform(|event: Event| Msg::Speed(Speed::find(&value_of(&event)).unwrap_or(Speed::Auto)));
    let following = playback.follow.is_some();
    let (mark, text) = if playback.running && !following { ("❚❚", label::PAUSE) } else { ("▶", label::RUN) };
    let effective = (chosen == Speed::Auto && !following).then(|| label::speed(&playback.effective(world).name()));
    let run_ahead = |minutes: u64| {
        let id = ahead_id(minutes);
        html! {
            <button {id} class="button button--small" data-testid={ahead_id(minutes)}
                onclick={on_click(send, Msg::RunAhead(Micros::from_secs(minutes * 60)))}>{ label::minutes(minutes) }</button>
        }
    };
    html! {
        <>
            <button class="button button--small playback__toggle" data-testid="toggle"
                onclick={on_click(send, if following { Msg::Unfollow } else { Msg::Toggle })}>
                <span aria-hidden="true">{ mark }</span>{ text }
            </button>
            <button class="button button--small playback__step" data-testid="step" onclick={on_click(send, Msg::Step)}>
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
            <span class="row" role="group" aria-labelledby="ahead-label">
                <span class="small muted" id="ahead-label">{ label::AHEAD }</span>
                { for Ahead::MINUTES.map(run_ahead) }
            </span>
        </>
    }
}
