//! Draws what one missing part does, what that comes to, and why each element is there.

use yew::prelude::*;

use super::element::{classes, html};
use super::input::{class_mark, on_click};
use super::inspector::fields::{Choice, Names, NumberField};
use super::panel::panel;
use crate::analysis::{Assumption, Change, Exposure, FEATURES, Survey, Verdict, is_visitors};
use crate::app::{Element, Examination, ExamineMsg, Figures, Model, Msg};
use crate::scene::failures::{Row, Table};
use crate::sim::{Class, PartId, Role};
use crate::text::{failures as words, label};

/// Pairs of a class that are listed.
const PAIRS: usize = 12;
/// The longest times that can be assumed: a hundred years in hours, and in minutes.
const CENTURY_H: u32 = 876_600;

/// Draws the examination.
pub fn failures_panel(model: &Model, send: &Callback<Msg>) -> Html {
    let examination = &model.examination;
    let survey = examination.survey.as_deref();
    let do_it = |msg| on_click(send, Msg::Examine(msg));
    let again = |text: &'static str, msg: ExamineMsg, id: &'static str| {
        html! { <button class="button button--small" data-testid={id} onclick={do_it(msg)}>{ text }</button> }
    };
    let percent = examination.percent();
    let is_done = survey.is_some_and(Survey::is_done);
    let other = examination.is_outdated(&model.history);
    html! {
        <div class="failures" data-testid="failures" data-done={is_done.to_string()} tabindex="0">
            <p class="muted small">{ words::INTRO }</p>
            <div class="row" role="status">
                if let Some(percent) = percent {
                    <label class="small" for="examining">{ words::EXAMINING }</label>
                    <progress id="examining" max="100" value={percent.to_string()} />
                    <span class="small mono">{ label::percent(percent as u64) }</span>
                    <button class="button button--small" onclick={on_click(send, Msg::Cancel)}>{ label::CANCEL }</button>
                } else if !is_done || other {
                    if other { <span class="chip chip--warn">{ words::OUTDATED }</span> }
                    { again(words::AGAIN, ExamineMsg::Start, "examine-again") }
                }
                if let Some((count, limit)) = examination.too_many { <span>{ words::too_many(count, limit) }</span> }
                if examination.can_go_back() { { again(words::BACK, ExamineMsg::Back, "examine-back") } }
            </div>
            if let Some(survey) = survey { { found(survey, examination, send) } }
        </div>
    }
}

fn found(survey: &Survey, examination: &Examination, send: &Callback<Msg>) -> Html {
    let table = Table::new(survey);
    let card = |class: Class| {
        let figures = examination.figures.get(class as usize);
        html! {
            <li class="failures__card" data-testid="failures-class" data-class={class.name()}>
                <strong class="row">{ class_mark(class) }{ label::class(class) }</strong>
                <p data-testid="failures-sentence">{ table.sentence(survey, class) }</p>
                if let Some(figures) = figures { { sums(figures, survey) } }
            </li>
        }
    };
    let rows = |rows: &[Row]| html! { <>{ for rows.iter().map(|row| line(row, send)) }</> };
    html! {
        <>
            <ul class="failures__cards">{ for Class::ALL.map(card) }</ul>
            <h3>{ words::ALONE }</h3>
            <div class="scroll"><table class="table failures__table">
                <thead><tr>
                    <th scope="col">{ words::PART }</th>
                    { for Class::ALL.map(|class| html! { <th scope="col">{ label::class(class) }</th> }) }
                </tr></thead>
                <tbody>{ rows(&table.noticed) }</tbody>
                <tbody><tr><th colspan="4" scope="rowgroup">{ words::FINE }</th></tr>{ rows(&table.fine) }</tbody>
                <tbody><tr><th colspan="4" scope="rowgroup">{ words::OUTSIDE }</th></tr>{ rows(&table.outside) }</tbody>
            </table></div>
            <h3>{ words::PAIRS }</h3>
            { pairs(survey, send) }
            <h3>{ words::WHY }</h3>
            { why(survey, examination.element.as_ref(), send) }
            <details>
                <summary>{ words::ASSUMED }</summary>
                { assumptions(survey, send) }
            </details>
        </>
    }
}

