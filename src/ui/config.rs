//! Draws the configuration files, and what was made of a pasted `haproxy.cfg`.

use std::sync::Arc;

use web_sys::HtmlTextAreaElement;
use yew::prelude::*;

use super::clipboard::copy;
use super::download::save;
use super::element::{classes, html, if_so};
use super::input::{focus, value_of};
use super::panel::{Drawn, Place, panel};
use crate::app::{ConfigMsg, ConfigSource, ConfigView, Model, Msg, Pasted, archive};
use crate::import::{Fate, Line, Reading};
use crate::sim::FieldError;
use crate::text::config::{about, say};
use crate::text::label::{cut, more};
use crate::text::share;

/// So many lines of a file that was read are listed at first, and each time that more are asked for.
const LISTED: usize = 50;
/// The most frontends to choose from.
const MAX_CHOICES: usize = 100;

/// Id of what was made of a pasted file.
const READING: &str = "reading";

/// Draws the tab.
pub fn config_panel(model: &Model, send: &Callback<Msg>) -> Html {
    html! {
        <div class="security config" data-testid="config">
            <section aria-labelledby="config-files">
                <h3 id="config-files">{ say!("files") }</h3>
                <p class="muted small">{ say!("files-about") }</p>
                { panel("file", ConfigSource::new(model), send) }
            </section>
            <section aria-labelledby="config-read">
                <h3 id="config-read">{ say!("read") }</h3>
                <p class="muted small">{ say!("read-about") }</p>
                { panel("paste", Paste(model.config.pasted.as_ref().map_or_else(|| "".into(), |pasted| Arc::clone(&pasted.text))), send) }
                if let Some(pasted) = &model.config.pasted { { result(pasted, send) } }
            </section>
        </div>
    }
}

impl Drawn for ConfigSource {
    /// Whether the text was copied; none if nobody has tried.
    type Kept = Option<bool>;

    fn draw(&self, copied: &Option<bool>, place: &Place<Option<bool>>) -> Html {
        ConfigView::new(self).map(|view| file(self, &view, *copied, place)).unwrap_or_default()
    }

    /// Another text has not been copied yet.
    fn stands(&self, before: Option<&Self>, place: &Place<Option<bool>>) {
        if before.is_some_and(|before| before != self) {
            place.keep(|copied| *copied = None);
        }
    }
}

/// One file, with the way to all of them.
fn file(source: &ConfigSource, view: &ConfigView, copied: Option<bool>, place: &Place<Option<bool>>) -> Html {
    let choose = place.send.reform(|event: Event| Msg::Config(ConfigMsg::File(value_of(&event))));
    let path = &view.paths[view.shown];
    let option = |(i, path): (usize, &String)| {
        html! { <option key={path.clone()} value={path.clone()} selected={i == view.shown}>{ path }</option> }
    };
    let (text, field, at) = (view.content.clone(), place.node.clone(), place.clone());
    let take = Callback::from(move |_: MouseEvent| copy(&text, &field, at.clone()));
    let all = {
        let source = source.clone();
        Callback::from(move |_: MouseEvent| save("hopscope-config.sh", "text/x-shellscript", &archive(&source.files())))
    };
    let (text, name) = (view.content.clone(), path.replace('/', "-"));
    let download = Callback::from(move |_: MouseEvent| save(&name, "text/plain", &text));
    let said = match copied {
        None => "",
        Some(true) => share::COPIED,
        Some(false) => share::SELECTED,
    };
    let line = |(text, is_new): &(String, bool)| {
        html! { <span class={classes(["code__line", if_so(*is_new, "code__line--new")])}>{ text }{ "\n" }</span> }
    };
    let changes = view.lines.iter().filter(|(_, is_new)| *is_new).map(|(line, _)| format!("+ {}", line.trim()));
    let changes: Vec<String> = changes.chain(view.gone.iter().map(|line| format!("− {}", line.trim()))).collect();
    html! {
        <>
            <p class="row">
                <label for="config-file">{ say!("file") }</label>
                <select id="config-file" data-testid="config-file" onchange={choose}>
                    { for view.paths.iter().enumerate().map(option) }
                </select>
                <button class="button button--small" data-testid="copy-file" onclick={take}>{ share::COPY }</button>
                <button class="button button--small" data-testid="download-file" onclick={download}>{ say!("download") }</button>
                <span class="small muted said">{ said }</span>
            </p>
            <p class="small">{ about(path) }</p>
            <p class="small said" data-testid="config-changes">
                if !changes.is_empty() { { say!("changes", changes.join("; ")) } }
            </p>
            <pre class="terminal code" tabindex="0" role="region" aria-label={path.clone()} data-testid="file" ref={place.node.clone()}>
                { for view.lines.iter().map(line) }
            </pre>
            <p class="row"><button class="button button--small" data-testid="download-all" onclick={all}>{ say!("download-all") }</button></p>
        </>
    }
}

/// The field for a file, with what was pasted before.
#[derive(PartialEq)]
struct Paste(Arc<str>);

impl Drawn for Paste {
    type Kept = ();

    fn draw(&self, (): &(), place: &Place<()>) -> Html {
        let (field, send) = (place.node.clone(), place.send.clone());
        let read = Callback::from(move |_: MouseEvent| {
            if let Some(field) = field.cast::<HtmlTextAreaElement>() {
                send.emit(Msg::Config(ConfigMsg::Read(field.value())));
            }
        });
        html! {
            <div class="field">
                <label for="paste">{ say!("paste") }</label>
                <textarea id="paste" class="mono code__paste" data-testid="paste" rows="6" spellcheck="false" autocomplete="off"
                    ref={place.node.clone()} value={self.0.to_string()}></textarea>
                <p class="row"><button class="button" data-testid="read-file" onclick={read}>{ say!("read-button") }</button></p>
            </div>
        }
    }

