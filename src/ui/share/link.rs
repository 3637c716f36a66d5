//! Links to what is seen.

use yew::prelude::*;

use crate::app::{Model, Msg};
use crate::text::share as words;
use crate::ui::clipboard::Copyable;
use crate::ui::element::html;
use crate::ui::panel::panel;

/// The section of links.
pub fn section(model: &Model, send: &Callback<Msg>) -> Html {
    let label = if model.lessons.open.is_some() { words::STEP } else { words::PLACE };
    let place = page() + &model.place();
    html! {
        <section class="stack" aria-label={words::LINK}>
            <h3>{ words::LINK }</h3>
            { panel("place", Copyable { id: "place-link", label, note: words::characters(place.len()), text: place }, send) }
        </section>
    }
}

/// The address of the page, without what is asked for in it.
pub fn page() -> String {
    let address = gloo::utils::window().location().href().unwrap_or_default();
    address.split(['?', '#']).next().unwrap_or_default().to_owned()
}