/// Availability and what would improve it most.
fn sums(figures: &Figures, survey: &Survey) -> Html {
    let share = figures.availability;
    let gain = |(part, gain): &(u16, f64)| words::gain(&name(survey, *part), *gain);
    let best: Vec<String> = figures.best.iter().map(gain).collect();
    html! {
        <>
            <p class="failures__share" data-testid="failures-share">{ words::availability(share) }</p>
            <p class="small">{ words::downtime(share.least) }</p>
            if !best.is_empty() { <p class="small muted">{ words::GAINS }{ best.join(" · ") }</p> }
        </>
    }
}

fn name(survey: &Survey, part: u16) -> String {
    words::part(survey.base().wiring(), survey.parts()[usize::from(part)])
}

fn line(row: &Row, send: &Callback<Msg>) -> Html {
    let cell = |(class, verdict): (Class, &Verdict)| {
        let said = words::verdict(*verdict);
        let (mark, chip) = match verdict {
            Verdict::Works => ("✓", "chip--ok"),
            Verdict::Lost => ("✕", "chip--bad"),
            _ => ("!", "chip--warn"),
        };
        let label = words::show(&row.name, class, &said);
        let onclick = on_click(send, Msg::Examine(ExamineMsg::Prove(vec![row.part], class)));
        html! {
            <td>
                <button class={classes(["chip failures__verdict", chip])} aria-label={label} {onclick} data-testid="verdict"
                    data-class={class.name()} data-verdict={said.clone()}>
                    <span aria-hidden="true">{ mark }</span>{ said }
                </button>
            </td>
        }
    };
    html! {
        <tr key={row.part.to_string()} data-testid="failures-row" data-part={row.name.clone()}>
            <th scope="row">{ &row.name }if row.cached { <span class="muted"><br />{ words::CACHED }</span> }</th>
            { for Class::ALL.into_iter().zip(&row.verdicts).map(cell) }
        </tr>
    }
}

fn pairs(survey: &Survey, send: &Callback<Msg>) -> Html {
    let Some(pairs) = survey.pairs() else {
        let onclick = on_click(send, Msg::Examine(ExamineMsg::Pairs));
        let disabled = !survey.is_done();
        return html! {
            <p><button class="button button--small" data-testid="examine-pairs" {disabled} {onclick}>{ words::EXAMINE_PAIRS }</button></p>
        };
    };
    let list = |class: Class| {
        let of_class: Vec<_> = pairs.iter().filter(|pair| pair.class == class).collect();
        let item = |pair: &&crate::analysis::Pair| {
            let text = pair.parts.map(|part| name(survey, part)).join(" + ");
            let onclick = on_click(send, Msg::Examine(ExamineMsg::Prove(pair.parts.to_vec(), class)));
            html! { <li><button class="button button--small" data-testid="pair" {onclick}>{ text }</button></li> }
        };
        html! {
            <li class="stack">
                <strong class="row" data-testid="pairs" data-count={of_class.len().to_string()}>{ class_mark(class) }{ words::pairs(class, of_class.len()) }</strong>
                <ul class="row">{ for of_class.iter().take(PAIRS).map(item) }</ul>
                if of_class.len() > PAIRS { <span class="muted small">{ words::more(of_class.len() - PAIRS) }</span> }
            </li>
        }
    };
    html! { <ul class="stack">{ for Class::ALL.map(list) }</ul> }
}

/// What can be left out: machines, databases, and what is no part.
fn elements(survey: &Survey) -> Vec<String> {
    let wiring = survey.base().wiring();
    let can_be = |part: &&PartId| match part {
        PartId::Machine(_) => !is_visitors(survey.base(), **part),
        PartId::Process(process) => matches!(wiring.role(*process), Role::Mysqld { .. } | Role::Agent),
        PartId::Link(_) => false,
    };
    let parts = survey.parts().iter().filter(can_be).map(|part| wiring.part_name(*part).to_owned());
    parts.chain(FEATURES.iter().map(|(name, _)| (*name).to_owned())).collect()
}

