//! Fields that keep what is being typed while everything around them changes ten times a second.

use web_sys::HtmlSelectElement;
use yew::prelude::*;

use crate::app::Msg;
use crate::scene::inspector::{Field, field};
use crate::sim::{Command, Decimal, Setting};
use crate::text::inspector::setting as words;
use crate::ui::element::{classes, html, if_so};
use crate::ui::input::{is_ticked, number_of, value_of};
use crate::ui::panel::{Drawn, Place, panel};

/// One setting that can be changed live.
pub fn setting_field(setting: &Setting, send: &Callback<Msg>) -> Html {
    let testid = format!("set-{}", setting.key());
    let help_id = format!("{testid}-help");
    let field = field(setting);
    let (unit, scale) = words::unit(setting);
    let unit = if matches!(field, Field::Number { .. }) { unit } else { "" };
    let set = |setting: Setting| Msg::Do(Command::Set(setting));
    let names = Names { id: testid.clone(), testid: testid.clone(), label: None, help: Some(help_id.clone()) };
    let input = match field {
        Field::Number { value, range, with } => {
            let commit = send.reform(move |value| set(with(value)));
            panel("number", NumberField { names, value, scale, range, commit }, send)
        }
        Field::Choice { options, present } => {
            let option = |(name, setting): (String, Setting)| (name, words::choice(&setting), set(setting));
            let options = options.into_iter().map(option).collect();
            panel("choice", Choice { names, options, present }, send)
        }
        Field::Switch { on, with } => {
            let onchange = send.reform(move |event: Event| set(with(is_ticked(&event))));
            html! {
                <input type="checkbox" id={testid.clone()} data-testid={testid.clone()} aria-describedby={help_id.clone()}
                    checked={on} {onchange} />
            }
        }
    };
    let wide = matches!(setting, Setting::Balance(_) | Setting::CheckKind(_));
    html! {
        <div key={setting.key()} class={classes(["setting", if_so(wide, "setting--wide")])}>
            <label for={testid}>{ words::label(setting) }</label>
            <span class="setting__input">{ input }if !unit.is_empty() { <span class="muted small">{ unit }</span> }</span>
            <p class="setting__help" id={help_id}>{ words::help(setting) }</p>
        </div>
    }
}

/// What a field is called by what surrounds it.
#[derive(Default, PartialEq)]
pub struct Names {
    /// For a `label` outside.
    pub id: String,
    /// Hook for tests.
    pub testid: String,
    /// Name for screen readers where there is no `label`.
    pub label: Option<String>,
    /// The element that describes it.
    pub help: Option<String>,
}

/// A number that is sent on change or Enter; Escape brings the present value back.
#[derive(PartialEq)]
pub struct NumberField {
    /// What it is called.
    pub names: Names,
    /// The present value.
    pub value: u32,
    /// How many steps of the value make one of what is shown.
    pub scale: u32,
    /// Smallest and largest value.
    pub range: (u32, u32),
    /// Gets the new value.
    pub commit: Callback<u32>,
}

impl Drawn for NumberField {
    /// What is being typed.
    type Kept = Option<String>;

    fn draw(&self, draft: &Option<String>, place: &Place<Option<String>>) -> Html {
        number_field(self, draft.as_ref(), place)
    }
}

fn number_field(field: &NumberField, draft: Option<&String>, place: &Place<Option<String>>) -> Html {
    let (names, scale) = (&field.names, field.scale);
    let oninput = place.keep_on(|event: &InputEvent| value_of(event), |draft, text| *draft = Some(text));
    let onchange = {
        let (place, commit, present) = (place.clone(), field.commit.clone(), field.value);
        Callback::from(move |event: Event| {
            let number = (number_of(&event) * f64::from(scale)).round();
            place.keep(|draft| *draft = None);
            // Out of range is for the command to say; what is no number at all (NaN) is dropped.
            if (0.0..=f64::from(u32::MAX)).contains(&number) && number as u32 != present {
                commit.emit(number as u32);
            }
        })
    };
    let is_escape = |event: &KeyboardEvent| event.key() == "Escape";
    let onkeydown = place.keep_on(is_escape, |draft, drop| *draft = draft.take().filter(|_| !drop));
    let shown = |value: u32| Decimal::of(value.into(), scale.into(), 3).short().to_string();
    let value = draft.cloned().unwrap_or_else(|| shown(field.value));
    html! {
        <input type="number" inputmode="decimal" id={names.id.clone()} data-testid={names.testid.clone()}
            aria-label={names.label.clone()} aria-describedby={names.help.clone()} step={if scale == 1 { "1" } else { "any" }}
            min={shown(field.range.0)} max={shown(field.range.1)} {value} {oninput} {onchange} {onkeydown} />
    }
}

/// A list of which one is chosen.
#[derive(PartialEq)]
pub struct Choice {
    /// What it is called.
    pub names: Names,
    /// Every value with its label, and what is sent when it is chosen.
    pub options: Vec<(String, String, Msg)>,
    /// Index of the present one.
    pub present: usize,
}

impl Drawn for Choice {
    /// How often something was chosen.
    type Kept = u32;

    fn draw(&self, _: &u32, place: &Place<u32>) -> Html {
        choice(self, place)
    }

    /// What is chosen is told only when something has changed, so that an open list is left alone; after a choice it is
    /// told again, as the choice may have been refused.
    fn stands(&self, _before: Option<&Self>, place: &Place<u32>) {
        if let Some(select) = place.node.cast::<HtmlSelectElement>() {
            select.set_selected_index(self.present as i32);
        }
    }
}

fn choice(view: &Choice, place: &Place<u32>) -> Html {
    let names = &view.names;
    let onchange = {
        let (place, msgs) = (place.clone(), view.options.iter().map(|(.., msg)| msg.clone()).collect::<Vec<_>>());
        Callback::from(move |event: Event| {
            let index = event.target_dyn_into::<HtmlSelectElement>().map(|select| select.selected_index());
            let msg = index.and_then(|index| usize::try_from(index).ok()).and_then(|index| msgs.get(index));
            if let Some(msg) = msg {
                place.send.emit(msg.clone());
            }
            place.keep(|chosen| *chosen += 1);
        })
    };
    let option = |(value, label, _): &(String, String, Msg)| {
        html! { <option key={value.clone()} value={value.clone()}>{ label }</option> }
    };
    html! {
        <select ref={place.node.clone()} id={names.id.clone()} data-testid={names.testid.clone()} aria-label={names.label.clone()}
            aria-describedby={names.help.clone()} {onchange}>
            { for view.options.iter().map(option) }
        </select>
    }
}

/// The speeds that are offered.
const SPEEDS: [u32; 5] = [1, 2, 10, 100, 1_000];

/// The list of speeds of a part that is slowed `slowdown` times now; `id` is for a `label` outside, `label` for none.
pub fn speed(part: &str, slowdown: u32, id: String, label: Option<String>, send: &Callback<Msg>) -> Html {
    let mut factors = SPEEDS.to_vec();
    if !factors.contains(&slowdown) {
        factors.push(slowdown);
    }
    let present = factors.iter().position(|factor| *factor == slowdown).unwrap_or(0);
    let option = |factor: u32| {
        let msg = Msg::Do(Command::Slow { part: part.to_owned(), factor });
        (factor.to_string(), crate::text::inspector::speed(factor), msg)
    };
    let options = factors.into_iter().map(option).collect();
    let names = Names { id, testid: "act-slow".to_owned(), label, help: None };
    panel("speed", Choice { names, options, present }, send)
}
