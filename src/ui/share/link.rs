//! Links to what is seen.

use yew::prelude::*;

use crate::app::{Link, Model, Msg};
use crate::text::share as words;
use crate::ui::clipboard::Copyable;
use crate::ui::element::html;
use crate::ui::input::on_click;
use crate::ui::panel::panel;

/// The section of links: to this very moment of the run, and to where it began.
pub fn section(model: &Model, send: &Callback<Msg>) -> Html {
    let label = if model.lessons.open.is_some() { words::STEP } else { words::PLACE };
    let place = model.place().shortest().map(|place| page() + &place);
    html! {
        <section class="stack" aria-label={words::LINK}>
            <h3>{ words::LINK }</h3>
            if let Some(link) = &model.link { { moment(link, send) } }
            <span class="row">
                <button class="button" data-testid="make-link" onclick={on_click(send, Msg::MakeLink)}>{ words::MAKE }</button>
            </span>
            if let Some(place) = place {
                { panel("place", Copyable { id: "place-link", label, note: words::characters(place.len()), text: place }, send) }
            }
            { super::about("links", words::ABOUT_LINKS) }
        </section>
    }
}

/// The link that was made last, and what is in it.
fn moment(link: &Link, send: &Callback<Msg>) -> Html {
    let Some(address) = &link.address else {
        return html! { <p class="said" data-testid="no-link">{ words::TOO_LONG }</p> };
    };
    let text = page() + address;
    let note = words::characters(text.len()) + " " + &words::holds(link.at.0, link.commands);
    html! { <>{ panel("moment", Copyable { id: "moment-link", label: words::MOMENT, note, text }, send) }</> }
}

/// The address of the page, without what is asked for in it.
pub fn page() -> String {
    let address = gloo::utils::window().location().href().unwrap_or_default();
    address.split(['?', '#']).next().unwrap_or_default().to_owned()
}
