//! Texts that can be copied. A frame may forbid that, and a page without HTTPS has no clipboard: then the text is selected,
//! for the visitor to copy it.

use wasm_bindgen::prelude::*;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::HtmlInputElement;
use yew::prelude::*;

use super::element::html;
use super::panel::{Drawn, Place};
use crate::text::share as words;

#[wasm_bindgen]
extern "C" {
    /// The clipboard; undefined where the browser has none for this page.
    #[wasm_bindgen(thread_local_v2, js_namespace = navigator, js_name = clipboard)]
    static CLIPBOARD: Option<Clipboard>;

    type Clipboard;

    #[wasm_bindgen(method, catch, js_name = writeText)]
    fn write_text(this: &Clipboard, text: &str) -> Result<js_sys::Promise, JsValue>;
}

/// A field with a text and a button that copies it.
#[derive(PartialEq)]
pub struct Copyable {
    /// Id of the field, and hook for tests.
    pub id: &'static str,
    /// What it is.
    pub label: &'static str,
    /// The text.
    pub text: String,
    /// What is said of it.
    pub note: String,
}

impl Drawn for Copyable {
    /// Whether it was copied; none if nobody has tried.
    type Kept = Option<bool>;

    fn draw(&self, copied: &Option<bool>, place: &Place<Option<bool>>) -> Html {
        let said = match copied {
            None => "",
            Some(true) => words::COPIED,
            Some(false) => words::SELECTED,
        };
        let (field, text, at) = (place.node.clone(), self.text.clone(), place.clone());
        let onclick = Callback::from(move |_: MouseEvent| copy(&text, &field, at.clone()));
        let select = place.node.clone();
        let onfocus = Callback::from(move |_: FocusEvent| select_all(&select));
        html! {
            <div class="field copyable">
                <label for={self.id}>{ self.label }</label>
                <span class="row">
                    if self.text.contains('\n') {
                        <pre class="scroll" id={self.id} data-testid={self.id} tabindex="0" role="textbox" aria-readonly="true"
                            aria-multiline="true" aria-label={self.label} ref={place.node.clone()}>{ &self.text }</pre>
                    } else {
                        <input type="text" class="mono" id={self.id} data-testid={self.id} readonly="" ref={place.node.clone()}
                            value={self.text.clone()} {onfocus} />
                    }
                    <button class="button" data-testid={format!("copy-{}", self.id)} {onclick}>{ words::COPY }</button>
                    <span class="small said">{ said }</span>
                </span>
                <span class="small muted">{ &self.note }</span>
            </div>
        }
    }

    /// Another text has not been copied yet.
    fn stands(&self, before: Option<&Self>, place: &Place<Option<bool>>) {
        if before.is_some_and(|before| before.text != self.text) {
            place.keep(|copied| *copied = None);
        }
    }
}

/// Copies a text, or selects it in its field.
pub fn copy(text: &str, field: &NodeRef, place: Place<Option<bool>>) {
    let promise = CLIPBOARD.with(|clipboard| clipboard.as_ref().and_then(|clipboard| clipboard.write_text(text).ok()));
    let field = field.clone();
    spawn_local(async move {
        let copied = match promise {
            Some(promise) => JsFuture::from(promise).await.is_ok(),
            None => false,
        };
        if !copied {
            select_all(&field);
        }
        place.keep(move |kept| *kept = Some(copied));
    });
}

fn select_all(field: &NodeRef) {
    let Some(node) = field.get() else {
        return;
    };
    match &*node.node_name() {
        // Both have the same method.
        "INPUT" | "TEXTAREA" => node.unchecked_ref::<HtmlInputElement>().select(),
        _ => {
            let selection = gloo::utils::window().get_selection().ok().flatten();
            drop(selection.map(|selection| selection.select_all_children(&node)));
        }
    }
}