fn why(survey: &Survey, element: Option<&Element>, send: &Callback<Msg>) -> Html {
    let msg = |name: Option<&String>| Msg::Examine(ExamineMsg::Without(name.cloned()));
    let option = |name: &String| (name.clone(), words::element(name).to_owned(), msg(Some(name)));
    let (names, wiring) = (elements(survey), survey.base().wiring());
    let nothing = [(String::new(), words::NOTHING.to_owned(), msg(None))];
    let options = nothing.into_iter().chain(names.iter().map(option)).collect();
    let present =
        element.and_then(|element| names.iter().position(|name| *name == element.name)).map_or(0, |at| at + 1);
    let id = "leave-out".to_owned();
    let choice = Choice { names: Names { id: id.clone(), testid: id, label: None, help: None }, options, present };
    let change = |change: &Change| {
        let part = change.part.as_ref().and_then(|name| wiring.part(name).ok());
        html! { <li>{ words::worse(change, part.map(|part| words::part(wiring, part))) }</li> }
    };
    let exposure = |exposure: &Exposure| html! { <li>{ words::exposed(exposure, wiring) }</li> };
    let said = |element: &Element| match &element.worse {
        _ if element.is_open() => Html::default(),
        None => html! { <p>{ words::NEEDED }</p> },
        Some(worse) if worse.is_empty() && element.exposed.is_empty() && element.later.is_empty() => {
            html! { <p>{ words::NO_CHANGE }</p> }
        }
        Some(worse) => html! {
            <ul data-testid="worse" class="failures__worse">
                { for worse.iter().map(change) }{ for element.exposed.iter().map(exposure) }
                { for element.later.iter().map(|later| html! { <li>{ words::later(later) }</li> }) }
            </ul>
        },
    };
    html! {
        <div class="stack small">
            <p class="row"><label for="leave-out">{ words::ELEMENT }</label>{ panel("leave-out", choice, send) }</p>
            if let Some(element) = element { { said(element) } }
        </div>
    }
}

fn assumptions(survey: &Survey, send: &Callback<Msg>) -> Html {
    let field = |part: u16, name: &str, what: &'static str, value: u32, with: fn(Assumption, u32) -> Assumption| {
        let present = survey.assumption(part);
        let testid = format!("assume-{what}");
        let names = Names { id: String::new(), testid, label: Some(format!("{name}: {what}")), help: None };
        let commit = send.reform(move |value| Msg::Examine(ExamineMsg::Assume(part, with(present, value))));
        html! { <td>{ panel(what, NumberField { names, value, scale: 1, range: (0, CENTURY_H), commit }, send) }</td> }
    };
    let row = |part: u16| {
        let (name, assumed) = (name(survey, part), survey.assumption(part));
        html! {
            <tr key={part.to_string()}>
                <th scope="row">{ &name }</th>
                { field(part, &name, words::MTBF, assumed.mtbf_h, |present, mtbf_h| Assumption { mtbf_h, ..present }) }
                { field(part, &name, words::MTTR, assumed.mttr_min, |present, mttr_min| Assumption { mttr_min, ..present }) }
                <td class="number">{ words::percent(assumed.availability()) }</td>
            </tr>
        }
    };
    let is_ours = |part: &u16| !is_visitors(survey.base(), survey.parts()[usize::from(*part)]);
    let columns = [words::PART, words::MTBF, words::MTTR, words::WORKS];
    html! {
        <>
            <p class="muted small">{ words::INDEPENDENT }</p>
            <div class="scroll"><table class="table failures__table">
                <thead><tr>{ for columns.map(|name| html! { <th scope="col">{ name }</th> }) }</tr></thead>
                <tbody>{ for (0..survey.parts().len() as u16).filter(is_ours).map(row) }</tbody>
            </table></div>
        </>
    }
}
