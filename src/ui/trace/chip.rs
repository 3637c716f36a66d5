//! A result with a mark whose shape says the same as its colour.

use yew::prelude::*;

use crate::scene::trace::Tone;
use crate::text::label::visits;
use crate::ui::element::{classes, html};

/// A chip with a mark and the text of a result.
pub fn chip(tone: Tone, text: &str) -> Html {
    let (class, shape) = match tone {
        Tone::Fine => ("chip--ok", "M2.5 8.5 6.5 12.5 13.5 4"),
        Tone::Stale => ("chip--warn", "M8 2.5 14.5 13.5H1.5ZM8 6.5V9.5M8 11.4V11.8"),
        Tone::Failed => ("chip--bad", "M3.5 3.5 12.5 12.5M12.5 3.5 3.5 12.5"),
        Tone::UnderWay => ("chip--going", "M2 8H14M10 4 14 8 10 12"),
    };
    // A long code such as ERR_CONNECTION_REFUSED may be broken before its last word.
    let (before, after) = text.split_at(text.rfind('_').map_or(0, |at| at + 1));
    html! {
        <span class={classes(["chip", class])}>
            <svg class="chip-mark" viewBox="0 0 16 16" width="12" height="12" aria-hidden="true">
                <path d={shape} fill="none" stroke="currentColor" stroke-width="2.2" stroke-linejoin="round" />
            </svg>
            <span>{ before }<wbr />{ after }</span>
            if tone == Tone::Stale {
                <span class="chip-extra">{ visits::STALE }</span>
            }
        </span>
    }
}
