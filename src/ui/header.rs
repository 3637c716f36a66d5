//! The header: name, choice of infrastructure, colours.

use yew::prelude::*;

use super::input::value_of;
use crate::app::{Msg, Theme};
use crate::sim::PRESETS;
use crate::text::label;

/// What the header shows.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// Name of the scenario.
    pub scenario: AttrValue,
    /// The chosen colours.
    pub theme: Theme,
    /// Where messages go.
    pub send: Callback<Msg>,
}

/// The header.
#[component]
pub fn Header(props: &Props) -> Html {
    let preset = props.send.reform(|event: Event| {
        let name = value_of(&event);
        let known = PRESETS.iter().find(|preset| preset.name == name);
        Msg::Preset(known.map_or(PRESETS[0].name, |preset| preset.name))
    });
    let theme = props.send.reform(|event: Event| Msg::Theme(Theme::find(&value_of(&event)).unwrap_or_default()));
    let restart = props.send.reform(|_| Msg::Restart);
    let own = PRESETS.iter().all(|preset| preset.name != props.scenario.as_str());
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
                    if own { <option selected=true value="">{ &props.scenario }</option> }
                    { for PRESETS.iter().map(|preset| html! {
                        <option key={preset.name} value={preset.name} selected={preset.name == props.scenario.as_str()}>
                            { label::preset(preset.name) }
                        </option>
                    }) }
                </select>
                <button class="button" data-testid="restart" onclick={restart}>{ label::RESTART }</button>
                <label class="visually-hidden" for="theme">{ label::THEME }</label>
                <select id="theme" data-testid="theme" onchange={theme}>
                    { for Theme::ALL.iter().map(|theme| html! {
                        <option key={theme.name()} value={theme.name()} selected={*theme == props.theme}>{ name(*theme) }</option>
                    }) }
                </select>
            </div>
        </header>
    }
}

const fn name(theme: Theme) -> &'static str {
    match theme {
        Theme::System => label::THEME_SYSTEM,
        Theme::Light => label::THEME_LIGHT,
        Theme::Dark => label::THEME_DARK,
    }
}