    /// The focus goes to what has been made of another text: it may be out of sight.
    fn stands(&self, before: Option<&Self>, _place: &Place<()>) {
        if before.is_some_and(|before| before != self) {
            focus(READING);
        }
    }
}

/// What was made of a pasted file.
fn result(pasted: &Pasted, send: &Callback<Msg>) -> Html {
    let reading = match &*pasted.result {
        Ok(reading) => reading,
        Err(error) => {
            return html! { <p class="said" id={READING} tabindex="-1" data-testid="reading">{ error.to_string() }</p> };
        }
    };
    let show = reading.scenario.clone().map(|scenario| {
        let load = send.reform(move |_: MouseEvent| Msg::Load(Arc::new(scenario.clone())));
        html! { <p class="row"><button class="button button--primary" data-testid="show-file" onclick={load}>{ say!("show") }</button></p> }
    });
    html! {
        <>
            <div class="said" id={READING} tabindex="-1" data-testid="reading">
                <p><strong>{ counts(reading) }</strong></p>
                { for reading.notices.iter().map(|notice| html! { <p class="small">{ cut(notice.clone()) }</p> }) }
            </div>
            if reading.frontends.len() > 1 { { frontends(reading, send) } }
            { show.unwrap_or_default() }
            { panel("lines", Lines { of: Arc::clone(&pasted.result), label: say!("lines"), fates: &DIFFERENT }, send) }
            <details>
                <summary>{ say!("the-rest") }</summary>
                { panel("the-rest", Lines { of: Arc::clone(&pasted.result), label: say!("the-rest"), fates: &THE_REST }, send) }
            </details>
        </>
    }
}

/// How many lines came to what.
fn counts(reading: &Reading) -> String {
    let count = |fate: Fate| reading.lines.iter().filter(|line| line.fate == fate).count();
    say!(
        "counts",
        count(Fate::Wrong),
        count(Fate::Partly),
        count(Fate::NotModelled),
        count(Fate::Anyway),
        count(Fate::Taken)
    )
}

fn frontends(reading: &Reading, send: &Callback<Msg>) -> Html {
    let choose = send.reform(|event: Event| Msg::Config(ConfigMsg::Frontend(value_of(&event))));
    let option = |(i, name): (usize, &String)| {
        html! { <option key={name.clone()} value={name.clone()} selected={Some(i) == reading.shown}>{ cut(name.clone()) }</option> }
    };
    html! {
        <p class="row">
            <label for="frontend">{ say!("frontend") }</label>
            <select id="frontend" data-testid="frontend" onchange={choose}>{ for reading.frontends.iter().enumerate().take(MAX_CHOICES).map(option) }</select>
        </p>
    }
}

const DIFFERENT: [Fate; 3] = [Fate::Wrong, Fate::Partly, Fate::NotModelled];
const THE_REST: [Fate; 2] = [Fate::Anyway, Fate::Taken];

/// The lines that came to one of these, in this order.
struct Lines {
    of: Arc<Result<Reading, FieldError>>,
    label: &'static str,
    fates: &'static [Fate],
}

impl PartialEq for Lines {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.of, &other.of)
    }
}

impl Drawn for Lines {
    /// How often more was asked for.
    type Kept = usize;

    fn draw(&self, asked: &usize, place: &Place<usize>) -> Html {
        let lines = self.of.as_ref().as_ref().map_or(&[][..], |reading| &reading.lines);
        let of = |fate: &Fate| {
            let fate = *fate;
            (1_u32..).zip(lines).filter(move |(_, line)| line.fate == fate)
        };
        let (all, shown) = (self.fates.iter().flat_map(of).count(), LISTED * (asked + 1));
        if all == 0 {
            return Html::default();
        }
        let ask = place.keep_on(|_: &MouseEvent| (), |asked, ()| *asked += 1);
        html! {
            <div class="scroll" tabindex="0" role="region" aria-label={self.label}>
                <table class="table code__lines">
                    <thead><tr><th scope="col" class="number">{ say!("line") }</th><th scope="col">{ say!("text") }</th><th scope="col">{ say!("fate") }</th></tr></thead>
                    <tbody>{ for self.fates.iter().flat_map(of).take(shown).map(row) }</tbody>
                </table>
                if all > shown {
                    <p class="row"><button class="button button--small" data-testid="more-lines" onclick={ask}>{ more(all - shown) }</button></p>
                }
            </div>
        }
    }

    /// Of another file the first lines are shown.
    fn stands(&self, before: Option<&Self>, place: &Place<usize>) {
        if before.is_some_and(|before| before != self) {
            place.keep(|asked| *asked = 0);
        }
    }
}

fn row((number, line): (u32, &Line)) -> Html {
    html! {
        <tr key={u64::from(number)} data-testid="read-line" data-line={number.to_string()}>
            <td class="number">{ number }</td>
            <td><code>{ cut(line.text.trim().to_owned()) }</code></td>
            <td><span class={chip(line.fate)}>{ fate(line.fate) }</span>{ " " }{ cut(line.why.clone()) }</td>
        </tr>
    }
}

const fn chip(fate: Fate) -> &'static str {
    match fate {
        Fate::Wrong => "chip chip--bad",
        Fate::Partly => "chip chip--warn",
        Fate::Taken => "chip chip--ok",
        _ => "chip",
    }
}

fn fate(fate: Fate) -> &'static str {
    match fate {
        Fate::Wrong => say!("fate-wrong"),
        Fate::Partly => say!("fate-partly"),
        Fate::NotModelled => say!("fate-not"),
        Fate::Anyway => say!("fate-anyway"),
        Fate::Taken | Fate::Nothing => say!("fate-taken"),
    }
}
