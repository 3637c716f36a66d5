//! The page as a whole: it holds the model and hands each panel its part.

use std::rc::Rc;

use yew::prelude::*;

use super::trace::TracePanel;
use crate::app::{Model, Msg, parse_address};
use crate::scene::trace::TraceView;

/// The root component.
pub struct Page {
    model: Model,
}

impl Component for Page {
    type Message = Msg;
    type Properties = ();

    fn create(_ctx: &Context<Self>) -> Self {
        Self { model: Model::new(parse_address("", "")) }
    }

    fn update(&mut self, _ctx: &Context<Self>, msg: Msg) -> bool {
        self.model.update(msg);
        true
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        let send = ctx.link().callback(|msg| msg);
        let view = Rc::new(TraceView::new(&self.model.world, self.model.view.visit));
        html! { <TracePanel {view} {send} /> }
    }
}
