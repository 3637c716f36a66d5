//! What is put into a course so that the explorer stands in it.

use wasm_bindgen::JsCast;
use yew::prelude::*;

use super::link::page;
use crate::app::{Model, Msg, Theme, Wish};
use crate::text::{label, snippet as words};
use crate::ui::clipboard::Copyable;
use crate::ui::element::html;
use crate::ui::header::theme_name;
use crate::ui::input::{is_ticked, number_of, value_of};
use crate::ui::panel::{Drawn, Place, panel};

/// What is embedded.
#[derive(PartialEq)]
struct Embedded {
    /// Address of the page.
    page: String,
    /// What follows it.
    place: String,
    /// Name of the lesson or the topology.
    title: String,
    /// Steps of the lesson, if it is one.
    steps: usize,
}

/// The section of snippets: what is embedded is the lesson, or the topology as it begins; one of one's own by the link that
/// was made last.
pub fn section(model: &Model, send: &Callback<Msg>) -> Html {
    let made = || model.link.as_ref().and_then(|link| link.address.clone());
    let Some(place) = model.place().shortest().or_else(made) else {
        return Html::default();
    };
    let lesson = model.lessons.open.as_ref().map(|open| open.lesson());
    let name = lesson.map_or_else(|| label::preset(&model.history.scenario().name), |lesson| lesson.title);
    let steps = lesson.map_or(0, |lesson| lesson.steps.len());
    panel("embed", Embedded { page: page(), place, title: format!("{}{name}", words::TITLE), steps }, send)
}

impl Drawn for Embedded {
    type Kept = Wish;

    fn draw(&self, wish: &Wish, place: &Place<Wish>) -> Html {
        let all = (0, self.steps.saturating_sub(1));
        let (first, last) = wish.steps.map_or(all, |(first, last)| (first.min(all.1), last.min(all.1)));
        let wish = &Wish { steps: ((first, last) != all).then_some((first, last)), ..*wish };
        let text = wish.snippet(&self.page, &self.place, &self.title);
        let note = words::system(wish.system).0.to_owned();
        let system = |(at, name): (usize, &'static str)| (at.to_string(), name, at == wish.system);
        let theme = |theme: Theme| (theme.name().to_owned(), theme_name(theme), theme == wish.theme);
        // One handler for all fields.
        html! {
            <section class="stack" aria-label={words::EMBED} onchange={place.keep_on(field, change)}>
                <h3>{ words::EMBED }</h3>
                <div class="row">
                    { choice("embed-system", words::SYSTEM, words::systems().enumerate().map(system).collect()) }
                    { number("embed-width", words::WIDTH, wish.width) }
                    { number("embed-height", words::HEIGHT, wish.height) }
                    { choice("embed-theme", label::THEME, Theme::ALL.into_iter().map(theme).collect()) }
                </div>
                if self.steps > 0 {
                    <div class="row">
                        { number("embed-first", words::FIRST, first as u32 + 1) }
                        { number("embed-last", words::LAST, last as u32 + 1) }
                        <label class="tick">
                            <input type="checkbox" id="embed-hide" data-testid="embed-hide" checked={wish.hides_answers} />{ words::HIDE }
                        </label>
                    </div>
                }
                { panel("snippet", Copyable { id: "snippet", label: words::SNIPPET, text, note }, &place.send) }
                { super::about("embedding", crate::text::share::ABOUT_EMBEDDING) }
            </section>
        }
    }
}

/// The field that was changed: its id, its value, and the same as a number or a tick.
type Field = (String, String, f64, bool);

fn field(event: &Event) -> Field {
    let target = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
    (target.map_or_else(String::new, |field| field.id()), value_of(event), number_of(event), is_ticked(event))
}

fn change(wish: &mut Wish, (id, value, number, ticked): Field) {
    let (first, last) = wish.steps.unwrap_or((0, usize::MAX));
    let step = (number as usize).saturating_sub(1);
    match &*id {
        "embed-system" => wish.system = value.parse().unwrap_or(0),
        "embed-width" => wish.width = number as u32,
        "embed-height" => wish.height = number as u32,
        "embed-theme" => wish.theme = Theme::find(&value).unwrap_or_default(),
        "embed-first" => wish.steps = Some((step, last.max(step))),
        "embed-last" => wish.steps = Some((first.min(step), step)),
        "embed-hide" => wish.hides_answers = ticked,
        _ => {}
    }
}

fn number(id: &'static str, name: &'static str, value: u32) -> Html {
    html! {
        <div class="field">
            <label for={id}>{ name }</label>
            <input type="number" min="0" max="4000" {id} data-testid={id} value={value.to_string()} />
        </div>
    }
}

fn choice(id: &'static str, name: &'static str, options: Vec<(String, &'static str, bool)>) -> Html {
    html! {
        <div class="field">
            <label for={id}>{ name }</label>
            <select {id} data-testid={id}>
                { for options.into_iter().map(|(value, name, selected)| html! { <option key={value.clone()} {value} {selected}>{ name }</option> }) }
            </select>
        </div>
    }
}
