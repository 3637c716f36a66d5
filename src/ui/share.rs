//! The tab Share: everything that can be taken away from the page, a section each.

use yew::prelude::*;

use super::element::html;
use crate::app::{Model, Msg};

mod embed;
mod link;
mod png;
mod records;

pub use records::save;

/// A way to a page of the documentation, in another tab, for which this one is left as it is. A page that travels without a service
/// worker, as one file or in a package, travels without documentation, too.
fn about(name: &str, words: &'static str) -> Html {
    let is_site = gloo::utils::document().query_selector("meta[name=service-worker]").is_ok_and(|meta| meta.is_some());
    if !is_site {
        return Html::default();
    }
    html! { <p><a href={format!("docs/{name}.html")} target="_blank" rel="noopener">{ words }</a></p> }
}

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
