//! Keys that work wherever the focus is.

use gloo::events::{EventListener, EventListenerOptions};
use wasm_bindgen::JsCast;
use web_sys::{Event, HtmlInputElement, KeyboardEvent};
use yew::Callback;

use crate::app::Msg;

/// Escape ends what takes long. Ctrl+Z (⌘Z) undoes and Ctrl+Y, or Ctrl+Shift+Z, does it again, except in a field with text,
/// where the browser does that with what is typed.
pub fn listen(send: Callback<Msg>) -> EventListener {
    let may_be_taken = EventListenerOptions::enable_prevent_default();
    EventListener::new_with_options(&gloo::utils::window(), "keydown", may_be_taken, move |event| {
        let Some(msg) = event.dyn_ref::<KeyboardEvent>().and_then(meaning) else {
            return;
        };
        if !matches!(msg, Msg::Cancel) {
            if is_typed_into(event) {
                return;
            }
            event.prevent_default();
        }
        send.emit(msg);
    })
}

fn meaning(event: &KeyboardEvent) -> Option<Msg> {
    let with_control = (event.ctrl_key() || event.meta_key()) && !event.alt_key();
    match event.key().as_str() {
        "Escape" => Some(Msg::Cancel),
        "z" | "Z" if with_control => Some(if event.shift_key() { Msg::Redo } else { Msg::Undo }),
        "y" if with_control => Some(Msg::Redo),
        _ => None,
    }
}

/// Whether an event comes from a field that keeps what is typed into it.
fn is_typed_into(event: &Event) -> bool {
    let Some(target) = event.target() else {
        return false;
    };
    match target.dyn_ref::<HtmlInputElement>() {
        Some(input) => !matches!(input.type_().as_str(), "range" | "checkbox" | "radio"),
        None => target.dyn_ref::<web_sys::Element>().is_some_and(|element| element.tag_name() == "TEXTAREA"),
    }
}
