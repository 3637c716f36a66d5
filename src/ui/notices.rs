//! What the user should know, above everything else.

use yew::prelude::*;

use super::element::html;
use super::input::on_click;
use crate::app::{Msg, Notice};
use crate::text::label;

/// The notices, each with a button that takes it away.
pub fn notices(shown: &[Notice], send: &Callback<Msg>) -> Html {
    let notice = |(index, notice): (usize, &Notice)| {
        html! {
            <li class="notice" key={notice.message.clone()} data-testid="notice" data-field={notice.field.clone()}>
                <span class="said"><span aria-hidden="true">{ "! " }</span>{ label::notice(&notice.field, &notice.message) }</span>
                <button class="button button--small" onclick={on_click(send, Msg::Dismiss(index))}>{ label::DISMISS }</button>
            </li>
        }
    };
    html! { <div role="region" aria-label={label::NOTICES}><ul class="notices">{ for shown.iter().enumerate().map(notice) }</ul></div> }
}
