//! The window around this one, if the page is in a frame: its messages are heard, and it is told what it asks for. What is
//! said is the business of `app::host`.

use gloo::events::EventListener;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{FocusOptions, HtmlElement, MessageEvent, Window};
use yew::Callback;

use crate::app::{Letter, Model};

/// Changes of the height that are too small to tell: a scrollbar that comes and goes must not set off the next one.
const LEAST_CHANGE: u32 = 8;
/// The page asks for at least so much, and at most for so many times its width or for so much, in CSS pixels.
const HEIGHTS: [u32; 2] = [320, 2_000];

/// The window around this one.
pub struct Around {
    window: Window,
    /// The height that was asked for last, and the width and the drawing for which.
    asked: (u32, Shape),
    _listener: EventListener,
}

/// What the height depends on, beside words that come and go: for the same, the frame never gets smaller.
type Shape = (i32, usize, bool);

impl Around {
    /// The window around this one; none if there is none. `heard` gets what it says to the explorer.
    pub fn find(model: &mut Model, heard: Callback<MessageEvent>) -> Option<Self> {
        let own = gloo::utils::window();
        let window = own.parent().ok().flatten().filter(|parent| *parent != own)?;
        model.host.gate.comes_from(own.location().origin().unwrap_or_default());
        let around = window.clone();
        let listener = EventListener::new(&own, "message", move |event| {
            if let Some(event) = event.dyn_ref::<MessageEvent>().filter(|event| is_for_us(event, &around)) {
                heard.emit(event.clone());
            }
        });
        let around = Self { window, asked: Default::default(), _listener: listener };
        around.post(&model.host.ready("null"));
        Some(around)
    }

    /// Answers a message.
    pub fn hear(&self, model: &mut Model, event: &MessageEvent, now_ms: f64) {
        let text = || js_sys::JSON::stringify(&event.data()).ok().map(String::from);
        if let Some(letter) = model.hear(&event.origin(), &text, now_ms) {
            self.post(&letter);
        }
    }

    /// Tells what has happened.
    pub fn tell(&self, model: &mut Model, now_ms: f64) {
        if model.host.listens()
            && let Some(letter) = model.tell(now_ms)
        {
            self.post(&letter);
        }
    }

    /// Asks for the height at which nothing has to be scrolled and the diagram fills its width. `stage` is where the diagram
    /// is, `drawing` its natural size.
    pub fn fit(&mut self, model: &Model, stage: &web_sys::Element, drawing: [f64; 2]) {
        let width = stage.client_width();
        if width == 0 {
            return;
        }
        let natural = (f64::from(width) * drawing[1] / drawing[0]) as u32;
        let rest = gloo::utils::document_element().scroll_height() - stage.client_height();
        let lessons = gloo::utils::document().get_elements_by_class_name("lesson");
        let lesson = lessons.item(0).map_or(0, |lesson| lesson.scroll_height().unsigned_abs());
        let wanted = (natural + rest.unsigned_abs()).max(lesson.min(HEIGHTS[0] * 2)).clamp(HEIGHTS[0], HEIGHTS[1]);
        let shape = (width, drawing[1] as usize, model.lessons.open.is_some());
        if shape != self.asked.1 || wanted >= self.asked.0 + LEAST_CHANGE {
            if wanted.abs_diff(self.asked.0) >= LEAST_CHANGE {
                self.post(&model.host.resize(wanted));
                self.asked.0 = wanted;
            }
            self.asked.1 = shape;
        }
    }

    fn post(&self, letter: &Letter) {
        if let Ok(message) = js_sys::JSON::parse(&letter.json) {
            // A window of another origin than the letter is for does not get it, and that is no error.
            let _ = self.window.post_message(&message, &letter.to);
        }
    }
}

/// Moves the focus to the element with this id. The page around this one stays where it is; the panel that begins with the
/// element shows its beginning.
pub fn focus(id: &str) {
    let element = gloo::utils::document().get_element_by_id(id);
    if let Some(element) = element.and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
        let options = FocusOptions::new();
        options.set_prevent_scroll(true);
        // An element that cannot be focused stays unfocused.
        let _ = element.focus_with_options(&options);
        if let Some(panel) = element.parent_element() {
            panel.set_scroll_top(0);
        }
    }
}

/// Whether a message comes from the window around this one, and is for an explorer: other scripts talk, too.
fn is_for_us(event: &MessageEvent, around: &Window) -> bool {
    let around: &JsValue = around.as_ref();
    let source: Option<JsValue> = event.source().map(Into::into);
    let name = js_sys::Reflect::get(&event.data(), &"ns".into()).ok().and_then(|name| name.as_string());
    source.as_ref() == Some(around) && name.as_deref() == Some("hopscope")
}
