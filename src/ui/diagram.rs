//! Draws the diagram: boxes, rows and links with their switches. Moving packets are drawn on the canvas above it.

use std::rc::Rc;

use yew::prelude::*;

use super::element::{classes, html, if_so, shown_length};
use super::panel::{Drawn, Place, panel};
use crate::app::Msg;
use crate::scene::curve::LabelAt;
use crate::scene::diagram::{DiagramView, LinkView, MachineView, Mark, ProcessView};
use crate::scene::drawn::is_too_long;
use crate::scene::layout::{BoxLayout, HEAD_HEIGHT, Layout, ROW_HEIGHT};
use crate::sim::{self, Command, Condition, Decimal, LinkId, PartId, ProcessId, Protocol};
use crate::text::label;

/// What the diagram shows.
#[derive(PartialEq)]
pub struct Diagram {
    /// Where everything stands.
    pub layout: Rc<Layout>,
    /// The condition of everything.
    pub view: DiagramView,
}

impl Drawn for Diagram {
    /// How many pieces there are beside the first.
    type Kept = usize;

    fn draw(&self, more: &usize, place: &Place<usize>) -> Html {
        let pieces: Vec<DiagramView> = self.view.pieces(PIECE).take(more + 1).collect();
        if pieces.len() < self.view.pieces(PIECE).len() {
            place.draw_next_piece(*more);
        }
        let layer = |layer: Layer| {
            let pieces = pieces.iter().enumerate();
            let piece = move |(at, view): (usize, &DiagramView)| {
                panel(at, Piece { layout: Rc::clone(&self.layout), view: view.clone(), layer }, &place.send)
            };
            html! { <g>{ for pieces.map(piece) }</g> }
        };
        let frame = format!("0 0 {} {}", self.layout.width as u32, self.layout.height as u32);
        html! {
            <svg class="diagram" viewBox={frame} role="group" aria-label={label::DIAGRAM} data-testid="diagram">
                { for [Layer::Lines, Layer::Boxes, Layer::Handles].map(layer) }
            </svg>
        }
    }
}

/// So many machines and links are drawn at once.
const PIECE: usize = 16;

/// What lies on what.
#[derive(Clone, Copy, PartialEq)]
enum Layer {
    Lines,
    Boxes,
    Handles,
}

/// Some machines and links, left alone while others change.
struct Piece {
    layout: Rc<Layout>,
    view: DiagramView,
    layer: Layer,
}

impl PartialEq for Piece {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.layout, &other.layout) && self.layer == other.layer && self.view == other.view
    }
}

impl Drawn for Piece {
    type Kept = ();

    fn draw(&self, (): &(), place: &Place<()>) -> Html {
        let (layout, view, send) = (&*self.layout, &self.view, &place.send);
        let of_link = |link: &LinkView| {
            let drawn = match self.layer {
                Layer::Lines => line(layout, view, link),
                _ => handle(layout, view, link, send),
            };
            html! { <g key={link.name.clone()}>{ drawn }</g> }
        };
        let of_machine = |machine: &MachineView| {
            let place = &layout.boxes[machine.machine.index()];
            html! { <g key={machine.name.clone()}>{ machine_box(view, machine, place, send) }</g> }
        };
        match self.layer {
            Layer::Boxes => html! { <>{ for view.machines.iter().map(of_machine) }</> },
            _ => html! { <>{ for view.links.iter().map(of_link) }</> },
        }
    }
}

/// Calls back on a click, Enter or Space.
fn act(send: &Callback<Msg>, msg: Msg) -> (Callback<MouseEvent>, Callback<KeyboardEvent>) {
    let (click, key) = (send.clone(), send.clone());
    let again = msg.clone();
    let onclick = Callback::from(move |event: MouseEvent| {
        event.stop_propagation();
        click.emit(msg.clone());
    });
    let onkeydown = Callback::from(move |event: KeyboardEvent| {
        if matches!(event.key().as_str(), "Enter" | " ") {
            event.prevent_default();
            key.emit(again.clone());
        }
    });
    (onclick, onkeydown)
}

