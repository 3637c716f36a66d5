//! The mark of a part's state: shape, colour and text.

use yew::prelude::*;

use crate::scene::parts::{PartStatus, condition_name};
use crate::sim::Condition;
use crate::text::inspector as words;
use crate::ui::element::{classes, html};

/// The marks of a part: its condition, and its speed if that is not normal.
pub fn state(status: &PartStatus) -> Html {
    let name = words::condition(status.kind, status.condition, status.without_power);
    let slow = (status.slowdown > 1).then(|| slow(&words::slowed(status.slowdown)));
    html! { <>{ chip(status.condition, name) }{ slow }</> }
}

/// The mark of a condition.
pub fn chip(condition: Condition, text: &str) -> Html {
    let (colour, shape) = match condition {
        Condition::Up => ("chip--ok", "M2 6.5 5 9.5 10 3"),
        Condition::Down => ("chip--bad", "M2.5 2.5 9.5 9.5M9.5 2.5 2.5 9.5"),
        Condition::Hung => ("chip--warn", "M4 2.5V9.5M8 2.5V9.5"),
    };
    html! {
        <span class={classes(["chip", colour])} data-condition={condition_name(condition)}>{ icon(shape) }{ text }</span>
    }
}

/// The mark of a slow part.
pub fn slow(text: &str) -> Html {
    html! { <span class="chip chip--warn">{ icon("M6 1.5a4.5 4.5 0 1 0 .01 0M6 3.5V6l2 1.5") }{ text }</span> }
}

fn icon(shape: &'static str) -> Html {
    html! {
        <svg class="chip__icon" viewBox="0 0 12 12" width="12" height="12" aria-hidden="true"><path d={shape} /></svg>
    }
}
