//! Draws what somebody outside finds, what a wiretap hears, and the buttons that mend it.

use yew::prelude::*;

use super::element::html;
use super::input::on_click;
use super::inspector::fields::{Choice, Names, setting_field};
use super::panel::panel;
use crate::app::Msg;
use crate::scene::security::{FirewallView, Scanned, SecurityView};
use crate::sim::{Command, PartId, PortState, Setting};
use crate::text::security as words;

/// Draws the tab.
pub fn security_panel(view: &SecurityView, send: &Callback<Msg>) -> Html {
    let port =
        |port: &u16| html! { <th scope="col" key={*port}>{ u64::from(*port) }<br />{ words::service(*port) }</th> };
    let login = |(command, text, meaning): &(String, String, &'static str)| {
        html! {
            <><pre class="terminal terminal--log" data-testid="login">{ "$ " }{ command }{ "\n" }{ text }</pre><p class="small">{ *meaning }</p></>
        }
    };
    html! {
        <div class="security" data-testid="security" tabindex="0">
            <section>
                <h3>{ words::SCAN }</h3>
                <p class="muted small">{ words::SCAN_ABOUT }</p>
                <div class="scroll" tabindex="0" role="region" aria-label={words::SCAN}>
                    <table class="table security__scan">
                        <thead><tr><th scope="col">{ words::MACHINE }</th>{ for view.ports.iter().map(port) }<th scope="col">{ words::FIREWALL }</th></tr></thead>
                        <tbody>{ for view.scan.iter().map(|machine| scanned(machine, &view.ports, send)) }</tbody>
                    </table>
                </div>
            </section>
            <section>
                <h3>{ words::TLS }</h3>
                { for view.settings.iter().map(|setting| setting_field(setting, send)) }
                if let Some(days) = view.certificate { { certificate(days, send) } }
            </section>
            <section>
                <h3>{ words::LOGIN }</h3>
                { for view.logins.iter().map(login) }
            </section>
            { wiretap(view, send) }
        </div>
    }
}

fn scanned(machine: &Scanned, ports: &[u16], send: &Callback<Msg>) -> Html {
    let cell = |(state, port): (&PortState, &u16)| {
        let class = match state {
            PortState::Open => "chip chip--warn",
            _ => "muted",
        };
        let name = words::state(*state);
        html! { <td key={*port} data-testid="port" data-port={port.to_string()} data-state={name}><span {class}>{ name }</span></td> }
    };
    let name = machine.name.clone();
    html! {
        <tr key={name.clone()} data-testid="scanned" data-machine={name.clone()}>
            <th scope="row">
                <button type="button" class="button button--quiet button--small" onclick={on_click(send, Msg::Select(Some(machine.part)))}>{ name }</button>
                <code class="muted">{ machine.address.to_string() }</code>
            </th>
            { for machine.states.iter().zip(ports).map(cell) }
            <td>{ guard(&machine.firewall, send) }</td>
        </tr>
    }
}

/// The button that gives a machine the firewall that it needs, or takes it away.
pub fn guard(view: &FirewallView, send: &Callback<Msg>) -> Html {
    let (label, firewall) = match &view.present {
        None => (words::GUARD, Some(view.needed.clone())),
        Some(_) => (words::UNGUARD, None),
    };
    let onclick = on_click(send, Msg::Do(view.change(firewall)));
    html! { <button type="button" class="button button--small" data-testid="guard" {onclick}>{ label }</button> }
}

fn certificate(days: u32, send: &Callback<Msg>) -> Html {
    let (status, label, to) = match days {
        0 => (words::EXPIRED.to_owned(), words::RENEW, 90),
        days => (words::valid_for(days), words::EXPIRE, 0),
    };
    let onclick = on_click(send, Msg::Do(Command::Set(Setting::CertificateDays(to))));
    html! {
        <p class="row" role="status">
            { status }<button type="button" class="button button--small" data-testid="certificate" {onclick}>{ label }</button>
        </p>
    }
}

fn wiretap(view: &SecurityView, send: &Callback<Msg>) -> Html {
    let option = |(link, name): &(crate::sim::LinkId, String)| {
        (name.clone(), name.clone(), Msg::Select(Some(PartId::Link(*link))))
    };
    let names = Names { id: "tap".to_owned(), testid: "tap".to_owned(), label: None, help: None };
    let links = Choice { names, options: view.links.iter().map(option).collect(), present: view.tapped };
    html! {
        <section>
            <h3 id="tap-title">{ words::TAP }</h3>
            <p class="row"><label for="tap">{ words::TAP_LINK }</label>{ panel("choice", links, send) }</p>
            <pre class="terminal" tabindex="0" role="region" aria-labelledby="tap-title" data-testid="heard">{ &view.heard }</pre>
        </section>
    }
}