/// A switch: on restores the part, off kills it.
fn switch(part: PartId, name: &str, mark: Mark, x: f64, y: f64, send: &Callback<Msg>) -> Html {
    let on = mark.condition == Condition::Up;
    let part_name = name.to_owned();
    let command = if on { Command::Kill { part: part_name } } else { Command::Restore { part: part_name } };
    let (onclick, onkeydown) = act(send, Msg::Do(command));
    let kind = match part {
        PartId::Machine(_) => "machine",
        PartId::Process(_) => "process",
        PartId::Link(_) => "link",
    };
    html! {
        <g class={if on { "switch switch--on" } else { "switch switch--off" }} role="switch" tabindex="0"
            aria-checked={on.to_string()} aria-label={label::switch(name)} data-testid="switch" data-part={name.to_owned()}
            data-kind={kind} {onclick} {onkeydown}>
            <rect class="switch__target" x={num(x - 6.0)} y={num(y - 14.0)} width="44" height="28" />
            <rect class="switch__track" x={num(x)} y={num(y - 8.0)} width="30" height="16" rx="8" />
            <circle class="switch__knob" cx={num(if on { x + 22.0 } else { x + 8.0 })} cy={num(y)} r="6" />
        </g>
    }
}

fn machine_box(view: &DiagramView, machine: &MachineView, place: &BoxLayout, send: &Callback<Msg>) -> Html {
    let part = PartId::Machine(machine.machine);
    let (onclick, onkeydown) = act(send, Msg::Select(Some(part)));
    let selected = if_so(view.selected == Some(part), "machine--selected");
    let (tone, status) = machine.status();
    html! {
        <g class={classes(["machine", &format!("machine--{}", machine.mark.name()), selected])}>
            <rect class="machine__box" x={num(place.x)} y={num(place.y)} width={num(place.w)} height={num(place.h)} rx="10" />
            <g class="machine__head" role="button" tabindex="0"
                data-testid="machine" data-part={machine.name.clone()} data-condition={machine.mark.name()} {onclick} {onkeydown}>
                <rect class="hit" x={num(place.x)} y={num(place.y)} width={num(place.w - 44.0)} height={num(HEAD_HEIGHT)} rx="10" />
                <text class="machine__name" x={num(place.x + 12.0)} y={num(place.y + 18.0)}
                    textLength={fit(&machine.name, place.w - 60.0, 15.0)} lengthAdjust="spacingAndGlyphs">{ &machine.name }{ " " }</text>
                <text class={classes(["machine__address", tone])} x={num(place.x + 12.0)} y={num(place.y + 32.0)}>
                    { status }
                </text>
            </g>
            { switch(part, &machine.name, machine.mark, place.x + place.w - 42.0, place.y + 20.0, send) }
            { for machine.processes.iter().zip(&place.rows).map(|(process, (_, y))| row(view, process, place, *y, send)) }
        </g>
    }
}

fn row(view: &DiagramView, process: &ProcessView, place: &BoxLayout, y: f64, send: &Callback<Msg>) -> Html {
    let part = PartId::Process(process.process);
    let (onclick, onkeydown) = act(send, Msg::Select(Some(part)));
    let class = classes([
        "process",
        &format!("process--{}", process.mark.name()),
        if_so(view.selected == Some(part), "process--selected"),
        if_so(is_here(view, process.process), "process--here"),
    ]);
    let detail = process.status();
    html! {
        <g key={process.full_name.clone()} {class}>
            <g class="process__name" role="button" tabindex="0"
                data-testid="process" data-part={process.full_name.clone()} data-condition={process.mark.name()} {onclick} {onkeydown}>
                <rect class="process__row" x={num(place.x + 6.0)} y={num(y + 2.0)} width={num(place.w - 12.0)} height={num(ROW_HEIGHT - 4.0)} rx="6" />
                <text class="process__title" x={num(place.x + 16.0)} y={num(y + 18.0)}
                    textLength={fit(process.title, place.w - 64.0, 14.0)} lengthAdjust="spacingAndGlyphs">{ process.title }</text>
                <text class="process__detail" x={num(place.x + 16.0)} y={num(y + 33.0)}
                    textLength={fit(&detail, place.w - 64.0, 12.0)} lengthAdjust="spacingAndGlyphs">{ detail }</text>
                <text class="said-only" x={num(place.x + 16.0)} y={num(y + 33.0)}>{ label::of(&process.full_name) }</text>
            </g>
            { switch(part, &process.full_name, process.mark, place.x + place.w - 42.0, y + ROW_HEIGHT / 2.0, send) }
        </g>
    }
}

