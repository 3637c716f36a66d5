//! Saves what the page has made as a file on the visitor's disk.

use gloo::events::EventListener;
use gloo::timers::callback::Timeout;
use gloo::utils::{body, document, window};
use js_sys::Array;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Blob, BlobPropertyBag, Element, HtmlDialogElement, HtmlElement, Url};

use crate::text::{download as words, label};

/// How long the browser may take to fetch a file from the page, in milliseconds; then its memory is given back.
const KEEP_MS: u32 = 60_000;

/// Saves a text as a file of this name and MIME type. In a frame that may forbid downloads, where the browser says nothing
/// about it, the text is shown as well, to be copied.
pub fn save(name: &str, kind: &str, text: &str) {
    let saved = blob(kind, &text.into()).and_then(|blob| hand_over(name, &blob));
    if saved.is_err() || may_be_forbidden() {
        let shown = element("textarea", "").and_then(|field| {
            field.set_attribute("readonly", "")?;
            field.set_attribute("aria-label", name)?;
            field.set_text_content(Some(text));
            show(&words::instead(name), &field)
        });
        debug_assert!(shown.is_ok(), "the names of elements and attributes are valid");
    }
}

/// Saves a picture, which in a frame that may forbid downloads is shown as well.
pub fn save_picture(name: &str, picture: &Blob) {
    if hand_over(name, picture).is_err() || may_be_forbidden() {
        let shown = Url::create_object_url_with_blob(picture).and_then(|address| {
            let image = element("img", "")?;
            image.set_attribute("src", &address)?;
            image.set_attribute("alt", name)?;
            show(&words::instead(name), &image)
        });
        debug_assert!(shown.is_ok(), "the names of elements and attributes are valid");
    }
}

/// A file in the page's memory, of a text, or of bytes in a typed array.
pub fn blob(kind: &str, content: &JsValue) -> Result<Blob, JsValue> {
    let options = BlobPropertyBag::new();
    options.set_type(kind);
    Blob::new_with_str_sequence_and_options(&Array::of1(content), &options)
}

/// Gives a file to the browser: a click on a link with the attribute `download`.
fn hand_over(name: &str, blob: &Blob) -> Result<(), JsValue> {
    let address = Url::create_object_url_with_blob(blob)?;
    let link: HtmlElement = element("a", "")?.unchecked_into();
    link.set_attribute("href", &address)?;
    link.set_attribute("download", name)?;
    link.click();
    Timeout::new(KEEP_MS, move || drop(Url::revoke_object_url(&address))).forget();
    Ok(())
}

/// Whether the page is in a frame that is not known to allow downloads: a sandboxed one, or one of another origin.
fn may_be_forbidden() -> bool {
    match window().frame_element() {
        Ok(Some(frame)) => frame.has_attribute("sandbox"),
        // The outermost page has no frame around it; a frame of another origin is hidden in the same way.
        Ok(None) => window().parent().ok().flatten().is_some_and(|parent| parent != window()),
        Err(_) => true,
    }
}

/// Shows what could not be saved in a dialog, which goes when it is closed.
fn show(about: &str, content: &Element) -> Result<(), JsValue> {
    let dialog: HtmlDialogElement = element("dialog", "panel download")?.unchecked_into();
    let heading = element("p", "")?;
    heading.set_text_content(Some(about));
    let close: HtmlElement = element("button", "button")?.unchecked_into();
    close.set_text_content(Some(label::CLOSE));
    for part in [&heading, content, &close] {
        dialog.append_child(part)?;
    }
    dialog.set_attribute("data-testid", "download")?;
    body().append_child(&dialog)?;
    let closed = dialog.clone();
    EventListener::once(&dialog, "close", move |_| closed.remove()).forget();
    let shown = dialog.clone();
    EventListener::once(&close, "click", move |_| shown.close()).forget();
    dialog.show_modal()
}

fn element(name: &str, class: &str) -> Result<Element, JsValue> {
    let element = document().create_element(name)?;
    element.set_class_name(class);
    Ok(element)
}
