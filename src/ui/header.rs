//! The header: name, choice of infrastructure, colours.

use wasm_bindgen::JsCast;
use web_sys::HtmlSelectElement;
use yew::prelude::*;

use super::element::html;
use super::input::{on_click, value_of};
use crate::app::{Msg, Theme, View};
use crate::sim::PRESETS;
use crate::text::{label, share};

/// The header, with the name of the scenario.
pub fn header(scenario: &str, view: &View, send: &Callback<Msg>) -> Html {
    let preset = send.reform(|event: Event| {
        let name = value_of(&event);
        let known = PRESETS.iter().find(|preset| preset.name == name);
        Msg::Preset(known.map_or(PRESETS[0].name, |preset| preset.name))
    });
    let theme = send.reform(|event: Event| Msg::Theme(Theme::find(&value_of(&event)).unwrap_or_default()));
    let restart = on_click(send, Msg::Restart);
    let own = PRESETS.iter().all(|preset| preset.name != scenario);
    html! {
        <header class="header">
            <div class="header__brand">
                <svg class="header__mark" viewBox="0 0 32 32" aria-hidden="true">
                    <path d="M6 16h20" /><circle cx="6" cy="16" r="5" /><circle cx="26" cy="16" r="5" />
                    <circle class="hollow" cx="16" cy="16" r="5" />
                </svg>
                <h1>{ label::PRODUCT }</h1>
                <span class="header__claim muted">{ label::CLAIM }</span>
            </div>
            <div class="header__tools">
                <label class="visually-hidden" for="preset">{ label::PRESET }</label>
                <select id="preset" data-testid="preset" onchange={preset}>
                    if own { <option selected=true value="">{ scenario }</option> }
                    { for PRESETS.iter().map(|preset| html! {
                        <option key={preset.name} value={preset.name} selected={preset.name == scenario}>
                            { label::preset(preset.name) }
                        </option>
                    }) }
                </select>
                <button class="button" data-testid="restart" onclick={restart}>{ label::RESTART }</button>
                <button class="button header__large" data-testid="large" aria-pressed={view.large.to_string()}
                    onclick={on_click(send, Msg::Enlarge(!view.large))}>{ label::LARGE }</button>
                <button class="button" data-testid="share" onclick={on_click(send, Msg::Share)}>{ share::SHARE }</button>
                <label class="visually-hidden" for="theme">{ label::THEME }</label>
                <select id="theme" data-testid="theme" onchange={theme}>
                    { for Theme::ALL.iter().map(|theme| html! {
                        <option key={theme.name()} value={theme.name()} selected={*theme == view.theme}>{ theme_name(*theme) }</option>
                    }) }
                </select>
            </div>
        </header>
    }
}

/// Lets the menu say what is there, however it came there: which option is chosen is no attribute once somebody has chosen one.
pub fn show_chosen(scenario: &str) {
    let menu = gloo::utils::document().get_element_by_id("preset");
    if let Some(menu) = menu.and_then(|menu| menu.dyn_into::<HtmlSelectElement>().ok()) {
        let chosen = PRESETS.iter().find(|preset| preset.name == scenario).map_or("", |preset| preset.name);
        if menu.value() != chosen {
            menu.set_value(chosen);
        }
    }
}

/// What a theme is called.
pub const fn theme_name(theme: Theme) -> &'static str {
    match theme {
        Theme::System => label::THEME_SYSTEM,
        Theme::Light => label::THEME_LIGHT,
        Theme::Dark => label::THEME_DARK,
    }
}
