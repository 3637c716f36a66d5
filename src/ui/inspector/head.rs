//! The head of the inspector: name, state, and what can be done to any part.

use yew::prelude::*;

use super::chip;
use super::fields::speed;
use crate::app::Msg;
use crate::scene::inspector::{Detail, PartView};
use crate::scene::parts::PartStatus;
use crate::sim::{Command, Condition};
use crate::text::{inspector as words, timeline};
use crate::ui::element::{classes, html, if_so};
use crate::ui::input;

const TITLE: &str = "inspector-title";
const SPEED: &str = "inspector-speed";
const KILL: &str = "act-kill";
const RESTORE: &str = "act-restore";
const HANG: &str = "act-hang";

/// Name, kind, state and switches of a part.
pub fn head(part: &PartView, send: &Callback<Msg>) -> Html {
    let status = &part.status;
    let close = input::on_click(send, Msg::Select(None));
    let consequence = words::consequence(status.kind, status.condition, status.without_power);
    html! {
        <>
            <header class="inspector-head">
                <p class="inspector-kind">{ words::kind(status.kind) }</p>
                <h2 id={TITLE} tabindex="-1" data-testid="inspector-title" data-part={status.name.clone()}>{ title(&part.title) }</h2>
                <button type="button" class="button button--quiet button--small inspector-close" onclick={close}
                    data-testid="inspector-close" aria-label={words::CLOSE} title={words::CLOSE}>{ "×" }</button>
                <p class="row said" data-testid="inspector-state">{ chip::state(status) }{ role(part) }</p>
                <p class="inspector-about">{ words::about(status.kind) }</p>
            </header>
            { actions(status, send) }
            if let Some(text) = consequence { <p class="inspector-note" data-testid="inspector-note">{ text }</p> }
        </>
    }
}

/// The title, which breaks between the two ends of a link and nowhere else.
fn title(title: &str) -> Html {
    let end = |(at, end): (usize, &str)| {
        html! { <>if at > 0 { { " → " } }<span class="inspector-end">{ end.to_owned() }</span></> }
    };
    title.split(" → ").enumerate().map(end).collect()
}

/// What a database is: primary or replica.
fn role(part: &PartView) -> Html {
    match &part.detail {
        Detail::Mysql(view) => html! {
            <>
                <span class={classes(["chip", if_so(view.is_primary, "chip--primary")])} data-testid="mysql-role">{ view.role }</span>
                if view.diverged { <span class="chip chip--bad">{ words::stats::DIVERGED }</span> }
            </>
        },
        _ => Html::default(),
    }
}

fn actions(status: &PartStatus, send: &Callback<Msg>) -> Html {
    let part = || status.name.clone();
    let restore = || (RESTORE, words::restore(status.kind, status.own).to_owned(), Command::Restore { part: part() });
    let first = match status.own {
        Condition::Down => restore(),
        _ => (KILL, words::kill(status.kind, status.short_name()), Command::Kill { part: part() }),
    };
    let second = match status.own {
        Condition::Up if status.kind.is_process() => {
            Some((HANG, words::hang(status.short_name()), Command::Freeze { part: part() }))
        }
        Condition::Hung => Some(restore()),
        Condition::Up | Condition::Down => None,
    };
    let third = (status.own == Condition::Up && status.slowdown > 1).then(restore);
    let button = |(testid, label, command): (&'static str, String, Command), focus: Option<&'static str>| {
        let class = match testid {
            RESTORE => "button button--primary inspector-act",
            KILL => "button button--break inspector-act",
            _ => "button inspector-act",
        };
        let onclick = order(command, send, focus);
        let disabled = status.without_power;
        html! { <button type="button" {class} data-testid={testid} {disabled} {onclick}>{ label }</button> }
    };
    // Buttons change their meaning in their places, so that the keyboard's focus stays where it is.
    html! {
        <div class="inspector-actions" role="group" aria-label={words::ACTIONS}>
            { button(first, None) }
            { second.map(|second| button(second, None)).unwrap_or_default() }
            { third.map(|third| button(third, Some(SPEED))).unwrap_or_default() }
            <button type="button" class="button inspector-act" data-testid="step-part" onclick={input::on_click(send, Msg::StepPart)}>
                { timeline::NEXT_HERE }
            </button>
            { speed(&status.name, status.slowdown, SPEED.to_owned(), Some(words::SPEED.to_owned()), send) }
        </div>
    }
}

/// A click that gives a command. A button that the command takes away hands the focus on first.
fn order(command: Command, send: &Callback<Msg>, focus: Option<&'static str>) -> Callback<MouseEvent> {
    let send = send.clone();
    Callback::from(move |_| {
        if let Some(id) = focus {
            input::focus(id);
        }
        send.emit(Msg::Do(command.clone()));
    })
}

/// A button that gives a command.
pub fn act(testid: &'static str, label: impl Into<AttrValue>, command: Command, send: &Callback<Msg>) -> Html {
    let focus = matches!(command, Command::Promote { .. }).then_some(TITLE);
    let onclick = order(command, send, focus);
    html! { <button type="button" class="button inspector-act" data-testid={testid} {onclick}>{ label.into() }</button> }
}
