//! A panel that is drawn anew only when what it shows has changed. One component serves them all, as every type of
//! component brings seven kilobytes of code of its own.

use std::any::Any;
use std::rc::Rc;

use yew::prelude::*;

use crate::app::Msg;

/// What a panel shows.
pub trait Drawn: PartialEq + 'static {
    /// Draws it.
    fn draw(&self, send: &Callback<Msg>) -> Html;
}

/// The same for all types.
trait Shown {
    fn draw(&self, send: &Callback<Msg>) -> Html;
    fn is(&self, other: &dyn Any) -> bool;
    fn as_any(&self) -> &dyn Any;
}

impl<T: Drawn> Shown for T {
    fn draw(&self, send: &Callback<Msg>) -> Html {
        Drawn::draw(self, send)
    }

    fn is(&self, other: &dyn Any) -> bool {
        other.downcast_ref::<T>() == Some(self)
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

#[derive(Properties)]
struct Props {
    view: Rc<dyn Shown>,
    send: Callback<Msg>,
}

impl PartialEq for Props {
    fn eq(&self, other: &Self) -> bool {
        self.send == other.send && self.view.is(other.view.as_any())
    }
}

#[component]
fn Panel(props: &Props) -> Html {
    props.view.draw(&props.send)
}

/// A panel that shows `view`. Panels of different kinds in the same place need different keys.
pub fn panel(key: impl Into<yew::virtual_dom::Key>, view: impl Drawn, send: &Callback<Msg>) -> Html {
    let view: Rc<dyn Shown> = Rc::new(view);
    html! { <Panel key={key.into()} {view} send={send.clone()} /> }
}
