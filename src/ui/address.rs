//! The address of the page and the browser's way back. The address follows the topology, the lesson and its step with an entry
//! of the browser's history each, and the tab without one; whoever goes back finds the run as it was left. In a frame nothing is
//! written: back leads to where the reader of the page around it came from.

use std::rc::Rc;

use gloo::events::EventListener;
use gloo::utils::window;
use wasm_bindgen::JsValue;
use yew::Callback;

use crate::app::{Model, Msg, Opening, Place, Start, State, parse_address};

/// The most runs that are kept for the way back.
const MAX_RUNS: usize = 20;

/// Where the page is in the browser's history.
pub struct Address {
    place: Place,
    /// The number of the present entry.
    entry: u32,
    /// The number of the newest entry.
    newest: u32,
    /// The runs that were left, by their entries.
    left: Vec<(u32, State)>,
    /// The run that may be left by what is being done.
    leaving: Option<State>,
    in_frame: bool,
}

impl Address {
    /// The address that the page was opened with.
    pub fn new(model: &Model) -> Self {
        let window = window();
        let in_frame = window.parent().ok().flatten().is_none_or(|parent| parent != window);
        // A page that is loaded anew goes on counting.
        let entry = window.history().ok().and_then(|history| history.state().ok()).and_then(|state| state.as_f64());
        let entry = entry.unwrap_or(0.0) as u32;
        let (left, leaving) = (Vec::new(), None);
        Self { place: model.place(), entry, newest: entry, left, leaving, in_frame }
    }

    /// Called before something is done.
    #[inline(never)]
    pub fn before(&mut self, msg: &Msg, model: &mut Model) {
        self.leaving = if !self.in_frame && msg.may_leave() { model.state() } else { None };
    }

    /// Called after something was done: the address follows.
    #[inline(never)]
    pub fn follow(&mut self, model: &Model) {
        let place = model.place();
        if self.in_frame || place == self.place {
            return;
        }
        let location = window().location();
        let goes_on = place.is_beside(&self.place);
        let hash = if goes_on { location.hash().unwrap_or_default() } else { String::new() };
        let address =
            location.pathname().unwrap_or_default() + &place.query(&location.search().unwrap_or_default()) + &hash;
        self.place = place;
        let Ok(history) = window().history() else {
            return;
        };
        // A browser may forbid this, or find that there was too much of it: the address then stays as it is.
        if goes_on {
            let _ = history.replace_state_with_url(&self.entry.into(), "", Some(&address));
        } else {
            let _ = history.replace_state(&self.entry.into(), "");
            if history.push_state_with_url(&(self.newest + 1).into(), "", Some(&address)).is_ok() {
                self.keep();
                self.newest += 1;
                self.entry = self.newest;
            }
        }
    }

    /// The browser has gone to another entry: the page goes there, too.
    #[inline(never)]
    pub fn go(&mut self, state: &JsValue, model: &mut Model) {
        self.leaving = model.state();
        self.keep();
        // An entry without a number was made by somebody who has changed the fragment.
        self.entry = state.as_f64().map_or(self.newest + 1, |entry| entry as u32);
        self.newest = self.newest.max(self.entry);
        let mut start = read();
        let kept = self.left.iter().position(|(entry, _)| *entry == self.entry);
        if let Some(kept) = kept {
            start.state = Some(Box::new(self.left.remove(kept).1));
        }
        model.update(Msg::Open(Opening(Rc::new(start))));
        self.place = model.place();
    }

    fn keep(&mut self) {
        if let Some(run) = self.leaving.take() {
            self.left.retain(|(entry, _)| *entry != self.entry);
            self.left.push((self.entry, run));
            if self.left.len() > MAX_RUNS {
                self.left.remove(0);
            }
        }
    }
}

/// What the address asks for.
pub fn read() -> Start {
    let location = window().location();
    parse_address(&location.search().unwrap_or_default(), &location.hash().unwrap_or_default())
}

/// Hears when the browser goes back, forward, or to another fragment.
pub fn listen(went: Callback<JsValue>) -> EventListener {
    EventListener::new(&window(), "popstate", move |event| {
        went.emit(js_sys::Reflect::get(event, &"state".into()).unwrap_or_default());
    })
}
