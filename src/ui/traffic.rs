//! The traffic panel: single visits, continuous load, experiments to try.

use yew::prelude::*;

use super::element::{classes, html, if_so};
use super::input::{class_mark, is_ticked, on_click, show, value_of};
use super::panel::{Drawn, Place};
use super::sheet::close_sheet;
use crate::app::Msg;
use crate::sim::{Class, Command, Mix, Workload};
use crate::text::label;

/// What the traffic panel shows.
#[derive(PartialEq)]
pub struct Traffic {
    /// The continuous load in force.
    pub workload: Workload,
    /// Experiments: a label and the command.
    pub experiments: Vec<(String, Command)>,
}

impl Drawn for Traffic {
    /// Whether a visit is sent to be followed hop by hop.
    type Kept = bool;

    fn draw(&self, follow: &bool, place: &Place<bool>) -> Html {
        traffic(self, *follow, place)
    }
}

fn traffic(view: &Traffic, follow: bool, place: &Place<bool>) -> Html {
    let to = &place.send;
    let tick = place.keep_on(|event: &Event| is_ticked(event), |follow, ticked| *follow = ticked);
    html! {
        <section class="panel traffic" aria-label={label::TRAFFIC}>
            { close_sheet(to) }
            <div class="stack">
                <h2>{ label::SEND }</h2>
                <div class="traffic__send">{ for [Class::Read, Class::Write, Class::Static].map(|class| {
                    let send = on_click(to, if follow { Msg::Follow(class) } else { Msg::Send(class) });
                    let primary = if_so(class == Class::Read, "button--primary");
                    html! {
                        <button key={label::class(class)} class={classes(["button", primary])} onclick={send}
                            data-testid={format!("send-{}", label::class(class))}>
                            { class_mark(class) }{ label::send(class) }
                        </button>
                    }
                }) }</div>
                <label class="tick">
                    <input type="checkbox" data-testid="follow" checked={follow} onchange={tick} />{ label::FOLLOW }
                </label>
            </div>
            { load(view.workload, to) }
            <div class="stack traffic__experiments">
                <h2>{ label::TRY }</h2>
                <ul class="traffic__try">{ for view.experiments.iter().map(|(name, command)| {
                    let go = on_click(to, Msg::Do(command.clone()));
                    html! { <li key={name.clone()}><button class="button button--small" onclick={go}>{ name }</button></li> }
                }) }</ul>
            </div>
        </section>
    }
}

/// The fields of the continuous load.
fn load(workload: Workload, send: &Callback<Msg>) -> Html {
    let rate = send.reform(move |event: InputEvent| {
        let rate_per_s = value_of(&event).parse().unwrap_or(0).min(crate::sim::MAX_RATE);
        Msg::Do(Command::Load(Workload { rate_per_s, ..workload }))
    });
    let share = |class: Class| {
        let change = send.reform(move |event: Event| {
            let share = value_of(&event).parse().unwrap_or(0).min(100);
            // The field shows what is taken, even if that is what was in force before.
            show(&event, &share.to_string());
            Msg::Do(Command::Load(Workload { mix: with_share(workload.mix, class, share), ..workload }))
        });
        let id = format!("mix-{}", label::class(class));
        html! {
            <div class="field" key={id.clone()}>
                <label for={id.clone()} class="row">{ class_mark(class) }{ label::class(class) }</label>
                <input type="number" min="0" max="100" step="5" inputmode="numeric" id={id.clone()} data-testid={id}
                    value={share_of(workload.mix, class).to_string()} onchange={change} />
            </div>
        }
    };
    html! {
        <div class="stack traffic__load">
            <h2>{ label::LOAD }</h2>
            <div class="field">
                <div class="spread">
                    <label class="small muted" for="rate">{ label::RATE }</label>
                    <output for="rate" data-testid="rate-value">{ workload.rate_per_s }</output>
                </div>
                <input type="range" min="0" max="1000" step="10" id="rate" data-testid="rate"
                    value={workload.rate_per_s.to_string()} oninput={rate} />
            </div>
            <details class="traffic__shares">
                <summary class="small muted">{ label::mix(workload.mix.read, workload.mix.write, workload.mix.static_files) }</summary>
                <div class="traffic__mix" role="group" aria-label={label::MIX}>
                    { for [Class::Read, Class::Write, Class::Static].map(share) }
                </div>
            </details>
        </div>
    }
}

const fn share_of(mix: Mix, class: Class) -> u16 {
    match class {
        Class::Static => mix.static_files,
        Class::Read => mix.read,
        Class::Write => mix.write,
    }
}

/// The mix with one share changed.
const fn with_share(mut mix: Mix, class: Class, share: u16) -> Mix {
    match class {
        Class::Static => mix.static_files = share,
        Class::Read => mix.read = share,
        Class::Write => mix.write = share,
    }
    mix
}
