//! The head of the inspector: name, state, and what can be done to any part.

use yew::prelude::*;

use super::chip;
use super::fields::Speed;
use crate::app::Msg;
use crate::scene::inspector::{Detail, PartView};
use crate::scene::parts::PartStatus;
use crate::sim::{Command, Condition};
use crate::text::inspector as words;

/// Name, kind, state and switches of a part.
pub fn head(part: &PartView, send: &Callback<Msg>) -> Html {
    let status = &part.status;
    let close = {
        let send = send.clone();
        Callback::from(move |_| send.emit(Msg::Select(None)))
    };
    let consequence = words::consequence(status.kind, status.condition, status.without_power);
    html! {
        <>
            <header class="inspector-head">
                <p class="inspector-kind">{ words::kind(status.kind) }</p>
                <h2 data-testid="inspector-title" data-part={status.name.clone()}>{ title(&part.title) }</h2>
                <button type="button" class="button button--quiet button--small inspector-close" onclick={close}
                    data-testid="inspector-close" aria-label={words::CLOSE} title={words::CLOSE}>{ "×" }</button>
                <p class="row" data-testid="inspector-state" role="status">{ chip::state(status) }{ role(part) }</p>
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
                <span class={classes!("chip", view.is_primary.then_some("chip--primary"))} data-testid="mysql-role">{ view.role }</span>
                if view.diverged { <span class="chip chip--bad">{ words::stats::DIVERGED }</span> }
            </>
        },
        _ => Html::default(),
    }
}

fn actions(status: &PartStatus, send: &Callback<Msg>) -> Html {
    let name = status.short_name();
    let part = || status.name.clone();
    let restore = |key| {
        (key, "act-restore", words::restore(status.kind, status.own).to_owned(), Command::Restore { part: part() })
    };
    // Buttons change their meaning in place, so that the keyboard's focus stays where it is.
    let first = match status.own {
        Condition::Down => restore("switch"),
        _ => ("switch", "act-kill", words::kill(status.kind, name), Command::Kill { part: part() }),
    };
    let second = match status.own {
        Condition::Up if status.kind.is_process() => {
            Some(("hang", "act-hang", words::hang(name), Command::Freeze { part: part() }))
        }
        Condition::Hung => Some(restore("hang")),
        Condition::Up | Condition::Down => None,
    };
    let third = (status.own == Condition::Up && status.slowdown > 1).then(|| restore("speed"));
    let buttons = [Some(first), second, third].into_iter().flatten();
    let button = |(key, testid, label, command): (&'static str, &'static str, String, Command)| {
        let send = send.clone();
        let onclick = Callback::from(move |_| send.emit(Msg::Do(command.clone())));
        let restores = testid == "act-restore";
        let class = classes!(
            "button",
            "inspector-act",
            restores.then_some("button--primary"),
            (testid == "act-kill").then_some("button--break")
        );
        html! {
            <button {key} type="button" {class} data-testid={testid} disabled={status.without_power} {onclick}>{ label }</button>
        }
    };
    html! {
        <div class="inspector-actions" role="group" aria-label={words::ACTIONS}>
            { for buttons.map(button) }
            <Speed id="inspector-speed" label={words::SPEED} part={status.name.clone()} slowdown={status.slowdown}
                send={send.clone()} />
        </div>
    }
}

/// A button that gives a command.
pub fn act(testid: &'static str, label: impl Into<AttrValue>, command: Command, send: &Callback<Msg>) -> Html {
    let send = send.clone();
    let onclick = Callback::from(move |_| send.emit(Msg::Do(command.clone())));
    html! { <button key={testid} type="button" class="button inspector-act" data-testid={testid} {onclick}>{ label.into() }</button> }
}
