//! Draws every part with its condition and its switch, as a table.

use yew::prelude::*;

use super::element::html;
use super::input::on_click;
use super::inspector::chip;
use super::inspector::fields::speed;
use super::panel::{Drawn, Place};
use crate::app::Msg;
use crate::scene::parts::{PartRow, PartStatus, PartsView, condition_name};
use crate::sim::{Command, Condition};
use crate::text::inspector::{data as words, kind};
use crate::text::label::{self, ALL_ON};

/// So many machines and links are drawn at once.
const PIECE: usize = 10;
/// So many are listed at first, and each time that more are asked for.
const LISTED: usize = 10 * PIECE;

impl Drawn for PartsView {
    /// How many pieces there are beside the first.
    type Kept = usize;

    fn draw(&self, pieces: &usize, place: &Place<usize>) -> Html {
        let shown = PIECE * (pieces + 1);
        let left: usize = [self.machines.len(), self.links.len()].map(|all| all.saturating_sub(shown)).iter().sum();
        let is_asked = shown.is_multiple_of(LISTED);
        if left > 0 && !is_asked {
            place.draw_next_piece(*pieces);
        }
        let ask = (left > 0 && is_asked).then(|| {
            let more = place.keep_on(|_: &MouseEvent| (), |pieces, ()| *pieces += 1);
            html! { <p class="row"><button class="button button--small" data-testid="more-parts" onclick={more}>{ label::more(left) }</button></p> }
        });
        table(self, shown, ask, &place.send)
    }
}

fn table(view: &PartsView, shown: usize, ask: Option<Html>, send: &Callback<Msg>) -> Html {
    let restore = on_click(send, Msg::Do(Command::RestoreAll));
    let summary = if view.broken == 0 { words::ALL_FINE.to_owned() } else { words::broken(view.broken) };
    let head = |name: &&'static str| {
        let class = (*name == words::KIND).then_some("parts__kind");
        html! { <th scope="col" {class}>{ *name }</th> }
    };
    html! {
        <section class="parts" data-testid="parts">
            <div class="spread parts__bar">
                <p class="said" data-testid="parts-summary" data-broken={view.broken.to_string()}>{ summary }</p>
                <button type="button" class="button" data-testid="restore-all" disabled={view.broken == 0} onclick={restore}>
                    { ALL_ON }
                </button>
            </div>
            <div class="scroll parts__scroll" tabindex="0" role="region" aria-label={words::PARTS}>
                <table class="table parts__table">
                    <caption class="visually-hidden">{ words::PARTS }</caption>
                    <thead><tr>{ for words::PART_COLUMNS.iter().map(head) }</tr></thead>
                    <tbody>{ group(words::MACHINES) }{ for view.machines.iter().take(shown).map(|part| row(part, send)) }</tbody>
                    <tbody>{ group(words::LINKS) }{ for view.links.iter().take(shown).map(|part| row(part, send)) }</tbody>
                </table>
                { ask.unwrap_or_default() }
            </div>
        </section>
    }
}

fn group(name: &'static str) -> Html {
    html! {
        <tr key={name} class="parts__group">
            <th scope="rowgroup" colspan={words::PART_COLUMNS.len().to_string()}>{ name }</th>
        </tr>
    }
}

fn row(part: &PartRow, send: &Callback<Msg>) -> Html {
    let status = &part.status;
    let name = || status.name.clone();
    let inspect = on_click(send, Msg::Select(Some(part.part)));
    let class = if status.kind.is_process() { "parts__process" } else { "parts__other" };
    html! {
        <tr key={name()} {class} data-testid="part-row" data-part={name()} data-condition={condition_name(status.condition)}
            data-slowdown={status.slowdown.to_string()}>
            <th scope="row" class="parts__name">{ &part.label }</th>
            <td>{ switch(status, send) }</td>
            <td><span class="row">{ chip::state(status) }<span class="muted" data-testid="part-note">{ &part.note }</span></span></td>
            <td class="muted parts__kind">{ kind(status.kind) }</td>
            <td>
                { speed(&status.name, status.slowdown, format!("speed-{}", status.name), Some(words::speed_of(&status.name)), send) }
            </td>
            <td>
                <span class="parts__more">
                    <button type="button" class="button button--small" data-testid="part-inspect" onclick={inspect}
                        aria-label={format!("{} {}", words::INSPECT, status.name)}>{ words::INSPECT }</button>
                    if status.kind.is_process() { { hang(status, send) } }
                </span>
            </td>
        </tr>
    }
}

fn switch(status: &PartStatus, send: &Callback<Msg>) -> Html {
    let on = status.condition == Condition::Up;
    let part = status.name.clone();
    let command = if status.own == Condition::Up { Command::Kill { part } } else { Command::Restore { part } };
    let onclick = on_click(send, Msg::Do(command));
    html! {
        <button type="button" class="toggle" role="switch" aria-checked={on.to_string()} data-testid="part-switch"
            aria-label={words::switch(&status.name)} disabled={status.without_power} {onclick}>
            <span class="toggle__knob" aria-hidden="true" />
        </button>
    }
}

fn hang(status: &PartStatus, send: &Callback<Msg>) -> Html {
    let part = status.name.clone();
    let hung = status.own == Condition::Hung;
    let (label, command) =
        if hung { (words::GO_ON, Command::Restore { part }) } else { (words::HANG, Command::Freeze { part }) };
    let onclick = on_click(send, Msg::Do(command));
    let disabled = status.without_power || status.own == Condition::Down;
    html! {
        <button type="button" class="button button--small" data-testid="part-hang" {disabled} {onclick}
            aria-label={format!("{label} {}", status.name)}>{ label }</button>
    }
}