fn is_here(view: &DiagramView, process: ProcessId) -> bool {
    view.watched == Some(sim::Place::Process(process))
}

fn carries_watched(view: &DiagramView, link: LinkId) -> bool {
    matches!(view.watched, Some(sim::Place::Link { link: at, .. }) if at == link)
}

fn line(layout: &Layout, view: &DiagramView, link: &LinkView) -> Html {
    let class = classes([
        "link",
        &format!("link--{}", link.mark.name()),
        if_so(link.protocol == Protocol::Replication, "link--replication"),
        if_so(view.selected == Some(PartId::Link(link.link)), "link--selected"),
        if_so(carries_watched(view, link.link), "link--here"),
    ]);
    html! { <path {class} d={layout.curve_of(link.link).path()} /> }
}

/// The mark on a link: click to look inside, with a cross when it is cut. Links are cut in the inspector or by keyboard.
fn handle(layout: &Layout, view: &DiagramView, link: &LinkView, send: &Callback<Msg>) -> Html {
    let part = PartId::Link(link.link);
    let curve = layout.curve_of(link.link);
    let at = curve.at(curve.handle_at);
    let on = link.mark.condition == Condition::Up;
    let name = link.name.clone();
    let command = if on { Command::Kill { part: name.clone() } } else { Command::Restore { part: name.clone() } };
    let (cut, cut_key) = act(send, Msg::Do(command));
    let (look, look_key) = act(send, Msg::Select(Some(part)));
    let (text_at, side, room) = curve.label_at();
    let label_text = link.status();
    let unlabelled = if_so(curve.label == LabelAt::Hidden && on, "handle--unlabelled");
    let selected = if_so(view.selected == Some(part), "handle--selected");
    html! {
        <g class={classes(["handle", &format!("handle--{}", link.mark.name()), selected, unlabelled])}>
            <g role="switch" tabindex="0" aria-checked={on.to_string()} aria-label={label::switch(&link.name)}
                data-testid="switch" data-part={name.clone()} data-kind="link" onclick={cut} onkeydown={cut_key}>
                <circle class="hit" cx={num(at.x)} cy={num(at.y)} r="13" />
                <circle class="handle__dot" cx={num(at.x)} cy={num(at.y)} r="8" />
                if on {
                    <path class="handle__mark" d={format!("M{} {}v7m4 -7v7", num(at.x - 2.0), num(at.y - 3.5))} />
                } else {
                    <path class="handle__mark" d={format!("M{} {}l7 7m0 -7l-7 7", num(at.x - 3.5), num(at.y - 3.5))} />
                }
            </g>
            <g role="button" tabindex="0" data-testid="link" data-part={name} data-condition={link.mark.name()} onclick={look} onkeydown={look_key}>
                <text class="handle__label" x={num(text_at.x)} y={num(text_at.y)} text-anchor={side}
                    textLength={fit(&label_text, room, 12.0)} lengthAdjust="spacingAndGlyphs">{ label_text }</text>
                <text class="said-only" x={num(at.x)} y={num(at.y)}>{ label::of(&link.name) }</text>
            </g>
        </g>
    }
}

/// The length that a text is pressed to where its letters would need more room, by their usual width.
fn fit(text: &str, room: f64, size: f64) -> Option<String> {
    is_too_long(shown_length(text), room, size).then(|| num(room))
}

fn num(value: f64) -> String {
    Decimal::tenths(value).to_string()
}
