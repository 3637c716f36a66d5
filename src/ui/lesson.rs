//! The panel of lessons.

use yew::prelude::*;

use super::element::{classes, html, if_so};
use super::input::on_click;
use super::sheet::close_sheet;
use crate::app::{Button, LessonMsg, LessonView, Model, Msg, Open, Stage};
use crate::lesson::{Line, Style, spans};
use crate::text::lesson;

/// Id of the heading that gets the focus when another step is shown.
pub const HEADING_ID: &str = "lesson-heading";

/// The panel; nothing in a frame that was not opened for a lesson.
pub fn lesson_panel(model: &Model, send: &Callback<Msg>) -> Html {
    let view = model.lesson_view();
    let lists = !view.list.is_empty();
    if lists && model.view.embed {
        return Html::default();
    }
    let open = model.lessons.open.as_ref();
    html! {
        <section class={classes(["panel lesson stack", if_so(!lists, "lesson--open"), if_so(view.goes_on, "lesson--goes-on")])} tabindex="0" aria-label={lesson::LESSONS}
            data-testid="lesson">
            { close_sheet(send) }
            <p class="small muted">{ view.above.clone() }</p>
            { for view.lines.iter().enumerate().map(|(at, line)| self::line(&view, open, at, *line, send)) }
            { buttons(&view.buttons, "row lesson__acts", send) }
            <p class={classes(["small", if_so(view.settled, "lesson__settled said")])} data-testid="lesson-status">{ view.status }</p>
            if !view.table.is_empty() { { table(&view.table) } }
            if lists {
                <details><summary class="small">{ lesson::ALL }</summary>{ buttons(&view.list, "row lesson__ways", send) }</details>
            } else {
                { buttons(&view.ways, "row lesson__ways", send) }
                <a class="small" href={view.link} target={model.view.embed.then_some("_blank")}>{ lesson::LINK }</a>
            }
        </section>
    }
}

/// Buttons side by side.
fn buttons(buttons: &[Button], class: &'static str, send: &Callback<Msg>) -> Html {
    let button = |Button { name, text, note, msg }: &Button| {
        html! {
            <button class="button" key={*name} data-testid={format!("lesson-{name}")} onclick={on_click(send, Msg::Lesson(*msg))}>
                { *text }{ note }
            </button>
        }
    };
    html! { <div {class}>{ for buttons.iter().map(button) }</div> }
}

/// A line of the text: an answer to choose if it is an item of a question.
fn line(view: &LessonView, open: Option<&Open>, at: usize, (kind, text): (Line, &str), send: &Callback<Msg>) -> Html {
    let class = match kind {
        Line::Heading | Line::Title => return html! { <h2 id={HEADING_ID} tabindex="-1">{ set(text) }</h2> },
        Line::Item if view.asks => return answer(view, open, at, text, send),
        Line::Item => "lesson__item",
        Line::Quote => "lesson__hint",
        Line::Paragraph => "",
    };
    html! { <p {class}>{ set(text) }</p> }
}

fn answer(view: &LessonView, open: Option<&Open>, at: usize, text: &str, send: &Callback<Msg>) -> Html {
    let number = view.lines[..at].iter().filter(|line| line.0 == Line::Item).count();
    let came_true = open.is_some_and(|open| matches!(&open.stage, Stage::Answered(came_true) if came_true[number]));
    let chosen = open.is_some_and(|open| open.choice == Some(number));
    html! {
        <label class={classes(["tick lesson__answer", if_so(came_true, "lesson__answer--true")])}>
            <input type="radio" name="answer" checked={chosen} onclick={on_click(send, Msg::Lesson(LessonMsg::Pick(number)))} />
            <span>{ set(text) }if came_true { <strong>{ lesson::CAME_TRUE }</strong> }</span>
        </label>
    }
}

fn table(rows: &[[String; 3]]) -> Html {
    let row = |row: &[String; 3]| html! { <tr>{ for row.iter().map(|cell| html! { <td>{ cell }</td> }) }</tr> };
    html! { <table class="table"><tbody>{ for rows.iter().map(row) }</tbody></table> }
}

/// A text with its emphasis and code.
fn set(text: &str) -> Html {
    let span = |(style, part): (Style, &str)| match style {
        Style::Plain => html! { <>{ part }</> },
        Style::Emphasis => html! { <strong>{ part }</strong> },
        Style::Code => html! { <code>{ part }</code> },
    };
    html! { <>{ for spans(text).into_iter().map(span) }</> }
}
