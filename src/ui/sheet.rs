//! The panels of a narrow screen, which cover the diagram.

use yew::prelude::*;

use super::element::{classes, html, if_so};
use super::input::on_click;
use crate::app::{Model, Msg, Sheet};
use crate::text::{label, lesson};

/// The name of a panel in the page's classes.
pub const fn sheet_name(sheet: Sheet) -> &'static str {
    match sheet {
        Sheet::Lesson => "lesson",
        Sheet::Traffic => "traffic",
        Sheet::Inspector => "inspector",
        Sheet::Tabs => "tabs",
    }
}

/// On a narrow screen: the buttons that open the panels.
pub fn sheet_bar(model: &Model, send: &Callback<Msg>) -> Html {
    let open = model.view.sheet;
    // A frame that was not opened for a lesson has none.
    let has = |sheet: Sheet| sheet != Sheet::Lesson || !model.view.embed || model.lessons.open.is_some();
    // What a lesson says next is worth more than another visit.
    let main = if model.lessons.open.is_some() { Sheet::Lesson } else { Sheet::Traffic };
    let sheets = [
        (Sheet::Lesson, lesson::LESSONS),
        (Sheet::Traffic, label::SEND_SHORT),
        (Sheet::Inspector, label::INSPECTOR),
        (Sheet::Tabs, label::DETAILS),
    ];
    let button = |(sheet, text): (Sheet, &'static str)| {
        let is_open = open == Some(sheet);
        let toggle = on_click(send, Msg::Sheet((!is_open).then_some(sheet)));
        html! {
            <button class={classes(["button", if_so(sheet == main, "button--primary"), if_so(sheet == Sheet::Tabs, "sheet-bar__tabs")])} key={text} data-testid={format!("sheet-{}", sheet_name(sheet))}
                aria-pressed={is_open.to_string()} onclick={toggle}>{ text }</button>
        }
    };
    html! { <nav class="sheet-bar" aria-label={label::PANELS}>{ for sheets.into_iter().filter(|(sheet, _)| has(*sheet)).map(button) }</nav> }
}

/// On a narrow screen or in a frame: closes the panel.
pub fn close_sheet(send: &Callback<Msg>) -> Html {
    html! {
        <button class="button button--small sheet-close" onclick={on_click(send, Msg::Sheet(None))}>{ label::CLOSE }</button>
    }
}
