//! What a page calls: it keeps the time, since the engine has no clock, and lets the run advance in many short calls. One
//! long call would stay in the browser's baseline compiler.

use std::cell::RefCell;

use wasm_bindgen::prelude::{JsError, wasm_bindgen};

use crate::run::{self, Run};

thread_local! {
    static RUN: RefCell<Option<Run>> = const { RefCell::new(None) };
}

/// Starts a run with the options of the command line.
#[wasm_bindgen]
pub fn start(options: &str) -> Result<(), JsError> {
    let options = run::options(options.split_whitespace().map(str::to_owned));
    let options = options.map_err(|problem| JsError::new(&problem))?;
    RUN.set(Some(Run::new(options)));
    Ok(())
}

/// Lets a second of the run pass. True at its end.
#[wasm_bindgen]
pub fn advance() -> bool {
    RUN.with_borrow_mut(|run| run.as_mut().expect("started before").advance())
}

/// The line of JSON, after so many seconds of wall time.
#[wasm_bindgen]
pub fn line(seconds: f64) -> String {
    let memory_kb = core::arch::wasm32::memory_size(0) as u64 * 64;
    RUN.with_borrow(|run| run.as_ref().expect("started before").line(seconds, None, Some(memory_kb)))
}
