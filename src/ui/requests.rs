//! Draws the log of visits, and how many ended how.

mod log;
mod outcomes;

use std::rc::Rc;

use yew::prelude::*;

use super::element::html;
use crate::app::Msg;
use crate::scene::requests::{MAX_ROWS, RequestsView};
use crate::sim::World;
use crate::text::label::visits;
use crate::ui::panel::panel;
use log::Log;

/// Wall time between two pictures of a log that fills quickly, in milliseconds: nobody reads faster, and so many new rows take
/// most of a frame.
const BUSY_MS: f64 = 500.0;
/// So many rows such a picture has.
const BUSY_ROWS: usize = 20;
/// So many new visits are shown at once.
const FEW: u64 = 10;

/// The newest picture of the log.
pub struct Requests {
    view: Rc<RequestsView>,
    /// The most rows that it has.
    rows: usize,
    /// When it was made, by the clock of the frames.
    at: f64,
}

impl Requests {
    /// A picture of a world.
    pub fn new(world: &World, time: f64) -> Self {
        Self { view: Rc::new(RequestsView::new(world)), rows: MAX_ROWS, at: time }
    }

    /// Makes a new picture, unless too much is going on for the old one to be read.
    pub fn refresh(&mut self, world: &World, time: f64) {
        let is_busy = world.metrics().ended > self.view.totals.ended + FEW;
        if !is_busy || time - self.at >= BUSY_MS {
            let rows = if is_busy { BUSY_ROWS } else { MAX_ROWS };
            *self = Self { rows, ..Self::new(world, time) };
        }
    }

    /// Draws it.
    pub fn draw(&self, send: &Callback<Msg>) -> Html {
        requests_panel(&self.view, self.rows, send)
    }
}

/// Draws the log of visits, and how many ended how.
fn requests_panel(view: &Rc<RequestsView>, rows: usize, send: &Callback<Msg>) -> Html {
    html! {
        <div class="requests" data-testid="requests"><div class="requests-columns">
            <section class="requests-ended" tabindex="0" aria-label={visits::ENDED}>
                <h3>{ visits::ENDED }</h3>
                { outcomes::totals(view.totals) }
                { outcomes::table(view) }
            </section>
            <section class="requests-log" aria-label={visits::LOG}>
                if view.log_length() == 0 {
                    <p class="empty">{ visits::LOG_EMPTY }</p>
                } else {
                    { panel("log", Log { view: Rc::clone(view), rows }, send) }
                }
            </section>
        </div></div>
    }
}
