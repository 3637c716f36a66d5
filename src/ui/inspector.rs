//! Draws what an operator would see of one part.

use std::rc::Rc;

use yew::prelude::*;

use crate::app::Msg;
use crate::scene::inspector::InspectorView;

/// What the component shows, and where its messages go.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// What is shown.
    pub view: Rc<InspectorView>,
    /// Where messages go.
    pub send: Callback<Msg>,
}

/// Draws what an operator would see of one part.
#[component]
pub fn Inspector(props: &Props) -> Html {
    let _ = &props.send;
    html! { <p class="empty">{ props.view.visits }</p> }
}
