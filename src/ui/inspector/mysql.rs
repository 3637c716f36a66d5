//! A MySQL server: what an operator can do, `SHOW REPLICA STATUS`, and what the last promotion lost.

use yew::prelude::*;

use super::head::act;
use crate::app::Msg;
use crate::scene::inspector::{MysqlView, PromotionView};
use crate::sim::Command;
use crate::sim::mysql::Thread;
use crate::text::inspector::{replica, stats as words};
use crate::ui::element::html;

/// What can be done with a MySQL server, and what it says.
pub fn panel(view: &MysqlView, send: &Callback<Msg>) -> Html {
    html! {
        <>
            { actions(view, send) }
            if !view.answers { <p class="inspector-note">{ words::MYSQL_DOWN }</p> }
        </>
    }
}

fn actions(view: &MysqlView, send: &Callback<Msg>) -> Html {
    html! {
        <section class="inspector-block">
            <h3>{ words::OPERATE }</h3>
            if view.diverged { <p class="inspector-note" data-testid="diverged">{ words::DIVERGED_MEANS }</p> }
            <div class="inspector-verbs">
                if !view.is_primary { { replication(view, send) } }
                if !view.read_only {
                    { act("act-truncate", words::TRUNCATE, Command::Truncate { server: view.name.clone() }, send) }
                    <p class="muted small">{ words::TRUNCATE_HINT }</p>
                }
            </div>
        </section>
    }
}

/// What can be done with one that is not the primary.
fn replication(view: &MysqlView, send: &Callback<Msg>) -> Html {
    let server = || view.name.clone();
    html! {
        <>
                if let Some([receives, applies]) = view.threads {
                    { act("act-receiver", replica::thread_verb(true, receives), run(server(), Thread::Io, !receives), send) }
                    { act("act-applier", replica::thread_verb(false, applies), run(server(), Thread::Sql, !applies), send) }
                }
                { act("act-promote", words::PROMOTE, Command::Promote { server: server() }, send) }
                <p class="muted small">{ words::PROMOTE_HINT }</p>
                { act("act-follow", words::FOLLOW, Command::Follow { server: server() }, send) }
                <p class="muted small">{ words::FOLLOW_HINT }</p>
                { act("act-reclone", words::RECLONE, Command::Reclone { server: server() }, send) }
                <p class="muted small">{ words::RECLONE_HINT }</p>
        </>
    }
}

const fn run(server: String, thread: Thread, run: bool) -> Command {
    Command::Replication { server, thread, run }
}

/// What the last promotion did and lost.
pub fn promotion(view: &MysqlView) -> Html {
    view.promotion.as_ref().map(report).unwrap_or_default()
}

fn report(report: &PromotionView) -> Html {
    let row = |(id, visit): &(u32, u64)| {
        html! { <li key={id.to_string()} data-testid="lost-row" data-id={id.to_string()}>{ words::lost_row(*id, *visit) }</li> }
    };
    html! {
        <section class="inspector-block" data-testid="lost-rows">
            <h3>{ words::PROMOTION }</h3>
            <p>{ &report.what }</p>
            <p>{ &report.losses }</p>
            if !report.lost.is_empty() {
                <ul class="lost-rows" aria-label={words::LOST_ROWS}>
                    { for report.lost.iter().map(row) }
                    if report.more > 0 { <li key="more">{ words::and_more(report.more) }</li> }
                </ul>
            }
        </section>
    }
}
