//! Files that are brought to the page: dropped on it, or chosen. They are read as text and given to the model; nothing of them
//! becomes a part of the page.

use gloo::events::{EventListener, EventListenerOptions};
use gloo::utils::{body, window};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{DragEvent, Event, File, HtmlInputElement};
use yew::Callback;

use crate::app::Msg;
use crate::record::picture::MAX_FILE;
use crate::text::record as words;

/// The attribute of the page's body while a file is held over it; a rule of the style sheet shows what it says.
const HELD: &str = "data-drop";

/// Lets files be dropped on the page, for as long as the listeners live.
pub fn listen(send: &Callback<Msg>) -> [EventListener; 3] {
    let on = |event: &'static str, act: fn(&DragEvent, &Callback<Msg>)| {
        let (send, options) = (send.clone(), EventListenerOptions::enable_prevent_default());
        EventListener::new_with_options(&window(), event, options, move |event| act(event.unchecked_ref(), &send))
    };
    [on("dragover", held), on("dragleave", left), on("drop", dropped)]
}

/// A file is held over the page. What is not a file is none of ours, such as a text that is dragged into a field.
fn held(event: &DragEvent, _: &Callback<Msg>) {
    let types = event.data_transfer().map(|data| data.types());
    if types.is_some_and(|types| types.includes(&JsValue::from_str("Files"), 0)) {
        event.prevent_default();
        let _ = body().set_attribute(HELD, words::DROP);
    }
}

fn left(event: &DragEvent, _: &Callback<Msg>) {
    if event.related_target().is_none() {
        let _ = body().remove_attribute(HELD);
    }
}

fn dropped(event: &DragEvent, send: &Callback<Msg>) {
    if !body().has_attribute(HELD) {
        return;
    }
    event.prevent_default();
    let _ = body().remove_attribute(HELD);
    let files = event.data_transfer().and_then(|data| data.files());
    if let Some(file) = files.and_then(|files| files.get(0)) {
        bring(&file, send.clone());
    }
}

/// Brings the file that is chosen in a field, and empties the field, so that the same file can be chosen again.
pub fn chosen(send: &Callback<Msg>) -> Callback<Event> {
    let send = send.clone();
    Callback::from(move |event: Event| {
        let field = event.target().and_then(|target| target.dyn_into::<HtmlInputElement>().ok());
        if let Some(field) = field {
            if let Some(file) = field.files().and_then(|files| files.get(0)) {
                bring(&file, send.clone());
            }
            field.set_value("");
        }
    })
}

/// Reads a file, of one that is too long only as much as shows that it is.
fn bring(file: &File, send: Callback<Msg>) {
    let Ok(part) = file.slice_with_f64_and_f64(0.0, MAX_FILE as f64 + 1.0) else {
        return;
    };
    spawn_local(async move {
        // A file that cannot be read is as good as an empty one: the notice says that it is no scenario.
        let text = JsFuture::from(part.text()).await.ok().and_then(|text| text.as_string()).unwrap_or_default();
        send.emit(Msg::Bring(text.into()));
    });
}
