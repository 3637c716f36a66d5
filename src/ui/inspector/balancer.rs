//! HAProxy's servers, each with its switches, and the statistics page.

use yew::prelude::*;

use super::fields::{Names, NumberField};
use crate::app::Msg;
use crate::scene::inspector::{BalancerView, Fact, ServerRow, ServerState};
use crate::sim::Command;
use crate::sim::balancer::{AdminState, select::MAX_WEIGHT};
use crate::text::inspector::stats as words;
use crate::ui::element::{classes, html};
use crate::ui::input::on_click;
use crate::ui::panel::panel;

/// The servers of a backend and the statistics of it all.
pub fn backend(view: &BalancerView, send: &Callback<Msg>) -> Html {
    html! {
        <>
            if !view.runs { <p class="inspector-note">{ words::BALANCER_DOWN }</p> }
            <section class="inspector-block">
                <h3>{ words::SERVERS }</h3>
                <ul class="servers">{ for view.servers.iter().map(|server| card(server, send)) }</ul>
            </section>
            <section class="inspector-block">
                <h3 id="stats-title">{ words::STATISTICS }</h3>
                <div class="scroll inspector-scroll" tabindex="0" role="region" aria-labelledby="stats-title">{ table(view) }</div>
                <dl class="facts">{ for view.backend.iter().map(total) }</dl>
            </section>
        </>
    }
}

fn total(fact: &Fact) -> Html {
    html! { <><dt>{ fact.label }</dt><dd>{ &fact.value }</dd></> }
}

fn card(server: &ServerRow, send: &Callback<Msg>) -> Html {
    let name = &server.name;
    let weight_id = format!("weight-{name}");
    let commit = {
        let server = name.clone();
        send.reform(move |weight| Msg::Do(Command::ServerWeight { server: server.clone(), weight }))
    };
    let names = Names { id: weight_id.clone(), testid: "server-weight".to_owned(), ..Names::default() };
    let weight = NumberField { names, value: server.weight, scale: 1, range: (0, MAX_WEIGHT), commit };
    let check = words::last_check(server.last_check);
    html! {
        <li key={name.clone()} class="server" data-testid="server-row" data-server={name.clone()}
            data-status={server.state.name()} data-weight={server.weight.to_string()}>
            <p class="server__head">
                <strong>{ name }</strong>
                <span class={classes(["chip", colour(server.state)])}>{ &server.status }</span>
                if server.backup { <span class="chip">{ words::BACKUP }</span> }
                <span class="server__check" title={words::last_check_means(server.last_check)}>
                    <span class="visually-hidden">{ words::LAST_CHECK }{ ": " }</span><code>{ check }</code>
                </span>
            </p>
            <div class="server__controls">
                <span class="segments" role="group" aria-label={words::ADMIN}>
                    { for [AdminState::Ready, AdminState::Drain, AdminState::Maint].map(|state| admin(server, state, send)) }
                </span>
                <span class="server__weight">
                    <label for={weight_id}>{ words::WEIGHT }</label>
                    { panel("weight", weight, send) }
                </span>
            </div>
        </li>
    }
}

fn admin(server: &ServerRow, state: AdminState, send: &Callback<Msg>) -> Html {
    let testid = match state {
        AdminState::Ready => "server-ready",
        AdminState::Drain => "server-drain",
        AdminState::Maint => "server-maint",
    };
    let onclick = on_click(send, Msg::Do(Command::ServerState { server: server.name.clone(), state }));
    let pressed = (server.admin == state).to_string();
    html! {
        <button key={testid} type="button" class="button button--small" data-testid={testid} aria-pressed={pressed}
            title={words::admin_means(state)} {onclick}>{ words::admin(state) }</button>
    }
}

const fn colour(state: ServerState) -> &'static str {
    match state {
        ServerState::Up => "chip--ok",
        ServerState::Down => "chip--bad",
        ServerState::Maint | ServerState::Drain | ServerState::NoLb => "chip--warn",
        ServerState::NoCheck => "chip--unknown",
    }
}

fn table(view: &BalancerView) -> Html {
    let head = |(at, (name, means)): (usize, &(&'static str, &'static str))| {
        let class = if at < 4 { "" } else { "number" };
        html! { <th scope="col" {class} title={*means}>{ *name }</th> }
    };
    html! {
        <table class="table stats">
            <thead><tr>{ for words::COLUMNS.iter().enumerate().map(head) }</tr></thead>
            <tbody>{ for view.servers.iter().map(line) }</tbody>
        </table>
    }
}

fn line(server: &ServerRow) -> Html {
    let counters = &server.counters;
    let yes = |yes: bool| if yes { "Y" } else { "–" };
    let numbers = [
        server.weight.to_string(),
        yes(!server.backup).to_owned(),
        yes(server.backup).to_owned(),
        server.queued.to_string(),
        counters.most_queued.to_string(),
        server.running.to_string(),
        counters.most_running.to_string(),
        counters.sessions.to_string(),
        counters.retries.to_string(),
        counters.redispatches.to_string(),
        counters.connect_errors.to_string(),
        counters.response_errors.to_string(),
        counters.failed_checks.to_string(),
        counters.times_down.to_string(),
        words::duration(server.downtime),
    ];
    html! {
        <tr key={server.name.clone()} data-testid="server-stats" data-server={server.name.clone()} data-total={counters.sessions.to_string()}>
            <th scope="row">{ &server.name }</th>
            <td class={classes(["stats__status", colour(server.state)])}>{ &server.status }</td>
            <td>{ words::duration(server.since) }</td>
            <td><code>{ words::last_check(server.last_check) }</code></td>
            { for numbers.into_iter().map(|number| html! { <td class="number">{ number }</td> }) }
        </tr>
    }
}
