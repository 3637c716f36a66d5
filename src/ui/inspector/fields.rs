//! Fields that keep what is being typed while everything around them changes ten times a second.

use web_sys::HtmlSelectElement;
use yew::prelude::*;

use crate::app::Msg;
use crate::scene::inspector::{Field, field};
use crate::sim::{Command, Decimal, Setting};
use crate::text::inspector::setting as words;
use crate::ui::input::{is_ticked, number_of, value_of};

/// One setting that can be changed live.
pub fn setting_field(setting: &Setting, send: &Callback<Msg>) -> Html {
    let send = send.clone();
    let testid = format!("set-{}", setting.key());
    let help_id = format!("{testid}-help");
    let field = field(setting);
    let (unit, scale) = words::unit(setting);
    let unit = if matches!(field, Field::Number { .. }) { unit } else { "" };
    let set = move |setting: Setting| send.emit(Msg::Do(Command::Set(setting)));
    let input = match field {
        Field::Number { value, range, with } => html! {
            <NumberField id={testid.clone()} testid={testid.clone()} help={help_id.clone()} {value} {scale} {range}
                commit={Callback::from(move |value| set(with(value)))} />
        },
        Field::Choice { options, present } => {
            let names = options.iter().map(|(name, option)| (name.clone(), words::choice(option))).collect::<Vec<_>>();
            let commit = Callback::from(move |at: usize| set(options[at].1.clone()));
            html! { <Choice id={testid.clone()} testid={testid.clone()} help={help_id.clone()} options={names} {present} {commit} /> }
        }
        Field::Switch { on, with } => {
            let onchange = Callback::from(move |event: Event| set(with(is_ticked(&event))));
            html! {
                <input type="checkbox" id={testid.clone()} data-testid={testid.clone()} aria-describedby={help_id.clone()}
                    checked={on} {onchange} />
            }
        }
    };
    let wide = matches!(setting, Setting::Balance(_) | Setting::CheckKind(_));
    html! {
        <div key={setting.key()} class={classes!("setting", wide.then_some("setting--wide"))}>
            <label for={testid}>{ words::label(setting) }</label>
            <span class="setting__input">{ input }if !unit.is_empty() { <span class="muted small">{ unit }</span> }</span>
            <p class="setting__help" id={help_id}>{ words::help(setting) }</p>
        </div>
    }
}

/// A number that is sent when it is complete.
#[derive(Properties, PartialEq)]
pub struct NumberProps {
    /// For a `label` outside.
    pub id: AttrValue,
    /// Hook for tests.
    pub testid: AttrValue,
    /// Name for screen readers where there is no `label`.
    #[prop_or_default]
    pub label: Option<AttrValue>,
    /// The element that describes it.
    #[prop_or_default]
    pub help: Option<AttrValue>,
    /// The present value.
    pub value: u32,
    /// How many steps of the value make one of what is shown.
    #[prop_or(1)]
    pub scale: u32,
    /// Smallest and largest value.
    pub range: (u32, u32),
    /// Gets the new value.
    pub commit: Callback<u32>,
}

/// A number that is sent on change or Enter; Escape brings the present value back.
#[component]
pub fn NumberField(props: &NumberProps) -> Html {
    let draft = use_state(|| None::<String>);
    let scale = props.scale;
    let oninput = {
        let draft = draft.clone();
        Callback::from(move |event: InputEvent| draft.set(Some(value_of(&event))))
    };
    let onchange = {
        let (draft, commit, present) = (draft.clone(), props.commit.clone(), props.value);
        Callback::from(move |event: Event| {
            let number = (number_of(&event) * f64::from(scale)).round();
            draft.set(None);
            // Out of range is for the command to say; what is no number at all (NaN) is dropped.
            if (0.0..=f64::from(u32::MAX)).contains(&number) && number as u32 != present {
                commit.emit(number as u32);
            }
        })
    };
    let onkeydown = {
        let draft = draft.clone();
        Callback::from(move |event: KeyboardEvent| {
            if event.key() == "Escape" {
                draft.set(None);
            }
        })
    };
    let shown = |value: u32| Decimal::of(value.into(), scale.into(), 3).short().to_string();
    let value = draft.as_ref().cloned().unwrap_or_else(|| shown(props.value));
    html! {
        <input type="number" inputmode="decimal" id={props.id.clone()} data-testid={props.testid.clone()}
            aria-label={props.label.clone()} aria-describedby={props.help.clone()} step={if props.scale == 1 { "1" } else { "any" }}
            min={shown(props.range.0)} max={shown(props.range.1)} {value} {oninput} {onchange} {onkeydown} />
    }
}

/// One of several values.
#[derive(Properties, PartialEq)]
pub struct ChoiceProps {
    /// For a `label` outside.
    pub id: AttrValue,
    /// Hook for tests.
    pub testid: AttrValue,
    /// Name for screen readers where there is no `label`.
    #[prop_or_default]
    pub label: Option<AttrValue>,
    /// The element that describes it.
    #[prop_or_default]
    pub help: Option<AttrValue>,
    /// Every value with its label.
    pub options: Vec<(String, String)>,
    /// Index of the present one.
    pub present: usize,
    /// Whether nothing can be chosen now.
    #[prop_or_default]
    pub disabled: bool,
    /// Gets the index of the new one.
    pub commit: Callback<usize>,
}

/// A list of which one is chosen.
#[component]
pub fn Choice(props: &ChoiceProps) -> Html {
    let node = use_node_ref();
    let chosen = use_state(|| 0_u32);
    // What is chosen is told only when it changes, so that an open list is left alone; after a choice it is told again,
    // as the choice may have been refused.
    use_effect_with((props.present, *chosen, props.options.len(), node.clone()), |(present, _, _, node)| {
        if let Some(select) = node.cast::<HtmlSelectElement>() {
            select.set_selected_index(*present as i32);
        }
    });
    let onchange = {
        let (commit, chosen) = (props.commit.clone(), chosen.clone());
        Callback::from(move |event: Event| {
            let index = event.target_dyn_into::<HtmlSelectElement>().map(|select| select.selected_index());
            if let Some(index) = index.and_then(|index| usize::try_from(index).ok()) {
                commit.emit(index);
            }
            chosen.set(*chosen + 1);
        })
    };
    let option = |(value, label): &(String, String)| {
        html! { <option key={value.clone()} value={value.clone()}>{ label }</option> }
    };
    html! {
        <select ref={node} id={props.id.clone()} data-testid={props.testid.clone()} aria-label={props.label.clone()}
            aria-describedby={props.help.clone()} disabled={props.disabled} {onchange}>
            { for props.options.iter().map(option) }
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
    let name = |factor: &u32| (factor.to_string(), crate::text::inspector::speed(*factor));
    let options = factors.iter().map(name).collect::<Vec<_>>();
    let (part, send) = (part.to_owned(), send.clone());
    let commit = Callback::from(move |at: usize| {
        send.emit(Msg::Do(Command::Slow { part: part.clone(), factor: factors[at] }));
    });
    html! { <Choice {id} testid="act-slow" label={label.map(AttrValue::from)} {options} {present} {commit} /> }
}
