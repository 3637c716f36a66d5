//! The rules of a machine's firewall, which can be edited.

use yew::prelude::*;

use crate::app::Msg;
use crate::scene::security::FirewallView;
use crate::sim::{Firewall, Rule, Ruling};
use crate::text::security as words;
use crate::ui::element::html;
use crate::ui::input::{on_click, value_of};
use crate::ui::panel::{Drawn, Place, panel};
use crate::ui::security::guard;

/// The firewall of a machine.
pub fn firewall(view: &FirewallView, send: &Callback<Msg>) -> Html {
    html! {
        <section class="inspector-block" data-testid="firewall">
            <div class="spread"><h3>{ words::FIREWALL }</h3>{ guard(view, send) }</div>
            if view.present.is_none() { <p class="muted small">{ words::NO_FIREWALL }</p> }
            if let Some(present) = &view.present { { rules(view, present, send) } }
        </section>
    }
}

fn rules(view: &FirewallView, present: &Firewall, send: &Callback<Msg>) -> Html {
    let button = |label: &'static str, about: &str, firewall: Firewall| {
        let onclick = on_click(send, Msg::Do(view.change(Some(firewall))));
        let name = format!("{label}: {about}");
        html! { <button type="button" class="button button--quiet button--small" aria-label={name} {onclick}>{ label }</button> }
    };
    let line = |(at, rule): (usize, &Rule)| {
        let (text, mut less) = (words::rule(rule), present.clone());
        less.rules.remove(at);
        html! { <li key={at} class="spread" data-testid="rule"><code>{ &text }</code>{ button(words::REMOVE, &text, less) }</li> }
    };
    let policy = |policy: Ruling| format!("policy {}", policy.name());
    let other = if present.policy == Ruling::Drop { Ruling::Accept } else { Ruling::Drop };
    html! {
        <>
            <ol class="rules">
                <li><code class="muted">{ words::FIRST_RULES }</code></li>
                { for present.rules.iter().enumerate().map(line) }
                <li class="spread">
                    <code>{ policy(present.policy) }</code>
                    { button(other.name(), &policy(other), Firewall { policy: other, ..present.clone() }) }
                </li>
            </ol>
            { panel("form", NewRule(view.clone()), send) }
        </>
    }
}

/// The field for a new rule.
#[derive(PartialEq)]
struct NewRule(FirewallView);

impl Drawn for NewRule {
    /// What is being typed, and whether it could not be read.
    type Kept = (String, bool);

    fn draw(&self, (draft, is_bad): &Self::Kept, place: &Place<Self::Kept>) -> Html {
        let oninput = place.keep_on(|event: &InputEvent| value_of(event), |draft, text| *draft = (text, false));
        let onsubmit = {
            let (place, view, draft) = (place.clone(), self.0.clone(), draft.clone());
            Callback::from(move |event: SubmitEvent| {
                event.prevent_default();
                let rule = Rule::read(&draft);
                let is_bad = rule.is_none();
                if let (Some(rule), Some(mut firewall)) = (rule, view.present.clone()) {
                    firewall.rules.push(rule);
                    place.send.emit(Msg::Do(view.change(Some(firewall))));
                }
                place.keep(move |draft| {
                    *draft = (if is_bad { std::mem::take(&mut draft.0) } else { String::new() }, is_bad)
                });
            })
        };
        html! {
            <form class="stack" {onsubmit}>
                <label class="small" for="new-rule">{ words::NEW_RULE }</label>
                <span class="row">
                    <input id="new-rule" data-testid="new-rule" class="mono" value={draft.clone()} placeholder="drop any 3306" {oninput} />
                    <button class="button button--small">{ words::ADD }</button>
                </span>
                if *is_bad { <p class="small" role="alert">{ words::BAD_RULE }</p> }
            </form>
        }
    }
}
