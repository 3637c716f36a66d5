//! The runs: what the present one has in common with those that were left, how it compares with one of them, and what
//! happened in it.

use yew::prelude::*;

use super::element::html;
use super::input::on_click;
use crate::app::{Model, Msg, Run, parting};
use crate::scene::compare::{CompareView, Line};
use crate::scene::timeline::marks;
use crate::sim::SimTime;
use crate::text::{label, timeline as words};

/// The most marks that are listed.
const MAX_MARKS: usize = 100;

/// Draws the runs, and what happened in the present one.
pub fn runs_panel(model: &Model, send: &Callback<Msg>) -> Html {
    let run = model.history.run();
    let marks = marks(&model.world, run.end, model.history.commands(), &run.changes);
    let item = |mark: &crate::scene::timeline::Mark| {
        html! {
            <li>
                <button class="button button--quiet button--small runs__mark" data-testid="mark" data-tone={mark.tone.name()}
                    onclick={on_click(send, Msg::GoTo(mark.at))}>
                    <span class="mono">{ label::clock(mark.at.0) }</span>{ mark.words(&model.world) }
                </button>
            </li>
        }
    };
    let kept = model.history.branches();
    html! {
        <div class="runs" data-testid="runs">
            <section class="stack" aria-label={words::LEFT}>
                { comparison(model) }
                <h3>{ words::LEFT }</h3>
                if kept.is_empty() { <p class="muted">{ words::NO_RUNS }</p> }
                <ul class="stack">{ for kept.iter().rev().map(|run| kept_run(model, run, send)) }</ul>
            </section>
            <section class="stack" aria-label={words::MARKS}>
                <h3>{ words::MARKS }</h3>
                if marks.is_empty() { <p class="muted">{ words::NO_MARKS }</p> }
                <ol>{ for marks.iter().rev().take(MAX_MARKS).map(item) }</ol>
            </section>
        </div>
    }
}

/// A run by the first thing that was done in it and not in the other.
fn name(run: &Run, other: &Run) -> String {
    let (common, _) = parting(&other.tape, run.tape.commands());
    let first = run.tape.commands().get(common);
    words::run(first.map(|first| (first.at_us.0, &first.command)))
}

fn kept_run(model: &Model, run: &Run, send: &Callback<Msg>) -> Html {
    let id = run.id;
    let is_compared = model.comparison.as_ref().is_some_and(|with| with.id == id);
    let compare = on_click(send, Msg::Compare((!is_compared).then_some(id)));
    html! {
        <li class="runs__kept" key={u64::from(id)} data-testid="kept-run">
            <span>{ name(run, model.history.run()) }<span class="muted small">{ words::seen_until(run.end.0) }</span></span>
            <span class="row">
                <button class="button button--small" data-testid="compare" aria-pressed={is_compared.to_string()} onclick={compare}>
                    { words::COMPARE }
                </button>
                <button class="button button--small" data-testid="switch-run" onclick={on_click(send, Msg::Switch(id))}>
                    { words::GO_THERE }
                </button>
            </span>
        </li>
    }
}

/// The two runs side by side, once the other has come to the same moment.
fn comparison(model: &Model) -> Html {
    let Some((with, other)) = model.comparison.as_ref().and_then(|with| Some((with, model.history.branch(with.id)?)))
    else {
        return Html::default();
    };
    let (here, now) = (model.history.run(), model.world.now());
    let view = match (&with.before, with.other(now)) {
        _ if now <= with.parted => Err(words::same_until(with.parted.0)),
        (Some(before), Some(there)) => Ok(CompareView::new(with.parted, before, &model.world, there)),
        _ => Err(words::CATCHING_UP.to_owned()),
    };
    html! {
        <>
            <h3>{ words::COMPARISON }</h3>
            { match view {
                Err(why) => html! { <p class="muted" data-testid="comparison-waits">{ why }</p> },
                Ok(view) => table(&view, with.parted, &name(here, other), &name(other, here)),
            } }
        </>
    }
}

fn table(view: &CompareView, parted: SimTime, here: &str, there: &str) -> Html {
    let line = |line: &Line| {
        html! {
            <tr data-testid="comparison-line" data-name={line.name.clone()} data-here={line.here.clone()} data-there={line.there.clone()}>
                <th scope="row">{ &line.name }</th>
                <td class="number">{ &line.here }</td>
                <td class="number">{ &line.there }</td>
            </tr>
        }
    };
    html! {
        <>
            <p data-testid="comparison">{ &view.sentence }</p>
            <table class="table">
                <thead>
                    <tr>
                        <th scope="col">{ words::since(parted.0) }</th>
                        <th scope="col" class="number">{ words::THIS_RUN }<div class="runs__name">{ here.to_owned() }</div></th>
                        <th scope="col" class="number">{ words::OTHER_RUN }<div class="runs__name">{ there.to_owned() }</div></th>
                    </tr>
                </thead>
                <tbody>{ for view.lines.iter().map(line) }</tbody>
            </table>
        </>
    }
}
