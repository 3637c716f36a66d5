//! The application's files.

use yew::prelude::*;

use super::head::act;
use crate::app::Msg;
use crate::scene::inspector::AppView;
use crate::sim::Command;
use crate::text::inspector::stats as words;
use crate::ui::element::html;

/// The version on this machine, with the button that deploys the next one.
pub fn files(view: &AppView, send: &Callback<Msg>) -> Html {
    let deploy = Command::Deploy { machine: view.machine.clone(), version: view.next };
    html! {
        <section class="inspector-block">
            <div class="row" data-testid="app-version" data-version={view.version.to_string()}>
                { act("act-deploy", words::deploy(view.next, &view.machine), deploy, send) }
            </div>
            if let Some(warning) = &view.differ { <p class="inspector-note">{ warning }</p> }
        </section>
    }
}
