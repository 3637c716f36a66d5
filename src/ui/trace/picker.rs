//! Chooses the visit whose trace is shown.

use std::rc::Rc;

use yew::prelude::*;

use crate::app::Msg;
use crate::scene::trace::{Choice, TraceView};
use crate::text::label::visits;
use crate::ui::element::html;
use crate::ui::input::{on_click, value_of};
use crate::ui::panel::{Drawn, Place};

/// A list of the last traced visits between buttons for the one before and the one after. While the list has the focus
/// it stands still, however many visits come in.
#[derive(PartialEq)]
pub struct Picker(pub Rc<TraceView>);

impl Drawn for Picker {
    /// What is listed while the list has the focus.
    type Kept = Option<Rc<TraceView>>;

    fn draw(&self, held: &Self::Kept, place: &Place<Self::Kept>) -> Html {
        picker(&self.0, held.as_ref().unwrap_or(&self.0), place)
    }
}

fn picker(view: &Rc<TraceView>, listed: &TraceView, place: &Place<Option<Rc<TraceView>>>) -> Html {
    let send = &place.send;
    let shown = view.shown.as_ref().map(|shown| shown.visit).or(view.asked);
    let onchange = send.reform(|event: Event| Msg::ShowVisit(value_of(&event).parse().unwrap_or_default()));
    let onfocus = {
        let (place, view) = (place.clone(), Rc::clone(view));
        move |_: FocusEvent| {
            let view = Rc::clone(&view);
            place.keep(|held| *held = Some(view));
        }
    };
    let onblur = place.keep_on(|_: &FocusEvent| (), |held, ()| *held = None);
    let is_listed = listed.choices.iter().any(|choice| Some(choice.visit) == shown);
    let own = view.choices.iter().find(|choice| Some(choice.visit) == shown).filter(|_| !is_listed);
    html! {
        <div class="trace-picker">
            { step(send, view.earlier, visits::EARLIER, "M10 3 5 8 10 13", "trace-earlier") }
            <select aria-label={visits::CHOOSE} data-testid="trace-choice" {onchange} {onfocus} {onblur}>
                { for own.into_iter().chain(&listed.choices).map(|choice| option(choice, shown)) }
            </select>
            { step(send, view.later, visits::LATER, "M6 3 11 8 6 13", "trace-later") }
        </div>
    }
}

fn option(choice: &Choice, shown: Option<u64>) -> Html {
    html! {
        <option key={choice.visit} value={choice.visit.to_string()} selected={Some(choice.visit) == shown}>
            { &choice.label }
        </option>
    }
}

fn step(send: &Callback<Msg>, to: Option<u64>, name: &'static str, shape: &'static str, testid: &'static str) -> Html {
    let onclick = to.map(|to| on_click(send, Msg::ShowVisit(to)));
    html! {
        <button
            type="button"
            class="button button--small"
            aria-label={name}
            title={name}
            disabled={to.is_none()}
            data-testid={testid}
            {onclick}
        >
            <svg viewBox="0 0 16 16" width="14" height="14" aria-hidden="true">
                <path d={shape} fill="none" stroke="currentColor" stroke-width="2" />
            </svg>
        </button>
    }
}
