//! Draws series for the charts.

use std::rc::Rc;

use yew::prelude::*;

use crate::app::Msg;
use crate::scene::metrics::MetricsView;

/// What the component shows, and where its messages go.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// What is shown.
    pub view: Rc<MetricsView>,
    /// Where messages go.
    pub send: Callback<Msg>,
}

/// Draws series for the charts.
#[component]
pub fn MetricsPanel(props: &Props) -> Html {
    let _ = &props.send;
    html! { <p class="empty">{ props.view.visits }</p> }
}
