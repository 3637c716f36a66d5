//! The progress of the lessons, kept for the next visit. Pages that are open at once add to each other's.

use gloo::events::EventListener;
use yew::Callback;

use super::storage;
use crate::app::{Model, Msg};

const KEY: &str = "hopscope.lessons";

/// The progress as it was kept last.
pub struct Progress {
    kept: String,
    _listener: EventListener,
}

impl Progress {
    /// Reads what was kept, and hears of what other pages keep.
    pub fn recall(model: &mut Model, send: Callback<Msg>) -> Self {
        let kept = storage::read(KEY).unwrap_or_default();
        model.recall(&kept);
        let listener = EventListener::new(&gloo::utils::window(), "storage", move |_| {
            send.emit(Msg::Recall(storage::read(KEY).unwrap_or_default()));
        });
        Self { kept, _listener: listener }
    }

    /// Keeps what has changed, with whatever another page has kept meanwhile.
    pub fn keep(&mut self, model: &mut Model) {
        if model.lessons.progress() == self.kept {
            return;
        }
        model.lessons.recall(&storage::read(KEY).unwrap_or_default());
        self.kept = model.lessons.progress();
        if !storage::write(KEY, &self.kept) {
            model.cannot_keep();
        }
    }
}
