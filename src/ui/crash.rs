//! What is left behind for the page that `assets/crash.js` shows when the program stops, and how to see that page.

use gloo::timers::callback::Timeout;
use std::cell::RefCell;
use wasm_bindgen::prelude::*;

use crate::app::{Model, Msg, State};
use crate::sim::{Command, TimedCommand};

/// How long the page goes on before it stops on purpose, in milliseconds.
const FUSE_MS: u32 = 1_000;

thread_local! {
    /// The run as it was before the last thing that was done, and what that was.
    static BEFORE: RefCell<Option<(State, Option<Command>)>> = const { RefCell::new(None) };
}

/// Notes how the run is, before something is done that may be the last thing. Nobody can ask the model itself once it has stopped in the
/// middle of something.
pub fn remember(model: &mut Model, msg: &Msg) {
    if !msg.only_looks() && *msg != Msg::Cancel {
        let last = model.state().map(|state| (state, msg.command()));
        BEFORE.with_borrow_mut(|before| *before = last);
    }
}

/// A link to just before the last thing that was done; none if nothing was done, or if the beginning of the run is forgotten.
#[wasm_bindgen]
#[must_use]
pub fn link_before() -> Option<String> {
    BEFORE.with_borrow(|before| before.as_ref().and_then(|(state, _)| state.write()))
}

/// A link to just after it, to see the program stop again; none where no command was the last thing.
#[wasm_bindgen]
#[must_use]
pub fn link_again() -> Option<String> {
    let (mut state, command) = BEFORE.with_borrow_mut(Option::take)?;
    state.commands.retain(|done| done.at_us <= state.now);
    state.commands.push(TimedCommand { at_us: state.now, command: command? });
    State { end: state.now, digest: None, ..state }.write()
}

#[wasm_bindgen]
extern "C" {
    /// Notes why the program is about to stop. The page is shown once the program has left its last function.
    #[wasm_bindgen(js_namespace = hopscope)]
    fn panicked(message: &str);
}

/// Has panics leave their message. `?crash=panic` and `?crash=trap` stop the program a moment after its start, to see what happens then;
/// `?crash=load` is for `assets/start.js`.
pub fn prepare() {
    // Yew's own way to set a hook: it would put another one in place of what the standard library's sets.
    yew::set_custom_panic_hook(Box::new(|info| {
        console_error_panic_hook::hook(info);
        panicked(&info.to_string());
    }));
    let address = gloo::utils::window().location().search().unwrap_or_default();
    if address.contains("crash=panic") {
        Timeout::new(FUSE_MS, || panic!("the address asks for it")).forget();
    } else if address.contains("crash=trap") {
        Timeout::new(FUSE_MS, || core::arch::wasm32::unreachable()).forget();
    }
}
