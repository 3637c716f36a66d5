//! Reading form fields, and small things that several components draw.

use wasm_bindgen::JsCast;
use web_sys::{Event, HtmlInputElement, HtmlSelectElement};
use yew::{Callback, Html, MouseEvent};

use super::element::html;
use crate::app::Msg;
use crate::sim::Class;

/// Sends a message on a click.
pub fn on_click(send: &Callback<Msg>, msg: Msg) -> Callback<MouseEvent> {
    send.reform(move |_| msg.clone())
}

/// The value of the field or menu that an event comes from; empty if it comes from something else.
pub fn value_of(event: &Event) -> String {
    let Some(target) = event.target() else {
        return String::new();
    };
    if let Some(menu) = target.dyn_ref::<HtmlSelectElement>() {
        return menu.value();
    }
    target.dyn_ref::<HtmlInputElement>().map(HtmlInputElement::value).unwrap_or_default()
}

/// The value of the number field that an event comes from; NaN if it holds none. The page reads it: parsing decimals
/// takes large tables.
pub fn number_of(event: &Event) -> f64 {
    let target = event.target().and_then(|target| target.dyn_into::<HtmlInputElement>().ok());
    target.map_or(f64::NAN, |input| input.value_as_number())
}

/// Puts a value into the field that an event comes from.
pub fn show(event: &Event, value: &str) {
    if let Some(input) = event.target().and_then(|target| target.dyn_into::<HtmlInputElement>().ok()) {
        input.set_value(value);
    }
}

/// Whether the checkbox that an event comes from is ticked.
pub fn is_ticked(event: &Event) -> bool {
    let target = event.target();
    target.and_then(|t| t.dyn_into::<HtmlInputElement>().ok()).is_some_and(|input| input.checked())
}

/// The mark of a request class: square, circle, triangle.
pub fn class_mark(class: Class) -> Html {
    let (name, shape) = match class {
        Class::Static => ("static", html! { <rect x="3" y="3" width="10" height="10" rx="1.5" /> }),
        Class::Read => ("read", html! { <circle cx="8" cy="8" r="5.5" /> }),
        Class::Write => ("write", html! { <path d="M8 2 L14 13 L2 13 Z" /> }),
    };
    html! { <svg class={format!("mark mark--{name}")} viewBox="0 0 16 16" aria-hidden="true">{ shape }</svg> }
}

/// Moves the focus to the element with this id.
pub fn focus(id: &str) {
    let element = gloo::utils::document().get_element_by_id(id);
    if let Some(element) = element.and_then(|element| element.dyn_into::<web_sys::HtmlElement>().ok()) {
        // An element that cannot be focused stays unfocused.
        let _ = element.focus();
    }
}

/// Whether the focus is nowhere.
pub fn nothing_has_focus() -> bool {
    gloo::utils::document().active_element().is_none_or(|element| element.tag_name() == "BODY")
}
