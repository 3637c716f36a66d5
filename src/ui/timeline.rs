//! The timeline: a slider over the time that has been seen, with the marks of what was done and what has changed.

use wasm_bindgen::JsCast;
use yew::prelude::*;

use super::element::{classes, html};
use super::input::on_click;
use crate::app::{Aim, Model, Msg};
use crate::scene::timeline::{Place, TimelineView, marks};
use crate::sim::{Command, SimTime, TimedCommand};
use crate::text::{label, timeline as words};

/// The timeline, and the button that mends everything.
pub fn timeline(model: &Model, send: &Callback<Msg>) -> Html {
    let view = view(model);
    let all_fine = model.world.all_fine();
    let (end, step) = (view.end, view.step);
    let oninput = send.reform(move |event: InputEvent| {
        let target = event.target().and_then(|target| target.dyn_into::<web_sys::HtmlInputElement>().ok());
        let at = target.map_or(0.0, |input| input.value_as_number()) as u64;
        // The slider stops at the last of its steps.
        Msg::GoTo(SimTime(if at + step > end { end } else { at }))
    });
    let button = |testid: &'static str, sign: &'static str, name: String, is_off: bool, msg: Msg| {
        html! {
            <button class="button button--small timeline__jump" data-testid={testid} aria-label={name.clone()} title={name}
                disabled={is_off} onclick={on_click(send, msg)}><span aria-hidden="true">{ sign }</span></button>
        }
    };
    let jump = |testid, sign, name: &str, to: Option<SimTime>| {
        button(testid, sign, name.to_owned(), to.is_none(), Msg::GoTo(to.unwrap_or(SimTime(end))))
    };
    let again = |testid, sign, name: &str, what: Option<&TimedCommand>, msg| {
        let full = what.map_or_else(|| name.to_owned(), |timed| words::with(name, &timed.command));
        button(testid, sign, full, what.is_none(), msg)
    };
    let [earlier, later] = view.neighbours;
    let last = (view.at < end).then_some(SimTime(end));
    html! {
        <div class="timeline" role="group" aria-label={words::TIMELINE}>
            { again("undo", "↶", words::UNDO, model.history.last_done(), Msg::Undo) }
            { again("redo", "↷", words::REDO, model.history.last_undone(), Msg::Redo) }
            { jump("earlier", "◂", words::EARLIER, earlier) }
            <div class="timeline__track">
                <svg class="timeline__marks" aria-hidden="true">{ for view.places.iter().map(|place| mark(place, send)) }</svg>
                <input type="range" data-testid="timeline" aria-label={words::TIMELINE} aria-valuetext={view.said}
                    min={view.begins.to_string()} max={end.to_string()} step={step.to_string()} value={view.at.to_string()} {oninput} />
            </div>
            { jump("later", "▸", words::LATER, later) }
            { jump("to-the-end", "⇥", words::TO_THE_END, last) }
            <button class="button button--small timeline__all-on" data-testid="all-on" disabled={all_fine}
                onclick={on_click(send, Msg::Do(Command::RestoreAll))}>{ if model.view.embed { label::ALL_ON_SHORT } else { label::ALL_ON } }</button>
        </div>
    }
}

/// What is said of the moment, if it is in the past.
pub fn past(model: &Model) -> Option<String> {
    model.is_in_the_past().then(|| words::past(&view(model).said))
}

/// The projection of the present run.
fn view(model: &Model) -> TimelineView {
    let (world, history) = (&model.world, &model.history);
    let (run, now) = (history.run(), world.now());
    let going = model.playback.ahead.filter(|ahead| ahead.is_running() && ahead.aim == Aim::Moment);
    let end = run.end.max(now);
    let marks = marks(world, end, history.commands(), &run.changes);
    TimelineView::new(world, &marks, [history.begins(), going.map_or(now, |ahead| ahead.until), end])
}

/// A mark, which leads to its moment and tells what it stands for under the pointer.
fn mark(place: &Place, send: &Callback<Msg>) -> Html {
    let x = format!("{}.{}%", place.x / 10, place.x % 10);
    let tone = format!("timeline__mark--{}", place.tone.name());
    html! {
        <g class={classes(["timeline__mark", &tone])} onclick={on_click(send, Msg::GoTo(place.at))} data-testid="timeline-mark">
            <rect class="timeline__hit" x={x.clone()} y="0" width="11" height="14" />
            <rect class="timeline__line" {x} y="2" width="3" height="12" rx="1.5" />
            <text x="0" y="-10">{ &place.words }</text>
        </g>
    }
}
