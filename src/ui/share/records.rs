//! Pictures, the report, traces and metrics, as files; and files that are brought back.

use yew::prelude::*;

use crate::app::{Model, Msg, Record};
use crate::text::record as words;
use crate::ui::element::html;
use crate::ui::input::on_click;
use crate::ui::{download, drop};

/// The sections.
pub fn sections(send: &Callback<Msg>) -> Html {
    let mut records = Record::ALL.into_iter();
    let button = |(record, name): (Record, &'static str)| {
        let onclick = on_click(send, Msg::Save(record));
        html! { <button type="button" class="button" key={name} data-testid="save" data-file={name} {onclick}>{ name }</button> }
    };
    let mut section = |section: &'static str| {
        let mut lines = section.lines();
        let [heading, about, names] = [(); 3].map(|()| lines.next().unwrap_or_default());
        let files: Vec<_> = names.split('|').filter(|name| !name.is_empty()).collect();
        let buttons = records.by_ref().take(files.len()).zip(files).map(button);
        html! {
            <section class="stack" key={heading} aria-label={heading}>
                <h3>{ heading }</h3>
                <p class="muted small">{ about }</p>
                <span class="row">
                    { for buttons }
                    if names.is_empty() {
                        <input type="file" accept=".svg,.html,.json,.cfg" aria-label={heading} data-testid="bring" onchange={drop::chosen(send)} />
                    }
                </span>
            </section>
        }
    };
    html! { <>{ for words::SECTIONS.split("\n\n").map(&mut section) }</> }
}

/// Saves a file that the model makes.
pub fn save(model: &mut Model, record: Record) {
    let file = model.saved(record, &super::link::page());
    match record {
        Record::Png { .. } => super::png::save(&file.name, &file.text),
        _ => download::save(&file.name, file.kind, &file.text),
    }
}
