//! Draws the log of visits, and how many ended how.

mod log;
mod outcomes;

use std::rc::Rc;

use yew::prelude::*;

use super::element::html;
use crate::app::Msg;
use crate::scene::requests::RequestsView;
use crate::text::label::visits;
use crate::ui::panel::panel;
use log::Log;

/// Draws the log of visits, and how many ended how.
pub fn requests_panel(view: &Rc<RequestsView>, send: &Callback<Msg>) -> Html {
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
                    { panel("log", Log(Rc::clone(view)), send) }
                }
            </section>
        </div></div>
    }
}
