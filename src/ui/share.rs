//! The tab Share: everything that can be taken away from the page, a section each.

use yew::prelude::*;

use super::element::html;
use crate::app::{Model, Msg};

mod embed;
mod link;
mod png;
mod records;

pub use records::save;

/// Draws the tab. A section is a function in a file of its own.
pub fn share_panel(model: &Model, send: &Callback<Msg>) -> Html {
    html! {
        <div class="security share" data-testid="share">
            { link::section(model, send) }
            { embed::section(model, send) }
            { records::sections(send) }
        </div>
    }
}
