//! Draws the log of visits, and how many ended how.

use std::rc::Rc;

use yew::prelude::*;

use crate::app::Msg;
use crate::scene::requests::RequestsView;

/// What the component shows, and where its messages go.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// What is shown.
    pub view: Rc<RequestsView>,
    /// Where messages go.
    pub send: Callback<Msg>,
}

/// Draws the log of visits, and how many ended how.
#[component]
pub fn RequestsPanel(props: &Props) -> Html {
    let _ = &props.send;
    html! { <p class="empty">{ props.view.visits }</p> }
}
