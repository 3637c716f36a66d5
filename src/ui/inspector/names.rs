//! The resolver's cache and answers, and the zone with the form that changes it.

use std::net::Ipv4Addr;

use yew::prelude::*;

use super::head::act;
use crate::app::Msg;
use crate::scene::inspector::{ResolverView, ZoneChoice, ZoneView};
use crate::sim::Command;
use crate::text::inspector::stats as words;
use crate::ui::element::html;
use crate::ui::input::value_of;
use crate::ui::panel::{Drawn, Place, panel};

/// Cache, answer and bytes.
pub fn resolver(view: &ResolverView, send: &Callback<Msg>) -> Html {
    let entry = |(at, entry): (usize, &crate::sim::dns::CacheEntry)| {
        record(at, &entry.name, entry.ttl_s, &entry.kind.to_string(), &entry.data)
    };
    html! {
        <>
            <section class="inspector-block">
                <div class="spread">
                    <h3>{ words::CACHE }</h3>
                    { act("act-flush", words::FLUSH, Command::FlushCache, send) }
                </div>
                if view.cache.is_empty() {
                    <p class="muted small" data-testid="cache-empty">{ words::CACHE_EMPTY }</p>
                } else {
                    { records(words::CACHE, view.cache.iter().enumerate().map(entry).collect()) }
                }
            </section>
        </>
    }
}

fn records(label: &'static str, lines: Vec<Html>) -> Html {
    let head = |name: &&'static str| html! { <th scope="col">{ *name }</th> };
    html! {
        <div class="scroll inspector-scroll" tabindex="0" role="region" aria-label={label}>
            <table class="table records">
                <thead><tr>{ for words::RECORD_COLUMNS.iter().map(head) }</tr></thead>
                <tbody>{ lines }</tbody>
            </table>
        </div>
    }
}

fn record(at: usize, name: &str, ttl_s: u32, kind: &str, data: &str) -> Html {
    html! {
        <tr key={at} data-testid="dns-record" data-type={kind.to_owned()} data-ttl={ttl_s.to_string()}>
            <td>{ name }</td><td class="number">{ ttl_s }</td><td>{ kind }</td><td>{ data }</td>
        </tr>
    }
}

/// The zone with the form that changes its A records.
pub fn zone(view: &ZoneView, send: &Callback<Msg>) -> Html {
    let line = |(at, (name, ttl_s, kind, data)): (usize, &(String, u32, crate::sim::dns::RecordType, String))| {
        record(at, name, *ttl_s, &kind.to_string(), data)
    };
    let form = ZoneForm { addresses: view.addresses.clone(), ttl_s: view.ttl_s, choices: view.choices.clone() };
    html! {
        <>
            <section class="inspector-block">
                <h3>{ words::ZONE }</h3>
                { records(words::ZONE, view.records.iter().enumerate().map(line).collect()) }
            </section>
            { panel("form", form, send) }
        </>
    }
}

#[derive(PartialEq)]
struct ZoneForm {
    addresses: Vec<Ipv4Addr>,
    ttl_s: u32,
    choices: Vec<ZoneChoice>,
}

/// What is typed and not yet published; none where it is as in the zone.
#[derive(Default)]
struct Draft {
    addresses: Option<String>,
    ttl: Option<String>,
    /// Why it could not be published.
    error: Option<String>,
}

impl Drawn for ZoneForm {
    type Kept = Draft;

    fn draw(&self, draft: &Draft, place: &Place<Draft>) -> Html {
        let addresses = draft.addresses.clone().unwrap_or_else(|| join(&self.addresses));
        let ttl = draft.ttl.clone().unwrap_or_else(|| self.ttl_s.to_string());
        zone_form(&self.choices, &addresses, ttl, draft.error.as_deref(), place)
    }
}

fn zone_form(choices: &[ZoneChoice], addresses: &str, ttl: String, error: Option<&str>, place: &Place<Draft>) -> Html {
    let type_addresses =
        place.keep_on(|event: &InputEvent| value_of(event), |draft, text| draft.addresses = Some(text));
    let type_ttl = place.keep_on(|event: &InputEvent| value_of(event), |draft, text| draft.ttl = Some(text));
    let onsubmit = {
        let (place, addresses, ttl) = (place.clone(), addresses.to_owned(), ttl.clone());
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            match read(&addresses, &ttl) {
                Ok((addresses, ttl_s)) => {
                    place.send.emit(Msg::Do(Command::Records { addresses, ttl_s }));
                    place.keep(|draft| *draft = Draft::default());
                }
                Err(message) => place.keep(|draft| draft.error = Some(message)),
            }
        })
    };
    let chosen = |choice: &ZoneChoice| {
        let address = choice.address;
        let listed = split(addresses).any(|text| text == address.to_string());
        let text = toggled(addresses, address);
        let place = place.clone();
        let onclick = Callback::from(move |_| {
            let text = text.clone();
            place.keep(|draft| draft.addresses = Some(text));
        });
        html! {
            <button key={choice.machine.clone()} type="button" class="button button--small" aria-pressed={listed.to_string()}
                data-testid="record-choice" data-address={address.to_string()} {onclick}>
                { &choice.machine }<span class="muted">{ address.to_string() }</span>
            </button>
        }
    };
    let invalid = error.is_some().then_some("true");
    html! {
        <form class="inspector-block stack" {onsubmit} novalidate={true}>
            <h3>{ words::EDIT_ZONE }</h3>
            <div class="field">
                <span class="label" id="point-at">{ words::POINT_AT }</span>
                <div class="row" role="group" aria-labelledby="point-at">{ for choices.iter().map(chosen) }</div>
            </div>
            <div class="field">
                <label for="zone-addresses">{ words::ADDRESSES }</label>
                <input type="text" id="zone-addresses" data-testid="record-addresses" autocomplete="off" spellcheck="false"
                    aria-invalid={invalid} aria-describedby="zone-error" value={addresses.to_owned()} oninput={type_addresses} />
            </div>
            <div class="field">
                <label for="zone-ttl">{ words::TTL }</label>
                <input type="number" id="zone-ttl" data-testid="record-ttl" min="0" max="604800" value={ttl} oninput={type_ttl} />
            </div>
            <p id="zone-error" class="inspector-error" role="alert">{ error.unwrap_or_default() }</p>
            <div class="row">
                <button type="submit" class="button button--primary" data-testid="act-records">{ words::PUBLISH }</button>
            </div>
            <p class="muted small">{ words::PUBLISH_HINT }</p>
        </form>
    }
}

fn join(addresses: &[Ipv4Addr]) -> String {
    addresses.iter().map(Ipv4Addr::to_string).collect::<Vec<_>>().join(", ")
}

fn split(text: &str) -> impl Iterator<Item = &str> {
    text.split([',', ' ', ';']).filter(|part| !part.is_empty())
}

/// The list with the address taken out, or added at its end.
fn toggled(list: &str, address: Ipv4Addr) -> String {
    let address = address.to_string();
    let mut all: Vec<&str> = split(list).collect();
    let before = all.len();
    all.retain(|other| *other != address);
    if all.len() == before {
        all.push(&address);
    }
    all.join(", ")
}

fn read(addresses: &str, ttl: &str) -> Result<(Vec<Ipv4Addr>, u32), String> {
    let parse = |text: &str| text.parse::<Ipv4Addr>().map_err(|_| words::no_address(text));
    let addresses = split(addresses).map(parse).collect::<Result<_, _>>()?;
    Ok((addresses, ttl.trim().parse().map_err(|_| words::NO_TTL.to_owned())?))
}
