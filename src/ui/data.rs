//! Draws the rows of all databases, side by side.

use std::rc::Rc;

use yew::prelude::*;

use crate::app::Msg;
use crate::scene::data::DataView;

/// What the component shows, and where its messages go.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// What is shown.
    pub view: Rc<DataView>,
    /// Where messages go.
    pub send: Callback<Msg>,
}

/// Draws the rows of all databases, side by side.
#[component]
pub fn DataPanel(props: &Props) -> Html {
    let _ = &props.send;
    html! { <p class="empty">{ props.view.visits }</p> }
}
