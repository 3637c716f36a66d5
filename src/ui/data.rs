//! Draws the rows of all databases, side by side.

use yew::prelude::*;

use super::element::html;
use super::input::on_click;
use super::inspector::chip;
use crate::app::Msg;
use crate::scene::data::{Cell, Column, DataView, Line, Mark};
use crate::sim::{Class, Condition};
use crate::text::inspector::{Kind, condition, data as words, stats};

/// Draws the rows of all databases, side by side.
pub fn data_panel(view: &DataView, send: &Callback<Msg>) -> Html {
    if view.servers.is_empty() {
        return html! { <section class="data" data-testid="data"><p class="empty">{ words::NO_DATABASE }</p></section> };
    }
    html! {
        <section class="data" data-testid="data">
            <div class="scroll data__scroll" tabindex="0" role="region" aria-label={words::DATA}>
                <table class="table data__table">
                    <caption class="visually-hidden">{ words::DATA }</caption>
                    <thead>
                        <tr>
                            <th scope="col" class="number">{ words::ID }</th>
                            { for view.servers.iter().map(|server| header(server, send)) }
                        </tr>
                    </thead>
                    <tbody>{ for view.lines.iter().map(line) }</tbody>
                </table>
                if view.lines.is_empty() {
                    { empty(send) }
                } else {
                    <p class="muted small data__legend">
                        if view.older > 0 { { words::older(view.older) }{ " " } }{ words::LEGEND }
                    </p>
                }
            </div>
        </section>
    }
}

fn empty(send: &Callback<Msg>) -> Html {
    let onclick = on_click(send, Msg::Send(Class::Write));
    html! {
        <div class="data__empty">
            <p>{ words::EMPTY }</p>
            <button type="button" class="button" data-testid="data-write" {onclick}>{ words::WRITE }</button>
        </div>
    }
}

fn header(server: &Column, send: &Callback<Msg>) -> Html {
    let onclick = on_click(send, Msg::Select(Some(server.part)));
    let role = if server.is_primary { "chip chip--primary" } else { "chip" };
    let state = (server.condition != Condition::Up)
        .then(|| chip::chip(server.condition, condition(Kind::Mysqld, server.condition, false)));
    html! {
        <th key={server.name.clone()} scope="col" class="data__server" data-testid="data-server" data-server={server.name.clone()}
            data-role={server.role}>
            <button type="button" class="button button--quiet button--small data__name" {onclick}>{ &server.name }</button>
            <span class="row">
                <span class={role}>{ server.role }</span>
                if server.diverged { <span class="chip chip--bad">{ stats::DIVERGED }</span> }
                { state }
            </span>
            <span class="data__fact">{ &server.rows }if let Some(lag) = &server.lag { { " · " }{ lag } }</span>
            <code class="data__fact">{ &server.executed }</code>
        </th>
    }
}

fn line(line: &Line) -> Html {
    html! {
        <tr key={line.id} data-testid="data-row" data-id={line.id.to_string()}>
            <th scope="row" class="number">{ line.id }</th>
            { for line.cells.iter().map(cell) }
        </tr>
    }
}

fn cell(cell: &Cell) -> Html {
    let sign = match cell.mark {
        Mark::Same => "✓",
        Mark::Missing => "…",
        Mark::Different => "≠",
        Mark::Lost => "✕",
    };
    html! {
        <td class={format!("data__cell data__cell--{}", cell.mark.name())} data-testid="data-cell" data-state={cell.mark.name()}>
            <div class="data__content">
                <span class="data__sign" aria-hidden="true">{ sign }</span>
                <span class="data__words">
                    if let Some((visit, gtid)) = &cell.row {
                        <span class="data__row">{ words::visit(*visit) }</span><code>{ gtid }</code>
                    }
                    <span class={if cell.mark == Mark::Same { "visually-hidden" } else { "data__note" }}>{ cell.note }</span>
                </span>
            </div>
        </td>
    }
}
